"""Patterns of tags."""

import pytest

from spacy_lstm_tagger.noun_chunks.tag_pattern import TagPattern

TAGS = ["DT", "JJ", "NN", "VBD", "PRP$", "NNS", "IN", "NNP", "NNP"]


def find(pattern, tags=TAGS, sentences=None):
    return list(TagPattern(pattern).find(tags, sentences or [1] * len(tags)))


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("<DT>? <JJ>* <NN|NNS>", [(0, 3), (5, 6)]),
        ("<NN>", [(2, 3)]),  # the whole tag, not its beginning
        ("<NN.*>+", [(2, 3), (5, 6), (7, 9)]),
        (r"<PRP\$> <NN.*>", [(4, 6)]),
        ("<DT>\n<.*> <NN>", [(0, 3)]),
        ("(<IN> <NNP>){1,3}", [(6, 8)]),
        ("(?<=<IN>) <NNP>", [(7, 8)]),
        ("<NN.*> (?!<VBD|NNP>)", [(5, 6), (8, 9)]),
        ("<XX>?", []),  # no part without a word
    ],
)
def test_find(pattern, expected):
    assert find(pattern) == expected


def test_no_part_crosses_the_border_of_a_sentence():
    tags = ["NN", "NN", "NN"]
    assert find("<NN>+", tags, [1, 1, 2]) == [(0, 2), (2, 3)]
    assert find("<.*>+", tags, [0, 1, 2]) == [(0, 1), (1, 2), (2, 3)]


@pytest.mark.parametrize(
    "pattern", ["", "NN", "<NN", "NN>", "<NN>>", "<<NN>", "(<NN>", "<(>", "<NN>**"]
)
def test_a_pattern_that_is_none(pattern):
    with pytest.raises(ValueError, match=r"^the pattern '.*' (has no word|is no regular)"):
        TagPattern(pattern)
