"""The labels of a tagger: those in a config, and those in training data."""

from collections.abc import Iterable
from typing import Any

from spacy.training import Example

from ..models.whitespace import tags_of_words


def labels_and_words(labels: Any, name: str) -> tuple[Any, Any]:
    """Split a value of `label_data` into labels and words, each a list of strings or None."""
    data = labels if isinstance(labels, dict) else {"labels": labels}
    is_valid = all(value is None or is_strings(value) for value in data.values())
    if not is_valid or data.keys() - {"labels", "words"}:
        raise ValueError(
            f"The labels of component '{name}' are neither a list of strings nor a dict with such "
            "lists as its 'labels' and 'words'. Write them with 'spacy init labels'."
        )
    return data.get("labels"), data.get("words")


def is_strings(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(item, str) for item in value)


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
