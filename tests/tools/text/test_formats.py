"""Each format is read, written, and tagged anew, and comes back as it was."""

import io
import json

import pytest
import spacy
from helpers import ROOT, by_rules, fit, make_nlp, run_command, said, tags
from spacy.language import Language
from spacy.symbols import POS
from spacy.tokens import Doc, DocBin
from text_samples import CONLLU, LIST, SAMPLES, SLASH, TSV, VARIATIONS, VRT
from ud_rules import broken_rules

from spacy_lstm_tagger.tools.set_by_pipeline import sets_attribute
from spacy_lstm_tagger.tools.text.convert import convert_tags
from spacy_lstm_tagger.tools.text.formats.columns import COLUMNS, columns_in, columns_of
from spacy_lstm_tagger.tools.text.formats.registry import FORMATS, TAGGED, WRITABLE
from spacy_lstm_tagger.tools.text.formats.text import Text
from spacy_lstm_tagger.tools.text.formats.vertical import MAX_LINES
from spacy_lstm_tagger.tools.text.items import RawText
from spacy_lstm_tagger.tools.text.lines import LinePart
from spacy_lstm_tagger.tools.text.raw_text import split_texts
from spacy_lstm_tagger.tools.text.read_and_tag import tag_file, tag_texts
from spacy_lstm_tagger.tools.text.tag_options import TagOptions

# What the samples say of their words: word, tag, part of speech, features, lemma.
GOLD = {
    ".conllu": [
        ("Do", "VB", "AUX", "Mood=Imp", "do"),
        ("n't", "RB", "PART", "Polarity=Neg", "not"),
        ("go", "VB", "VERB", "Mood=Imp|VerbForm=Fin,Inf", "go"),
        (".", "", "PUNCT", "", ""),
        ("10 000", "CD", "NUM", "", ""),
        ("_", "SYM", "SYM", "", "_"),
    ],
    ".vrt": [
        ("Don", "VB", "", "", "old"),
        ("'t", "RB", "", "", ""),
        ("AT&T", "NNP", "", "", "AT&T"),
        ("<", "SYM", "", "", "old"),
        ("_", "SYM", "", "", "_"),
    ],
    ".tsv": [
        ("Do", "VB", "AUX", "", "do"),
        ("10\u00a0000", "CD", "NUM", "", ""),
        (".", "", "", "", ""),
        ("_", "SYM", "SYM", "", "_"),
    ],
}
TEXTS = {".conllu": "Don't go. 10 000 _ ", ".vrt": "Don't AT&T < _ "}
# The cells that are replaced, and the one of the probability, which belongs to the old tag.
PLACES = {
    ".conllu": {"lemma": 2, "upos": 3, "xpos": 4, "feats": 5},
    ".vrt": {"xpos": 1, "lemma": 2},
    ".tsv": {"xpos": 1, "upos": 2, "lemma": 3},
}


@pytest.fixture(scope="module")
def nlp():
    """A pipeline that gives all words the same tag, part of speech, features and lemma."""
    return by_rules("T", POS="NOUN", MORPH="Number=Sing|Case=Nom", LEMMA="<new>")


@pytest.fixture(scope="module")
def with_probs():
    """A tagger that has probabilities."""
    nlp = spacy.blank("xx")
    nlp.add_pipe("tagger")
    return fit(nlp)


@pytest.fixture
def read(tmp_path):
    """A function that converts a text to Docs."""

    def read(text, suffix, **settings):
        (tmp_path / f"data{suffix}").write_text(text, encoding="utf8", newline="")
        convert_tags(tmp_path / f"data{suffix}", tmp_path / "data.spacy", **settings)
        return list(DocBin().from_disk(tmp_path / "data.spacy").get_docs(spacy.blank("xx").vocab))

    return read


@pytest.fixture
def retag(tmp_path):
    """A function that tags the words of a text anew."""

    def retag(nlp, suffix, text, **options):
        path = tmp_path / f"a{suffix}"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        output = io.BytesIO()
        tag_file(nlp, path, output, TagOptions(**options))
        return output.getvalue().decode()

    return retag


def annotation(doc):
    return [(word.text, word.tag_, word.pos_, str(word.morph), word.lemma_) for word in doc]


def write(name, doc, columns=None, probs=()):
    """A Doc in a format."""
    writer = WRITABLE[name](columns_in(name) if columns is None else columns)
    return writer.begin() + writer.write(RawText(1, doc.text), doc, probs) + writer.end()


def changed(before, after):
    """The indices of the cells that differ. All lines have to be there."""
    assert before.count("\r") == after.count("\r")
    return {
        place
        for line, other in zip(before.split("\n"), after.split("\n"), strict=True)
        for place, (old, new) in enumerate(zip(line.split("\t"), other.split("\t"), strict=False))
        if old != new
    }


def make_doc(words, **annotation):
    """A Doc of words that are written together where a word begins with +."""
    spaces = [not word.startswith("+") for word in [*words[1:], ""]]
    words = [word.removeprefix("+") for word in words]
    return Doc(spacy.blank("xx").vocab, words, spaces, **annotation)


def rows(text):
    return [line.split("\t") for line in text.splitlines() if line and line[0] != "#"]


# Reading


@pytest.mark.parametrize("way", VARIATIONS)
@pytest.mark.parametrize("suffix", SAMPLES)
def test_words_and_their_annotation(read, suffix, way):
    (doc,) = read(VARIATIONS[way](SAMPLES[suffix]), suffix)
    odd = VARIATIONS[way]("Do") if way == "odd characters" else "Do"
    expected = [(word.replace("Do", odd), *others) for word, *others in GOLD[suffix]]
    assert annotation(doc) == expected
    assert [sentence[0].i for sentence in doc.sents] == [0, len(doc) - (suffix == ".conllu") - 1]


@pytest.mark.parametrize(
    ("text", "suffix", "words"),
    [(LIST, ".tsv", ["Do", "n't", "go", "."]), (SLASH, ".txt", ["Do", "n't", "1/2", "."])],
)
def test_words_and_tags_alone(read, text, suffix, words):
    (doc,) = read(text, suffix)
    assert [token.text for token in doc] == [*words, "Yes"]
    assert tags(doc) == ["VB", "RB", "CD" if suffix == ".txt" else "VB", "", "UH"]
    assert [len(sentence) for sentence in doc.sents] == [4, 1]
    assert [len(doc) for doc in read(text, suffix, n_sents=1)] == [4, 1]
    # What no word has is unknown, and not empty.
    assert not any(map(doc.has_annotation, ("MORPH", "LEMMA", "POS")))


@pytest.mark.parametrize(
    ("text", "suffix", "expected"),
    [
        (CONLLU, ".conllu", TEXTS[".conllu"]),
        (VRT, ".vrt", TEXTS[".vrt"]),
        ("<s>\nYes\tUH\n</s>\n<s>\ndo\tVB\n<g/>\nn't\tRB\ngo\tVB\n</s>", ".vrt", "Yes don't go "),
        ("do\tVB\nn't\tRB\n", ".vrt", None),
        (LIST, ".tsv", None),
        (SLASH, ".txt", None),
    ],
)
def test_spaces_are_known_if_the_format_has_them(read, text, suffix, expected):
    (doc,) = read(text, suffix)
    assert doc.has_unknown_spaces is (expected is None)
    assert expected is None or doc.text == expected


def test_the_tag_is_upos_if_no_word_of_the_file_has_xpos(read):
    first = "1\tOh\t_\tINTJ\t_" + "\t_" * 5 + "\n\n"
    (doc,) = read(first + CONLLU, ".conllu")
    assert tags(doc) == ["", "VB", "RB", "VB", "", "CD", "SYM"]
    lines = [line.split("\t") for line in CONLLU.splitlines()]
    without = ["\t".join([*cells[:4], "_"][: len(cells)] + cells[5:]) for cells in lines]
    (doc,) = read("\n".join(without), ".conllu")
    assert tags(doc) == ["AUX", "PART", "VERB", "PUNCT", "NUM", "SYM"]


@pytest.mark.parametrize(
    ("text", "suffix", "expected"),
    [
        ("10\u00a0000/CD dogs/NNS", ".txt", [("10\u00a0000", "CD"), ("dogs", "NNS")]),
        ("\ufeff\ufeffx/NN \ufeff/NN\n", ".txt", [("\ufeffx", "NN"), ("\ufeff", "NN")]),
        ("word\tNN\ntag\tNN\n", ".tsv", [("word", "NN"), ("tag", "NN")]),
        ("Word\tlemma\tTag\ndogs\tdog\tNNS\n", ".tsv", [("dogs", "NNS")]),
        ("word\tnote\ttag\ndog\tn1\tNN\nrun\n", ".tsv", [("dog", "NN"), ("run", "")]),
    ],
)
def test_words_that_look_like_something_else(read, text, suffix, expected):
    (doc,) = read(text, suffix)
    assert [(token.text, token.tag_) for token in doc] == expected


def test_words_of_vrt_beside_sentences_are_a_sentence(read):
    (doc,) = read("<p>\n<s>\nYes\tUH\n</s>\n</p>\nNo\tUH\tno\t0.9\n", ".vrt")
    assert [sentence.text for sentence in doc.sents] == ["Yes", "No"]


def test_the_convert_command(tmp_path):
    (tmp_path / "some.words").write_text(LIST)
    done = run_command("convert-tags", "some.words", "some.spacy", cwd=tmp_path)
    assert done.exit_code == 1
    for name, counted in [("tsv", "5 tokens, 1 of them without a tag"), ("slash", None)]:
        options = ["some.spacy", "-q", "--format", name]
        done = run_command("convert-tags", "some.words", *options, cwd=tmp_path)
        assert done.exit_code == (0 if counted else 1), done.output
        assert not counted or f"(1 documents, {counted})" in said(done)
    (tmp_path / "all.txt").write_text("Do/VB go/VB\n")
    done = run_command("convert-tags", "all.txt", "all.spacy", "-q", cwd=tmp_path)
    assert "(1 documents, 2 tokens)" in said(done)


# Tagging anew


@pytest.mark.parametrize("way", VARIATIONS)
@pytest.mark.parametrize("suffix", SAMPLES)
def test_bytes_that_are_no_tags_stay(nlp, retag, suffix, way):
    text = VARIATIONS[way](SAMPLES[suffix])
    after = retag(nlp, suffix, text)
    prob = {4} if suffix == ".tsv" else set()
    assert changed(text, after) == {*PLACES[suffix].values(), *prob}
    assert after[:2] == text[:2]
    # A comment, an instruction, and the names of columns.
    first = next(line for line in text.split("\n") if line.strip())
    assert first in after.split("\n")
    # To tag anew what was tagged anew changes nothing.
    assert retag(nlp, suffix, after) == after


@pytest.mark.parametrize(
    ("suffix", "option"), [(suffix, option) for suffix in PLACES for option in PLACES[suffix]]
)
def test_columns_that_are_asked_for(nlp, retag, suffix, option):
    after = retag(nlp, suffix, SAMPLES[suffix], columns=[option])
    prob = {4} if (suffix, option) == (".tsv", "xpos") else set()
    assert changed(SAMPLES[suffix], after) == {PLACES[suffix][option], *prob}


def test_each_word_is_tagged_anew(nlp, retag, read):
    for suffix, text in SAMPLES.items():
        after = retag(nlp, suffix, text)
        (doc,) = read(after, suffix)
        assert [token.text for token in doc] == [word for word, *_ in GOLD[suffix]]
        assert {token.tag_ for token in doc} == {"T"}
        assert {token.lemma_ for token in doc} == {"<new>"}
    after = retag(nlp, ".conllu", CONLLU)
    words = [row for row in rows(after) if row[0].isdigit()]
    assert {tuple(row[2:6]) for row in words} == {("<new>", "NOUN", "T", "Case=Nom|Number=Sing")}
    others = [line for line in CONLLU.splitlines() if not line[:1].isdigit() or line[1] in "-."]
    assert all(line in after.splitlines() for line in others)


def test_words_of_vrt_are_those_of_the_text(retag):
    after = retag(by_rules("T", {"AT&T": "A", "<": "B"}), ".vrt", VRT)
    assert "AT&amp;T\tA\t" in after
    assert "&lt;\tB\t" in after


def test_what_a_pipeline_leaves_open_stays(retag):
    """A component that doesn't say what it assigns may set each column, and may leave it open."""

    @Language.component("tags_alone")
    def tags_alone(doc):
        for token in doc:
            token.tag_ = "T"
        return doc

    nlp = spacy.blank("xx")
    nlp.add_pipe("tags_alone")
    for suffix, places in ((".conllu", {4}), (".vrt", {1}), (".tsv", {1, 4})):
        assert changed(SAMPLES[suffix], retag(nlp, suffix, SAMPLES[suffix])) == places
    assert retag(nlp, ".vrt", "Go\n") == "Go\tT\t_\n"


def test_features_of_a_lexicon_are_written(retag):
    nlp = make_nlp([("the dog", ["DET", "NN"])])
    nlp.get_pipe("lstm_tagger").lexicon["n't"] = ["NN", "POS=NOUN|Number=Sing"]
    after = retag(nlp, ".conllu", CONLLU, columns=["feats"])
    assert after == CONLLU.replace("Polarity=Neg", "Number=Sing")


@pytest.mark.parametrize(
    ("suffix", "text", "expected", "options"),
    [
        (".tsv", "\nGo\n", "\nGo\tT\t<new>\n", {}),
        (".tsv", "Go\n.\n\nYes\n", "Go\tT\t<new>\n.\tT\t<new>\n\nYes\tT\t<new>\n", {}),
        (".vrt", "Go\n\nYes\n", "Go\tT\t&lt;new&gt;\n\nYes\tT\t&lt;new&gt;\n", {}),
        (".tsv", "\n\nword\tpos\nGo\tYY\n", "\n\nword\tpos\nGo\tNOUN\n", {}),
        (
            ".tsv",
            "word\tlemma\ttag\nGo\t\tX\n",
            "word\tlemma\ttag\nGo\t\tT\n",
            {"columns": ["xpos"]},
        ),
        (".tsv", "<s>\n<b\n", "<s>\tT\n<b\tT\n", {"columns": ["xpos"]}),
        (".tsv", "form\tNN\tform\ntag\tNN\n", "form\tT\tform\ntag\tT\n", {"columns": ["xpos"]}),
        (".txt", "<s> \nGo\n", "<s> \nGo\tT\n", {"text_format": "vrt", "columns": ["xpos"]}),
        (".vrt", '<a b="c\rd">\nGo\tX\n', '<a b="c\rd">\nGo\tT\n', {"columns": ["xpos"]}),
        (".tsv", "go\n" * (2 * MAX_LINES + 1), "go\tT\n" * 4001, {"columns": ["xpos"]}),
    ],
)
def test_files_that_are_odd(nlp, retag, suffix, text, expected, options):
    assert retag(nlp, suffix, text, **options) == expected


def test_a_carriage_return_beside_words_and_another_encoding(nlp, retag):
    text = "# text = The\rdog\n1\tB\u00e4r" + "\t_" * 7 + "\tNote=a\rb\n"
    options = {"encoding": "cp1252", "text_format": "conllu", "columns": ["xpos"]}
    after = retag(nlp, ".txt", text.encode("cp1252"), **options)
    assert after == text.replace("r\t_\t_\t_", "r\t_\t_\tT")


def test_probabilities(nlp, with_probs, retag):
    after = retag(with_probs, ".conllu", CONLLU, probs=True)
    misc = [row[9] for row in rows(after)]
    assert misc[0] == "SpacesAfter=\\s\\s"
    assert misc[1].startswith("Gloss=a|B|TagProb=0.")
    assert misc[2].startswith("TagProb=0.")
    assert misc[4] == "CopyOf=-1"
    assert retag(with_probs, ".conllu", after, probs=True) == after
    assert changed(TSV, retag(with_probs, ".tsv", TSV, probs=True)) == {1, 4}
    # A probability does not outlive its tag.
    for suffix, place in ((".conllu", 9), (".tsv", 4)):
        before = retag(with_probs, suffix, SAMPLES[suffix], probs=True)
        after = retag(nlp, suffix, before)
        assert place in changed(before, after)
        assert "TagProb" not in after
        assert place not in changed(before, retag(nlp, suffix, before, columns=["upos"]))


def test_each_sentence_is_a_doc_of_its_own(retag):
    seen = []

    @Language.component("see")
    def see(doc):
        seen.append((doc.text, [token.is_sent_start for token in doc]))
        return doc

    nlp = by_rules("T")
    nlp.add_pipe("see")
    retag(nlp, ".conllu", CONLLU)
    assert [text for text, _ in seen if text] == ["Don't go. ", "10 000 _ "]
    assert seen[0][1] == [True, False, False, False]
    seen.clear()
    retag(nlp, ".vrt", VRT)
    assert [text for text, _ in seen if text] == ["Don't AT&T < ", "_ "]


@pytest.mark.parametrize("attr", ["POS", "pos", POS])
def test_a_pattern_names_its_attribute_as_spacy_allows(attr):
    nlp = spacy.blank("xx")
    nlp.add_pipe("attribute_ruler").add([[{"LOWER": "go"}]], {attr: "VERB"})
    assert sets_attribute(nlp, "pos")
    assert not sets_attribute(nlp, "lemma")


# Writing


@pytest.mark.parametrize(
    "text",
    [
        "Don't go.  Dogs'  bark\there!",
        '1 < 2 & "<s>" </s> &amp; _ # a=b|c \u2028 \u00a0 D\u00fcr\u0301 \U0001f600 \ufeffx',
    ],
)
@pytest.mark.parametrize("name", WRITABLE)
def test_what_is_written_can_be_read_and_tagged_anew(english, read, retag, name, text):
    doc = english(text)
    words = [token.text for token in doc if not token.is_space]
    written = write(name, doc, columns_of(english, name))
    if name == "jsonl":
        found = json.loads(written)
        assert (found["text"], found["words"]) == (text, words)
        assert found["tags"] == ["X"] * len(words)
        assert found["sent_starts"][0] == 0
        return
    (found,) = read(written, f".{name}")
    assert [token.text for token in found] == words
    assert tags(found) == ["X"] * len(words)
    assert len(list(found.sents)) == len(list(doc.sents))
    assert {token.lemma_ for token in found} == {"l"}
    assert {token.pos_ for token in found} == ({""} if name == "vrt" else {"NOUN"})
    assert retag(english, f".{name}", written) == written


def test_columns_and_formats_know_each_other():
    """No format gets a column by accident."""
    has = {name: [column.name for column in columns_in(name)] for name in WRITABLE}
    assert has == {
        "conllu": ["word", "tag", "pos", "lemma", "morph", "prob"],
        "jsonl": ["word", "tag", "pos", "lemma", "morph", "prob"],
        "tsv": ["word", "tag", "pos", "lemma", "prob"],
        "vrt": ["word", "tag", "lemma"],
    }
    assert {name for column in COLUMNS for name in column.formats.split()} == {*WRITABLE}
    assert list(TAGGED) == ["conllu", "tsv", "vrt", "slash"]
    assert all(name == found.name and found.suffixes for name, found in FORMATS.items())


def test_features_and_noun_chunks_in_json_lines(english):
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("attribute_ruler")
    ruler.add([[{"LOWER": "the"}]], {"TAG": "DT", "POS": "DET"})
    ruler.add([[{"LOWER": "dog"}]], {"TAG": "NN", "POS": "NOUN", "MORPH": "Number=Sing|Case=Nom"})
    nlp.add_pipe("noun_chunker")
    doc = nlp("see  the dog and the dog")
    found = json.loads(write("jsonl", doc, columns_of(nlp, "jsonl")))
    assert [found["words"][start:end] for start, end in found["chunks"]] == [["the", "dog"]] * 2
    assert found["morph"] == ["", "", "Case=Nom|Number=Sing", "", "", "Case=Nom|Number=Sing"]
    assert "lemmas" not in found
    # Neither a pipeline without a chunker has chunks, nor words without parts of speech.
    without = json.loads(write("jsonl", english("A dog"), columns_of(english, "jsonl")))
    assert not {"chunks", "morph"} & set(without)
    assert "chunks" not in json.loads(write("jsonl", nlp("see")))


def test_features_are_sorted_without_case():
    morph = "NumType=Card|Number=Sing|Case=Nom,Acc|number=X"
    written = rows(write("conllu", make_doc(["one"], morphs=[morph])))
    assert written[0][5] == "Case=Acc,Nom|Number=Sing|number=X|NumType=Card"


def test_labels_and_words_with_white_space_stay_in_their_cells():
    doc = make_doc(["a\tb", "c"], tags=["X\tY", "Z\n"], lemmas=["a\tb", "c\r\n"])
    assert [row[1:5] for row in rows(write("conllu", doc))] == [
        ["a b", "a b", "_", "X_Y"],
        ["c", "c", "_", "Z"],
    ]
    assert rows(write("tsv", doc))[1:] == [["a b", "X Y", "", "a b", ""], ["c", "Z", "", "c", ""]]


@pytest.mark.parametrize(
    ("words", "ranges"),
    [
        ("I +'m sure .", ["1-2 I'm"]),
        ("They do +n't know , I can +not +?", ["2-3 don't", "7-8 cannot"]),
        ("They +'re +gon +na go", ["1-4 They'regonna"]),
        ("the U.S. +'s end", ["2-3 U.S.'s"]),
        ("it +\u2019s a well +- +known 10 +km +- +run", ["1-2 it\u2019s"]),
        ("( +he +) said : +' +so +' +. no +'' \u2764\ufe0f +so", []),
        ("\u03c3 +\u03c4\u03bf l' +ami 5 +km +\u00b2", ["1-2 \u03c3\u03c4\u03bf"]),
        (
            "\u0b85\u0bb5\u0bb0\u0bcd +\u0b89\u0bae\u0bcd",
            ["1-2 \u0b85\u0bb5\u0bb0\u0bcd\u0b89\u0bae\u0bcd"],
        ),
        # Chinese, Japanese and Thai have no spaces between words.
        ("\u4ed6 +\u662f \u79c1 +\u306f \u0e09\u0e31\u0e19 +\u0e44\u0e1b", []),
    ],
)
def test_words_that_are_written_together_have_ranges(words, ranges):
    written = write("conllu", make_doc(words.split()))
    assert [" ".join(row[:2]) for row in rows(written) if "-" in row[0]] == ranges
    assert list(broken_rules(written)) == []


def test_the_apostrophe_of_a_possessive_is_in_a_range_and_a_quotation_mark_is_not():
    doc = make_doc(["dogs", "+'", "'", "+dogs", "+'"], tags=["NNS", "POS", "``", "NNS", "''"])
    assert [row[0] for row in rows(write("conllu", doc)) if "-" in row[0]] == ["1-2"]


def test_ids_of_the_pieces_of_a_long_text_are_unique(english):
    line = LinePart(1, "They are waiting. Don't go! " * 20, True)
    output = io.BytesIO()
    pieces = split_texts([line], 100, Text())
    tag_texts(english, pieces, output, TagOptions(output_format="conllu"))
    text = output.getvalue().decode()
    ids = [line for line in text.splitlines() if line.startswith("# sent_id")]
    assert len(set(ids)) == len(ids) >= 40
    assert list(broken_rules(text)) == []


def test_a_page_of_text_keeps_the_rules_of_conllu(tmp_path):
    (path,) = (ROOT / "pipelines/en_lstm_web/en_lstm_web").glob("en_lstm_web-*")
    texts = (ROOT / "corpus/lesson.txt", ROOT / "pipelines/tests/page.txt", ROOT / "LICENSE")
    lines = [line for path in texts for line in path.read_text(encoding="utf8").splitlines()]
    output = io.BytesIO()
    raw = [RawText(number, line.strip()) for number, line in enumerate(lines, 1) if line.strip()]
    options = TagOptions(output_format="conllu", probs=True)
    n_words = tag_texts(spacy.load(path), raw, output, options)
    assert n_words > 1000
    assert list(broken_rules(output.getvalue().decode())) == []


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("# sent_id = 1.2", "# sent_id = 1.1", "sent_id '1.1'"),
        ("Case=Nom|Number=Sing", "Number=Sing|Case=Nom", "is not sorted"),
        ("\tPRON\t", "\tPRONOUN\t", "part of speech 'PRONOUN'"),
        ("\tPRP\t", "\tP RP\t", "white space in 'P RP'"),
        ("\tPRP\t", "\tP\tRP\t", "columns of"),
        ("1-2\tI'm", "1-4\tI'm", "range up to 4"),
        ("SpaceAfter=No", "_", "but its words are"),
        ("\n\n", "\n", "no empty line"),
    ],
)
def test_a_file_that_breaks_a_rule(old, new, rule):
    doc = make_doc(
        ["I", "+'m", "+.", "No"],
        tags=["PRP", "VBP", ".", "UH"],
        pos=["PRON", "AUX", "PUNCT", "INTJ"],
        morphs=["Case=Nom|Number=Sing", "", "", ""],
        sent_starts=[True, False, False, True],
    )
    text = write("conllu", doc)
    assert list(broken_rules(text)) == []
    assert old in text
    assert any(rule in broken for broken in broken_rules(text.replace(old, new)))
