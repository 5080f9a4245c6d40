"""Tags that are added to a trained component, and training that goes on with them."""

import numpy
import pytest
import spacy
from helpers import (
    COPIES,
    HASH_EMBED_CNN,
    LISTENER,
    LSTM,
    TAGGED,
    learn,
    make_examples,
    make_nlp,
    tags,
)
from numpy.testing import assert_allclose
from spacy.tokens import Doc
from spacy.training import Example

from spacy_lstm_tagger.models.numpy_network import log_softmax
from spacy_lstm_tagger.pipeline.factory import DEFAULT_MODEL

NEW = [("The dog slept", ["DET", "NN", "NEW"]), ("Everybody slept", ["NN", "NEW"])]
TEXTS = [text for text, _ in TAGGED + NEW]
SMALL = {**LSTM, "width": 32, "word_width": 16, "word_dropout": 0.0}
TOK2VEC = {**DEFAULT_MODEL["tok2vec"], **SMALL}
MODEL = {**DEFAULT_MODEL, "tok2vec": TOK2VEC}


def log_probs(nlp):
    docs = [nlp.make_doc(text) for text in TEXTS]
    return log_softmax(numpy.concatenate(nlp.get_pipe("lstm_tagger").model.predict(docs)))


def make_learned(n_updates=30, **config):
    """A small pipeline that has learned its training data."""
    nlp = make_nlp(**{"model": MODEL, **config})
    train(nlp, TAGGED, n_updates)
    return nlp


def train(nlp, data=(*TAGGED, *NEW), n_updates=40, sgd=None):
    learn(nlp, make_examples(nlp, data), n_updates, sgd)


def assert_knows(nlp, data=(*TAGGED, *NEW)):
    for text, gold in data:
        assert tags(nlp(text)) == gold


@pytest.fixture(scope="module")
def once():
    return make_learned().to_bytes()


@pytest.fixture
def learned(once):
    """A pipeline that has learned its training data."""
    return make_nlp(model=MODEL).from_bytes(once)


def test_a_new_tag_leaves_the_others_as_they_were(learned):
    before = log_probs(learned)
    for label in ("NEW", "NEWER"):
        assert learned.get_pipe("lstm_tagger").add_label(label) == 1
    after = log_probs(learned)
    assert after.shape == (len(before), before.shape[1] + 2)
    assert_allclose(after[:, :-2], before, rtol=1e-6, atol=1e-6)
    assert (after[:, -2:] < -16).all()


def test_a_new_tag_is_learned(learned):
    learned.get_pipe("lstm_tagger").add_label("NEW")
    assert_knows(learned, TAGGED)
    assert "NEW" not in tags(learned("The dog slept"))
    train(learned)
    assert_knows(learned)


def test_a_label_that_is_there_is_not_added_again(learned):
    pipe = learned.get_pipe("lstm_tagger")
    assert pipe.add_label("NN") == 0
    assert pipe.model.get_dim("nO") == len(pipe.labels) == 3


def test_before_initialization():
    nlp = spacy.blank("xx")
    pipe = nlp.add_pipe("lstm_tagger")
    assert pipe.is_resizable
    pipe.add_label("NEW")
    assert pipe.model.maybe_get_dim("nO") is None
    nlp.initialize(lambda: make_examples(nlp))
    assert pipe.labels == ("NEW", "DET", "NN", "V")
    assert pipe.model.get_dim("nO") == 4


def test_an_optimizer_goes_on_being_used():
    nlp = make_learned(n_updates=0)
    optimizer = nlp.resume_training()
    train(nlp, TAGGED, 40, optimizer)
    nlp.get_pipe("lstm_tagger").add_label("NEW")
    with nlp.use_params(optimizer.averages):  # the old output's averages do not fit the new one
        assert_knows(nlp, TAGGED)
    train(nlp, sgd=optimizer)
    assert_knows(nlp)
    with nlp.use_params(optimizer.averages):
        assert_knows(nlp)


def source(nlp, folder):
    other = spacy.blank("xx")
    other.add_pipe("lstm_tagger", source=nlp)
    return other


@pytest.mark.parametrize(
    "again", [COPIES["disk"], source, COPIES["pickle"]], ids=["disk", "source", "pickle"]
)
def test_new_tags_in_a_saved_pipeline(again, learned, tmp_path):
    learned.get_pipe("lstm_tagger").add_label("NEW")
    nlp = again(learned, tmp_path)
    assert_allclose(log_probs(nlp), log_probs(learned), atol=1e-6)
    train(nlp)
    nlp.get_pipe("lstm_tagger").add_label("NEWER")
    nlp = again(nlp, tmp_path)
    assert nlp.get_pipe("lstm_tagger").labels == ("DET", "NN", "V", "NEW", "NEWER")
    assert_knows(nlp)


def test_what_is_loaded_takes_the_place_of_what_was_there(learned):
    tagger = learned.get_pipe("lstm_tagger")
    saved, expected = tagger.to_bytes(), log_probs(learned)
    tagger.lexicon["dog"] = ["V"]
    train(learned, TAGGED, n_updates=1)
    tagger.from_bytes(saved)
    assert dict(tagger.lexicon) == {}
    assert_allclose(log_probs(learned), expected)


def test_number_of_tags_fixed_in_the_config(tmp_path):
    nlp = make_learned(model={**MODEL, "nO": 3})
    pipe = nlp.get_pipe("lstm_tagger")
    assert not pipe.is_resizable
    with pytest.raises(ValueError, match=r"E922.*nO = null in \[components.lstm_tagger.model\]"):
        pipe.add_label("NEW")
    assert pipe.labels == ("DET", "NN", "V")
    nlp.to_disk(tmp_path)
    nlp = spacy.load(tmp_path, config={"components.lstm_tagger.model.nO": None})
    nlp.get_pipe("lstm_tagger").add_label("NEW")
    train(nlp)
    assert_knows(COPIES["disk"](nlp, tmp_path))


def test_initialized_again_with_more_labels(learned):
    learned.initialize(lambda: make_examples(learned, [*TAGGED, *NEW]))
    assert learned.get_pipe("lstm_tagger").labels == ("DET", "NN", "V", "NEW")
    train(learned)
    assert_knows(learned)


def test_the_lexicon_knows_a_new_tag(learned):
    pipe = learned.get_pipe("lstm_tagger")
    pipe.lexicon["dog"] = "NN"
    assert_knows(learned, TAGGED)
    pipe.add_label("NEW")
    assert_knows(learned, TAGGED)
    pipe.lexicon["slept"] = "NEW"
    assert_knows(learned)


@pytest.mark.parametrize("tok2vec", [HASH_EMBED_CNN, LISTENER], ids=["CNN", "listener"])
def test_over_other_tok2vecs(tok2vec):
    nlp = spacy.blank("xx")
    nlp.add_pipe("tok2vec", config={"model": HASH_EMBED_CNN})
    pipe = nlp.add_pipe("lstm_tagger", config={"model": {**DEFAULT_MODEL, "tok2vec": tok2vec}})
    sgd = nlp.initialize(lambda: make_examples(nlp))
    train(nlp, TAGGED, sgd=sgd)
    before = [tags(nlp(text)) for text in TEXTS]
    pipe.add_label("NEW")
    assert [tags(nlp(text)) for text in TEXTS] == before
    train(nlp, sgd=sgd)
    assert_knows(nlp)


def test_rehearsal_has_no_place_for_a_new_tag(learned):
    optimizer = learned.resume_training()
    pipe = learned.get_pipe("lstm_tagger")
    raw = [Example(learned.make_doc(text), learned.make_doc(text)) for text, _ in TAGGED]
    before = pipe.rehearse(raw)["lstm_tagger"]
    pipe.add_label("NEW")
    assert_allclose(pipe.rehearse(raw)["lstm_tagger"], before, rtol=1e-3)
    train(learned, NEW, 20, optimizer)
    confused = pipe.rehearse(raw)["lstm_tagger"]
    for _ in range(20):
        learned.update(make_examples(learned, NEW), sgd=optimizer)
        losses = learned.rehearse(raw, sgd=optimizer)
    assert losses["lstm_tagger"] < confused
    assert_knows(learned)


@pytest.mark.parametrize("load", ["from_disk", "from_bytes"])
def test_rehearsal_forgets_the_model_before_a_load(learned, tmp_path, load):
    """Its labels may be others, and as many."""
    learned.resume_training()
    pipe = learned.get_pipe("lstm_tagger")
    pipe.to_disk(tmp_path)
    getattr(pipe, load)({"from_disk": tmp_path, "from_bytes": pipe.to_bytes()}[load])
    assert pipe.rehearse(make_examples(learned)) == {"lstm_tagger": 0}
    learned.resume_training()
    assert pipe.rehearse(make_examples(learned))["lstm_tagger"] > 0


def test_rehearsal_reads_what_the_listener_reads():
    nlp = spacy.blank("xx")
    tok2vec = nlp.add_pipe("tok2vec", config={"model": HASH_EMBED_CNN})
    model = {**DEFAULT_MODEL, "tok2vec": LISTENER}
    pipe = nlp.add_pipe("lstm_tagger", config={"model": model})
    examples = make_examples(nlp)
    train(nlp, TAGGED, sgd=nlp.initialize(lambda: examples))
    nlp.update(examples, sgd=False)
    nlp.resume_training()
    # What the tok2vec sent in training is not what the earlier model reads.
    with pytest.raises(ValueError, match="reads the output of 'tok2vec', which has not processed"):
        pipe.rehearse(examples)
    for others in (examples, make_examples(nlp)):
        for example in others:
            tok2vec(example.predicted)
        assert pipe.rehearse(others)["lstm_tagger"] < 0.1
    # The tok2vec has nothing to say of an empty Doc.
    empty = Example(nlp.make_doc(""), nlp.make_doc(""))
    assert pipe.rehearse([*examples, empty]) == pipe.rehearse(examples)
    assert pipe.rehearse([empty]) == {"lstm_tagger": 0}


def test_rehearsal_adds_to_the_losses_and_has_a_dropout_rate(learned):
    learned.resume_training()
    pipe = learned.get_pipe("lstm_tagger")
    raw = make_examples(learned)
    loss = pipe.rehearse(raw)["lstm_tagger"]
    assert_allclose(pipe.rehearse(raw, losses={"lstm_tagger": 1.0})["lstm_tagger"], 1 + loss)
    assert pipe.rehearse(raw, drop=0.9)["lstm_tagger"] > 2 * loss


@pytest.mark.parametrize("method", ["update", "rehearse"])
def test_examples_may_come_from_a_generator(learned, method):
    learned.resume_training()
    learn = getattr(learned.get_pipe("lstm_tagger"), method)
    examples = make_examples(learned)
    loss = learn(examples)["lstm_tagger"]
    assert loss > 0
    assert_allclose(learn(iter(examples))["lstm_tagger"], loss, rtol=1e-3)


def test_whitespace_does_not_count_in_rehearsal(learned):
    learned.resume_training()
    pipe = learned.get_pipe("lstm_tagger")

    def rehearse(words):
        doc = Doc(learned.vocab, words=words)
        return pipe.rehearse([Example(doc, doc.copy())])["lstm_tagger"]

    loss = rehearse(["The", "dog", "ate"])
    with_spaces = rehearse(["\n", "The", " ", "dog", "ate", "\n\n"])
    assert_allclose(with_spaces, loss, rtol=1e-3)
    assert rehearse([" ", "\n"]) == 0


def test_what_is_loaded_without_its_model_keeps_its_outputs(learned):
    tagger = learned.get_pipe("lstm_tagger")
    tagger.from_bytes(tagger.to_bytes(exclude=["model", "vocab"]))
    tagger.add_label("NEW")
    assert log_probs(learned).shape[1] == len(tagger.labels) == 4
