"""Measures the time and memory of training, beside spaCy's tagger.

    python benchmarks/training.py train.conllu dev.conllu --threads 1
    python benchmarks/training.py train.conllu dev.conllu --max-steps 200 --others 1

The first command trains to the early stop. The second shows what a user gets who sets no number of
threads, on a machine with one other busy process. The taggers take turns, each in a new process.
spaCy's `tagger` has the config of `spacy init config -p tagger -o efficiency`. CPU seconds are of
the whole process, with all of its threads.
"""

import io
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import typer
from accuracy import as_docbin, spacy_config
from common import (
    DEFAULT,
    Configs,
    Dev,
    Lang,
    MaxSteps,
    Measures,
    Output,
    Results,
    Seeds,
    Table,
    Threads,
    Train,
    add,
    busy_cpus,
    in_process,
    machine,
    peak_memory,
    run,
    save,
    show,
    spread,
)
from spacy.language import Language
from spacy.training.initialize import init_nlp
from spacy.training.loop import train as run_training
from spacy.util import registry
from thinc.api import Config
from wasabi import msg

PEER = "spaCy"
LOGGER = "benchmarks.curve.v1"


class Point(NamedTuple):
    """An evaluation in training. Seconds count from the start of the process."""

    score: float
    cpu_seconds: float
    seconds: float
    words: int


def main(
    train: Train,
    dev: Dev,
    configs: Configs = DEFAULT,
    others: int = typer.Option(0, help="Other processes that are busy meanwhile", min=0),
    lang: Lang = "en",
    seeds: Seeds = 1,
    threads: Threads = None,
    max_steps: MaxSteps = None,
    output: Output = Path("training/training"),
) -> None:
    """Train every tagger with every seed."""
    msg.info(machine())
    taggers = {path.stem: Config().from_disk(path, interpolate=False) for path in configs}
    taggers[PEER] = spacy_config(lang, with_vectors=False)
    results: Results = {}
    with TemporaryDirectory() as folder:
        data = [as_docbin(path, Path(folder) / f"{i}.spacy") for i, path in enumerate((train, dev))]
        for seed in range(seeds):
            curves: dict[str, list[Point]] = {}
            peaks: dict[str, float] = {}
            for name, settings in taggers.items():
                text = prepared(settings, lang, data, seed, max_steps).to_str()
                with busy_cpus(others):
                    curves[name], peaks[name] = in_process(train_once, text, n_threads=threads)
            goal = max(point.score for point in curves[PEER])
            for name, curve in curves.items():
                add(results, name, measures(curve, goal) | {"peak MB": peaks[name]})
    table = make_table(list(taggers), results)
    condition = f"{threads or 'no'} threads set, {others} other processes, {seeds} seeds"
    show(table, condition)
    save(output, "training", {condition: table}, results)


def prepared(
    config: Config, lang: str, data: list[Path], seed: int, max_steps: int | None
) -> Config:
    config = config.copy()
    config["nlp"]["lang"] = lang
    config["paths"]["train"], config["paths"]["dev"] = map(str, data)
    config["system"]["seed"] = seed
    training = config["training"]
    training["logger"] = {"@loggers": LOGGER}
    if max_steps:
        training["max_steps"] = max_steps
        training["eval_frequency"] = min(training["eval_frequency"], max_steps)
    return config


def train_once(config: str) -> tuple[list[Point], float]:
    """The evaluations of a training, and its peak memory in MB."""
    curve: list[Point] = []
    start = time.perf_counter()

    def log_step(info: dict[str, Any] | None) -> None:
        if info is not None:
            seconds = time.perf_counter() - start
            curve.append(Point(info["score"], time.process_time(), seconds, info["words"]))

    def set_up(nlp: Language, *streams: Any) -> tuple[Callable[..., None], Callable[[], None]]:
        return log_step, lambda: None

    @registry.loggers(LOGGER)
    def make_logger() -> Callable[..., Any]:
        return set_up

    nlp = init_nlp(Config().from_str(config))
    run_training(nlp, stdout=io.StringIO())
    return curve, peak_memory()


def measures(curve: list[Point], goal: float) -> Measures:
    """What a table shows of a training.

    goal (float): The best score of spaCy's tagger.
    """
    best = max(curve, key=lambda point: point.score)
    reached = next((point.cpu_seconds for point in curve if point.score >= goal), float("nan"))
    first, last = curve[0], curve[-1]
    return {
        "best accuracy on dev, %": 100 * best.score,
        "CPU s to the best accuracy of spaCy": reached,
        "CPU s to the own best accuracy": best.cpu_seconds,
        "CPU s to the end": last.cpu_seconds,
        "seconds by the clock to the end": last.seconds,
        "words a CPU second": (last.words - first.words) / (last.cpu_seconds - first.cpu_seconds),
    }


def make_table(names: list[str], results: Results) -> Table:
    """Medians over the seeds, with the smallest and the largest value."""
    table = [["", *names]]
    for row, values in results.items():
        text = "{:,.2f}".format if row.endswith("%") else "{:,.0f}".format
        table.append([row, *(spread(values[name], text) for name in names)])
    return table


if __name__ == "__main__":
    run(main)
