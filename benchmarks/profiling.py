"""Profiles a pipeline on one thread: tagging by Python functions, training by PyTorch's operators.

    python benchmarks/profiling.py reviews.txt.xz training/default/model-best --train train.spacy

The text, a paragraph on each line, is tagged under `cProfile`, and another part of it one paragraph
at a time; no word of either is known to the pipeline. With `--train`, the pipeline is trained under
`torch.profiler`. Both profilers slow it down.
"""

# Not named profile.py, which would hide the standard library's module from cProfile.
import cProfile
import pstats
from collections.abc import Callable
from pathlib import Path

import spacy
import typer
from common import machine, read_docs, read_paragraphs
from speed import training_speed
from wasabi import msg

from spacy_lstm_tagger import set_num_threads


def main(
    text: Path = typer.Argument(..., help="Text, a paragraph on each line", exists=True),
    pipeline: str = typer.Argument(..., help="Name or folder of a trained pipeline"),
    train: Path = typer.Option(None, help="DocBin with tags and sentences", exists=True),
    words: int = typer.Option(50_000, help="Words of each part of the text", min=1),
    top: int = typer.Option(20, help="Rows of each table", min=1),
) -> None:
    """Profile nlp.pipe, nlp and nlp.update: functions and operators, sorted by self time."""
    set_num_threads(1)  # cProfile sees no other thread.
    nlp = spacy.load(pipeline)
    nlp("This is read first.")
    msg.info(machine())
    paragraphs = read_paragraphs(text, words)
    msg.divider("Tagging with nlp.pipe")
    profile_functions(lambda: list(nlp.pipe(paragraphs)), top)
    others = read_paragraphs(text, words, skip=words)
    msg.divider("Tagging a text at a time")
    profile_functions(lambda: [nlp(paragraph) for paragraph in others], top)
    if train is not None:
        msg.divider("Training")
        profile_operators(lambda: training_speed(nlp, read_docs(train)), top)


def profile_functions(work: Callable[[], object], top: int) -> None:
    with cProfile.Profile() as functions:
        work()
    pstats.Stats(functions).strip_dirs().sort_stats("tottime").print_stats(top)


def profile_operators(work: Callable[[], object], top: int) -> None:
    import torch
    from torch.profiler import ProfilerActivity, profile

    torch.set_num_threads(1)
    with profile(activities=[ProfilerActivity.CPU]) as profiler:
        work()
    print(
        profiler.key_averages().table(
            sort_by="self_cpu_time_total", row_limit=top, max_name_column_width=40
        )
    )


if __name__ == "__main__":
    typer.run(main)
