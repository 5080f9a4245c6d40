"""Compares a conditional random field over plain features with trained pipelines.

    pip install python-crfsuite
    python benchmarks/crf.py train.spacy dev.spacy training/default/model-best

CRFsuite learns by L-BFGS. A word's features are the word, its affixes and shape, and the words and
affixes of its neighbours: about what `default.cfg` embeds. Gold tokens, one sentence a Doc.
"""

import statistics
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import spacy
import typer
from common import machine, make_docs, read_docs, seconds, show, words_of
from spacy.lang.lex_attrs import word_shape
from spacy.tokens import Span

N_ITERATIONS = 80


def main(
    train: Path = typer.Argument(..., help="DocBin with sentence boundaries", exists=True),
    dev: Path = typer.Argument(..., help="DocBin with sentence boundaries", exists=True),
    pipelines: list[Path] = typer.Argument(..., help="Trained pipelines", exists=True),
) -> None:
    """Train a CRF, and measure it beside pipelines."""
    import pycrfsuite

    learned = [sent for doc in read_docs(train) for sent in doc.sents]
    gold = [sent for doc in read_docs(dev) for sent in doc.sents]
    known = {token.text for sent in learned for token in sent}
    trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
    trainer.set_params({"c1": 0.1, "c2": 0.01, "max_iterations": N_ITERATIONS})
    for sent, words in zip(learned, words_of(learned), strict=True):
        trainer.append(list(features(words)), [token.tag_ for token in sent])
    tagger = pycrfsuite.Tagger()
    with TemporaryDirectory() as folder:
        path = str(Path(folder) / "crf")
        elapsed = seconds(trainer.train, path)
        tagger.open(path)
    print(machine())
    print(f"CRFsuite trained in {elapsed:.0f} seconds")
    sentences = words_of(gold)
    table = [["", "accuracy, %", "unseen words, %", "ms a sentence, p50"]]
    found = [tagger.tag(list(features(words))) for words in sentences]
    times = [seconds(lambda w=words: tagger.tag(list(features(w)))) for words in sentences[:200]]
    table.append(
        ["CRFsuite", *scores(gold, found, known), f"{1000 * statistics.median(times):.2f}"]
    )
    for pipeline in pipelines:
        nlp = spacy.load(pipeline)
        docs = list(nlp.pipe(make_docs(nlp, sentences)))
        found = [[token.tag_ for token in doc] for doc in docs]
        times = [seconds(nlp, doc) for doc in list(make_docs(nlp, sentences[:200]))]
        row = [*scores(gold, found, known), f"{1000 * statistics.median(times):.2f}"]
        table.append([str(pipeline), *row])
    show(table, dev.name)


def features(words: list[str]) -> Iterator[list[str]]:
    """The features of each word of a sentence, as strings."""
    own = [of_word(word) for word in ("", "", *words, "", "")]
    for i in range(2, len(words) + 2):
        near = (f"{offset}{feature}" for offset in (-1, 1) for feature in own[i + offset])
        far = (f"{offset}{own[i + offset][0]}" for offset in (-2, 2))
        yield [*own[i], *near, *far]


@cache
def of_word(word: str) -> tuple[str, ...]:
    lower = word.lower()
    shape = word_shape(word)
    affixes = [f"p{n}{lower[:n]}" for n in (1, 2, 3)] + [f"s{n}{lower[-n:]}" for n in (1, 2, 3, 4)]
    return (f"w{word}", f"l{lower}", f"k{shape}", *affixes)


def scores(gold: list[Span], found: list[list[str]], known: set[str]) -> tuple[str, str]:
    """Accuracy on all words, and on words that are not in the training data."""
    right = [
        (token.text in known, token.tag_ == tag)
        for sent, tags in zip(gold, found, strict=True)
        for token, tag in zip(sent, tags, strict=True)
    ]
    unseen = [is_right for is_known, is_right in right if not is_known]
    both = (statistics.mean(is_right for _, is_right in right), statistics.mean(unseen))
    return tuple(f"{100 * value:.2f}" for value in both)


if __name__ == "__main__":
    typer.run(main)
