"""Tags gold data with a pipeline."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

import numpy
from numpy.typing import NDArray
from spacy.language import Language
from spacy.scorer import Scorer
from spacy.tokens import Doc
from spacy.training import Example

from ...pipeline import with_log_probs
from ...pipeline.probabilities import tag_log_prob
from ...progress import progress_bar
from ...training.readers import make_doc
from ..visualizer import one_to_one

CONTEXT = 4  # words to either side of an example

WordTags = dict[str, Counter[str]]


@dataclass
class TaggedTokens:
    """Gold tokens with a tag, one entry each.

    doc (NDArray[int]), position (NDArray[int]): Index of the Doc, and of the token in it.
    words (list[list[str]]): The words of each Doc.
    sents (list[tuple[int, int, int]]): Each sentence: index of its Doc, its first token, and the
        token after its last.
    sent (NDArray[int]): Index of the sentence.
    gold (NDArray[str]), tags (NDArray[str]): Gold tag and predicted tag. The predicted tag is
        empty if the pipeline has no such token or gives it no tag.
    confidence (NDArray[float] | None): Probability of the predicted tag, NaN where it is not known;
        None if it is nowhere known.
    tag_acc (float): The score that `spacy evaluate` gives. Differs from the accuracy if the
        pipeline has other tokens.
    """

    doc: NDArray[numpy.int64]
    position: NDArray[numpy.int64]
    words: list[list[str]]
    sents: list[tuple[int, int, int]]
    sent: NDArray[numpy.int64]
    gold: NDArray[numpy.str_]
    tags: NDArray[numpy.str_]
    confidence: NDArray[numpy.float64] | None
    tag_acc: float

    @property
    def correct(self) -> NDArray[numpy.bool_]:
        return cast(NDArray[numpy.bool_], self.gold == self.tags)

    def word(self, i: int) -> str:
        return self.words[int(self.doc[i])][int(self.position[i])]

    def in_context(self, i: int) -> dict[str, str]:
        """A token with some words before and after it."""
        words, at = self.words[self.doc[i]], int(self.position[i])
        return {
            "before": " ".join(words[max(at - CONTEXT, 0) : at]),
            "word": words[at],
            "after": " ".join(words[at + 1 : at + 1 + CONTEXT]),
        }


def tag_tokens(
    nlp: Language,
    gold_docs: Iterable[Doc],
    gold_tokens: bool = True,
    progress: str | None = None,
) -> TaggedTokens:
    """Tag the tokens of gold Docs with a pipeline.

    gold_tokens (bool): Whether the pipeline tags the tokens of the gold data. If not, it tags its
        tokenizer's tokens, which are aligned with the gold tokens as in `spacy evaluate`. A Doc
        with unknown spaces always keeps its tokens.
    progress (str | None): Title of a progress bar; None for no bar.

    Raises a ValueError if no token has a gold tag, or if the pipeline sets no tags.
    """
    gold_docs = list(gold_docs)
    docs = (make_doc(nlp, gold, gold_tokens) for gold in gold_docs)
    component_cfg = with_log_probs(nlp)
    examples, rows = [], []
    sents: list[tuple[int, int, int]] = []
    tagged = nlp.pipe(docs, component_cfg=component_cfg)
    for i, (doc, gold) in enumerate(
        zip(progress_bar(progress, len(gold_docs), "doc", iterable=tagged), gold_docs, strict=True)
    ):
        example = Example(doc, gold)
        aligned = {gold_i: at for at, gold_i in one_to_one(example.alignment)}
        for start, end in boundaries(gold):
            sents.append((i, start, end))
            for gold_token in gold[start:end]:
                if gold_token.tag and not gold_token.is_space:
                    at = aligned.get(gold_token.i)
                    token = None if at is None else doc[at]
                    log_prob = tag_log_prob(token) if token and component_cfg else None
                    tag = token.tag_ if token else ""
                    row = (i, gold_token.i, len(sents) - 1, gold_token.tag_, tag, log_prob)
                    rows.append(row)
        doc.user_data.clear()  # the log-probabilities of all Docs would fill the memory
        examples.append(example)
    if not rows:
        raise ValueError("No token of the data has a gold tag.")
    doc_index, position, sent, gold_tags, tags, log_probs = zip(*rows, strict=True)
    if not any(tags):
        raise ValueError(f"The pipeline sets no tags; its components are {nlp.pipe_names}.")
    confidence = numpy.exp(numpy.array(log_probs, dtype="float64"))  # None becomes NaN
    return TaggedTokens(
        doc=numpy.array(doc_index),
        position=numpy.array(position),
        words=[[token.text for token in doc] for doc in gold_docs],
        sents=sents,
        sent=numpy.array(sent),
        gold=numpy.array(gold_tags),
        tags=numpy.array(tags),
        confidence=None if numpy.isnan(confidence).all() else confidence,
        tag_acc=float(Scorer.score_token_attr(examples, "tag")["tag_acc"]),
    )


def boundaries(doc: Doc) -> list[tuple[int, int]]:
    """Start and end of each sentence. A Doc without sentence boundaries is one sentence."""
    if not doc.has_annotation("SENT_START"):
        return [(0, len(doc))]
    return [(sent.start, sent.end) for sent in doc.sents]


def tags_of_words(docs: Iterable[Doc]) -> WordTags:
    """How often each word of the training data has each gold tag. A word without a gold tag counts
    under the empty tag."""
    tags: WordTags = defaultdict(Counter)
    for doc in docs:
        for token in doc:
            tags[token.text][token.tag_] += 1
    return tags
