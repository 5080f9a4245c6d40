"""A tagger in programs that set torch as they need it: notebooks, servers, trainers. spaCy's own
tagger runs the same programs."""

import numpy
import torch
from hosts import (
    OTHER_ORDERS,
    assert_same,
    assert_tags_as_fresh,
    beside_spacys,
    component_bytes,
    default_dtype,
    deterministic,
    host,
    host_of_the_same_precision,
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
from thinc.api import SGD

from spacy_lstm_tagger.pipeline.stream import TagStream


@in_any_host
@of_any_component
def test_learns_the_same_in_any_setting(name, setting):
    with host(setting):
        nlp = learn(start(name), drop=0.3)
        with host_of_the_same_precision():
            expected = learn(start(name), drop=0.3)
        scores = predict(nlp, make_docs(nlp))
    pipe, docs = nlp.get_pipe("tagger"), make_docs(nlp)
    assert_same(predict(nlp, docs), scores)
    if setting in OTHER_ORDERS:
        assert_same(predict(nlp, docs), predict(expected, docs))
    else:
        assert component_bytes(pipe) == component_bytes(expected.get_pipe("tagger"))
    assert_tags_as_fresh(name, pipe, docs)


def test_tagging_is_as_exact_where_training_is_not():
    nlp = load("lstm_tagger")
    docs = make_docs(nlp)
    expected = predict(nlp, docs)
    with host("medium precision"):
        found = predict(nlp, docs)
    assert all((a == b).all() for a, b in zip(found, expected, strict=True))


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
    second = [stream.log_probs(word) for word in words[10:]]
    assert_same([numpy.array(first + second)], [expected])


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
