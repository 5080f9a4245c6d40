"""Gold data of several treebanks, and what is made out of their trees."""

import random

import pytest
import spacy
from commands import commands, headings, noun_verbs, questions
from composed import Verbs, compose, helper
from gold import Rules, settle
from gold import main as make_gold
from helpers import write
from phrases import Phrases
from sentences import Token
from spacy.tokens import DocBin


def token(word, xpos, upos, feats="_", head=0, relation="", lemma=None):
    return Token(word, lemma or word.lower(), upos, xpos, feats, head, relation, space=True)


def texts(sentences):
    return [" ".join(t.word for t in sentence) for sentence in sentences]


def test_words_of_a_multiword_token_take_its_place(conllu, read):
    (sentence,) = read(conllu.replace("1\tI\t", "1-2\tIwant" + "\t_" * 8 + "\n1\tI\t", 1))
    assert [t.word for t in sentence][:3] == ["I", "want", "to"]
    assert [t.space for t in sentence][:3] == [False, True, True]


def test_features_are_unknown_in_a_treebank_that_has_none(conllu, read):
    okay = "1\tOkay\tokay\tINTJ\tUH\t_\t0\troot\t_\t_\n\n"
    *_, (word,) = read(conllu + okay)
    assert (word.feats, word.lemma) == ("_", "okay")
    ((word,),) = read(okay)
    assert word.feats == ""


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


def test_each_treebank_gives_a_file_for_training_and_one_to_measure(conllu, tmp_path):
    without = conllu.replace("\tNN\t", "\t_\t").replace("\tVB\t", "\t_\t")
    for name, text in (("en_a", conllu * 5), ("en_b", without)):
        (tmp_path / name).mkdir()
        for part in ("train", "dev"):
            write(tmp_path / name / f"{name}-ud-{part}.conllu", text)
    make_gold([tmp_path / "en_a", tmp_path / "en_b"], tmp_path / "gold")
    vocab = spacy.blank("en").vocab
    for part, tag in (("train", "NN"), ("dev", "")):
        names = sorted(path.name for path in (tmp_path / "gold" / part).iterdir())
        assert names == ["en_a.spacy", "en_b.spacy"]
        docs = DocBin().from_disk(tmp_path / "gold" / part / "en_b.spacy")
        (doc,) = docs.get_docs(vocab)
        assert doc.text.strip() == "I want to try the tomato soup."
        assert doc[6].tag_ == tag


def test_a_statement_has_a_command_and_a_heading(statement):
    found = [t for seed in range(40) for t in commands(statement, ["book"], random.Random(seed))]
    assert {"Try the tomato soup", "Book the tomato soup .", "Book soup"} & set(texts(found))
    for command in found:
        verbs = [t for t in command if t.xpos == "VB"]
        assert {t.feats for t in verbs} == {"Mood=Imp|VerbForm=Fin"}
        assert verbs[-1].word.lower() in ("try", "book")
    made = [t for seed in range(9) for t in headings(statement, [], random.Random(seed))]
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


def test_short_sentences_are_composed_of_phrases(statement):
    phrases = Phrases()
    phrases.add(statement)
    assert texts(phrases.bare) == ["tomato", "tomato soup"]
    assert texts(phrases.full) == ["tomato", "the tomato soup"]


def test_composed_sentences_have_a_verb_and_headings_none(statement):
    phrases = Phrases()
    phrases.add(statement)
    for kind in ("places", "relations", "particles", "participles"):
        getattr(phrases, kind).append([token(kind, "XX", "X")])
    verbs = Verbs(["book", "initial"], ["book"])
    draw = random.Random(0)
    commands, questions, headings = (
        [compose(kind, phrases, verbs, draw)[0] for _ in range(2000)]
        for kind in ("command", "question", "heading")
    )
    assert {"book tomato soup", "initial the tomato soup", "never book particles"} <= set(
        texts(commands)
    )
    assert {"does the tomato soup initial", "who books tomato", "have I participles"} <= set(
        texts(questions)
    )
    assert {"tomato soup relations", "tomato places"} <= set(texts(headings))
    assert all(any(t.xpos == "VB" for t in command) for command in commands)
    # Before a noun without an article, a verb that may be an adjective is none.
    assert "initial tomato" not in " ".join(texts(commands))


@pytest.mark.parametrize(
    ("agreement", "forms"),
    [
        ("Number=Sing|Person=1", "do did have had"),
        ("Number=Sing|Person=2", "do did have had"),
        ("Number=Sing|Person=3", "does did has had"),
        ("Number=Plur|Person=3", "do did have had"),
    ],
)
def test_a_helping_verb_agrees_with_its_subject(agreement, forms):
    found = [helper(verb, agreement, past) for verb in ("do", "have") for past in (False, True)]
    assert [t.word for t in found] == forms.split()
    assert all(agreement in t.feats for t in found)
