"""A tagger in programs that change its weights on their own, and copy it."""

import copy
import pickle

import pytest
import torch
from helpers import memory
from hosts import (
    COMPONENTS,
    assert_same,
    distance,
    first_of,
    load,
    make_docs,
    predict,
)


@torch.no_grad()
def add(module):
    for parameter in module.parameters():
        parameter.add_(torch.linspace(0, 1, parameter.numel()).view_as(parameter))


def load_state(module):
    state = module.state_dict()
    module.load_state_dict({name: value * 1.5 for name, value in state.items()})


def replace_data(module):
    for parameter in module.parameters():
        parameter.data = parameter.data * 1.5


def step(module):
    for parameter in module.parameters():
        parameter.grad = parameter.detach().clone()
    optimizer = torch.optim.SGD(module.parameters(), lr=0.5)
    optimizer.step()
    optimizer.zero_grad()


@pytest.mark.parametrize("edit", [add, load_state, replace_data, step])
@pytest.mark.parametrize("name", first_of(["lstm_tagger", "encoder"]))
def test_weights_edited_after_a_tagging_count_as_those_edited_before(name, edit):
    edited_before, nlp = load(name), load(name)
    docs = make_docs(nlp)
    own = predict(nlp, docs)
    for pipeline in (edited_before, nlp):
        for node in pipeline.get_pipe("tagger").model.walk():
            for shim in node.shims:
                edit(shim.module)
    expected = predict(edited_before, docs)
    assert distance(own, expected) > 1e-3
    assert_same(predict(nlp, docs), expected)
    assert_same(predict(nlp, docs[:1]), predict(edited_before, docs[:1]))


@pytest.mark.parametrize("name", first_of(COMPONENTS))
def test_what_was_made_of_the_weights_is_not_pickled_or_copied(name):
    nlp = load(name)
    pipe, docs = nlp.get_pipe("tagger"), make_docs(nlp)
    size, copied_size = len(pickle.dumps(pipe)), memory(pipe.model.copy())
    for _ in nlp.pipe(docs):
        pass
    assert len(pickle.dumps(pipe)) <= size
    assert memory(pipe.model.copy()) <= copied_size
    assert memory(copy.deepcopy(pipe).model) <= copied_size
    assert memory(pickle.loads(pickle.dumps(pipe)).model) <= copied_size
