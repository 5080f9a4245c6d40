"""How the component learns: from gold tags, and from what it knew before."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

import numpy
from spacy.pipeline.tagger import Tagger
from spacy.tokens import Doc
from spacy.training import Example, validate_examples
from thinc.api import Optimizer
from thinc.types import Floats2d

from ..models.made_up_words import has_few_words, made_up_words
from ..models.rows import check_rows, split_rows
from ..models.shim import network_shim
from ..models.tagger import is_lstm_tagger
from ..models.tok2vec import watch_word_vectors
from ..models.types import Floats, TaggerModel
from ..models.whitespace import Batch
from .listeners import listeners
from .loss import MISSING, GoldTags, align, gold_tags, loss_of, soft_targets
from .lstm_component import LSTMComponent


# Tagger is compiled, without types.
class LearningTagger(LSTMComponent, Tagger):  # type: ignore[misc]
    """A tagger whose model gives log-probabilities, and whose loss is their negative.

    adversarial (float): Size of the change of word vectors in adversarial training, as a share of
        their norm; 0 for no adversarial training.
    """

    name: str
    model: TaggerModel
    cfg: dict[str, Any]
    adversarial: float
    # The labels that some token had as its target since the component was initialized or loaded. A
    # new one that has none is not predicted, so it must not learn with its parts. A morphologizer
    # gets no new labels.
    _with_examples: frozenset[str] = frozenset()

    def update(
        self,
        examples: Iterable[Example],
        *,
        drop: float = 0.0,
        sgd: Optimizer | None = None,
        losses: dict[str, float] | None = None,
    ) -> dict[str, float]:
        """Learn from a batch. If `adversarial` is above 0, learn from it a second time, with word
        vectors changed in the direction that raises the loss the most. If the vocabulary has few
        words, learn from it once more, with made-up words in place of some, see `made_up_words`.
        A later batch may come without an update of the component to which the model listens: then
        it listens to the Docs.

        examples (Iterable[Example]): The batch.
        drop (float): The dropout rate.
        sgd (Optimizer | None): The optimizer; None to only accumulate the gradient.
        losses (dict[str, float] | None): Losses, to which the loss of the original batch is added.
        RETURNS (dict[str, float]): The losses.
        """
        examples = list(examples)
        with_made_up = not listeners(self.model) and has_few_words(self.model)
        if not self.adversarial and not with_made_up:
            return super().update(examples, drop=drop, sgd=sgd, losses=losses)
        if self.adversarial:
            with watch_word_vectors(self.model) as adversary:
                losses = super().update(examples, drop=drop, losses=losses)
                adversary.perturb(self.adversarial)
                super().update(examples, drop=drop)
        else:
            losses = super().update(examples, drop=drop, losses=losses)
        if with_made_up:
            with made_up_words(self.model):
                super().update(examples, drop=drop)
        if sgd:
            self.finish_update(sgd)
        return losses

    def learn_parts(self, parts: Floats, sgd: Optimizer) -> None:
        if not is_lstm_tagger(self.model):
            return
        with_examples = numpy.array([label in self._with_examples for label in self.labels])
        shim = network_shim(self.model.get_ref("output_layer"))
        shim.learn_parts("affine.weight", parts * with_examples[:, None], sgd)

    def rehearsal_loss(
        self, earlier: TaggerModel, docs: list[Doc], scores: Sequence[Floats2d]
    ) -> tuple[float, list[Floats2d]]:
        """The cross-entropy in nats per token of log-probabilities whose targets are what an
        earlier model predicts, and its gradient. The arguments are as in `LSTMComponent`."""
        log_probs = self.model.ops.xp.concatenate(scores)
        no_gold = GoldTags.missing(len(log_probs))
        targets = self._rehearsal_targets(earlier, docs)
        loss, gradient = loss_of(log_probs, no_gold, targets, 0.0)
        return loss, split_rows(gradient, list(map(len, docs)))

    def _rehearsal_targets(self, teacher: TaggerModel, docs: list[Doc]) -> Floats2d:
        """What an earlier model says of Docs, as probabilities, (n_tokens, n_tags); 0 for the
        tags that are newer than it, and for whitespace."""
        ops = self.model.ops
        batch = Batch(docs)
        log_probs = ops.to_numpy(ops.flatten(teacher.predict(docs)))
        probs = batch.add_spaces(numpy.exp(batch.take_words(log_probs)))
        n_new = len(self.labels) - probs.shape[1]
        return cast(Floats2d, numpy.pad(probs, ((0, 0), (0, n_new))))

    def get_loss(
        self, examples: Iterable[Example], scores: Sequence[Floats2d]
    ) -> tuple[float, list[Floats2d]]:
        """Find the loss and its gradient.

        examples (Iterable[Example]): The batch.
        scores (Sequence[Floats2d]): Its log-probabilities, (n_tokens, n_tags) for each Doc.
        RETURNS (tuple[float, list[Floats2d]]): Mean negative log-likelihood in nats per token, and
            the gradient of its sum, in the shape of the scores; see `loss_of`.
        """
        examples = list(examples)
        validate_examples(examples, "LSTMTagger.get_loss")
        if not scores:
            return 0.0, []
        check_rows(scores, [example.predicted for example in examples])
        aligned = align(examples)
        # spaCy makes a tuple of them each time.
        labels = self.labels
        gold = gold_tags(aligned, labels, self.cfg["neg_prefix"])
        log_probs = self.model.ops.xp.concatenate(scores)
        soft = soft_targets(aligned, labels)
        targets = set(gold.tags[(gold.tags != MISSING) & ~gold.negated].tolist())
        if soft is not None:
            targets.update(numpy.argmax(soft[soft.any(axis=1)], axis=1).tolist())
        self._with_examples |= {labels[i] for i in targets}
        loss, gradient = loss_of(log_probs, gold, soft, self.cfg["label_smoothing"])
        return loss, split_rows(gradient, [len(of_doc) for of_doc in scores])
