"""Many threads tag with one pipeline, while a copy of it is trained and swapped in."""

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor

from helpers import (
    assert_same,
    learn,
    made_up_docs,
    made_up_examples,
    made_up_nlp,
    memory,
    predict,
)
from hosts import meanwhile
from thinc.api import SGD


def test_many_threads_tag_as_one():
    nlp = made_up_nlp()
    batches = [made_up_docs(nlp, n_docs=5, start=start) for start in range(0, 4000, 250)]
    expected = [predict(copy.deepcopy(nlp), docs) for docs in batches]
    with ThreadPoolExecutor(16) as pool:
        for found, scores in zip(
            pool.map(lambda docs: predict(nlp, docs), batches * 4), expected * 4, strict=True
        ):
            assert_same(found, scores)


def test_tags_are_those_of_one_thread_while_another_pipeline_trains():
    nlp = made_up_nlp()
    other = made_up_nlp()
    docs = made_up_docs(nlp)
    examples = made_up_examples(other)
    scores = predict(nlp, docs)
    training = meanwhile(lambda: other.update(examples, sgd=SGD(0.1), drop=0.2))
    with training, ThreadPoolExecutor(16) as pool:
        for found in pool.map(lambda _: predict(nlp, docs), range(32)):
            assert_same(found, scores)


def test_a_copy_is_trained_and_swapped_in_while_others_tag():
    serving = {"nlp": made_up_nlp()}
    docs = made_up_docs(serving["nlp"], n_docs=5)
    before = predict(serving["nlp"], docs)
    seen = []
    with meanwhile(lambda: seen.append(predict(serving["nlp"], docs)), n_threads=3):
        trained = copy.deepcopy(serving["nlp"])
        learn(trained, made_up_examples(trained), n_updates=3)
        n_before = len(seen)
        serving["nlp"] = trained
    after = predict(trained, docs)
    assert abs(after[0] - before[0]).max() > 0.01
    for scores in seen[:n_before]:
        assert_same(scores, before)
    assert_same(predict(serving["nlp"], docs), after)


def test_what_was_made_of_the_weights_is_not_pickled_or_copied():
    nlp = made_up_nlp()
    pipe = nlp.get_pipe("lstm_tagger")
    size = len(pickle.dumps(pipe.model))
    copied_size = memory(pipe.model.copy())
    for _ in nlp.pipe(made_up_docs(nlp)):
        pass
    assert len(pickle.dumps(pipe.model)) <= size
    assert memory(pipe.model.copy()) <= copied_size
    assert memory(copy.deepcopy(pipe).model) <= copied_size
    assert memory(pickle.loads(pickle.dumps(pipe)).model) <= copied_size
