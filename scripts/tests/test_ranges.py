"""Words that are written as one, as German zum, are tokens of their own, or one token."""

import pytest
import spacy
from prepare_ud import main as prepare
from ranges import find_ranges
from spacy.tokens import DocBin
from spacy.util import load_config

from spacy_lstm_tagger.tools.text.formats.conllu import CoNLLU


def row(id_, form="_", lemma="_", upos="_", xpos="_", feats="_", head="_", misc="_"):
    return "\t".join([id_, form, lemma, upos, xpos, feats, head, "_", "_", misc])


ZUM = [
    row("1", "Er", "er", "PRON", "PPER", "Case=Nom", "2"),
    row("2", "geht", "gehen", "VERB", "VVFIN", "_", "0"),
    row("3-4", "zum"),
    row("3", "zu", "zu", "ADP", "APPR", "_", "5"),
    row("4", "dem", "der", "DET", "ART", "Case=Dat|PronType=Art", "5"),
    row("5", "Haus", "Haus", "NOUN", "NN", "Case=Dat", "2", "SpaceAfter=No"),
    row("5.1", "dort", "dort", "ADV", "ADV"),
    row("6", "!", "!", "PUNCT", "$.", "_", "2"),
]
# The verb is the head.
SE = [
    row("1-2", "darse", misc="SpaceAfter=No"),
    row("1", "dar", "dar", "VERB", "_", "VerbForm=Inf", "0"),
    row("2", "se", "él", "PRON", "_", "Person=3", "1"),
    row("3", ".", ".", "PUNCT", "_", "_", "1"),
]
PLURAL = [line.replace("Person=3", "Number=Plur|VerbForm=Fin") for line in SE]
W = [
    row("1-2", "wmalik"),
    row("1", "w", "w", "CCONJ", "C", "_", "2"),
    row("2", "malik", "malik", "NOUN", "N", "_", "0"),
]


def first_doc(tmp_path, *sentences, dev=None):
    """The first Doc that is made of a treebank with these sentences, and its tokenizer."""
    folder = tmp_path / "UD_Tiny"
    folder.mkdir()
    for part, of_part in (("train", sentences), ("dev", dev or sentences)):
        text = "".join("\n".join(rows) + "\n\n" for rows in of_part)
        (folder / f"xx_tiny-ud-{part}.conllu").write_text(text, encoding="utf8")
    prepare(folder, tmp_path / "out", "xx")
    nlp = spacy.load(load_config(tmp_path / "out/config.cfg")["paths"]["tokenizer"])
    return next(DocBin().from_disk(tmp_path / "out/train.spacy").get_docs(nlp.vocab)), nlp


def test_words_that_are_not_in_the_text_are_one_token(tmp_path, capsys):
    doc, nlp = first_doc(tmp_path, ZUM)
    assert doc.text.strip() == "Er geht zum Haus!"
    assert [token.tag_ for token in doc] == ["PPER", "VVFIN", "APPR+ART", "NN", "$."]
    zum = doc[2]
    assert (zum.pos_, zum.lemma_) == ("ADP", "zu+der")
    assert str(zum.morph) == "Case=Dat|PronType=Art"
    assert [token.text for token in nlp(doc.text.strip())] == [token.text for token in doc]
    printed = " ".join(capsys.readouterr().out.split())
    assert "4 words are in 2 tokens with joined tags" in printed
    assert "zum (zu + dem, APPR+ART)" in printed


@pytest.mark.parametrize(
    ("sentence", "tags", "expected"),
    [
        # Without XPOS, the joined tag is of UPOS.
        (SE, ["VERB+PRON", "PUNCT"], ("VERB", "dar+él", "Person=3|VerbForm=Inf")),
        # The part of speech is the head's.
        (W, ["C+N"], ("NOUN", "w+malik", "")),
        # One value of a feature from each word.
        (PLURAL, ["VERB+PRON", "PUNCT"], ("VERB", "dar+él", "Number=Plur|VerbForm=Fin,Inf")),
    ],
)
def test_annotation_is_joined(tmp_path, sentence, tags, expected):
    doc, _ = first_doc(tmp_path, sentence)
    assert [token.tag_ for token in doc] == tags
    assert (doc[0].pos_, doc[0].lemma_, str(doc[0].morph)) == expected


def test_words_that_the_tokenizer_finds_are_tokens_and_conllu_has_their_range(tmp_path):
    # It has to see a string twice.
    doc, nlp = first_doc(tmp_path, SE, SE)
    assert [token.text for token in doc][:3] == ["dar", "se", "."]
    assert [token.tag_ for token in doc][:2] == ["VERB", "PRON"]
    ids = [line.split("\t")[0] for line in CoNLLU().word_lines(list(nlp("darse")), [])]
    assert ids == ["1-2", "1", "2"]


@pytest.mark.parametrize("dev", [[SE, ZUM], [ZUM, ZUM, SE]])
def test_all_are_treated_as_most_of_the_dev_part_are(tmp_path, dev):
    doc, _ = first_doc(tmp_path, SE, SE, ZUM, dev=dev)
    is_split = dev == [SE, ZUM]
    assert (doc[0].text == "dar") is is_split
    # Nothing can split this one.
    assert "zum" in [token.text for token in doc]


def test_a_line_of_spaces_ends_a_sentence():
    sentence = [[id_, form, *"________"] for id_, form in (("1-2", "ab"), ("1", "a"), ("2", "b"))]
    assert len(list(find_ranges([*sentence, [" "], *sentence]))) == 2
