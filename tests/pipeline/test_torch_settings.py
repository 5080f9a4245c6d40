"""Loads, predictions and updates do not depend on how a program has set torch."""

import pytest
from hosts import SETTINGS, assert_same, learn, load, make_docs, predict
from thinc.api import fix_random_seed

each_setting = pytest.mark.parametrize("setting", SETTINGS)


@each_setting
def test_a_pipeline_that_is_loaded_in_any_setting_tags_the_same_and_can_be_trained(setting):
    expected = load()
    with SETTINGS[setting]():
        nlp = load()
        nlp.get_pipe("tagger").model.get_ref("tok2vec").shims[0].module  # noqa: B018
    docs = make_docs(nlp)
    assert_same(predict(nlp, docs), predict(expected, docs))
    learn(nlp)
    assert abs(predict(nlp, docs)[0] - predict(expected, docs)[0]).max() > 0.01


@each_setting
@pytest.mark.parametrize("is_trained", [False, True])
def test_predictions_in_any_setting_are_the_same(setting, is_trained):
    nlp = load()
    if is_trained:
        learn(nlp)
    docs = make_docs(nlp)
    expected = predict(nlp, docs)
    with SETTINGS[setting]():
        assert_same(predict(nlp, docs), expected)


@pytest.mark.parametrize("setting", ["inference mode", "no grad", "autocast"])
def test_what_is_learned_in_a_mode_without_gradients_is_the_same(setting):
    expected, nlp = load(), load()
    fix_random_seed(0)
    learn(expected)
    fix_random_seed(0)
    with SETTINGS[setting]():
        learn(nlp)
    docs = make_docs(nlp)
    assert_same(predict(nlp, docs), predict(expected, docs))
