"""`spacy convert-tags`: convert tagged text to a DocBin."""

import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from spacy.util import minibatch
from wasabi import msg

from ..._compat import Arg, Opt, app
from ..text.convert import convert_tags
from ..text.formats.registry import AUTO, TAGGED
from .messages import errors_shown
from .options import QUIET
from .processes import stopped_by_signals

# How many tags the table has, and how many of them stand side by side.
MAX_SHOWN = 100
TAGS_IN_A_ROW = 4
# A tag of fewer tokens may be a typing error.
MIN_TOKENS = 3
# How many tags a warning names.
MAX_LISTED = 20

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
    n_sents: int = Opt(
        10, "--n-sents", help="Number of sentences per Doc (0 for one Doc)", min=0, max=sys.maxsize
    ),
    quiet: bool = QUIET,
) -> None:
    """Convert tagged text to a DocBin for training and evaluation.

    The DocBin has sentence boundaries, words, tags and, where the text has them, universal parts
    of speech, morphological features and lemmas. A token without a tag (empty or _) is left out
    of training and evaluation. The command prints the tags and how many tokens have each; tags of
    one or two tokens, and tags that differ in case alone, may be typing errors.
    Unlike `spacy convert`, the command accepts CoNLL-U without trees.

    Example: python -m spacy convert-tags train.conllu train.spacy

    DOCS: https://spacy-lstm-tagger.github.io/spacy-lstm-tagger/reference.html
    """
    with errors_shown("Can't convert tagged text"), stopped_by_signals():
        n_docs, counts = convert_tags(
            input_path, output_path, input_format, n_sents, progress=not quiet
        )
        n_tokens = counts.total()
        n_untagged = counts.pop("", 0)
        if counts and not quiet:
            show_tags(counts)
        warn_of_typos(counts)
        untagged = f", {n_untagged} of them without a tag" if n_untagged else ""
        msg.good(f"Generated {output_path} ({n_docs} documents, {n_tokens} tokens{untagged})")


def show_tags(counts: Counter[str]) -> None:
    """Print a table of the most frequent tags, and how many tokens have each."""
    shown = counts.most_common(MAX_SHOWN)
    cells = [cell for tag, count in shown for cell in (tag, f"{count:,}")]
    width = 2 * min(TAGS_IN_A_ROW, len(shown))
    rows = [row + [""] * (width - len(row)) for row in minibatch(cells, width)]
    header = ["tag", "tokens"] * (width // 2)
    msg.table(rows, header=header, aligns=["l", "r"] * (width // 2), divider=True)
    if len(counts) > len(shown):
        msg.text(f"and {len(counts) - len(shown):,} tags that are less frequent")


def warn_of_typos(counts: Counter[str]) -> None:
    """Warn of tags that few tokens have, and of tags that differ in case alone."""
    by_case: defaultdict[str, list[str]] = defaultdict(list)
    for tag, count in counts.most_common():
        by_case[tag.casefold()].append(f"{tag} ({count:,})")
    rare = [f"{tag} ({count})" for tag, count in counts.most_common() if count < MIN_TOKENS]
    alike = [" and ".join(tags) for tags in by_case.values() if len(tags) > 1]
    found = {f"Tags of fewer than {MIN_TOKENS} tokens": rare, "Tags that differ in case": alike}
    for what, tags in found.items():
        if tags:
            msg.warn(
                f"{what}: {len(tags):,}",
                f"A typing error becomes a label of the tagger. Are these some? {listed(tags)}",
            )


def listed(names: Sequence[str]) -> str:
    """The first of many names."""
    others = ["…"] if len(names) > MAX_LISTED else []
    return ", ".join([*names[:MAX_LISTED], *others])
