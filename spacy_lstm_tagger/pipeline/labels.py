"""The labels of a tagger: those in a config, and those in training data."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, get_type_hints

from spacy.training import Example

from ..config_rules import check_type, invalid_value
from ..errors import explained
from ..models.whitespace import tags_of_words

GetExamples = Callable[[], Iterable[Example]]


class LabelData(NamedTuple):
    """What `label_data` says of the training data. None is what it does not say.

    labels (Sequence[str] | None): The labels.
    words (Sequence[str] | None): The words of the vocabulary.
    morphology (Mapping[str, str] | None): What goes with each tag, see `TagMorphology.labels`.
    """

    labels: Sequence[str] | None
    words: Sequence[str] | None
    morphology: Mapping[str, str] | None


def read_label_data(value: Any, name: str) -> LabelData:
    """Read a value of `label_data`, or labels, for the component of this name."""
    data = dict(value) if isinstance(value, Mapping) else {"labels": value}
    data["labels"] = listed(data.get("labels"))
    remedy = "Write them with 'spacy init labels'."
    types = get_type_hints(LabelData)
    for key, part in data.items():
        if key not in types:
            known = ", ".join(types)
            raise ValueError(
                f"The labels of component '{name}' have the unknown key {key!r}. The keys are "
                f"{known}. {remedy}"
            )
        with explained(f"The labels of component '{name}' are no labels", remedy):
            check_type(key, part, types[key])
    return LabelData(data["labels"], data.get("words"), data.get("morphology"))


def check_morph_labels(value: Any, name: str) -> None:
    """Raise a ValueError unless a value is the `label_data` of a morphologizer.

    name (str): The component.
    """
    remedy = "Take the file that 'spacy init labels' writes for this component."
    types = {"morph": Mapping[str, str], "pos": Mapping[str, int]}
    if not isinstance(value, Mapping) or value.keys() != types.keys():
        found = list(value) if isinstance(value, Mapping) else type(value).__name__
        raise ValueError(
            f"The labels of component '{name}' have to be a dict with the keys morph and pos, but "
            f"they are {found}. {remedy}"
        )
    with explained(f"The labels of component '{name}' are no labels", remedy):
        for key, annotation in types.items():
            check_type(key, value[key], annotation)


def listed(value: Any) -> Any:
    """A list of what an iterable has, and anything else as it is. A set is sorted, because the
    order of its strings depends on the process."""
    if isinstance(value, str) or not isinstance(value, Iterable):
        return value
    return sorted(value, key=str) if isinstance(value, set | frozenset) else list(value)


def collect_labels(examples: Iterable[Example], neg_prefix: str) -> list[str]:
    """The sorted tags of the words in the examples, without tags that negate another tag."""
    tags: set[str] = set()
    for example in examples:
        strings = example.reference.vocab.strings
        keys = set(tags_of_words(example.reference).tolist())
        tags.update(strings[key] for key in keys if key)
    return sorted(
        tag
        for tag in tags
        if not (neg_prefix and tag.startswith(neg_prefix) and tag[len(neg_prefix) :] in tags)
    )


def check_label_settings(
    labels: Sequence[str], label_smoothing: float, n_outputs: int | None
) -> None:
    """Raise a ValueError if a setting does not fit the number of labels.

    labels (Sequence[str]): The labels, at least one.
    label_smoothing (float): Share of the target that goes to the tags that are not gold.
    n_outputs (int | None): The number of tags that the config or the weights fix; None if neither
        does.
    """
    n_labels = len(labels)
    limit = (n_labels - 1) / n_labels
    if label_smoothing and label_smoothing >= limit:
        rule = f"be below {limit:.3f}, which is (n - 1) / n for {n_labels} labels"
        if n_labels == 1:
            rule = f"be 0, because the data has one tag alone: {labels[0]}"
        raise invalid_value("label_smoothing", label_smoothing, rule)
    if n_outputs not in (None, n_labels):
        rule = f"be null or {n_labels}, which is the number of labels"
        raise invalid_value("nO", n_outputs, rule)
