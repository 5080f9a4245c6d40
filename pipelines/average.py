"""Averages the weights of two trained pipelines, of which the second went on from the first.

    python pipelines/average.py training/student/model-best training/last/model-best \
      training/en_lstm_web/averaged --share 0.7

The mean of two states of one training is more accurate than each of them (Izmailov et al. 2018,
Averaging Weights Leads to Wider Optima and Better Generalization).
"""

from pathlib import Path
from typing import Any

import numpy
import spacy
import typer
from thinc.api import Model

from spacy_lstm_tagger.models.shim import network_shim
from spacy_lstm_tagger.models.types import Floats
from spacy_lstm_tagger.models.vocabulary import for_words
from spacy_lstm_tagger.models.weights import Weights

WORDS = "embedding.words.weight"


def main(
    first: Path = typer.Argument(..., help="Trained pipeline", exists=True, file_okay=False),
    second: Path = typer.Argument(..., help="The same, trained on", exists=True, file_okay=False),
    output: Path = typer.Argument(..., help="Folder for the mean", file_okay=False),
    share: float = typer.Option(0.5, help="Weight of the second in the mean", min=0, max=1),
) -> None:
    """Average two trained pipelines."""
    old = spacy.load(first)
    new = spacy.load(second)
    average_network(old.get_pipe("tok2vec").model, new.get_pipe("tok2vec").model, share)
    outputs = [nlp.get_pipe("tagger").model.get_ref("output_layer") for nlp in (old, new)]
    average_network(*outputs, share)
    for name in ("morphologizer", "senter"):
        average_output(old.get_pipe(name), new.get_pipe(name), share)
    output.parent.mkdir(parents=True, exist_ok=True)
    new.to_disk(output)
    print(f"Wrote {output}")


def average_network(old: Model[Any, Any], new: Model[Any, Any], share: float) -> None:
    """Put the mean of two networks into the second. A word that only the second has keeps its
    embedding."""
    weights = network_shim(new).weights()
    others = network_shim(old).weights()
    assert weights is not None
    assert others is not None
    arrays = weights.widened()
    earlier = others.widened()
    if WORDS in arrays:
        words = new.attrs["vocabulary"].words
        earlier = for_words(earlier, old.attrs["vocabulary"], new.attrs["vocabulary"])
        known = set(old.attrs["vocabulary"].words)
        # The first row is the unknown word's.
        added = 1 + numpy.flatnonzero([word not in known for word in words])
        earlier[WORDS][added] = arrays[WORDS][added]
    mean = {name: mean_of(earlier[name], array, share) for name, array in arrays.items()}
    network_shim(new).load(Weights(weights.settings, mean))


def average_output(old: Any, new: Any, share: float) -> None:
    """Put the mean of the outputs of two components, whose labels may be in another order, into the
    second."""
    row_of = {label: row for row, label in enumerate(old.labels)}
    rows = [row_of[label] for label in new.labels]
    for other, node in zip(old.model.walk(), new.model.walk(), strict=True):
        for name in node.param_names:
            if node.has_param(name):
                mean = mean_of(other.get_param(name)[rows], node.get_param(name), share)
                node.set_param(name, mean)


def mean_of(old: Floats, new: Floats, share: float) -> Floats:
    return ((1 - share) * old + share * new).astype("float32")


if __name__ == "__main__":
    typer.run(main)
