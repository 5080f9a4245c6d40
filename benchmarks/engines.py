"""Compares the speed of `ArrowTagger`, alone, on Ray Data and on Spark, with `nlp.pipe`.

    python benchmarks/engines.py training/ewt/model-best dev.spacy

The peer, `nlp.pipe`, runs in one process and only reads texts from Parquet files. The others also
write the tags to Parquet files. Each process runs on one thread. The time per text comes from the
difference between many texts and few texts, so that the time to start is a separate figure. Engines
that are not installed are left out.
"""

import os
import shutil
import statistics
import sys
from collections.abc import Callable
from importlib.util import find_spec
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

import pyarrow
import spacy
import torch
import typer
from common import in_turn, machine, read_docs, seconds, show, thread_variables
from pyarrow import parquet
from wasabi import msg

from spacy_lstm_tagger.tools.arrow import ArrowTagger

N_FILES = 8
Job = Callable[[Path, Path], Any]


def main(
    pipeline: Path = typer.Argument(..., help="Trained pipeline", exists=True),
    data: Path = typer.Argument(..., help="DocBin whose texts are tagged", exists=True),
    texts: int = typer.Option(60_000, help="Number of texts; the data is repeated", min=1),
    few: int = typer.Option(2_000, help="Number of texts to measure the time to start", min=1),
    repeat: int = typer.Option(3, help="Runs of each measurement; figures are medians", min=1),
) -> None:
    """Measure throughput in texts per second, and the time to start."""
    torch.set_num_threads(1)
    os.environ |= thread_variables(1)  # for the workers
    os.environ["RAY_DATA_DISABLE_PROGRESS_BARS"] = "1"
    nlp = spacy.load(pipeline)
    tagger = ArrowTagger(str(pipeline.absolute()))
    jobs: dict[str, Job] = {
        "nlp.pipe": lambda source, _: sum(1 for _ in nlp.pipe(read(source)["text"].to_pylist())),
        "ArrowTagger": lambda source, out: parquet.write_table(tagger(read(source)), out),
    }
    if find_spec("ray"):
        jobs |= {f"Ray Data, workers: {n}": lambda *a, n=n: on_ray(tagger, n, *a) for n in (1, 2)}
    if find_spec("pyspark") and shutil.which("java"):
        jobs |= {f"Spark, workers: {n}": lambda *a, n=n: on_spark(tagger, n, *a) for n in (1, 2)}
    with TemporaryDirectory() as folder:
        found = [doc.text for doc in read_docs(data)]
        sources = [write(found, n, Path(folder) / str(n)) for n in (few, few + texts)]

        def time_both(job: Job) -> list[float]:
            return [seconds(job, source, Path(mkdtemp(dir=folder)) / "out") for source in sources]

        runs = in_turn(jobs, time_both, repeat)
    speeds = {
        name: statistics.median(texts / (long - short) for short, long in times)
        for name, times in runs.items()
    }
    table = [["", "texts/s", "relative speed", "s to start"]]
    for name, speed in speeds.items():
        start = max(0.0, statistics.median(short for short, _ in runs[name]) - few / speed)
        table.append([name, f"{speed:,.0f}", f"{speed / speeds['nlp.pipe']:.2f}", f"{start:.1f}"])
    msg.info(machine())
    show(table)


def write(texts: list[str], n_texts: int, folder: Path) -> Path:
    folder.mkdir()
    rows = list(islice(cycle(texts), n_texts))
    for part in range(N_FILES):
        table = pyarrow.table({"text": rows[part::N_FILES]})
        parquet.write_table(table, folder / f"{part}.parquet")
    return folder


def read(folder: Path) -> pyarrow.Table:
    return pyarrow.concat_tables(parquet.read_table(p) for p in sorted(folder.iterdir()))


def on_ray(tagger: ArrowTagger, workers: int, source: Path, out: Path) -> None:
    import ray

    ray.init(num_cpus=workers, include_dashboard=False, log_to_driver=False)
    try:
        data = ray.data.read_parquet(str(source))
        tagged = data.map_batches(tagger, batch_format="pyarrow", batch_size=1000)
        tagged.write_parquet(str(out))
    finally:
        ray.shutdown()
    check(out, source)


def on_spark(tagger: ArrowTagger, workers: int, source: Path, out: Path) -> None:
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master(f"local[{workers}]").config("spark.ui.enabled", False)
    session = builder.config("spark.log.level", "ERROR").getOrCreate()
    try:
        schema = "text string, words array<string>, tags array<string>"
        frame = session.read.parquet(str(source))
        frame.mapInArrow(tagger.map, schema).write.parquet(str(out))
    finally:
        session.stop()
    check(out, source)


def check(out: Path, source: Path) -> None:
    n_out = sum(parquet.read_metadata(path).num_rows for path in out.glob("*.parquet"))
    n_in = read(source).num_rows
    if n_out != n_in:
        msg.fail(f"{n_in} texts went in, {n_out} came out", exits=1)


if __name__ == "__main__":
    typer.run(main)
