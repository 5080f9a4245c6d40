"""Averages the weights of a student and of the pipeline that it went on from.

    python pipelines/average.py training/student/model-best en_lstm_web training/student/average \
      --share 0.75

Both have learned the same network with other labels. Their mean makes fewer errors than either: see
Wortsman et al. 2022, Robust fine-tuning of zero-shot models.
"""

from pathlib import Path
from typing import Any

import spacy
import typer
from thinc.api import Model
from wasabi import msg

from spacy_lstm_tagger._compat import import_code
from spacy_lstm_tagger.models.shim import NetworkShim
from spacy_lstm_tagger.models.vocabulary import for_words
from spacy_lstm_tagger.models.weights import Weights
from spacy_lstm_tagger.tools.cli.errors import errors_shown
from spacy_lstm_tagger.training.start_from import start_from


def main(
    student: Path = typer.Argument(..., help="Trained student", exists=True, file_okay=False),
    start: str = typer.Argument(..., help="Pipeline that it went on from"),
    output: Path = typer.Argument(..., help="Folder for the mean of both"),
    share: float = typer.Option(0.75, help="Share of the student", min=0, max=1),
    code: Path | None = typer.Option(None, help="Python file that they need", exists=True),
) -> None:
    """Write a pipeline whose weights are the mean of two."""
    with errors_shown("Can't average the pipelines"):
        import_code(code)
        nlp = spacy.load(student)
        # The labels and words of the student, and the weights of the other.
        other = spacy.load(student)
        start_from(start)(other)
        for name, pipe in nlp.components:
            model = getattr(pipe, "model", None)
            if isinstance(model, Model):
                add_weights(model, other.get_pipe(name).model, share)
        nlp.to_disk(output)
    msg.good(f"Wrote {output}")


def add_weights(model: Model[Any, Any], other: Model[Any, Any], share: float) -> None:
    """Change the weights of a model to `share` of its own, and the rest of another model's."""
    for node, its in zip(model.walk(), other.walk(), strict=True):
        for name in node.param_names:
            if node.has_param(name):
                mean = share * node.get_param(name) + (1 - share) * its.get_param(name)
                node.set_param(name, mean)
        for shim, its_shim in zip(node.shims, its.shims, strict=True):
            if isinstance(shim, NetworkShim):
                shim.load(mean_weights(node, its, shim.weights(), its_shim.weights(), share))


def mean_weights(
    node: Model[Any, Any], its: Model[Any, Any], own: Weights, other: Weights, share: float
) -> Weights:
    """The mean of the weights of two networks of the same sizes, which may know other words.

    node, its (Model[Any, Any]): The layers that have them.
    """
    others = other.to_float32()
    if "vocabulary" in node.attrs:
        # A row is a word's, wherever it stands.
        others = for_words(others, its.attrs["vocabulary"], node.attrs["vocabulary"])
    arrays = {
        name: share * rows + (1 - share) * others[name] for name, rows in own.to_float32().items()
    }
    return Weights(own.settings, arrays)


if __name__ == "__main__":
    typer.run(main)
