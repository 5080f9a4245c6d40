"""Tags gold data with a pipeline."""

from collections.abc import Sequence
from operator import attrgetter, methodcaller
from typing import Any, NamedTuple

from spacy.language import Language
from spacy.scorer import Scorer
from spacy.tokens import Doc, Token
from spacy.training import Example

from ...training.corpus import make_doc
from ..probabilities import pipe_probs
from ..set_by_pipeline import no_tags

CONTEXT_WORDS = 4
# The annotation that each score is about.
ATTRIBUTE_OF = {
    "pos_acc": "POS",
    "morph_acc": "MORPH",
    "lemma_acc": "LEMMA",
    "sents_f": "SENT_START",
}


class TaggedToken(NamedTuple):
    """A gold token with a tag. Sentences count from 1. The predicted tag is empty if the pipeline
    has no such token, or no tag for it. Its probability is None if it is not known."""

    sentence: int
    word: str
    gold: str
    predicted: str
    probability: float | None
    left: str
    right: str

    @property
    def is_right(self) -> bool:
        return self.gold == self.predicted


def tag_gold(
    nlp: Language, gold_docs: Sequence[Doc], gold_tokens: bool = True
) -> tuple[list[TaggedToken], dict[str, Any]]:
    """Tag the tokens of gold Docs, and score other annotation. See `report`."""
    tokens = []
    examples = []
    n_sents = 0
    predicted = (make_doc(nlp, gold, gold_tokens) for gold in gold_docs)
    for gold, (doc, probs) in zip(gold_docs, pipe_probs(nlp, predicted), strict=True):
        own_tokens = {(token.idx, len(token)): token for token in doc}
        own_probs = [None] * len(doc) if probs is None else probs.of_tags(doc)
        for i, token in enumerate(gold):
            if i == 0 or token.is_sent_start:
                n_sents += 1
            if has_gold_tag(token):
                own = own_tokens.get((token.idx, len(token)))
                tag = own.tag_ if own else ""
                prob = own_probs[own.i] if own else None
                left = gold[max(i - CONTEXT_WORDS, 0) : i].text_with_ws
                right = token.whitespace_ + gold[i + 1 : i + 1 + CONTEXT_WORDS].text
                tokens.append(TaggedToken(n_sents, token.text, token.tag_, tag, prob, left, right))
        # The log-probabilities of all Docs would fill the memory.
        doc.user_data.clear()
        examples.append(Example(doc, gold))
    if not tokens:
        raise ValueError("No token of the data has a gold tag.")
    if not any(example.predicted.has_annotation("TAG") for example in examples):
        raise no_tags(nlp)
    return tokens, other_scores(examples, gold_tokens)


def has_gold_tag(token: Token) -> bool:
    """Whether a gold token has a tag, and is not white space."""
    return bool(token.tag) and not token.is_space


def other_scores(examples: Sequence[Example], gold_tokens: bool) -> dict[str, Any]:
    """The scores of `spacy evaluate` for annotation that both the pipeline and the data have. With
    gold tokens, a Doc can be one gold sentence, so sentences are not scored."""
    scores = Scorer.score_token_attr(examples, "pos")
    morph_key = attrgetter("morph.key")
    scores |= Scorer.score_token_attr(examples, "morph", getter=lambda token, _: morph_key(token))
    scores |= Scorer.score_token_attr(examples, "lemma")
    if not gold_tokens:
        has_sents = methodcaller("has_annotation", "SENT_START")
        sents = Scorer.score_spans(examples, "sents", has_annotation=has_sents)
        scores["sents_f"] = sents["sents_f"]
    return {
        key: score
        for key, score in scores.items()
        if score is not None
        and any(example.predicted.has_annotation(ATTRIBUTE_OF[key]) for example in examples)
    }
