"""`spacy report-tags`: report the accuracy of a pipeline's tags, and its errors."""

from pathlib import Path
from typing import Any

import spacy
import srsly
from spacy.cli._util import Arg, Opt, app
from wasabi import msg

from ..readers import SentenceCorpus, cut
from . import GOLD_PREPROC

SCORES = ("precision", "recall", "f")


@app.command("report-tags")
def report_tags_cli(
    pipeline: str = Arg(..., help="Name or folder of a pipeline that sets token.tag_"),
    data_path: Path = Arg(..., help="Gold data, .spacy", exists=True, dir_okay=False),
    other: str = Opt(None, "--compare", "-c", help="A second pipeline to compare with"),
    train_path: Path = Opt(
        None,
        "--train",
        "-t",
        help="Training data, .spacy, to find unseen and ambiguous words",
        exists=True,
        dir_okay=False,
    ),
    html_path: Path = Opt(None, "--html", help="HTML page to write", dir_okay=False),
    json_path: Path = Opt(None, "--json", help="JSON file to write", dir_okay=False),
    gold_preproc: bool = Opt(
        False,
        "--gold-preproc",
        "-G",
        help=f"{GOLD_PREPROC} (without it: the tokens of the gold data, whole Docs)",
    ),
    n_examples: int = Opt(3, "--examples", "-e", help="Examples of each confusion", min=0),
    with_forms: bool = Opt(
        False,
        "--forms",
        "-f",
        help="Also tag other forms of the text: case, typing errors, white space",
    ),
) -> None:
    """Report how well a pipeline tags: accuracy, also on unseen and on ambiguous words;
    precision, recall and F by tag; confusions with examples; calibration; accuracy on other
    forms of the same text.

    The pipeline tags the tokens of the gold data. A significance test compares it with a second
    pipeline. Any component that sets token.tag_ can be measured.
    """
    try:
        from ..report import (
            compare,
            make_page,
            measure,
            measure_forms,
            tag_tokens,
            tags_of_words,
        )
    except ImportError as error:
        msg.fail(
            f"A report needs '{error.name}'", "pip install 'spacy-lstm-tagger[report]'", exits=1
        )
    if other == pipeline:
        msg.fail(f"Can't compare {pipeline} with itself", exits=1)
    for path in (html_path, json_path):
        if path is not None and not path.resolve().parent.is_dir():
            msg.fail(f"Can't write {path}: its folder does not exist", exits=1)
    names = [pipeline, other] if other else [pipeline]
    try:
        loaded = {name: spacy.load(name) for name in names}
        nlp = loaded[pipeline]
        docs = list(SentenceCorpus(data_path).docs(nlp.vocab))
        if gold_preproc:
            docs = [piece for doc in docs for piece in cut(doc)]
        train_tags = None
        if train_path is not None:
            train_tags = tags_of_words(SentenceCorpus(train_path).docs(nlp.vocab))
        tokens = {name: tag_tokens(loaded[name], docs) for name in names}
    except (OSError, ValueError) as error:
        msg.fail("Can't report", str(error), exits=1)
    reports = {name: measure(tokens[name], train_tags, n_examples) for name in names}
    if with_forms:
        for name in names:
            reports[name]["forms"] = measure_forms(loaded[name], docs, tokens[name])
    comparison = compare(tokens[pipeline], tokens[other]) if other else None
    show(reports, comparison)
    if json_path is not None:
        srsly.write_json(json_path, {"pipelines": reports, "comparison": comparison})
        msg.good(f"Wrote {json_path}")
    if html_path is not None:
        title = f"Tags of {' and '.join(names)}"
        html_path.write_text(
            make_page(title, f"On {data_path}", reports, comparison), encoding="utf8"
        )
        msg.good(f"Wrote {html_path}")


def show(reports: dict[str, dict[str, Any]], comparison: dict[str, Any] | None) -> None:
    """Print reports."""
    for name, report in reports.items():
        msg.divider(name)
        groups = {"all": report, **report.get("groups", {})}
        table(
            ["words", "accuracy", "tokens"],
            [[group, percent(of["accuracy"]), of["n_tokens"]] for group, of in groups.items()],
        )
        if "calibration" in report:
            error = percent(report["calibration"]["expected_calibration_error"])
            msg.text(f"Expected calibration error: {error}")
        if "forms" in report:
            table(
                ["form", "accuracy", "tags changed"],
                [
                    [row["form"], percent(row["accuracy"]), percent(row["changed"])]
                    for row in report["forms"]
                ],
            )
        table(
            ["tag", "P", "R", "F", "tokens"],
            [
                [row["tag"], *(percent(row[key]) for key in SCORES), row["n_tokens"]]
                for row in report["tags"]
            ],
        )
        table(
            ["gold", "predicted", "tokens", "words"],
            [
                [row["gold"], row["tag"], row["count"], ", ".join(word for word, _ in row["words"])]
                for row in report["confusions"]
            ],
        )
    if comparison is not None:
        first, second = reports
        msg.divider("Side by side")
        table(
            ["", "tokens"],
            [
                [f"only {first} is right", comparison["only_first_correct"]],
                [f"only {second} is right", comparison["only_second_correct"]],
                ["tagged differently", comparison["different"]],
            ],
        )
        msg.text(f"McNemar's exact test: p = {comparison['p_value']:.2g}")


def table(header: list[str], rows: list[list[Any]]) -> None:
    left = ("", "words", "form", "tag", "gold", "predicted")
    aligns = ["l" if name in left else "r" for name in header]
    msg.table(rows, header=header, divider=True, aligns=aligns, max_col=100)


def percent(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.2f}"
