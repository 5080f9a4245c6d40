"""The report as one self-contained HTML page."""

import re
from collections.abc import Mapping
from math import log
from typing import Any

from jinja2 import Environment, PackageLoader
from markupsafe import Markup, escape

from ..visualizer import LANGUAGES
from .intervals import COVERAGE, MIN_SENTS, N_RESAMPLES
from .measure import Report
from .numbers import percent, points

MAX_TAGS = 25  # in the confusion matrix
N_SHADES = 5  # of its cells
NO_TAG = "(none)"  # where the pipeline has no such token, or no tag for it

MEANINGS = {
    "accuracy": ("All words", "The share of the tokens with a gold tag that get this tag."),
    "unseen": (
        "Unseen words",
        "The accuracy on words that do not occur in the training data, in exactly this spelling.",
    ),
    "ambiguous": (
        "Ambiguous words",
        "The accuracy on words that have more than one gold tag in the training data.",
    ),
    "sentences": ("Whole sentences", "The share of the sentences in which every tag is right."),
    "macro_f": (
        "Macro-averaged F",
        "The mean F of the tags in the gold data, in which a rare tag counts as much as a "
        "frequent one.",
    ),
    "calibration_error": (
        "Expected calibration error",
        "How far the probabilities of the tags are from the share of right tags, on average over "
        "ten bins; 0 is best.",
    ),
    "tag_acc": (
        "tag_acc of spacy evaluate",
        "The F of pairs of token and tag, which also counts the tokenizer's own tokens.",
    ),
}


def make_page(about: Report, reports: Mapping[str, Report], comparison: Report | None) -> str:
    """Make the page.

    about (Report): What was measured: "data", "gold_preproc", "language", "direction", "train",
        "command", "date", "versions" (by name) and "pipelines" (a description of each).
    reports (Mapping[str, Report]): The result of `measure` for each pipeline.
    comparison (Report | None): The result of `compare` for two pipelines.
    """
    loader = PackageLoader("spacy_lstm_tagger.tools", "report")
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, loader=loader)
    environment.filters |= {
        "percent": percent,
        "points": lambda value: points(value).replace("-", "\N{MINUS SIGN}"),
        "breakable": breakable,
        "tag": lambda tag: tag or NO_TAG,
    }
    language = about["language"]
    calibrated = {
        name: report["calibration"] for name, report in reports.items() if "calibration" in report
    }
    return environment.get_template("page.html").render(
        about={**about, "language": LANGUAGES.get(language, language)},
        reports=reports,
        names=list(reports),
        comparison=comparison,
        overview=overview(reports, comparison),
        meanings=MEANINGS,
        tags=side_by_side(reports, "tags", "tag"),
        breakdowns=breakdowns(reports),
        calibrated=calibrated,
        bins=side_by_side(calibrated, "bins", "low"),
        matrices={name: confusion_grid(report["confusion"]) for name, report in reports.items()},
        coverage=COVERAGE,
        n_resamples=N_RESAMPLES,
        min_sents=MIN_SENTS,
    )


def breakable(name: str) -> Markup:
    """Let a line break after a part of a path or of a name."""
    return Markup(re.sub(r"([/_.-])", r"\1<wbr>", str(escape(name))))


def overview(reports: Mapping[str, Report], comparison: Report | None) -> list[Report]:
    """A row for each measure, with its value and interval in each pipeline."""
    changes = comparison["changes"] if comparison else {}
    rows = [
        {
            "key": key,
            "name": name,
            "cells": [
                {"value": value_of(report, key), "interval": report["intervals"].get(key)}
                for report in reports.values()
            ],
            "change": changes.get(key, {"value": None, "interval": None}),
            "number": number_of(next(iter(reports.values())), key),
        }
        for key, (name, _) in MEANINGS.items()
    ]
    return [row for row in rows if any(cell["value"] is not None for cell in row["cells"])]


def value_of(report: Report, key: str) -> float | None:
    if key == "tag_acc" and abs(report["tag_acc"] - report["accuracy"]) < 1e-9:
        return None
    values: dict[str, Any] = {
        "accuracy": report["accuracy"],
        "sentences": report["sentence_accuracy"],
        "macro_f": report["averages"]["macro"]["f"],
        "tag_acc": report["tag_acc"],
        "calibration_error": report.get("calibration", {}).get("expected_calibration_error"),
        **{name: group["accuracy"] for name, group in report.get("groups", {}).items()},
    }
    return values.get(key)


def number_of(report: Report, key: str) -> str:
    """How many tokens, sentences or tags a measure is taken from."""
    if key == "sentences":
        return f"{report['n_sents']:,} sentences"
    if key == "macro_f":
        return f"{sum(row['n_tokens'] > 0 for row in report['tags']):,} tags"
    return f"{report.get('groups', {}).get(key, report)['n_tokens']:,} tokens"


def side_by_side(reports: Mapping[str, Report], part: str, key: str) -> list[Report]:
    """The rows of all pipelines that have the same key, next to each other. A cell is None where a
    pipeline has no such row."""
    rows = [{row[key]: row for row in report.get(part, [])} for report in reports.values()]
    keys = sorted({value for by_key in rows for value in by_key})
    return [
        {"key": value, "cells": cells, "any": next(filter(None, cells))}
        for value in keys
        for cells in [[by_key.get(value) for by_key in rows]]
    ]


def breakdowns(reports: Mapping[str, Report]) -> list[Report]:
    """Tables of the accuracy on parts of the data."""
    in_train = "Accuracy by how often a word occurs in the training data"
    tables = [
        ("by_frequency", in_train, "Occurrences"),
        ("by_length", "Accuracy by the length of the sentence", "Tokens in the sentence"),
    ]
    first = next(iter(reports.values()))
    return [
        {
            "id": part.replace("_", "-"),
            "caption": caption,
            "header": header,
            "rows": [
                {"group": row["group"], "n_tokens": row["n_tokens"], "cells": cells}
                for row, *cells in zip(
                    first[part], *(report[part] for report in reports.values()), strict=True
                )
                if row["n_tokens"]
            ],
        }
        for part, caption, header in tables
        if part in first
    ]


def confusion_grid(confusion: Report) -> Report:
    """The part of a confusion matrix whose tags are confused: the tags with the most errors, in the
    order of the alphabet. Each cell has its number of tokens and the shade of an error, from 1 for
    one token to `N_SHADES` for the most frequent one, by the logarithm."""
    labels, matrix = confusion["labels"], confusion["matrix"]
    n = range(len(labels))
    errors = [sum(matrix[i][j] + matrix[j][i] for j in n if j != i) for i in n]
    confused = [i for i in n if errors[i]]
    shown = sorted(sorted(confused, key=lambda i: -errors[i])[:MAX_TAGS])
    highest = max((matrix[i][j] for i in shown for j in shown if i != j), default=0)
    return {
        "labels": [labels[i] for i in shown],
        "left_out": len(confused) - len(shown),
        "rows": [
            [
                {"n": matrix[i][j], "shade": 0 if i == j else shade(matrix[i][j], highest)}
                for j in shown
            ]
            for i in shown
        ],
    }


def shade(n: int, highest: int) -> int:
    if n == 0:
        return 0
    return 1 if highest == 1 else 1 + int((N_SHADES - 1) * log(n) / log(highest))
