"""The report as tables, and what all its forms say: the page, Markdown, CSV, the terminal."""

import csv
import io
import unicodedata
from collections.abc import Mapping
from typing import Any, NamedTuple

from ..visualizer import explain
from .intervals import Interval
from .measure import SCORES, Measures

Cell = str | int | float | Interval  # a float is a share, and is shown in percent
Reports = Mapping[str, Measures]

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
        "The mean F of the tags in the gold data, in which a rare tag counts as much as a frequent "
        "one. A sample of the sentences may lack a rare tag, which then drops out of the mean, so "
        "the value can lie near an end of its interval.",
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


class Table(NamedTuple):
    """A table of the report. With several pipelines, a column names its pipeline after a comma."""

    id: str
    caption: str
    header: list[str]
    rows: list[list[Cell]]


# Of each table after the first: the part of a report, the key of its rows, what the key is, the
# values in the columns, and a caption.
PARTS = (
    (
        *("by_frequency", "group", "Occurrences", ["accuracy"]),
        "Accuracy by how often a word occurs in the training data, in percent",
    ),
    (
        *("by_length", "group", "Tokens in the sentence", ["accuracy"]),
        "Accuracy by the length of the sentence, in percent",
    ),
    (
        *("forms", "form", "Form", ["accuracy", "changed"]),
        "Accuracy on other forms of the same text, and tags that change, in percent",
    ),
    (
        *("tags", "tag", "Tag", ["precision", "recall", "f"]),
        "Precision, recall and F of each tag, in percent",
    ),
    ("pairs", "pair", "Predicted for gold", ["count"], "Most frequent confusions"),
    (
        *("bins", "low", "Probability from", ["confidence", "accuracy", "n_tokens"]),
        "Tokens by the probability of their tag, in percent",
    ),
)
NAMES = {
    **{"precision": "Precision", "recall": "Recall", "f": "F", "accuracy": "Accuracy"},
    **{"changed": "Changed", "confidence": "Mean probability"},
    **{"n_tokens": "Tokens", "count": "Tokens"},
}


def make_tables(reports: Reports, comparison: Measures | None = None) -> list[Table]:
    """All tables of numbers."""
    rows_of = {}
    for name, report in reports.items():
        pairs = [
            {"pair": f"{row['tag'] or NO_TAG} for {row['gold']}", **row}
            for row in report["confusions"]
        ]
        rows_of[name] = {**report, "pairs": pairs, "bins": []}
        if "calibration" in report:
            of = report["calibration"]
            whole = {**of, "low": "All", "confidence": of["mean_confidence"]}
            rows_of[name]["bins"] = [*of["bins"], whole]
    found = [overview(reports, comparison), *(side_by_side(rows_of, *part) for part in PARTS)]
    return [
        with_meanings(table, reports) if table.id == "tags" else table
        for table in found
        if table.rows
    ]


def overview(reports: Reports, comparison: Measures | None) -> Table:
    header = ["Measure"]
    for name in reports:
        header += [labelled("Value", name, reports), labelled("95 % interval", name, reports)]
    if comparison:
        header += [f"Change from {list(reports)[1]}, points", "95 % interval of the change"]
    rows: list[list[Cell]] = []
    for key, (title, _) in MEANINGS.items():
        row: list[Cell] = [title]
        for report in reports.values():
            row += [value_of(report, key), report["intervals"].get(key)]
        if comparison:
            change = comparison["changes"].get(key, {"value": None, "interval": None})
            row += [points(change["value"])]
            row += [" to ".join(map(points, change["interval"] or ()))]
        if any(cell is not None for cell in row[1 : 1 + 2 * len(reports)]):
            rows.append([*row, number_of(next(iter(reports.values())), key)])
    return Table("overview-table", "Measures in percent", [*header, "Taken from"], rows)


def with_meanings(table: Table, reports: Reports) -> Table:
    """The table of tags with their meanings, and with averages at the end."""
    rows = [[row[0], explain(str(row[0])), *row[1:]] for row in table.rows]
    for average in ("macro", "micro"):
        values = [r["averages"][average][score] for r in reports.values() for score in SCORES]
        rows.append([f"{average} average", "", *values, next(iter(reports.values()))["n_tokens"]])
    return table._replace(header=["Tag", "Meaning", *table.header[1:]], rows=rows)


def side_by_side(
    reports: Reports, part: str, key: str, header: str, values: list[str], caption: str
) -> Table:
    """The rows of all reports that have the same key, next to each other, and the number of tokens.
    Rows without tokens are left out."""
    by_key = [{row[key]: row for row in report.get(part, [])} for report in reports.values()]
    keys = list(dict.fromkeys(value for rows in by_key for value in rows))
    columns = [labelled(NAMES[value], name, reports) for name in reports for value in values]
    rows: list[list[Cell]] = []
    for row_key in sorted(keys, key=str) if key in ("tag", "low") else keys:
        cells = [rows_of.get(row_key, {}) for rows_of in by_key]
        row: list[Cell] = [row_key, *(cell.get(value) for cell in cells for value in values)]
        n_tokens = next(filter(None, cells)).get("n_tokens")
        if n_tokens != 0 or key == "tag":
            rows.append(row if n_tokens is None or "n_tokens" in values else [*row, n_tokens])
    if rows and len(rows[0]) > 1 + len(columns):
        columns.append("Gold tokens" if key == "tag" else "Tokens")
    return Table(part.replace("_", "-"), caption, [header, *columns], rows)


def labelled(column: str, name: str, reports: Reports) -> str:
    return f"{column}, {name}" if len(reports) > 1 else column


def value_of(report: Measures, key: str) -> float | None:
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


def number_of(report: Measures, key: str) -> str:
    """How many tokens, sentences or tags a measure is taken from."""
    if key == "sentences":
        return f"{report['n_sents']:,} sentences"
    if key == "macro_f":
        return f"{sum(row['n_tokens'] > 0 for row in report['tags']):,} tags"
    return f"{report.get('groups', {}).get(key, report)['n_tokens']:,} tokens"


def verdict(reports: Reports, comparison: Measures | None) -> str:
    """The result in a sentence or two."""
    (name, report), *others = reports.items()
    right = f"{percent(report['accuracy'])} % of {report['n_tokens']:,} tokens"
    if comparison is None:
        return f"{name} tags {right} right."
    other, change = others[0][0], comparison["changes"]["accuracy"]["value"]
    p = comparison["p_value"]
    if p >= 0.05:
        return (
            f"{name} tags {right} right. Its difference from {other} may be chance ({p_text(p)})."
        )
    more = f"{100 * abs(change):.2f} points {'more' if change > 0 else 'less'} than {other}"
    return f"{name} tags {right} right, {more} ({p_text(p)})."


def key_numbers(reports: Reports, comparison: Measures | None) -> list[tuple[str, str]]:
    """Three numbers to remember, each with what it says."""
    report = next(iter(reports.values()))
    found = [("accuracy", f"{percent(report['accuracy'])} %", "of the words are tagged right")]
    n_wrong = round(report["n_tokens"] * (1 - report["accuracy"]))
    if comparison is None:
        found.append(("", f"{n_wrong:,}", f"errors in {report['n_sents']:,} sentences"))
    else:
        fewer = comparison["only_first_correct"] - comparison["only_second_correct"]
        share = abs(fewer) / max(n_wrong + fewer, 1)
        kind = f"{'fewer' if fewer >= 0 else 'more'} errors than {list(reports)[1]}"
        found.append(("", f"{100 * share:.0f} %", f"{kind}: {n_wrong:,}, not {n_wrong + fewer:,}"))
    for key, text in LAST_NUMBERS.items():
        if (value := value_of(report, key)) is not None:
            found.append((key, f"{percent(value)} %", text))
            break
    intervals = report["intervals"]
    return [
        (number, text + (f" ({show(span)} %)" if (span := intervals.get(key)) else ""))
        for key, number, text in found
    ]


# The first of them that is known becomes the third number.
LAST_NUMBERS = {
    "unseen": "of the words that are not in the training data",
    "calibration_error": "calibration error of the probabilities",
    "sentences": "of the sentences have no error",
}


def percent(value: float | None) -> str:
    """A share in percent; empty for None."""
    return "" if value is None else f"{100 * value:.2f}"


def points(value: float | None) -> str:
    """A difference of shares in percentage points, with its sign; empty for None."""
    return "" if value is None else f"{100 * value:+.2f}".replace("-", "\N{MINUS SIGN}")


def p_text(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p = {p:.2g}"


def show(cell: Cell) -> str:
    if cell is None or isinstance(cell, str):
        return cell or ""
    if isinstance(cell, tuple):
        return " to ".join(map(percent, cell))
    return percent(cell) if isinstance(cell, float) else f"{cell:,}"


def make_summary(reports: Reports, comparison: Measures | None) -> str:
    """Ten lines for a terminal. Control characters of the data, with which a terminal could be told
    to do things, are escaped."""
    lines = [verdict(reports, comparison), ""]
    lines += [f"{number:>9}  {text}" for number, text in key_numbers(reports, comparison)]
    for name, report in reports.items():
        most = "; ".join(
            f"{row['tag'] or NO_TAG} for {row['gold']} {row['count']} ({row['words'][0][0]})"
            for row in report["confusions"][:4]
        )
        whose = f" of {name}" if len(reports) > 1 else ""
        lines.append(f"Most frequent errors{whose}: {most or 'none'}")
    return "\n".join(map(printable, lines))


def printable(line: str) -> str:
    return "".join(repr(c)[1:-1] if unicodedata.category(c) == "Cc" else c for c in line)


def make_markdown(reports: Reports, comparison: Measures | None) -> str:
    """The verdict and all tables, for a paper or an issue."""

    def row(cells: list[Cell]) -> str:
        escaped = (show(c).replace("\\", "\\\\").replace("|", "\\|") for c in cells)
        return f"| {' | '.join(' '.join(text.split()) for text in escaped)} |"

    lines = [verdict(reports, comparison)]
    for table in make_tables(reports, comparison):
        aligns = [":--" if isinstance(cell, str) else "--:" for cell in table.rows[0]]
        lines += ["", f"**{table.caption}**", "", row([*table.header]), f"|{'|'.join(aligns)}|"]
        lines += map(row, table.rows)
    return "\n".join(lines) + "\n"


def make_csv(reports: Reports, comparison: Measures | None) -> str:
    """All tables as one, a number in a row: table, row, column, value. Shares are not in percent.
    An interval is its two ends with a space between them."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["table", "row", "column", "value"])
    for table in make_tables(reports, comparison):
        for key, *cells in table.rows:
            for column, cell in zip(table.header[1:], cells, strict=True):
                if cell not in (None, ""):
                    value = " ".join(map(str, cell)) if isinstance(cell, tuple) else cell
                    writer.writerow([table.id, key, column, value])
    return out.getvalue()
