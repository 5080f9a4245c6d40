"""Converts a treebank of Universal Dependencies, and lets a tokenizer learn from it."""

from collections import Counter
from copy import copy
from pathlib import Path
from tempfile import TemporaryDirectory

from learn_tokenizer import learn_strings, learn_tokenizer
from ranges import UPOS, XPOS, Range, Row, find_ranges, is_word, join_ranges, read_rows
from spacy.language import Language
from spacy.tokenizer import Tokenizer
from spacy.tokens import DocBin
from spacy.vocab import Vocab
from wasabi import msg

from spacy_lstm_tagger.tools.text.convert import convert_tags
from spacy_lstm_tagger.training.corpus import SentenceCorpus

# XPOS in a smaller share of the words of a treebank is a slip.
SOME_XPOS = 0.05
# The words of ranges are tokens of their own if the tokenizer splits so many of the ranges.
MIN_SPLIT = 0.5

# The lines of each file, cut at their tabs.
Treebank = dict[Path, list[Row]]


def convert_treebank(
    paths: dict[str, Path], output: Path, nlp: Language
) -> dict[str, Counter[str]]:
    """Convert the files of a treebank, and let the tokenizer of a pipeline learn from its train
    part. Returns what `count_annotation` counts in each part. Raises a ValueError that names what
    is wrong."""
    for part, path in paths.items():
        convert_tags(path, output / f"{part}.spacy")
    train = output / "train.spacy"
    check_annotation(count_annotation(train), paths["train"])
    # Without a test part, its file is the dev part's.
    treebank = {path: read_rows(path) for path in paths.values()}
    has_slips = drop_slips(treebank)
    tag_column = XPOS if has_xpos(treebank) else UPOS
    has_joined = join_words(treebank, paths["dev"], tag_column, nlp, train)
    if has_slips or has_joined:
        write_parts(treebank, paths, output)
    if isinstance(nlp.tokenizer, Tokenizer):
        learn_tokenizer(nlp.tokenizer, list(SentenceCorpus(train).docs(nlp.vocab)))
    counts = {}
    for part, path in paths.items():
        counts[part] = count_annotation(output / f"{part}.spacy")
        counts[part]["xpos"] = counts[part]["tag"] if tag_column == XPOS else 0
        n_tokens = counts[part]["token"]
        msg.good(f"{output / part}.spacy from {path.name} ({n_tokens} tokens)")
    return counts


def write_parts(treebank: Treebank, paths: dict[str, Path], output: Path) -> None:
    """Write the .spacy files of a treebank again, after its lines have changed."""
    with TemporaryDirectory() as folder:
        for part, path in paths.items():
            changed = Path(folder) / path.name
            lines = ("\t".join(row) for row in treebank[path])
            changed.write_text("\n".join(lines), encoding="utf8")
            convert_tags(changed, output / f"{part}.spacy")


def drop_slips(treebank: Treebank) -> bool:
    """Leave XPOS out, with a warning, if only a few words of all files have it. Returns whether
    there were any."""
    n_words = sum(is_word(row) for rows in treebank.values() for row in rows)
    slips = [
        (path, number, row)
        for path, rows in treebank.items()
        for number, row in enumerate(rows, start=1)
        if is_word(row) and row[XPOS] != "_"
    ]
    if not 0 < len(slips) < SOME_XPOS * n_words:
        return False
    path, number, _ = slips[0]
    msg.warn(
        f"XPOS of {len(slips)} of {n_words:,} words is left out",
        f"The first is in line {number} of {path}. All tags are UPOS.",
    )
    for *_, row in slips:
        row[XPOS] = "_"
    return True


def has_xpos(treebank: Treebank) -> bool:
    """Whether a treebank has XPOS. Raises a ValueError if one of its files has it and another has
    none."""
    with_xpos: list[str] = []
    without: list[str] = []
    for path, rows in treebank.items():
        has = any(is_word(row) and row[XPOS] != "_" for row in rows)
        (with_xpos if has else without).append(path.name)
    if with_xpos and without:
        raise ValueError(
            f"{with_xpos[0]} has XPOS, but in {without[0]} the column is empty. Empty it in both "
            "(write _ to learn UPOS), or take other files."
        )
    return bool(with_xpos)


def join_words(treebank: Treebank, dev: Path, tag_column: int, nlp: Language, train: Path) -> bool:
    """Make one token of each range whose words the tokenizer can't find, though it has learned the
    strings of the .spacy file of the train part, and say so. Returns whether there are any.

    If the tokenizer splits most ranges of the dev part, they are those whose words are not in the
    text, such as German zum. Otherwise they are all, so that words of one kind, such as Portuguese
    do and ao, are treated alike.
    """
    ranges = [found for rows in treebank.values() for found in find_ranges(rows)]
    if not ranges:
        return False
    tokenizer = learned_strings(nlp, train)
    splits_most = share_split(tokenizer, list(find_ranges(treebank[dev]))) >= MIN_SPLIT

    def is_token(found: Range) -> bool:
        return not (splits_most and found.is_concatenation)

    joined = list(filter(is_token, ranges))
    if not joined:
        return False
    for path, rows in treebank.items():
        treebank[path] = list(join_ranges(rows, is_token, tag_column))
    usual = Counter(
        f"{found.form} ({' + '.join(found.forms)}, {found.join(tag_column)})" for found in joined
    )
    n_words = sum(len(found.words) for found in joined)
    msg.warn(
        f"{n_words:,} words are in {len(joined):,} tokens with joined tags",
        "The tokenizer can't find these words in text: "
        f"{', '.join(example for example, _ in usual.most_common(3))}.",
    )
    return True


def learned_strings(nlp: Language, path: Path) -> Tokenizer:
    """A copy of a pipeline's tokenizer that has learned the strings of a .spacy file."""
    tokenizer = copy(nlp.tokenizer)
    if isinstance(tokenizer, Tokenizer):
        learn_strings(list(SentenceCorpus(path).docs(nlp.vocab)), tokenizer)
    return tokenizer


def share_split(tokenizer: Tokenizer, ranges: list[Range]) -> float:
    """The share of ranges that a tokenizer splits into the treebank's words; 0 without ranges."""
    right = [[token.text for token in tokenizer(each.form)] == each.forms for each in ranges]
    return sum(right) / max(len(right), 1)


def count_annotation(path: Path) -> Counter[str]:
    """Count the tokens of a converted part, and those that have each kind of annotation."""
    has: Counter[str] = Counter()
    for doc in DocBin().from_disk(path).get_docs(Vocab()):
        for token in doc:
            has["token"] += 1
            has["word"] += token.text != "_"
            has["space"] += " " in token.text
            has["tag"] += bool(token.tag_)
            has["pos"] += bool(token.pos_)
            has["morph"] += bool(str(token.morph))
            has["lemma"] += bool(token.lemma_)
    return has


def check_annotation(has: Counter[str], path: Path) -> None:
    """Raise a ValueError if there is nothing to learn."""
    if not has["word"]:
        raise ValueError(
            f"{path} has no words: each is _, because their licence doesn't let the treebank "
            "include them. Its README says how to get them."
        )
    if not has["tag"]:
        raise ValueError(f"{path} has no tags: its columns UPOS and XPOS are empty.")
