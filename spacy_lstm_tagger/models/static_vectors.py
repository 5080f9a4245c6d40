"""The static vectors of words, from the table of a pipeline."""

from collections.abc import Sequence
from typing import Any, cast

import numpy
from spacy.attrs import ORTH
from spacy.strings import get_string_id
from spacy.vectors import Mode
from spacy.vocab import Vocab
from thinc.api import get_array_module
from thinc.types import Floats2d


def static_width(vocab: Vocab) -> int:
    """The width of a vocab's static vectors; 0 if it has none. A table without rows has none,
    whatever width it says."""
    return vocab.vectors_length if len(vocab.vectors.data) else 0


def check_finite(vocab: Vocab) -> None:
    """Raise a ValueError if a static vector has a value that is not finite: the first update of the
    network would make all of its weights NaN."""
    table = vocab.vectors
    xp = get_array_module(table.data)
    rows = xp.flatnonzero(~xp.isfinite(table.data).all(axis=1)).tolist()
    if rows:
        words = [vocab.strings[key] for key, row in table.key2row.items() if row == rows[0]]
        name = f"row {rows[0]}" + "".join(f", the word {word!r}" for word in words[:1])
        raise ValueError(
            f"The static vectors of the pipeline have {len(rows)} rows with NaN or infinite "
            f"values. The first is {name}. Make the vectors again without such values, with "
            "'spacy init vectors', or set include_static_vectors = false."
        )


def same_vectors(vocabs: Sequence[Vocab], words: Sequence[str], width: int) -> Floats2d:
    """The vectors of words, which have to be the same in all vocabs, see `static_vectors`. Each Doc
    that was unpickled alone has a vocab of its own."""
    vectors = static_vectors(vocabs[0], words, width)
    for other in vocabs[1:]:
        if not (static_vectors(other, words, width) == vectors).all():
            raise ValueError(
                "The Docs of a batch have different static vectors, because their vocabs differ. "
                "Make all of them with the vocab of one pipeline."
            )
    return vectors


def static_vectors(vocab: Vocab, words: Sequence[str], width: int) -> Floats2d:
    """The vectors of words; zeros for a word that has none.

    vocab (Vocab): The vocab with the table, of words or of floret's subwords.
    words (Sequence[str]): The words.
    width (int): The expected width of the table; 0 for no vectors.
    RETURNS (Floats2d): (n_words, width).
    """
    table = vocab.vectors
    found_width = static_width(vocab)
    xp = get_array_module(table.data)
    if not width:
        return cast(Floats2d, xp.zeros((len(words), 0), dtype="float32"))
    if found_width != width:
        raise ValueError(
            f"The model was trained with static vectors of width {width}, but the vectors of this "
            f"pipeline have width {found_width}. Use the vectors of the "
            "training: load the pipeline as 'spacy train' wrote it, or see [initialize] vectors."
        )
    if table.mode == Mode.floret:
        return cast(Floats2d, xp.asarray(table.get_batch(list(words)), dtype="float32"))
    # No Doc is made, because it would keep the words in the vocab for ever.
    attr = None if table.attr == ORTH else cast(Any, vocab).lex_attr_getters[table.attr]
    keys = numpy.array([get_string_id(attr(w) if attr else w) for w in words], dtype="uint64")
    rows = xp.asarray(table.find(keys=keys))
    vectors = table.data[rows].astype("float32")
    vectors[rows < 0] = 0
    return cast(Floats2d, vectors)
