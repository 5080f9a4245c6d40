"""An attribute ruler that knows to which sentence white space belongs."""

from collections.abc import Callable
from typing import Any

from spacy.language import Language
from spacy.pipeline import AttributeRuler
from spacy.pipeline.attributeruler import attribute_ruler_score
from spacy.tokens import Doc


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
