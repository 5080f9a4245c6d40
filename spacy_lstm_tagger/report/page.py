"""The report as one self-contained HTML page."""

import io
from importlib.resources import files
from typing import Any

import numpy
from jinja2 import Environment
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from spacy.about import __version__ as spacy_version

from .. import __version__
from .measure import Report

MAX_TAGS = 40  # the plot of the confusion matrix has only the most frequent tags
COLOR = "#2a6f97"


def make_page(title: str, data: str, reports: dict[str, Report], comparison: Report | None) -> str:
    """Make the page.

    title (str): Its title.
    data (str): Name of the evaluation data.
    reports (dict[str, Report]): The result of `measure` for each pipeline.
    comparison (Report | None): The result of `compare` for two pipelines.
    """
    template = files(__package__).joinpath("page.html").read_text(encoding="utf8")
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters["percent"] = lambda value: "" if value is None else f"{100 * value:.2f}"
    plots = {
        name: {
            "confusion": to_svg(plot_confusion(report["confusion"])),
            "calibration": to_svg(plot_calibration(report["calibration"]))
            if "calibration" in report
            else None,
        }
        for name, report in reports.items()
    }
    return environment.from_string(template).render(
        title=title,
        data=data,
        reports=reports,
        plots=plots,
        comparison=comparison,
        versions=f"spacy-lstm-tagger {__version__}, spaCy {spacy_version}",
    )


def plot_confusion(confusion: Report) -> Figure:
    """Gold tags in rows, predicted tags in columns, errors coloured by their number."""
    matrix = numpy.array(confusion["matrix"])
    chosen = numpy.sort(numpy.argsort(-matrix.sum(axis=1), kind="stable")[:MAX_TAGS])
    labels = [confusion["labels"][i] for i in chosen]
    errors = matrix[numpy.ix_(chosen, chosen)].astype(float)
    numpy.fill_diagonal(errors, 0)
    size = 2 + 0.22 * len(labels)
    figure = Figure(figsize=(size + 0.8, size), layout="constrained")
    axes = figure.subplots()
    highest = max(errors.max(), 2.0)
    image = axes.imshow(
        numpy.where(errors > 0, errors, numpy.nan), cmap="Blues", norm=LogNorm(1, highest)
    )
    axes.set_xticks(range(len(labels)), labels, rotation=90, fontsize=7)
    axes.set_yticks(range(len(labels)), labels, fontsize=7)
    axes.set(xlabel="predicted", ylabel="gold")
    axes.plot([-0.5, len(labels) - 0.5], [-0.5, len(labels) - 0.5], color="#ccc", linewidth=0.8)
    figure.colorbar(image, ax=axes, label="errors", shrink=0.6)
    return figure


def plot_calibration(calibration: Report) -> Figure:
    """Accuracy against confidence."""
    bins = calibration["bins"]
    figure = Figure(figsize=(4.4, 4), layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="#bbb", linewidth=1, linestyle="--")
    confidences, accuracies = ([b[key] for b in bins] for key in ("confidence", "accuracy"))
    axes.plot(confidences, accuracies, "o-", color=COLOR)
    axes.set(xlabel="confidence", ylabel="accuracy", xlim=(0, 1.02), ylim=(0, 1.02))
    return figure


def to_svg(figure: Figure) -> str:
    buffer = io.StringIO()
    settings: dict[str, Any] = {"Date": None}
    FigureCanvasSVG(figure).print_svg(buffer, metadata=settings)
    svg = buffer.getvalue()
    return svg[svg.index("<svg") :]
