"""The words of a file are tagged anew, and each other byte of it stays."""

import pytest
import spacy
from helpers import by_rules, fit
from spacy.language import Language
from text_samples import CONLLU, GOLD, SAMPLES, TSV, VARIATIONS, VRT, rows

from spacy_lstm_tagger.tools.text.formats.vertical import MAX_LINES

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


def changed(before, after):
    """The indices of the cells that differ. All lines have to be there."""
    assert before.count("\r") == after.count("\r")
    return {
        place
        for line, other in zip(before.split("\n"), after.split("\n"), strict=True)
        for place, (old, new) in enumerate(zip(line.split("\t"), other.split("\t"), strict=False))
        if old != new
    }


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
