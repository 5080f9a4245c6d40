"""Many threads tag with one pipeline, while a copy of it is trained and swapped in."""

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor

from helpers import memory
from hosts import assert_same, learn, load, make_docs, make_tagged, meanwhile, predict
from thinc.api import SGD


def test_many_threads_tag_as_one():
    nlp = load()
    batches = [make_docs(nlp, n_docs=5, start=start) for start in range(0, 4000, 250)]
    expected = [predict(load(), docs) for docs in batches]
    with ThreadPoolExecutor(16) as pool:
        for found, scores in zip(
            pool.map(lambda docs: predict(nlp, docs), batches * 4), expected * 4, strict=True
        ):
            assert_same(found, scores)


def test_tags_are_those_of_one_thread_while_another_pipeline_trains():
    nlp = load()
    other = load()
    docs = make_docs(nlp)
    examples = make_tagged(other)
    scores = predict(nlp, docs)
    training = meanwhile(lambda: other.update(examples, sgd=SGD(0.1), drop=0.2))
    with training, ThreadPoolExecutor(16) as pool:
        for found in pool.map(lambda _: predict(nlp, docs), range(32)):
            assert_same(found, scores)


def test_a_copy_is_trained_and_swapped_in_while_others_tag():
    serving = {"nlp": load()}
    docs = make_docs(serving["nlp"], n_docs=5)
    before = predict(serving["nlp"], docs)
    seen = []
    with meanwhile(lambda: seen.append(predict(serving["nlp"], docs)), n_threads=3):
        trained = copy.deepcopy(serving["nlp"])
        learn(trained)
        n_before = len(seen)
        serving["nlp"] = trained
    after = predict(trained, docs)
    assert abs(after[0] - before[0]).max() > 0.01
    for scores in seen[:n_before]:
        assert_same(scores, before)
    assert_same(predict(serving["nlp"], docs), after)


def test_what_was_made_of_the_weights_is_not_pickled_or_copied():
    nlp = load()
    pipe = nlp.get_pipe("tagger")
    size = len(pickle.dumps(pipe.model))
    copied_size = memory(pipe.model.copy())
    for _ in nlp.pipe(make_docs(nlp)):
        pass
    assert len(pickle.dumps(pipe.model)) <= size
    assert memory(pipe.model.copy()) <= copied_size
    assert memory(copy.deepcopy(pipe).model) <= copied_size
    assert memory(pickle.loads(pickle.dumps(pipe)).model) <= copied_size
