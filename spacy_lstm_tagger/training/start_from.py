"""A callback for the config: training starts from the weights of a trained pipeline."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

import spacy
from spacy.language import Language
from spacy.parts_of_speech import NAMES
from spacy.pipeline import AttributeRuler, Tok2Vec
from spacy.pipeline.tagger import Tagger
from wasabi import msg

from ..config_rules import check_config
from ..errors import reason_of
from ..pipeline.lstm_tagger import LSTMTagger
from .copy_weights import copy_weights

# Labels and words that a message names.
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
    RETURNS (Callable[[Language], None]): The callback. It raises a ValueError if the pipeline is
        missing or can't be loaded, if none of its components has the name of one that is trained,
        if two of the same name have other networks, or if a component in `take` has nothing to copy
        or is of another type.
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
        trained = dict(source.components)
        # Frozen and sourced components are disabled now.
        own = {name: pipe for name, pipe in nlp.pipeline if isinstance(pipe, Tok2Vec | Tagger)}
        names = [name for name in own if isinstance(trained.get(name), Tok2Vec | Tagger)]
        if not names:
            raise ValueError(
                f"Can't start from {pipeline}: none of its components, {list(trained)}, has the "
                f"name of one that is trained here, {nlp.pipe_names}."
            )
        for name in names:
            start_component(name, own[name], trained[name], pipeline)
        for name in take:
            copy_data(name, nlp, source)
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
    try:
        copy_weights(pipe.model, trained.model, [row_of.get(label) for label in labels])
    except ValueError as error:
        raise ValueError(f"Can't start '{name}' from {pipeline}: {error}") from error
    new = [label for label in labels if label not in row_of]
    learns = f" and learns {named_labels(new, 'new label')}" if new else ""
    msg.info(f"'{name}' starts from {pipeline}{learns}")
    lost = [label for label in row_of if label not in labels]
    if lost:
        msg.warn(
            f"'{name}' loses {named_labels(lost, 'label')}",
            "The training data does not have them. To keep them, add text with them.",
        )
    if isinstance(pipe, LSTMTagger) and isinstance(trained, LSTMTagger):
        take_lexicon(pipe, trained, lost)
    if are_parts_of_speech(new) and not are_parts_of_speech(row_of):
        msg.warn(
            f"The new labels of '{name}' are parts of speech",
            "Treebanks without tags (XPOS) are converted with parts of speech in their "
            "place. What depends on tags, such as lemmas, becomes wrong. Set "
            'token.tag_ = "" in this data, so that the tagger learns nothing from it.',
        )


def take_lexicon(pipe: LSTMTagger, trained: LSTMTagger, lost_labels: Collection[str]) -> None:
    """Add the entries of a trained tagger's lexicon to another tagger's. A word keeps its own
    entry. One with a lost label is left out, with a warning."""
    own = pipe.lexicon
    lost = []
    for entries, old in ((own, trained.lexicon), (own.any_case, trained.lexicon.any_case)):
        for word, tags in old.items():
            if word in entries or word in own.any_case:
                continue
            if set(tags).isdisjoint(lost_labels):
                entries[word] = tags
            else:
                lost.append(word)
    if lost:
        msg.warn(
            f"{len(lost):,} words of the lexicon of '{pipe.name}' are left out",
            f"Their tags are not labels any more: {', '.join(lost[:SHOWN])}. Add text with these "
            "tags to the training data.",
        )


def named_labels(labels: Sequence[str], noun: str) -> str:
    """Name some labels, and their number."""
    plural = "" if len(labels) == 1 else "s"
    more = ", …" if len(labels) > SHOWN else ""
    return f"{len(labels):,} {noun}{plural}: {', '.join(labels[:SHOWN])}{more}"


def are_parts_of_speech(labels: Collection[str]) -> bool:
    return len(labels) > 1 and PARTS_OF_SPEECH.issuperset(labels)


def copy_data(name: str, nlp: Language, source: Language) -> None:
    """Copy the data of a pipeline's component, or of its tokenizer, into another pipeline's. Raises
    a ValueError unless both have data and are of one type."""
    own: Any = {"tokenizer": nlp.tokenizer, **dict(nlp.components)}.get(name)
    trained: Any = {"tokenizer": source.tokenizer, **dict(source.components)}.get(name)
    if type(own) is not type(trained) or not hasattr(trained, "to_bytes"):
        section = "nlp.tokenizer" if name == "tokenizer" else f"components.{name}"
        raise ValueError(
            f"Can't take '{name}' from the trained pipeline: there it is {described(trained)}, and "
            f"here {described(own)}. It needs data to copy, and the same type. Leave it out of "
            f"[initialize.after_init] take, or copy [{section}] from the config.cfg of the trained "
            "pipeline."
        )
    if isinstance(own, AttributeRuler):
        # spaCy's ruler would add the patterns to its own.
        own.clear()
    own.from_bytes(trained.to_bytes(exclude=["vocab"]), exclude=["vocab"])


def described(component: Any) -> str:
    """What a component or a tokenizer is, for an error."""
    if component is None:
        return "missing"
    kind = type(component).__name__
    return kind if hasattr(component, "to_bytes") else f"{kind} without data to copy"
