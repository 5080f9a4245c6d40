"""The report as tables in a terminal."""

import unicodedata
from collections.abc import Callable
from typing import Any

from wasabi import msg

from .measure import Report
from .numbers import percent, points

SCORES = ("precision", "recall", "f")


def show(reports: dict[str, Report], comparison: Report | None) -> None:
    """Print reports."""
    if comparison is not None:
        show_comparison(reports, comparison)
    for name, report in reports.items():
        msg.divider(name)
        groups = {
            "all": report,
            **report.get("groups", {}),
            "sentences": {
                "accuracy": report["sentence_accuracy"],
                "n_tokens": report["n_sents"],
            },
        }
        keys = {"all": "accuracy"}
        table(
            ["words", "accuracy", "95 % interval", "number"],
            [
                [
                    group,
                    percent(of["accuracy"]),
                    span(report["intervals"][keys.get(group, group)]),
                    of["n_tokens"],
                ]
                for group, of in groups.items()
            ],
        )
        if abs(report["tag_acc"] - report["accuracy"]) > 1e-9:
            msg.text(f"tag_acc of spacy evaluate: {percent(report['tag_acc'])}")
        if "calibration" in report:
            error = percent(report["calibration"]["expected_calibration_error"])
            msg.text(f"Expected calibration error: {error}")
        if "by_frequency" in report:
            table(["in training", "accuracy", "tokens"], accuracies(report["by_frequency"]))
        table(["sentence length", "accuracy", "tokens"], accuracies(report["by_length"]))
        if "forms" in report:
            table(
                ["form", "accuracy", "tags changed"],
                [
                    [row["form"], percent(row["accuracy"]), percent(row["changed"])]
                    for row in report["forms"]
                ],
            )
        macro = report["averages"]["macro"]
        table(
            ["tag", "P", "R", "F", "tokens"],
            [
                *(
                    [row["tag"], *(percent(row[key]) for key in SCORES), row["n_tokens"]]
                    for row in report["tags"]
                ),
                ["macro average", *(percent(macro[key]) for key in SCORES), report["n_tokens"]],
            ],
        )
        table(
            ["gold", "predicted", "tokens", "words"],
            [
                [row["gold"], row["tag"], row["count"], ", ".join(word for word, _ in row["words"])]
                for row in report["confusions"]
            ],
        )


def show_comparison(reports: dict[str, Report], comparison: Report) -> None:
    first, second = reports
    msg.divider("Side by side")
    table(
        ["", "accuracy", "95 % interval"],
        [
            *(
                [name, percent(report["accuracy"]), span(report["intervals"]["accuracy"])]
                for name, report in reports.items()
            ),
            [
                f"change from {second}",
                points(comparison["changes"]["accuracy"]["value"]),
                span(comparison["changes"]["accuracy"]["interval"], points),
            ],
        ],
    )
    table(
        ["", "tokens"],
        [
            [f"only {first} is right", comparison["only_first_correct"]],
            [f"only {second} is right", comparison["only_second_correct"]],
            ["tagged differently", comparison["different"]],
        ],
    )
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
