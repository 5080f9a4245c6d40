"""Speed of pipelines side by side, and of a bare `torch.nn.LSTM` of the same sizes.

    python benchmarks/speed.py dev.spacy training/default/model-best training/spacy/model-best

The last pipeline is the peer. Everything is measured in turn, in one process for each number of
threads, after a warm-up. Figures are medians, with the smallest and the largest; ratios are of
medians.
"""

import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import spacy
import torch
import typer
from spacy.language import Language
from spacy.tokens import Doc, DocBin
from spacy.training import Example
from torch.nn.utils.rnn import PackedSequence
from wasabi import msg

from spacy_lstm_tagger.models.pytorch import time_major
from spacy_lstm_tagger.models.tok2vec import nodes_with_vocabulary, own_network

LATENCY_WORDS = (
    "This is a sentence of twenty words , which is what a web request may have to be tagged ."
)
Words = list[list[str]]


def main(
    data: Path = typer.Argument(..., help="DocBin with sentence boundaries", exists=True),
    pipelines: list[Path] = typer.Argument(
        ..., help="Trained pipelines, the peer last", exists=True
    ),
    threads: list[int] = typer.Option([1, 2], help="Numbers of threads"),
    repeat: int = typer.Option(5, help="Runs of each measurement"),
    output: Path = typer.Option(None, help="JSON file to write; a plot goes beside it"),
    worker: str = typer.Option("", hidden=True),
) -> None:
    """Measure throughput, latency, training speed, loading time, memory and size."""
    if worker:
        run = {"speed": measure, "memory": measure_memory}[worker]
        print(json.dumps(run(data, pipelines, threads[0], repeat)))
        return
    results = {n: run_worker("speed", data, pipelines, n, repeat) for n in threads}
    for path in pipelines:
        memory = run_worker("memory", data, [path], threads[0], repeat)
        for title, values in memory.items():
            results[threads[0]].setdefault(title, {}).update(values)
    for n, result in results.items():
        show(f"{n} thread{'s' if n > 1 else ''}, {machine()}", pipelines, result)
    if output is not None:
        output.write_text(json.dumps({"machine": machine(), "threads": results}, indent=2))
        plot(results, output.with_suffix(".png"))
        msg.good(f"Wrote {output} and {output.with_suffix('.png')}")


def run_worker(
    worker: str, data: Path, pipelines: list[Path], n: int, repeat: int
) -> dict[str, Any]:
    """Measure in a process of its own, which starts with this number of threads."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    options = ["--threads", str(n), "--repeat", str(repeat), "--worker", worker]
    done = subprocess.run(
        [sys.executable, __file__, str(data), *map(str, pipelines), *options],
        env={**os.environ, **dict.fromkeys(names, str(n))},
        stdout=subprocess.PIPE,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def measure(data: Path, paths: list[Path], n_threads: int, repeat: int) -> dict[str, Any]:
    torch.set_num_threads(n_threads)
    docs = list(DocBin().from_disk(data).get_docs(spacy.blank("xx").vocab))
    sentences = [[token.text for token in sent] for doc in docs for sent in doc.sents]
    whole = [[token.text for token in doc] for doc in docs]
    huge = [list(islice(cycle(word for words in whole for word in words), 200_000))]
    loaded, load_times = {}, {}
    for path in paths:
        start = time.perf_counter()
        loaded[str(path)] = spacy.load(path)
        load_times[str(path)] = [time.perf_counter() - start]
    result: dict[str, Any] = {
        "seconds to load": load_times,
        "model size, MB": {str(path): [model_size(path)] for path in paths},
    }
    for title, words in (
        ("words/s, one sentence a Doc", sentences),
        ("words/s, Docs as they are", whole),
        ("words/s, a Doc of 200,000", huge),
    ):
        result[title] = in_turn(loaded, lambda nlp, w=words: pipe_speed(nlp, w), repeat)
    texts = [doc.text for doc in docs]
    result["words/s, from text"] = in_turn(loaded, lambda nlp: text_speed(nlp, texts), repeat)
    for size in (1, 8, 64, 256, 1000):
        few = sentences[: max(100, 2 * size)]
        speeds = in_turn(loaded, lambda nlp, w=few, s=size: pipe_speed(nlp, w, s), repeat)
        result[f"words/s, batch_size {size}"] = speeds
    latencies = in_turn(loaded, latency, repeat)
    for i, title in enumerate(("ms a sentence, p50", "ms a sentence, p99")):
        result[title] = {name: [run[i] for run in runs] for name, runs in latencies.items()}
    result["words/s in training"] = in_turn(
        loaded, lambda nlp: training_speed(nlp, docs, sentences), repeat
    )
    result["words/s, bare nn.LSTM"] = {
        name: [bare_lstm_speed(nlp, sentences) for _ in range(repeat)]
        for name, nlp in loaded.items()
        if has_lstm(nlp)
    }
    return result


def measure_memory(
    data: Path, paths: list[Path], n_threads: int, repeat: int
) -> dict[str, dict[str, list[float]]]:
    """Peak memory of one pipeline while it tags a stream of a million words."""
    (path,) = paths
    nlp = spacy.load(path)
    docs = DocBin().from_disk(data).get_docs(nlp.vocab)
    sentences = [[token.text for token in sent] for doc in docs for sent in doc.sents]
    stream = (Doc(nlp.vocab, words=list(words)) for words in cycle(sentences))
    n_words, after_a_tenth = 0, None
    for doc in nlp.pipe(stream):
        n_words += len(doc)
        if after_a_tenth is None and n_words > 100_000:
            after_a_tenth = peak_memory()
        if n_words > 1_000_000:
            break
    return {
        "peak MB after 100,000 words": {str(path): [after_a_tenth]},
        "peak MB after 1,000,000 words": {str(path): [peak_memory()]},
    }


def peak_memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def in_turn(
    loaded: dict[str, Language], run: Callable[[Language], Any], repeat: int
) -> dict[str, list[Any]]:
    """Run on each pipeline in turn, once to warm up and then `repeat` times."""
    runs: dict[str, list[Any]] = {name: [] for name in loaded}
    for _ in range(repeat + 1):
        for name, nlp in loaded.items():
            runs[name].append(run(nlp))
    return {name: values[1:] for name, values in runs.items()}


def make_docs(nlp: Language, words: Words) -> list[Doc]:
    return [Doc(nlp.vocab, words=list(doc)) for doc in words]


def pipe_speed(nlp: Language, words: Words, batch_size: int | None = None) -> float:
    return speed(nlp.pipe(make_docs(nlp, words), batch_size=batch_size))


def text_speed(nlp: Language, texts: list[str]) -> float:
    return speed(nlp.pipe(texts))


def speed(docs: Iterator[Doc]) -> float:
    start = time.perf_counter()
    n_words = sum(len(doc) for doc in docs)
    return n_words / (time.perf_counter() - start)


def latency(nlp: Language) -> tuple[float, float]:
    times = []
    for doc in make_docs(nlp, [LATENCY_WORDS.split()] * 300):
        start = time.perf_counter()
        nlp(doc)
        times.append(1000 * (time.perf_counter() - start))
    quantiles = statistics.quantiles(times, n=100)
    return quantiles[49], quantiles[98]


def training_speed(nlp: Language, docs: list[Doc], sentences: Words) -> float:
    """Updates on batches of 1,000 words of gold sentences, on weights that are then put back."""
    saved = nlp.to_bytes(exclude=["vocab", "tokenizer"])
    references = [sent.as_doc() for doc in docs for sent in doc.sents][:1000]
    examples = [Example(Doc(nlp.vocab, words=[t.text for t in ref]), ref) for ref in references]
    batches = list(spacy.util.minibatch(examples, 60))
    optimizer = nlp.create_optimizer()
    start = time.perf_counter()
    for batch in batches:
        nlp.update(batch, sgd=optimizer, drop=0.3)
    elapsed = time.perf_counter() - start
    nlp.from_bytes(saved, exclude=["vocab", "tokenizer"])
    return sum(map(len, references)) / elapsed


def has_lstm(nlp: Language) -> bool:
    return "lstm_tagger" in nlp.pipe_names and bool(
        nodes_with_vocabulary(nlp.get_pipe("lstm_tagger").model)
    )


def bare_lstm_speed(nlp: Language, sentences: Words) -> float:
    """Forward pass alone, on packed vectors that are there already, 128 sentences a batch."""
    lstm = own_network(nlp.get_pipe("lstm_tagger").model).sequence.lstm
    lengths = sorted(map(len, sentences))
    batches = [torch.tensor(lengths[i : i + 128]) for i in range(0, len(lengths), 128)]
    packed = [
        PackedSequence(torch.randn(int(batch.sum()), lstm.input_size), time_major(batch)[2])
        for batch in batches
    ]
    with torch.inference_mode():
        start = time.perf_counter()
        for steps in packed:
            lstm(steps)
    return sum(lengths) / (time.perf_counter() - start)


def model_size(path: Path) -> float:
    return sum(file.stat().st_size for file in path.rglob("model")) / 1e6


def machine() -> str:
    name = platform.processor()
    if Path("/proc/cpuinfo").exists():
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                name = line.split(":")[1].strip()
    return f"{name}, {os.cpu_count()} cores, torch {torch.__version__}"


def show(title: str, paths: list[Path], result: dict[str, Any]) -> None:
    names = [str(path) for path in paths]
    rows = []
    for measurement, values in result.items():
        medians = {name: statistics.median(runs) for name, runs in values.items()}
        row = [measurement]
        for name in names:
            if name not in medians:
                row.append("")
                continue
            low, high = min(values[name]), max(values[name])
            spread = f" ({low:.4g} - {high:.4g})" if len(values[name]) > 1 else ""
            ratio = f" {medians[name] / medians[names[-1]]:.2f} x" if names[-1] in medians else ""
            row.append(f"{medians[name]:.4g}{spread}{ratio if name != names[-1] else ''}")
        rows.append(row)
    msg.divider(title)
    msg.table(rows, header=["", *names], divider=True)


def plot(results: dict[int, Any], path: Path) -> None:
    """Throughput against batch size."""
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 4.5))
    for n_threads, result in results.items():
        sizes = [title for title in result if "batch_size" in title]
        for name in result[sizes[0]]:
            medians = [statistics.median(result[title][name]) for title in sizes]
            label = f"{name}, {n_threads} thread{'s' if n_threads > 1 else ''}"
            axes.plot([int(title.split()[-1]) for title in sizes], medians, "o-", label=label)
    axes.set(xscale="log", xlabel="batch_size, Docs of one sentence", ylabel="words/s", ylim=0)
    axes.legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(path, dpi=120)


if __name__ == "__main__":
    typer.run(main)
