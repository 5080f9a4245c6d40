"""What can't be read, written or tagged is refused, and named; what looks wrong has a warning."""

import bz2
import gzip
import io
import json
import lzma

import pytest
import spacy
from helpers import by_rules
from spacy.language import Language
from text_samples import CONLLU, VRT

from spacy_lstm_tagger.tools.text.convert import convert_tags
from spacy_lstm_tagger.tools.text.raw_text import read_texts
from spacy_lstm_tagger.tools.text.read_and_tag import TagOptions, tag_file

EMPTY = "\t_" * 8
OPENERS = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
NO_JSON = "is not a JSON object with a string under 'text'"

# A file, what is in it, and what an error says.
CONVERT = [
    ("a.txt", "The/DET dog\n", "line 1: 'dog' is not a word, a slash, and a tag"),
    ("a.txt", "/DET\n", "line 1: '/DET'"),
    ("a.tsv", "dog\n", "line 1: 'dog' is not a word, a tab, and a tag"),
    ("a.tsv", "dog\tNN\n\nThe\tdog\tNN\n", "line 3: .* name them in the first line"),
    ("a.tsv", "word\ttag\tpos\ndog\tNN\tNUON\n", "line 2: 'NUON'"),
    ("a.tsv", "word\ttag\ndog\tNN\tNOUN\n", "line 2: .* the columns word, tag"),
    ("a.tsv", "word\ttag\ttag\ndog\tNN\tNN\n", "line 1: .* Name each once"),
    ("a.tsv", "\nword\tlemma\ndogs\tdog\n", "line 2 names no column 'tag'"),
    ("a.tsv", b"a\tB\n" * 40_000 + b"\xe9\tB", "line 40001 is not valid Unicode"),
    ("a.vrt", "<s>\ndog\n</s>\n", "line 2: 'dog' is not markup"),
    ("a.conllu", "1\tdog\n", "line 1 has 2 columns"),
    ("a.conllu", "x\tdog" + EMPTY, "line 1 has no id"),
    ("a.conllu", "9" * 5000 + "\tdog" + EMPTY, "line 1 has no id"),
    ("a.conllu", 2 * f"1\tdog{EMPTY}\n", "line 2: the id 1 comes after 1"),
    ("a.conllu", "1\tdog\t_\tNUON\tNN" + "\t_" * 5, "line 1: 'NUON'"),
    ("a.conllu", "1\tdog\t_\tNOUN\tNN\tSing" + "\t_" * 4, "line 1: 'Sing'"),
    ("a.conllu.gz", b"1\ta", "cut off, damaged, or not a .gz file"),
    ("a.txt", "", "no sentence found in format slash"),
    ("a.doc", "a/B", "use --format conllu, tsv, slash or vrt"),
]
# The same with options of `tag-text`.
RETAG = [
    ("a.conllu", "1\tdog\n", {}, "line 1 has 2 columns, not 10"),
    ("a.conllu", "# a\nx\tdog" + EMPTY, {}, "line 2 has no id or no word"),
    ("a.conllu", 2 * f"1\tdog{EMPTY}\n", {}, "line 2: the id 1 comes after 1"),
    ("a.conllu", b"1\tB\xe4r" + EMPTY.encode(), {}, "line 1 is not valid .* as in --encoding"),
    ("a.conllu", "# a\r1\tGo\r", {}, "line 1 has a carriage return"),
    ("a.conllu", "", {}, "There is no text in the input"),
    ("a.vrt", "<s>\n<b\n", {}, "line 2 has markup that does not end on its line"),
    ("a.vrt", "<s>\n\tNN\n", {}, "line 2 has no word in its first column"),
    ("a.vrt", "Go\rhome\r", {}, "line 1 has a carriage return"),
    ("a.vrt", VRT, {"columns": ["upos"]}, "the columns of vrt that can be replaced are xpos"),
    ("a.vrt", VRT, {"probs": True}, "VRT has no column for the probability"),
    ("a.tsv", "Go\n\tNN\n", {}, "line 2 has no word in its first column"),
    ("a.tsv", "Go\tVB\rhome\tNN\r", {}, "line 1 has a carriage return"),
    ("a.tsv", "word\tlemma\nGo\tgo\n", {"columns": ["xpos"]}, "line 1 names no column for xpos"),
    ("a.tsv", "dogs\tX\n", {"columns": ["xpos", "upos"]}, "line 1 names no column for upos"),
    ("a.tsv", "\nGo\n", {"probs": True}, "line 2 names no column 'prob'"),
    ("a.tsv", "Token\tPOS\nGo\tVB\n", {}, "line 1: .* seems to name the columns"),
    ("a.tsv", "ID\tword\ttag\n1\tGo\tVB\n", {}, "line 1: .* Name each once: first word"),
    ("a.tsv", "word\txpos\tlemma\nGo\tVB\tgo\n", {}, "line 1: .* seems to name the columns"),
    ("a.tsv", "id\tform\tnote\n1\tGo\tx\n", {}, "line 1: .* seems to name the columns"),
]
TEXTS = [
    ("a.txt", b"The\nThe b\xe4r", "line 2 is not valid Unicode"),
    ("a.jsonl", b'\n{"text": "The b\xe4r"}', "line 2 is not valid Unicode"),
    ("a.jsonl", '{"text": "The \\ud800"}', "line 1 has an escape that is half of a character"),
    ("a.jsonl", '{"text": "The", "id": "\\ud800"}', "line 1 has an escape that is half of a"),
    ("a.jsonl", '{"text": "The", "id": 1e400}', "line 1 has a number that is not finite"),
    ("a.jsonl", '{"text": "The", "id": NaN}', "line 1 has a number that is not finite"),
    ("a.jsonl", '{"text": ""}\n{"txt": "The dog"}', f"line 2 {NO_JSON}"),
    ("a.jsonl", '["The dog"]', f"line 1 {NO_JSON}"),
    ("a.jsonl", "[" * 200_000, f"line 1 {NO_JSON}"),
    ("a.txt", "The dog\nEverybody\n", "line 2 has a word of more than 8 characters"),
    ("a.csv", "The dog", "can't tell the format from the suffix"),
    ("a.csv.gz", "The dog", "can't tell the format from the suffix"),
    ("a.json", '{"text": "The dog"}', "can't tell the format from the suffix"),
    ("raw", "The dog", "can't tell the format from the suffix"),
]
MARKUP = [
    ("a.xml", "The\n<b dog", "line 2 has markup that does not end on its line: '<b dog'"),
    ("a.xml", "<p><![CDATA[a\nb]]></p>", "line 1 has markup that does not end on its line: '<!.CD"),
    ("a.xml", "<text id='a>\n", "line 1 has markup that does not end on its line"),
    ("a.xml", "<!-- a\ncomment -->\n", "line 1 has markup that does not end on its line"),
    ("a.xml", "<p" + "p" * 100_000, "line 1 has markup that does not end on its line"),
    ("a.xml", "The\n\ndog</b>", "line 3 has </b>, but none is open"),
    ("a.xml", "<p>\n<b>The</b>\n", "line 1 has <p>, which is not closed"),
    ("a.xml", "<p><p></p>", "line 1 has <p>, which is not closed"),
    *(
        ("a.jsonl", "\n" + json.dumps({"text": text}), "line 2 has markup that does not end on")
        for text in ("Hi <!-- x\ny -->.", "<text\nid='a'>Hi.</text>", "<b\r>Hi</b>")
    ),
]


def convert(path):
    convert_tags(path, path.with_name("data.spacy"))


def texts_of(path):
    list(read_texts(path, 8))


def tag(path, nlp=None, **options):
    return tag_file(
        nlp or by_rules("T", POS="NOUN", LEMMA="l"), path, io.BytesIO(), TagOptions(**options)
    )


@pytest.mark.parametrize(
    ("call", "name", "content", "options", "message"),
    [
        *((convert, name, content, {}, message) for name, content, message in CONVERT),
        *((tag, *row) for row in RETAG),
        *((texts_of, name, content, {}, message) for name, content, message in TEXTS),
        *(
            (tag, name, content, {"markup": True, "output_format": "vrt"}, message)
            for name, content, message in MARKUP
        ),
    ],
)
def test_what_is_refused(tmp_path, call, name, content, options, message):
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ValueError, match=message) as error:
        call(tmp_path / name, **options)
    # The file is named once, unless the pipeline or the options are to blame.
    assert str(error.value).count(name) == ("line " in message or call is not tag)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_an_output_that_can_not_be_written(tmp_path):
    (tmp_path / "data.txt").write_text("a/B")
    with pytest.raises(ValueError, match=r"has to be a \.spacy file"):
        convert_tags(tmp_path / "data.txt", tmp_path / "data.bin")
    with pytest.raises(FileNotFoundError, match=r"missing/data\.spacy"):
        convert_tags(tmp_path / "data.txt", tmp_path / "missing/data.spacy")


@pytest.mark.parametrize("suffix", OPENERS)
def test_a_damaged_file(tmp_path, suffix):
    path = tmp_path / f"raw.txt{suffix}"
    with OPENERS[suffix](path, "wt") as file:
        file.writelines(f"The dog {i * i}\n" for i in range(1000))
    data = path.read_bytes()
    middle = len(data) // 2
    flipped = data[:middle] + bytes(255 - byte for byte in data[middle : middle + 9])
    for damaged in (data[:middle], flipped + data[middle + 9 :], b"The dog ate the apple\n" * 9):
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match=rf"raw\.txt\{suffix}: cut off, damaged, or not a"):
            list(read_texts(path, 1000))
    with pytest.raises(FileNotFoundError, match=r"raw\.txt"):
        texts_of(tmp_path / "no" / path.name)


def test_a_line_of_json_is_read_as_a_whole_and_not_without_limit(tmp_path):
    path = tmp_path / "raw.jsonl.xz"
    with lzma.open(path, "wt", preset=0) as file:
        file.write('{"text": "')
        for _ in range(21):
            file.write("a b " * 250_000)
        file.write('"}\n')
    with pytest.raises(ValueError, match=r"line 1 has more than 20,000,000 characters"):
        texts_of(path)


def test_pipelines_that_do_not_fit(tmp_path):
    path = tmp_path / "a.conllu"
    path.write_text(CONLLU, encoding="utf8")
    with pytest.raises(ValueError, match="'lemma', but the pipeline does not set it"):
        tag(path, by_rules("T"), columns=["lemma"])

    @Language.component("split_first")
    def split_first(doc):
        with doc.retokenize() as retokenizer:
            retokenizer.split(doc[0], list(doc[0].text), [(doc[0], 0)] * len(doc[0]))
        return doc

    nlp = by_rules("T")
    nlp.add_pipe("split_first")
    with pytest.raises(ValueError, match="has made 5 tokens of 4 words: a component merges"):
        tag(path, nlp)
    # A pattern for white space sets no column.
    nlp = spacy.blank("xx")
    nlp.add_pipe("noun_chunker", config={"pattern": "<NOUN>"})
    nlp.add_pipe("attribute_ruler").add([[{"IS_SPACE": True}]], {"TAG": "_SP", "POS": "SPACE"})
    (tmp_path / "a.txt").write_text("Go.")
    for name in ("a.conllu", "a.txt"):
        with pytest.raises(ValueError, match="sets no tags"):
            tag(tmp_path / name, nlp)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CONLLU, "conllu"),
        (VRT, "vrt"),
        ('{"text": "Go"}\n', "JSON lines"),
        ("Go\tVB\nhome\tNN\n.\t.\n\nYes\tUH\n,\t,\n", "tsv"),
        ("Go\nhome\n.\n\nYes\n!\n", "tsv"),
        ("Go\nhome\n\ufeff\n.\n\ufeffYes\n!\n", "tsv"),
        ("Go home.\nYes\n!\nNo.\nWell, then.\n", None),
        ("apple\nbook\ncat\ndog\negg\n", None),
        ("<p>Go\thome.</p>\n<p>Yes.</p>\n", None),
        ("1\tGo home.\n2\tYes, go.\n3\tNo, stay.\n4\tWell then\n5\tOh no\n", None),
    ],
)
def test_text_that_looks_like_words(tmp_path, text, expected):
    (tmp_path / "a.txt").write_text(text, encoding="utf8")
    warning = tag(tmp_path / "a.txt").warning
    if expected is None:
        assert warning == ""
    else:
        option = "jsonl" if expected == "JSON lines" else expected
        assert f"a.txt looks like {expected}, and was tagged as text" in warning
        assert f"--input-format {option}" in warning


@pytest.mark.parametrize(
    ("name", "text", "options", "warning"),
    [
        ("a.vrt", "Go VB\nhome NN\n", {}, "a.vrt has no tabs and several words on a line"),
        ("a.tsv", "Go VB\nhome NN\n", {}, "a.tsv has no tabs and several words on a line"),
        ("a.tsv", "Go\tVB\n10 000\tCD\n", {}, ""),
        ("a.vrt", "Go\tVB\n10 000\tCD\n", {}, ""),
        ("a.conllu", "# meta = a b\n" * 20 + CONLLU, {}, ""),
        (
            "a.xml",
            "<text>\n<p>\nGo home.\n</p>\n</text>\n",
            {},
            "a.xml has markup, which was",
        ),
        (
            "a.xml",
            "<text>\n<p>\nGo home.\n</p>\n</text>\n",
            {"output_format": "vrt", "markup": True},
            "",
        ),
    ],
)
def test_other_warnings(tmp_path, name, text, options, warning):
    (tmp_path / name).write_text(text, encoding="utf8")
    found = tag(tmp_path / name, **options).warning
    assert warning in found
    assert bool(found) == bool(warning)
