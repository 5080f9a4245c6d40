"""From a word to what it adds to the gates of the LSTM and to the hidden layer: an embedding, and a
product."""

from collections.abc import Sequence

import numpy

from .. import limits
from ..types import Floats, Ids
from ..weights import Weights, WeightTable
from ..word_inputs import WordInputs
from .embedding import SCALE, WordEmbedding
from .projection import Projection
from .projection_cache import ProjectionCache

# Values of a feature whose projections are cached. In English, a few hundred are in use.
CACHED_VALUES = 1024


class WordProjection:
    """Embeds words, and multiplies the embeddings with all weights that read a word alone.

    The product is a sum over the columns of an embedding. A feature with few values, such as the
    first letter, has a value in a new word that words before it had. So its term of the sum is
    cached for the values that come back, and a new word is multiplied with the other weights alone.

    weights (Weights): The weights of a `pytorch.WordNetwork`.
    projection (Projection): These weights: the input weights of the LSTM's first layer, then the
        hidden layer's V_k.
    cached_features (Sequence[int]): The features with few values, as columns of
        `WordInputs.features`.
    """

    def __init__(
        self, weights: Weights, projection: Projection, cached_features: Sequence[int]
    ) -> None:
        self.embedding = WordEmbedding.compile(weights, "embedding.")
        self.cached_features: dict[int, CachedFeature] = {}
        is_other = numpy.ones(projection.n_in, dtype=bool)
        table = self.embedding.features
        if table is not None:
            for column in cached_features:
                start = self.embedding.word_width + column * table.width
                inputs = slice(start, start + table.width)
                is_other[inputs] = False
                term = projection.of_inputs(inputs, numpy.zeros_like(projection.bias))
                self.cached_features[column] = CachedFeature(table, term)
        self.projection = projection.of_inputs(is_other, projection.bias)

    def fill(self, rows: Floats, words: WordInputs) -> None:
        """Project distinct words to rows, (n_distinct, n_out)."""
        columns = range(words.features.shape[1])
        others = [column for column in columns if column not in self.cached_features]
        embedded = self.embedding(words._replace(features=words.features[:, others]))
        cached_terms = [
            feature.find(words.features[:, column])
            for column, feature in self.cached_features.items()
        ]
        for start in range(0, len(rows), limits.PROJECTED_WORDS):
            now = slice(start, start + limits.PROJECTED_WORDS)
            self.projection.fill(rows[now], embedded[now])
            for table, places in cached_terms:
                rows[now] += table[places[now]]


class CachedFeature:
    """What a feature adds to the projections of words, cached for its values.

    embeddings (WeightTable): The embeddings of all features.
    projection (Projection): Projects the embedding of this one, without a bias.
    """

    def __init__(self, embeddings: WeightTable, projection: Projection) -> None:
        self.embeddings = embeddings
        self.projection = projection
        self.projections = ProjectionCache(projection.n_out, n_rows=CACHED_VALUES)

    def find(self, ids: Ids) -> tuple[Floats, Ids]:
        """Find or compute what the feature adds.

        ids (Ids): The rows of some words in the embeddings, (n_distinct,).
        RETURNS (tuple[Floats, Ids]): A table, and the row of each word in it.
        """
        return self.projections.find(ids, self._project)

    def _project(self, ids: list[int], rows: Floats) -> None:
        self.projection.fill(rows, SCALE * self.embeddings.rows(numpy.array(ids)))
