"""The tagger: a component of spaCy's pipelines."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from math import log
from pathlib import Path
from typing import Annotated, Any, cast

import numpy
from annotated_types import Ge, Le
from spacy.attrs import TAG
from spacy.errors import Errors
from spacy.language import Language
from spacy.pipeline.tagger import Tagger, tagger_score
from spacy.tokens import Doc
from spacy.training import Example, validate_examples, validate_get_examples
from spacy.util import minibatch
from spacy.vocab import Vocab
from thinc.api import Optimizer
from thinc.types import Floats2d

from .._compat import check_extra_label
from ..config_rules import check_config, invalid_value
from ..models import limits
from ..models.numpy_network import log_softmax, softmax
from ..models.parts import learn_parts
from ..models.rows import check_rows, join_rows, split_rows
from ..models.softmax_tagger import softmax_of
from ..models.tagger import divide_scores, is_lstm_tagger
from ..models.tok2vec import watch_word_vectors
from ..models.types import Floats, Ids, Keys, TaggerModel
from ..models.vocabulary import counted, nodes_with_vocabulary, vocabulary_of
from ..models.whitespace import Batch
from .apply_lexicon import LexiconIndex, set_morphology
from .calibration import best_temperature
from .labels import (
    GetExamples,
    LabelData,
    check_label_settings,
    collect_labels,
    read_label_data,
)
from .lexicon import Lexicon
from .lexicon_entries import LEXICON_KEY, no_entries
from .listeners import check_sources, listeners
from .log_probs import (
    TagProbs,
    has_log_probs,
    install_extensions,
    is_tagged,
    remove_log_probs,
    set_log_probs,
)
from .loss import MISSING, GoldTags, LabelSmoothing, align, gold_tags, loss_of, soft_targets
from .lstm_component import LSTMComponent
from .predictions import best_tags, join_tags
from .tag_keys import add_strings
from .tag_morphology import TAG_MORPHOLOGY_KEY, TagMorphology
from .tag_parts import matrix_of_parts

# Number of Docs from which the model infers its shapes.
N_SAMPLE = 10
# The key in the cfg of the labels that no token of an update has had as its target. They are saved,
# so that training goes on where it stopped. A file without the key has none.
UNSEEN_KEY = "unseen_labels"


# Tagger is compiled, without types.
class LSTMTagger(LSTMComponent, Tagger):  # type: ignore[misc]
    """Part-of-speech tagger with an LSTM. It behaves as spaCy's Tagger does, with another model and
    loss: the scores are log-probabilities, and the loss is the negative log-likelihood.

    Any number of threads may tag with one component at once. While threads tag with
    it, do not train, load or calibrate it, or change its labels, lexicon or weights: change a copy,
    then swap the two.
    """

    name: str
    vocab: Vocab
    model: TaggerModel
    cfg: dict[str, Any]

    @check_config
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
        label_smoothing: LabelSmoothing = 0.0,
        adversarial: Annotated[float, Ge(0), Le(1)] = 0.0,
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
            of their norm, at most 1; 0 for no adversarial training.
        log_probs (bool): Whether to store the log-probabilities of all tags in Docs.
        """
        has_own_lstm = bool(nodes_with_vocabulary(model)) and not listeners(model)
        if adversarial and not has_own_lstm:
            rule = "be 0 if the tok2vec in the component is not an LSTMTok2Vec"
            raise invalid_value("adversarial", adversarial, rule)
        super().__init__(
            vocab,
            model,
            name,
            overwrite=overwrite,
            scorer=scorer,
            neg_prefix=neg_prefix,
            label_smoothing=label_smoothing,
        )
        self.cfg[LEXICON_KEY] = no_entries()
        self.cfg[TAG_MORPHOLOGY_KEY] = {}
        self.forget_data()
        self.space_tag = space_tag
        self.adversarial = adversarial
        self.log_probs = log_probs
        self._index: LexiconIndex | None = None
        self._add_tags_to_vocab()
        install_extensions(required=log_probs)

    def _add_tags_to_vocab(self) -> None:
        """Add the tags to the string store now. A memory zone would add a word that is spelled like
        a tag, and remove it at its end."""
        self._added_tags: tuple[str, ...] = ()
        self._keys_of_tags(self.labels, [])

    @property
    def label_data(self) -> tuple[str, ...] | dict[str, Any]:
        """The value for `labels` in `initialize`: the labels and, if there are any, the words of
        the model's vocabulary and the parts of speech that go with the tags."""
        data: dict[str, Any] = {"labels": list(self.labels)}
        for node in nodes_with_vocabulary(self.model):
            words = vocabulary_of(node).words
            if words:
                data["words"] = words
        if self.cfg[TAG_MORPHOLOGY_KEY]:
            data["morphology"] = self.cfg[TAG_MORPHOLOGY_KEY]
        return data if len(data) > 1 else self.labels

    @check_config
    def initialize(
        self,
        get_examples: GetExamples,
        *,
        nlp: Language | None = None,
        labels: Any = None,
        lexicon: Any = None,
    ) -> None:
        """Set labels, vocabulary and lexicon, and build the network. Labels and words of the
        lexicon that are there already stay.

        get_examples (Callable[[], Iterable[Example]]): Returns the training data. If it is not
            given, what is needed is read from all of the data: tags, the part of speech that goes
            with each tag, and words.
        nlp (Language | None): The pipeline. It is not used.
        labels (Iterable[str] | dict[str, Any] | None): The value of `label_data`, which `spacy init
            labels` writes, or the labels.
        lexicon (str | Path | Mapping[str, Sequence[str] | str] | None): Words and the tags that
            they may have, or the path of a lexicon file, see `Lexicon.from_disk`.
        """
        validate_get_examples(get_examples, "LSTMTagger.initialize")
        if softmax_of(self.model) is not None:
            raise ValueError(
                f"The model of component '{self.name}' gives probabilities, not log-probabilities. "
                "Use spacy_lstm_tagger.LSTMTagger.v1."
            )
        data = read_label_data(labels, self.name)
        self._set_labels(get_examples, data)
        n_outputs = self.model.maybe_get_dim("nO")
        check_label_settings(self.labels, self.cfg["label_smoothing"], n_outputs)
        if isinstance(lexicon, str | Path):
            Lexicon(self).from_disk(lexicon)
        elif isinstance(lexicon, Mapping):
            Lexicon(self).update(lexicon)
        elif lexicon is not None:
            raise invalid_value("lexicon", lexicon, "be a path, or words with their tags")
        self._build_network(get_examples, data.words)

    def _set_labels(self, get_examples: GetExamples, data: LabelData) -> None:
        """Add the labels that are given, or else the tags of the training data."""
        labels, _, morphology = data
        if labels is None:
            counts = TagMorphology()
            labels = collect_labels(counts.watch(get_examples()), self.cfg["neg_prefix"])
            morphology = counts.labels() if morphology is None else morphology
        if morphology is not None:
            self.cfg[TAG_MORPHOLOGY_KEY] = dict(morphology)
        for label in labels:
            self.add_label(str(label))
        self.cfg[UNSEEN_KEY] = list(self.labels)
        if not self.labels:
            reason = "they are empty"
            if data.labels is None:
                reason = "none were given, and no token of the training data has a tag"
            raise ValueError(
                f"Component '{self.name}' has no labels: {reason}. "
                "Check that [paths] train leads to data with tags, call add_label with each tag "
                f"first, or set the labels in [initialize.components.{self.name}.labels]."
            )

    def _build_network(self, get_examples: GetExamples, words: Sequence[str] | None) -> None:
        """Build the network, for the words that `counted` chooses."""
        docs = [eg.predicted for eg in islice(get_examples(), N_SAMPLE) if len(eg.predicted)]
        docs = docs or [Doc(self.vocab, words=["x"])]
        tags = [self.model.ops.alloc2f(len(doc), len(self.labels)) for doc in docs]
        with counted(self.model, lambda: (eg.predicted for eg in get_examples()), words):
            self.model.initialize(X=docs, Y=tags)

    def add_label(self, label: str) -> int:
        """Add a tag. Training can go on with it: a trained model gets an output for it, and its
        other tags keep their log-probabilities. The new tag is not predicted until it is trained.

        label (str): The tag.
        RETURNS (int): 0 if the component has the tag already, otherwise 1.
        RAISES (ValueError): If it is not a string, or if the config fixes the number of tags.
        """
        if not isinstance(label, str):
            raise ValueError(Errors.E187)
        self.vocab.strings.add(label)
        if label in self.labels:
            return 0
        try:
            check_extra_label(self)
        except ValueError as error:
            key = f"components.{self.name}.model.nO"
            raise ValueError(
                f"{error} The config fixes the number of tags: set nO = null in "
                f"[components.{self.name}.model]. For a trained pipeline, "
                f'spacy.load(..., config={{"{key}": None}}) does that.'
            ) from None
        if self.model.maybe_get_dim("nO") == len(self.labels):
            self.set_output(len(self.labels) + 1)
        self.cfg["labels"].append(label)
        self.cfg[UNSEEN_KEY].append(label)
        return 1

    @property
    def lexicon(self) -> Lexicon:
        """The words whose tags are restricted, each with the tags that it may have."""
        return Lexicon(self)

    def lexicon_changed(self) -> None:
        """Read the lexicon in the component's cfg again at the next call."""
        self._index = None

    def _lexicon_index(self) -> LexiconIndex | None:
        """The lexicon in the form in which it is applied; None if it is empty."""
        if not any(self.cfg[LEXICON_KEY].values()):
            return None
        labels = self.labels
        index = self._index
        if index is None or index.labels != labels:
            index = LexiconIndex(self.cfg[LEXICON_KEY], labels)
            self._index = index
        return index

    def __call__(
        self, doc: Doc, *, batch_size: int | None = None, log_probs: bool | None = None
    ) -> Doc:
        """Tag a Doc.

        doc (Doc): The document. It is changed in place.
        batch_size (int | None): Not used. `nlp.pipe` adds it to the component_cfg, which a program
            may then pass to `nlp`.
        log_probs (bool | None): Whether to store log-probabilities; None for the config's setting.
            Use `nlp(text, component_cfg={name: {"log_probs": True}})` with the component's name.
        RETURNS (Doc): The document.
        RAISES (TypeError): If it is not a Doc.
        """
        if not isinstance(doc, Doc):
            kind = type(doc).__name__
            raise TypeError(f"Component '{self.name}' takes a Doc, not an object of type {kind}.")
        # An error handler that does not raise leaves the Doc as it was.
        return next(self.pipe([doc], log_probs=log_probs), doc)

    def pipe(
        self,
        stream: Iterable[Doc],
        *,
        batch_size: int = limits.DOCS,
        log_probs: bool | None = None,
    ) -> Iterator[Doc]:
        """Tag a stream of Docs.

        stream (Iterable[Doc]): The documents. They are changed in place.
        batch_size (int): Number of Docs that are tagged together.
        log_probs (bool | None): Whether to store log-probabilities; None for the config's setting.
            Without `overwrite`, a Doc in which every word has a tag keeps its log-probabilities, if
            it has some. If a word has no tag, all tokens get log-probabilities of this component.
        YIELDS (Doc): The documents.
        """
        with_log_probs = self.log_probs if log_probs is None else log_probs
        if with_log_probs:
            install_extensions()
        for docs in minibatch(stream, size=batch_size):
            try:
                self._tag(docs, with_log_probs)
                yield from docs
            except Exception as error:
                self.get_error_handler()(self.name, self, docs, error)

    def _tag(self, docs: list[Doc], with_log_probs: bool) -> None:
        """Set the tags of Docs, and their log-probabilities if these are asked for. Otherwise,
        remove log-probabilities of earlier tags."""
        # Docs whose tags were all set before keep the log-probabilities of these tags.
        outdated = [
            i
            for i, doc in enumerate(docs)
            if (with_log_probs or has_log_probs(doc))
            and (self.cfg["overwrite"] or not is_tagged(doc))
        ]
        if not with_log_probs or not outdated:
            self.set_annotations(docs, self.predict(docs))
            for i in outdated:
                remove_log_probs(docs[i])
            return
        batch = Batch(docs)
        logits = self._allowed_logits(batch)
        # The network runs once for both, unless a subclass finds tags in another way.
        is_own = type(self).predict is LSTMTagger.predict
        tag_ids = best_tags(batch, logits) if is_own else self.predict(docs)
        self.set_annotations(docs, tag_ids)
        log_probs = self._log_probs(batch, logits)
        for i in outdated:
            set_log_probs(docs[i], log_probs[i], self.labels)

    def predict(self, docs: Iterable[Doc]) -> Sequence[Ids]:
        """Find the tags of Docs, without setting them.

        docs (Iterable[Doc]): The documents.
        RETURNS (Sequence[Ids]): For each Doc, the indices of its tags in the labels, (n_tokens,).
        RAISES (ValueError): If the model has no weights, if a Doc lacks the output of the component
            to which the model listens, or if tokens were split since.
        """
        batch = Batch(docs)
        return best_tags(batch, self._allowed_logits(batch))

    def probabilities(self, docs: Iterable[Doc]) -> list[TagProbs]:
        """Find the probabilities of all tags, without setting anything.

        docs (Iterable[Doc]): The documents.
        RETURNS (list[TagProbs]): For each Doc, `probs`, float32, (n_tokens, n_tags), from 0 to 1,
            and `labels`, the tags of the columns. For whitespace, all tags are equally likely.
        RAISES (ValueError): If the model has no weights, if a Doc lacks the output of the component
            to which the model listens, or if tokens were split since.
        """
        batch = Batch(docs)
        log_probs = self._log_probs(batch, self._allowed_logits(batch))
        return [TagProbs(numpy.exp(of_doc), self.labels) for of_doc in log_probs]

    def _log_probs(self, batch: Batch, logits: Floats) -> list[Floats]:
        """For each Doc, log-probabilities in nats, (n_tokens, n_tags). For whitespace, all tags are
        equally likely.

        logits (Floats): The inputs of the softmax for each word, (n_words, n_tags).
        """
        uniform = -log(max(len(self.labels), 1))
        return batch.split(batch.add_spaces(log_softmax(logits), uniform))

    def _allowed_logits(self, batch: Batch) -> Floats:
        """The inputs of the softmax for each word, minus infinity for tags that the lexicon does
        not allow, (n_words, n_tags)."""
        logits = self._logits(batch)
        lexicon = self._lexicon_index()
        if lexicon is not None:
            lexicon.restrict(batch, logits)
        return logits

    def _logits(self, batch: Batch) -> Floats:
        """The inputs of the softmax for each word of a batch, in main memory, (n_words, n_tags);
        for a model of another kind, its scores."""
        if not len(batch.keys):
            # argmax and log_softmax need a column, also before there are labels.
            return numpy.zeros((0, max(len(self.labels), 1)), dtype="float32")
        check_sources(self.name, self.model, batch.docs)
        scores = self.model.predict(batch.docs)
        check_rows(scores, batch.docs)
        rows = self.model.ops.to_numpy(join_rows(self.model.ops, scores))
        return cast(Floats, batch.take_words(rows))

    def set_annotations(self, docs: Iterable[Doc], batch_tag_ids: Iterable[Ids]) -> None:
        """Set the tags of Docs, and what the lexicon says beside the tag.

        docs (Iterable[Doc]): The documents.
        batch_tag_ids (Iterable[Ids]): What `predict` returned for them, and maybe for others behind
            them.
        RAISES (ValueError): If they do not fit the Docs.
        """
        docs = [docs] if isinstance(docs, Doc) else list(docs)
        batch = Batch(docs)
        tag_ids = join_tags(batch, batch_tag_ids)
        keys, space_key = self._keys_of_tags(self.labels, docs)
        overwrite = self.cfg["overwrite"]
        predicted = batch.add_spaces(keys[tag_ids], space_key)
        tags = predicted
        # What is set is read now: a program may have set a tag since the prediction.
        if not overwrite and any(doc.has_annotation(TAG) for doc in batch.docs):
            present = batch.attribute(TAG)
            tags = numpy.where(present, present, predicted)
        for doc, of_doc in zip(batch.docs, batch.split(tags), strict=True):
            doc.from_array([TAG], of_doc)
        lexicon = self._lexicon_index()
        if lexicon is not None:
            agrees = batch.take_words(tags == predicted)
            found = lexicon.morphologies(batch).items()
            morphologies = {i: morphology for i, morphology in found if agrees[i]}
            set_morphology(batch, morphologies, overwrite)

    def _keys_of_tags(self, labels: tuple[str, ...], docs: Iterable[Doc]) -> tuple[Keys, int]:
        """Add the tags to the vocabs of the component and of Docs, and return their keys in a
        string store.

        labels (tuple[str, ...]): The tags of words.
        docs (Iterable[Doc]): The Docs that get the tags.
        RETURNS (tuple[Keys, int]): The key of each label, (n_labels,), and of the tag of
            whitespace; 0 for no tag.
        """
        tags = (*labels, self.space_tag or "")
        if self._added_tags != tags:
            self._keys = add_strings(self.vocab, tags)
            self._added_tags = tags
        for vocab in {doc.vocab for doc in docs if doc.vocab is not self.vocab}:
            add_strings(vocab, tags)
        return self._keys[:-1], int(self._keys[-1])

    def update(
        self,
        examples: Iterable[Example],
        *,
        drop: float = 0.0,
        sgd: Optimizer | None = None,
        losses: dict[str, float] | None = None,
    ) -> dict[str, float]:
        """Learn from a batch. If `adversarial` is above 0, learn from it a second time, with word
        vectors changed in the direction that raises the loss the most. A later batch may come
        without an update of the component to which the model listens: then it listens to the Docs.

        examples (Iterable[Example]): The batch.
        drop (float): The dropout rate.
        sgd (Optimizer | None): The optimizer; None to only accumulate the gradient.
        losses (dict[str, float] | None): Losses, to which the loss of the original batch is added.
        RETURNS (dict[str, float]): The losses.
        """
        examples = list(examples)
        self._see_labels(examples)
        if not self.adversarial:
            return super().update(examples, drop=drop, sgd=sgd, losses=losses)
        with watch_word_vectors(self.model) as adversary:
            losses = super().update(examples, drop=drop, losses=losses)
            adversary.perturb(self.adversarial)
            super().update(examples, drop=drop)
        if sgd:
            self.finish_update(sgd)
        return losses

    def _see_labels(self, examples: list[Example]) -> None:
        """Remember which labels have an example."""
        unseen = self.cfg[UNSEEN_KEY]
        if unseen and examples:
            validate_examples(examples, "LSTMTagger.update")
            aligned = align(examples)
            gold = gold_tags(aligned, self.labels, self.cfg["neg_prefix"])
            targets = set(gold.tags[(gold.tags != MISSING) & ~gold.negated].tolist())
            soft = soft_targets(aligned, self.labels)
            if soft is not None:
                targets.update(numpy.argmax(soft[soft.any(axis=1)], axis=1).tolist())
            seen = {self.labels[i] for i in targets}
            self.cfg[UNSEEN_KEY] = [label for label in unseen if label not in seen]

    def finish_update(self, sgd: Optimizer) -> None:
        """Let the optimizer change the weights. Tags that share parts learn from each other, see
        `learn_parts`. A new tag without examples is not predicted, so it does not learn with them.

        sgd (Optimizer): The optimizer.
        """
        parts = matrix_of_parts(self.labels)
        if parts is not None and is_lstm_tagger(self.model):
            is_unseen = numpy.isin(self.labels, self.cfg[UNSEEN_KEY])
            learn_parts(self.model.get_ref("output_layer"), parts * ~is_unseen[:, None], sgd)
        super().finish_update(sgd)

    def rehearsal_loss(
        self, earlier: TaggerModel, docs: list[Doc], scores: Sequence[Floats2d]
    ) -> tuple[float, list[Floats2d]]:
        """The cross-entropy in nats per token of log-probabilities whose targets are what an
        earlier model predicts, and its gradient. The arguments are as in `LSTMComponent`."""
        log_probs = join_rows(self.model.ops, scores)
        no_gold = GoldTags.missing(len(log_probs))
        targets = self._rehearsal_targets(earlier, docs)
        loss, gradient = loss_of(log_probs, no_gold, targets, 0.0)
        return loss, split_rows(gradient, list(map(len, docs)))

    def _rehearsal_targets(self, teacher: TaggerModel, docs: list[Doc]) -> Floats2d:
        """What an earlier model says of Docs, as probabilities, (n_tokens, n_tags); 0 for the
        tags that are newer than it, and for whitespace."""
        ops = self.model.ops
        batch = Batch(docs)
        logits = ops.to_numpy(join_rows(ops, teacher.predict(docs)))
        probs = batch.add_spaces(softmax(batch.take_words(logits)))
        n_new = len(self.labels) - probs.shape[1]
        return cast(Floats2d, numpy.pad(probs, ((0, 0), (0, n_new))))

    def get_loss(
        self, examples: Iterable[Example], scores: Sequence[Floats2d]
    ) -> tuple[float, list[Floats2d]]:
        """Find the loss and its gradient.

        examples (Iterable[Example]): The batch.
        scores (Sequence[Floats2d]): What the model gives: its log-probabilities in training, or the
            inputs of the softmax in a prediction, (n_tokens, n_tags) for each Doc.
        RETURNS (tuple[float, list[Floats2d]]): Mean negative log-likelihood in nats per token, and
            the gradient of its sum with respect to the log-probabilities, in the shape of the
            scores; see `loss_of`.
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
        # A log-softmax of log-probabilities changes nothing.
        joined = cast(Floats, join_rows(self.model.ops, scores))
        log_probs = cast(Floats2d, log_softmax(joined))
        soft = soft_targets(aligned, labels)
        loss, gradient = loss_of(log_probs, gold, soft, self.cfg["label_smoothing"])
        return loss, split_rows(gradient, [len(of_doc) for of_doc in scores])

    def calibrate(self, examples: Iterable[Example]) -> float:
        """Make the probabilities of the model match its accuracy, without changing a tag: divide
        the inputs of the softmax by a temperature (Guo et al. 2017, On Calibration of Modern Neural
        Networks). The temperature becomes a part of the weights.

        examples (Iterable[Example]): Data that the model was not trained on. It is read in batches.
        RETURNS (float): The temperature. It is above 1 if the model was overconfident.
        RAISES (ValueError): If no token has a gold tag, if each gold tag is predicted or none is,
            or if the model is no `LSTMTagger`.
        """
        if not is_lstm_tagger(self.model):
            raise ValueError(f"Component '{self.name}' has no LSTMTagger model to calibrate.")
        batches = [self._gold_scores(batch) for batch in minibatch(examples, limits.DOCS)]
        if not sum(len(tags) for _, tags in batches):
            raise ValueError("Can't calibrate: no token of the examples has a gold tag.")
        scores = numpy.concatenate([scores for scores, _ in batches])
        tags = numpy.concatenate([tags for _, tags in batches])
        temperature = best_temperature(cast(Floats2d, scores), tags)
        divide_scores(self.model, temperature)
        return temperature

    def _gold_scores(self, examples: list[Example]) -> tuple[Floats2d, Ids]:
        """The inputs of the softmax and the gold tags of the tokens that have one."""
        validate_examples(examples, "LSTMTagger.calibrate")
        batch = Batch(example.predicted for example in examples)
        prefix = self.cfg["neg_prefix"]
        gold = gold_tags(align(examples), self.labels, prefix, others_are_missing=True)
        scores = batch.add_spaces(self._logits(batch))
        usable = (gold.tags != MISSING) & ~gold.negated
        return scores[usable], gold.tags[usable]

    def forget_data(self) -> None:
        self.cfg[UNSEEN_KEY] = []

    def after_loading(self, exclude: Iterable[str]) -> None:
        super().after_loading(exclude)
        self.lexicon_changed()
        self._add_tags_to_vocab()
