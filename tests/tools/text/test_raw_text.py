import contextlib
import gc
import gzip
import io
import json
import random
import tracemalloc

import pytest
from text_samples import OPENERS

from spacy_lstm_tagger.tools.text.formats.text import Text
from spacy_lstm_tagger.tools.text.lines import STANDARD, Line, open_lines
from spacy_lstm_tagger.tools.text.raw_text import read_texts

TEXTS = ["The dog ate the apple", "Der Bär liest", "He said: \u2028 no."]


def read(path, max_length=1_000_000):
    return list(read_texts(path, max_length))


@pytest.mark.parametrize("suffix", ["", ".gz", ".bz2", ".xz"])
def test_text_on_each_line_compressed_or_not(tmp_path, suffix):
    path, opener = tmp_path / f"raw.txt{suffix}", OPENERS.get(suffix, open)
    with opener(path, "wt", encoding="utf8", newline="") as file:
        file.write(f"{TEXTS[0]}\r\n \n{TEXTS[1]} \n{TEXTS[2]}")
    assert read(path) == TEXTS
    path = tmp_path / f"raw.jsonl{suffix}"
    with opener(path, "wt", encoding="utf8") as file:
        file.writelines(json.dumps({"text": text}) + "\n" for text in ["", *TEXTS])
    assert read(path) == TEXTS


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("raw.ndjson", b'{"text": "The dog"}\n'),
        ("RAW.JSONL", b'\xef\xbb\xbf{"text": "The dog"}\n'),
        ("RAW.TXT.GZ", gzip.compress(b"The dog\n", mtime=0)),
        ("raw.txt", b"\xef\xbb\xbfThe dog\n\xef\xbb\xbf\n"),
    ],
)
def test_other_suffixes_and_byte_order_marks(tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    assert read(tmp_path / name) == ["The dog"]


def test_a_long_text_is_cut_at_white_space(tmp_path):
    path = tmp_path / "raw.txt"
    path.write_text("The dog\tate the  apple\nEverybody\n")
    assert read(path, 9) == ["The dog", "ate the", "apple", "Everybody"]
    assert read(path, 22) == ["The dog\tate the  apple", "Everybody"]
    path.write_text("dog\u3000cat\u3000\n" + "\x0b" * 20)  # other white space
    assert read(path, 5) == ["dog", "cat"]


def test_no_word_is_lost_where_a_text_is_cut(tmp_path):
    random.seed(0)
    words = ["x" * random.randint(1, 12) for _ in range(500)]
    text = "".join(word + random.choice([" ", "  ", "\t", "\u3000 "]) for word in words)
    (tmp_path / "raw.txt").write_text(text, encoding="utf8")
    for max_length in range(12, 60):
        texts = read(tmp_path / "raw.txt", max_length)
        assert max(map(len, texts)) <= max_length
        assert " ".join(texts).split() == words


def test_a_line_of_any_length_is_read_in_parts(tmp_path):
    """A small compressed file can hold it."""
    path = tmp_path / "raw.txt.gz"
    with gzip.open(path, "wb") as file:
        for _ in range(100):
            file.write(b"a b " * 2500)
    texts = read_texts(path, 1000)
    tracemalloc.start()
    n_words = sum(len(text.split()) for text in texts)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert n_words == 500_000
    assert peak < 500_000


@pytest.mark.parametrize(
    ("max_length", "expected"),
    [
        (1000, [(1, "The dog ate."), (5, "The book")]),
        (7, [(1, "The dog"), (1, "ate."), (5, "The"), (5, "book")]),
    ],
)
def test_paragraphs(max_length, expected):
    rows = "The dog\n  ate.\n \n\nThe\nbook\n".splitlines(keepends=True)
    lines = [Line(number, row) for number, row in enumerate(rows, start=1)]
    texts = Text().texts(lines, max_length, paragraphs=True)
    assert [(text.line, text.text) for text in texts] == expected


def test_standard_input_stays_open_after_an_error(monkeypatch):
    raw = io.BytesIO(b"The dog\n\xff\n")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(raw))
    with contextlib.suppress(KeyError), open_lines(STANDARD, 100) as parts:
        assert next(parts).text == "The dog\n"
        raise KeyError
    # A wrapper closes its file when it is deleted.
    del parts
    gc.collect()
    assert not raw.closed
