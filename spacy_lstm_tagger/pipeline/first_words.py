"""The words with which the patterns of a Matcher may begin."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from spacy.attrs import ORTH
from spacy.matcher import Matcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from ..caches import BoundedCache

Pattern = Sequence[Mapping[Any, Any]]
# For each word of a vocab, by its key, whether a pattern may begin with it.
Found = tuple[Vocab, dict[int, bool]]

# Keys of patterns that ask for the word alone, wherever it stands. With another key, such as TAG,
# the first words are not known.
OF_WORDS = {"ORTH", "TEXT", "LOWER", "LENGTH", "SHAPE", "IS_SPACE", "IS_PUNCT", "IS_DIGIT"}
OF_WORDS |= {"IS_ALPHA", "IS_ASCII", "IS_LOWER", "IS_UPPER", "IS_TITLE", "LIKE_NUM", "LIKE_URL"}


class FirstWords:
    """Tells where patterns may match. At each token, a Matcher calls a Python function for each
    pattern that begins with a regular expression or a list of words. Here they are tried once
    for each distinct word.

    vocab (Vocab): The vocabulary of the patterns.
    """

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab
        self.matcher = Matcher(vocab)
        self.longest = 1  # tokens of the longest pattern
        self.are_known = True
        self.forget()

    def forget(self) -> None:
        """Forget which words were tried."""
        self.found: Found = (self.vocab, BoundedCache())

    def add(self, patterns: Iterable[Pattern]) -> None:
        """Add the first words of patterns. They are not known if a pattern begins with something
        that depends on the text, or if it has operators, with which it has no fixed length."""
        self.forget()
        for pattern in patterns:
            keys = {str(key).upper() for key in pattern[0]}
            if not keys <= OF_WORDS or any("OP" in token for token in pattern):
                self.are_known = False
                return
            self.matcher.add("first", [[dict(pattern[0])]])
            self.longest = max(self.longest, len(pattern))

    def starts(self, doc: Doc) -> list[int]:
        """The tokens of a Doc where a pattern may begin."""
        vocab, found = self.found
        if vocab is not doc.vocab:
            # Another vocab may give a word another shape.
            found = BoundedCache()
            self.found = (doc.vocab, found)
        starts = []
        for start, key in enumerate(doc.to_array(ORTH).tolist()):
            may_begin = found.get(key)
            if may_begin is None:
                # The word is tried where it stands: a Doc of it alone would keep it in a vocab.
                may_begin = bool(self.matcher(doc[start : start + 1], allow_missing=True))
                found[key] = may_begin
            if may_begin:
                starts.append(start)
        return starts
