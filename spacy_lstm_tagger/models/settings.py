"""The settings from which each network is built: what the header of saved weights says."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tok2VecSettings:
    """Settings of an LSTM tok2vec, see `build_lstm_tok2vec`. None stands for what the data tell.

    n_words (int | None): Words of the vocabulary.
    n_letters (int | None): Different characters of these words.
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


@dataclass(frozen=True)
class EncoderSettings:
    """Settings of an LSTM encoder, see `build_lstm_encoder`."""

    input_size: int
    width: int
    depth: int


@dataclass(frozen=True)
class TagsSettings:
    """Settings of the layer that gives tags their log-probabilities.

    n_in (int | None): Width of its input.
    n_tags (int | None): Number of tags.
    """

    n_in: int | None
    n_tags: int | None
