"""Coverage-guided fuzzing with any words, texts and batches, and any bytes in saved weights.

    pip install atheris
    python benchmarks/fuzz.py -max_total_time=3600 -rss_limit_mb=0

The arguments are passed to libFuzzer. Its memory limit is off because spaCy's vocab keeps about 50
bytes for each new word, also in a memory zone. Fuzzing stops at the first input that breaks a rule:
nothing raises, log-probabilities are finite, probabilities sum to 1, a Doc's log-probabilities do
not depend on its batch, and damaged weights are refused.
"""

import contextlib
import sys
import warnings

import atheris
import numpy
from common import make_docs, train_briefly
from spacy.tokens import Doc

MAX_DOCS = 6
MAX_WORDS = 400
MAX_LETTERS = 60
TOK2VEC = {"width": 16, "char_width": 8, "min_freq": 1}

# spaCy imports the component when it makes a pipeline.
with atheris.instrument_imports(include=["spacy_lstm_tagger"]):
    NLP = train_briefly("lstm_tagger", {"model": {"tok2vec": TOK2VEC}, "log_probs": True})

PIPE = NLP.get_pipe("lstm_tagger")
SAVED = PIPE.to_bytes(exclude=["vocab"])


def check_docs(docs: list[Doc], expected: list[Doc]) -> None:
    for doc, alone in zip(docs, expected, strict=True):
        log_probs = doc._.tag_log_probs
        assert log_probs.shape == (len(doc), len(PIPE.labels))
        assert numpy.isfinite(log_probs).all()
        numpy.testing.assert_allclose(numpy.exp(log_probs).sum(axis=1), 1, atol=1e-5)
        numpy.testing.assert_allclose(log_probs, alone._.tag_log_probs, atol=1e-4)


def tag_words(data: atheris.FuzzedDataProvider) -> None:
    batch = []
    for _ in range(data.ConsumeIntInRange(0, MAX_DOCS)):
        n_words = data.ConsumeIntInRange(0, MAX_WORDS)
        words = [text(data) or " " for _ in range(min(n_words, data.remaining_bytes()))]
        batch.append(words * data.PickValueInList([1, 1, 1, 20]))
    with NLP.memory_zone():
        docs = list(NLP.pipe(make_docs(NLP, batch)))
        check_docs(docs, [NLP(doc) for doc in make_docs(NLP, batch)])


def tag_texts(data: atheris.FuzzedDataProvider) -> None:
    texts = [text(data) for _ in range(MAX_DOCS)]
    with NLP.memory_zone():
        check_docs(list(NLP.pipe(texts)), [NLP(t) for t in texts])


def text(data: atheris.FuzzedDataProvider) -> str:
    """Any text except lone surrogates, which spaCy refuses before a component sees them."""
    letters = data.ConsumeUnicodeNoSurrogates(data.ConsumeIntInRange(0, MAX_LETTERS))
    return letters * data.PickValueInList([1, 1, 1, 30])


def load_bytes(data: atheris.FuzzedDataProvider) -> None:
    """Load a saved component in which some bytes are replaced."""
    start = data.ConsumeIntInRange(0, len(SAVED))
    length = data.ConsumeIntInRange(0, 64)
    damaged = SAVED[:start] + data.ConsumeBytes(64) + SAVED[start + length :]
    with contextlib.suppress(ValueError):
        PIPE.from_bytes(damaged)
    assert PIPE.to_bytes(exclude=["vocab"]) == SAVED


def test_one_input(data: bytes) -> None:
    provider = atheris.FuzzedDataProvider(data)
    provider.PickValueInList([tag_words, tag_words, tag_texts, load_bytes])(provider)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    atheris.Setup(sys.argv, test_one_input)
    atheris.Fuzz()
