from functools import cache
from itertools import cycle, islice

import numpy
import pytest
import safetensors.torch
import spacy
import torch
from helpers import ONE_WAY, make_nlp
from numpy.testing import assert_allclose
from spacy.tokens import Doc

from spacy_lstm_tagger.pipeline.stream import TagStream

TEXT = "Everybody read that book , the dog ate the unheard-of apple"
WORDS = TEXT.split()


@cache
def make_unidirectional(**settings):
    """A pipeline that can tag a stream; not to be changed."""
    return make_nlp(
        n_updates=10, model={"tok2vec": {**ONE_WAY["tok2vec"], "width": 16, **settings}}
    )


@pytest.mark.parametrize("settings", [{}, {"depth": 2, "char_width": 8}])
def test_word_by_word_is_as_all_at_once(settings):
    nlp = make_unidirectional(**settings)
    words = list(islice(cycle(WORDS), 300))
    doc = Doc(nlp.vocab, words=words)
    (expected,) = nlp.get_pipe("lstm_tagger").model.predict([doc])
    stream = TagStream(nlp)
    for word, row in zip(words, expected, strict=True):
        assert_allclose(stream.log_probs(word), row, atol=1e-5)
    stream.reset()
    assert list(stream.tag(words)) == [(token.text, token.tag_) for token in nlp(doc)]


def test_each_word_is_tagged_as_it_comes():
    stream = TagStream(make_unidirectional())
    asked = []

    def words():
        for word in WORDS:
            asked.append(word)
            yield word

    for i, (word, _) in enumerate(stream.tag(words()), start=1):
        assert asked == WORDS[:i]
        assert word == WORDS[i - 1]


def test_the_state_can_be_saved_and_resumed():
    nlp = make_unidirectional(depth=2)
    stream, other = TagStream(nlp), TagStream(nlp)
    for word in WORDS[:5]:
        stream.log_probs(word)
    other.from_bytes(stream.to_bytes())
    for word in WORDS[5:]:
        assert numpy.array_equal(stream.log_probs(word), other.log_probs(word))
    assert TagStream(nlp).to_bytes() == b""
    first = TagStream(nlp).log_probs("a")
    assert numpy.array_equal(other.from_bytes(b"").log_probs("a"), first)


@pytest.mark.parametrize(
    ("state", "message"),
    [
        (b"no state", "Not a state"),
        (safetensors.torch.save({"hidden": torch.zeros(1, 1, 16)}), "Not a state"),
        ({"hidden": torch.zeros(1, 1, 8), "cells": torch.zeros(1, 1, 8)}, r"\(1, 1, 16\)"),
        ({"hidden": torch.full((1, 1, 16), torch.nan), "cells": torch.zeros(1, 1, 16)}, "finite"),
    ],
)
def test_a_bad_state_changes_nothing(state, message):
    stream = TagStream(make_unidirectional())
    stream.log_probs("a")
    before = stream.to_bytes()
    with pytest.raises(ValueError, match=message):
        stream.from_bytes(state if isinstance(state, bytes) else safetensors.torch.save(state))
    assert stream.to_bytes() == before


def test_new_words_do_not_fill_the_vocab():
    nlp = make_unidirectional()
    stream = TagStream(nlp)
    n_strings, n_lexemes = len(nlp.vocab.strings), len(nlp.vocab)
    for i in range(100):
        stream.log_probs(f"word-{i}")
    assert (len(nlp.vocab.strings), len(nlp.vocab)) == (n_strings, n_lexemes)


def test_a_bidirectional_tagger_says_that_it_can_not():
    with pytest.raises(ValueError, match="bidirectional = false"):
        TagStream(make_nlp())


def test_other_components_are_refused():
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.add_pipe("lstm_tagger")
    with pytest.raises(ValueError, match="'sentencizer' is not an lstm_tagger"):
        TagStream(nlp, "sentencizer")
    with pytest.raises(ValueError, match="no weights"):
        TagStream(nlp)
