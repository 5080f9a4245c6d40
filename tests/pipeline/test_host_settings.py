"""A tagger in programs that set torch as they need it: notebooks, servers, trainers. spaCy's own
tagger runs the same programs."""

import copy
import pickle

import numpy
import pytest
import torch
from hosts import (
    OTHER_ORDERS,
    assert_same,
    assert_tags_as_fresh,
    beside_spacys,
    component_bytes,
    default_dtype,
    deterministic,
    first_of,
    host,
    host_settings,
    in_any_host,
    learn,
    load,
    make_docs,
    make_tagged,
    matmul_precision,
    meanwhile,
    of_any_component,
    predict,
    start,
)
from thinc.api import SGD, fix_random_seed

from spacy_lstm_tagger.stream import TagStream


def assert_learned_the_same(nlp, expected, docs, setting):
    if setting in OTHER_ORDERS:
        assert_same(predict(nlp, docs), predict(expected, docs))
    else:
        assert nlp.to_bytes() == expected.to_bytes()


@in_any_host
@of_any_component
def test_loaded_in_any_setting_it_tags_and_learns_as_ever(name, setting):
    expected = load(name)
    with host(setting):
        nlp = load(name)
    docs = make_docs(nlp)
    assert_same(predict(nlp, docs), predict(expected, docs))
    assert_same(predict(nlp, docs[:1]), predict(expected, docs[:1]))
    assert_learned_the_same(learn(nlp), learn(expected), docs, setting)


@in_any_host
@of_any_component
def test_tags_are_the_same_in_any_setting(name, setting):
    expected, nlp = load(name), load(name)
    docs = make_docs(nlp)
    for batch in (docs[:1], docs, make_docs(nlp, n_docs=1, n_tokens=700), make_docs(nlp, 3, 0)):
        scores = predict(expected, batch)
        with host(setting):
            assert_same(predict(nlp, batch), scores)
            tagged = list(nlp.pipe(doc.copy() for doc in batch))
            one_by_one = [nlp(doc.copy()) for doc in batch]
        tags = [[token.tag_ for token in doc] for doc in expected.pipe(batch)]
        assert [[token.tag_ for token in doc] for doc in tagged] == tags
        if name != "bfloat16":  # its outputs depend on the batch
            assert [[token.tag_ for token in doc] for doc in one_by_one] == tags
    with host(setting):
        in_host = component_bytes(nlp.get_pipe("tagger"))
    assert in_host == component_bytes(expected.get_pipe("tagger"))


@in_any_host
@of_any_component
def test_trains_to_the_same_weights_in_any_setting(name, setting):
    expected = learn(start(name), drop=0.3)
    with host(setting):
        nlp = learn(start(name), drop=0.3)
    pipe, docs = nlp.get_pipe("tagger"), make_docs(nlp)
    if setting in OTHER_ORDERS:
        assert_same(predict(nlp, docs), predict(expected, docs))
    else:
        assert component_bytes(pipe) == component_bytes(expected.get_pipe("tagger"))
    assert_tags_as_fresh(name, pipe, docs)


@in_any_host
@beside_spacys
def test_training_goes_on_where_the_setting_changes(name, setting):
    expected, nlp = load(name), load(name)
    docs = make_docs(nlp)
    for seed in range(2):
        with host(setting):
            learn(nlp, n_updates=1, seed=seed)
            predict(nlp, docs)
        learn(nlp, n_updates=1, seed=seed)
        predict(nlp, docs)
    for seed in (0, 0, 1, 1):
        learn(expected, n_updates=1, seed=seed)
    assert_learned_the_same(nlp, expected, docs, setting)
    assert_same(predict(nlp, docs), predict(expected, docs))


@in_any_host
@beside_spacys
def test_rehearses_in_any_setting(name, setting):
    def rehearse(nlp):
        fix_random_seed(0)
        sgd = nlp.resume_training()
        learn(nlp, n_updates=1)
        nlp.rehearse(make_tagged(nlp, n_docs=8, n_tokens=20), sgd=sgd)
        return nlp

    expected, nlp = rehearse(load(name)), load(name)
    with host(setting):
        rehearse(nlp)
    assert_learned_the_same(nlp, expected, make_docs(nlp), setting)


@in_any_host
@beside_spacys
def test_averages_are_used_in_any_setting(name, setting):
    nlp = load(name)
    docs, sgd = make_docs(nlp), SGD(0.1, use_averages=True)
    nlp.update(make_tagged(nlp), sgd=sgd)
    nlp.update(make_tagged(nlp), sgd=sgd)
    own = predict(nlp, docs)
    with nlp.use_params(sgd.averages):
        averaged = predict(nlp, docs)
    assert abs(averaged[0] - own[0]).max() > 1e-4
    with host(setting):
        with nlp.use_params(sgd.averages):
            assert_same(predict(nlp, docs), averaged)
        assert_same(predict(nlp, docs), own)


@in_any_host
@pytest.mark.parametrize("name", first_of(["lstm_tagger", "encoder"]))
def test_calibrates_in_any_setting(name, setting):
    expected, nlp = load(name), load(name)
    temperature = expected.get_pipe("tagger").calibrate(make_tagged(nlp))
    assert temperature != pytest.approx(1)
    with host(setting):
        assert nlp.get_pipe("tagger").calibrate(make_tagged(nlp)) == pytest.approx(temperature)
    docs = make_docs(nlp)
    assert_same(predict(nlp, docs), predict(expected, docs))


@in_any_host
def test_tags_a_stream_in_any_setting(setting):
    nlp = load("one direction")
    (doc,) = make_docs(nlp, n_docs=1, n_tokens=20)
    words, (expected,) = [token.text for token in doc], predict(nlp, [doc])
    with host(setting):
        stream = TagStream(load("one direction"), "tagger")
        first = [stream.log_probs(word) for word in words[:10]]
        state = stream.to_bytes()
    stream = TagStream(nlp, "tagger").from_bytes(state)
    second = [stream.log_probs(word) for word in words[10:15]]
    with host(setting):
        stream = TagStream(nlp, "tagger").from_bytes(stream.to_bytes())
        third = [stream.log_probs(word) for word in words[15:]]
    assert_same([numpy.array(first + second + third)], [expected])


@in_any_host
@beside_spacys
def test_copies_made_in_any_setting_tag_and_learn_as_ever(name, setting):
    expected = load(name)
    docs = make_docs(expected)
    scores = predict(expected, docs)
    learned = component_bytes(learn(expected).get_pipe("tagger"))
    for make_copy in (copy.deepcopy, lambda pipe: pickle.loads(pickle.dumps(pipe))):
        nlp = load(name)
        predict(nlp, docs)
        with host(setting):
            copied = make_copy(nlp.get_pipe("tagger"))
            model = nlp.get_pipe("tagger").model.copy()
            assert_same(copied.model.predict(docs), scores)
            assert_same(model.predict(docs), scores)
        assert_same(copied.model.predict(docs), scores)
        assert_same(model.predict(docs), scores)
        assert component_bytes(learn(copied)) == learned


@in_any_host
def test_errors_in_any_setting_leave_it_and_the_pipeline_alone(setting):
    nlp = load("lstm_tagger")
    before, docs, pipe = nlp.to_bytes(), make_docs(nlp), nlp.get_pipe("tagger")
    with host(setting):
        with pytest.raises(ValueError, match="damaged"):
            nlp.from_bytes(before[:-1] + b"!")
        with pytest.raises(ValueError, match="no examples"):
            pipe.calibrate([])
        with pytest.raises(TypeError):
            pipe.update(docs)
        with pytest.raises(ZeroDivisionError):
            nlp.update(make_tagged(nlp), sgd=lambda key, weights, gradient: 1 / 0, drop=0.1)
    assert nlp.to_bytes() == before
    assert_tags_as_fresh("lstm_tagger", pipe, docs)


@pytest.fixture
def swapped_parameters():
    """Torch swaps the parameters that a module has with those that it is given."""
    before = torch.__future__.get_swap_module_params_on_conversion()
    torch.__future__.set_swap_module_params_on_conversion(True)
    yield
    torch.__future__.set_swap_module_params_on_conversion(before)


@of_any_component
def test_loads_and_copies_where_torch_swaps_parameters(name, swapped_parameters):
    nlp = load(name)
    pipe, docs = nlp.get_pipe("tagger"), make_docs(nlp)
    assert_tags_as_fresh(name, pipe, docs)
    assert_tags_as_fresh(name, pickle.loads(pickle.dumps(pipe)), docs)
    assert_tags_as_fresh(name, learn(copy.deepcopy(pipe)), docs)


@beside_spacys
def test_the_settings_are_the_hosts_own_between_the_docs_of_a_stream(name):
    nlp = load(name)
    before = host_settings()
    docs = nlp.pipe(make_docs(nlp), batch_size=4)
    for doc in docs:
        assert doc[0].tag_
        assert host_settings() == before
        break
    with torch.inference_mode(), default_dtype(torch.float64):
        in_host = host_settings()
        next(docs)
        assert host_settings() == in_host
    assert all(doc[0].tag_ for doc in docs)
    assert host_settings() == before


@beside_spacys
def test_other_threads_never_see_settings_that_are_not_the_hosts(name):
    nlp, other = load(name), load(name)
    docs, examples = make_docs(nlp), make_tagged(nlp)
    data = nlp.to_bytes()

    def work():
        predict(nlp, docs)
        other.update(examples, sgd=SGD(0.0))
        other.from_bytes(data)

    with default_dtype(torch.float64), deterministic(), matmul_precision("medium"):
        before = host_settings()
        with meanwhile(work):
            seen = [host_settings() for _ in range(20_000)]
    assert all(settings == before for settings in seen)
