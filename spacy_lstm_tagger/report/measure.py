"""Compares tags with gold tags."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy
from numpy.typing import NDArray
from scipy.stats import binomtest
from sklearn.calibration import calibration_curve
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support
from spacy.language import Language
from spacy.tokens import Doc

from ..pipeline.log_probs import tag_log_prob

N_BINS = 10  # of the calibration
CONTEXT = 4  # words to either side of an example

Report = dict[str, Any]


@dataclass
class TaggedTokens:
    """Tokens with a gold tag, one entry each.

    doc (NDArray[int]), position (NDArray[int]): Index of the Doc, and of the token in it.
    words (list[list[str]]): The words of each Doc.
    gold (NDArray[str]), tags (NDArray[str]): Gold tag and predicted tag.
    confidence (NDArray[float] | None): Probability of the predicted tag; None if it is not known.
    """

    doc: NDArray[numpy.int64]
    position: NDArray[numpy.int64]
    words: list[list[str]]
    gold: NDArray[numpy.str_]
    tags: NDArray[numpy.str_]
    confidence: NDArray[numpy.float64] | None

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


def tag_tokens(nlp: Language, gold_docs: Iterable[Doc]) -> TaggedTokens:
    """Tag the tokens of gold Docs with a pipeline.

    Raises a ValueError if no token has a gold tag, or if the pipeline sets no tags.
    """
    gold_docs = list(gold_docs)
    words = [[token.text for token in doc] for doc in gold_docs]
    docs = (
        Doc(nlp.vocab, words=list(doc_words), spaces=[bool(token.whitespace_) for token in doc])
        for doc_words, doc in zip(words, gold_docs, strict=True)
    )
    options = {"log_probs": True}
    with_log_probs = {
        name: options
        for name, pipe in nlp.pipeline
        if nlp.get_pipe_meta(name).factory == "lstm_tagger"
    }
    rows = []
    for i, (doc, gold) in enumerate(
        zip(nlp.pipe(docs, component_cfg=with_log_probs), gold_docs, strict=True)
    ):
        for token, gold_token in zip(doc, gold, strict=True):
            if gold_token.tag and not gold_token.is_space:
                log_prob = tag_log_prob(token) if with_log_probs else None
                rows.append((i, token.i, gold_token.tag_, token.tag_, log_prob))
    if not rows:
        raise ValueError("No token of the data has a gold tag.")
    doc_index, position, gold_tags, tags, log_probs = zip(*rows, strict=True)
    if not any(tags):
        raise ValueError(f"The pipeline sets no tags; its components are {nlp.pipe_names}.")
    has_confidence = all(value is not None for value in log_probs)
    return TaggedTokens(
        numpy.array(doc_index),
        numpy.array(position),
        words,
        numpy.array(gold_tags),
        numpy.array(tags),
        numpy.exp(numpy.array(log_probs, dtype="float64")) if has_confidence else None,
    )


def tags_of_words(docs: Iterable[Doc]) -> dict[str, set[str]]:
    """The gold tags of each word of the training data."""
    tags: dict[str, set[str]] = defaultdict(set)
    for doc in docs:
        for token in doc:
            tags[token.text].update([token.tag_] if token.tag else [])
    return tags


def measure(
    tokens: TaggedTokens, train_tags: Mapping[str, set[str]] | None = None, n_examples: int = 3
) -> Report:
    """Measure one tagger. All values in the report are JSON values.

    train_tags (Mapping[str, set[str]] | None): The gold tags of each word of the training data,
        to measure unseen and ambiguous words separately.
    n_examples (int): Number of examples of each confusion.
    """
    correct = tokens.correct
    report: Report = {"n_tokens": len(correct), "accuracy": float(correct.mean())}
    if train_tags is not None:
        words = [tokens.word(i) for i in range(len(correct))]
        groups = {
            "unseen": numpy.array([word not in train_tags for word in words]),
            "ambiguous": numpy.array([len(train_tags.get(word, ())) > 1 for word in words]),
        }
        report["groups"] = {
            name: {
                "n_tokens": int(group.sum()),
                "accuracy": float(correct[group].mean()) if group.any() else None,
            }
            for name, group in groups.items()
        }
    labels = sorted({*tokens.gold.tolist(), *tokens.tags.tolist()})
    scores = precision_recall_fscore_support(
        tokens.gold, tokens.tags, labels=labels, zero_division=numpy.nan
    )
    report["tags"] = [
        {
            "tag": label,
            "precision": or_none(p),
            "recall": or_none(r),
            "f": or_none(f),
            "n_tokens": int(n),
        }
        for label, p, r, f, n in zip(labels, *scores, strict=True)
    ]
    report["confusion"] = {
        "labels": labels,
        "matrix": confusion_matrix(tokens.gold, tokens.tags, labels=labels).tolist(),
    }
    report["confusions"] = confusions(tokens, n_examples)
    if tokens.confidence is not None:
        report["calibration"] = calibration(correct, tokens.confidence)
    return report


def or_none(value: float) -> float | None:
    return None if numpy.isnan(value) else float(value)


def confusions(tokens: TaggedTokens, n_examples: int, n_confusions: int = 20) -> list[Report]:
    """The most frequent pairs of gold and predicted tag, with examples."""
    wrong = numpy.nonzero(~tokens.correct)[0].tolist()
    places = defaultdict(list)
    for i in wrong:
        places[str(tokens.gold[i]), str(tokens.tags[i])].append(i)
    most = sorted(places.items(), key=lambda item: (-len(item[1]), item[0]))[:n_confusions]
    return [
        {
            "gold": gold,
            "tag": tag,
            "count": len(where),
            "words": Counter(tokens.word(i) for i in where).most_common(5),
            "examples": [tokens.in_context(i) for i in where[:n_examples]],
        }
        for (gold, tag), where in most
    ]


def calibration(correct: NDArray[numpy.bool_], confidence: NDArray[numpy.float64]) -> Report:
    """Expected calibration error: the mean distance between confidence and accuracy over bins of
    equal width, weighted by their tokens (Guo et al. 2017, On Calibration of Modern Neural
    Networks)."""
    accuracy, mean_confidence = calibration_curve(correct, confidence, n_bins=N_BINS)
    edges = numpy.linspace(0, 1, N_BINS + 1)
    counts = numpy.bincount(numpy.searchsorted(edges[1:-1], confidence), minlength=N_BINS)
    shares = counts[counts > 0] / len(correct)
    return {
        "expected_calibration_error": float((shares * abs(accuracy - mean_confidence)).sum()),
        "mean_confidence": float(confidence.mean()),
        "bins": [
            {"confidence": float(c), "accuracy": float(a), "n_tokens": int(n)}
            for c, a, n in zip(mean_confidence, accuracy, counts[counts > 0], strict=True)
        ],
    }


def compare(tokens: TaggedTokens, other: TaggedTokens, n_examples: int = 50) -> Report:
    """Where two taggers differ on the same tokens, and McNemar's exact test of whether one of them
    is more accurate."""
    only_first = tokens.correct & ~other.correct
    only_second = other.correct & ~tokens.correct
    n_first, n_second = int(only_first.sum()), int(only_second.sum())
    n_decided = n_first + n_second
    different = numpy.nonzero(tokens.tags != other.tags)[0].tolist()
    return {
        "only_first_correct": n_first,
        "only_second_correct": n_second,
        "different": len(different),
        "p_value": float(binomtest(n_first, n_decided).pvalue) if n_decided else 1.0,
        "examples": [
            {
                **tokens.in_context(i),
                "gold": str(tokens.gold[i]),
                "first": str(tokens.tags[i]),
                "second": str(other.tags[i]),
            }
            for i in different[:n_examples]
        ],
    }
