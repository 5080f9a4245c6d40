"""What a tagger predicts for a batch of Docs."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from math import log
from operator import is_
from typing import Any, cast

import numpy
from spacy.tokens import Doc

from ..models.numpy_network import log_softmax
from ..models.types import Floats, Ids, Mask
from ..models.whitespace import Batch
from .apply_lexicon import Morphologies


class Predictions(Sequence[Ids]):
    """The predicted tags of a batch. As a sequence, it has an array for each Doc: the indices of
    the tags of its tokens in the labels, (n_tokens,). The index of a whitespace token means
    nothing.

    batch (Batch): The Docs.
    labels (tuple[str, ...]): What the indices stand for.
    tag_ids (Ids): The index of the tag of each word, (n_words,).
    scores (Floats | None): The inputs of the softmax for each word, in main memory, minus infinity
        for tags that the lexicon does not allow, (n_words, n_tags). None for tags that were found
        in another way.
    morphologies (Morphologies): What the lexicon says of words beside their tags.
    """

    def __init__(
        self,
        batch: Batch,
        labels: tuple[str, ...],
        tag_ids: Ids,
        scores: Floats | None = None,
        morphologies: Morphologies | None = None,
    ) -> None:
        self.batch = batch
        self.labels = labels
        self.tag_ids = tag_ids
        self.scores = scores
        self.morphologies = morphologies or {}

    @classmethod
    def of_arrays(
        cls, docs: Iterable[Doc], tag_ids: Iterable[Any], labels: tuple[str, ...]
    ) -> "Predictions":
        """Predictions from an array or a list for each Doc, as spaCy's tagger has them. More
        arrays than Docs are ignored. Raises a ValueError if one does not fit its Doc."""
        batch = Batch(docs)
        # An array of CuPy has a method `get`.
        of_docs = islice(tag_ids, len(batch.docs))
        arrays = [of_doc.get() if hasattr(of_doc, "get") else of_doc for of_doc in of_docs]
        check_fit(batch.n_tokens, list(map(len, arrays)))
        joined = numpy.concatenate([numpy.zeros(0), *arrays]).astype("int64")
        return cls(batch, labels, batch.take_words(joined))

    def for_docs(self, docs: Sequence[Doc]) -> "Predictions":
        """The predictions for the first Docs, or for others with the same words."""
        if len(docs) == len(self) and all(map(is_, docs, self.batch.docs)):
            return self
        found = Predictions.of_arrays(docs, self, self.labels)
        is_word = are_words(found.batch)
        if (is_word != are_words(self.batch)[: len(is_word)]).any():
            raise ValueError("The white space of these Docs stands in other places.")
        n_words = len(found.tag_ids)
        found.morphologies = {i: of_word for i, of_word in self.morphologies.items() if i < n_words}
        return found

    def __len__(self) -> int:
        return len(self.batch.docs)

    def __getitem__(self, i: Any) -> Any:
        return self._of_docs[i]

    @cached_property
    def _of_docs(self) -> list[Ids]:
        return self.batch.split(self.batch.add_spaces(self.tag_ids))

    def log_probs(self) -> Iterator[Floats]:
        """For each Doc, log-probabilities in nats, (n_tokens, n_tags). For whitespace, all tags are
        equally likely."""
        log_probs = log_softmax(cast(Floats, self.scores))
        uniform = -log(max(len(self.labels), 1))
        yield from self.batch.split(self.batch.add_spaces(log_probs, uniform))


def are_words(batch: Batch) -> Mask:
    """Whether each token of a batch is a word, (n_tokens,)."""
    return cast(Mask, batch.add_spaces(numpy.ones(len(batch.keys), dtype=bool)))


def check_fit(n_tokens: Sequence[int], n_tags: Sequence[int]) -> None:
    """Raise a ValueError if there are no tags for a Doc, or not as many as it has tokens.

    n_tokens (Sequence[int]): Of each Doc.
    n_tags (Sequence[int]): Of each Doc.
    """
    if len(n_tags) != len(n_tokens):
        raise ValueError(f"There are {len(n_tokens)} Docs, but tags for {len(n_tags)}.")
    for number, (tokens, tags) in enumerate(zip(n_tokens, n_tags, strict=True)):
        if tokens != tags:
            raise ValueError(f"Doc {number} has {tokens} tokens, but there are {tags} tags for it.")
