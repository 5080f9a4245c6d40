import copy
from itertools import islice
from types import MappingProxyType

import numpy
import pytest
import spacy
import srsly
from helpers import SMALL_MODEL, TAGGED, make_examples, make_nlp, tags
from numpy.testing import assert_allclose
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import get_arg_names
from spacy.vocab import Vocab

from spacy_lstm_tagger import LSTMTagger

TEXTS = [text for text, _ in TAGGED]


def test_docs_of_another_vocab_have_the_tags_as_well(trained):
    docs = [Doc(Vocab(), words=text.split()) for text in TEXTS]
    assert [tags(doc) for doc in trained.pipe(docs)] == [gold for _, gold in TAGGED]


def test_predictions_are_written_to_the_docs_that_are_given(trained):
    tagger = trained.get_pipe("lstm_tagger")
    docs = [trained.make_doc(text) for text in TEXTS]
    copies = [trained.make_doc(text) for text in TEXTS]
    tagger.set_annotations(copies, tagger.predict(docs))
    assert [tags(doc) for doc in copies] == [gold for _, gold in TAGGED]
    assert not any(token.tag_ for doc in docs for token in doc)


def test_a_tag_that_is_set_after_the_prediction_stays(trained):
    tagger = trained.get_pipe("lstm_tagger")
    doc = trained.make_doc(TEXTS[0])
    predictions = tagger.predict([doc])
    doc[1].tag_ = "XX"
    tagger.set_annotations([doc], predictions)
    first, _, *rest = TAGGED[0][1]
    assert tags(doc) == [first, "XX", *rest]


def test_predictions_for_fewer_docs(trained):
    tagger = trained.get_pipe("lstm_tagger")
    docs = [trained.make_doc(text) for text in TEXTS]
    predictions = tagger.predict(docs)
    for given in (predictions, list(predictions)):
        first = trained.make_doc(TEXTS[0])
        tagger.set_annotations([first], given)
        assert tags(first) == TAGGED[0][1]


def test_has_what_a_tagger_has():
    nlp = spacy.blank("xx")
    ours, spacys = nlp.add_pipe("lstm_tagger"), nlp.add_pipe("tagger")
    assert isinstance(ours, LSTMTagger)
    assert {name for name in dir(spacys) if not name.startswith("_")} <= set(dir(ours))
    assert get_arg_names(ours.initialize) == [*get_arg_names(spacys.initialize), "lexicon"]
    for method in ("update", "rehearse", "get_loss", "to_disk", "from_bytes"):
        assert get_arg_names(getattr(ours, method)) == get_arg_names(getattr(spacys, method))
    meta, other = nlp.get_pipe_meta("lstm_tagger"), nlp.get_pipe_meta("tagger")
    assert (meta.assigns, meta.scores) == (other.assigns, other.scores)
    assert meta.default_score_weights == other.default_score_weights
    keys = set(meta.default_config) - {"model", "space_tag", "adversarial", "log_probs"}
    assert {key: meta.default_config[key] for key in keys} == {
        key: value for key, value in other.default_config.items() if key != "model"
    }


def test_predictions_have_the_loss_of_training(trained):
    """A prediction has the inputs of the softmax, and training has log-probabilities."""
    tagger = trained.get_pipe("lstm_tagger")
    examples = make_examples(trained)
    docs = [example.predicted for example in examples]
    predicted = tagger.model.predict(docs)
    in_training, _ = tagger.model.begin_update(docs)
    assert numpy.exp(predicted[0]).sum(axis=1).max() > 1.5
    assert_allclose(numpy.exp(in_training[0]).sum(axis=1), 1, rtol=1e-5)
    loss, gradient = tagger.get_loss(examples, predicted)
    expected_loss, expected = tagger.get_loss(examples, in_training)
    assert_allclose(loss, expected_loss, rtol=1e-4)
    assert 0 < loss < numpy.log(3)
    for ours, theirs in zip(gradient, expected, strict=True):
        assert_allclose(ours, theirs, atol=1e-6)


def test_loss_is_nats_a_token(nlp):
    examples = make_examples(nlp)
    losses = nlp.update(examples, sgd=False)
    assert_allclose(losses["lstm_tagger"], numpy.log(3), rtol=1e-6)
    nlp.update(examples, sgd=False, losses=losses)
    assert_allclose(losses["lstm_tagger"], 2 * numpy.log(3), rtol=1e-6)


def test_gradient_has_the_scale_of_spacys_tagger(nlp):
    """So a tok2vec that both listen to learns from both."""
    nlp.add_pipe("tagger")
    examples = make_examples(nlp)
    nlp.initialize(lambda: examples)
    gradients = {}
    for name in ("tagger", "lstm_tagger"):
        pipe = nlp.get_pipe(name)
        scores, _ = pipe.model.begin_update([example.predicted for example in examples])
        gradients[name] = numpy.concatenate(pipe.get_loss(examples, scores)[1])
    assert_allclose(gradients["lstm_tagger"], gradients["tagger"], atol=1e-6)


@pytest.mark.parametrize(("overwrite", "expected"), [(False, ["X", "NN"]), (True, ["DET", "NN"])])
def test_overwrite(overwrite, expected):
    nlp = make_nlp(n_updates=8, overwrite=overwrite)
    doc = nlp.make_doc("The dog")
    doc[0].tag_ = "X"
    assert tags(nlp(doc)) == expected


def test_partly_tagged_and_misaligned_tokens_get_no_gradient(nlp):
    doc = nlp.make_doc("The dog ate the apple")
    words = ["The", "dog", "ate", "theapple"]
    example = Example.from_dict(doc, {"words": words, "tags": ["DET", "", "V", "NN"]})
    pipe = nlp.get_pipe("lstm_tagger")
    scores, _ = pipe.model.begin_update([doc])
    _, (gradient,) = pipe.get_loss((example for _ in range(1)), scores)
    assert gradient.any(axis=1).tolist() == [True, False, True, True, True]


def test_no_docs(trained):
    pipe = trained.get_pipe("lstm_tagger")
    assert pipe.model.predict([]) == []
    assert list(pipe.predict([])) == []
    assert pipe.get_loss([], []) == (0.0, [])


def test_an_error_handler_may_let_the_program_go_on(trained, monkeypatch):
    nlp, failed = copy.deepcopy(trained), []
    pipe = nlp.get_pipe("lstm_tagger")
    monkeypatch.setattr(pipe, "predict", lambda docs: 1 / 0)
    pipe.set_error_handler(lambda name, proc, docs, error: failed.append((name, len(docs))))
    assert tags(pipe(nlp.make_doc("The dog"))) == ["", ""]
    assert list(pipe.pipe([nlp.make_doc("The dog"), nlp.make_doc("That")])) == []
    assert failed == [("lstm_tagger", 1), ("lstm_tagger", 2)]


def test_a_negated_tag_is_no_label_and_the_prefix_alone_is_one():
    nlp = make_nlp([("a b c", ["A", "!A", "B"])])
    assert nlp.get_pipe("lstm_tagger").labels == ("A", "B")
    nlp = make_nlp([("a b c", ["A", "~A", "!A"])], n_updates=1, neg_prefix="~")
    assert nlp.get_pipe("lstm_tagger").labels == ("!A", "A")
    data = [("well ! said", ["UH", "!", "V"])]
    nlp = make_nlp(data, n_updates=8)
    assert nlp.get_pipe("lstm_tagger").labels == ("!", "UH", "V")
    assert tags(nlp("well ! said")) == ["UH", "!", "V"]


def test_label_data_initializes_another_model():
    nlp = make_nlp([*TAGGED, ("dog book book dog", ["NN", "NN", "NN", "NN"])])
    data = srsly.json_loads(srsly.json_dumps(nlp.get_pipe("lstm_tagger").label_data))
    assert data == {"labels": ["DET", "NN", "V"], "words": ["book", "dog"]}
    other = spacy.blank("xx")
    pipe = other.add_pipe("lstm_tagger")
    examples = make_examples(other, [("unseen unseen", ["V", "V"])])
    pipe.initialize(lambda: examples, nlp=other, labels=data)
    assert pipe.label_data == data
    assert pipe.labels == ("DET", "NN", "V")


def test_labels_alone_are_enough():
    nlp = spacy.blank("xx")
    pipe = nlp.add_pipe("lstm_tagger")
    examples = make_examples(nlp, [("dog dog", ["NN", "NN"])])
    pipe.initialize(lambda: islice(examples, 1), labels=["NN", "V"])
    assert pipe.label_data == {"labels": ["NN", "V"], "words": ["dog"]}


@pytest.mark.parametrize(
    "labels",
    [
        {"NN", "V", "DET"},
        {"DET": 1, "NN": 2, "V": 3}.keys(),
        {"labels": {"NN", "V", "DET"}},
        MappingProxyType({"labels": ["DET", "NN", "V"]}),
    ],
)
def test_labels_are_any_iterable(nlp, labels):
    pipe = spacy.blank("xx").add_pipe("lstm_tagger", config={"model": SMALL_MODEL})
    pipe.initialize(lambda: make_examples(nlp), labels=labels)
    assert pipe.labels == ("DET", "NN", "V")


def test_words_are_counted_over_the_whole_corpus():
    data = [("filler words", ["A", "B"])] * 20 + [("late late", ["A", "B"])]
    nlp = make_nlp(data)
    assert "late" in nlp.get_pipe("lstm_tagger").label_data["words"]


def test_a_model_that_is_moved_to_the_cpu_tags_there(trained, tmp_path):
    trained.to_disk(tmp_path)
    nlp = spacy.load(tmp_path)
    model = nlp.get_pipe("lstm_tagger").model
    model.to_cpu()
    assert [tags(nlp(text)) for text in TEXTS] == [gold for _, gold in TAGGED]
    nlp.update(make_examples(nlp), sgd=nlp.resume_training())
    model.to_cpu()
    assert [tags(nlp(text)) for text in TEXTS] == [gold for _, gold in TAGGED]


def test_exclude(trained, tmp_path):
    pipe = trained.get_pipe("lstm_tagger")
    pipe.to_disk(tmp_path, exclude=["model", "vocab"])
    assert {path.name for path in tmp_path.iterdir()} == {"cfg"}
    assert pipe.to_bytes(exclude="vocab") == pipe.to_bytes(exclude=["vocab"])
    fresh = spacy.blank("xx").add_pipe("lstm_tagger", config={"model": SMALL_MODEL})
    assert fresh.from_bytes(pipe.to_bytes(), exclude=["model"]).labels == pipe.labels
    fresh = spacy.blank("xx").add_pipe("lstm_tagger", config={"model": SMALL_MODEL})
    assert fresh.from_bytes(pipe.to_bytes(), exclude=["cfg"]).labels == ()


def test_a_saved_component_holds_no_pickle(trained):
    data = trained.get_pipe("lstm_tagger").to_bytes()
    message = srsly.msgpack_loads(srsly.msgpack_loads(data)["model"])
    for shims in message["shims"]:
        for weights in shims:
            assert weights[8:9] == b"{"  # the header of a safetensors file
    assert b"torch" not in data


@pytest.mark.parametrize("kind", [list, tuple, numpy.array])
def test_a_subclass_may_predict_as_spacys_tagger_allows(trained, kind):
    class First(LSTMTagger):
        def predict(self, docs):
            return [kind([0] * len(doc)) for doc in docs]

    pipe = trained.get_pipe("lstm_tagger")
    first = First(trained.vocab, pipe.model)
    first.cfg["labels"] = list(pipe.labels)
    for log_probs in (False, True):
        docs = [Doc(trained.vocab, words=words) for words in (["The", "dog"], [], ["dog"])]
        for doc in first.pipe(docs, log_probs=log_probs):
            assert tags(doc) == [pipe.labels[0]] * len(doc)
    assert all(token._.tag_prob for doc in docs for token in doc)


def test_training_of_a_sourced_component_is_resumed(tmp_path):
    make_nlp(n_updates=15).to_disk(tmp_path)
    nlp = spacy.blank("xx")
    nlp.add_pipe("lstm_tagger", source=spacy.load(tmp_path))
    losses = nlp.update(make_examples(nlp), sgd=nlp.resume_training())
    assert losses["lstm_tagger"] < 0.1
