"""One pipeline in many threads."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread

from helpers import make_examples, make_nlp, tags

TEXTS = ["The dog ate the apple", "Everybody read that book", "A cat", "Nobody reads books ."]


def test_tags_are_those_of_one_thread_while_another_pipeline_trains():
    nlp = make_nlp(n_updates=10)
    expected = [tags(doc) for doc in nlp.pipe(TEXTS)]
    other, done = make_nlp(seed=1), Event()
    updates = []

    def train():
        optimizer = other.resume_training()
        while not done.is_set():
            updates.append(other.update(make_examples(other), sgd=optimizer, drop=0.2))

    trainer = Thread(target=train)
    trainer.start()
    try:
        with ThreadPoolExecutor(16) as pool:
            results = list(pool.map(lambda i: tags(nlp(TEXTS[i % 4])), range(400)))
            batches = list(
                pool.map(lambda _: [tags(doc) for doc in nlp.pipe(TEXTS * 5)], range(32))
            )
    finally:
        done.set()
        trainer.join()
    assert len(updates) > 1
    assert results == [expected[i % 4] for i in range(400)]
    assert batches == [expected * 5] * 32
