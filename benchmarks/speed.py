"""Compares the speed and memory of pipelines on text that they read for the first time.

    python benchmarks/speed.py reviews.txt.xz en_lstm_web en_core_web_sm
    python benchmarks/speed.py reviews.txt.xz en_lstm_web --start
    python benchmarks/speed.py books.txt.xz en_lstm_web --length 25000 --length 100000

The text is a .txt file with a paragraph on each line; .xz, .gz and .bz2 are unpacked. The last
pipeline is the peer. Each pipeline takes its turn in each round, in new processes, so that no word
is known to it. Every measurement reads another part of the text. Figures are medians over the
rounds with the smallest and the largest value; a ratio is the median of the rounds' ratios.

"Again" is what a benchmark measures that reads its data more than once: the same text a second
time, when every word of it is known. "Same annotations" are those of all components of en_lstm_web,
tags to noun chunks: the entity recognizer, which it lacks, is left out.

With `--default`, `--tagger` and `--dev`, `default.cfg` and spaCy's `tagger`, both trained on the
same treebank, are measured, too: on fresh paragraphs, and on sentences that they have read before.
speed.json has the rows of `speed` in figures.json under `figures`: ours is the first pipeline.

`--start` measures what a program waits for before its first tag, and the memory that it then has,
on Linux. Without PyTorch, `import spacy` is faster, so the first line says whether it is imported.

`--length` measures whether the time and memory for a word grow with the length of a text. As many
characters of the text as the longest length are read as one text, and cut into shorter texts: the
same words each time. They are read with lines of 60 characters, and without line breaks. A time is
the median of what the process itself computes. What the system computes for it, which is mainly to
hand out memory, is a row of its own: it depends on the computer. In a virtual machine whose host
takes back free memory, it takes twenty times as long as in another.
"""

import statistics
import subprocess
import sys
import textwrap
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain, islice
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import Any

import spacy
import typer
from common import (
    ALL_CORES,
    Measures,
    Output,
    Pipelines,
    Results,
    Rounds,
    Table,
    Text,
    Words,
    add,
    busy_cpus,
    in_process,
    machine,
    peak_memory,
    read_paragraphs,
    read_sentences,
    run,
    save,
    seconds,
    show,
    spread,
    tag_words,
    without_annotations,
)
from spacy.attrs import IS_SPACE
from spacy.language import Language
from spacy.tokens import Doc
from wasabi import msg

# What a tagger needs; all other components of a pipeline are left out where tags are measured.
TAGGING = {"transformer", "tok2vec", "tagger", "lstm_tagger"}
SHORT = 20
# Words of a text, and how many such texts are tagged one after the other, if the text has them.
ONE_AT_A_TIME = {SHORT: 300, 150: 100, 1000: 30}

SENTENCE = "a sentence that was read before, ms"
# The rows of figures.json, and the rows that are measured.
FIGURES = {
    "fresh": "paragraphs, words/s",
    "batches_20": "Docs of 20 words in batches, words/s",
    "text_20": "a text of 20 words at a time, words/s",
    "text_150": "a text of 150 words at a time, words/s",
    "text_1000": "a text of 1,000 words at a time, words/s",
    "threads": f"paragraphs, {ALL_CORES} threads, words/s",
    "busy": "paragraphs, all CPUs busy, no threads set, words/s",
    "all": "paragraphs, all components, words/s",
    "same": "paragraphs, same annotations, words/s",
    "peak": "peak MB after paragraphs",
}
# The same for default.cfg and spaCy's tagger.
DEFAULT_FIGURES = {"default_fresh": "paragraphs, words/s", "default_sentence": SENTENCE}
START = """
import os
import sys
import time

began = time.perf_counter()
import spacy

imported = time.perf_counter()
nlp = spacy.load(sys.argv[1])
nlp("They are waiting for the last train.")
tagged = time.perf_counter()
with open("/proc/self/statm") as file:
    pages = int(file.read().split()[1])
print(imported - began, tagged - imported, pages * os.sysconf("SC_PAGE_SIZE") / 1e6)
"""
START_ROWS = (
    "import spacy, seconds",
    "spacy.load and the first sentence, seconds",
    "memory after it, MB",
)
LINE = 60
PEAK = "peak MB"

Load = Callable[[], Language]


def main(
    text: Text,
    pipelines: Pipelines,
    start: bool = typer.Option(False, "--start", help="Measure the start of a program instead"),
    lengths: list[int] = typer.Option(
        [], "--length", help="Measure texts of so many characters instead", min=1
    ),
    default: Path = typer.Option(None, help="Pipeline trained with default.cfg", exists=True),
    tagger: Path = typer.Option(None, help="Its peer, spaCy's tagger", exists=True),
    dev: Path = typer.Option(None, help="CoNLL-U or DocBin on which both are timed", exists=True),
    words: Words = 100_000,
    rounds: Rounds = 5,
    output: Output = Path("training/speed"),
) -> None:
    """Measure memory, throughput and latency."""
    msg.info(machine())
    taggers = [str(path) for path in (default, tagger) if path is not None]
    if taggers and (len(taggers) < 2 or dev is None):
        raise typer.BadParameter("--default, --tagger and --dev belong together.")
    results: dict[str, Results] = defaultdict(dict)
    title = f"{text.name}, {words:,} words a part"
    home = f"{text.name} and {dev.name}" if taggers else ""
    for number in range(rounds):
        msg.info(f"Round {number + 1} of {rounds}")
        for name in pipelines:
            if start:
                add(results["Start"], name, measure_start(name))
            for length in sorted(lengths):
                for layout, arrange in LAYOUTS.items():
                    arguments = (name, text, arrange, length, max(lengths))
                    rows = in_process(measure_length, *arguments, n_threads=1)
                    add(results[f"{name}, {layout}"], f"{length:,} characters", rows)
            if not (start or lengths):
                add(results[title], name, measure(name, text, words))
        for name in taggers:
            add(results[home], name, measure_at_home(name, text, words, dev))
    tables = {name: make_table(of_name) for name, of_name in results.items()}
    for name, table in tables.items():
        show(table, f"{name}, {rounds} rounds")
    rows = {} if start or lengths else figures(FIGURES, results[title])
    rows |= figures(DEFAULT_FIGURES, results[home]) if taggers else {}
    save(output, "speed", tables, results, figures=rows)


def measure(name: str, text: Path, words: int) -> Measures:
    """Measure tags alone, and then all components, each time in a new process."""
    other = [pipe for pipe in spacy.load(name).pipe_names if pipe not in TAGGING]
    load = partial(load_pipeline, name, other)
    rows: Measures = {}
    rows |= in_process(many, load, text, words, n_threads=1)
    rows |= in_process(one_at_a_time, load, text, words, n_threads=1)
    where = f"{ALL_CORES} threads"
    rows |= in_process(on_threads, load, text, words, where, n_threads=ALL_CORES)
    with busy_cpus():
        where = "all CPUs busy, no threads set"
        rows |= in_process(on_threads, load, text, words, where, n_threads=None)
    return rows | in_process(all_components, name, text, words, n_threads=1)


def many(load: Load, text: Path, words: int) -> Measures:
    """Tag with `nlp.pipe`."""
    nlp = load()
    paragraphs = read_paragraphs(text, words)
    rows = {"paragraphs, words/s": speed(nlp.pipe(paragraphs))}
    rows[f"{PEAK} after paragraphs"] = peak_memory()
    rows["paragraphs again, words/s"] = speed(nlp.pipe(paragraphs))
    short = list(cut(words_in(read_paragraphs(text, words, skip=words)), SHORT))
    rows[f"Docs of {SHORT} words in batches, words/s"] = speed(nlp.pipe(short))
    return rows


def one_at_a_time(load: Load, text: Path, words: int) -> Measures:
    """Tag with `nlp(text)`, from the shortest texts to the longest: a third of the words each, or
    fewer."""
    nlp = load()
    # The part has more words than are cut, because it begins and ends with a paragraph.
    source = words_in(read_paragraphs(text, 2 * words, skip=2 * words))
    rows: Measures = {}
    for length, n_texts in ONE_AT_A_TIME.items():
        texts = list(islice(cut(source, length), min(n_texts, words // 3 // length)))
        if not texts or len(texts[-1].split()) < length:
            raise ValueError(f"{text} has too few words. Choose smaller parts with --words.")
        rows[f"a text of {length:,} words at a time, words/s"] = median_speed(nlp, texts)
    return rows


def on_threads(load: Load, text: Path, words: int, where: str) -> Measures:
    """Tag on the threads with which this process starts."""
    nlp = load()
    return {f"paragraphs, {where}, words/s": speed(nlp.pipe(read_paragraphs(text, words)))}


def all_components(name: str, text: Path, words: int) -> Measures:
    """Do what the pipeline does by default, and then what both can do: tags to noun chunks."""
    paragraphs = read_paragraphs(text, words)
    nlp = load_pipeline(name, [])
    rows = {"paragraphs, all components, words/s": speed(nlp.pipe(paragraphs))}
    nlp = load_pipeline(name, ["ner"])
    rows["paragraphs, same annotations, words/s"] = speed(with_chunks(nlp, paragraphs))
    return rows


def with_chunks(nlp: Language, texts: Iterable[str]) -> Iterator[Doc]:
    """Docs whose noun chunks were asked for, if a component finds them."""
    has_chunks = not {"parser", "noun_chunker"}.isdisjoint(nlp.pipe_names)
    for doc in nlp.pipe(texts):
        if has_chunks:
            list(doc.noun_chunks)
        yield doc


def measure_at_home(name: str, text: Path, words: int, dev: Path) -> Measures:
    """Measure a tagger on fresh paragraphs, and on sentences of its treebank that it has read."""
    load = partial(load_pipeline, name, [])
    row = "paragraphs, words/s"
    rows = {row: in_process(many, load, text, words, n_threads=1)[row]}
    return rows | in_process(at_home, load, dev, n_threads=1)


def at_home(load: Load, dev: Path) -> Measures:
    """Tag sentences of a treebank, one at a time, that were read before."""
    nlp = load()
    sentences = read_sentences(dev)
    tag_words(nlp, sentences)
    docs = without_annotations(nlp, sentences[:500])
    return {SENTENCE: 1000 * statistics.median(seconds(nlp, doc) for doc in docs)}


def measure_start(name: str) -> Measures:
    """Start a program that tags a sentence."""
    command = [sys.executable, "-c", START, name]
    printed = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    return dict(zip(START_ROWS, map(float, printed.split()), strict=True))


def one_line(paragraphs: Iterable[str]) -> str:
    return " ".join(paragraphs)


def short_lines(paragraphs: Iterable[str]) -> str:
    return "\n\n".join("\n".join(textwrap.wrap(paragraph, LINE)) for paragraph in paragraphs)


LAYOUTS = {"without line breaks": one_line, f"lines of {LINE} characters": short_lines}


def measure_length(
    name: str, path: Path, arrange: Callable[[Iterable[str]], str], length: int, total: int
) -> Measures:
    """CPU microseconds a word of each component, and the peak memory, for texts of one length.

    total (int): Characters of all texts together.
    """
    nlp = load_pipeline(name, [])
    # A word has more than one character.
    whole = arrange(read_paragraphs(path, total))
    if len(whole) < total:
        raise ValueError(f"{path} has only {len(whole):,} characters. Choose a shorter --length.")
    steps: list[tuple[str, Callable[..., Any]]] = [("tokenizer", nlp.make_doc), *nlp.pipeline]
    spent: defaultdict[str, float] = defaultdict(float)
    in_system = 0.0
    n_words = 0
    for start in range(0, total, length):
        doc: Any = whole[start : min(start + length, total)]
        for step, function in steps:
            before = getrusage(RUSAGE_SELF)
            doc = function(doc)
            after = getrusage(RUSAGE_SELF)
            spent[step] += after.ru_utime - before.ru_utime
            in_system += after.ru_stime - before.ru_stime
        n_words += (doc.to_array(IS_SPACE) == 0).sum()
    spent |= {"all": sum(spent.values()), "the system": in_system}
    rows = {f"{step}, µs a word": 1e6 * seconds / n_words for step, seconds in spent.items()}
    return rows | {PEAK: peak_memory()}


def load_pipeline(name: str, exclude: list[str]) -> Language:
    """A pipeline after its first text."""
    nlp = spacy.load(name, exclude=exclude)
    nlp("This is read first.")
    return nlp


def words_in(paragraphs: Iterable[str]) -> Iterator[str]:
    return chain.from_iterable(map(str.split, paragraphs))


def cut(words: Iterator[str], length: int) -> Iterator[str]:
    """Texts of so many of the words. The last one may have fewer."""
    return iter(lambda: " ".join(islice(words, length)), "")


def speed(docs: Iterable[Doc]) -> float:
    """Words per second."""
    start = time.perf_counter()
    n_words = sum(len(doc) for doc in docs)
    return n_words / (time.perf_counter() - start)


def median_speed(nlp: Language, texts: list[str]) -> float:
    """Words per second of the text that takes the median time for a word."""
    speeds = []
    for text in texts:
        start = time.perf_counter()
        doc = nlp(text)
        speeds.append(len(doc) / (time.perf_counter() - start))
    return statistics.median(speeds)


def make_table(results: Results) -> Table:
    """Medians over the rounds, then the median ratios to the last column."""
    *others, peer = next(iter(results.values()))
    table = [["", *others, peer, *(f"{name} / {peer}" for name in others)]]
    for row, values in results.items():
        ratios = []
        for name in others:
            # The system may do nothing for a text.
            pairs = [pair for pair in zip(values[name], values[peer], strict=True) if pair[1]]
            ratios.append(f"{statistics.median(a / b for a, b in pairs):.2f}" if pairs else "")
        table.append([row, *map(spread, values.values()), *ratios])
    return table


def figures(names: dict[str, str], results: Results) -> dict[str, dict[str, float]]:
    """The rows of figures.json: medians of the first pipeline and of the last."""
    rows: dict[str, dict[str, float]] = {}
    for figure, row in names.items():
        ours, *_, peer = (figure_of(row, values) for values in results[row].values())
        rows[figure] = {"ours": ours, "peer": peer}
    return rows


def figure_of(row: str, values: list[float]) -> float:
    """The median: MB, milliseconds, or words per second, in hundreds."""
    value = statistics.median(values)
    if row == SENTENCE:
        return round(value, 2)
    return round(value) if PEAK in row else int(round(value, -2))


if __name__ == "__main__":
    run(main)
