import numpy
import pytest
import spacy
from numpy.testing import assert_allclose
from spacy.tokens import Doc
from spacy.vocab import Vocab
from thinc.api import fix_random_seed, set_dropout_rate

from spacy_lstm_tagger.models.shim import network_shim
from spacy_lstm_tagger.models.tok2vec import build_lstm_tok2vec
from spacy_lstm_tagger.models.vocabulary import count_vocabulary

SIZES = {"width": 8, "word_width": 5, "prefixes": [], "suffixes": [3]}


def make_docs(*texts):
    nlp = spacy.blank("xx")
    return [nlp.make_doc(text) for text in texts]


def make_model(docs, **config):
    model = build_lstm_tok2vec(**{**SIZES, **config})
    count_vocabulary(model, docs)
    model.initialize(X=docs)
    return model


DOCS = ["a dog , a cat", "", "an unseen word or two , or a great many more", "cat", "  \n "]


@pytest.mark.parametrize(
    "config",
    [
        {"depth": 2},
        {"depth": 2, "bidirectional": False},
        {"hidden_width": 2},
        {"hidden_width": 2, "window_size": 2},
    ],
)
def test_a_doc_is_the_same_alone_in_any_batch_and_in_any_order(config):
    docs = make_docs(*DOCS, "a dog saw cats " * 1500)
    docs.append(Doc(Vocab(), words=["of", "another", "vocab"]))
    model = make_model(docs[:1], char_width=4, **config)
    alone = [model.predict([doc])[0] for doc in docs]
    for order in ([0, 1, 2, 3, 4, 5, 6], [4, 2, 6, 0, 5, 1, 3], [2, 2, 1, 1, 0]):
        for i, hidden in zip(order, model.predict([docs[i] for i in order]), strict=True):
            assert hidden.shape == (len(docs[i]), 8)
            assert_allclose(hidden, alone[i], atol=1e-5)


def test_words_of_a_sample_give_way_to_those_of_the_next():
    model = build_lstm_tok2vec(**SIZES, min_freq=1)
    for text in ("a dog", "a cat"):
        with pytest.warns(UserWarning, match="counted over 1 Docs"):
            model.initialize(X=make_docs(text))
        assert model.attrs["vocabulary"].words == text.split()


def test_no_tokens():
    docs = make_docs("a dog")
    model = make_model(docs)
    empty = make_docs("", "")
    assert model.predict([]) == []
    for outputs in (model.predict(empty), model.begin_update(empty)[0]):
        assert [output.shape for output in outputs] == [(0, 8), (0, 8)]
    _, backprop = model.begin_update(empty)
    backprop([numpy.zeros((0, 8), dtype="f")] * 2)


@pytest.mark.parametrize("rate", [0.0, 0.5])
def test_training_dropout_reaches_the_network(rate):
    docs = make_docs("a dog and a cat")
    model = make_model(docs, word_dropout=0.0)
    set_dropout_rate(model, rate)
    first, second = (model.begin_update(docs)[0][0] for _ in range(2))
    assert (first != second).any() == bool(rate)


@pytest.mark.parametrize("share", [0.0, 0.2])
def test_a_share_of_the_words_is_read_as_unknown_in_training(share):
    fix_random_seed(0)
    doc = Doc(Vocab(), words=[f"word{number}" for number in range(2000)])
    model = make_model([doc], min_freq=1, word_dropout=share)
    (rows,), backprop = model.begin_update([doc])
    backprop([numpy.ones_like(rows)])
    gradient = network_shim(model).module.embedding.words.weight.grad[1:]
    unread = (gradient == 0).all(dim=1).float().mean()
    assert float(unread) == pytest.approx(share, abs=0.03)


NO_FEATURES = {"word_width": 0, "prefixes": [], "suffixes": [], "shape": False}


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (NO_FEATURES, "word_width = 0: it has to be above 0 without other features"),
        ({"width": 7}, "width = 7: it has to be even"),
        ({"hidden_width": 8}, "hidden_width = 8: it has to be below width = 8"),
        ({"hidden_width": 3}, "hidden_width = 3: .* differ from width = 8 by an even"),
        ({"window_size": 1}, "window_size = 1: .* without a hidden layer"),
        ({"hidden_width": 2, "window_size": 1, "bidirectional": False}, "be 0 with bidirectional"),
        ({"hidden_width": 2, "window_size": 33}, "window_size = 33: .* less than or equal to 32"),
    ],
)
def test_values_that_do_not_go_together_are_refused(config, message):
    with pytest.raises(ValueError, match=message):
        build_lstm_tok2vec(**{**SIZES, **config})


@pytest.mark.parametrize("config", [{}, {"hidden_width": 2, "window_size": 1}])
def test_rows_of_white_space_are_zeros(config):
    (doc,) = make_docs("a dog \n and a cat  ")
    (rows,) = make_model([doc], **config).predict([doc])
    assert [token.is_space for token in doc] == (rows == 0).all(axis=1).tolist()
    assert [token.i for token in doc if token.is_space] == [2, 6]


def test_the_hidden_layer_does_not_see_white_space():
    plain, spaced = make_docs("a dog and a cat", "a \n dog and\n\na  cat")
    model = make_model([plain], hidden_width=2, window_size=1)
    (expected,), (rows,) = model.predict([plain]), model.predict([spaced])
    words = [token.i for token in spaced if not token.is_space]
    assert_allclose(rows[words], expected, atol=1e-6)


def test_a_loaded_model_counts_words_as_its_config_says():
    model = build_lstm_tok2vec(**SIZES, min_freq=2)
    model.from_bytes(make_model(make_docs("a dog , a cat")).to_bytes())
    count_vocabulary(model, make_docs("one two two"))
    assert model.attrs["vocabulary"].words == ["two"]


@pytest.mark.parametrize(
    ("edited", "message"),
    [
        ({"width": 16}, "saved with width = 8, but the config says width = 16"),
        ({"word_attr": "LOWER"}, "saved with word_attr = ORTH, but the config says .* LOWER"),
        ({"word_width": 6}, "saved with word_width = 5, but the config says word_width = 6"),
        ({"suffixes": [3, 4]}, r"saved with suffixes = \[3\], but the config says"),
        ({"shape": True}, "saved with shape = False, but the config says shape = True"),
        ({"char_width": 4}, "saved with char_width = 0, but the config says char_width = 4"),
        ({"depth": 2}, "saved with depth = 1, but the config says depth = 2"),
    ],
)
def test_a_setting_that_is_edited_in_a_saved_config_is_named(edited, message):
    config = {**SIZES, "shape": False}
    model = make_model(make_docs("a dog"), **config)
    with pytest.raises(ValueError, match=message):
        build_lstm_tok2vec(**{**config, **edited}).from_bytes(model.to_bytes())
