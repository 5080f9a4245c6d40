"""What is kept of words that come back. Text has new words without end, and some are very long."""

from typing import TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")

# Entries of a cache.
MAX_ENTRIES = 100_000
# Nothing is kept of a word with more characters: a text may have words of a million.
MAX_CACHED_LENGTH = 64


class BoundedCache(dict[Key, Value]):
    """A dict that is emptied before it has more than `MAX_ENTRIES` entries."""

    def __setitem__(self, key: Key, value: Value) -> None:
        if len(self) >= MAX_ENTRIES:
            self.clear()
        super().__setitem__(key, value)
