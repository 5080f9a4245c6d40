"""How the component learns: loss, updates, rehearsal and calibration."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, cast

import numpy
from spacy.errors import Errors
from spacy.tokens import Doc
from spacy.training import Example, validate_examples
from spacy.util import minibatch
from thinc.api import Optimizer, set_dropout_rate
from thinc.types import Floats2d

from ..models.changes import CHANGES
from ..models.shim import is_initialized, unflatten
from ..models.spaces import words_of
from ..models.tagger import divide_scores, is_lstm_tagger
from ..models.temperature import best_temperature
from ..models.tok2vec import watch_words
from ..models.types import Ids
from .listeners import is_encoded, listens
from .loss import MISSING, gold_tags, loss_of, negative_log_likelihood, soft_targets
from .serialize import CheckedTagger

N_CALIBRATED = 128  # Docs that are scored together
ROUNDING = 1e-3  # rounding can raise a log-probability above 0 by this much


class LearningTagger(CheckedTagger):
    """A tagger whose model gives log-probabilities, and that learns by their negative
    log-likelihood."""

    adversarial: float

    def get_loss(
        self, examples: Iterable[Example], scores: Sequence[Floats2d]
    ) -> tuple[float, list[Floats2d]]:
        """Find the loss and its gradient.

        examples (Iterable[Example]): The batch.
        scores (Sequence[Floats2d]): Its log-probabilities, (n_tokens, n_tags) for each Doc.
        RETURNS (tuple[float, list[Floats2d]]): Mean negative log-likelihood in nats per token, and
            the gradient of its sum, in the shape of the scores; see `negative_log_likelihood`.
        """
        examples = list(examples)
        validate_examples(examples, "LSTMTagger.get_loss")
        if not scores:
            return 0.0, []
        gold = gold_tags(examples, self.labels, self.cfg["neg_prefix"])
        log_probs = self.model.ops.xp.concatenate(scores)
        if log_probs.size and log_probs.max() > ROUNDING:
            raise ValueError(
                f"The model of component '{self.name}' gives scores above 0, which are no "
                "log-probabilities. Use spacy_lstm_tagger.LSTMTagger.v1."
            )
        soft = soft_targets(examples, self.labels)
        smoothing = self.cfg["label_smoothing"]
        if soft is None:
            loss, gradient = negative_log_likelihood(log_probs, gold, smoothing)
        else:
            loss, gradient = loss_of(log_probs, gold, soft, smoothing)
        return self._of_each_doc(loss, gradient, scores)

    def _of_each_doc(
        self, loss: float, gradient: Floats2d, scores: Sequence[Floats2d]
    ) -> tuple[float, list[Floats2d]]:
        """A loss that is checked, and its gradient in the shape of the scores."""
        if numpy.isnan(loss):
            raise ValueError(Errors.E910.format(name=self.name))
        return loss, unflatten(gradient, [len(doc_scores) for doc_scores in scores])

    def update(
        self,
        examples: Iterable[Example],
        *,
        drop: float = 0.0,
        sgd: Optimizer | None = None,
        losses: dict[str, float] | None = None,
    ) -> dict[str, float]:
        """Learn from a batch. If `adversarial` is above 0, learn from it a second time, with word
        vectors changed in the direction that raises the loss the most.

        examples (Iterable[Example]): The batch.
        drop (float): The dropout rate.
        sgd (Optimizer | None): The optimizer; None to only accumulate the gradient.
        losses (dict[str, float] | None): Losses, to which the loss of the original batch is added.
        RETURNS (dict[str, float]): The losses.
        """
        if not self.adversarial:
            updated = super().update(examples, drop=drop, sgd=sgd, losses=losses)
            return cast(dict[str, float], updated)
        with watch_words(self.model) as adversary:
            losses = super().update(examples, drop=drop, losses=losses)
            adversary.attack(self.adversarial)
            super().update(examples, drop=drop)
        if sgd:
            self.finish_update(sgd)
        return cast(dict[str, float], losses)

    def finish_update(self, sgd: Optimizer) -> None:
        """Update the weights from their gradients. Other threads see all of the change or none,
        except in layers of spaCy's own, such as its MultiHashEmbed.

        sgd (Optimizer): The optimizer.
        """
        with CHANGES:
            super().finish_update(sgd)

    def use_params(self, params: dict[Any, Any]) -> Iterator[None]:
        """Use other values for the weights, such as their averages, until the generator ends.

        params (dict[Any, Any]): The values.
        """
        context = self.model.use_params(params)
        with CHANGES:
            context.__enter__()
        try:
            yield
        finally:
            with CHANGES:
                context.__exit__(None, None, None)

    def calibrate(self, examples: Iterable[Example]) -> float:
        """Make the probabilities of the model match its accuracy, without changing a tag: divide
        the inputs of the softmax by a temperature (Guo et al. 2017, On Calibration of Modern Neural
        Networks). The temperature becomes a part of the weights.

        examples (Iterable[Example]): Data that the model was not trained on. It is read in batches.
        RETURNS (float): The temperature. It is above 1 if the model was overconfident.
        """
        if not is_lstm_tagger(self.model):
            raise ValueError(f"Component '{self.name}' has no LSTMTagger model to calibrate.")
        if not is_initialized(self.model):
            raise ValueError(Errors.E109.format(name=self.name))
        found = [self._usable_scores(batch) for batch in minibatch(examples, N_CALIBRATED)]
        if not found:
            raise ValueError("Can't calibrate: there are no examples.")
        log_probs, tags = (numpy.concatenate(parts) for parts in zip(*found, strict=True))
        if not len(tags):
            raise ValueError("Can't calibrate: no token of the examples has a gold tag.")
        temperature = best_temperature(cast(Floats2d, log_probs), tags)
        divide_scores(self.model, temperature)
        return temperature

    def _usable_scores(self, examples: list[Example]) -> tuple[Floats2d, Ids]:
        """The log-probabilities and the gold tags of the tokens that have one."""
        validate_examples(examples, "LSTMTagger.calibrate")
        docs = [example.predicted for example in examples]
        if listens(self.model) and any(len(doc) and not is_encoded(doc) for doc in docs):
            raise ValueError(
                f"Can't calibrate: component '{self.name}' listens to a tok2vec or transformer, "
                "which has to process the predicted Docs of the examples first."
            )
        prefix = self.cfg["neg_prefix"]
        gold = gold_tags(examples, self.labels, prefix, others_are_missing=True)
        usable = (gold.tags != MISSING) & ~gold.negated
        log_probs = self.model.ops.to_numpy(self.model.ops.flatten(self.model.predict(docs)))
        return log_probs[usable], gold.tags[usable]

    def rehearse(
        self,
        examples: Iterable[Example],
        *,
        drop: float = 0.0,
        sgd: Optimizer | None = None,
        losses: dict[str, float] | None = None,
    ) -> dict[str, float]:
        """Update the model to stay close to what it was when `nlp.resume_training` was called.

        examples (Iterable[Example]): A batch of raw text; its annotation is not used.
        drop (float): The dropout rate.
        sgd (Optimizer | None): The optimizer; None to only accumulate the gradient.
        losses (dict[str, float] | None): Losses, to which the cross-entropy in nats per token is
            added.
        RETURNS (dict[str, float]): The losses.
        """
        losses = {} if losses is None else losses
        losses.setdefault(self.name, 0.0)
        validate_examples(examples, "LSTMTagger.rehearse")
        docs = [example.predicted for example in examples]
        if self._rehearsal_model is None or not any(len(doc) for doc in docs):
            return losses
        set_dropout_rate(self.model, drop)
        scores, backprop = self.model.begin_update(docs)
        targets = self._rehearsal_targets(docs)
        xp = self.model.ops.xp
        backprop([xp.exp(score) - target for score, target in zip(scores, targets, strict=True)])
        if sgd:
            self.finish_update(sgd)
        entropy = -(xp.concatenate(targets) * xp.concatenate(scores)).sum(axis=1)
        is_word = words_of(docs)
        if is_word is not None:
            entropy = entropy[xp.asarray(numpy.concatenate(is_word))]
        losses[self.name] += float(entropy.sum()) / max(len(entropy), 1)
        return losses

    def _rehearsal_targets(self, docs: list[Doc]) -> list[Floats2d]:
        """What the rehearsal model says of Docs, as probabilities, (n_tokens, n_tags) for each; 0
        for the tags that are newer than it."""
        xp = self.model.ops.xp
        targets = [xp.exp(scores) for scores in self._rehearsal_model.predict(docs)]
        n_new = len(self.labels) - targets[0].shape[1]
        return [xp.pad(target, ((0, 0), (0, n_new))) for target in targets]
