"""An attribute ruler that knows to which sentence white space belongs."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Self

from spacy.language import Language
from spacy.pipeline import AttributeRuler
from spacy.pipeline.attributeruler import attribute_ruler_score
from spacy.tokens import Doc

from ..files import replace_together, saved_together


class SpaceRuler(AttributeRuler):
    """spaCy's AttributeRuler, with one more rule: white space at the beginning of a Doc belongs to
    the first sentence. No pattern can tell where a Doc begins. The rule does not change what a
    parser has found."""

    def __call__(self, doc: Doc) -> Doc:
        """Apply the patterns, then the rule.

        doc (Doc): The Doc to process.
        RETURNS (Doc): The same Doc.
        """
        super().__call__(doc)
        if doc.has_annotation("DEP"):
            return doc
        first = next((token for token in doc if not token.is_space), None)
        if first is not None and first.i > 0 and first.is_sent_start:
            first.is_sent_start = None
            doc[0].is_sent_start = True
        return doc

    def to_disk(self, path: Path | str, exclude: Iterable[str] = ()) -> None:
        """Write the component to a directory. Its files replace the earlier ones together, when
        all are written.

        path (Path | str): The directory. It is created if it does not exist.
        exclude (Iterable[str]): Fields to leave out: vocab, patterns.
        """
        with replace_together(Path(path)) as folder:
            super().to_disk(folder, exclude=exclude)

    def from_disk(self, path: Path | str, exclude: Iterable[str] = ()) -> Self:
        """Load the component from a directory.

        path (Path | str): Where `to_disk` wrote it.
        exclude (Iterable[str]): Fields to leave out: vocab, patterns.
        RETURNS (SpaceRuler): Itself.
        """
        with saved_together(Path(path)) as folder:
            super().from_disk(folder, exclude=exclude)
        return self


@Language.factory(
    "space_ruler",
    default_config={
        "validate": False,
        "scorer": {"@scorers": "spacy.attribute_ruler_scorer.v1"},
    },
)
def make_space_ruler(
    nlp: Language,
    name: str,
    validate: bool,
    scorer: Callable[..., dict[str, Any]] | None = attribute_ruler_score,
) -> SpaceRuler:
    """Make a ruler. The arguments are those of spaCy's `AttributeRuler`."""
    return SpaceRuler(nlp.vocab, name, validate=validate, scorer=scorer)
