import pytest
import spacy
from helpers import run_command, said, tags
from spacy.tokens import DocBin

from spacy_lstm_tagger.tools.text.convert import convert_tags


CONLLU = """\
# text = Don't go.
1-2\tDon't\t_\t_\t_\t_\t_\t_\t_\t_
1\tDo\t_\tAUX\tVB\t_\t_\t_\t_\t_
2\tn't\t_\tPART\tRB\t_\t_\t_\t_\t_
3\tgo\t_\tVERB\tVB\t_\t_\t_\t_\tSpaceAfter=No
3.1\tthere\t_\tADV\tRB\t_\t_\t_\t_\t_
4\t.\t_\tPUNCT\t_\t_\t_\t_\t_\t_

1\tYes\t_\tINTJ\tUH\t_\t_\t_\t_\t_
"""
TSV = "Do\tVB\nn't\tRB\ngo\tVB\n.\t_\n\nYes\tUH\n\n\n"
SLASH = "Do/VB n't/RB 1/2/CD ./_\n\nYes/UH\n"


def convert(tmp_path, text, suffix, **settings):
    path = tmp_path / f"data{suffix}"
    path.write_text(text, encoding="utf8")
    convert_tags(path, tmp_path / "data.spacy", **settings)
    return list(DocBin().from_disk(tmp_path / "data.spacy").get_docs(spacy.blank("xx").vocab))


@pytest.mark.parametrize(
    ("text", "suffix", "words", "expected"),
    [
        (CONLLU, ".conllu", ["Do", "n't", "go", ".", "Yes"], ["VB", "RB", "VB", "", "UH"]),
        (TSV, ".tsv", ["Do", "n't", "go", ".", "Yes"], ["VB", "RB", "VB", "", "UH"]),
        (SLASH, ".txt", ["Do", "n't", "1/2", ".", "Yes"], ["VB", "RB", "CD", "", "UH"]),
    ],
)
def test_formats(tmp_path, text, suffix, words, expected):
    (doc,) = convert(tmp_path, text, suffix)
    assert [token.text for token in doc] == words
    assert tags(doc) == expected
    assert [len(sentence) for sentence in doc.sents] == [4, 1]
    assert [len(doc) for doc in convert(tmp_path, text, suffix, n_sents=1)] == [4, 1]


def test_a_word_without_xpos_has_no_tag_if_others_of_the_file_have(tmp_path):
    text = "1\tOh\t_\tINTJ\t_" + "\t_" * 5 + "\n\n" + CONLLU
    (doc,) = convert(tmp_path, text, ".conllu")
    assert tags(doc) == ["", "VB", "RB", "VB", "", "UH"]
    assert [token.text for token in doc[:3]] == ["Oh", "Do", "n't"]


@pytest.mark.parametrize(
    ("text", "suffix", "are_known"),
    [
        (CONLLU, ".conllu", True),
        (TSV, ".tsv", False),
        (SLASH, ".txt", False),
        ("do\tVB\nn't\tRB\n", ".vrt", False),
        ("<s>\nYes\tUH\n</s>\n<s>\ndo\tVB\n<g/>\nn't\tRB\ngo\tVB\n</s>", ".vrt", True),
    ],
)
def test_spaces_are_known_if_the_format_has_them(tmp_path, text, suffix, are_known):
    (doc,) = convert(tmp_path, text, suffix)
    assert doc.has_unknown_spaces is not are_known
    if suffix == ".vrt" and are_known:
        assert doc.text == "Yes don't go "


def test_names_of_columns_in_a_tsv(tmp_path):
    (doc,) = convert(tmp_path, "Word\tlemma\tTag\ndogs\tdog\tNNS\n", ".tsv")
    assert [(token.text, token.tag_, token.lemma_) for token in doc] == [("dogs", "NNS", "dog")]
    with pytest.raises(ValueError, match="line 1 names no column 'tag'"):
        convert(tmp_path, "word\tlemma\ndogs\tdog\n", ".tsv")


def test_the_command_counts_tokens_without_a_tag(tmp_path):
    (tmp_path / "some.tsv").write_text(TSV)
    (tmp_path / "all.txt").write_text("Do/VB go/VB\n")
    done = run_command("convert-tags", "some.tsv", "some.spacy", "-q", cwd=tmp_path)
    assert "(1 documents, 5 tokens, 1 of them without a tag)" in said(done)
    done = run_command("convert-tags", "all.txt", "all.spacy", "-q", cwd=tmp_path)
    assert "(1 documents, 2 tokens)" in said(done)


def test_the_tag_is_upos_if_no_word_of_the_file_has_xpos(tmp_path):
    text = CONLLU
    for xpos in ("VB", "RB", "UH"):
        text = text.replace(f"\t{xpos}\t", "\t_\t")
    (doc,) = convert(tmp_path, text, ".conllu")
    assert tags(doc) == ["AUX", "PART", "VERB", "PUNCT", "INTJ"]


def test_conllu_keeps_text_parts_of_speech_features_and_lemmas(tmp_path):
    (doc,) = convert(tmp_path, CONLLU, ".conllu")
    assert doc.text.startswith("Don't go. Yes")
    assert [token.pos_ for token in doc] == ["AUX", "PART", "VERB", "PUNCT", "INTJ"]
    assert not doc.has_annotation("MORPH")  # no token has any
    assert not doc.has_annotation("LEMMA")
    text = CONLLU.replace("go\t_\tVERB\tVB\t_", "go\tgo\tVERB\tVB\tMood=Imp|VerbForm=Fin")
    (doc,) = convert(tmp_path, text, ".conllu")
    assert [str(token.morph) for token in doc] == ["", "", "Mood=Imp|VerbForm=Fin", "", ""]
    assert [token.lemma_ for token in doc] == ["", "", "go", "", ""]


def test_a_feature_that_stands_twice_keeps_both_values(tmp_path):
    row = "1\twhom\t_\tPRON\tWP\tCase=Gen|PronType=Int|Case=Acc" + "\t_" * 4
    (doc,) = convert(tmp_path, row, ".conllu")
    assert str(doc[0].morph) == "Case=Acc,Gen|PronType=Int"


@pytest.mark.parametrize(
    ("text", "suffix"),
    [
        ("1\t_\t_\tSYM\tSYM" + "\t_" * 5, ".conllu"),
        ("word\ttag\tlemma\n_\tSYM\t_\n", ".tsv"),
        ("_\tSYM\t_\n", ".vrt"),
    ],
)
def test_the_lemma_of_an_underscore(tmp_path, text, suffix):
    (doc,) = convert(tmp_path, text, suffix)
    assert [(token.text, token.tag_, token.lemma_) for token in doc] == [("_", "SYM", "_")]


@pytest.mark.parametrize(
    ("text", "suffix", "message"),
    [
        ("The/DET dog\n", ".txt", "line 1: 'dog'"),
        ("/DET\n", ".txt", "line 1: '/DET'"),
        ("dog\n", ".tsv", "line 1: 'dog'"),
        ("dog\tNN\n\nThe\tdog\tNN\n", ".tsv", "line 3"),
        ("1\tdog\n", ".conllu", "line 1 has 2 columns"),
        ("x\tdog" + "\t_" * 8, ".conllu", "line 1 has no id"),
        ("9" * 5000 + "\tdog" + "\t_" * 8, ".conllu", "line 1 has no id"),
        (2 * ("1\tdog" + "\t_" * 8 + "\n"), ".conllu", "line 2: the id 1 comes after 1"),
        ("word\ttag\tpos\ndog\tNN\tNUON\n", ".tsv", "line 2: 'NUON'"),
        ("word\ttag\ndog\tNN\tNOUN\n", ".tsv", "line 2: .* the columns word, tag"),
        ("word\ttag\ttag\ndog\tNN\tNN\n", ".tsv", "line 1: "),
        ("<s>\ndog\n</s>\n", ".vrt", "line 2: 'dog' is not markup"),
        ("1\tdog\t_\tNUON\tNN" + "\t_" * 5, ".conllu", "line 1: 'NUON'"),
        ("1\tdog\t_\tNOUN\tNN\tSing" + "\t_" * 4, ".conllu", "line 1: 'Sing'"),
        ("", ".txt", "no sentence"),
        ("a/B", ".doc", "--format"),
    ],
)
def test_bad_input_is_named_and_nothing_is_written(tmp_path, text, suffix, message):
    with pytest.raises(ValueError, match=message):
        convert(tmp_path, text, suffix)
    assert not (tmp_path / "data.spacy").exists()


def test_an_output_that_can_not_be_written(tmp_path):
    (tmp_path / "data.txt").write_text("a/B")
    with pytest.raises(ValueError, match=r"has to be a \.spacy file"):
        convert_tags(tmp_path / "data.txt", tmp_path / "data.bin")
    with pytest.raises(FileNotFoundError, match=r"missing/data\.spacy"):
        convert_tags(tmp_path / "data.txt", tmp_path / "missing/data.spacy")


def test_an_invalid_byte_and_a_damaged_file_are_named_once(tmp_path):
    (tmp_path / "data.tsv").write_bytes(b"a\tB\n" * 40_000 + "\xe9\tB".encode("latin1"))
    (tmp_path / "data.conllu.gz").write_bytes(b"1\ta")
    for name, message in [
        ("data.tsv", "line 40001 is not valid Unicode"),
        ("data.conllu.gz", "cut off, damaged, or not a .gz file"),
    ]:
        with pytest.raises(ValueError, match=message) as error:
            convert_tags(tmp_path / name, tmp_path / "data.spacy")
        assert str(error.value).count(name) == 1


def test_a_word_may_hold_a_space_that_is_no_separator(tmp_path):
    (doc,) = convert(tmp_path, "10\u00a0000/CD dogs/NNS", ".txt")
    assert [token.text for token in doc] == ["10\u00a0000", "dogs"]


def test_the_first_line_of_a_tsv_may_name_its_columns(tmp_path):
    text = "word\ttag\tpos\tlemma\tprob\nDogs\tNNS\tNOUN\tdog\t0.9\nrun\t\t\t\t\n\nYes\tUH\n"
    (doc,) = convert(tmp_path, text, ".tsv")
    assert [token.text for token in doc] == ["Dogs", "run", "Yes"]
    assert tags(doc) == ["NNS", "", "UH"]
    assert (doc[0].pos_, doc[0].lemma_) == ("NOUN", "dog")
    assert [len(sentence) for sentence in doc.sents] == [2, 1]
    (doc,) = convert(tmp_path, f"\n\n{text}", ".tsv")
    assert [token.text for token in doc] == ["Dogs", "run", "Yes"]
    (doc,) = convert(tmp_path, "Word\tTag\nx\tNN\n", ".tsv")
    assert [token.text for token in doc] == ["x"]
    (doc,) = convert(tmp_path, "word\tNN\ntag\tNN\n", ".tsv")
    assert [token.text for token in doc] == ["word", "tag"]


def test_columns_with_other_names_are_left_out(tmp_path):
    (doc,) = convert(tmp_path, "word\tnote\ttag\ndog\tn1\tNN\n", ".tsv")
    assert [(token.text, token.tag_) for token in doc] == [("dog", "NN")]


@pytest.mark.parametrize(
    ("text", "suffix"),
    [
        ("word\ttag\n\ufeffx\tNN\n\ufeff\tNN\n", ".tsv"),
        ("<s>\n\ufeffx\tNN\n\ufeff\tNN\n</s>\n", ".vrt"),
        ("\ufeffx/NN \ufeff/NN\n", ".txt"),
    ],
)
def test_a_byte_order_mark_is_the_first_character_of_a_file_alone(tmp_path, text, suffix):
    (doc,) = convert(tmp_path, "\ufeff" + text, suffix)
    assert [token.text for token in doc] == ["\ufeffx", "\ufeff"]


def test_vrt(tmp_path):
    text = """<text id="a&amp;b">
<p>
<s>
AT&amp;T\tNNP\tAT&amp;T
<b>
left\tVBD\tleave
</b>
&lt;\tSYM\t_
</s>
<s>
Yes\tUH
</s>
</p>
No\tUH\tno\t0.9
</text>
"""
    (doc,) = convert(tmp_path, text, ".vrt")
    assert [token.text for token in doc] == ["AT&T", "left", "<", "Yes", "No"]
    assert tags(doc) == ["NNP", "VBD", "SYM", "UH", "UH"]
    assert [token.lemma_ for token in doc] == ["AT&T", "leave", "", "", "no"]
    assert [len(sentence) for sentence in doc.sents] == [3, 1, 1]


def test_command(tmp_path):
    (tmp_path / "data.words").write_text("The/DET dog/NN\n")
    args = ["convert-tags", tmp_path / "data.words", tmp_path / "data.spacy"]
    assert run_command(*args).exit_code == 1
    done = run_command(*args, "--format", "slash")
    assert done.exit_code == 0, done.output
    assert (tmp_path / "data.spacy").exists()
