"""Programs that set torch as they need it, and small pipelines to try in them."""

import contextlib
import itertools
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from threading import Event

import numpy
import spacy
import torch
from spacy.tokens import Doc
from spacy.training import Example
from thinc.api import Adam, fix_random_seed

ENDINGS = {"ba": "A", "ko": "B", "ri": "C", "mu": "A", "te": "B", "lo": "C"}  # and their tags
SYLLABLES = [*ENDINGS, "shi", "na", "du", "pe"]
WORDS = ["".join(parts) for parts in itertools.product(*[SYLLABLES] * 3, ENDINGS)]  # 6,000

SMALL = {"width": 16, "word_width": 8, "prefixes": [], "suffixes": [3], "min_freq": 1}
# The config of each component.
COMPONENTS = {
    "lstm_tagger": {"model": {"tok2vec": SMALL}},
    "letters": {"model": {"tok2vec": {**SMALL, "char_width": 8, "depth": 2}}},
}


@contextlib.contextmanager
def setting(get, change, value):
    """One of torch's settings for the whole process."""
    before = get()
    change(value)
    try:
        yield
    finally:
        change(before)


default_dtype = partial(setting, torch.get_default_dtype, torch.set_default_dtype)
threads = partial(setting, torch.get_num_threads, torch.set_num_threads)
# Whether torch swaps the parameters that a module has with those that it is given.
swapped_parameters = partial(
    setting,
    torch.__future__.get_swap_module_params_on_conversion,
    torch.__future__.set_swap_module_params_on_conversion,
)
# The device "meta" stands for any that is not the model's.
SETTINGS = {
    "inference mode": torch.inference_mode,
    "no grad": torch.no_grad,
    "float64": partial(default_dtype, torch.float64),
    "bfloat16": partial(default_dtype, torch.bfloat16),
    "autocast": partial(torch.autocast, "cpu", dtype=torch.bfloat16),
    "another device": partial(torch.device, "meta"),
    "three threads": partial(threads, 3),
    "swapped parameters": partial(swapped_parameters, True),
}


def make_docs(nlp, n_docs=40, n_tokens=38, start=0):
    """Docs of made-up words, no two of them alike."""
    words = itertools.islice(itertools.cycle(WORDS), start, None)
    return [Doc(nlp.vocab, list(itertools.islice(words, n_tokens))) for _ in range(n_docs)]


def make_tagged(nlp):
    """Examples of made-up words, whose last syllables tell their tags."""
    return [
        Example.from_dict(doc, {"tags": [ENDINGS[word.text[-2:]] for word in doc]})
        for doc in make_docs(nlp, n_docs=8, n_tokens=20)
    ]


def learn(nlp):
    """Train a pipeline, so that what it gives for a word is its own."""
    optimizer = Adam(0.01)
    examples = make_tagged(nlp)
    for _ in range(3):
        nlp.update(examples, sgd=optimizer, drop=0.1)


def blank(name):
    nlp = spacy.blank("xx")
    nlp.add_pipe("lstm_tagger", name="tagger", config=COMPONENTS[name])
    return nlp


@cache
def trained(name):
    """The bytes of a component that has learned."""
    fix_random_seed(0)
    nlp = blank(name)
    nlp.initialize(lambda: make_tagged(nlp))
    learn(nlp)
    return nlp.get_pipe("tagger").to_bytes(exclude=["vocab"])


def load(name="lstm_tagger"):
    """A pipeline that has learned, loaded in the settings of the program."""
    nlp = blank(name)
    nlp.get_pipe("tagger").from_bytes(trained(name), exclude=["vocab"])
    return nlp


def predict(nlp, docs):
    return nlp.get_pipe("tagger").model.predict(docs)


def assert_same(scores, expected):
    """Scores, (n_tokens, n_tags) for each Doc, are the same up to rounding."""
    assert [len(doc) for doc in scores] == [len(doc) for doc in expected]
    for doc, expected_doc in zip(scores, expected, strict=True):
        assert doc.dtype == numpy.float32
        numpy.testing.assert_allclose(doc, expected_doc, atol=1e-5, rtol=1e-5)


@contextlib.contextmanager
def meanwhile(work, n_threads=1):
    """Do work again and again in other threads; its errors are raised at the end."""
    done = Event()

    def loop():
        while not done.is_set():
            work()

    with ThreadPoolExecutor(n_threads) as pool:
        running = [pool.submit(loop) for _ in range(n_threads)]
        try:
            yield
        finally:
            done.set()
            for thread in running:
                thread.result()
