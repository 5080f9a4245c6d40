"""Typing errors in words, for augmenters."""

from collections.abc import Callable, Sequence

# A function that returns a number from 0 to below 1, as random.random does.
Draw = Callable[[], float]

# Shorter words are not misspelled.
MIN_LETTERS = 4

# Each makes a typing error at letter i of a word.
ERRORS: dict[str, Callable[[str, int], str]] = {
    "swap": lambda word, i: word[:i] + word[i : i + 2][::-1] + word[i + 2 :],
    "leave out": lambda word, i: word[:i] + word[i + 1 :],
    "double": lambda word, i: word[:i] + word[i] + word[i:],
}


def misspell_words(
    words: list[str], share: float, draw: Draw, errors: Sequence[str] = tuple(ERRORS)
) -> list[str]:
    """Make a typing error, one of `errors`, in a share of the words that have at least
    `MIN_LETTERS` letters and no other characters."""
    return [
        ERRORS[errors[int(draw() * len(errors))]](word, int(draw() * (len(word) - 1)))
        if len(word) >= MIN_LETTERS and word.isalpha() and draw() < share
        else word
        for word in words
    ]
