"""Profiles a pipeline on one thread: tagging by Python functions, training by PyTorch's operators.

    python benchmarks/profiling.py dev.spacy training/default/model-best

The data is tagged one sentence a Doc, without a profiler and under `cProfile`. Then the pipeline is
trained on it under `torch.profiler`. Both profilers slow it down.
"""

# Not named profile.py, which would hide the standard library's module from cProfile.
import cProfile
import pstats
from pathlib import Path

import spacy
import torch
import typer
from common import machine, make_docs, read_docs, sentences_of
from speed import pipe_speed, speed, training_speed
from torch.profiler import ProfilerActivity, profile
from wasabi import msg

from spacy_lstm_tagger import set_num_threads


def main(
    data: Path = typer.Argument(..., help="DocBin with sentence boundaries", exists=True),
    pipeline: Path = typer.Argument(..., help="Trained pipeline", exists=True),
    top: int = typer.Option(20, help="Rows of each table", min=1),
) -> None:
    """Profile nlp.pipe and nlp.update: functions and operators, sorted by self time."""
    set_num_threads(1)  # cProfile sees no other thread
    torch.set_num_threads(1)
    nlp = spacy.load(pipeline)
    docs = read_docs(data)
    sentences = sentences_of(docs)
    msg.info(machine())
    pipe_speed(nlp, sentences)  # to warm up
    msg.info(f"Tagging: {pipe_speed(nlp, sentences):,.0f} words/s")
    made = list(make_docs(nlp, sentences))
    with cProfile.Profile() as functions:
        speed(nlp.pipe(made))
    pstats.Stats(functions).strip_dirs().sort_stats("tottime").print_stats(top)
    msg.info(f"Training: {training_speed(nlp, docs):,.0f} words/s")
    with profile(activities=[ProfilerActivity.CPU]) as profiler:
        training_speed(nlp, docs)
    print(
        profiler.key_averages().table(
            sort_by="self_cpu_time_total", row_limit=top, max_name_column_width=40
        )
    )


if __name__ == "__main__":
    typer.run(main)
