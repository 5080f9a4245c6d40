"""Code that the benchmarks share: options, data, processes, timing, measures of accuracy, and
tables."""

import json
import os
import platform
import shlex
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from importlib.metadata import distributions
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer
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

PACKAGES = ("spacy-lstm-tagger", "spacy", "thinc", "torch", "numpy", "ufal.udpipe")
# Least words of a part of a text: some measurements cut a third of it into texts of 1,000 words.
MIN_WORDS = 3_000
DEFAULT = [Path("configs/default.cfg")]
# Characters of a text that is read at once.
MAX_LENGTH = 1_000_000
ALL_CORES = os.cpu_count() or 1
# The component that has no part in the accuracy of tags, parts of speech and lemmas. The rules of
# en_core_web_sm for parts of speech read the labels of its parser.
LEFT_OUT = ["ner"]
# Measures that are no shares, so a table shows them as they are.
NO_SHARES = ("MB", "million words/s, tags given", "names missed", "false names")
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
LOOP = """
import os, sys
while os.getppid() == int(sys.argv[1]):
    for _ in range(1_000_000):
        pass
"""

Measures = dict[str, float]
# For each row, the values of each subject in all runs.
Results = dict[str, dict[str, list[float]]]
Table = list[list[str]]  # the header first

# The arguments of the programs, and then their options, in this order.
Text = Annotated[Path, typer.Argument(help="Text, a paragraph on each line", exists=True)]
Pipelines = Annotated[list[str], typer.Argument(help="Names or folders, the peer last")]
Train = Annotated[Path, typer.Argument(help="CoNLL-U or DocBin to train on", exists=True)]
Dev = Annotated[Path, typer.Argument(help="CoNLL-U or DocBin to evaluate on", exists=True)]
Configs = Annotated[
    list[Path], typer.Option("--config", "-c", help="Config of lstm_tagger", exists=True)
]
Data = Annotated[
    list[Path], typer.Option(help="CoNLL-U or DocBin to measure accuracy on", exists=True)
]
Lang = Annotated[str, typer.Option(help="Language of the data")]
Words = Annotated[int, typer.Option(help="Words of each part of the text", min=MIN_WORDS)]
Rounds = Annotated[int, typer.Option(help="Rounds of all measurements", min=1)]
Seeds = Annotated[int, typer.Option(help="Number of seeds", min=1)]
Threads = Annotated[
    int | None, typer.Option(help="Threads of a training; without it, none are set", min=1)
]
MaxSteps = Annotated[
    int | None,
    typer.Option(help="Maximum number of steps of a training, to try the benchmark", min=1),
]
Output = Annotated[
    Path, typer.Option(help="Folder of the results: a .md has the tables, a .json all values")
]


def run(main: Callable[..., None]) -> None:
    """Run a program with the arguments of the command line. If an argument or a file is wrong, or a
    process fails, it ends with a sentence in place of a traceback."""
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(main)
    try:
        app()
    except (OSError, ValueError, BrokenProcessPool, subprocess.SubprocessError) as error:
        msg.fail(f"{Path(sys.argv[0]).name} stopped", str(error), exits=1)


def read_docs(path: Path) -> list[Doc]:
    """The gold Docs of a DocBin, or of a CoNLL-U file as `spacy convert-tags` converts it."""
    with TemporaryDirectory() as folder:
        if path.suffix != ".spacy":
            source = path
            path = Path(folder) / "converted.spacy"
            convert_tags(source, path)
        return list(DocBin().from_disk(path).get_docs(Vocab()))


def read_sentences(path: Path) -> list[Doc]:
    """The gold sentences of such a file, each as a Doc."""
    return [sentence.as_doc() for doc in read_docs(path) for sentence in doc.sents]


def read_paragraphs(path: Path, n_words: int, skip: int = 0) -> list[str]:
    """Texts of a .txt file, which may be packed, of about a number of words, behind the texts with
    the first `skip` words.

    Raises a ValueError if the file has no more words.
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
        raise ValueError(f"{path} has only {n_read:,} words. Choose smaller parts with --words.")
    return found


def thread_variables(n_threads: int | None) -> dict[str, str]:
    """The environment variables with which libraries start this number of threads, if any."""
    return {} if n_threads is None else dict.fromkeys(THREAD_VARIABLES, str(n_threads))


def in_process(function: Callable[..., Any], *args: Any, n_threads: int | None) -> Any:
    """Call a function in a new process that starts with this number of threads; None for what a
    program starts with whose user sets nothing.

    Raises what the function raises, and a BrokenProcessPool if the process is killed.
    """
    for name in THREAD_VARIABLES:
        os.environ.pop(name, None)
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
    installed = {package.name: package.version for package in distributions()}
    versions = [f"{name} {installed[name]}" for name in PACKAGES if name in installed]
    return f"{computer()}, Python {platform.python_version()}, {', '.join(versions)}"


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
    """Write the tables by title as Markdown, and the command and the results as JSON. Both name the
    machine.

    **more: What else the JSON has.
    """
    folder.mkdir(parents=True, exist_ok=True)
    markdown = MarkdownRenderer()
    markdown.add(machine())
    for title, table in tables.items():
        markdown.add(markdown.title(2, title))
        markdown.add(markdown.table(table[1:], table[0]))
    (folder / f"{name}.md").write_text(markdown.text)
    saved = {"command": shlex.join(["python", *sys.argv]), "machine": machine(), "results": results}
    (folder / f"{name}.json").write_text(json.dumps(saved | more, indent=2))
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
    bare = nlp.pipe(without_annotations(nlp, docs))
    return [Example(doc, gold) for doc, gold in zip(bare, docs, strict=True)]


def without_annotations(nlp: Language, docs: Iterable[Doc]) -> list[Doc]:
    return [Doc(nlp.vocab, *words_and_spaces(doc)) for doc in docs]


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
