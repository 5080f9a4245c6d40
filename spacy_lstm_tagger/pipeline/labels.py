"""The labels of a tagger: those in a config, and those in training data."""

from collections.abc import Iterable
from typing import Any

from spacy.training import Example

from ..models.whitespace import tags_of_words
from .serialize import is_strings


def labels_and_words(labels: Any, name: str) -> tuple[Any, Any]:
    """Split a value of `label_data` into labels and words, each a list of strings or None."""
    words = None
    if isinstance(labels, dict):
        if labels.keys() - {"labels", "words"}:
            raise ValueError(
                f"The labels of component '{name}' have the keys {list(labels)}, but "
                "only 'labels' and 'words' are allowed."
            )
        words = labels.get("words")
        labels = labels.get("labels")
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
        keys = set(tags_of_words(example.reference).tolist())
        tags.update(strings[key] for key in keys if key)
    return sorted(
        tag
        for tag in tags
        if not (neg_prefix and tag.startswith(neg_prefix) and tag[len(neg_prefix) :] in tags)
    )
