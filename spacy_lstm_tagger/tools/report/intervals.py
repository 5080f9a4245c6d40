"""Confidence intervals by resampling sentences."""

from collections.abc import Mapping
from typing import Any

import numpy
from numpy.typing import NDArray
from scipy.sparse import csr_array

from .tokens import TaggedTokens

N_RESAMPLES = 1000
COVERAGE = 95  # percent
MIN_SENTS = 10  # without so many sentences there is no interval

Floats = NDArray[numpy.float64]
Groups = Mapping[str, NDArray[numpy.bool_]]
Interval = tuple[float, float] | None


def resample(tokens: TaggedTokens, groups: Groups, seed: int = 0) -> dict[str, Floats]:
    """Measure a tagger on the data and on `N_RESAMPLES` samples of its sentences, drawn with
    replacement (the bootstrap). Words of a sentence are wrong together, so that intervals from
    single words would be too narrow. The same seed draws the same sentences for each pipeline, so
    differences of two results are differences on the same sentences.

    groups (Mapping[str, NDArray[bool]]): Whether each token is in the group, (n_tokens,).
    RETURNS (dict[str, NDArray[float]]): For "accuracy", each group, "sentences" (the share without
        an error) and "macro_f", the value on the data, then the values on the samples,
        (1 + N_RESAMPLES,).
    """
    sents, n_sents = numpy.unique(tokens.sent, return_inverse=True)[1], len(set(tokens.sent))
    right = tokens.correct.astype("float64")
    parts = {"accuracy": numpy.ones(len(right), dtype="bool"), **groups}
    totals: dict[str, NDArray[Any]] = {
        name: numpy.bincount(sents, part, n_sents) for name, part in parts.items()
    }
    rights: dict[str, NDArray[Any]] = {
        name: numpy.bincount(sents, right * part, n_sents) for name, part in parts.items()
    }
    totals["sentences"] = numpy.ones(n_sents)
    rights["sentences"] = (rights["accuracy"] == totals["accuracy"]).astype("float64")

    labels, ids = numpy.unique(numpy.concatenate([tokens.gold, tokens.tags]), return_inverse=True)
    gold_ids, tag_ids = ids[: len(right)], ids[len(right) :]
    shape = (len(labels), n_sents)
    n_gold = csr_array((numpy.ones_like(right), (gold_ids, sents)), shape)
    n_tag = csr_array((numpy.ones_like(right), (tag_ids, sents)), shape)
    n_right = csr_array((right, (gold_ids, sents)), shape)

    generator = numpy.random.default_rng(seed)
    rows = []
    for i in range(1 + (N_RESAMPLES if n_sents >= MIN_SENTS else 0)):
        drawn = generator.integers(n_sents, size=n_sents) if i else numpy.arange(n_sents)
        weights = numpy.bincount(drawn, minlength=n_sents).astype("float64")
        row = [ratio(rights[name] @ weights, totals[name] @ weights) for name in totals]
        gold = n_gold @ weights
        f = 2 * (n_right @ weights) / numpy.maximum(gold + n_tag @ weights, 1)
        rows.append([*row, f[gold > 0].mean()])
    return dict(zip([*totals, "macro_f"], numpy.array(rows).T, strict=True))


def ratio(part: float, whole: float) -> float:
    return part / whole if whole else numpy.nan


def interval(values: Floats) -> Interval:
    """The interval that holds `COVERAGE` percent of the resampled values. None without resampling,
    and if all values are the same, because resampling then tells nothing."""
    sampled = values[1:][~numpy.isnan(values[1:])]
    if not len(sampled) or numpy.ptp(sampled) == 0:
        return None
    margin = (100 - COVERAGE) / 2
    low, high = numpy.percentile(sampled, [margin, 100 - margin])
    return float(low), float(high)
