"""Makes a vector for each frequent word out of the states of a teacher.

    python pipelines/word_vectors.py tagged --output training/word_vectors.npz

label.py kept the states of the teacher's hidden layer at each word, and of its transformer at the
word's first piece. A student starts from these vectors in place of random ones, so that it knows
words of which it will read few occurrences.
"""

from pathlib import Path

import numpy
import typer
from word_states import WordStates

from spacy_lstm_tagger.files import replace_file
from spacy_lstm_tagger.models.types import Floats
from spacy_lstm_tagger.tools.cli.messages import errors_shown


def main(
    tagged: Path = typer.Argument(..., help="Folder with the folders of label.py", exists=True),
    output: Path = typer.Option(..., help="The .npz file to write"),
    min_freq: int = typer.Option(2, help="How often a word has to occur", min=1),
    width: int = typer.Option(100, help="Width of a vector", min=1),
) -> None:
    """Make vectors of words."""
    of_words = WordStates()
    paths = sorted(tagged.rglob("*.spacy"))
    if not paths:
        raise ValueError(f"There is no .spacy file in {tagged}.")
    for path in paths:
        of_words.from_disk(path.with_suffix(".npz"))
    names, means = of_words.means(min_freq)
    vectors = principal_components(means, width)
    output.parent.mkdir(parents=True, exist_ok=True)
    with replace_file(output) as file:
        numpy.savez(file, words=numpy.array(names, dtype=object), vectors=vectors)
    print(f"Wrote {len(names):,} vectors to {output}")


def principal_components(means: Floats, width: int) -> Floats:
    """Project mean states, (n_words, width of a state), on their principal components,
    (n_words, width).

    Each component is divided by the square root of its standard deviation: the first ones still
    say the most, and the last ones are not lost when a vector is stored in eight bits.
    """
    states = means - means.mean(axis=0)
    states /= states.std(axis=0) + 1e-6
    values, components = numpy.linalg.eigh(states.T @ states / len(states))
    largest = numpy.argsort(-values)[:width]
    projected = states @ components[:, largest]
    vectors: Floats = (projected / values[largest] ** 0.25).astype("float32")
    return vectors


if __name__ == "__main__":
    with errors_shown("Can't make the vectors"):
        typer.run(main)
