"""The settings from which a network is built. They are saved in the header of its weights."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tok2VecSettings:
    """Settings of an LSTM tok2vec, see `build_lstm_tok2vec`. None: to be inferred from the data.

    A new setting comes last, with a default: what files mean that were saved without it.

    n_words (int | None): Number of words in the vocabulary.
    n_letters (int | None): Number of different characters in these words.
    vectors_width (int | None): Width of the static vectors, 0 for none.
    vector_width (int): Width to which they are projected.
    """

    width: int
    depth: int
    bidirectional: bool
    n_words: int | None
    word_width: int
    prefixes: list[int]
    suffixes: list[int]
    shape: bool
    feature_width: int
    feature_rows: int
    n_letters: int | None
    char_width: int
    vectors_width: int | None
    vector_width: int
    parts: bool = False


@dataclass(frozen=True)
class EncoderSettings:
    """Settings of an LSTM encoder, see `build_lstm_encoder`."""

    input_size: int
    width: int
    depth: int


@dataclass(frozen=True)
class TagsSettings:
    """Settings of the layer that computes the log-probabilities of tags.

    n_in (int | None): Width of its input.
    n_tags (int | None): Number of tags.
    """

    n_in: int | None
    n_tags: int | None
