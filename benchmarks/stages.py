"""Where the time of tagging goes, by stage.

python benchmarks/stages.py dev.spacy training/default/model-best
"""

import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import spacy
import torch
import typer
from spacy.tokens import Doc, DocBin
from wasabi import msg

import spacy_lstm_tagger.models.pytorch.sequence as sequence
import spacy_lstm_tagger.models.pytorch.sweep as sweep
import spacy_lstm_tagger.models.tok2vec as tok2vec
from spacy_lstm_tagger.models.features import WordFeatures
from spacy_lstm_tagger.models.pytorch import TagLogProbs, WordEmbedding, WordLSTM
from spacy_lstm_tagger.models.tokens import Tokens
from spacy_lstm_tagger.models.vocabulary import WordVocabulary
from spacy_lstm_tagger.pipeline import LSTMTagger

# Stage, where its function is, and its name there; those that call others are counted without them.
STAGES: list[tuple[str, Any, str]] = [
    ("tokens of the Docs", Tokens, "of"),
    ("known and other words, and their ids", tok2vec, "convert_inputs"),
    ("features of other words", WordFeatures, "ids"),
    ("letters of other words", WordVocabulary, "letters"),
    ("static vectors of other words", tok2vec, "static_vectors"),
    ("embedding", WordEmbedding, "forward"),
    ("order of reading", sequence, "time_major"),
    ("input projection of other words", sweep.SweepWeights, "project"),
    ("known words beside the others", WordLSTM, "forward"),
    ("order of the output", sequence, "sweep"),
    ("sweep over time", sweep, "sweep_layer"),
    ("affine and log-softmax", TagLogProbs, "forward"),
    ("arg max", LSTMTagger, "_scores2guesses"),
    ("tags to the Docs", LSTMTagger, "set_annotations"),
]


def main(
    data: Path = typer.Argument(..., help="DocBin with sentence boundaries", exists=True),
    pipeline: Path = typer.Argument(..., help="Trained pipeline", exists=True),
    threads: int = typer.Option(1, help="Number of threads"),
    repeat: int = typer.Option(5, help="Times the data is tagged"),
) -> None:
    """Time each stage of tagging single sentences with nlp.pipe."""
    torch.set_num_threads(threads)
    nlp = spacy.load(pipeline)
    docs = DocBin().from_disk(data).get_docs(nlp.vocab)
    sentences = [[token.text for token in sent] for doc in docs for sent in doc.sents]
    seconds: dict[str, float] = defaultdict(float)
    running: list[str] = []
    for stage, owner, name in STAGES:
        setattr(owner, name, timed(getattr(owner, name), stage, seconds, running))
    list(nlp.pipe(Doc(nlp.vocab, words=list(words)) for words in sentences))
    seconds.clear()
    total = 0.0
    for _ in range(repeat):
        batch = [Doc(nlp.vocab, words=list(words)) for words in sentences]
        start = time.perf_counter()
        list(nlp.pipe(batch))
        total += time.perf_counter() - start
    n_words = repeat * sum(map(len, sentences))
    seconds["everything else"] = total - sum(seconds.values())
    rows = [
        (stage, f"{100 * value / total:.1f} %", f"{1e6 * value / n_words:.2f}")
        for stage, value in seconds.items()
    ]
    msg.table(rows, header=("stage", "share", "us a word"), divider=True, aligns=("l", "r", "r"))
    msg.info(f"{n_words / total:.0f} words/s on {threads} thread(s)")


def timed(
    function: Callable, stage: str, seconds: dict[str, float], running: list[str]
) -> Callable:
    """The function, which now adds its time to its stage, and takes it from that of its caller."""

    def run(*args: Any, **kwargs: Any) -> Any:
        start = time.perf_counter()
        running.append(stage)
        try:
            return function(*args, **kwargs)
        finally:
            running.pop()
            elapsed = time.perf_counter() - start
            seconds[stage] += elapsed
            if running:
                seconds[running[-1]] -= elapsed

    return run


if __name__ == "__main__":
    typer.run(main)
