"""Running text."""

from .format import RawFormat


class Text(RawFormat):
    """A text on each line, or in each paragraph."""

    name = "text"
    suffixes = (".txt",)
