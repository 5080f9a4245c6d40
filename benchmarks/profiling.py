"""Profiles tagging: the time in PyTorch's operators, and in Python functions.

    python benchmarks/profiling.py dev.spacy training/default/model-best

The data is tagged one sentence a Doc: without a profiler, under `torch.profiler`, and under
`cProfile`. The time in no operator is the time of Python, NumPy and spaCy. Both profilers slow
tagging down.
"""

# Not named profile.py, which would hide the standard library's module from cProfile.
import cProfile
import pstats
from pathlib import Path

import spacy
import torch
import typer
from common import machine, make_docs, read_docs, seconds, sentences_of
from torch.profiler import ProfilerActivity, profile
from wasabi import msg


def main(
    data: Path = typer.Argument(..., help="DocBin with sentence boundaries", exists=True),
    pipeline: Path = typer.Argument(..., help="Trained pipeline", exists=True),
    threads: int = typer.Option(1, help="Number of threads", min=1),
    top: int = typer.Option(20, help="Rows of each table", min=1),
) -> None:
    """Profile nlp.pipe: operators and functions, sorted by self time."""
    torch.set_num_threads(threads)
    nlp = spacy.load(pipeline)
    sentences = sentences_of(read_docs(data))
    n_words = sum(map(len, sentences))

    def tag() -> float:
        docs = list(make_docs(nlp, sentences))
        return seconds(lambda: list(nlp.pipe(docs)))

    tag()  # to warm up
    plain = tag()
    msg.info(machine())
    msg.info(f"{n_words / plain:,.0f} words/s on {threads} thread{'s' if threads > 1 else ''}")
    with profile(activities=[ProfilerActivity.CPU]) as profiler:
        total = tag()
    averages = profiler.key_averages()
    inside = averages.total_average().self_cpu_time_total / 1e6  # from microseconds
    msg.divider("PyTorch's operators")
    print(averages.table(sort_by="self_cpu_time_total", row_limit=top, max_name_column_width=40))
    msg.info(
        f"In no operator: {1 - inside / total:.0%} of {total:.3f} s. "
        f"Without the profiler it takes {plain:.3f} s."
    )
    msg.divider("Functions")
    with cProfile.Profile() as functions:
        tag()
    pstats.Stats(functions).strip_dirs().sort_stats("tottime").print_stats(top)


if __name__ == "__main__":
    typer.run(main)
