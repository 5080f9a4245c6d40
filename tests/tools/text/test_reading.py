"""Files of words are read in each format, with what they say of their words."""

import pytest
from helpers import run_command, said, tags
from text_samples import CONLLU, GOLD, LIST, SAMPLES, SLASH, VARIATIONS, VRT

TEXTS = {".conllu": "Don't go. 10 000 _ ", ".vrt": "Don't AT&T < _ "}


def annotation(doc):
    return [(word.text, word.tag_, word.pos_, str(word.morph), word.lemma_) for word in doc]


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
        ("dogs \tNNS \n cats\t NNS\n", ".tsv", [("dogs", "NNS"), ("cats", "NNS")]),
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
        assert "tokens tag" not in said(done)


@pytest.mark.parametrize(
    ("text", "messages", "n_warnings"),
    [
        ("a/NN b/VB c/NN d/_ " * 3, ["tag tokens tag tokens", "NN 6 VB 3", "3 of them without"], 0),
        ("a/A b/B c/C d/D e/E a/A", ["A 2 B 1 C 1 D 1", "3 tokens: 5", "A (2), B (1), C"], 1),
        ("a/X b/x c/D d/d " * 4 + "a/X", ["in case: 2", "X (5) and x (4), D (4) and d (4)"], 1),
        ("a/X b/x", ["in case: 1", "X (1) and x (1)", "X (1), x (1)"], 2),
        (" ".join(f"a/{i}" for i in range(150)), ["and 50 tags that are", "19 (1), …"], 1),
        ("a/_ b/_", ["(1 documents, 2 tokens, 2 of them without a tag)"], 0),
    ],
)
def test_the_command_counts_tags_and_warns_of_typing_errors(tmp_path, text, messages, n_warnings):
    (tmp_path / "all.txt").write_text(text)
    done = run_command("convert-tags", "all.txt", "all.spacy", cwd=tmp_path)
    assert done.exit_code == 0, done.output
    for message in messages:
        assert message in said(done)
    assert said(done).count("A typing error becomes a label") == n_warnings


def test_the_command_shows_each_invalid_line_on_a_line(tmp_path):
    (tmp_path / "a.txt").write_text("x\ny\n")
    done = run_command("convert-tags", "a.txt", "a.spacy", cwd=tmp_path)
    assert done.exit_code == 1
    assert done.output.splitlines()[-2:] == [
        f"line {n}: '{word}' is not a word, a slash, and a tag." for n, word in ((1, "x"), (2, "y"))
    ]
