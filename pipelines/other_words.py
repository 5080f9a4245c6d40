"""Writes the text of treebanks with other words, for the teacher to tag.

    python pipelines/other_words.py training/gold/train/en_ewt.spacy labelled/wikipedia \
      --output other_words/ewt --copies 5

A small network learns the sentences of a treebank by heart. So some of their nouns, names, verbs,
adjectives, adverbs and numbers are replaced by words with the same tag and part of speech, of the
treebank and of the text that the teacher tagged. These sentences make little sense, but they are
built like the treebank's, and have words that it lacks. The tags of the treebank stay, and
`spacy label-tags` gives each word the mean of its tag and of the teacher's probabilities:

    python -m spacy label-tags training/teacher/calibrated other_words/ewt labelled/ewt
"""

import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any

import typer
from spacy.tokens import Doc, DocBin, Token
from spacy.vocab import Vocab
from wasabi import msg

from spacy_lstm_tagger.tools.cli.messages import errors_shown
from spacy_lstm_tagger.tools.labelling.label_file import ATTRS
from spacy_lstm_tagger.training.corpus import SentenceCorpus

# Parts of speech whose words are replaced.
OPEN = frozenset(("ADJ", "ADV", "NOUN", "NUM", "PROPN", "VERB"))
# Shares of these words that are replaced. One is drawn for each text.
SHARES = (0.1, 0.2, 0.3, 0.4)
MIN_FREQ = 3
# Words are drawn by their number to this power: frequent words less often than they occur.
POWER = 0.6
DOCS_IN_FILE = 100
VOWELS = "aeiou"

# A tag and a part of speech.
Kind = tuple[str, str]
# Words, and their cumulative weights.
Choice = tuple[list[str], list[float]]


def main(
    treebank: Path = typer.Argument(..., help="The .spacy file of a treebank", exists=True),
    labelled: list[Path] = typer.Argument(None, help="Folders of spacy label-tags", exists=True),
    output: Path = typer.Option(..., help="Folder for the .spacy files", file_okay=False),
    copies: int = typer.Option(5, help="Copies with other words, beside the text as it is", min=0),
    seed: int = typer.Option(0, help="Seed of the random numbers"),
) -> None:
    """Write a treebank's text, and copies with other words. The files of an earlier run go."""
    draw = random.Random(seed)
    vocab = Vocab()
    docs = list(SentenceCorpus(treebank).docs(vocab))
    words = count_words([treebank, *(labelled or [])]) if copies else {}
    texts = list(docs)
    for _ in range(copies):
        texts += [replace_words(doc, words, draw) for doc in docs]
    output.mkdir(parents=True, exist_ok=True)
    for earlier in output.glob("[0-9]" * 5 + ".spacy"):
        earlier.unlink()
    for number, start in enumerate(range(0, len(texts), DOCS_IN_FILE)):
        data = DocBin(ATTRS, docs=texts[start : start + DOCS_IN_FILE])
        data.to_disk(output / f"{number:05}.spacy")
    msg.good(f"{output} ({len(texts):,} texts, {sum(map(len, texts)):,} tokens)")


def count_words(paths: list[Path]) -> dict[Kind, Choice]:
    """Count the words that a tag and part of speech can have."""
    counts: defaultdict[Kind, Counter[str]] = defaultdict(Counter)
    for path in paths:
        for doc in SentenceCorpus(path).docs(Vocab()):
            for token in doc:
                if is_of_open_class(token):
                    counts[tag_and_pos(token)][inside_a_sentence(token)] += 1
    words = {}
    for kind, counter in counts.items():
        weights = {word: n**POWER for word, n in sorted(counter.items()) if n >= MIN_FREQ}
        if weights:
            words[kind] = (list(weights), list(accumulate(weights.values())))
    return words


def tag_and_pos(token: Token) -> Kind:
    return token.tag_, token.pos_


def is_of_open_class(token: Token) -> bool:
    return bool(token.tag_) and token.pos_ in OPEN and token.text[0].isalnum()


def inside_a_sentence(token: Token) -> str:
    """A word as it would be inside a sentence."""
    word: str = token.text
    has_capital = word[0].isupper() and word[1:] == word[1:].lower()
    if token.is_sent_start and has_capital and token.pos_ != "PROPN":
        return word.lower()
    return word


def replace_words(doc: Doc, words: dict[Kind, Choice], draw: random.Random) -> Doc:
    """Give a text other words, and leave its annotation."""
    share = draw.choice(SHARES)
    texts = [token.text for token in doc]
    for token in replaceable(doc):
        choice = words.get(tag_and_pos(token))
        if choice is None or draw.random() >= share:
            continue
        others, cum_weights = choice
        other = draw.choices(others, cum_weights=cum_weights)[0]
        texts[token.i] = in_case_of(token, other)
        if token.i and texts[token.i - 1].lower() in ("a", "an"):
            article = "an" if other[0].lower() in VOWELS else "a"
            texts[token.i - 1] = in_case_of(doc[token.i - 1], article)
    spaces = [bool(token.whitespace_) for token in doc]
    copy = Doc(doc.vocab, words=texts, spaces=spaces)
    kept: Any = ["TAG", "POS", "MORPH", "SENT_START"]
    values: Any = doc.to_array(kept)
    return copy.from_array(kept, values)


def replaceable(doc: Doc) -> Iterator[Token]:
    """The words of open classes that no other word touches, as *n't* does."""
    for token in doc:
        if not is_of_open_class(token):
            continue
        after_word = token.i > 0 and not doc[token.i - 1].whitespace_
        before_word = token.i + 1 < len(doc) and not token.whitespace_
        if after_word and doc[token.i - 1].text[-1].isalnum():
            continue
        if before_word and (doc[token.i + 1].text[0].isalnum() or "'" in doc[token.i + 1].text):
            continue
        yield token


def in_case_of(token: Token, other: str) -> str:
    """Give another word the case of a token: all in upper case, or a first capital. The word's own
    capitals stay, except in place of a name in lower case."""
    if token.text.isupper() and len(token.text) > 1:
        return other.upper()
    if token.pos_ == "PROPN":
        return other.lower() if token.text.islower() else other
    if token.text[0].isupper():
        return other[0].upper() + other[1:]
    return other


if __name__ == "__main__":
    with errors_shown("Can't give the text other words"):
        typer.run(main)
