"""Averages the weights of two pipelines with the same network.

    python pipelines/average.py training/student/model-last en_lstm_web training/average \
      --share 0.75

One has gone on from the other, or both from a third one, with other labels or another seed. Their
mean makes fewer errors than either: see Wortsman et al. 2022, Robust fine-tuning of zero-shot
models. For the mean of three, average the mean of two with the third.
"""

from pathlib import Path
from typing import Any

import spacy
import typer
from thinc.api import Model
from wasabi import msg

from spacy_lstm_tagger._compat import import_code
from spacy_lstm_tagger.models.shim import NetworkShim
from spacy_lstm_tagger.models.vocabulary import for_words, vocabulary_of
from spacy_lstm_tagger.models.weights import Weights
from spacy_lstm_tagger.tools.cli.messages import errors_shown
from spacy_lstm_tagger.training.start_from import start_from


def main(
    first: Path = typer.Argument(..., help="Trained pipeline", exists=True, file_okay=False),
    second: str = typer.Argument(..., help="Name or folder of another one"),
    output: Path = typer.Argument(..., help="Folder for the mean of both"),
    share: float = typer.Option(0.5, help="Share of the first", min=0, max=1),
    code: Path | None = typer.Option(None, help="Python file that they need", exists=True),
) -> None:
    """Write a pipeline whose weights are the mean of two."""
    import_code(code)
    nlp = spacy.load(first)
    # The labels and words of the first, and the weights of the second.
    other = spacy.load(first)
    start_from(second)(other)
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
                own = shim.weights()
                others = its_shim.weights().to_float32()
                if "vocabulary" in node.attrs:
                    # A row is a word's, wherever it stands.
                    others = for_words(others, vocabulary_of(its), vocabulary_of(node))
                arrays = {
                    name: share * rows + (1 - share) * others[name]
                    for name, rows in own.to_float32().items()
                }
                shim.load(Weights(own.settings, arrays))


if __name__ == "__main__":
    with errors_shown("Can't average the pipelines"):
        typer.run(main)
