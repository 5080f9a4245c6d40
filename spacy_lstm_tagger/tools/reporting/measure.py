"""Measures tags. The results are JSON values; shares are from 0 to 1."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import chain, islice
from math import sqrt
from typing import Any

import numpy
from scipy.stats import binomtest, t
from sklearn.metrics import classification_report
from spacy.tokens import Doc

from .tagged import TaggedToken, has_gold_tag

CALIBRATION_BINS = 10

Measures = dict[str, Any]
TaggedTokens = Sequence[TaggedToken]


def measure(tokens: TaggedTokens, n_tags: Counter[str] | None = None) -> Measures:
    """Measure one tagger. If `n_tags` says how many tags each word of the training data has, also
    measure it on unseen and on ambiguous words."""
    groups = {"accuracy": tokens}
    if n_tags:
        groups["unseen words"] = [token for token in tokens if n_tags[token.word] == 0]
        groups["ambiguous words"] = [token for token in tokens if n_tags[token.word] > 1]
    measures = {name: share(group) for name, group in groups.items() if group}
    tags = scores_of_tags(tokens)
    macro_f = sum(scores["f1-score"] for scores in tags.values()) / len(tags)
    measures["macro F"] = {"value": macro_f, "n": len(tags)}
    known = [token for token in tokens if token.probability is not None]
    bins = calibration(known)
    if bins:
        error = sum(row["n"] * abs(row["accuracy"] - row["probability"]) for row in bins)
        measures["calibration error"] = {"value": error / len(known), "n": len(known)}
    confusions = Counter((token.gold, token.predicted) for token in tokens if not token.is_right)
    return {
        "measures": measures,
        "tags": tags,
        "confusions": [[*pair, n] for pair, n in confusions.most_common()],
        "calibration": bins,
    }


def measure_kinds(tokens: TaggedTokens, kinds: Mapping[str, Sequence[Doc]]) -> Measures:
    """The share of right tags on each kind of text. The tokens come kind by kind, in this order."""
    rest = iter(tokens)
    n_tokens = {name: sum(map(has_gold_tag, chain(*docs))) for name, docs in kinds.items()}
    return {name: share(list(islice(rest, n))) for name, n in n_tokens.items()}


def scores_of_tags(tokens: TaggedTokens) -> dict[str, Measures]:
    """Precision, recall, F-score and number of each gold tag, the most frequent one first."""
    counts = Counter(sorted(token.gold for token in tokens))
    labels = [tag for tag, _ in counts.most_common()]
    # scikit-learn gets numbers: as NumPy strings, tags would lose null characters at their end.
    number_of = {label: number for number, label in enumerate(labels)}
    gold = [number_of[token.gold] for token in tokens]
    # A predicted tag that is not in the gold data is always wrong, so one number stands for all.
    predicted = [number_of.get(token.predicted, len(labels)) for token in tokens]
    scores = classification_report(
        gold, predicted, labels=range(len(labels)), output_dict=True, zero_division=0
    )
    return {
        label: {**scores[str(number)], "support": counts[label]}
        for label, number in number_of.items()
    }


def share(tokens: TaggedTokens) -> Measures:
    """The share of tokens that are right, its 95 % interval, and the number of tokens. Words of a
    sentence are wrong together, so the standard error comes from a ratio of sums over sentences
    (Cochran 1977, Sampling Techniques). It is larger than if words were wrong one by one."""
    value = sum(token.is_right for token in tokens) / len(tokens)
    residuals: dict[int, float] = defaultdict(float)
    for token in tokens:
        residuals[token.sentence] += token.is_right - value
    degrees = max(len(residuals) - 1, 1)
    variance = sum(residual**2 for residual in residuals.values()) * len(residuals) / degrees
    margin = float(t.ppf(0.975, degrees)) * sqrt(variance) / len(tokens)
    interval = {"low": max(value - margin, 0.0), "high": min(value + margin, 1.0)}
    return {"value": value, **interval, "n": len(tokens)}


def calibration(tokens: TaggedTokens) -> list[Measures]:
    """The tokens in bins by the probability of their tag. The mean distance of probability and
    accuracy is the expected calibration error (Guo et al. 2017, On Calibration of Modern Neural
    Networks)."""
    probs = numpy.array([token.probability for token in tokens])
    is_right = numpy.array([token.is_right for token in tokens])
    bins = numpy.minimum((probs * CALIBRATION_BINS).astype("int64"), CALIBRATION_BINS - 1)
    rows = []
    for i in numpy.unique(bins).tolist():
        means = {"probability": probs[bins == i].mean(), "accuracy": is_right[bins == i].mean()}
        rows.append({"from": i / CALIBRATION_BINS, **means, "n": int((bins == i).sum())})
    return rows


def compare(first: TaggedTokens, baseline: TaggedTokens) -> Measures:
    """McNemar's exact test of whether one of two taggers of the same data is more accurate."""
    pairs = Counter((a.is_right, b.is_right) for a, b in zip(first, baseline, strict=True))
    only_first = pairs[True, False]
    only_baseline = pairs[False, True]
    n = only_first + only_baseline
    p_value = binomtest(only_first, n).pvalue if n else 1.0
    return {"only_first_right": only_first, "only_baseline_right": only_baseline, "p": p_value}


def list_errors(tokens: TaggedTokens, baseline: TaggedTokens) -> list[Measures]:
    """A row for each token that a tagger or its baseline gets wrong, sorted by the tagger's
    confusions, the most frequent one first. What only the baseline gets wrong comes last."""
    rows = []
    for token, other in zip(tokens, baseline, strict=True):
        if not (token.is_right and other.is_right):
            rows.append({**token._asdict(), "baseline": other.predicted})
    n = Counter((token.gold, token.predicted) for token in tokens if not token.is_right)
    rows.sort(key=lambda row: (-n[row["gold"], row["predicted"]], row["gold"], row["predicted"]))
    return rows
