"""Compares the speed and memory of pipelines on text that they read for the first time.

    python benchmarks/speed.py reviews.txt.xz en_lstm_web en_core_web_sm

The text is a .txt file with a paragraph on each line; .xz, .gz and .bz2 are unpacked. The last
pipeline is the peer. Each pipeline takes its turn in each round, in new processes, so that no word
is known to it. Every measurement reads another part of the text. Figures are medians over the
rounds with the smallest and the largest value; a ratio is the median of the rounds' ratios.

"Again" is what a benchmark measures that reads its data more than once: the same text a second
time, when every word of it is known.

With `--default`, `--tagger` and `--dev`, `default.cfg` and spaCy's `tagger`, both trained on the
same treebank, are measured, too: on fresh paragraphs, and on sentences that they have read before.
With `--output`, speed.json has a column for `speed` in figures.json under `figures`: ours is the
first pipeline.
"""

import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any

import spacy
import typer
from common import (
    ALL_CORES,
    Measures,
    Results,
    Table,
    add,
    busy_cpus,
    column_name,
    computer,
    in_process,
    machine,
    make_docs,
    peak_memory,
    processor,
    read_docs,
    read_paragraphs,
    save,
    seconds,
    show,
    spread,
    words_of,
)
from spacy.language import Language
from spacy.tokens import Doc
from wasabi import msg

# What a tagger needs; all other components of a pipeline are left out where tags are measured.
TAGGING = {"transformer", "tok2vec", "tagger", "lstm_tagger"}
# Words of a text, and how many such texts are tagged one after the other.
ONE_AT_A_TIME = {20: 300, 150: 100, 1000: 30}

ALL_COMPONENTS: dict[str, list[str]] = {
    "all components": [],
    "without parser and ner": ["parser", "ner"],
}
SENTENCE = "a sentence that was read before, ms"
# The rows of figures.json, and the rows that are measured.
FIGURES = {
    "fresh": "paragraphs, words/s",
    "text_20": "a text of 20 words at a time, words/s",
    "text_150": "a text of 150 words at a time, words/s",
    "text_1000": "a text of 1,000 words at a time, words/s",
    "threads": f"paragraphs, {ALL_CORES} threads, words/s",
    "busy": "paragraphs, all CPUs busy, no threads set, words/s",
    "all": "paragraphs, without parser and ner, words/s",
    "peak": "peak MB after paragraphs",
}
# The same for default.cfg and spaCy's tagger.
DEFAULT_FIGURES = {
    "default_fresh": "paragraphs, words/s",
    "default_home": "sentences that were read before, 1 threads, words/s",
    "default_threads": "sentences that were read before, 2 threads, words/s",
    "default_sentence": SENTENCE,
}

Load = Callable[[], Language]


def main(
    text: Path = typer.Argument(..., help="Text, a paragraph on each line", exists=True),
    pipelines: list[str] = typer.Argument(..., help="Names or folders, the peer last"),
    words: int = typer.Option(100_000, help="Words of each part of the text", min=1),
    texts: int = typer.Option(
        None,
        help="Texts that are tagged one at a time; by default 300 short to 30 long ones",
        min=1,
    ),
    default: Path = typer.Option(None, help="Pipeline trained with default.cfg", exists=True),
    tagger: Path = typer.Option(None, help="Its peer, spaCy's tagger", exists=True),
    dev: Path = typer.Option(None, help="DocBin on which they are measured", exists=True),
    rounds: int = typer.Option(5, help="Rounds of all measurements", min=1),
    output: Path = typer.Option(None, help="Folder for speed.md and speed.json"),
) -> None:
    """Measure loading, memory, throughput and latency."""
    msg.info(machine())
    excluded = {
        name: [pipe for pipe in spacy.load(name).pipe_names if pipe not in TAGGING]
        for name in pipelines
    }
    taggers = [str(path) for path in (default, tagger) if path is not None]
    if taggers and (len(taggers) < 2 or dev is None):
        raise typer.BadParameter("--default, --tagger and --dev belong together.")
    results: Results = {}
    home_results: Results = {}
    for number in range(rounds):
        msg.info(f"Round {number + 1} of {rounds}")
        for name in pipelines:
            load = partial(load_pipeline, name, excluded[name])
            rows = measure(load, text, words, texts)
            rows |= in_process(all_components, name, text, words, n_threads=1)
            add(results, name, rows)
        for name in taggers:
            add(home_results, name, measure_at_home(name, text, words, dev))
    title = f"{text.name}, {words:,} words a part, {rounds} rounds"
    tables = {title: make_table(pipelines, results)}
    if taggers:
        tables[f"{dev.name}, and {text.name}"] = make_table(taggers, home_results)
    for name, table in tables.items():
        show(table, name)
    if output is not None:
        rows = figures(FIGURES, results, pipelines[0], pipelines[-1])
        if taggers:
            rows |= figures(DEFAULT_FIGURES, home_results, *taggers)
        column = {
            "title": f"{processor()}, {column_name()}",
            "command": " ".join(["python", *sys.argv]),
            "data": f"{text.name} that is read for the first time, {words:,} words a part",
            "version": ", ".join(map(version_of, [pipelines[0], pipelines[-1]])),
            "processor": computer(),
            "rows": rows,
        }
        save(
            output,
            "speed",
            tables,
            results,
            home=home_results,
            figures={column_name(): column},
        )


def measure_at_home(name: str, text: Path, words: int, dev: Path) -> Measures:
    """Measure a tagger on fresh paragraphs, and on sentences of its treebank that it has read."""
    load = partial(load_pipeline, name, [])
    row = "paragraphs, words/s"
    rows = {row: in_process(many, load, text, words, n_threads=1)[row]}
    for n_threads in (1, 2):
        rows |= in_process(at_home, load, dev, n_threads, n_threads=n_threads)
    return rows


def at_home(load: Load, dev: Path, n_threads: int) -> Measures:
    """Tag sentences of a treebank that were read before."""
    nlp = load()
    sentences = words_of(sent for doc in read_docs(dev) for sent in doc.sents)
    for _ in nlp.pipe(make_docs(nlp, sentences)):
        pass
    docs = list(make_docs(nlp, sentences))
    rows = {f"sentences that were read before, {n_threads} threads, words/s": speed(nlp.pipe(docs))}
    if n_threads == 1:
        docs = list(make_docs(nlp, sentences[:500]))
        rows[SENTENCE] = 1000 * statistics.median(seconds(nlp, doc) for doc in docs)
    return rows


def figures(names: dict[str, str], results: Results, ours: str, peer: str) -> dict[str, Any]:
    """The rows of figures.json: medians, and the median of the rounds' ratios."""
    rows: dict[str, Any] = {}
    for figure, row in names.items():
        our_values = results[row][ours]
        peer_values = results[row][peer]
        pairs = zip(our_values, peer_values, strict=True)
        rows[figure] = {
            "ours": figure_of(row, statistics.median(our_values)),
            "peer": figure_of(row, statistics.median(peer_values)),
            "ratio": round(statistics.median(mine / other for mine, other in pairs), 2),
        }
    return rows


def figure_of(row: str, value: float) -> str | int:
    """A value with its unit; a speed is a number, in hundreds of words per second."""
    if "MB" in row:
        return f"{value:,.0f} MB"
    if row == SENTENCE:
        return f"{value:.2f} ms"
    return int(round(value, -2))


def version_of(name: str) -> str:
    meta = spacy.load(name).meta
    return f"{meta['lang']}_{meta['name']} {meta['version']}"


def measure(load: Load, text: Path, words: int, texts: int | None) -> Measures:
    """Measure tags alone, each time in a new process."""
    rows: Measures = {}
    rows |= in_process(many, load, text, words, n_threads=1)
    rows |= in_process(one_at_a_time, load, text, words, texts, n_threads=1)
    where = f"{ALL_CORES} threads"
    rows |= in_process(on_threads, load, text, words, where, n_threads=ALL_CORES)
    with busy_cpus():
        where = "all CPUs busy, no threads set"
        rows |= in_process(on_threads, load, text, words, where, n_threads=None)
    return rows


def many(load: Load, text: Path, words: int) -> Measures:
    """Tag with `nlp.pipe`."""
    rows: Measures = {}
    start = time.perf_counter()
    nlp = load()
    rows["seconds to load"] = time.perf_counter() - start
    paragraphs = read_paragraphs(text, words)
    rows["paragraphs, words/s"] = speed(nlp.pipe(paragraphs))
    rows["peak MB after paragraphs"] = peak_memory()
    rows["paragraphs again, words/s"] = speed(nlp.pipe(paragraphs))
    sentences = list(sentences_of(read_paragraphs(text, words, skip=words)))
    rows["sentences, words/s"] = speed(nlp.pipe(sentences))
    rows["sentences again, words/s"] = speed(nlp.pipe(sentences))
    return rows


def one_at_a_time(load: Load, text: Path, words: int, texts: int | None) -> Measures:
    """Tag with `nlp(text)`, from the shortest texts to the longest."""
    nlp = load()
    source = chain.from_iterable(line.split() for line in read_paragraphs(text, words, 2 * words))
    rows: Measures = {}
    for length, n_texts in ONE_AT_A_TIME.items():
        cut = [" ".join(islice(source, length)) for _ in range(texts or n_texts)]
        rows[f"a text of {length:,} words at a time, words/s"] = median_speed(nlp, cut)
        if length == min(ONE_AT_A_TIME):
            rows[f"a text of {length:,} words again, words/s"] = median_speed(nlp, cut)
    return rows


def on_threads(load: Load, text: Path, words: int, where: str) -> Measures:
    """Tag on the threads with which this process starts."""
    nlp = load()
    rows = {f"paragraphs, {where}, words/s": speed(nlp.pipe(read_paragraphs(text, words)))}
    sentences = list(sentences_of(read_paragraphs(text, words // 10, skip=words)))
    rows[f"a sentence at a time, {where}, words/s"] = median_speed(nlp, sentences)
    return rows


def all_components(name: str, text: Path, words: int) -> Measures:
    """Do what the pipeline does by default, and the same without parser and entity recognizer."""
    rows: Measures = {}
    paragraphs = read_paragraphs(text, words)
    for row, exclude in ALL_COMPONENTS.items():
        nlp = load_pipeline(name, exclude)
        rows[f"paragraphs, {row}, words/s"] = speed(nlp.pipe(paragraphs))
    return rows


def load_pipeline(name: str, exclude: list[str]) -> Language:
    """A pipeline after its first text."""
    nlp = spacy.load(name, exclude=exclude)
    nlp("This is read first.")
    return nlp


def sentences_of(paragraphs: Iterable[str]) -> Iterator[str]:
    """Sentences by punctuation, which no measured pipeline finds."""
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    for doc in nlp.pipe(paragraphs):
        yield from (sentence.text for sentence in doc.sents)


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


def make_table(names: list[str], results: Results) -> Table:
    """Medians over the rounds, then the median ratios to the peer."""
    *others, peer = names
    table = [["", *names, *(f"{name} / {peer}" for name in others)]]
    for row, values in results.items():
        ratios = []
        for name in others:
            rounds = zip(values[name], values[peer], strict=True)
            ratios.append(f"{statistics.median(ours / theirs for ours, theirs in rounds):.2f}")
        table.append([row, *(spread(values[name]) for name in names), *ratios])
    return table


if __name__ == "__main__":
    typer.run(main)
