"""Gold data of several treebanks, and what is made out of their trees."""

import random

import pytest
import spacy
from commands import commands, headings, noun_verbs, questions
from composed import Subject, helper
from gold import Rules, Token, read_sentences, settle
from gold import main as make_gold
from phrases import Phrases
from spacy.tokens import DocBin

STATEMENT = """\
1	I	I	PRON	PRP	Case=Nom	2	nsubj	_	_
2	want	want	VERB	VBP	Mood=Ind	0	root	_	_
3	to	to	PART	TO	_	4	mark	_	_
4	try	try	VERB	VB	VerbForm=Inf	2	xcomp	_	_
5	the	the	DET	DT	Definite=Def	7	det	_	_
6	tomato	tomato	NOUN	NN	Number=Sing	7	compound	_	_
7	soup	soup	NOUN	NN	Number=Sing	4	obj	_	SpaceAfter=No
8	.	.	PUNCT	.	_	2	punct	_	_

"""


def token(word, xpos, upos, feats="_", head=0, relation="", lemma=None):
    return Token(word, lemma or word.lower(), upos, xpos, feats, head, relation, space=True)


def texts(sentences):
    return [" ".join(t.word for t in sentence) for sentence in sentences]


@pytest.fixture
def treebank(tmp_path):
    """A function that writes a treebank of some sentences."""

    def write(name, text):
        folder = tmp_path / name
        folder.mkdir()
        for part in ("train", "dev"):
            (folder / f"{name}-ud-{part}.conllu").write_text(text, encoding="utf8")
        return folder

    return write


def test_words_of_a_multiword_token_take_its_place(tmp_path):
    text = STATEMENT.replace("1\tI\t", "1-2\tIwant" + "\t_" * 8 + "\n1\tI\t", 1)
    (tmp_path / "x.conllu").write_text(text)
    (sentence,) = read_sentences(tmp_path / "x.conllu")
    assert [t.word for t in sentence][:3] == ["I", "want", "to"]
    assert [t.space for t in sentence][:3] == [False, True, True]


def test_features_are_unknown_in_a_treebank_that_has_none(tmp_path):
    path = tmp_path / "x.conllu"
    okay = "1\tOkay\tokay\tINTJ\tUH\t_\t0\troot\t_\t_\n\n"
    path.write_text(STATEMENT + okay)
    *_, (word,) = read_sentences(path)
    assert (word.feats, word.lemma) == ("_", "okay")
    path.write_text(okay)
    assert next(read_sentences(path))[0].feats == ""


def test_a_folder_that_is_no_treebank(tmp_path):
    with pytest.raises(ValueError, match=r"has 0 files \*-train.conllu"):
        make_gold([tmp_path], tmp_path / "gold")


@pytest.mark.parametrize(
    ("words", "xpos"),
    [
        ([token("--", ",", "PUNCT")], [":"]),
        ([token("www.example.com", "NNP", "PROPN")], ["ADD"]),
        ([token('"', '"', "PUNCT"), token("a", "DT", "DET"), token('"', '"', "PUNCT")], None),
    ],
)
def test_differences_of_treebanks_are_settled(words, xpos):
    assert [t.xpos for t in settle(words)] == (xpos or ["``", "DT", "''"])


def test_missing_values_are_completed_only_where_there_is_no_doubt():
    known = [token("soup", "NN", "NOUN", "Number=Sing"), token("try", "VB", "VERB")]
    other = [token("try", "NN", "NOUN", "Number=Sing")]
    rules = Rules([known] * 5)
    soup, it = rules.complete([token("soup", "", "NOUN", ""), token("it", "", "PRON", "")])
    assert (soup.xpos, soup.feats) == ("NN", "Number=Sing")
    assert (it.xpos, it.feats, it.upos) == ("", "", "")
    (tried,) = Rules([known, other] * 5).complete([token("try", "", "X", "")])
    assert tried.xpos == ""


def test_each_treebank_gives_a_file_for_training_and_one_to_measure(treebank, tmp_path):
    without = STATEMENT.replace("\tNN\t", "\t_\t").replace("\tVB\t", "\t_\t")
    folders = [treebank("en_a", STATEMENT * 5), treebank("en_b", without)]
    make_gold(folders, tmp_path / "gold")
    vocab = spacy.blank("en").vocab
    for part, tag in (("train", "NN"), ("dev", "")):
        names = sorted(path.name for path in (tmp_path / "gold" / part).iterdir())
        assert names == ["en_a.spacy", "en_b.spacy"]
        docs = DocBin().from_disk(tmp_path / "gold" / part / "en_b.spacy")
        (doc,) = docs.get_docs(vocab)
        assert doc.text.strip() == "I want to try the tomato soup."
        assert doc[6].tag_ == tag


def test_a_statement_has_a_command_and_a_heading(tmp_path):
    (tmp_path / "x.conllu").write_text(STATEMENT)
    (sentence,) = read_sentences(tmp_path / "x.conllu")
    found = [t for seed in range(40) for t in commands(sentence, ["book"], random.Random(seed))]
    assert {"Try the tomato soup", "Book the tomato soup .", "Book soup"} & set(texts(found))
    for command in found:
        verbs = [t for t in command if t.xpos == "VB"]
        assert {t.feats for t in verbs} == {"Mood=Imp|VerbForm=Fin"}
        assert verbs[-1].word.lower() in ("try", "book")
    made = [t for seed in range(9) for t in headings(sentence, [], random.Random(seed))]
    assert {text.lower().removesuffix(" .") for text in texts(made)} == {"tomato soup"}


def test_a_statement_is_turned_into_a_question():
    sentence = [
        token("This", "DT", "DET", head=2, relation="det"),
        token("phone", "NN", "NOUN", head=3, relation="nsubj"),
        token("works", "VBZ", "VERB", "Mood=Ind", lemma="work"),
        token("well", "RB", "ADV", head=3, relation="advmod"),
        token(".", ".", "PUNCT", head=3, relation="punct"),
    ]
    found = [t for seed in range(40) for t in questions(sentence, ["book"], random.Random(seed))]
    assert "Does this phone work well ?" in texts(found)
    for question in found:
        (verb,) = [t for t in question if t.xpos == "VB"]
        (helper,) = [t for t in question if t.xpos == "VBZ"]
        assert verb.word in ("work", "book")
        assert (helper.upos, helper.lemma) == ("AUX", "do")


def test_verbs_that_are_nouns_are_found_in_text(tmp_path):
    pytest.importorskip("spacy_lookups_data")
    (tmp_path / "raw.txt").write_text("they book and bring the train\n" * 3)
    assert noun_verbs([tmp_path / "raw.txt"], 3) == ["book", "train"]
    assert noun_verbs([tmp_path / "raw.txt"], 4) == []


def test_short_sentences_are_composed_of_phrases(tmp_path):
    (tmp_path / "x.conllu").write_text(STATEMENT)
    (sentence,) = read_sentences(tmp_path / "x.conllu")
    phrases = Phrases()
    phrases.add(sentence)
    assert texts(phrases.bare) == ["tomato", "tomato soup"]
    assert texts(phrases.full) == ["tomato", "the tomato soup"]
    soup = phrases.full[1]
    do = helper("do", Subject(soup), past=False)
    assert (do.word, do.xpos, do.lemma, do.upos) == ("does", "VBZ", "do", "AUX")
    assert [helper("be", Subject(soup, "Plur"), past).word for past in (True, False)] == [
        "were",
        "are",
    ]
