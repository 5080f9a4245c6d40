"""Limits of the caches of words. A text can have any number of words, of any length."""

from typing import TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")

# Number of entries of a cache.
MAX_ENTRIES = 100_000
# Words of more characters are not cached: a word can have a million.
MAX_CACHED_LENGTH = 64


class BoundedCache(dict[Key, Value]):
    """A dict that is emptied before it has more than `MAX_ENTRIES` entries."""

    def __setitem__(self, key: Key, value: Value) -> None:
        if len(self) >= MAX_ENTRIES:
            self.clear()
        super().__setitem__(key, value)
