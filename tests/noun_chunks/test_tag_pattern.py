"""Patterns of tags."""

from concurrent.futures import ThreadPoolExecutor

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
        (r"<NN\S*>+", [(2, 3), (5, 6), (7, 9)]),  # each element is one word, whatever is inside
        ("<[^D]+>{2}", [(1, 3), (4, 6), (6, 8)]),
    ],
)
def test_find(pattern, expected):
    assert find(pattern) == expected


def test_no_part_crosses_the_border_of_a_sentence():
    tags = ["NN", "NN", "NN"]
    assert find("<NN>+", tags, [1, 1, 2]) == [(0, 2), (2, 3)]
    assert find("<.*>+", tags, [0, 1, 2]) == [(0, 1), (1, 2), (2, 3)]


@pytest.mark.parametrize(
    "pattern",
    ["", "NN", "<NN", "NN>", "<NN>>", "<<NN>", "(<NN>", "<(>", "<NN>**", "<DT>.*<NN>", "<DT>NN",
     "<NN>{99999999999}", "<DT>? <NN>{1,4294967296}"],
)  # fmt: skip
def test_a_pattern_that_is_none(pattern):
    with pytest.raises(
        ValueError, match=r"^the pattern '.*' (has no word|has '.*' around|is no regular)"
    ):
        TagPattern(pattern)


def test_a_backslash_before_a_bar():
    with pytest.raises(ValueError, match=r"Write a plain bar between tags, as <NOUN\|PROPN>"):
        TagPattern(r"<DT>? <NN\|NNP>")
    assert find("<A[|]B>", ["A", "A|B"]) == [(1, 2)]


def test_threads_share_a_pattern():
    pattern = TagPattern("<A.*>+")
    texts = [[f"A{i}", f"B{i}", f"A{i}", "A0"] for i in range(300)]

    def find_in(tags):
        return list(pattern.find(tags, [0] * len(tags)))

    with ThreadPoolExecutor(8) as pool:
        assert all(found == [(0, 1), (2, 4)] for found in pool.map(find_in, texts))
