"""A callback for the config: training starts from the weights of a trained pipeline."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

import spacy
from spacy.language import Language
from spacy.parts_of_speech import NAMES
from spacy.pipeline import AttributeRuler, Morphologizer, Tok2Vec
from spacy.pipeline.tagger import Tagger
from wasabi import msg

from ..config_rules import check_config
from ..errors import reason_of
from ..pipeline.lstm_tagger import LSTMTagger
from .copy_weights import copy_weights

# Labels that a message names.
SHOWN = 10
PARTS_OF_SPEECH = frozenset(NAMES.values())


@check_config
def start_from(pipeline: str | None, take: Sequence[str] = ()) -> Callable[[Language], None]:
    """For `[initialize.after_init]`: start from the weights of a trained pipeline, with the labels
    of the new training data. A tok2vec, a tagger, a morphologizer or a senter takes the weights of
    the component of the same name, unless it is frozen or sourced. An LSTM keeps the words of the
    trained one beside the new ones. A new word starts as the unknown word does, and a new label
    with random weights. A trained label that the data lacks is lost, with a warning. An LSTMTagger
    takes the lexicon, too, except for words that its own has. A pipeline without a licence or
    sources takes them from the trained one.

    pipeline (str | None): Name or folder of the trained pipeline; None for random weights, if there
        is nothing to take.
    take (Sequence[str]): Names of components without a network that are copied from the trained
        pipeline, such as `tag_lemmatizer`, or `tokenizer`.
    RETURNS (Callable[[Language], None]): The callback. It raises a ValueError if there is no
        pipeline to take components from, if no component has the name of a trained one, if two of
        the same name have other networks, or if a part to take has another type.
    """

    def callback(nlp: Language) -> None:
        if pipeline is None:
            if take:
                raise ValueError(
                    f"[initialize.after_init] pipeline is null: there is none to take {list(take)} "
                    "from. Set it in the config or on the command line: --paths.source en_lstm_web"
                )
            return
        try:
            source = spacy.load(pipeline)
        # Damaged files and third-party components can raise anything.
        except Exception as error:
            reason = reason_of(error)
            raise ValueError(f"Can't load the pipeline {pipeline}: {reason}") from error
        if source.lang != nlp.lang:
            msg.warn(
                f"[nlp] lang is {nlp.lang!r}, but {pipeline} is for {source.lang!r}",
                f"If your text is in {source.lang!r}, train with --nlp.lang {source.lang}.",
            )
        for name in take:
            check_part(nlp, source, name)
        trained: dict[str, Any] = dict(source.components)
        # Frozen and sourced components are disabled now.
        pipes: list[tuple[str, Any]] = nlp.pipeline
        found = [
            (name, pipe, trained[name])
            for name, pipe in pipes
            if isinstance(pipe, Tok2Vec | Tagger) and isinstance(trained.get(name), kind_of(pipe))
        ]
        if not found:
            raise ValueError(
                f"Can't start from {pipeline}: none of its components, {list(trained)}, has the "
                f"name and the type of one that is trained here, {nlp.pipe_names}."
            )
        for name, pipe, other in found:
            start_component(name, pipe, other, pipeline)
        for name in take:
            take_part(nlp, source, name)
            msg.info(f"'{name}' is taken from {pipeline}")
        # The new weights are made from weights under this licence.
        for key in ("license", "sources"):
            if source.meta.get(key) and not nlp.meta.get(key):
                nlp.meta[key] = source.meta[key]

    return callback


def start_component(name: str, pipe: Any, trained: Any, pipeline: str) -> None:
    """Give a component the weights and the lexicon of a trained one, and say what is new and what
    is lost.

    pipeline (str): Name or folder of the trained pipeline, for the messages.
    """
    labels = getattr(pipe, "labels", ())
    row_of = {label: row for row, label in enumerate(getattr(trained, "labels", ()))}
    rows = [row_of.get(label) for label in labels]
    try:
        copy_weights(pipe.model, trained.model, rows)
    except ValueError as error:
        raise ValueError(f"Can't start '{name}' from {pipeline}: {error}") from error
    new = [label for label, row in zip(labels, rows, strict=True) if row is None]
    msg.info(f"'{name}' starts from {pipeline}{new_labels(new)}")
    lost = [label for label in row_of if label not in labels]
    if lost:
        msg.warn(
            f"'{name}' loses {named_labels(lost, 'label')}",
            "The training data does not have them. To keep them, add text with them.",
        )
    if isinstance(pipe, LSTMTagger) and isinstance(trained, LSTMTagger):
        take_lexicon(pipe, trained)
    if are_parts_of_speech(new) and not are_parts_of_speech(row_of):
        msg.warn(
            f"The new labels of '{name}' are parts of speech",
            "Treebanks without tags (XPOS) are converted with parts of speech in their "
            "place. What depends on tags, such as lemmas, becomes wrong. Set "
            'token.tag_ = "" in this data, so that the tagger learns nothing from it.',
        )


def kind_of(pipe: Tok2Vec | Tagger) -> type[Any]:
    """The type of the trained components from which one can start. spaCy's morphologizer and the
    lstm_morphologizer have the same weights."""
    return Morphologizer if isinstance(pipe, Morphologizer) else type(pipe)


def take_lexicon(pipe: LSTMTagger, trained: LSTMTagger) -> None:
    """Add the entries of a trained tagger's lexicon to another tagger's. A word keeps its own
    entry. One with a tag that is no label any more is left out, with a warning."""
    lost_labels = set(trained.labels) - set(pipe.labels)
    lost = []
    for own, old in (
        (pipe.lexicon, trained.lexicon),
        (pipe.lexicon.any_case, trained.lexicon.any_case),
    ):
        new = {
            word: list(tags)
            for word, tags in old.items()
            if word not in own and word not in pipe.lexicon.any_case
        }
        known = {word: tags for word, tags in new.items() if lost_labels.isdisjoint(tags)}
        lost += [word for word in new if word not in known]
        own.restore(known)
    if lost:
        msg.warn(
            f"{len(lost):,} words of the lexicon of '{pipe.name}' are left out",
            f"Their tags are not labels any more: {', '.join(lost[:SHOWN])}. Add text with these "
            "tags to the training data.",
        )


def new_labels(labels: Sequence[str]) -> str:
    """Say which labels are new, if any."""
    return f" and learns {named_labels(labels, 'new label')}" if labels else ""


def named_labels(labels: Sequence[str], noun: str) -> str:
    """Name some labels, and their number."""
    plural = "" if len(labels) == 1 else "s"
    more = ", …" if len(labels) > SHOWN else ""
    return f"{len(labels):,} {noun}{plural}: {', '.join(labels[:SHOWN])}{more}"


def are_parts_of_speech(labels: Collection[str]) -> bool:
    return len(labels) > 1 and PARTS_OF_SPEECH.issuperset(labels)


def check_part(nlp: Language, source: Language, name: str) -> None:
    """Raise a ValueError if a part of a trained pipeline can't be copied into another one."""
    trained = type(named_part(source, name, "the trained pipeline"))
    own = type(named_part(nlp, name, "this config"))
    if own is not trained:
        section = "nlp.tokenizer" if name == "tokenizer" else f"components.{name}"
        raise ValueError(
            f"Can't take '{name}' from the trained pipeline: its type is {trained.__name__} there, "
            f"and {own.__name__} here. Copy [{section}] from the config.cfg of the trained "
            f"pipeline, and set [nlp] lang = {source.lang!r}."
        )


def take_part(nlp: Language, source: Language, name: str) -> None:
    """Load the state of a pipeline's component, or of its tokenizer, into another pipeline's."""
    trained = named_part(source, name, "the trained pipeline")
    part = named_part(nlp, name, "this config")
    if isinstance(part, AttributeRuler):
        # spaCy's ruler would add the patterns to its own.
        part.clear()
    part.from_bytes(trained.to_bytes(exclude=["vocab"]), exclude=["vocab"])


def named_part(nlp: Language, name: str, whose: str) -> Any:
    """A component of a pipeline, or its tokenizer. Raises a ValueError if there is none.

    whose (str): What to call the pipeline in the error.
    """
    parts = {"tokenizer": nlp.tokenizer, **dict(nlp.components)}
    if name not in parts:
        raise ValueError(
            f"Can't take '{name}' from the trained pipeline: {whose} has only {', '.join(parts)}. "
            "Correct [initialize.after_init] take."
        )
    return parts[name]
