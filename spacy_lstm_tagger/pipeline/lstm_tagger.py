"""The pipeline component."""

import copy
import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import compress, islice
from math import log
from pathlib import Path
from typing import Any, Self, cast

import numpy
from spacy.attrs import IS_SPACE, LOWER, ORTH, TAG
from spacy.errors import Errors
from spacy.language import Language
from spacy.pipeline.tagger import Tagger, tagger_score
from spacy.strings import get_string_id
from spacy.tokens import Doc
from spacy.training import Example, validate_examples, validate_get_examples
from spacy.util import minibatch
from spacy.vocab import Vocab
from thinc.api import Optimizer, set_dropout_rate
from thinc.types import Floats2d

from ..models.changes import CHANGES
from ..models.checks import check, check_int, check_number
from ..models.numpy_network import log_softmax
from ..models.shim import is_initialized, one_moment
from ..models.tagger import divide_scores, is_lstm_tagger, predict_logits
from ..models.tok2vec import watch_words
from ..models.token_rows import unflatten, word_mask
from ..models.types import Floats, Ids, TaggerModel
from ..models.vocabulary import count_words, nodes_with_vocabulary, set_words
from .lexicon import CFG_KEY, AllowedTags, Features, Lexicon, no_entries, set_features
from .loss import MISSING, GoldTags, best_temperature, gold_tags, loss_of, soft_targets
from .probabilities import (
    TagProbs,
    has_log_probs,
    install_extensions,
    is_tagged,
    listeners,
    remove_log_probs,
    set_log_probs,
    unread_source,
)
from .serialize import CheckedFiles, is_strings

N_SAMPLE = 10  # Docs from which the model infers its shapes
N_CALIBRATED = 128  # Docs that are scored together
ROUNDING = 1e-3  # rounding can raise a log-probability above 0 by this much


class LSTMTagger(CheckedFiles, Tagger):  # type: ignore[misc]  # Tagger is compiled, without types
    """Part-of-speech tagger with an LSTM. It behaves as spaCy's Tagger does, with another model and
    loss: the scores are log-probabilities, and the loss is the negative log-likelihood.

    Threads can tag with one component while another one trains, loads or saves it. Each call uses
    the weights and labels of one moment.
    """

    cfg: dict[str, Any]

    def __init__(
        self,
        vocab: Vocab,
        model: TaggerModel,
        name: str = "lstm_tagger",
        *,
        overwrite: bool = False,
        scorer: Callable[..., dict[str, Any]] | None = tagger_score,
        neg_prefix: str = "!",
        space_tag: str | None = "_SP",
        label_smoothing: float = 0.0,
        adversarial: float = 0.0,
        log_probs: bool = False,
    ) -> None:
        """Initialize a tagger.

        vocab (Vocab): The shared vocabulary.
        model (Model[list[Doc], list[Floats2d]]): Gives tag log-probabilities.
        name (str): Name of the component, used for its losses.
        overwrite (bool): Whether to replace tags that are set already.
        scorer (Callable[..., dict[str, Any]] | None): The scoring method.
        neg_prefix (str): Prefix of gold tags that are negated: "!NN" stands for any tag except NN.
        space_tag (str | None): The tag of whitespace tokens; None to leave them untagged.
        label_smoothing (float): Share of the target that goes to the tags that are not gold.
        adversarial (float): Size of the change of word vectors in adversarial training, as a share
            of their norm; 0 for no adversarial training.
        log_probs (bool): Whether to store the log-probabilities of all tags in Docs.
        """
        rule = "from 0 to below 1"
        check_number("label_smoothing", label_smoothing, lambda x: 0 <= x < 1, rule)
        check_number("adversarial", adversarial, lambda x: x >= 0, "0 or more")
        can_attack = nodes_with_vocabulary(model) and not listeners(model)
        rule = "0 if the tok2vec in the component is not an LSTMTok2Vec"
        check("adversarial", adversarial, adversarial == 0 or bool(can_attack), rule)
        super().__init__(
            vocab,
            model,
            name,
            overwrite=overwrite,
            scorer=scorer,
            neg_prefix=neg_prefix,
            label_smoothing=label_smoothing,
        )
        self.cfg[CFG_KEY] = no_entries()
        self._allowed_tags: AllowedTags | None = None
        self.space_tag = space_tag
        self.adversarial = adversarial
        self.log_probs = log_probs
        install_extensions(required=log_probs)

    @property
    def lexicon(self) -> Lexicon:
        """The words whose tags are restricted, each with the tags that it may have."""
        return Lexicon(self)

    @property
    def allowed_tags(self) -> AllowedTags | None:
        """The lexicon in the form in which it is applied; None if it is empty."""
        entries, labels = self.cfg[CFG_KEY], self.labels
        if not any(entries.values()):
            return None
        allowed = self._allowed_tags  # read once, because another thread may replace it
        if allowed is None or allowed.entries is not entries or allowed.labels != labels:
            allowed = self._allowed_tags = AllowedTags(entries, labels)
        return allowed

    @property
    def label_data(self) -> tuple[str, ...] | dict[str, list[str]]:
        """The value for `labels` in `initialize`: the labels and, if the model has a vocabulary,
        its words."""
        for node in self.model.walk():
            if "vocabulary" in node.attrs and len(node.attrs["vocabulary"]):
                return {"labels": list(self.labels), "words": node.attrs["vocabulary"].words}
        return cast(tuple[str, ...], self.labels)

    def initialize(
        self,
        get_examples: Callable[[], Iterable[Example]],
        *,
        nlp: Language | None = None,
        labels: Any = None,
        lexicon: str | Path | Mapping[str, Sequence[str] | str] | None = None,
        lexicon_min_freq: int = 0,
    ) -> None:
        """Set labels, vocabulary and lexicon, and build the network.

        get_examples (Callable[[], Iterable[Example]]): Returns the training data. If labels are not
            given, all of the data is read, for tags and words.
        nlp (Language | None): The pipeline.
        labels (Sequence[str] | dict[str, Sequence[str]] | None): The value of `label_data`, which
            `spacy init labels` writes, or a list of labels.
        lexicon (str | Path | Mapping[str, Sequence[str] | str] | None): Words and the tags that
            they may have, or the path of a lexicon file, see `Lexicon.from_disk`.
        lexicon_min_freq (int): Words that occur this often in the training data may only have the
            tags that they have there; 0 for no such words. `lexicon` takes precedence.
        """
        validate_get_examples(get_examples, "LSTMTagger.initialize")
        labels, words = split_labels(labels, self.name)
        if labels is None:
            labels = collect_labels(get_examples(), self.cfg["neg_prefix"])
        for label in labels:
            self.add_label(label)
        if not self.labels:
            raise ValueError(
                f"Component '{self.name}' has no labels: no token of the training data has a tag. "
                "Check that [paths] train leads to data with tags, or set the labels in "
                f"[initialize.components.{self.name}.labels]."
            )
        n_labels = len(self.labels)
        smoothing, limit = self.cfg["label_smoothing"], (n_labels - 1) / n_labels
        rule = f"below {limit:.3f}, which is (n - 1) / n for {n_labels} labels"
        check("label_smoothing", smoothing, smoothing == 0 or smoothing < limit, rule)
        n_outputs = self.model.maybe_get_dim("nO")
        rule = f"null or {n_labels}, which is the number of labels"
        check("nO", n_outputs, n_outputs in (None, n_labels), rule)
        if isinstance(lexicon, str | Path):
            self.lexicon.from_disk(lexicon)
        elif lexicon is not None:
            self.lexicon.update(lexicon)
        check_int("lexicon_min_freq", lexicon_min_freq, lambda n: n >= 0, "0 or more")
        if lexicon_min_freq:
            self.lexicon.learn(get_examples(), lexicon_min_freq)
        if words is not None:
            set_words(self.model, words)
        else:
            count_words(self.model, (example.predicted for example in get_examples()))
        docs = [eg.predicted for eg in islice(get_examples(), N_SAMPLE) if len(eg.predicted)]
        docs = docs or [Doc(self.vocab, words=["x"])]
        tags = [self.model.ops.alloc2f(len(doc), n_labels) for doc in docs]
        self.model.initialize(X=docs, Y=tags)

    def add_label(self, label: str) -> int:
        """Add a tag. Training can go on with it: a trained model gets an output for it, and its
        other tags keep their log-probabilities. The new tag is not predicted until it is trained.

        label (str): The tag.
        RETURNS (int): 0 if the component has the tag already, otherwise 1.
        """
        if not isinstance(label, str):
            raise ValueError(Errors.E187)
        get_string_id(label)  # which refuses half a surrogate pair
        if label in self.labels:
            return 0
        self._allow_extra_label()
        with CHANGES:  # a thread that tags sees outputs and labels change together
            if self.model.maybe_get_dim("nO") == len(self.labels):
                self.set_output(len(self.labels) + 1)
            self.cfg["labels"] = [*self.labels, label]
        self.vocab.strings.add(label)
        return 1

    def _allow_extra_label(self) -> None:
        try:
            super()._allow_extra_label()
        except ValueError as error:
            key = f"components.{self.name}.model.nO"
            raise ValueError(
                f"{error} The config fixes the number of tags: set nO = null in "
                f"[components.{self.name}.model]. For a trained pipeline, "
                f'spacy.load(..., config={{"{key}": None}}) does that.'
            ) from None

    def __call__(
        self, doc: Doc, *, batch_size: int | None = None, log_probs: bool | None = None
    ) -> Doc:
        """Tag a Doc.

        doc (Doc): The document. It is changed in place.
        batch_size (int | None): Not used. `nlp.pipe` adds it to the component_cfg, which a program
            may then pass to `nlp`.
        log_probs (bool | None): Whether to store log-probabilities; None for the config's setting.
            Use `nlp(text, component_cfg={"lstm_tagger": {"log_probs": True}})`.
        RETURNS (Doc): The document.
        """
        for tagged in self.pipe([doc], log_probs=log_probs):
            return tagged
        return doc  # the error handler did not raise

    def pipe(
        self, stream: Iterable[Doc], *, batch_size: int = 128, log_probs: bool | None = None
    ) -> Iterator[Doc]:
        """Tag a stream of Docs.

        stream (Iterable[Doc]): The documents. They are changed in place.
        batch_size (int): Number of Docs that are tagged together.
        log_probs (bool | None): Whether to store log-probabilities; None for the config's setting.
            Without `overwrite`, a Doc in which every token has a tag keeps its log-probabilities. A
            Doc with only some tags gets log-probabilities of this component for all tokens.
        YIELDS (Doc): The documents.
        """
        with_log_probs = self.log_probs if log_probs is None else log_probs
        if with_log_probs:
            install_extensions()
        for docs in minibatch(stream, size=batch_size):
            try:
                # Docs whose tags were all set before keep the log-probabilities of these tags.
                are_outdated = [
                    (with_log_probs or has_log_probs(doc))
                    and (self.cfg["overwrite"] or not is_tagged(doc))
                    for doc in docs
                ]
                found = self.predict(docs)
                self.set_annotations(docs, found)
                if with_log_probs:
                    for doc, probs in compress(
                        zip(docs, self._log_probs(docs, found), strict=True), are_outdated
                    ):
                        set_log_probs(doc, *probs)
                else:
                    for doc in compress(docs, are_outdated):
                        remove_log_probs(doc)
                yield from docs
            except Exception as error:
                self.get_error_handler()(self.name, self, docs, error)

    def predict(self, docs: Iterable[Doc]) -> list[Ids]:
        """Find the tags of Docs, without setting them.

        docs (Iterable[Doc]): The documents.
        RETURNS (list[Ids]): For each Doc, the indices of its tags in the labels, (n_tokens,).
        """
        docs = list(docs)
        scored = self._logits(docs)
        return Found(unflatten(scored[0].argmax(axis=1), list(map(len, docs))), *scored)

    def probabilities(self, docs: Iterable[Doc]) -> list[TagProbs]:
        """Find the probabilities of all tags, without setting anything.

        docs (Iterable[Doc]): The documents.
        RETURNS (list[TagProbs]): For each Doc, probabilities, (n_tokens, n_tags), and the tags of
            the columns. For whitespace, all tags are equally likely.
        """
        docs = list(docs)
        found = self._log_probs(docs, Found([], *self._logits(docs)))
        return [TagProbs(numpy.exp(of_doc), labels) for of_doc, labels in found]

    def _logits(self, docs: list[Doc]) -> tuple[Floats2d, tuple[str, ...], Features]:
        """The inputs of the softmax for the tokens of all Docs, (n_tokens, n_tags), minus infinity
        for tags that the lexicon does not allow, the labels of the columns, and the features that
        the lexicon gives to tokens."""
        if not any(len(doc) for doc in docs):
            return self.model.ops.alloc2f(0, max(len(self.labels), 1)), self.labels, {}
        if not is_initialized(self.model):
            raise ValueError(Errors.E109.format(name=self.name))
        if (source := unread_source(self.model, docs)) is not None:
            raise ValueError(
                f"Component '{self.name}' reads what '{source}' makes of a Doc, which has not seen "
                f"this one. Do not exclude or disable '{source}', and let it run before "
                f"'{self.name}'."
            )
        with one_moment(self.model, lambda: (self.labels, self.allowed_tags)) as (labels, allowed):
            logits = predict_logits(self.model, docs)
        features: Features = {}
        if allowed is not None:
            keys = numpy.concatenate([doc.to_array([ORTH, LOWER]) for doc in docs])
            features = allowed.restrict(keys, logits)
        return logits, labels, features

    def _log_probs(
        self, docs: list[Doc], found: list[Ids]
    ) -> Iterator[tuple[Floats, tuple[str, ...]]]:
        """For each Doc, log-probabilities in nats, (n_tokens, n_tags), in main memory, and the
        labels of the columns.

        found (list[Ids]): What `predict` returned for the Docs.
        """
        if not isinstance(found, Found):  # a subclass found the tags
            found = Found(found, *self._logits(docs))
        log_probs = log_softmax(self.model.ops.to_numpy(found.logits))
        if (is_word := word_mask(docs)) is not None:
            log_probs[~is_word] = -log(len(found.labels))
        for of_doc in unflatten(log_probs, list(map(len, docs))):
            yield of_doc, found.labels

    def set_annotations(self, docs: Iterable[Doc], batch_tag_ids: Iterable[Ids]) -> None:
        """Set the tags of Docs, and what the lexicon says beside the tag.

        docs (Iterable[Doc]): The documents.
        batch_tag_ids (Iterable[Ids]): What `predict` returned for them.
        """
        docs = [docs] if isinstance(docs, Doc) else list(docs)
        if not any(len(doc) for doc in docs):
            return
        labels = batch_tag_ids.labels if isinstance(batch_tag_ids, Found) else self.labels
        present, is_space = numpy.concatenate([doc.to_array([TAG, IS_SPACE]) for doc in docs]).T
        used = (*labels, self.space_tag or "") if is_space.any() else labels
        for strings in {id(doc.vocab): doc.vocab.strings for doc in docs}.values():
            keys = [strings.add(tag) for tag in used]
        tag_ids = [  # of a GPU, of a CPU, or lists of a subclass
            numpy.asarray(of_doc.get() if hasattr(of_doc, "get") else of_doc, dtype="int64")
            for of_doc in batch_tag_ids
        ]
        tags = numpy.array(keys, dtype="uint64")[numpy.concatenate(tag_ids)]
        tags[is_space == 1] = keys[-1]
        overwrite, found = self.cfg["overwrite"], tags
        if not overwrite:
            tags = numpy.where(present, present, tags)
        for doc, of_doc in zip(docs, unflatten(tags, list(map(len, docs))), strict=True):
            doc.from_array([TAG], of_doc)
        if isinstance(batch_tag_ids, Found) and batch_tag_ids.features:
            features = batch_tag_ids.features.items()
            set_features(docs, {i: f for i, f in features if tags[i] == found[i]}, overwrite)

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
        no_gold = GoldTags.missing(sum(map(len, docs)))
        targets = self._rehearsal_targets(docs)
        loss, gradient = loss_of(self.model.ops.flatten(scores), no_gold, targets, 0.0)
        backprop(unflatten(gradient, list(map(len, docs))))
        if sgd:
            self.finish_update(sgd)
        losses[self.name] += loss
        return losses

    def _rehearsal_targets(self, docs: list[Doc]) -> Floats2d:
        """What the rehearsal model says of Docs, as probabilities, (n_tokens, n_tags); 0 for the
        tags that are newer than it, and for whitespace."""
        ops = self.model.ops
        probs = numpy.exp(ops.to_numpy(ops.flatten(self._rehearsal_model.predict(docs))))
        if (is_word := word_mask(docs)) is not None:
            probs[~is_word] = 0
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
        gold = gold_tags(examples, self.labels, self.cfg["neg_prefix"])
        log_probs = self.model.ops.xp.concatenate(scores)
        if log_probs.size and log_probs.max() > ROUNDING:
            raise ValueError(
                f"The model of component '{self.name}' gives scores above 0: they are not "
                "log-probabilities. Use spacy_lstm_tagger.LSTMTagger.v1."
            )
        soft = soft_targets(examples, self.labels)
        loss, gradient = loss_of(log_probs, gold, soft, self.cfg["label_smoothing"])
        if numpy.isnan(loss):
            raise ValueError(Errors.E910.format(name=self.name))
        return loss, unflatten(gradient, [len(of_doc) for of_doc in scores])

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
        if not numpy.isfinite(log_probs).all():
            raise ValueError("Can't calibrate: the model gives scores that are not finite.")
        temperature = best_temperature(cast(Floats2d, log_probs), tags)
        divide_scores(self.model, temperature)
        return temperature

    def _usable_scores(self, examples: list[Example]) -> tuple[Floats2d, Ids]:
        """The log-probabilities and the gold tags of the tokens that have one."""
        validate_examples(examples, "LSTMTagger.calibrate")
        docs = [example.predicted for example in examples]
        if (source := unread_source(self.model, docs)) is not None:
            raise ValueError(
                f"Can't calibrate: component '{self.name}' reads what '{source}' makes of a Doc. "
                f"Let '{source}' process the predicted Docs of the examples first."
            )
        prefix = self.cfg["neg_prefix"]
        gold = gold_tags(examples, self.labels, prefix, others_are_missing=True)
        usable = (gold.tags != MISSING) & ~gold.negated
        log_probs = self.model.ops.to_numpy(self.model.ops.flatten(self.model.predict(docs)))
        return log_probs[usable], gold.tags[usable]

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        with CHANGES:  # all layers in one state
            reduced: Any = self.__reduce_ex__(pickle.HIGHEST_PROTOCOL)
            make, args, *state = reduced
            copied: Self = make(*args)
            memo[id(self)] = copied
            copied.__setstate__(*copy.deepcopy(state, memo))
        return copied


class Found(list[Ids]):
    """What `predict` found: for each Doc, the indices of its tags.

    logits (Floats2d): The inputs of the softmax of all tokens, (n_tokens, n_tags).
    labels (tuple[str, ...]): What the indices stand for. The component may have others by now.
    features (Features): What the lexicon says of tokens beside their tag.
    """

    def __init__(
        self,
        tag_ids: Iterable[Ids],
        logits: Floats2d,
        labels: tuple[str, ...],
        features: Features,
    ) -> None:
        super().__init__(tag_ids)
        self.logits, self.labels, self.features = logits, labels, features


def split_labels(labels: Any, name: str) -> tuple[Any, Any]:
    """Split a value of `label_data` into labels and words, each a list of strings or None."""
    words = None
    if isinstance(labels, dict):
        if labels.keys() - {"labels", "words"}:
            raise ValueError(
                f"The labels of component '{name}' have the keys {list(labels)}, but "
                "only 'labels' and 'words' are allowed."
            )
        labels, words = labels.get("labels"), labels.get("words")
    for key, value in (("labels", labels), ("words", words)):
        if value is not None and not is_strings(value):
            raise ValueError(
                f"'{key}' in the labels of component '{name}' is not a list of "
                "strings. Write them with 'spacy init labels'."
            )
    return labels, words


def collect_labels(examples: Iterable[Example], neg_prefix: str) -> list[str]:
    """The sorted tags of the words in the examples, without tags that negate another tag."""
    tags: set[str] = set()
    for example in examples:
        strings = example.reference.vocab.strings
        keys, is_space = example.reference.to_array([TAG, IS_SPACE]).T
        tags.update(strings[key] for key in set(keys[is_space == 0].tolist()) if key)
    return sorted(
        tag
        for tag in tags
        if not (neg_prefix and tag.startswith(neg_prefix) and tag[len(neg_prefix) :] in tags)
    )


def get_tagger(nlp: Language, name: str) -> LSTMTagger:
    """The lstm_tagger with a name in a pipeline. Raises a ValueError if there is none."""
    pipe = dict(nlp.pipeline).get(name)
    if not isinstance(pipe, LSTMTagger):
        raise ValueError(
            f"Component '{name}' is not an lstm_tagger of the pipeline: {nlp.pipe_names}."
        )
    return pipe
