"""The loss of a tagger whose scores are log-probabilities."""

from collections.abc import Sequence
from typing import NamedTuple, cast

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

    @classmethod
    def missing(cls, n_tokens: int) -> "GoldTags":
        """The annotation of tokens that have none."""
        return cls(numpy.full(n_tokens, MISSING), numpy.zeros(n_tokens, dtype=bool))


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
        if name not in row_of:
            if others_are_missing:
                continue
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


def loss_of(
    log_probs: Floats2d, gold: GoldTags, soft: Floats2d | None, label_smoothing: float
) -> tuple[float, Floats2d]:
    """The cross-entropy -sum(target * log_probs) and its gradient.

    A token with soft targets has these as its target, whatever its gold tag, which is the loss of
    distillation (Hinton et al. 2015, Distilling the Knowledge in a Neural Network), with the
    student at temperature 1. Otherwise the target is 1 for the gold tag; with label smoothing it is
    1 - label_smoothing, and the rest is spread evenly over the other tags. For a token with a
    negated tag, the loss is -log(1 - p(tag)). Other tokens do not count.

    The gradient is p - target, summed over tokens and not averaged, as in spaCy's own `tagger`. So
    a shared tok2vec learns from each of its components in proportion. It is the gradient with
    respect to the input of the log-softmax. Backpropagation through the log-softmax does not
    change it, because it sums to 0 for each token.

    log_probs (Floats2d): (n_tokens, n_tags), in nats.
    soft (Floats2d | None): Target probabilities, (n_tokens, n_tags); zeros for a token that has
        none. None if no token has any.
    RETURNS (tuple[float, Floats2d]): Mean loss in nats per token that has a target, and the
        gradient of the summed loss, (n_tokens, n_tags).
    """
    xp = get_array_module(log_probs)
    n_tags = log_probs.shape[1]
    target = numpy.zeros(log_probs.shape, "float32") if soft is None else numpy.array(soft)
    is_hard = (gold.tags != MISSING) & ~target.any(axis=1)
    has_tag, negated = is_hard & ~gold.negated, is_hard & gold.negated
    target[has_tag] = label_smoothing / max(n_tags - 1, 1)
    target[has_tag, gold.tags[has_tag]] = 1 - label_smoothing
    has_target = target.any(axis=1)
    probs, target = xp.exp(log_probs), xp.asarray(target)
    gradient = probs * xp.asarray(has_target)[:, None] - target
    counted = target > 0
    loss = -(target[counted] * log_probs[counted]).sum()
    if negated.any():
        tokens, tags = xp.asarray(numpy.nonzero(negated)[0]), xp.asarray(gold.tags[negated])
        p = probs[tokens, tags]
        q = xp.maximum(-xp.expm1(log_probs[tokens, tags]), MIN_PROB)  # 1 - p
        gradient[tokens] = -probs[tokens] * (p / q)[:, None]
        gradient[tokens, tags] = p
        loss -= xp.log(q).sum()
    return float(loss) / max(int((has_target | negated).sum()), 1), gradient


def best_temperature(log_probs: Floats2d, tags: Ids) -> float:
    """Find t that minimizes the negative log-likelihood of tags under softmax(log_probs / t).

    It has four digits: log-probabilities vary in the seventh with the texts that were tagged
    together.

    log_probs (Floats2d): (n_tokens, n_tags), in nats.
    tags (Ids): (n_tokens,).

    Raises a ValueError if each tag is the most probable one, or none is: there is no such t then.
    """
    scores = numpy.asarray(log_probs, dtype="float64")
    is_right = scores.argmax(axis=1) == tags
    if is_right.all() or not is_right.any():
        which = "each" if is_right.all() else "no"
        raise ValueError(f"Can't calibrate: {which} gold tag is predicted. Use more data.")
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
