import copy
from math import log

import numpy
import pytest
from helpers import WITH_AN_ERROR, make_examples, make_listening_nlp, make_nlp, tags

from spacy_lstm_tagger.pipeline.calibration import best_temperature

TEXT = "Everybody ate the book"


def log_softmax(scores):
    return scores - numpy.log(numpy.exp(scores).sum(axis=1, keepdims=True))


@pytest.mark.parametrize("expected", [0.5, 1.0, 3.0])
def test_the_temperature_is_found(expected):
    random = numpy.random.default_rng(0)
    scores = random.normal(scale=2, size=(20_000, 5))
    gold = (scores + random.gumbel(size=scores.shape)).argmax(axis=1)  # drawn from the softmax
    found = best_temperature(log_softmax(scores * expected).astype("f"), gold)
    assert found == pytest.approx(expected, rel=0.05)


def test_a_temperature_has_four_digits():
    logits = numpy.array([[1.0, 0.0]] * 4)
    assert best_temperature(logits, numpy.array([0, 0, 0, 1])) == float(f"{1 / log(3):.4g}")


def test_calibration_changes_probabilities_but_no_tags():
    nlp = make_nlp(n_updates=4, log_probs=True)
    tagger = nlp.get_pipe("lstm_tagger")
    before = nlp(TEXT)
    found = tagger.calibrate(make_examples(nlp, WITH_AN_ERROR))
    assert found < 1
    after = nlp(TEXT)
    assert tags(after) == tags(before)
    expected = log_softmax(before._.tag_log_probs.astype("float64") / found)
    numpy.testing.assert_allclose(after._.tag_log_probs, expected, rtol=1e-3, atol=1e-4)


def test_examples_are_read_in_batches(trained):
    data = [("The dog read", ["DET", "NN", "V"]), ("That", ["NN"]), ("Apple", [""])] * 100
    found = [
        copy.deepcopy(trained).get_pipe("lstm_tagger").calibrate(read(make_examples(trained, data)))
        for read in (list, iter)
    ]
    assert found[0] == found[1]
    few = copy.deepcopy(trained).get_pipe("lstm_tagger").calibrate(make_examples(trained, data[:3]))
    assert found[0] == pytest.approx(few, rel=1e-3)


def test_a_listener_needs_what_it_listens_to():
    nlp = make_listening_nlp(n_updates=4)
    tagger, examples = nlp.get_pipe("lstm_tagger"), make_examples(nlp, WITH_AN_ERROR)
    with pytest.raises(ValueError, match="reads the output of 'tok2vec'"):
        tagger.calibrate(examples)
    for example in examples:
        nlp.get_pipe("tok2vec")(example.predicted)
    assert tagger.calibrate(examples) < 1


def test_tags_that_are_negated_or_no_labels_count_for_nothing(trained):
    found = {}
    for tag in ("NEW", "", "!V", "NN"):
        tagger = copy.deepcopy(trained).get_pipe("lstm_tagger")
        data = [("The dog ate", ["DET", tag, "V"]), ("Everybody read it", ["V", "V", "V"])]
        found[tag] = tagger.calibrate(make_examples(trained, data))
    assert found["NEW"] == found[""] == found["!V"] != found["NN"]


def test_averages_that_are_calibrated_leave_the_weights_of_training():
    nlp = make_nlp(n_updates=0)
    optimizer = nlp.resume_training()
    optimizer.averages = {}
    tagger = nlp.get_pipe("lstm_tagger")
    for _ in range(20):
        nlp.update(make_examples(nlp), sgd=optimizer)
    before = tagger.model.to_bytes()
    with nlp.use_params(optimizer.averages):
        tagger.calibrate(make_examples(nlp, WITH_AN_ERROR))
        assert tagger.model.to_bytes() != before
    assert tagger.model.to_bytes() == before
