"""The report as one self-contained HTML page."""

import re
from math import log

from markupsafe import Markup, escape

from ..visualizer import LANGUAGES, explain, template
from .intervals import COVERAGE, MIN_SENTS, N_RESAMPLES
from .measure import Measures
from .tables import MEANINGS, NO_TAG, Reports, key_numbers, make_tables, show, value_of, verdict

MAX_TAGS = 25  # in the confusion matrix
N_SHADES = 5  # of its cells


def make_page(about: Measures, reports: Reports, comparison: Measures | None) -> str:
    """Make the page.

    about (Measures): What was measured: "data", "gold_preproc", "language", "direction", "train",
        "command", "date", "versions" (by name) and "pipelines" (a description of each).
    reports (Mapping[str, Measures]): The result of `measure` for each pipeline.
    comparison (Measures | None): The result of `compare` for two pipelines.
    """
    page = template(
        "report/page.html",
        show=show,
        breakable=breakable,
        tag=lambda tag: tag or NO_TAG,
        explain=explain,
    )
    language, first = about["language"], next(iter(reports.values()))
    return page.render(
        about={**about, "language": LANGUAGES.get(language, language)},
        reports=reports,
        first=first,
        names=list(reports),
        comparison=comparison,
        verdict=verdict(reports, comparison),
        key_numbers=key_numbers(reports, comparison),
        tables={table.id: table for table in make_tables(reports, comparison)},
        meanings=[MEANINGS[key] for key in MEANINGS if value_of(first, key) is not None],
        calibrated={n: r["calibration"] for n, r in reports.items() if "calibration" in r},
        matrices={name: confusion_grid(report["confusion"]) for name, report in reports.items()},
        coverage=COVERAGE,
        n_resamples=N_RESAMPLES,
        min_sents=MIN_SENTS,
    )


def breakable(name: str) -> Markup:
    """Let a line break after a part of a path or of a name."""
    return Markup(re.sub(r"([/_.-])", r"\1<wbr>", str(escape(name))))


def confusion_grid(confusion: Measures) -> Measures:
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
