"""The loss of a tagger whose scores are log-probabilities."""

from collections.abc import Iterable, Sequence
from typing import Annotated, NamedTuple, cast

import numpy
from annotated_types import Ge, Lt
from numpy.typing import NDArray
from spacy.attrs import ORTH
from spacy.training import Example
from thinc.api import get_array_module
from thinc.types import Floats2d

from ..models.types import Ids, Keys
from ..models.whitespace import tags_of_words, word_mask
from .soft_tags import SOFT_TAGS_KEY, soft_tags_of

# The share of the target that goes to the tags that are not gold.
LabelSmoothing = Annotated[float, Ge(0), Lt(1)]

# The index of a gold tag that is not known.
MISSING = -1
# Lower bound of 1 - p(tag) for a negated tag: the loss stays finite where p is 1.
MIN_PROB = 1e-6


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


class AlignedExample(NamedTuple):
    """An example, and whether the predicted tokens are the tokens of its reference."""

    example: Example
    has_same_tokens: bool

    def tags(self) -> Keys:
        """The gold tag of each predicted token as the key of its string, (n_tokens,); 0 for
        whitespace, for a token without a gold tag, and for a token that is aligned to gold tokens
        with different tags."""
        example = self.example
        if self.has_same_tokens:
            return tags_of_words(example.reference)
        aligned = example.get_aligned("TAG")
        tags = numpy.array([tag or 0 for tag in aligned], dtype="uint64")
        return cast(Keys, numpy.where(word_mask(example.predicted), tags, numpy.uint64(0)))


def align(examples: Iterable[Example]) -> list[AlignedExample]:
    """Compare the tokens of examples, once for their gold tags and soft tags."""
    aligned = []
    for example in examples:
        words = example.predicted.to_array(ORTH)
        same = numpy.array_equal(words, example.reference.to_array(ORTH))
        aligned.append(AlignedExample(example, same))
    return aligned


def gold_tags(
    examples: Sequence[AlignedExample],
    labels: Sequence[str],
    neg_prefix: str,
    *,
    others_are_missing: bool = False,
) -> GoldTags:
    """Look up the gold tags of the predicted tokens in the labels.

    A tag that is a label stands for that label. Any other tag that starts with the prefix negates a
    label. All other tags raise a ValueError, or count as missing if `others_are_missing`.
    """
    keys = numpy.concatenate([aligned.tags() for aligned in examples])
    distinct, index = numpy.unique(keys, return_inverse=True)
    tags = numpy.full(len(distinct), MISSING, dtype="int64")
    negated = numpy.zeros(len(distinct), dtype=bool)
    row_of = {label: row for row, label in enumerate(labels)}
    stores = [example.reference.vocab.strings for example, _ in examples]
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
                "the component is initialized, from the training data, or from a file written by "
                "'spacy init labels'. Make sure that this file comes from this data. With "
                "max_epochs = -1, it is needed: otherwise only the first examples are read. "
                "A trained component gets new labels with its method add_label."
            )
        tags[i] = row_of[name]
    return GoldTags(tags[index], negated[index])


def soft_targets(
    examples: Sequence[AlignedExample], labels: Sequence[str], key: str = SOFT_TAGS_KEY
) -> Floats2d | None:
    """The probabilities that another tagger gave to the labels of the predicted tokens, (n_tokens,
    n_tags); zeros for a token without soft tags. None if no example has soft tags.

    An example whose tokens are not the tokens of its reference has none.

    key (str): Which soft tags, one of `SOFT_KEYS`.
    """
    if not any(key in example.reference.user_data for example, _ in examples):
        return None
    targets = []
    for example, has_same_tokens in examples:
        target = numpy.zeros((len(example.predicted), len(labels)), dtype="float32")
        soft = soft_tags_of(example.reference, key)
        if soft is not None and has_same_tokens:
            words = word_mask(example.predicted)
            target[words] = soft.select(words).probabilities(labels)
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
    change it, because it sums to 0 for each token. A new loss may return its gradient with respect
    to `log_probs` instead (here -target): backpropagation makes the same of it.

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
    has_tag = is_hard & ~gold.negated
    negated = is_hard & gold.negated
    target[has_tag] = label_smoothing / max(n_tags - 1, 1)
    target[has_tag, gold.tags[has_tag]] = 1 - label_smoothing
    has_target = target.any(axis=1)
    probs = xp.exp(log_probs)
    target = xp.asarray(target)
    gradient = probs * xp.asarray(has_target)[:, None] - target
    counted = target > 0
    loss = -(target[counted] * log_probs[counted]).sum()
    if negated.any():
        tokens = xp.asarray(numpy.nonzero(negated)[0])
        tags = xp.asarray(gold.tags[negated])
        p = probs[tokens, tags]
        # q = 1 - p
        q = xp.maximum(-xp.expm1(log_probs[tokens, tags]), MIN_PROB)
        gradient[tokens] = -probs[tokens] * (p / q)[:, None]
        gradient[tokens, tags] = p
        loss -= xp.log(q).sum()
    return float(loss) / max(int((has_target | negated).sum()), 1), gradient
