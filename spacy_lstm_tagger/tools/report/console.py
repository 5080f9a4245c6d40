"""The report as tables in a terminal."""

import unicodedata
from collections.abc import Callable
from typing import Any

from wasabi import msg

from .measure import SCORES, Report
from .numbers import percent, points


def show(reports: dict[str, Report], comparison: Report | None) -> None:
    """Print reports."""
    if comparison is not None:
        show_comparison(reports, comparison)
    for name, report in reports.items():
        msg.divider(name)
        sentences = {"accuracy": report["sentence_accuracy"], "n_tokens": report["n_sents"]}
        groups = {"accuracy": report, **report.get("groups", {}), "sentences": sentences}
        rows = []
        for key, group in groups.items():
            name = "all" if key == "accuracy" else key
            interval = span(report["intervals"][key])
            rows.append([name, percent(group["accuracy"]), interval, group["n_tokens"]])
        table(["words", "accuracy", "95 % interval", "number"], rows)
        if abs(report["tag_acc"] - report["accuracy"]) > 1e-9:
            msg.text(f"tag_acc of spacy evaluate: {percent(report['tag_acc'])}")
        if "calibration" in report:
            error = percent(report["calibration"]["expected_calibration_error"])
            msg.text(f"Expected calibration error: {error}")
        if "by_frequency" in report:
            table(["in training", "accuracy", "tokens"], accuracies(report["by_frequency"]))
        table(["sentence length", "accuracy", "tokens"], accuracies(report["by_length"]))
        if "forms" in report:
            keys = "accuracy", "changed"
            rows = [[row["form"], *(percent(row[key]) for key in keys)] for row in report["forms"]]
            table(["form", "accuracy", "tags changed"], rows)
        macro = {"tag": "macro average", **report["averages"]["macro"]}
        rows = [
            [row["tag"], *(percent(row[key]) for key in SCORES), row["n_tokens"]]
            for row in [*report["tags"], {**macro, "n_tokens": report["n_tokens"]}]
        ]
        table(["tag", "P", "R", "F", "tokens"], rows)
        rows = [
            [row["gold"], row["tag"], row["count"], ", ".join(word for word, _ in row["words"])]
            for row in report["confusions"]
        ]
        table(["gold", "predicted", "tokens", "words"], rows)


def show_comparison(reports: dict[str, Report], comparison: Report) -> None:
    first, second = reports
    msg.divider("Side by side")
    rows: list[list[Any]] = [
        [name, percent(report["accuracy"]), span(report["intervals"]["accuracy"])]
        for name, report in reports.items()
    ]
    change = comparison["changes"]["accuracy"]
    rows.append(
        [f"change from {second}", points(change["value"]), span(change["interval"], points)]
    )
    table(["", "accuracy", "95 % interval"], rows)
    rows = [
        [f"only {first} is right", comparison["only_first_correct"]],
        [f"only {second} is right", comparison["only_second_correct"]],
        ["tagged differently", comparison["different"]],
    ]
    table(["", "tokens"], rows)
    msg.text(f"McNemar's exact test: p = {comparison['p_value']:.2g}")


def accuracies(rows: list[Report]) -> list[list[Any]]:
    return [[row["group"], percent(row["accuracy"]), row["n_tokens"]] for row in rows]


def table(header: list[str], rows: list[list[Any]]) -> None:
    left = ("", "words", "form", "tag", "gold", "predicted", "in training", "sentence length")
    aligns = ["l" if name in left else "r" for name in header]
    rows = [[printable(cell) for cell in row] for row in rows]
    msg.table(rows, header=header, divider=True, aligns=aligns, max_col=100)


def span(
    interval: tuple[float, float] | None, shown: Callable[[float | None], str] = percent
) -> str:
    return "" if interval is None else f"{shown(interval[0])} to {shown(interval[1])}"


def printable(cell: Any) -> Any:
    """Escape control characters of the data, with which a terminal could be told to do things."""
    if not isinstance(cell, str):
        return cell
    return "".join(
        repr(char)[1:-1] if unicodedata.category(char) == "Cc" else char for char in cell
    )
