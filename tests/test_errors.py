from pathlib import Path

import pytest

from spacy_lstm_tagger.errors import explained


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
