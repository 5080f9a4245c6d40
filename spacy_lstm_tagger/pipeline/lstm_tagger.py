"""The pipeline component."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Annotated, Any, cast

import numpy
from annotated_types import Ge
from spacy.attrs import TAG
from spacy.pipeline.tagger import tagger_score
from spacy.tokens import Doc
from spacy.training import Example, validate_examples
from spacy.util import minibatch
from spacy.vocab import Vocab
from thinc.types import Floats2d

from ..config_rules import check_config, invalid_value
from ..models import batch_sizes
from ..models.tagger import divide_logits, is_lstm_tagger, logits_of_words
from ..models.types import Ids, TaggerModel
from ..models.vocabulary import nodes_with_vocabulary
from ..models.whitespace import Batch
from .apply_lexicon import CompiledLexicon, set_features
from .calibration import best_temperature
from .initialize import InitializedTagger
from .learning import LearningTagger
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
from .loss import MISSING, LabelSmoothing, align, gold_tags
from .predictions import Predictions
from .serialize import SavedTagger
from .tag_keys import TagKeys
from .tag_morphology import TAG_MORPHOLOGY_KEY


class LSTMTagger(SavedTagger, InitializedTagger, LearningTagger):
    """Part-of-speech tagger with an LSTM. It behaves as spaCy's Tagger does, with another model and
    loss: the scores are log-probabilities, and the loss is the negative log-likelihood.

    Any number of threads may tag with one component at once. While threads tag with
    it, do not train, load or calibrate it, or change its labels, lexicon or weights: change a copy,
    then swap the two.
    """

    # Its methods are in four files: `initialize` and `add_label` in initialize.py, `update`,
    # `rehearse` and `get_loss` in learning.py, saving in serialize.py, and the rest here.

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
        adversarial: Annotated[float, Ge(0)] = 0.0,
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
        self.space_tag = space_tag
        self.adversarial = adversarial
        self.log_probs = log_probs
        self._compiled_lexicon: CompiledLexicon | None = None
        self._add_tags_to_vocab()
        install_extensions(required=log_probs)

    @property
    def lexicon(self) -> Lexicon:
        """The words whose tags are restricted, each with the tags that it may have."""
        return Lexicon(self)

    def lexicon_changed(self) -> None:
        """Read the lexicon in the component's cfg again at the next call."""
        self._compiled_lexicon = None

    def _compile_lexicon(self, labels: tuple[str, ...]) -> CompiledLexicon | None:
        """The lexicon in the form in which it is applied; None if it is empty."""
        if not any(self.cfg[LEXICON_KEY].values()):
            return None
        compiled = self._compiled_lexicon
        if compiled is None or compiled.labels != labels:
            compiled = CompiledLexicon(self.cfg[LEXICON_KEY], labels)
            self._compiled_lexicon = compiled
        return compiled

    def load(self, method: str, source: Any, exclude: tuple[str, ...]) -> None:
        """Load the component. If its files are refused, it stays as it is."""
        super().load(method, source, exclude)
        self._with_examples = frozenset()
        self.lexicon_changed()
        # The string store may be another.
        self._add_tags_to_vocab()

    def _add_tags_to_vocab(self) -> None:
        """Add the tags before a memory zone does: a word in it may be a tag, and the zone takes it
        away."""
        self._tag_keys = TagKeys(self.vocab)
        self._tag_keys.add(self.labels, self.space_tag, [])

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
        batch_size: int = batch_sizes.DOCS,
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
        predictions = self.predict(docs)
        self.set_annotations(docs, predictions)
        if not with_log_probs:
            for i in outdated:
                remove_log_probs(docs[i])
        elif outdated:
            if not isinstance(predictions, Predictions):
                # A subclass has found the tags in another way.
                predictions = self._predict(Batch(docs))
            log_probs = list(predictions.log_probs())
            for i in outdated:
                set_log_probs(docs[i], log_probs[i], predictions.labels)

    def predict(self, docs: Iterable[Doc]) -> Sequence[Ids]:
        """Find the tags of Docs, without setting them.

        docs (Iterable[Doc]): The documents.
        RETURNS (Sequence[Ids]): For each Doc, the indices of its tags in the labels, (n_tokens,).
        RAISES (ValueError): If the model has no weights, if a Doc lacks the output of the component
            to which the model listens, or if tokens were split since.
        """
        return self._predict(Batch(docs))

    def probabilities(self, docs: Iterable[Doc]) -> list[TagProbs]:
        """Find the probabilities of all tags, without setting anything.

        docs (Iterable[Doc]): The documents.
        RETURNS (list[TagProbs]): For each Doc, `probs`, float32, (n_tokens, n_tags), from 0 to 1,
            and `labels`, the tags of the columns. For whitespace, all tags are equally likely.
        RAISES (ValueError): See `predict`.
        """
        predictions = self._predict(Batch(docs))
        labels = predictions.labels
        return [TagProbs(numpy.exp(log_probs), labels) for log_probs in predictions.log_probs()]

    def _predict(self, batch: Batch) -> Predictions:
        labels = self.labels
        logits = self._logits(batch)
        lexicon = self._compile_lexicon(labels)
        features = None if lexicon is None else lexicon.restrict(batch, logits)
        on_cpu = self.model.ops.to_numpy(logits)
        return Predictions(batch, labels, on_cpu.argmax(axis=1), on_cpu, features)

    def _logits(self, batch: Batch) -> Floats2d:
        """The inputs of the softmax for each word of a batch, (n_words, n_tags); for a model of
        another kind, its scores."""
        if not len(batch.keys):
            # argmax and log_softmax need a column, also before there are labels.
            return self.model.ops.alloc2f(0, max(len(self.labels), 1))
        check_sources(self.name, self.model, batch.docs)
        return logits_of_words(self.model, batch)

    def set_annotations(self, docs: Iterable[Doc], batch_tag_ids: Iterable[Ids]) -> None:
        """Set the tags of Docs, and what the lexicon says beside the tag.

        docs (Iterable[Doc]): The documents.
        batch_tag_ids (Iterable[Ids]): What `predict` returned for them, and maybe for others behind
            them.
        RAISES (ValueError): If they do not fit the Docs.
        """
        docs = [docs] if isinstance(docs, Doc) else list(docs)
        if isinstance(batch_tag_ids, Predictions):
            predictions = batch_tag_ids.for_docs(docs)
        else:
            predictions = Predictions.of_arrays(docs, batch_tag_ids, self.labels)
        batch = predictions.batch
        keys, space_key = self._tag_keys.add(predictions.labels, self.space_tag, docs)
        overwrite = self.cfg["overwrite"]
        predicted = batch.add_spaces(keys[predictions.tag_ids], space_key)
        tags = predicted
        # What is set is read now: a program may have set a tag since the prediction.
        if not overwrite and any(doc.has_annotation(TAG) for doc in batch.docs):
            present = batch.attribute(TAG)
            tags = numpy.where(present, present, predicted)
        for doc, of_doc in zip(batch.docs, batch.split(tags), strict=True):
            doc.from_array([TAG], of_doc)
        if predictions.features:
            agrees = batch.take_words(tags == predicted)
            features = {i: of_word for i, of_word in predictions.features.items() if agrees[i]}
            set_features(batch, features, overwrite)

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
        parts = [self._gold_logits(batch) for batch in minibatch(examples, batch_sizes.DOCS)]
        if not sum(len(tags) for _, tags in parts):
            raise ValueError("Can't calibrate: no token of the examples has a gold tag.")
        logits = numpy.concatenate([logits for logits, _ in parts])
        tags = numpy.concatenate([tags for _, tags in parts])
        temperature = best_temperature(cast(Floats2d, logits), tags)
        divide_logits(self.model, temperature)
        return temperature

    def _gold_logits(self, examples: list[Example]) -> tuple[Floats2d, Ids]:
        """The inputs of the softmax and the gold tags of the tokens that have one."""
        validate_examples(examples, "LSTMTagger.calibrate")
        batch = Batch(example.predicted for example in examples)
        prefix = self.cfg["neg_prefix"]
        gold = gold_tags(align(examples), self.labels, prefix, others_are_missing=True)
        logits = batch.add_spaces(self.model.ops.to_numpy(self._logits(batch)))
        usable = (gold.tags != MISSING) & ~gold.negated
        return logits[usable], gold.tags[usable]
