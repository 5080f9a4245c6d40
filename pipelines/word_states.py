"""The states of a teacher at each word, summed up."""

from collections import Counter
from pathlib import Path

import numpy
from spacy.tokens import Doc

from spacy_lstm_tagger.files import replace_file
from spacy_lstm_tagger.models.types import Floats, Ids


class WordStates:
    """Sums up the states of each word in lower case. It is the last component of a teacher.

    counts (Counter[str]): How often each word occurred.
    sums (dict[str, Floats]): The sum of its states, (width,).
    """

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget all words."""
        self.counts: Counter[str] = Counter()
        self.sums: dict[str, Floats] = {}

    def __call__(self, doc: Doc) -> Doc:
        """Add the states of a Doc that the teacher has read."""
        # A text may have no pieces.
        if len(doc._.trf_data.align.dataXd):
            for token, state in zip(doc, states_of(doc), strict=True):
                if not token.is_space:
                    self.add_state(token.lower_, 1, state)
        return doc

    def add_state(self, word: str, count: int, state: Floats) -> None:
        """Add the sum of some states of a word."""
        self.counts[word] += count
        if word in self.sums:
            self.sums[word] += state
        else:
            self.sums[word] = state.astype("float32")

    def means(self, min_freq: int) -> tuple[list[str], Floats]:
        """The words that occur at least min_freq times, the most frequent first, and their mean
        states, (n_words, width)."""
        frequent = [(count, word) for word, count in self.counts.items() if count >= min_freq]
        names = [word for _, word in sorted(frequent, reverse=True)]
        return names, numpy.stack([self.sums[word] / self.counts[word] for word in names])

    def to_disk(self, path: Path) -> None:
        """Save them as an .npz file, the states in half precision."""
        names, means = self.means(min_freq=1)
        with replace_file(path) as file:
            numpy.savez(
                file,
                words=numpy.array(names, dtype=object),
                counts=numpy.array([self.counts[word] for word in names]),
                means=means.astype("float16"),
            )

    def from_disk(self, path: Path) -> None:
        """Add the words and states of an .npz file."""
        with numpy.load(path, allow_pickle=True) as file:
            means = file["means"].astype("float32")
            for word, count, mean in zip(file["words"], file["counts"], means, strict=True):
                self.add_state(str(word), int(count), count * mean)


def states_of(doc: Doc) -> Floats:
    """The states of the hidden layer and of the transformer at each token, (n_tokens, width)."""
    transformer = doc._.trf_data
    pieces = transformer.model_output.last_hidden_state
    pieces = numpy.asarray(pieces).reshape(-1, pieces.shape[-1])
    # Some tokens have no pieces, such as a lone zero-width space. Any state will do for these.
    lengths = transformer.align.lengths
    ends = lengths.cumsum()
    first: Ids = transformer.align.dataXd.reshape(-1)[numpy.minimum(ends - lengths, ends[-1] - 1)]
    return numpy.concatenate([doc.tensor, pieces[first]], axis=1)
