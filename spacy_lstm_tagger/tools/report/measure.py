"""Compares tags with gold tags."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy
from numpy.typing import NDArray
from scipy.stats import binomtest
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from .intervals import Floats, interval, resample
from .tokens import TaggedTokens

N_BINS = 10  # of the calibration
N_CONFUSIONS = 20
N_WORST = 10
SCORES = ("precision", "recall", "f")
# The first number of each group.
FREQUENCIES = (0, 1, 2, 5, 10, 100)  # of a word in the training data
LENGTHS = (1, 6, 11, 21, 41)  # of a sentence, in tokens

Bools = NDArray[numpy.bool_]
Measures = dict[str, Any]  # JSON values
WordCounts = Mapping[str, Counter[str]]


def measure(
    tokens: TaggedTokens, train_tags: WordCounts | None = None, n_examples: int = 3
) -> Measures:
    """Measure one tagger. All values in the report are JSON values.

    train_tags (Mapping[str, Counter[str]] | None): How often each word of the training data has
        each gold tag, to measure unseen, ambiguous, rare and frequent words separately.
    n_examples (int): Number of examples of each confusion.
    """
    correct = tokens.correct
    groups = word_groups(tokens, train_tags)
    resampled = resample(tokens, groups)
    report: Measures = {
        "n_tokens": len(correct),
        "n_sents": len(set(tokens.sent.tolist())),
        "accuracy": float(correct.mean()),
        "tag_acc": tokens.tag_acc,
        "sentence_accuracy": float(resampled["sentences"][0]),
        "intervals": {name: interval(values) for name, values in resampled.items()},
    }
    if train_tags is not None:
        report["groups"] = {name: accuracy_in(correct, group) for name, group in groups.items()}
        counts = numpy.array([sum(train_tags.get(w, {}).values()) for w in tokens.words])
        report["by_frequency"] = accuracy_by(correct, counts, FREQUENCIES)
    lengths = numpy.array([len(sent) for sent in tokens.sents])
    report["by_length"] = accuracy_by(correct, lengths[tokens.sent], LENGTHS)
    labels = sorted({*tokens.gold.tolist(), *tokens.tags.tolist()})
    report["tags"] = tag_scores(tokens, labels)
    report["averages"] = averages(report["tags"], report["accuracy"])
    report["confusion"] = {
        "labels": labels,
        "matrix": confusion_matrix(tokens.gold, tokens.tags, labels=labels).tolist(),
    }
    report["confusions"] = confusions(tokens, n_examples)
    report["worst"] = worst_sentences(tokens)
    if tokens.confidence is not None:
        known = ~numpy.isnan(tokens.confidence)
        report["calibration"] = calibration(correct[known], tokens.confidence[known])
    return report


def word_groups(tokens: TaggedTokens, train_tags: WordCounts | None) -> dict[str, Bools]:
    if train_tags is None:
        return {}
    n_tags = {word: len({*tags} - {""}) for word, tags in train_tags.items()}
    return {
        "unseen": numpy.array([word not in train_tags for word in tokens.words]),
        "ambiguous": numpy.array([n_tags.get(word, 0) > 1 for word in tokens.words]),
    }


def accuracy_in(correct: Bools, group: Bools) -> Measures:
    return {
        "n_tokens": int(group.sum()),
        "accuracy": float(correct[group].mean()) if group.any() else None,
    }


def accuracy_by(correct: Bools, values: NDArray[Any], firsts: Sequence[int]) -> list[Measures]:
    """Accuracy on the tokens with a value in each group. A group has the first number of the next
    one as its end, the last group has none."""
    numbers = numpy.digitize(values, firsts)  # 1 for the first group
    names = [
        str(first) if after == first + 1 else f"{first} to {after - 1}"
        for first, after in pairwise(firsts)
    ]
    names.append(f"{firsts[-1]} and more")
    return [
        {"group": name, **accuracy_in(correct, numbers == number)}
        for number, name in enumerate(names, start=1)
    ]


def tag_scores(tokens: TaggedTokens, labels: Sequence[str]) -> list[Measures]:
    """Precision, recall and F of each tag; None where there is nothing to divide by."""
    scores = precision_recall_fscore_support(
        tokens.gold, tokens.tags, labels=labels, zero_division=numpy.nan
    )
    return [
        {"tag": label, **dict(zip(SCORES, map(or_none, values), strict=True)), "n_tokens": int(n)}
        for label, *values, n in zip(labels, *scores, strict=True)
        if label
    ]


def averages(tags: Sequence[Measures], accuracy: float) -> Measures:
    """Macro average: the mean over the gold data's tags, with 0 for what can't be divided. Micro
    average: over all tokens. As each token has one tag, it is the accuracy in all three scores."""
    in_gold = [row for row in tags if row["n_tokens"]]
    return {
        "macro": {key: sum(row[key] or 0.0 for row in in_gold) / len(in_gold) for key in SCORES},
        "micro": dict.fromkeys(SCORES, accuracy),
    }


def or_none(value: float) -> float | None:
    return None if numpy.isnan(value) else float(value)


def confusions(tokens: TaggedTokens, n_examples: int) -> list[Measures]:
    """The most frequent pairs of gold and predicted tag, with examples."""
    wrong = numpy.nonzero(~tokens.correct)[0].tolist()
    places = defaultdict(list)
    for i in wrong:
        places[str(tokens.gold[i]), str(tokens.tags[i])].append(i)
    most = sorted(places.items(), key=lambda item: (-len(item[1]), item[0]))[:N_CONFUSIONS]
    return [
        {
            "gold": gold,
            "tag": tag,
            "count": len(where),
            "words": Counter(tokens.words[i] for i in where).most_common(5),
            "examples": [tokens.in_context(i) for i in where[:n_examples]],
        }
        for (gold, tag), where in most
    ]


def worst_sentences(tokens: TaggedTokens) -> list[Measures]:
    """The sentences with the most errors, the shorter one first if two have as many."""
    errors = defaultdict(list)
    for i in numpy.nonzero(~tokens.correct)[0].tolist():
        errors[int(tokens.sent[i])].append(i)
    n_tokens = Counter(tokens.sent.tolist())
    worst = sorted(errors, key=lambda sent: (-len(errors[sent]), n_tokens[sent], sent))[:N_WORST]
    rows = []
    for sent in worst:
        words: dict[int, Measures] = {
            token.i: {"text": token.text, "after": token.whitespace_}
            for token in tokens.sents[sent]
        }
        for i in errors[sent]:
            words[tokens.tokens[i].i].update(gold=str(tokens.gold[i]), tag=str(tokens.tags[i]))
        n_wrong = len(errors[sent])
        rows.append({"n_wrong": n_wrong, "n_tokens": n_tokens[sent], "words": list(words.values())})
    return rows


def calibration(correct: Bools, confidence: Floats) -> Measures:
    """Expected calibration error: the mean distance between confidence and accuracy over bins of
    equal width, weighted by their tokens (Guo et al. 2017, On Calibration of Modern Neural
    Networks). Bins without tokens are left out."""
    edges = numpy.linspace(0, 1, N_BINS + 1)
    where = numpy.searchsorted(edges[1:-1], confidence)
    bins = [
        {
            "low": float(edges[i]),
            "high": float(edges[i + 1]),
            "n_tokens": int((where == i).sum()),
            "confidence": float(confidence[where == i].mean()),
            "accuracy": float(correct[where == i].mean()),
        }
        for i in numpy.unique(where).tolist()
    ]
    distances = [b["n_tokens"] * abs(b["accuracy"] - b["confidence"]) for b in bins]
    return {
        "expected_calibration_error": sum(distances) / len(correct),
        "mean_confidence": float(confidence.mean()),
        "accuracy": float(correct.mean()),
        "n_tokens": len(correct),
        "bins": bins,
    }


def compare(
    tokens: TaggedTokens,
    other: TaggedTokens,
    train_tags: WordCounts | None = None,
    n_examples: int = 50,
) -> Measures:
    """Where two taggers differ on the same tokens, with the change in each measure from the other
    one, which is the baseline, to the first, and with McNemar's exact test of whether one of them
    is more accurate. A positive change means that the first is better.

    tokens (TaggedTokens): The result of `tag_tokens` for the first tagger.
    other (TaggedTokens): Its result for the baseline, on the same data.
    train_tags (Mapping[str, Counter[str]] | None): As for `measure`.
    n_examples (int): Maximum number of examples.
    """
    only_first = tokens.correct & ~other.correct
    only_second = other.correct & ~tokens.correct
    n_first, n_second = int(only_first.sum()), int(only_second.sum())
    n_decided = n_first + n_second
    different = numpy.nonzero(tokens.tags != other.tags)[0].tolist()
    groups = word_groups(tokens, train_tags)
    first, second = (resample(each, groups) for each in (tokens, other))
    changes = {name: first[name] - second[name] for name in first}
    return {
        "only_first_correct": n_first,
        "only_second_correct": n_second,
        "different": len(different),
        "p_value": float(binomtest(n_first, n_decided).pvalue) if n_decided else 1.0,
        "changes": {
            name: {"value": or_none(values[0]), "interval": interval(values)}
            for name, values in changes.items()
        },
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
