"""Long runs: memory and speed over millions of words, and one pipeline in many threads.

    python benchmarks/soak.py training/ewt/model-best training/spacy/model-best

A fifth of the words are new. Memory is the resident set of a separate process, after each tenth of
the words. With `nlp.memory_zone`, spaCy's vocab forgets the words. Without it, the vocab keeps
every word, as the run without a component shows.
"""

import resource
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from itertools import islice
from pathlib import Path
from random import Random
from threading import Event, Thread

import spacy
import typer
from common import ALL_CORES, in_process, machine, make_docs
from spacy.tokens import Doc
from spacy.training import Example
from tqdm import tqdm
from wasabi import msg

DOC_WORDS = 20
ZONE = 10_000  # Docs of a memory zone
PARTS = 10
COMMON = ["the", "of", "a", "in", "and", "to", "is", "that", "it", "was", "for", "on", "are", "as"]
N_THREADS = 16
PAGE = resource.getpagesize()


def main(
    pipelines: list[Path] = typer.Argument(..., help="Trained pipelines", exists=True),
    words: int = typer.Option(10_000_000, help="Words to tag; a fifth of them are new"),
    docs: int = typer.Option(100_000, help="Docs to tag in many threads"),
) -> None:
    """Tag many words, and tag in many threads."""
    msg.info(machine())
    msg.text("pipeline, how: MB after a tenth → at the end; words/s in the first → last tenth")
    for path in [*pipelines, None]:
        for zones in (False, True):
            speeds, memory = in_process(run_long, path, words, zones, n_threads=1)
            msg.text(
                f"{path or 'no component'}, {'memory_zone' if zones else 'nlp.pipe'}: "
                f"{memory[0]:,.0f} → {memory[-1]:,.0f}; {speeds[0]:,.0f} → {speeds[-1]:,.0f}"
            )
    for path in pipelines:
        differ, seconds = in_process(run_threads, path, docs, n_threads=ALL_CORES)
        msg.info(
            f"{path}: {docs:,} Docs in {N_THREADS} threads while another pipeline was trained: "
            f"{differ} differ from one thread, {seconds:.0f} s"
        )


def sentences() -> Iterator[list[str]]:
    """Sentences in which a fifth of the words never occurred before."""
    rng = Random(0)
    number = 0
    while True:
        sentence = rng.choices(COMMON, k=DOC_WORDS)
        for i in range(0, DOC_WORDS, 5):
            number += 1
            sentence[i] = f"{rng.choice(COMMON).title()}{number:x}ing"
        yield sentence


def run_long(path: Path | None, words: int, zones: bool) -> tuple[list[float], list[float]]:
    """Words/s in each part, and memory in MB after it."""
    nlp = spacy.load(path) if path else spacy.blank("en")
    source = sentences()
    speeds = []
    memory = []
    n_docs = max(1, words // DOC_WORDS // PARTS)
    for _ in tqdm(range(PARTS), desc=f"{path} {'zones' if zones else ''}"):
        start = time.perf_counter()
        for first in range(0, n_docs, ZONE):
            part = islice(source, min(ZONE, n_docs - first))
            with nlp.memory_zone() if zones else nullcontext():
                deque(nlp.pipe(make_docs(nlp, part)), maxlen=0)
        speeds.append(n_docs * DOC_WORDS / (time.perf_counter() - start))
        resident = int(Path("/proc/self/statm").read_text().split()[1])
        memory.append(resident * PAGE / 1e6)
    return speeds, memory


def run_threads(path: Path, n_docs: int) -> tuple[int, float]:
    """The number of Docs whose tags differ from tagging in one thread, and the seconds."""
    nlp = spacy.load(path)
    other = spacy.load(path)
    done = Event()
    texts = [" ".join(words) for words in islice(sentences(), n_docs)]
    expected = [tags(doc) for doc in nlp.pipe(texts)]

    def train() -> None:
        examples = [
            Example.from_dict(other.make_doc(text), {"tags": of_text})
            for text, of_text in zip(texts[:50], expected[:50], strict=True)
        ]
        optimizer = other.resume_training()
        while not done.is_set():
            other.update(examples, sgd=optimizer, drop=0.2)

    trainer = Thread(target=train)
    trainer.start()
    start = time.perf_counter()
    try:
        with ThreadPoolExecutor(N_THREADS) as pool:
            found = list(
                tqdm(pool.map(lambda t: tags(nlp(t)), texts), total=n_docs, desc=str(path))
            )
    finally:
        done.set()
        trainer.join()
    differ = sum(one != many for one, many in zip(expected, found, strict=True))
    return differ, time.perf_counter() - start


def tags(doc: Doc) -> list[str]:
    return [token.tag_ for token in doc]


if __name__ == "__main__":
    typer.run(main)
