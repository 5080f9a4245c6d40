"""The settings from which a network is built. They are saved in the header of its weights."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, cast

from .features import FEATURES, WordFeatures
from .numpy_network import Affine, WordNetwork
from .weights import Weights

if TYPE_CHECKING:
    from torch import nn


class Settings(ABC):
    """A frozen dataclass of JSON values, and what is made from them: a network in two forms.

    A new field comes last, with a default: a file that lacks the field means its default.
    """

    # Names of the weights that are tables of embeddings.
    TABLES: ClassVar[Sequence[str]] = ()

    @abstractmethod
    def compile(self, weights: Weights) -> Any:
        """Make the network in NumPy, for predictions on a CPU. It must not change afterwards."""

    @abstractmethod
    def build(self, device: str) -> "nn.Module":
        """Make the network in PyTorch, with weights on a device. This imports PyTorch."""


@dataclass(frozen=True)
class Tok2VecSettings(Settings):
    """Settings of an LSTM tok2vec, see `build_lstm_tok2vec`. A value of None is found in
    the data.

    n_words (int | None): Number of words in the vocabulary.
    n_letters (int | None): Number of different characters in these words.
    static_width (int | None): Width of the static vectors, 0 for none.
    """

    TABLES = (
        "embedding.words.weight",
        "embedding.features.weight",
        "embedding.characters.letters.weight",
    )

    width: int
    depth: int
    bidirectional: bool
    n_words: int | None
    word_width: int
    prefixes: list[int]
    suffixes: list[int]
    shape: bool
    n_letters: int | None
    char_width: int
    static_width: int | None
    hidden_width: int = 0
    window_size: int = 0
    syllables: bool = False

    @property
    def word_features(self) -> WordFeatures:
        return WordFeatures({name: getattr(self, name) for name in FEATURES})

    @property
    def lstm(self) -> dict[str, Any]:
        return {
            "width": self.width - self.hidden_width,
            "depth": self.depth,
            "bidirectional": self.bidirectional,
        }

    def compile(self, weights: Weights) -> WordNetwork:
        return WordNetwork(
            weights,
            bidirectional=self.bidirectional,
            cached_features=self.word_features.low_cardinality,
        )

    def build(self, device: str) -> "nn.Module":
        from .pytorch import WordEmbedding, WordNetwork

        embedding = WordEmbedding(
            n_words=cast(int, self.n_words),
            word_width=self.word_width,
            n_features=self.word_features.n_features,
            n_characters=cast(int, self.n_letters),
            char_width=self.char_width,
            static_width=cast(int, self.static_width),
            device=device,
        )
        sizes = self.lstm | {"hidden_width": self.hidden_width, "window_size": self.window_size}
        return WordNetwork(embedding, **sizes, device=device)


@dataclass(frozen=True)
class TagsSettings(Settings):
    """Settings of the layer that computes the log-probabilities of tags.

    n_in (int | None): Width of its input.
    n_tags (int | None): Number of tags.
    """

    n_in: int | None
    n_tags: int | None

    def compile(self, weights: Weights) -> Affine:
        return Affine.compile(weights)

    def build(self, device: str) -> "nn.Module":
        from .pytorch import TagLogProbs

        return TagLogProbs(n_in=cast(int, self.n_in), n_tags=cast(int, self.n_tags), device=device)
