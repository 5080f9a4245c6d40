"""A morphologizer that learns from another one's probabilities."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

import numpy
from numpy.typing import NDArray
from spacy.attrs import MORPH, POS, TAG
from spacy.language import Language
from spacy.parts_of_speech import IDS as POS_IDS
from spacy.pipeline import Morphologizer
from spacy.tokens import Doc
from spacy.training import Example, validate_get_examples
from thinc.api import Model, Optimizer
from thinc.types import Floats2d

from ..config_rules import check_config
from ..models.parts import learn_parts
from ..models.rows import check_rows, split_rows
from ..models.softmax_tagger import add_outputs, softmax_of
from ..models.tagger import is_lstm_tagger
from ..models.vocabulary import counted
from .factory import DEFAULT_TOK2VEC
from .labels import GetExamples, check_label_settings, check_morph_labels
from .listeners import check_sources
from .loss import AlignedExample, LabelSmoothing, align, soft_targets
from .lstm_component import LSTMComponent
from .soft_tags import SOFT_MORPHS_KEY
from .tag_morphology import TagMorphology
from .tag_parts import matrix_of_parts

# The key in the component's cfg, see `pos_of_tag`.
POS_OF_TAG_KEY = "pos_of_tag"


# Morphologizer is compiled, without types.
class LSTMMorphologizer(LSTMComponent, Morphologizer):  # type: ignore[misc]
    """spaCy's `morphologizer`, which also learns the probabilities that `spacy label-tags` stores.

    A token that has such probabilities has these as its target, whatever its own part of speech and
    features. Without them, it learns as spaCy's does, and also from Docs that have tags alone: a
    word keeps what it has, as far as the part of speech is one that its tag has in the rest of the
    data. Weights that were saved with one of the two can be loaded with the other.
    """

    cfg: dict[str, Any]

    @property
    def pos_of_tag(self) -> Mapping[str, Sequence[str]]:
        """The parts of speech of each tag in the data of the initialization. They are saved, so
        that training goes on where it stopped."""
        return cast(Mapping[str, Sequence[str]], self.cfg.get(POS_OF_TAG_KEY, {}))

    def initialize(
        self,
        get_examples: GetExamples,
        *,
        nlp: Language | None = None,
        labels: dict[str, Any] | None = None,
    ) -> None:
        """Set the labels, and build the network. The vocabulary of an LSTM of its own is counted
        over all of the data, unless the callback `count_words` has counted it.

        get_examples (Callable[[], Iterable[Example]]): Returns the training data.
        nlp (Language | None): The pipeline.
        labels (dict[str, Any] | None): The value of `label_data`, which `spacy init labels` writes.
        RAISES (ValueError): If the labels are another component's, or do not fit the model.
        """
        validate_get_examples(get_examples, "LSTMMorphologizer.initialize")
        if is_lstm_tagger(self.model):
            raise ValueError(
                f"The model of component '{self.name}' gives log-probabilities, not probabilities. "
                "Use spacy_lstm_tagger.SoftmaxTagger.v1."
            )
        if labels is not None:
            check_morph_labels(labels, self.name)
        softmax = softmax_of(self.model)
        is_new = softmax is not None and not softmax.has_param("W")
        # Before the first initialization, the config alone can have fixed the number of labels.
        n_outputs = self.model.maybe_get_dim("nO") if is_new else None
        counts = TagMorphology()
        for _ in counts.watch(get_examples()):
            pass
        self.cfg[POS_OF_TAG_KEY] = counts.parts_of_speech()
        with counted(self.model, lambda: (example.predicted for example in get_examples())):
            super().initialize(get_examples, nlp=nlp, labels=labels)
        check_label_settings(self.labels, self.cfg["label_smoothing"], n_outputs)
        # An earlier initialization, on data with other labels, has made the network.
        if softmax is not None and not is_new and softmax.get_dim("nO") < len(self.labels):
            add_outputs(self.model, len(self.labels))

    def predict(self, docs: Iterable[Doc]) -> list[Any]:
        """Predict labels for a batch of Docs, without modifying them. Raises a ValueError if a Doc
        lacks the output of the component to which the model listens, or if a component has split
        tokens since: spaCy's morphologizer reads zeros then, or the rows of other tokens.

        docs (Iterable[Doc]): The Docs.
        RETURNS (list[Any]): The number of each token's label, (n_tokens,) for each Doc.
        """
        docs = list(docs)
        check_sources(self.name, self.model, docs)
        guesses: list[Any] = super().predict(docs)
        check_rows(guesses, docs)
        return guesses

    def set_annotations(self, docs: Iterable[Doc], batch_tag_ids: Iterable[Any]) -> None:
        """Set parts of speech and features. Docs of another vocab get them, too: spaCy's
        morphologizer adds features to its own vocab alone.

        docs (Iterable[Doc]): The Docs.
        batch_tag_ids (Iterable[Any]): What `predict` returned for them.
        """
        docs = [docs] if isinstance(docs, Doc) else list(docs)
        others = [doc for doc in docs if doc.vocab is not self.vocab]
        for doc in others:
            # With `extend`, spaCy looks up the present features in its own vocab.
            for features in {str(token.morph) for token in doc}:
                self.vocab.morphology.add(features)
        super().set_annotations(docs, batch_tag_ids)
        for doc in others:
            for key in set(doc.to_array(MORPH).tolist()) - {0}:
                doc.vocab.morphology.add(self.vocab.strings[key])

    def get_loss(
        self, examples: Iterable[Example], scores: Sequence[Floats2d]
    ) -> tuple[float, list[Floats2d]]:
        """Find the loss and its gradient.

        examples (Iterable[Example]): The batch.
        scores (Sequence[Floats2d]): The probabilities of the labels, (n_tokens, n_labels) for each
            Doc.
        RETURNS (tuple[float, list[Floats2d]]): The sum of the squares of the gradient, as in
            spaCy, and the gradient.
        """
        examples = list(examples)
        check_rows(scores, [example.predicted for example in examples])
        soft = self._targets(align(examples), scores)
        if soft is None:
            loss, gradient = super().get_loss(examples, scores)
            return loss, gradient
        ops = self.model.ops
        lengths = [len(rows) for rows in scores]
        targets = split_rows(ops.asarray(soft), lengths)
        has_target = split_rows(ops.asarray(soft.any(axis=1)), lengths)
        gradient = [probs - target for probs, target in zip(scores, targets, strict=True)]
        # spaCy looks at each token in Python, so it sees only Docs in which a token has no target.
        others = [i for i, rows in enumerate(has_target) if not rows.all()]
        if others:
            _, hard = super().get_loss([examples[i] for i in others], [scores[i] for i in others])
            for i, rows in zip(others, hard, strict=True):
                gradient[i] = ops.xp.where(has_target[i][:, None], gradient[i], rows)
        return sum_of_squares(gradient), gradient

    def _targets(
        self, examples: Sequence[AlignedExample], scores: Sequence[Floats2d]
    ) -> Floats2d | None:
        """The probabilities that another morphologizer gave to the labels or, in Docs with tags
        alone, that follow from tags, (n_tokens, n_labels); zeros for a token without them. None if
        no token has any."""
        soft = soft_targets(examples, self.labels, SOFT_MORPHS_KEY)
        if not self.pos_of_tag or not any(has_tags_alone(gold.reference) for gold, _ in examples):
            return soft
        pos_of_label = numpy.array([self.cfg["labels_pos"][label] for label in self.labels])
        ops: Any = self.model.ops
        of_tags: Any = numpy.concatenate(
            [
                targets_of_tags(example, ops.to_numpy(probs), pos_of_label, self.pos_of_tag)
                for example, probs in zip(examples, scores, strict=True)
            ]
        )
        if soft is not None:
            has_soft: Any = soft.any(axis=1)
            of_tags[has_soft] = soft[has_soft]
        return cast(Floats2d, of_tags)

    def finish_update(self, sgd: Optimizer) -> None:
        """Let the optimizer change the weights. Labels that share parts learn from each other, see
        `learn_parts`.

        sgd (Optimizer): The optimizer.
        """
        parts = matrix_of_parts(self.labels)
        softmax = softmax_of(self.model)
        if parts is not None and softmax is not None:
            learn_parts(softmax, parts, sgd)
        super().finish_update(sgd)

    def forget_data(self) -> None:
        self.cfg[POS_OF_TAG_KEY] = {}

    def rehearsal_loss(
        self, earlier: Any, docs: list[Doc], scores: Sequence[Floats2d]
    ) -> tuple[float, list[Floats2d]]:
        """The loss of probabilities whose targets are what an earlier model predicts: the sum of
        the squares of the gradient, as in spaCy, and the gradient. The arguments are as in
        `LSTMComponent`."""
        targets = earlier.predict(docs)
        if not softmax_of(earlier).attrs["softmax_normalize"]:
            targets = list(map(earlier.ops.softmax, targets))
        # spaCy divides by the number of Docs.
        gradient = [
            (probs - target) / len(docs) for probs, target in zip(scores, targets, strict=True)
        ]
        return sum_of_squares(gradient), gradient


def has_tags_alone(gold: Doc) -> bool:
    """Whether a Doc has tags, but no parts of speech and no features."""
    return (
        gold.has_annotation(TAG) and not gold.has_annotation(POS) and not gold.has_annotation(MORPH)
    )


def targets_of_tags(
    aligned: AlignedExample,
    probs: Floats2d,
    pos_of_label: NDArray[numpy.int64],
    pos_of_tag: Mapping[str, Sequence[str]],
) -> Floats2d:
    """The predicted probabilities of the labels whose part of speech goes with the gold tag, scaled
    to sum 1, (n_tokens, n_labels); zeros where there is none, and for a Doc that has more than
    tags. The cross-entropy with them has the gradient of -log(p), where p is the predicted
    probability that the part of speech goes with the tag.

    probs (Floats2d): The predicted probabilities, (n_tokens, n_labels).
    pos_of_label (NDArray[int64]): The number of each label's part of speech, (n_labels,).
    pos_of_tag (Mapping[str, Sequence[str]]): The parts of speech that go with each tag.
    """
    targets: Any = numpy.zeros_like(probs)
    gold = aligned.example.reference
    if not has_tags_alone(gold):
        return cast(Floats2d, targets)
    keys = aligned.tags()
    for key in set(keys.tolist()) - {0}:
        names = pos_of_tag.get(gold.vocab.strings[key], ())
        goes_with_tag = numpy.isin(pos_of_label, [POS_IDS[name] for name in names])
        targets[keys == key] = probs[keys == key] * goes_with_tag
    total = targets.sum(axis=1, keepdims=True)
    numpy.divide(targets, total, out=targets, where=total > 0)
    return cast(Floats2d, targets)


def sum_of_squares(gradient: Sequence[Any]) -> float:
    return sum(float((rows**2).sum()) for rows in gradient)


DEFAULT_MORPHOLOGIZER_MODEL = {
    "@architectures": "spacy_lstm_tagger.SoftmaxTagger.v1",
    "tok2vec": DEFAULT_TOK2VEC,
}


@Language.factory(
    "lstm_morphologizer",
    assigns=["token.morph", "token.pos"],
    default_config={
        "model": DEFAULT_MORPHOLOGIZER_MODEL,
        "overwrite": True,
        "extend": False,
        "scorer": {"@scorers": "spacy.morphologizer_scorer.v1"},
        "label_smoothing": 0.0,
    },
    default_score_weights={"pos_acc": 0.5, "morph_acc": 0.5, "morph_per_feat": None},
)
@check_config
def make_lstm_morphologizer(
    nlp: Language,
    name: str,
    model: Model[list[Doc], list[Floats2d]],
    overwrite: bool,
    extend: bool,
    scorer: Callable[..., dict[str, Any]] | None,
    label_smoothing: LabelSmoothing,
) -> LSTMMorphologizer:
    """Construct a morphologizer. The arguments are as in spaCy's."""
    return LSTMMorphologizer(
        nlp.vocab,
        model,
        name,
        overwrite=overwrite,
        extend=extend,
        scorer=scorer,
        label_smoothing=label_smoothing,
    )
