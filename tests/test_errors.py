from pathlib import Path

import pytest

from spacy_lstm_tagger.errors import explained, reason_of


@pytest.mark.parametrize(
    ("error", "reason"),
    [(KeyError("labels"), "'labels'"), (EOFError(), "EOFError()"), (ValueError("a\nb"), "a\nb.")],
)
def test_an_error_gets_its_source_and_a_remedy(error, reason):
    loading = explained("Can't load x", "Copy it again.")
    with pytest.raises(ValueError, match=r"^Can't load x: ") as raised, loading:
        raise error
    assert str(raised.value) == f"Can't load x: {reason} Copy it again."
    assert raised.value.__cause__ is error


def test_an_error_of_the_system_stays_as_it_is():
    with pytest.raises(FileNotFoundError, match=r"missing\.txt"), explained("Can't load x"):
        Path("missing.txt").read_text()
    for kind in (MemoryError, ImportError):
        with pytest.raises(kind), explained("Can't load x"):
            raise kind


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ValueError("x has no tags."), "x has no tags."),
        (FileNotFoundError(2, "No such file", "x"), "[Errno 2] No such file: 'x'"),
        (KeyError("labels"), "KeyError: 'labels'"),
    ],
)
def test_an_error_that_was_not_made_for_users_is_named(error, reason):
    assert reason_of(error) == reason
