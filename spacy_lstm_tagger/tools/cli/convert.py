"""`spacy convert-tags`: convert tagged text to a DocBin."""

from enum import StrEnum
from pathlib import Path

from wasabi import msg

from ..._compat import Arg, Opt, app
from ..text.convert import convert_tags
from ..text.formats.registry import AUTO, TAGGED
from .messages import errors_shown
from .options import QUIET
from .processes import stopped_by_signals

# Typer takes its choices from an enumeration.
TaggedFormat = StrEnum("TaggedFormat", [AUTO, *TAGGED])  # type: ignore[misc]


@app.command("convert-tags")
def convert_tags_cli(
    input_path: Path = Arg(
        ..., help="Tagged text: .conllu, .tsv, .txt or .vrt", exists=True, dir_okay=False
    ),
    output_path: Path = Arg(..., help="The .spacy file to write", dir_okay=False),
    input_format: TaggedFormat = Opt(
        AUTO,
        "--format",
        "-f",
        help="conllu; tsv: word, tab, tag on each line, a blank line after each sentence; "
        "slash: word/TAG word/TAG, a sentence on each line; vrt: word, tab, tag, tab, lemma "
        "between lines of markup; auto: by the file's suffix",
    ),
    n_sents: int = Opt(10, "--n-sents", help="Number of sentences per Doc (0 for one Doc)", min=0),
    quiet: bool = QUIET,
) -> None:
    """Convert tagged text to a DocBin for training and evaluation.

    The DocBin has sentence boundaries, words, tags and, where the text has them, universal parts
    of speech, morphological features and lemmas. A token without a tag (empty or _) is left out
    of training and evaluation.
    Unlike `spacy convert`, the command accepts CoNLL-U without trees.

    Example: python -m spacy convert-tags train.conllu train.spacy

    DOCS: https://spacy-lstm-tagger.github.io/spacy-lstm-tagger/reference.html
    """
    with errors_shown("Can't convert tagged text"), stopped_by_signals():
        n_docs, n_tokens, n_untagged = convert_tags(
            input_path, output_path, input_format, n_sents, progress=not quiet
        )
        untagged = f", {n_untagged} of them without a tag" if n_untagged else ""
        msg.good(f"Generated {output_path} ({n_docs} documents, {n_tokens} tokens{untagged})")
