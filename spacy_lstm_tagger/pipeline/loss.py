"""The loss of a tagger whose scores are log-probabilities."""

from collections.abc import Sequence
from typing import Any, NamedTuple, cast

import numpy
from numpy.typing import NDArray
from spacy.attrs import IS_SPACE, ORTH, TAG
from spacy.training import Example
from thinc.api import get_array_module
from thinc.types import Floats2d

from ..models.types import Ids, Keys
from .soft_tags import KEY, soft_tags_of

MISSING = -1  # in place of a tag's index
# Of a temperature: if all gold tags are predicted, or none is, there is no best one.
BOUNDS = (0.05, 20.0)
N_HALVINGS = 24  # of the logarithm of their ratio, until six digits are known
MIN_PROB = 1e-6  # keeps the loss of a negated tag finite if its probability is 1


class GoldTags(NamedTuple):
    """The gold annotation of each token.

    tags (Ids): Index of the gold tag or of the negated tag; MISSING if there is none, (n_tokens,).
    negated (NDArray[bool]): Whether the tag is negated: the token has any other tag, (n_tokens,).
    """

    tags: Ids
    negated: NDArray[numpy.bool_]


def aligned_tags(example: Example) -> Keys:
    """The gold tag of each predicted token as the key of its string, (n_tokens,); 0 for
    whitespace, for a token without a gold tag, and for a token that is aligned to gold tokens with
    different tags."""
    words, is_space = example.predicted.to_array([ORTH, IS_SPACE]).T
    if numpy.array_equal(words, example.reference.to_array(ORTH)):
        tags = example.reference.to_array(TAG)
    else:
        aligned = example.get_aligned("TAG")
        tags = numpy.array([tag or 0 for tag in aligned], dtype="uint64")
    return cast(Keys, numpy.where(is_space, numpy.uint64(0), tags))


def gold_tags(
    examples: Sequence[Example],
    labels: Sequence[str],
    neg_prefix: str,
    *,
    others_are_missing: bool = False,
) -> GoldTags:
    """Look up the gold tags of the predicted tokens in the labels.

    A tag that is a label stands for that label. Any other tag that starts with the prefix negates a
    label. All other tags raise a ValueError, or count as missing if `others_are_missing`.
    """
    keys = numpy.concatenate([aligned_tags(example) for example in examples])
    distinct, index = numpy.unique(keys, return_inverse=True)
    tags = numpy.full(len(distinct), MISSING, dtype="int64")
    negated = numpy.zeros(len(distinct), dtype=bool)
    row_of = {label: row for row, label in enumerate(labels)}
    stores = [example.reference.vocab.strings for example in examples]
    for i, key in enumerate(distinct.tolist()):
        tag = next(strings[key] for strings in stores if key in strings)
        if not tag:
            continue
        negated[i] = tag not in row_of and bool(neg_prefix) and tag.startswith(neg_prefix)
        name = tag[len(neg_prefix) :] if negated[i] else tag
        if name not in row_of and others_are_missing:
            continue
        if name not in row_of:
            raise ValueError(
                f"The gold tag {tag!r} is not one of the {len(labels)} labels. Labels are set when "
                "the component is initialized, from all of the training data, or from a file "
                "written by 'spacy init labels'. Make sure that this file comes from this data. A "
                "trained component gets new labels with its method add_label."
            )
        tags[i] = row_of[name]
    return GoldTags(tags[index], negated[index])


def soft_targets(examples: Sequence[Example], labels: Sequence[str]) -> Floats2d | None:
    """The probabilities that another tagger gave to the labels of the predicted tokens, (n_tokens,
    n_tags); zeros for a token without soft tags. None if no example has soft tags.

    An example whose tokens are not the tokens of its reference has none.
    """
    if not any(KEY in example.reference.user_data for example in examples):
        return None
    targets = []
    for example in examples:
        predicted, reference = example.predicted, example.reference
        target = numpy.zeros((len(predicted), len(labels)), dtype="float32")
        words, is_space = predicted.to_array([ORTH, IS_SPACE]).T
        soft = soft_tags_of(reference)
        if soft is not None and numpy.array_equal(words, reference.to_array(ORTH)):
            target[is_space == 0] = soft.select(is_space == 0).probabilities(labels)
        targets.append(target)
    return cast(Floats2d, numpy.concatenate(targets))


def negative_log_likelihood(
    log_probs: Floats2d, gold: GoldTags, label_smoothing: float
) -> tuple[float, Floats2d]:
    """The loss -sum(target * log_probs) and its gradient.

    The target is 1 for the gold tag. With label smoothing, it is 1 - label_smoothing, and the rest
    is spread evenly over the other tags. For a token with a negated tag, the loss is
    -log(1 - p(tag)). Tokens without a gold tag do not count.

    The gradient is p - target, summed over tokens and not averaged, as in spaCy's own `tagger`. So
    a shared tok2vec learns from each of its components in proportion. It is the gradient with
    respect to the input of the log-softmax. Backpropagation through the log-softmax does not
    change it, because it sums to 0 for each token.

    log_probs (Floats2d): (n_tokens, n_tags), in nats.
    RETURNS (tuple[float, Floats2d]): Mean loss in nats per token, and the gradient of the summed
        loss, (n_tokens, n_tags).
    """
    xp = get_array_module(log_probs)
    n_tags = log_probs.shape[1]
    probs = xp.exp(log_probs)
    has_tag = (gold.tags != MISSING) & ~gold.negated
    tokens, tags = xp.asarray(numpy.nonzero(has_tag)[0]), xp.asarray(gold.tags[has_tag])
    share = label_smoothing / (n_tags - 1) if label_smoothing else 0.0  # of each other tag
    gradient = (probs - share) * xp.asarray(has_tag)[:, None]
    gradient[tokens, tags] -= 1 - label_smoothing - share
    loss = -(1 - label_smoothing - share) * log_probs[tokens, tags].sum()
    if share:
        loss -= share * log_probs[tokens].sum()
    if gold.negated.any():
        tokens = xp.asarray(numpy.nonzero(gold.negated)[0])
        tags = xp.asarray(gold.tags[gold.negated])
        p = probs[tokens, tags]
        q = xp.maximum(-xp.expm1(log_probs[tokens, tags]), MIN_PROB)  # 1 - p
        gradient[tokens] = -probs[tokens] * (p / q)[:, None]
        gradient[tokens, tags] = p
        loss -= xp.log(q).sum()
    return float(loss) / max(n_targets(gold), 1), gradient


def n_targets(gold: GoldTags) -> int:
    return int((gold.tags != MISSING).sum())


def loss_of(
    log_probs: Floats2d, gold: GoldTags, soft: Floats2d | None, label_smoothing: float
) -> tuple[float, Floats2d]:
    """The loss and its gradient where some tokens may have soft targets. For these it is the
    cross-entropy, whatever their gold tag, which is the loss of distillation (Hinton et al. 2015,
    Distilling the Knowledge in a Neural Network), with the student at temperature 1. For the other
    tokens, it is the loss of their gold tag, see `negative_log_likelihood`.

    log_probs (Floats2d): (n_tokens, n_tags), in nats.
    soft (Floats2d | None): Target probabilities, (n_tokens, n_tags); zeros for a token that has
        none. None if no token has any.
    RETURNS (tuple[float, Floats2d]): Mean loss in nats per token that has a target, and the
        gradient of the summed loss, (n_tokens, n_tags).
    """
    if soft is None:
        return negative_log_likelihood(log_probs, gold, label_smoothing)
    xp: Any = get_array_module(log_probs)
    has_soft = numpy.asarray(soft).any(axis=1)
    rest = GoldTags(numpy.where(has_soft, MISSING, gold.tags), gold.negated & ~has_soft)
    loss, gradient = negative_log_likelihood(log_probs, rest, label_smoothing)
    n_soft, n_rest, target = int(has_soft.sum()), n_targets(rest), xp.asarray(soft)
    gradient += xp.where(xp.asarray(has_soft)[:, None], xp.exp(log_probs) - target, 0)
    total = n_rest * loss - float(xp.sum(target * log_probs))
    return total / max(n_soft + n_rest, 1), gradient


def best_temperature(log_probs: Floats2d, tags: Ids) -> float:
    """Find t that minimizes the negative log-likelihood of tags under softmax(log_probs / t).

    It has four digits: log-probabilities vary in the seventh with the texts that were tagged
    together.

    log_probs (Floats2d): (n_tokens, n_tags), in nats.
    tags (Ids): (n_tokens,).
    """
    scores = numpy.asarray(log_probs, dtype="float64")
    gold = scores[numpy.arange(len(tags)), tags].mean()

    def slope(inverse: float) -> float:
        """The derivative of the mean loss by 1 / t, in which the loss is convex."""
        scaled = inverse * scores
        weights = numpy.exp(scaled - scaled.max(axis=1, keepdims=True))
        weights /= weights.sum(axis=1, keepdims=True)
        return float((weights * scores).sum(axis=1).mean() - gold)

    low, high = BOUNDS
    for _ in range(N_HALVINGS):
        middle = (low * high) ** 0.5
        if slope(1 / middle) > 0:  # the loss rises with 1 / t
            low = middle
        else:
            high = middle
    return float(f"{(low * high) ** 0.5:.4g}")
