"""A tagger that learns in programs that set torch as they need it: notebooks, servers, trainers.
test_hostile_host.py does the same with other components, and with more settings at once."""

import pytest
import torch
from hosts import (
    HOSTS,
    OTHER_ORDERS,
    assert_same,
    assert_tags_as_fresh,
    component_bytes,
    default_dtype,
    deterministic,
    host,
    host_of_the_same_precision,
    host_settings,
    learn,
    load,
    make_docs,
    make_tagged,
    matmul_precision,
    meanwhile,
    predict,
    start,
)
from thinc.api import SGD


@pytest.mark.parametrize("setting", HOSTS)
def test_learns_the_same_in_any_setting(setting):
    with host(setting):
        nlp = learn(start("lstm_tagger"), drop=0.3)
        with host_of_the_same_precision():
            expected = learn(start("lstm_tagger"), drop=0.3)
        scores = predict(nlp, make_docs(nlp))
    pipe, docs = nlp.get_pipe("tagger"), make_docs(nlp)
    assert_same(predict(nlp, docs), scores)
    if setting in OTHER_ORDERS:
        assert_same(predict(nlp, docs), predict(expected, docs))
    else:
        assert component_bytes(pipe) == component_bytes(expected.get_pipe("tagger"))
    assert_tags_as_fresh("lstm_tagger", pipe, docs)


def test_other_threads_never_see_settings_that_are_not_the_hosts():
    nlp, other = load("lstm_tagger"), load("lstm_tagger")
    docs, examples = make_docs(nlp), make_tagged(nlp)
    data = nlp.to_bytes()

    def work():
        predict(nlp, docs)
        other.update(examples, sgd=SGD(0.0))
        other.from_bytes(data)

    with default_dtype(torch.float64), deterministic(), matmul_precision("medium"):
        before = host_settings()
        with meanwhile(work):
            seen = [host_settings() for _ in range(5_000)]
    assert all(settings == before for settings in seen)
