"""Compares the speed and memory of pipelines, and of a bare `torch.nn.LSTM` of the same sizes.

    python benchmarks/speed.py dev.spacy training/default/model-best training/spacy/model-best

The last pipeline is the peer. The pipelines are measured in turn after a warm-up, in one process
for each number of threads. Loading and memory are measured in a new process each time. Figures are
medians with the smallest and the largest value, and ratios of medians. With `--busy`, there is one
more table: what a user gets who sets no number of threads on a machine with other work.
`profiling.py` shows where the time goes.
"""

import statistics
import time
from collections.abc import Iterable
from itertools import chain, cycle, islice
from pathlib import Path

import spacy
import torch
import typer
from common import (
    ALL_CORES,
    Table,
    Words,
    busy_cpus,
    in_process,
    in_turn,
    machine,
    make_docs,
    peak_memory,
    read_docs,
    save,
    seconds,
    sentences_of,
    show,
    spread,
    words_of,
)
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from torch import nn
from wasabi import msg

THREADS = sorted({1, ALL_CORES})
N_WORDS = range(15, 26)  # words of a sentence to measure latency
N_DOCS = (1, 2, 4, 8, 16, 64, 256, 1000)  # tagged together
FEW = 16  # up to this many Docs, there are many calls and a p99
CALLS_OF_MANY = 5
SENTENCES = "words/s, one sentence a Doc"

# For each measurement and each pipeline, one value per run.
Results = dict[str, dict[str, list[float]]]


def main(
    data: Path = typer.Argument(..., help="DocBin with sentence boundaries", exists=True),
    pipelines: list[Path] = typer.Argument(
        ..., help="Trained pipelines, the peer last", exists=True
    ),
    threads: list[int] = typer.Option(THREADS, help="Numbers of threads; can be repeated", min=1),
    repeat: int = typer.Option(5, help="Runs of each measurement", min=1),
    calls: int = typer.Option(200, help="Calls per run of the latency", min=2),
    most: int = typer.Option(1000, help="Maximum number of Docs in a call", min=1),
    words: int = typer.Option(
        1_000_000, help="Words in the stream to measure memory; the long Doc has a fifth of them"
    ),
    busy: bool = typer.Option(
        False, "--busy", help="Measure, too, with an endless loop on each CPU, and no threads set"
    ),
    output: Path = typer.Option(None, help="Folder for speed.md, speed.json and speed.png"),
) -> None:
    """Measure loading, memory, size, throughput, latency and training speed."""
    names = [str(path) for path in pipelines]
    fresh = measure_fresh(data, pipelines, repeat, words)
    by_threads = {
        n: in_process(measure, data, pipelines, repeat, calls, most, words, n_threads=n)
        for n in threads
    }
    tables = {"Fresh processes, 1 thread": make_table(names, fresh)}
    for n, results in by_threads.items():
        tables[f"{n} thread{'s' if n > 1 else ''}"] = make_table(names, results)
    if busy:
        beside = in_process(measure_busy, data, pipelines, repeat, calls, n_threads=None)
        tables["All CPUs busy, no threads set"] = make_table(names, beside)
    msg.info(machine())
    for title, table in tables.items():
        show(table, title)
    if output is not None:
        results = {"fresh": fresh, "threads": by_threads, "busy": beside if busy else {}}
        save(output, "speed", tables, results)
        plot(by_threads, output / "speed.png")


def measure_fresh(data: Path, paths: list[Path], repeat: int, words: int) -> Results:
    """Measure loading, memory and size, in new processes."""
    by_name = {str(path): path for path in paths}
    runs = in_turn(by_name, lambda path: in_process(load, path, n_threads=1), repeat)
    streams = {
        name: in_process(stream, data, path, words, n_threads=1) for name, path in by_name.items()
    }
    return {
        "seconds to load": {name: [run[0] for run in of] for name, of in runs.items()},
        "peak MB, loaded": {name: [run[1] for run in of] for name, of in runs.items()},
        f"peak MB after {words // 10:,} words": {name: [of[0]] for name, of in streams.items()},
        f"peak MB after {words:,} words": {name: [of[1]] for name, of in streams.items()},
        "model size, MB": {name: [model_size(path)] for name, path in by_name.items()},
    }


def load(path: Path) -> tuple[float, float]:
    """Seconds that spacy.load takes, and peak memory after it."""
    return seconds(spacy.load, path), peak_memory()


def stream(data: Path, path: Path, words: int) -> tuple[float, float]:
    """Peak memory after a tenth of a stream of sentences and after all of it."""
    nlp = spacy.load(path)
    n_words, after_a_tenth = 0, 0.0
    for doc in nlp.pipe(make_docs(nlp, cycle(sentences_of(read_docs(data))))):
        n_words += len(doc)
        if not after_a_tenth and n_words >= words // 10:
            after_a_tenth = peak_memory()
        if n_words >= words:
            break
    return after_a_tenth, peak_memory()


def model_size(path: Path) -> float:
    return sum(file.stat().st_size for file in path.rglob("model")) / 1e6


def measure(
    data: Path, paths: list[Path], repeat: int, calls: int, most: int, words: int
) -> Results:
    """Measure all pipelines in turn, with the threads of this process."""
    docs = read_docs(data)
    texts, whole, sentences = [doc.text for doc in docs], words_of(docs), sentences_of(docs)
    long = [list(islice(cycle(chain.from_iterable(sentences)), words // 5))]
    loaded = {str(path): spacy.load(path) for path in paths}
    results: Results = {}
    for title, of_docs in (
        (SENTENCES, sentences),
        ("words/s, Docs as they are", whole),
        (f"words/s, a Doc of {len(long[0]):,}", long),
    ):
        results[title] = in_turn(loaded, lambda nlp, w=of_docs: pipe_speed(nlp, w), repeat)
    results["words/s, from text"] = in_turn(loaded, lambda nlp: speed(nlp.pipe(texts)), repeat)
    results |= latencies(loaded, sentences, [n for n in N_DOCS if n <= most], repeat, calls)
    results["words/s in training"] = in_turn(loaded, lambda nlp: training_speed(nlp, docs), repeat)
    lstms = {name: lstm for name, nlp in loaded.items() if (lstm := bare_lstm(nlp)) is not None}
    results["words/s, bare nn.LSTM"] = in_turn(
        lstms, lambda lstm: bare_lstm_speed(lstm, sentences), repeat
    )
    return results


def measure_busy(data: Path, paths: list[Path], repeat: int, calls: int) -> Results:
    """Measure tagging while all CPUs have other work."""
    sentences = sentences_of(read_docs(data))
    loaded = {str(path): spacy.load(path) for path in paths}
    with busy_cpus():
        speeds = in_turn(loaded, lambda nlp: pipe_speed(nlp, sentences), repeat)
        return {SENTENCES: speeds} | latencies(loaded, sentences, [1], repeat, calls)


def pipe_speed(nlp: Language, words: Words) -> float:
    return speed(nlp.pipe(list(make_docs(nlp, words))))


def speed(docs: Iterable[Doc]) -> float:
    """Words per second."""
    start = time.perf_counter()
    n_words = sum(len(doc) for doc in docs)
    return n_words / (time.perf_counter() - start)


def latencies(
    loaded: dict[str, Language], sentences: Words, sizes: list[int], repeat: int, calls: int
) -> Results:
    """Milliseconds to tag some numbers of Docs."""
    short = [sentence for sentence in sentences if len(sentence) in N_WORDS]
    if not short:
        msg.fail(f"The data has no sentence of {N_WORDS[0]} to {N_WORDS[-1]} words", exits=1)
    results: Results = {}
    for n in sizes:
        n_calls = calls if n <= FEW else CALLS_OF_MANY
        runs = in_turn(loaded, lambda nlp, n=n, c=n_calls: latency(nlp, short, n, c), repeat)
        for i, quantile in enumerate(("p50", "p99") if n <= FEW else ("p50",)):
            times = {name: [run[i] for run in of] for name, of in runs.items()}
            results[latency_title(n, quantile)] = times
    return results


def latency(nlp: Language, sentences: Words, n_docs: int, calls: int) -> tuple[float, float]:
    """The median and the 99th percentile of the time to tag n_docs Docs of one sentence each, in
    milliseconds: one Doc with `nlp(doc)`, several with `nlp.pipe`."""
    source, times = cycle(sentences), []
    for _ in range(calls):
        docs = list(make_docs(nlp, islice(source, n_docs)))
        start = time.perf_counter()
        _ = nlp(docs[0]) if n_docs == 1 else list(nlp.pipe(docs))
        times.append(1000 * (time.perf_counter() - start))
    quantiles = statistics.quantiles(times, n=100, method="inclusive")
    return quantiles[49], quantiles[98]


def latency_title(n_docs: int, quantile: str) -> str:
    return f"ms for {n_docs:,} Doc{'s' if n_docs > 1 else ''}, {quantile}"


def training_speed(nlp: Language, docs: list[Doc]) -> float:
    """Words per second of updates on batches of 60 sentences. The weights are then restored."""
    saved = nlp.to_bytes(exclude=["vocab", "tokenizer"])
    references = [sent.as_doc() for doc in docs for sent in doc.sents][:1000]
    predicted = make_docs(nlp, words_of(references))
    examples = [Example(*pair) for pair in zip(predicted, references, strict=True)]
    optimizer = nlp.create_optimizer()

    def update() -> None:
        for batch in spacy.util.minibatch(examples, 60):
            nlp.update(batch, sgd=optimizer, drop=0.3)

    elapsed = seconds(update)
    nlp.from_bytes(saved, exclude=["vocab", "tokenizer"])
    return sum(map(len, references)) / elapsed


def bare_lstm(nlp: Language) -> nn.LSTM | None:
    """An nn.LSTM with the sizes of a pipeline's tagger; None if the tagger has no LSTMTok2Vec."""
    settings = nlp.config["components"].get("lstm_tagger", {}).get("model", {}).get("tok2vec", {})
    if not settings.get("@architectures", "").startswith("spacy_lstm_tagger.LSTMTok2Vec."):
        return None
    n_features = len(settings["prefixes"]) + len(settings["suffixes"]) + settings["shape"]
    n_features += 2 * settings.get("parts", False)  # a pipeline of 0.1.0 doesn't have it
    n_inputs = settings["word_width"] + settings["char_width"]
    n_inputs += settings["feature_width"] * n_features
    n_inputs += settings["vector_width"] * settings["include_static_vectors"]
    n_directions = 1 + settings["bidirectional"]
    return nn.LSTM(
        n_inputs,
        settings["width"] // n_directions,
        num_layers=settings["depth"],
        bidirectional=settings["bidirectional"],
    ).eval()


def bare_lstm_speed(lstm: nn.LSTM, sentences: Words) -> float:
    """Words per second of the forward pass alone, on batches of 128 sentences of similar length,
    whose vectors are packed in advance."""
    lengths = sorted(map(len, sentences))
    batches = [
        nn.utils.rnn.pack_sequence(
            [torch.randn(n, lstm.input_size) for n in lengths[i : i + 128]], enforce_sorted=False
        )
        for i in range(0, len(lengths), 128)
    ]
    with torch.inference_mode():
        return sum(lengths) / seconds(lambda: [lstm(batch) for batch in batches])


def make_table(names: list[str], results: Results) -> Table:
    """Medians, then their ratios to the peer's medians."""
    *others, peer = names
    table = [["", *names, *(f"{name} / {peer}" for name in others)]]
    for title, values in results.items():
        row = [title, *(spread(values[name]) if name in values else "" for name in names)]
        for name in others:
            both = [statistics.median(values[n]) for n in (name, peer) if n in values]
            row.append(f"{both[0] / both[1]:.2f}" if len(both) == 2 else "")
        table.append(row)
    return table


def plot(by_threads: dict[int, Results], path: Path) -> None:
    """Time against the number of Docs, and throughput against the number of threads."""
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(12, 4.5))
    some = next(iter(by_threads.values()))
    sizes = [n for n in N_DOCS if latency_title(n, "p50") in some]
    for color, name in enumerate(some[SENTENCES]):
        for style, (n_threads, results) in zip(cycle(("-", "--", ":", "-.")), by_threads.items()):
            times = [statistics.median(results[latency_title(n, "p50")][name]) for n in sizes]
            label = f"{name}, {n_threads} thread{'s' if n_threads > 1 else ''}"
            left.plot(sizes, times, f"C{color}o{style}", label=label)
        speeds = [statistics.median(results[SENTENCES][name]) for results in by_threads.values()]
        right.plot(list(by_threads), speeds, f"C{color}o-", label=name)
    left.set(xscale="log", yscale="log", xlabel="Docs of one sentence", ylabel="ms, median")
    right.set(xlabel="threads", ylabel="words/s, one sentence a Doc", xticks=list(by_threads))
    right.set_ylim(0)
    left.legend(fontsize=8)
    right.legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(path, dpi=120)


if __name__ == "__main__":
    typer.run(main)
