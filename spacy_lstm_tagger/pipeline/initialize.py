"""What the component has before it learns: labels, a vocabulary, a lexicon and a network."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, cast

from spacy.errors import Errors
from spacy.language import Language
from spacy.pipeline.tagger import Tagger
from spacy.tokens import Doc
from spacy.training import Example, validate_get_examples
from spacy.vocab import Vocab

from .._compat import check_extra_label
from ..config_rules import check_config, invalid_value
from ..models.types import TaggerModel
from ..models.vocabulary import count_vocabulary, nodes_with_vocabulary, set_words, vocabulary_of
from .labels import LabelData, check_label_settings, collect_labels, read_label_data
from .lexicon import Lexicon
from .listeners import softmax_of
from .tag_morphology import TAG_MORPHOLOGY_KEY, TagMorphology

GetExamples = Callable[[], Iterable[Example]]
# Number of Docs from which the model infers its shapes.
N_SAMPLE = 10


# Tagger is compiled, without types.
class InitializedTagger(Tagger):  # type: ignore[misc]
    """A tagger whose labels, words and lexicon come from settings or from training data."""

    name: str
    vocab: Vocab
    model: TaggerModel
    cfg: dict[str, Any]

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
        return data if len(data) > 1 else cast(tuple[str, ...], self.labels)

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
        """Build the network for given words, or else for the words of the training data."""
        if words is not None:
            set_words(self.model, words)
        else:
            count_vocabulary(self.model, (example.predicted for example in get_examples()))
        docs = [eg.predicted for eg in islice(get_examples(), N_SAMPLE) if len(eg.predicted)]
        docs = docs or [Doc(self.vocab, words=["x"])]
        tags = [self.model.ops.alloc2f(len(doc), len(self.labels)) for doc in docs]
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
        return 1
