"""Code that the benchmarks share: data, processes, timing, measures of accuracy, and tables."""

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from importlib.metadata import version
from importlib.util import find_spec
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from spacy.language import Language
from spacy.scorer import PRFScore
from spacy.tokens import Doc, DocBin, Token
from spacy.training import Example
from spacy.vocab import Vocab
from threadpoolctl import threadpool_info
from wasabi import MarkdownRenderer, msg

from spacy_lstm_tagger import set_num_threads
from spacy_lstm_tagger.models.numpy_network.threads import first_n_threads
from spacy_lstm_tagger.tools.text.convert import convert_tags
from spacy_lstm_tagger.tools.text.raw_text import read_texts

PACKAGES = ("spacy-lstm-tagger", "spacy", "thinc", "torch", "numpy")
# Characters of a text that is read at once.
MAX_LENGTH = 1_000_000
ALL_CORES = os.cpu_count() or 1
# The component that has no part in the accuracy of tags, parts of speech and lemmas. The rules of
# en_core_web_sm for parts of speech read the labels of its parser.
LEFT_OUT = ["ner"]
# Measures that are no shares, so a table shows them as they are.
NO_SHARES = ("MB", "million words/s, tags given", "names missed", "false names")
# What the kernels of OpenBLAS are written for.
KERNELS = {
    "SapphireRapids": "avx512",
    "Cooperlake": "avx512",
    "SkylakeX": "avx512",
    "Haswell": "avx2",
    "Zen": "avx2",
    "neoversen1": "neon",
    "armv8": "neon",
}
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
LOOP = """
import os, sys
while os.getppid() == int(sys.argv[1]):
    for _ in range(1_000_000):
        pass
"""

Words = list[list[str]]
Measures = dict[str, float]
# For each row, the values of each subject in all runs.
Results = dict[str, dict[str, list[float]]]
Table = list[list[str]]  # the header first


def read_docs(path: Path) -> list[Doc]:
    """The gold Docs of a DocBin, or of a CoNLL-U file as `spacy convert-tags` converts it."""
    with TemporaryDirectory() as folder:
        if path.suffix != ".spacy":
            source = path
            path = Path(folder) / "converted.spacy"
            convert_tags(source, path)
        return list(DocBin().from_disk(path).get_docs(Vocab()))


def read_paragraphs(path: Path, n_words: int, skip: int = 0) -> list[str]:
    """Texts of a .txt file, which may be packed, of about a number of words, behind the texts with
    the first `skip` words.

    Exits with a message if the file has no more words.
    """
    found = []
    n_read = 0
    for text in read_texts(path, MAX_LENGTH):
        if n_read >= skip + n_words:
            break
        if n_read >= skip:
            found.append(text)
        n_read += len(text.split())
    if not found:
        raise SystemExit(f"{path} has only {n_read:,} words. Choose smaller parts with --words.")
    return found


def words_of(pieces: Iterable[Any]) -> Words:
    """The words of each Doc or Span."""
    return [[token.text for token in piece] for piece in pieces]


def make_docs(nlp: Language, words: Iterable[list[str]]) -> Iterator[Doc]:
    return (Doc(nlp.vocab, words=list(of_doc)) for of_doc in words)


def thread_variables(n_threads: int) -> dict[str, str]:
    """The environment variables with which libraries start this number of threads."""
    return dict.fromkeys(THREAD_VARIABLES, str(n_threads))


def in_process(function: Callable[..., Any], *args: Any, n_threads: int | None) -> Any:
    """Call a function in a new process that starts with this number of threads; None for what a
    program starts with whose user sets nothing.

    Raises what the function raises, and a BrokenProcessPool if the process is killed.
    """
    for name in THREAD_VARIABLES:
        os.environ.pop(name, None)
    if n_threads is not None:
        os.environ.update(thread_variables(n_threads))
    with ProcessPoolExecutor(
        1,
        mp_context=get_context("spawn"),
        initializer=set_num_threads,  # a process that multiprocessing starts has one thread
        initargs=(first_n_threads(),),
    ) as pool:
        return pool.submit(function, *args).result()


@contextmanager
def busy_cpus(n_loops: int = ALL_CORES) -> Iterator[None]:
    """Run endless loops, by default one for each CPU, until the context, or this process, ends."""
    loops: list[subprocess.Popen[bytes]] = []
    try:
        for _ in range(n_loops):
            loops.append(subprocess.Popen([sys.executable, "-c", LOOP, str(os.getpid())]))
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def add(results: Results, name: str, rows: Measures) -> None:
    """Add what was measured of a subject in one run."""
    for row, value in rows.items():
        results.setdefault(row, {}).setdefault(name, []).append(value)


def seconds(function: Callable[..., Any], *args: Any) -> float:
    """How long a call takes."""
    start = time.perf_counter()
    function(*args)
    return time.perf_counter() - start


def peak_memory() -> float:
    """Peak memory of the process in MB."""
    # ru_maxrss would include the memory of the parent at the start of this process.
    status = Path("/proc/self/status").read_text()
    (peak,) = (line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(peak) * 1024 / 1e6


def machine() -> str:
    """Processor, cores, and the versions of what is installed."""
    installed = [package for package in PACKAGES if find_spec(package.replace("-", "_"))]
    versions = ", ".join(f"{package} {version(package)}" for package in installed)
    return f"{computer()}, Python {platform.python_version()}, {versions}"


def computer() -> str:
    """Processor, number of CPUs, kernels, and whether PyTorch was imported: Thinc imports it where
    it is installed."""
    torch = "PyTorch imported" if "torch" in sys.modules else "PyTorch not imported"
    return f"{processor()}, {ALL_CORES} CPUs, {kernels()}, {torch}"


def processor() -> str:
    if Path("/proc/cpuinfo").exists():
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":")[1].strip()
    return platform.processor()


def column_name() -> str:
    """The key in figures.json for this kind of processor and kernel, such as amd_avx512."""
    vendors = [vendor for vendor in ("amd", "intel", "apple") if vendor in processor().lower()]
    kinds = [library.get("architecture", "") for library in threadpool_info()]
    names = [name for kernel, name in KERNELS.items() if kernel in kinds]
    return "_".join([*vendors[:1], *names[:1]]) or platform.machine()


def kernels() -> str:
    """The kernels that OpenBLAS chooses for this processor, or that a variable chooses."""
    found = threadpool_info()
    kinds = {library["architecture"] for library in found if "architecture" in library}
    chosen = os.environ.get("OPENBLAS_CORETYPE")
    return f"kernels for {', '.join(sorted(kinds))}" + (" (OPENBLAS_CORETYPE)" if chosen else "")


def number(value: float) -> str:
    """At least three digits, without an exponent."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def spread(
    values: list[float], text: Callable[[float], str] = number, middle: Any = statistics.median
) -> str:
    """The median, or another average, with the smallest and the largest value."""
    low, mid, high = (text(value) for value in (min(values), middle(values), max(values)))
    return mid if low == high else f"{mid} ({low} - {high})"


def show(table: Table, title: str = "") -> None:
    if title:
        msg.divider(title)
    msg.table(table[1:], header=table[0], divider=True, aligns=["l"] + ["r"] * (len(table[0]) - 1))


def save(folder: Path, name: str, tables: dict[str, Table], results: Any, **more: Any) -> None:
    """Write the tables by title as Markdown, and the results as JSON. Both name the machine.

    **more: What else the JSON has.
    """
    folder.mkdir(parents=True, exist_ok=True)
    markdown = MarkdownRenderer()
    markdown.add(machine())
    for title, table in tables.items():
        markdown.add(markdown.title(2, title))
        markdown.add(markdown.table(table[1:], table[0]))
    (folder / f"{name}.md").write_text(markdown.text)
    text = json.dumps({"machine": machine(), "results": results, **more}, indent=2)
    (folder / f"{name}.json").write_text(text)
    msg.good(f"Wrote {folder / name}.md and {folder / name}.json")


def table(of_data: dict[str, Measures]) -> Table:
    """A row for each measure that any pipeline has. Shares are in percent."""
    names = list(dict.fromkeys(chain.from_iterable(of_data.values())))
    rows = [["", *of_data]]
    for name in names:
        factor = 1 if name in NO_SHARES else 100
        values = (measures.get(name) for measures in of_data.values())
        rows.append([name, *("" if value is None else f"{factor * value:.2f}" for value in values)])
    return rows


def size(nlp: Language) -> float:
    """The size of a pipeline's files in MB."""
    files = (path for path in Path(nlp.path).rglob("*") if path.is_file())
    return sum(path.stat().st_size for path in files) / 1e6


def tag_words(nlp: Language, docs: list[Doc]) -> list[Example]:
    """Annotate the words of gold Docs."""
    bare = (Doc(nlp.vocab, *words_and_spaces(doc)) for doc in docs)
    return [Example(doc, gold) for doc, gold in zip(nlp.pipe(bare), docs, strict=True)]


def words_and_spaces(doc: Doc) -> tuple[list[str], list[bool]]:
    return [token.text for token in doc], [bool(token.whitespace_) for token in doc]


def accuracy(examples: Iterable[Example], get: Callable[[Token], str]) -> float:
    """The share of right values among the words whose gold value is known."""
    right = []
    for example in examples:
        pairs = zip(example.predicted, example.reference, strict=True)
        right += [get(found) == get(gold) for found, gold in pairs if get(gold)]
    return sum(right) / len(right) if right else 0.0


def accuracies(examples: list[Example]) -> Measures:
    """The accuracy of tags, parts of speech and lemmas. It is 0 for what the data lacks."""
    return {
        "XPOS": accuracy(examples, lambda token: token.tag_),
        "UPOS": accuracy(examples, lambda token: token.pos_),
        "lemmas": accuracy(examples, lambda token: token.lemma_),
    }


def without_zeros(measures: Measures) -> Measures:
    """The measures that the data and the pipeline allow."""
    return {name: value for name, value in measures.items() if value}


def sentence_starts(examples: list[Example]) -> float:
    """F of the words that begin a sentence, without the first word of each Doc."""
    score = PRFScore()
    for example in examples:
        score.score_set(
            {token.i for token in example.predicted[1:] if token.is_sent_start},
            {token.i for token in example.reference[1:] if token.is_sent_start},
        )
    return score.fscore
