"""Labels the text of one file."""

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy
import spacy
from spacy.cli._util import setup_gpu
from spacy.language import Language
from spacy.pipeline import Sentencizer
from spacy.tokens import Doc, DocBin
from spacy.util import minibatch

from ...files import write_file
from ...pipeline.probabilities import BATCH_SIZE, TagProbs, hard_probs
from ...pipeline.soft_tags import most_probable, set_soft_tags, soft_tags_of
from ..readers import copy_words
from ..teacher import agree, tag_together
from .sources import Source, read_labelled

ATTRS = ["ORTH", "SPACY", "TAG", "POS", "MORPH", "SENT_START"]
sentencizer = Sentencizer()


class Job(NamedTuple):
    """A source to be tagged and written to one file."""

    source: Source
    path: Path
    top_k: int


def load_teachers(pipelines: Iterable[str]) -> list[Language]:
    """Load pipelines. Raises an OSError or ValueError if one can't be loaded."""
    loaded = []
    for name in pipelines:
        try:
            loaded.append(spacy.load(name))
        except (OSError, ValueError):
            raise
        except Exception as error:  # packages that are no pipelines fail in many ways
            raise ValueError(f"Can't load the pipeline {name!r}: {error!r}") from error
    return loaded


@cache
def load_in_process(pipelines: tuple[str, ...], gpu_id: int) -> list[Language]:
    setup_gpu(gpu_id, silent=True)
    return load_teachers(pipelines)


def label_in_process(pipelines: tuple[str, ...], gpu_id: int, job: Job) -> int:
    return label(load_in_process(pipelines, gpu_id), job)


def label(teachers: Sequence[Language], job: Job) -> int:
    """Tag a source, and write it to a file, which appears when it is complete.

    RETURNS (int): The size of the source.
    """
    with ExitStack() as zones:
        for nlp in teachers:
            zones.enter_context(nlp.memory_zone())
        vocab = teachers[0].vocab
        kept: list[Doc] = []  # of a file that is labelled already
        texts: Sequence[str | Doc]
        if isinstance(job.source.content, Path):
            kept = list(read_labelled(job.source.content, vocab))
            if not any(token.tag for doc in kept for token in doc):
                raise ValueError(f"{job.source.content} has no tags.")
            texts = [copy_words(doc, vocab) for doc in kept]
        else:
            texts = job.source.content
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))  # similar lengths in a batch
        labelled: dict[int, Doc] = {}
        for batch in minibatch(order, BATCH_SIZE):
            tagged = tag_together(teachers, [texts[i] for i in batch])
            for i, (doc, probs) in zip(batch, tagged, strict=True):
                if kept:
                    # The folder counts as one teacher, and the mean of n others counts n times.
                    votes = [probs or hard_probs(doc)] * len(teachers)
                    doc, probs = kept[i], agree(kept[i], [kept_probs(kept[i]), *votes])
                labelled[i] = stripped(doc, probs, job.top_k)
        doc_bin = DocBin(ATTRS, store_user_data=True)
        for i in range(len(texts)):
            doc_bin.add(labelled[i])
        write_file(job.path, doc_bin.to_bytes())
    return job.source.size


def kept_probs(doc: Doc) -> TagProbs:
    """What a labelled Doc says about its tags."""
    soft = soft_tags_of(doc)
    return TagProbs(soft.probabilities(soft.labels), soft.labels) if soft else hard_probs(doc)


def stripped(doc: Doc, probs: TagProbs | None, top_k: int) -> Doc:
    """Remove what is not in `ATTRS` and takes memory or disk, and set soft tags. A Doc without
    sentence boundaries gets the sentencizer's, so that training can cut it: an LSTM takes as many
    steps as the longest Doc has words."""
    doc.user_data.clear()
    doc.spans.clear()
    doc.cats, doc.tensor = {}, numpy.zeros((0,), dtype="float32")
    if not doc.has_annotation("SENT_START"):
        sentencizer(doc)
    if top_k and probs is not None:
        set_soft_tags(doc, most_probable(probs, top_k))
    return doc
