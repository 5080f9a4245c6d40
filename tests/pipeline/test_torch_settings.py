"""Loads, predictions and updates do not depend on how a program has set torch."""

import copy

import pytest
from helpers import assert_same, learn, made_up_docs, made_up_examples, made_up_nlp, predict
from hosts import SETTINGS
from spacy.util import load_model_from_config
from thinc.api import fix_random_seed

each_setting = pytest.mark.parametrize("setting", SETTINGS)


@pytest.fixture(scope="module")
def learned():
    """A pipeline; not to be changed."""
    return made_up_nlp()


@each_setting
def test_a_pipeline_that_is_loaded_in_any_setting_tags_the_same_and_can_be_trained(
    learned, setting
):
    saved = learned.to_bytes()
    with SETTINGS[setting]():
        nlp = load_model_from_config(learned.config).from_bytes(saved)
        nlp.get_pipe("lstm_tagger").model.get_ref("tok2vec").shims[0].module  # noqa: B018
    docs = made_up_docs(nlp)
    assert_same(predict(nlp, docs), predict(learned, docs))
    learn(nlp, made_up_examples(nlp), n_updates=3)
    assert abs(predict(nlp, docs)[0] - predict(learned, docs)[0]).max() > 0.01


@each_setting
@pytest.mark.parametrize("is_trained", [False, True])
def test_predictions_in_any_setting_are_the_same(learned, setting, is_trained):
    nlp = copy.deepcopy(learned)
    if is_trained:
        learn(nlp, made_up_examples(nlp))
    docs = made_up_docs(nlp)
    expected = predict(nlp, docs)
    with SETTINGS[setting]():
        assert_same(predict(nlp, docs), expected)


@pytest.mark.parametrize("setting", ["inference mode", "no grad", "autocast"])
def test_what_is_learned_in_a_mode_without_gradients_is_the_same(learned, setting):
    expected, nlp = copy.deepcopy(learned), copy.deepcopy(learned)
    examples = made_up_examples(learned)
    fix_random_seed(0)
    learn(expected, examples, n_updates=3, drop=0.1)
    fix_random_seed(0)
    with SETTINGS[setting]():
        learn(nlp, examples, n_updates=3, drop=0.1)
    docs = made_up_docs(nlp)
    assert_same(predict(nlp, docs), predict(expected, docs))
