import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.lang.lex_attrs import word_shape

from spacy_lstm_tagger.caches import MAX_CACHED_LENGTH
from spacy_lstm_tagger.models.features import WordFeatures, hash_kinds

ROWS = 1_000_000  # so many that words share an id by accident only rarely


def ids(words, *, prefixes=(), suffixes=(), shape=False, syllables=False):
    settings = {
        "prefixes": prefixes,
        "suffixes": suffixes,
        "shape": shape,
        "syllables": syllables,
    }
    return WordFeatures(settings, ROWS).ids(words)


def share_id(first, second, **features):
    return bool((ids([first], **features) == ids([second], **features)).all())


@pytest.mark.parametrize(
    ("first", "second", "features", "same"),
    [
        ("walking", "talking", {"suffixes": [4]}, True),
        ("walking", "walked", {"suffixes": [3]}, False),
        ("Walking", "walked", {"prefixes": [4]}, True),
        ("walk", "talk", {"prefixes": [1]}, False),
        ("a", "A", {"suffixes": [3]}, True),
        ("ing", "walking", {"suffixes": [3]}, True),
        ("no", "on", {"suffixes": [2]}, False),
        ("Paris", "Texas", {"shape": True}, True),
        ("Internationalization", "Paris", {"shape": True}, True),
        ("Paris", "paris", {"shape": True}, False),
        ("10,000", "99,999", {"shape": True}, True),
        ("1,000", "10,000", {"shape": True}, False),
        ("U.S.", "U.K.", {"shape": True}, True),
        ("é", "a", {"shape": True}, True),
        ("m²", "m2", {"shape": True}, True),
    ],
)
def test_words_that_share_a_feature(first, second, features, same):
    assert share_id(first, second, **features) is same


@pytest.mark.parametrize(
    ("word", "first", "last"),
    [
        ("nhà trường", "nhà", "trường"),
        ("Chủ tịch", "chủ", "tịch"),
        ("đi đi lại lại", "đi", "lại"),
        ("nhà", "nhà", "nhà"),
        (" ", "", ""),
    ],
)
def test_syllables_are_those_at_both_ends(word, first, last):
    (of_word, of_first, of_last) = ids([word, first, last], syllables=True)
    assert of_word.tolist() == [of_first[0], of_last[1]]


def test_each_feature_has_rows_of_its_own():
    settings = {"prefixes": [1, 3], "suffixes": [2], "shape": True, "syllables": False}
    features = WordFeatures(settings, 10)
    columns = features.ids(["Word", "", "another", "42"])
    assert columns.shape == (4, features.n_features) == (4, 4)
    assert (columns // 10 == numpy.arange(4)).all()


@pytest.mark.parametrize(
    ("settings", "low_cardinality"),
    [
        ({"prefixes": [1, 3], "suffixes": [2, 3, 4], "shape": True, "syllables": True}, [0, 2, 5]),
        ({"prefixes": [3, 2], "suffixes": [], "shape": False, "syllables": False}, [1]),
        ({"prefixes": [], "suffixes": [], "shape": True, "syllables": False}, [0]),
    ],
)
def test_short_affixes_and_the_shape_have_few_values(settings, low_cardinality):
    assert WordFeatures(settings, 10).low_cardinality == low_cardinality


def test_no_features():
    assert ids(["a", "b"]).shape == (2, 0)
    assert ids([], suffixes=[3], shape=True).shape == (0, 2)


@given(st.lists(st.text(st.characters(exclude_categories=[]))))
def test_features_of_a_word_do_not_depend_on_the_others(words):
    features = {"prefixes": [1, 3], "suffixes": [2, 4], "shape": True, "syllables": False}
    together = ids(words, **features)
    for word, row in zip(words, together, strict=True):
        assert (ids([word], **features)[0] == row).all()


@given(st.text("abzABZ019.-'", min_size=1), st.text("abzABZ019.-'", min_size=1))
def test_shape_is_that_of_spacy(first, second):
    assert share_id(first, second, shape=True) == (word_shape(first) == word_shape(second))


def test_ids_stay_the_same():
    """A saved model depends on them."""
    settings = {"prefixes": [1, 3], "suffixes": [2, 3, 4], "shape": True, "syllables": False}
    features = WordFeatures(settings)
    assert features.ids(["Walking", "42"]).tolist() == [
        [19, 6262, 11552, 18339, 23368, 26255],
        [4286, 6573, 14635, 19635, 24635, 27565],
    ]


def test_the_shape_of_a_long_word_is_not_kept():
    word = "aB" * MAX_CACHED_LENGTH
    n_kept = hash_kinds.cache_info().currsize
    assert share_id(word, word, shape=True)
    assert not share_id(word, word[1:], shape=True)
    assert hash_kinds.cache_info().currsize == n_kept
