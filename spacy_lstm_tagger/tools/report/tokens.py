"""Tags gold data with a pipeline."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

import numpy
from numpy.typing import NDArray
from spacy.language import Language
from spacy.scorer import Scorer
from spacy.tokens import Doc, Span, Token
from spacy.training import Example

from ...pipeline import LSTMTagger
from ...pipeline.probabilities import tag_log_prob
from ...progress import progress_bar
from ...training.corpus import make_doc
from ..visualizer import one_to_one

CONTEXT = 4  # words to either side of an example

WordTags = dict[str, Counter[str]]


@dataclass
class TaggedTokens:
    """Gold tokens with a tag, one entry each.

    tokens (list[Token]): The tokens of the gold Docs.
    sents (list[Span]): The sentences of the gold Docs.
    sent (NDArray[int]): Index of each token's sentence.
    tags (NDArray[str]): The predicted tags; empty where the pipeline has no such token or gives it
        no tag.
    confidence (NDArray[float] | None): Probability of the predicted tag, NaN where it is not known;
        None if it is nowhere known.
    tag_acc (float): The score that `spacy evaluate` gives. Differs from the accuracy if the
        pipeline has other tokens.
    """

    tokens: list[Token]
    sents: list[Span]
    sent: NDArray[numpy.int64]
    tags: NDArray[numpy.str_]
    confidence: NDArray[numpy.float64] | None
    tag_acc: float

    def __post_init__(self) -> None:
        self.words = [token.text for token in self.tokens]
        self.gold = numpy.array([token.tag_ for token in self.tokens])

    @property
    def correct(self) -> NDArray[numpy.bool_]:
        return cast(NDArray[numpy.bool_], self.gold == self.tags)

    def in_context(self, i: int) -> dict[str, str]:
        """A token with some words before and after it, as the text was written."""
        token = self.tokens[i]
        doc, at = token.doc, token.i
        return {
            "before": doc[max(at - CONTEXT, 0) : at].text_with_ws,
            "word": token.text,
            "after": token.whitespace_ + doc[at + 1 : at + 1 + CONTEXT].text,
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
    taggers = [name for name, pipe in nlp.pipeline if isinstance(pipe, LSTMTagger)]
    component_cfg = {name: {"log_probs": True} for name in taggers}
    examples, rows, sents = [], [], list[Span]()
    docs = (make_doc(nlp, gold, gold_tokens) for gold in gold_docs)
    tagged = nlp.pipe(docs, component_cfg=component_cfg)
    bar = progress_bar(progress, len(gold_docs), "doc", iterable=tagged)
    for doc, gold in zip(bar, gold_docs, strict=True):
        example = Example(doc, gold)
        own = {gold_i: doc[at] for at, gold_i in one_to_one(example.alignment)}
        # A Doc without sentence boundaries is one sentence.
        for sent in gold.sents if gold.has_annotation("SENT_START") else [gold[:]]:
            for token in sent:
                if token.tag and not token.is_space:
                    there = own.get(token.i)
                    known = tag_log_prob(there) if there is not None and component_cfg else None
                    rows.append((token, len(sents), "" if there is None else there.tag_, known))
            sents.append(sent)
        doc.user_data.clear()  # the log-probabilities of all Docs would fill the memory
        examples.append(example)
    if not rows:
        raise ValueError("No token of the data has a gold tag.")
    tokens, sent_index, tags, log_probs = zip(*rows, strict=True)
    if not any(tags):
        raise ValueError(f"The pipeline sets no tags; its components are {nlp.pipe_names}.")
    confidence = numpy.exp(numpy.array(log_probs, dtype="float64"))  # None becomes NaN
    return TaggedTokens(
        tokens=list(tokens),
        sents=sents,
        sent=numpy.array(sent_index),
        tags=numpy.array(tags),
        confidence=None if numpy.isnan(confidence).all() else confidence,
        tag_acc=float(Scorer.score_token_attr(examples, "tag")["tag_acc"]),
    )


def tags_of_words(docs: Iterable[Doc]) -> WordTags:
    """How often each word of the training data has each gold tag. A word without a gold tag counts
    under the empty tag."""
    tags: WordTags = defaultdict(Counter)
    for doc in docs:
        for token in doc:
            tags[token.text][token.tag_] += 1
    return tags
