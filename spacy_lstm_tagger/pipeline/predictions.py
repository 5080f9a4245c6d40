"""What a tagger predicts for a batch of Docs."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from math import log
from typing import Any, cast

import numpy
from spacy.tokens import Doc

from ..models.numpy_network import log_softmax
from ..models.types import Floats, Ids
from ..models.whitespace import Batch
from .lexicon import Features


class Predictions(Sequence[Ids]):
    """The predicted tags of a batch. As a sequence, it has an array for each Doc: the indices of
    the tags of its tokens in the labels, (n_tokens,). Those of whitespace tokens mean nothing.

    batch (Batch): The Docs.
    labels (tuple[str, ...]): What the indices stand for.
    tag_ids (Ids): The index of the tag of each word, (n_words,).
    logits (Floats | None): The inputs of the softmax for each word, in main memory, minus infinity
        for tags that the lexicon does not allow, (n_words, n_tags). None for tags that were found
        in another way.
    features (Features): What the lexicon says of words beside their tags.
    """

    def __init__(
        self,
        batch: Batch,
        labels: tuple[str, ...],
        tag_ids: Ids,
        logits: Floats | None = None,
        features: Features | None = None,
    ) -> None:
        self.batch = batch
        self.labels = labels
        self.tag_ids = tag_ids
        self.logits = logits
        self.features = features or {}

    @classmethod
    def of_tags(
        cls, docs: Iterable[Doc], tag_ids: Iterable[Any], labels: tuple[str, ...]
    ) -> "Predictions":
        """Predictions from an array or a list for each Doc, as spaCy's tagger has them."""
        batch = Batch(docs)
        # An array of CuPy has a method `get`.
        arrays = [of_doc.get() if hasattr(of_doc, "get") else of_doc for of_doc in tag_ids]
        joined = numpy.concatenate([numpy.zeros(0), *arrays]).astype("int64")
        return cls(batch, labels, batch.take_words(joined))

    def for_docs(self, docs: Sequence[Doc]) -> "Predictions":
        """The same predictions for other Docs with the same words."""
        if all(doc is other for doc, other in zip(docs, self.batch.docs, strict=True)):
            return self
        return Predictions(Batch(docs), self.labels, self.tag_ids, self.logits, self.features)

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
        log_probs = log_softmax(cast(Floats, self.logits))
        uniform = -log(max(len(self.labels), 1))
        yield from self.batch.split(self.batch.add_spaces(log_probs, uniform))
