"""Writes the sentences of a treebank with other words, for a teacher to tag.

    python pipelines/replace_words.py train.spacy replaced.jsonl labelled/articles labelled/mixed

Some of the nouns, names, verbs, adjectives, adverbs, numbers and interjections are replaced by
words with the same tag, of the treebank and of text that spacy label-tags wrote. The sentences make
little sense, but they are built like the treebank's, and have words that it lacks. The tags may be
wrong then, so a teacher tags the text anew:

    python -m spacy label-tags teacher replaced.jsonl labelled/replaced
"""

import json
import random
from collections import Counter, defaultdict
from itertools import accumulate
from pathlib import Path

import typer
from spacy.tokens import Doc, Token
from spacy.vocab import Vocab
from wasabi import msg

from spacy_lstm_tagger.files import write_file
from spacy_lstm_tagger.training.corpus import SentenceCorpus

# Parts of speech whose words are replaced.
OPEN = frozenset(("ADJ", "ADV", "INTJ", "NOUN", "NUM", "PROPN", "VERB"))
# Share of these words that is replaced. It is drawn for each text.
SHARES = (0.1, 0.2, 0.3, 0.4)
MIN_FREQ = 2
# Words are drawn by their number to this power: frequent words less often than they occur.
POWER = 0.6

# Words, and their cumulative weights.
Choice = tuple[list[str], list[float]]


def main(
    treebank: Path = typer.Argument(..., help=".spacy file with tags and parts of speech"),
    output: Path = typer.Argument(..., help="The .jsonl file to write", dir_okay=False),
    labelled: list[Path] = typer.Argument(None, help="Folders of spacy label-tags"),
    copies: int = typer.Option(7, "--copies", "-n", help="Copies of each text", min=1),
    seed: int = typer.Option(0, "--seed", "-s", help="Seed of the random numbers"),
) -> None:
    """Write a treebank's sentences with other words."""
    draw = random.Random(seed)
    texts = []
    try:
        if output.suffix != ".jsonl":
            raise ValueError(f"The output {output} has to be a .jsonl file.")
        docs = list(SentenceCorpus(treebank).docs(Vocab()))
        words = count_words([treebank, *(labelled or [])])
        for _ in range(copies):
            for doc in docs:
                text = replace_words(doc, words, draw)
                if text:
                    texts.append(text)
        lines = [json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in texts]
        write_file(output, "".join(lines).encode())
    except (OSError, ValueError) as error:
        msg.fail("Can't replace words", str(error), exits=1)
    msg.good(f"{output} ({len(texts)} texts, words of {len(words)} tags)")


def count_words(paths: list[Path]) -> dict[str, Choice]:
    """Count the words that each tag can get. Raises a ValueError if there are none."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for path in paths:
        for doc in SentenceCorpus(path).docs(Vocab()):
            for token in doc:
                if is_open(token):
                    counts[token.tag_][inside_a_sentence(token)] += 1
    words = {}
    for tag, counter in counts.items():
        weights = {word: n**POWER for word, n in counter.items() if n >= MIN_FREQ}
        if weights:
            words[tag] = (list(weights), list(accumulate(weights.values())))
    if not words:
        raise ValueError(
            f"{paths[0]} has no tagged word twice whose part of speech (pos_) is one of "
            f"{', '.join(sorted(OPEN))}."
        )
    return words


def is_open(token: Token) -> bool:
    return bool(token.tag_) and token.pos_ in OPEN and token.text[0].isalnum()


def inside_a_sentence(token: Token) -> str:
    """A word as it would be inside a sentence."""
    word: str = token.text
    has_capital = word[0].isupper() and word[1:] == word[1:].lower()
    if token.is_sent_start and has_capital and token.pos_ != "PROPN":
        return word.lower()
    return word


def replace_words(doc: Doc, words: dict[str, Choice], draw: random.Random) -> str:
    """Give a text other words. A word that continues the one before it, as n't does, stays."""
    share = draw.choice(SHARES)
    text = ""
    for token in doc:
        word = token.text
        is_free = is_open(token) and not text[-1:].isalnum()
        if is_free and token.tag_ in words and draw.random() < share:
            choice, cum_weights = words[token.tag_]
            other = draw.choices(choice, cum_weights=cum_weights)[0]
            word = in_case_of(word, other, is_name=token.pos_ == "PROPN")
        text += word + token.whitespace_
    return text.strip()


def in_case_of(word: str, other: str, is_name: bool) -> str:
    """Give another word the case of a word: all in upper case, or a first capital. Its own capitals
    stay, except those of a name in place of a name in lower case."""
    if word.isupper() and len(word) > 1:
        return other.upper()
    if is_name:
        return other.lower() if word.islower() else other
    if word[:1].isupper():
        return other[:1].upper() + other[1:]
    return other


if __name__ == "__main__":
    typer.run(main)
