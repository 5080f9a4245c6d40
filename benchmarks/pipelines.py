"""Compares whole trained pipelines: accuracy, speed and size.

    python benchmarks/pipelines.py dev.spacy en_lstm_web en_core_web_sm

All components of each pipeline run. Tags are compared with the tags of the data, so the data has to
have the tag set of the pipelines. Speed is measured in turn after a warm-up; figures are medians
with the smallest and the largest value.
"""

from pathlib import Path

import spacy
import typer
from common import (
    Table,
    in_process,
    in_turn,
    machine,
    make_docs,
    read_docs,
    save,
    seconds,
    sentences_of,
    show,
    spread,
)
from spacy.language import Language
from spacy.scorer import Scorer
from spacy.tokens import Doc
from spacy.training import Example

from spacy_lstm_tagger.tools.report import measure_forms, tag_tokens
from spacy_lstm_tagger.tools.report.forms import FORMS
from spacy_lstm_tagger.tools.report.tokens import make_doc

CASES = ("lower case", "upper case", "title case", "letters swapped")
Accuracy = dict[str, float]


def main(
    data: Path = typer.Argument(..., help="DocBin with sentence boundaries", exists=True),
    pipelines: list[str] = typer.Argument(..., help="Names or folders of trained pipelines"),
    repeat: int = typer.Option(5, help="Runs of each measurement of speed", min=1),
    n_threads: int = typer.Option(1, help="Number of threads", min=1),
    output: Path = typer.Option(None, help="Folder for pipelines.md and pipelines.json"),
) -> None:
    """Compare trained pipelines."""
    scores = {name: in_process(accuracy, name, data, n_threads=n_threads) for name in pipelines}
    speeds = in_process(speed, pipelines, data, repeat, n_threads=n_threads)
    table = [["", *(Path(name).name for name in pipelines)]]
    for measure in scores[pipelines[0]]:
        table.append([measure, *(f"{scores[name][measure]:.2%}" for name in pipelines)])
    table.append(["words/s, all components", *(spread(speeds[name]) for name in pipelines)])
    table.append(["size in MB", *(f"{size(name):.1f}" for name in pipelines)])
    title = f"{data.name}, {n_threads} thread(s)"
    print(machine())
    show(table, title)
    if output is not None:
        results = {"accuracy": scores, "words/s": speeds}
        tables: dict[str, Table] = {title: table}
        save(output, "pipelines", tables, results)


def accuracy(name: str, data: Path) -> Accuracy:
    """The accuracy of a pipeline on the gold tokens, on the raw text, and on other forms of it."""
    nlp = spacy.load(name)
    docs = read_docs(data)
    sentences = [sent.as_doc() for doc in docs for sent in doc.sents]
    one, several = score(nlp, sentences), score(nlp, docs)
    found = {
        "XPOS, a sentence a Doc": one["tag"],
        "XPOS, several sentences a Doc": several["tag"],
        "UPOS, a sentence a Doc": one["pos"],
        "UPOS, several sentences a Doc": several["pos"],
        "XPOS from raw text, F": score(nlp, docs, gold_tokens=False)["tag"],
    }
    as_is = tag_tokens(nlp, sentences)
    reports = measure_forms(nlp, sentences, as_is)
    by_form = {report["form"]: report["accuracy"] for report in reports}
    found |= {f"XPOS, {form}": by_form[form] for form in FORMS if form in CASES}
    return found


def score(nlp: Language, docs: list[Doc], *, gold_tokens: bool = True) -> Accuracy:
    """F of tag and pos over tokens of the same extent. With the gold tokens, it is the accuracy."""
    tagged = nlp.pipe(make_doc(nlp, doc, gold_tokens) for doc in docs)
    examples = [Example(doc, gold) for doc, gold in zip(tagged, docs, strict=True)]
    return {
        attribute: float(Scorer.score_token_attr(examples, attribute)[f"{attribute}_acc"])
        for attribute in ("tag", "pos")
    }


def speed(pipelines: list[str], data: Path, repeat: int) -> dict[str, list[float]]:
    """Words a second of nlp.pipe, one sentence a Doc."""
    sentences = sentences_of(read_docs(data))
    n_words = sum(map(len, sentences))
    loaded = {name: spacy.load(name) for name in pipelines}

    def run(nlp: Language) -> float:
        return n_words / seconds(lambda: list(nlp.pipe(make_docs(nlp, sentences))))

    return in_turn(loaded, run, repeat)


def size(name: str) -> float:
    """The size of a pipeline's files in MB."""
    folder = Path(spacy.load(name).path)
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


if __name__ == "__main__":
    typer.run(main)
