"""Programs in which a tagger is a guest: their settings of torch, and pipelines to try in them."""

import contextlib
import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from threading import Event
from typing import Any

import numpy
import spacy
import torch
from spacy.tokens import Doc
from spacy.training import Example
from thinc.api import Adam, fix_random_seed

ENDINGS = {"ba": "A", "ko": "B", "ri": "C", "mu": "A", "te": "B", "lo": "C"}  # and their tags
SYLLABLES = [*ENDINGS, "shi", "na", "du", "pe"]
WORDS = ["".join(parts) for parts in itertools.product(*[SYLLABLES] * 3, ENDINGS)]  # 6,000

SMALL = {"width": 16, "word_width": 8, "feature_width": 4, "feature_rows": 50, "min_freq": 1}
# The config of each component.
COMPONENTS = {
    "lstm_tagger": {"model": {"tok2vec": SMALL}},
    "letters": {"model": {"tok2vec": {**SMALL, "char_width": 8, "depth": 2}}, "adversarial": 0.03},
    "one direction": {"model": {"tok2vec": {**SMALL, "bidirectional": False}}, "log_probs": True},
}


@contextlib.contextmanager
def setting(get: Callable[[], Any], change: Callable[[Any], None], value: Any) -> Iterator[None]:
    """One of torch's settings for the whole process."""
    before = get()
    change(value)
    try:
        yield
    finally:
        change(before)


default_dtype = partial(setting, torch.get_default_dtype, torch.set_default_dtype)
threads = partial(setting, torch.get_num_threads, torch.set_num_threads)
matmul_precision = partial(
    setting, torch.get_float32_matmul_precision, torch.set_float32_matmul_precision
)
# Whether torch swaps the parameters that a module has with those that it is given.
swapped_parameters = partial(
    setting,
    torch.__future__.get_swap_module_params_on_conversion,
    torch.__future__.set_swap_module_params_on_conversion,
)


@contextlib.contextmanager
def default_device(device: str) -> Iterator[None]:
    torch.set_default_device(device)
    try:
        yield
    finally:
        torch.set_default_device(None)


@contextlib.contextmanager
def deterministic(mode: bool = True) -> Iterator[None]:
    before = torch.are_deterministic_algorithms_enabled()
    if mode != before:  # it takes milliseconds
        torch.use_deterministic_algorithms(mode)
    try:
        yield
    finally:
        if mode != before:
            torch.use_deterministic_algorithms(before)


# The device "meta" stands for any that is not the model's.
HOSTS = {
    "inference mode": torch.inference_mode,
    "no grad": torch.no_grad,
    "float64": partial(default_dtype, torch.float64),
    "bfloat16": partial(default_dtype, torch.bfloat16),
    "autocast": partial(torch.autocast, "cpu", dtype=torch.bfloat16),
    "another device": partial(default_device, "meta"),
    "deterministic": deterministic,
    "three threads": partial(threads, 3),
    # Training follows it, tagging does not.
    "medium precision": partial(matmul_precision, "medium"),
    "swapped parameters": partial(swapped_parameters, True),
}
# In these, training adds sums in another order, so that weights differ by rounding.
OTHER_ORDERS = ("three threads",)


def host_settings():
    """All that a host program may have set."""
    return {
        "dtype": torch.get_default_dtype(),
        "device": torch.ones(1).device,
        "inference mode": torch.is_inference_mode_enabled(),
        "gradients": torch.is_grad_enabled(),
        "autocast": torch.is_autocast_enabled("cpu"),
        "dtype of autocast": torch.get_autocast_dtype("cpu"),
        "cache of autocast": torch.is_autocast_cache_enabled(),
        "deterministic": torch.are_deterministic_algorithms_enabled(),
        "threads": torch.get_num_threads(),
        "precision": torch.get_float32_matmul_precision(),
        "swapped parameters": torch.__future__.get_swap_module_params_on_conversion(),
    }


@contextlib.contextmanager
def host(name: str) -> Iterator[None]:
    """A host program with one of the settings, which has to stay as it is."""
    with HOSTS[name]():
        before = host_settings()
        yield
        assert host_settings() == before


@contextlib.contextmanager
def clean_host(precision: str = "highest") -> Iterator[None]:
    """The settings with which torch starts, whatever the host's are.

    precision (str): How exactly torch multiplies.
    """
    with (
        default_dtype(torch.float32),
        deterministic(False),
        matmul_precision(precision),
        swapped_parameters(False),
        torch.device("cpu"),
        torch.autocast("cpu", enabled=False),
        torch.inference_mode(False),
        torch.enable_grad(),
    ):
        yield


def host_of_the_same_precision():
    """A clean host in which training multiplies as exactly as in this one."""
    return clean_host(torch.get_float32_matmul_precision())


def make_docs(nlp, n_docs=40, n_tokens=38, start=0):
    """Docs of made-up words, no two of them alike."""
    words = itertools.islice(itertools.cycle(WORDS), start, None)
    return [Doc(nlp.vocab, list(itertools.islice(words, n_tokens))) for _ in range(n_docs)]


def make_tagged(nlp, n_docs=40, n_tokens=38, start=0):
    """Examples of made-up words, whose last syllables tell their tags."""
    return [
        Example.from_dict(doc, {"tags": [ENDINGS[word.text[-2:]] for word in doc]})
        for doc in make_docs(nlp, n_docs, n_tokens, start)
    ]


def start(name, n_words=1500):
    """A pipeline of one of the components, initialized on made-up words."""
    fix_random_seed(0)
    nlp = spacy.blank("xx")
    nlp.add_pipe("lstm_tagger", name="tagger", config=COMPONENTS[name])
    examples = make_tagged(nlp, n_docs=n_words // 38 + 1)
    nlp.initialize(lambda: examples)
    return nlp


def learn(nlp, n_updates=3, drop=0.1, seed=0):
    """Train a pipeline or component, so that what it gives for a word is its own."""
    fix_random_seed(seed)
    optimizer = Adam(0.01)
    examples = make_tagged(nlp, n_docs=8, n_tokens=20)
    for _ in range(n_updates):
        nlp.update(examples, sgd=optimizer, drop=drop)
    return nlp


def interrupted(n_calls, factor):
    """An optimizer that multiplies a number of weights by a factor, and then is interrupted."""
    calls = itertools.count(1)

    def optimizer(key, weights, gradient):
        if next(calls) > n_calls:
            raise KeyboardInterrupt
        return weights * factor, gradient

    return optimizer


def component_bytes(pipe):
    return pipe.to_bytes(exclude=["vocab"])


def fresh(name, data):
    """A component that was loaded from bytes in a program without settings of its own."""
    with clean_host():
        pipe = SHELL.create_pipe("lstm_tagger", name="tagger", config=COMPONENTS[name])
        return pipe.from_bytes(data, exclude=["vocab"])


def assert_tags_as_fresh(name, pipe, docs, data=None):
    """A component gives the same as one that was loaded from its bytes just now."""
    with clean_host():
        expected = fresh(name, data or component_bytes(pipe)).model.predict(docs)
    assert_same(pipe.model.predict(docs), expected)


def assert_same(scores, expected):
    """Scores, (n_tokens, n_tags) for each Doc, are the same but for rounding."""
    assert [len(doc) for doc in scores] == [len(doc) for doc in expected]
    assert all(doc.dtype == numpy.float32 for doc in scores)
    assert distance(scores, expected) < 1e-5


def distance(scores, expected):
    """The largest difference between scores, as a share of the largest score if that is above 1."""
    pairs = zip(scores, expected, strict=True)
    return max(
        (numpy.abs(a - b).max(initial=0) / numpy.abs(b).max(initial=1) for a, b in pairs), default=0
    )


@contextlib.contextmanager
def meanwhile(work, n_threads=1):
    """Do work again and again in other threads; its errors are raised at the end."""
    done = Event()

    def loop():
        while not done.is_set():
            work()

    with ThreadPoolExecutor(n_threads) as pool:
        threads = [pool.submit(loop) for _ in range(n_threads)]
        try:
            yield
        finally:
            done.set()
            for thread in threads:
                thread.result()


@cache
def trained(name):
    """The bytes of a component that has learned."""
    with clean_host():
        return component_bytes(learn(start(name)).get_pipe("tagger"))


def load(name):
    """A pipeline, loaded under the settings of the host program."""
    nlp = spacy.blank("xx")
    pipe = nlp.add_pipe("lstm_tagger", name="tagger", config=COMPONENTS[name])
    pipe.from_bytes(trained(name), exclude=["vocab"])
    return nlp


def predict(nlp, docs):
    return nlp.get_pipe("tagger").model.predict(docs)


SHELL = spacy.blank("xx")  # makes components
