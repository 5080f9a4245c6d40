"""Files whose words are given are tagged anew: all but the tags stays as it is."""

import io
from pathlib import Path

import pytest
import spacy
from helpers import by_rules, fit, make_nlp
from spacy.language import Language
from spacy.symbols import POS

from spacy_lstm_tagger.tools.assigned import sets_attribute
from spacy_lstm_tagger.tools.text.given_words import MAX_LINES
from spacy_lstm_tagger.tools.text.read_and_tag import TagOptions, tag_file
from spacy_lstm_tagger.tools.text.text_format import TextFormat
from spacy_lstm_tagger.tools.text.write_tagged import OutputFormat

CONLLU = """\
# newdoc id = a
# text = Don't  go.
1-2\tDon't\t_\t_\t_\tTypo=Yes\t_\t_\t_\tSpacesAfter=\\s\\s
1\tDo\tdo\tAUX\tVB\tMood=Imp\t3\taux\t3:aux\tGloss=a|B
2\tn't\tnot\tPART\tRB\tPolarity=Neg\t3\tadvmod\t3:advmod\t_
3\tgo\tgo\tVERB\tVB\tMood=Imp\t0\troot\t0:root\tSpaceAfter=No
3.1\tthere\tthere\tADV\tRB\t_\t_\t_\t3:advmod\tCopyOf=-1
4\t.\t.\tPUNCT\t.\t_\t3\tpunct\t3:punct\t_

# sent_id = 2
1\t10 000\t_\tNUM\tCD\t_\t0\troot\t_\t_


# a comment at the end
"""
VRT = """\
<?xml version="1.0"?>
<text id="a&amp;b">
<s>
Don\tXX\told\tx1
<g/>
't\tXX\told\tx2
AT&amp;T\tXX\told\tx3
&lt;\tXX\told\tx4
</s>
<!-- a\tcomment -->
<s>
<hi>
Go\tXX\told\tx5
</hi>
</s>
</text>
"""
TSV = "word\ttag\tpos\tlemma\tprob\nGo\tXX\tYY\told\t0.5\n.\t\t\t\t\n\nYes\tXX\tYY\told\t\n"


@pytest.fixture(scope="module")
def nlp():
    """A pipeline that gives all words the same tag, part of speech, features and lemma."""
    return by_rules("T", POS="NOUN", MORPH="Number=Sing|Case=Nom", LEMMA="<new>")


def retag(nlp, tmp_path, name, text, **options):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    output = io.BytesIO()
    tag_file(nlp, path, output, TagOptions(**options))
    return output.getvalue().decode()


def changed(before, after):
    """For each cell that differs, its column and what it was and is."""
    lines = zip(before.split("\n"), after.split("\n"), strict=True)
    return [
        (place, old, new)
        for line, other in lines
        for place, (old, new) in enumerate(zip(line.split("\t"), other.split("\t"), strict=True))
        if old != new
    ]


def test_conllu_keeps_all_but_lemma_upos_xpos_and_feats(nlp, tmp_path):
    after = retag(nlp, tmp_path, "a.conllu", CONLLU)
    assert {place for place, _, _ in changed(CONLLU, after)} == {2, 3, 4, 5}
    rows = [line.split("\t") for line in after.splitlines() if "\t" in line]
    words = [row for row in rows if row[0].isdigit()]
    assert [row[1] for row in words] == ["Do", "n't", "go", ".", "10 000"]
    assert {tuple(row[2:6]) for row in words} == {("<new>", "NOUN", "T", "Case=Nom|Number=Sing")}
    others = [line for line in CONLLU.splitlines() if not line[:1].isdigit() or line[1] in "-."]
    assert all(line in after.splitlines() for line in others)


@pytest.mark.parametrize(
    ("name", "text", "columns", "places"),
    [
        ("a.conllu", CONLLU, ["xpos", "lemma"], {2, 4}),
        ("a.conllu", CONLLU, ["feats"], {5}),
        ("a.vrt", VRT, ["xpos"], {1}),
        ("a.vrt", VRT, [], {1, 2}),
        ("a.tsv", TSV, ["upos"], {2}),
        # The probability is the old tag's.
        ("a.tsv", TSV, [], {1, 2, 3, 4}),
    ],
)
def test_columns(nlp, tmp_path, name, text, columns, places):
    after = retag(nlp, tmp_path, name, text, columns=columns)
    assert {place for place, _, _ in changed(text, after)} == places


def test_what_a_pipeline_leaves_open_stays(tmp_path):
    """A component that doesn't say what it assigns may set each column, and may leave it open."""

    @Language.component("tags_alone")
    def tags_alone(doc):
        for token in doc:
            token.tag_ = "T"
        return doc

    nlp = spacy.blank("xx")
    nlp.add_pipe("tags_alone")
    texts = (("a.conllu", CONLLU, {4}), ("a.vrt", VRT, {1}), ("a.tsv", TSV, {1, 4}))
    for name, text, tag_and_prob in texts:
        after = retag(nlp, tmp_path, name, text)
        assert {place for place, _, _ in changed(text, after)} == tag_and_prob


def test_the_names_of_columns_may_have_capitals(nlp, tmp_path):
    text = "Word\tTag\ndogs\tX\n"
    after = retag(nlp, tmp_path, "a.tsv", text)
    assert after.splitlines()[0] == "Word\tTag"


def test_other_columns_of_a_tsv_stay(nlp, tmp_path):
    text = "word\tlemma\ttag\tnote\nGo\t\tX\tn1\nhome\t\tX\tn2\n"
    after = retag(nlp, tmp_path, "a.tsv", text, columns=["xpos"])
    assert after == text.replace("X", "T")


def test_a_column_that_is_asked_for_has_to_be_there(nlp, tmp_path):
    with pytest.raises(ValueError, match="line 1 names no column for upos"):
        retag(nlp, tmp_path, "a.tsv", "dogs\tX\n", columns=["xpos", "upos"])


def test_a_pattern_for_white_space_sets_no_column(nlp, tmp_path):
    nlp = spacy.blank("xx")
    nlp.add_pipe("noun_chunker", config={"pattern": "<NOUN>"})
    ruler = nlp.add_pipe("attribute_ruler")
    ruler.add([[{"IS_SPACE": True}]], {"TAG": "_SP", "POS": "SPACE"})
    with pytest.raises(ValueError, match="sets no tags"):
        retag(nlp, tmp_path, "a.conllu", CONLLU)
    with pytest.raises(ValueError, match="sets no tags"):
        retag(nlp, tmp_path, "a.txt", "Go.")


@pytest.mark.parametrize("attr", ["POS", "pos", POS])
def test_a_pattern_names_its_attribute_as_spacy_allows(attr):
    nlp = spacy.blank("xx")
    nlp.add_pipe("attribute_ruler").add([[{"LOWER": "go"}]], {attr: "VERB"})
    assert sets_attribute(nlp, "pos")
    assert not sets_attribute(nlp, "lemma")


def test_features_of_a_lexicon_are_written(tmp_path):
    nlp = make_nlp([("the dog", ["DET", "NN"])])
    nlp.get_pipe("lstm_tagger").lexicon["go"] = ["NN", "POS=NOUN|Number=Sing"]
    after = retag(nlp, tmp_path, "a.conllu", CONLLU, columns=["feats"])
    assert changed(CONLLU, after) == [(5, "Mood=Imp", "Number=Sing")]


@pytest.mark.parametrize(("name", "text"), [("a.conllu", CONLLU), ("a.vrt", VRT), ("a.tsv", TSV)])
@pytest.mark.parametrize("way", ["CRLF", "byte order mark", "no line break at the end"])
def test_bytes_that_are_no_tags_stay(nlp, tmp_path, name, text, way):
    if way == "CRLF":
        text = text.replace("\n", "\r\n")
    elif way == "byte order mark":
        text = "\ufeff" + text
    else:
        text = text.rstrip("\n")
    after = retag(nlp, tmp_path, name, text)
    assert after.count("\r") == text.count("\r")
    assert after[:2] == text[:2]
    # To tag anew what was tagged anew changes nothing.
    assert retag(nlp, tmp_path, name, after) == after != text


def test_vrt_keeps_markup_and_other_columns(nlp, tmp_path):
    after = retag(nlp, tmp_path, "a.vrt", VRT)
    assert after == VRT.replace("XX\told", "T\t&lt;new&gt;")


def test_words_of_vrt_are_those_of_the_text(tmp_path):
    nlp = by_rules("T", {"AT&T": "A", "<": "B"})
    after = retag(nlp, tmp_path, "a.vrt", VRT)
    assert "AT&amp;T\tA\t" in after
    assert "&lt;\tB\t" in after


def test_empty_lines_may_stand_before_a_tsv(nlp, tmp_path):
    assert retag(nlp, tmp_path, "a.tsv", "\nGo\n") == "\nGo\tT\t<new>\n"
    names = "\n\nword\tpos\nGo\tYY\n"
    assert retag(nlp, tmp_path, "a.tsv", names) == names.replace("YY", "NOUN")
    with pytest.raises(ValueError, match="line 2 names no column 'prob'"):
        retag(nlp, tmp_path, "a.tsv", "\nGo\n", probs=True)


@pytest.mark.parametrize("name", ["a.vrt", "a.tsv"])
def test_words_alone_get_a_tag_and_a_lemma(nlp, tmp_path, name):
    lemma = "&lt;new&gt;" if name == "a.vrt" else "<new>"
    expected = f"Go\tT\t{lemma}\n.\tT\t{lemma}\n\nYes\tT\t{lemma}\n"
    assert retag(nlp, tmp_path, name, "Go\n.\n\nYes\n") == expected


def test_a_word_that_looks_like_markup_is_one_in_a_tsv(nlp, tmp_path):
    assert retag(nlp, tmp_path, "a.tsv", "<s>\n<b\n", columns=["xpos"]) == "<s>\tT\n<b\tT\n"


def test_other_suffixes_encodings_and_compressions(nlp, tmp_path):
    text = "1\tB\u00e4r" + "\t_" * 8 + "\n"
    after = retag(
        nlp,
        tmp_path,
        "a.txt",
        text.encode("cp1252"),
        encoding="cp1252",
        text_format=TextFormat.conllu,
        columns=["xpos"],
    )
    assert after == "1\tB\u00e4r\t_\t_\tT" + "\t_" * 5 + "\n"


@pytest.fixture(scope="module")
def with_probs():
    """A tagger that has probabilities."""
    nlp = spacy.blank("xx")
    nlp.add_pipe("tagger")
    return fit(nlp)


def test_probabilities_stand_in_misc(with_probs, tmp_path):
    after = retag(with_probs, tmp_path, "a.conllu", CONLLU, probs=True)
    misc = [line.split("\t")[9] for line in after.splitlines() if "\t" in line]
    assert misc[0] == "SpacesAfter=\\s\\s"
    assert misc[1].startswith("Gloss=a|B|TagProb=0.")
    assert misc[2].startswith("TagProb=0.")
    assert misc[4] == "CopyOf=-1"
    assert retag(with_probs, tmp_path, "a.conllu", after, probs=True) == after


def test_a_probability_does_not_outlive_its_tag(nlp, with_probs, tmp_path):
    for name, text, place in (("a.conllu", CONLLU, 9), ("a.tsv", TSV, 4)):
        before = retag(with_probs, tmp_path, name, text, probs=True)
        after = retag(nlp, tmp_path, name, before)
        assert place in {column for column, _, _ in changed(before, after)}
        assert "TagProb" not in after
        kept = retag(nlp, tmp_path, name, before, columns=["upos"])
        assert place not in {column for column, _, _ in changed(before, kept)}


def test_probabilities_stand_in_the_column_of_a_tsv(with_probs, tmp_path):
    after = retag(with_probs, tmp_path, "a.tsv", TSV, probs=True)
    assert {place for place, _, _ in changed(TSV, after)} == {1, 4}


@pytest.mark.parametrize(
    ("name", "text", "options", "message"),
    [
        ("a.conllu", "1\tdog\n", {}, "a.conllu: line 1 has 2 columns, not 10"),
        ("a.conllu", "# a\nx\tdog" + "\t_" * 8, {}, "a.conllu: line 2 has no id or no word"),
        ("a.conllu", 2 * ("1\tdog" + "\t_" * 8 + "\n"), {}, "line 2: the id 1 comes after 1"),
        ("a.conllu", b"1\tB\xe4r" + b"\t_" * 8, {}, "line 1 is not valid .* as in --encoding"),
        ("a.vrt", "<s>\n<b\n", {}, "a.vrt: line 2 has markup that does not end on its line"),
        ("a.vrt", "<s>\n\tNN\n", {}, "a.vrt: line 2 has no word in its first column"),
        ("a.tsv", "Go\n\tNN\n", {}, "a.tsv: line 2 has no word in its first column"),
        ("a.tsv", "word\tlemma\nGo\tgo\n", {"columns": ["xpos"]}, "line 1 names no column for"),
        ("a.vrt", VRT, {"columns": ["upos"]}, "the columns of vrt that can be replaced are xpos"),
        ("a.vrt", VRT, {"probs": True}, "VRT has no column for the probability"),
        ("a.tsv", "Go\n", {"probs": True}, "line 1 names no column 'prob'"),
        ("a.tsv", "Token\tPOS\nGo\tVB\n", {}, "line 1: .* seems to name the columns"),
        ("a.tsv", "ID\tword\ttag\n1\tGo\tVB\n", {}, "line 1: .* Name each once: first word"),
        ("a.tsv", "Go\tVB\rhome\tNN\r", {}, "line 1 has a carriage return"),
        ("a.vrt", "Go\rhome\r", {}, "line 1 has a carriage return"),
        ("a.conllu", "# a\r1\tGo\r", {}, "line 1 has a carriage return"),
        ("a.tsv", "word\txpos\tlemma\nGo\tVB\tgo\n", {}, "line 1: .* seems to name the columns"),
        ("a.tsv", "id\tform\tnote\n1\tGo\tx\n", {}, "line 1: .* seems to name the columns"),
        ("a.conllu", "", {}, "There is no text in the input"),
    ],
)
def test_mistakes(nlp, tmp_path, name, text, options, message):
    with pytest.raises(ValueError, match=message):
        retag(nlp, tmp_path, name, text, **options)


def test_a_column_that_the_pipeline_does_not_set(tmp_path):
    with pytest.raises(ValueError, match="'lemma', but the pipeline does not set it"):
        retag(by_rules("T"), tmp_path, "a.conllu", CONLLU, columns=["lemma"])
    after = retag(by_rules("T"), tmp_path, "a.conllu", CONLLU)
    assert {place for place, _, _ in changed(CONLLU, after)} == {4}


def test_a_component_that_splits_tokens_is_named(tmp_path):
    @Language.component("split_first")
    def split_first(doc):
        with doc.retokenize() as retokenizer:
            retokenizer.split(doc[0], list(doc[0].text), [(doc[0], 0)] * len(doc[0]))
        return doc

    nlp = by_rules("T")
    nlp.add_pipe("split_first")
    with pytest.raises(ValueError, match="has made 5 tokens of 4 words: a component merges"):
        retag(nlp, tmp_path, "a.conllu", CONLLU)


def test_each_sentence_is_a_doc_of_its_own(tmp_path):
    seen = []

    @Language.component("see")
    def see(doc):
        seen.append((doc.text, [token.is_sent_start for token in doc]))
        return doc

    nlp = by_rules("T")
    nlp.add_pipe("see")
    retag(nlp, tmp_path, "a.conllu", CONLLU)
    assert [text for text, _ in seen if text] == ["Don't go. ", "10 000 "]
    assert seen[0][1] == [True, False, False, False]
    seen.clear()
    retag(nlp, tmp_path, "a.vrt", VRT)
    assert [text for text, _ in seen if text] == ["Don't AT&T < ", "Go "]


def test_a_file_without_sentences_is_cut(nlp, tmp_path):
    text = "go\n" * (2 * MAX_LINES + 1)
    after = retag(nlp, tmp_path, "a.tsv", text, columns=["xpos"])
    assert after == "go\tT\n" * (2 * MAX_LINES + 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CONLLU, TextFormat.conllu),
        (VRT, TextFormat.vrt),
        ("Go\tVB\nhome\tNN\n.\t.\n\nYes\tUH\n,\t,\n", TextFormat.tsv),
        ("Go\nhome\n.\n\nYes\n!\n", TextFormat.tsv),
        ("Go\nhome\n\ufeff\n.\n\ufeffYes\n!\n", TextFormat.tsv),
        ("Go home.\nYes\n!\nNo.\nWell, then.\n", None),
        ("apple\nbook\ncat\ndog\negg\n", None),
        ("<p>Go\thome.</p>\n<p>Yes.</p>\n", None),
        ("1\tGo home.\n2\tYes, go.\n3\tNo, stay.\n4\tWell then\n5\tOh no\n", None),
    ],
)
def test_text_that_looks_like_words(nlp, tmp_path, text, expected):
    path = tmp_path / "a.txt"
    path.write_text(text, encoding="utf8")
    warning = tag_file(nlp, Path(path), io.BytesIO(), TagOptions()).warning
    if expected is None:
        assert warning == ""
    else:
        assert f"a.txt looks like {expected.value}, and was tagged as text" in warning
        assert f"--input-format {expected.value}" in warning


def test_words_that_are_names_of_columns(nlp, tmp_path):
    text = "form\tNN\tform\ntoken\tNN\n"
    assert retag(nlp, tmp_path, "a.tsv", text, columns=["xpos"]) == text.replace("NN", "T")


def test_a_carriage_return_beside_words_stays(nlp, tmp_path):
    text = "# text = The\rdog\n1\tThe" + "\t_" * 7 + "\tNote=a\rb\n"
    assert "The\rdog" in retag(nlp, tmp_path, "a.conllu", text)
    text = '<text title="a\rb">\nGo\tVB\n</text>\n'
    assert retag(nlp, tmp_path, "a.vrt", text, columns=["xpos"]) == text.replace("VB", "T")


def test_comments_are_no_words_that_look_like_text(nlp, tmp_path):
    path = tmp_path / "a.conllu"
    path.write_text("# meta = a b\n" * 20 + CONLLU, encoding="utf8")
    assert tag_file(nlp, path, io.BytesIO(), TagOptions()).warning == ""


@pytest.mark.parametrize("name", ["a.vrt", "a.tsv"])
def test_words_that_look_like_text(nlp, tmp_path, name):
    path = tmp_path / name
    for text, is_text in [("Go VB\nhome NN\n", True), ("Go\tVB\n10 000\tCD\n", False)]:
        path.write_text(text, encoding="utf8")
        warning = tag_file(nlp, path, io.BytesIO(), TagOptions()).warning
        assert (f"{name} has no tabs and several words on a line" in warning) == is_text


def test_text_with_markup_is_named(nlp, tmp_path):
    path = tmp_path / "a.xml"
    path.write_text("<text>\n<p>\nGo home.\n</p>\n</text>\n", encoding="utf8")
    assert (
        "a.xml has markup, which was tagged as words"
        in tag_file(nlp, path, io.BytesIO(), TagOptions()).warning
    )
    options = TagOptions(output_format=OutputFormat.vrt, markup=True)
    assert tag_file(nlp, path, io.BytesIO(), options).warning == ""
