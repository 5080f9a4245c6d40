"""Finds contractions, such as do and n't, whose words are written together."""

import re

from spacy.tokens import Token

APOSTROPHES = "'\u2019`"
LETTERS = re.compile(rf"[{APOSTROPHES}]?[^\W\d_]+(?:[{APOSTROPHES}][^\W\d_]+)*[{APOSTROPHES}]?")
LETTER = re.compile(r"[^\W\d_]")


def group_words(sentence: list[Token]) -> list[list[Token]]:
    """Put words together that are one contraction, as do and n't."""
    groups: list[list[Token]] = []
    for word in sentence:
        if groups and is_contraction(groups[-1][-1], word):
            groups[-1].append(word)
        else:
            groups.append([word])
    return groups


def is_contraction(first: Token, second: Token) -> bool:
    """Whether two words are written together and the second has letters and apostrophes alone, as
    in don't, cannot and dog's, or is the apostrophe of a possessive, as in dogs'."""
    if has_space(first) or first.i + 1 != second.i or not LETTER.search(first.text):
        return False
    if second.text in APOSTROPHES:
        return second.pos_ == "PART" or second.tag_ == "POS"
    begins_with_apostrophe = second.text[0] in APOSTROPHES
    return LETTERS.fullmatch(second.text) is not None and (
        begins_with_apostrophe or LETTER.match(first.text[-1]) is not None
    )


def has_space(token: Token) -> bool:
    """Whether white space follows a token."""
    after = token.i + 1
    return bool(token.whitespace_) or (after < len(token.doc) and token.doc[after].is_space)
