"""Compares the speed and memory of `ArrowTagger` on Ray Data and on Spark with `nlp.pipe`.

    python benchmarks/engines.py en_lstm_web texts.txt

All read texts from Parquet files. `nlp.pipe` runs in one process and writes nothing; the others
write the tags to Parquet files. The speed comes from the difference between many words and few
words, so that the time to start is a separate figure. Seconds of CPU and the peak of memory are of
all processes together, with the engine's own; memory that they share counts once. Other work on the
machine changes words/s, but hardly the seconds of CPU. Engines that are not installed are left out.
"""

import os
import shutil
import statistics
import sys
from collections.abc import Callable
from importlib.util import find_spec
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from threading import Event, Thread
from typing import Any, NamedTuple

import psutil
import pyarrow
import spacy
import typer
from common import in_process, in_turn, machine, seconds, show
from pyarrow import parquet
from wasabi import msg

from spacy_lstm_tagger import ArrowTagger

N_FILES = 8


class Job(NamedTuple):
    """What is measured: a function of a pipeline, two folders and a number of workers."""

    function: Callable[[str, Path, Path, int], Any]
    n_threads: int = 1
    n_workers: int = 1


class Run(NamedTuple):
    """What a job took for some words."""

    seconds: float
    cpu_seconds: float
    megabytes: float


def main(
    pipeline: str = typer.Argument(..., help="Name or folder of a pipeline"),
    data: Path = typer.Argument(..., help="Text file with a text on each line", exists=True),
    words: int = typer.Option(300_000, help="Number of words to tag", min=1),
    few: int = typer.Option(20_000, help="Number of words to measure the time to start", min=1),
    repeat: int = typer.Option(3, help="Runs of each measurement; figures are medians", min=1),
) -> None:
    """Measure words per second, the time to start, and memory."""
    if Path(pipeline).exists():
        pipeline = str(Path(pipeline).absolute())
    jobs = {
        "nlp.pipe, 1 thread": Job(with_pipe),
        "nlp.pipe, 2 threads": Job(with_pipe, n_threads=2),
        "ArrowTagger alone": Job(with_tagger),
    }
    if find_spec("ray"):
        jobs["Ray Data, 1 worker"] = Job(with_ray)
        jobs["Ray Data, 2 workers"] = Job(with_ray, n_workers=2)
    if find_spec("pyspark") and shutil.which("java"):
        jobs["Spark, 1 worker"] = Job(with_spark)
        jobs["Spark, 2 workers"] = Job(with_spark, n_workers=2)
    with TemporaryDirectory() as folder:
        texts = data.read_text("utf8").splitlines()
        short, n_short = write(texts, few, Path(folder) / "few")
        long, n_long = write(texts, few + words, Path(folder) / "many")

        def run(job: Job) -> list[Run]:
            return [measure(job, pipeline, source, Path(folder)) for source in (short, long)]

        runs = in_turn(jobs, run, repeat)
    table = [["", "words/s", "words/CPU second", "s to start", "MB"]]
    for name, pairs in runs.items():
        speed = words_per_second(n_long - n_short, [b.seconds - a.seconds for a, b in pairs])
        of_cpu = words_per_second(
            n_long - n_short, [b.cpu_seconds - a.cpu_seconds for a, b in pairs]
        )
        start = statistics.median(a.seconds for a, _ in pairs) - n_short / speed
        memory = statistics.median(b.megabytes for _, b in pairs)
        figures = [f"{speed:,.0f}", f"{of_cpu:,.0f}", f"{max(0, start):.1f}", f"{memory:,.0f}"]
        table.append([name, *figures])
    msg.info(machine())
    show(table)


def words_per_second(n_words: int, times: list[float]) -> float:
    took = statistics.median(times)
    return n_words / took if took > 0 else inf


def write(texts: list[str], n_words: int, folder: Path) -> tuple[Path, int]:
    """Write the first texts that have so many words together, or all of them, as Parquet files."""
    rows = []
    found = 0
    for text in texts:
        if found >= n_words:
            break
        rows.append(text)
        found += len(text.split())
    folder.mkdir()
    for part in range(N_FILES):
        table = pyarrow.table({"text": pyarrow.array(rows[part::N_FILES], pyarrow.string())})
        parquet.write_table(table, folder / f"{part}.parquet")
    return folder, found


def measure(job: Job, pipeline: str, source: Path, folder: Path) -> Run:
    out = Path(mkdtemp(dir=folder)) / "out"
    args = (job.function, pipeline, source, out, job.n_workers)
    with Usage() as usage:
        took = in_process(seconds, *args, n_threads=job.n_threads)
    if out.exists():
        n_out = sum(parquet.read_metadata(path).num_rows for path in written(out))
        n_in = read(source).num_rows
        if n_out != n_in:
            msg.fail(f"{n_in} texts went in, {n_out} came out", exits=1)
    return Run(took, sum(usage.cpu_seconds.values()), usage.peak / 1e6)


class Usage:
    """Samples what all processes use that this one has started, and that they have started: the
    seconds of CPU by process, and the peak of memory."""

    def __enter__(self) -> "Usage":
        self.cpu_seconds: dict[int, float] = {}
        self.peak = 0  # bytes
        self._ended = Event()
        self._thread = Thread(target=self._sample)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._ended.wait(0.5):
            memory = 0
            for process in psutil.Process().children(recursive=True):
                try:
                    times = process.cpu_times()
                    memory += process.memory_full_info().pss
                except psutil.Error:  # it has ended
                    continue
                self.cpu_seconds[process.pid] = times.user + times.system
            self.peak = max(self.peak, memory)


def read(folder: Path) -> pyarrow.Table:
    return pyarrow.concat_tables(parquet.read_table(path) for path in written(folder))


def written(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.parquet"))


def with_pipe(pipeline: str, source: Path, out: Path, workers: int) -> None:
    nlp = spacy.load(pipeline)
    for doc in nlp.pipe(read(source)["text"].to_pylist()):
        assert doc.has_annotation("TAG")


def with_tagger(pipeline: str, source: Path, out: Path, workers: int) -> None:
    out.mkdir()
    parquet.write_table(ArrowTagger(pipeline)(read(source)), out / "all.parquet")


def with_ray(pipeline: str, source: Path, out: Path, workers: int) -> None:
    import ray

    os.environ["RAY_DATA_DISABLE_PROGRESS_BARS"] = "1"
    ray.init(num_cpus=workers, include_dashboard=False, log_to_driver=False)
    data = ray.data.read_parquet(str(source))
    tagger = ArrowTagger(pipeline)
    data.map_batches(tagger, batch_format="pyarrow", batch_size=1000).write_parquet(str(out))
    ray.shutdown()


def with_spark(pipeline: str, source: Path, out: Path, workers: int) -> None:
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master(f"local[{workers}]").config("spark.ui.enabled", False)
    session = builder.config("spark.log.level", "ERROR").getOrCreate()
    frame = session.read.parquet(str(source))
    schema = "text string, words array<string>, tags array<string>"
    frame.mapInArrow(ArrowTagger(pipeline), schema).write.parquet(str(out))
    session.stop()


if __name__ == "__main__":
    typer.run(main)
