"""Joins lines of treebanks to texts without line breaks, in which few marks end a sentence.

    python pipelines/lines.py assets/en_ewt assets/en_gum --output training/gold/train/lines.spacy

Copied web pages, mails and lists have headings, names, greetings and items, each on a line of its
own. Where the line breaks are lost, only the words tell where the next one begins. So these texts
have lines of several documents in any order: those that no mark ends, sentences without their final
mark, and whole sentences.
"""

import random
from pathlib import Path

import typer
from gold import read_settled
from sentences import ENDS, Sentence, spaced, without_end, write_docs

from spacy_lstm_tagger.tools.cli.messages import errors_shown

LONGEST_LINE = 24
# Lines in a text.
FEWEST = 2
MOST = 6
# Shares of the lines that no mark ends, and of the sentences without their final mark.
UNMARKED = 0.45
WITHOUT_MARK = 0.2


def main(
    treebanks: list[Path] = typer.Argument(..., help="Folders with *-train.conllu"),
    output: Path = typer.Option(..., help="The .spacy file to write"),
    most: int = typer.Option(8000, help="Texts"),
    seed: int = typer.Option(0, help="Seed of the random numbers"),
) -> None:
    """Join lines to texts without line breaks."""
    draw = random.Random(seed)
    sentences = [s for s in read_settled(treebanks) if len(s) <= LONGEST_LINE]
    unmarked = [s for s in sentences if is_unmarked(s)]
    marked = [s for s in sentences if s[-1].xpos == "." and len(without_end(s)) > 1]
    texts = []
    for _ in range(most):
        n_lines = draw.randint(FEWEST, MOST)
        texts.append([line(unmarked, marked, draw) for _ in range(n_lines)])
    write_docs(texts, output)


def is_unmarked(sentence: Sentence) -> bool:
    """Whether no mark ends a sentence, as in headings, names and items."""
    return sentence[-1].xpos not in ENDS and sentence[-1].upos != "PUNCT"


def line(unmarked: list[Sentence], marked: list[Sentence], draw: random.Random) -> Sentence:
    """Draw a line. A space follows it."""
    chance = draw.random()
    if chance < UNMARKED:
        return spaced(draw.choice(unmarked))
    if chance < UNMARKED + WITHOUT_MARK:
        return spaced(without_end(draw.choice(marked)))
    return spaced(draw.choice(marked))


if __name__ == "__main__":
    with errors_shown("Can't join lines"):
        typer.run(main)
