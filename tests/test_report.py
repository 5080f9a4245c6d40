import numpy
import pytest
import spacy
from helpers import make_nlp
from spacy.tokens import Doc

from spacy_lstm_tagger.report import TaggedTokens, compare, make_page, measure, tag_tokens
from spacy_lstm_tagger.report.measure import tags_of_words

WORDS = [["the", "dog", "barks"], ["the", "<cat>", "sleeps"]]
GOLD = ["DT", "NN", "VBZ", "DT", "NN", "VBZ"]


def tagged(tags, confidence=None):
    return TaggedTokens(
        doc=numpy.array([0, 0, 0, 1, 1, 1]),
        position=numpy.array([0, 1, 2, 0, 1, 2]),
        words=WORDS,
        gold=numpy.array(GOLD),
        tags=numpy.array(tags.split()),
        confidence=None if confidence is None else numpy.array(confidence),
    )


def gold_docs():
    vocab = spacy.blank("en").vocab
    tags = [["DET", "NN", "V"], ["DET", "NN", ""]]
    return [Doc(vocab, words=w, tags=t) for w, t in zip(WORDS, tags, strict=True)]


def test_accuracy_of_all_unseen_and_ambiguous_words():
    report = measure(tagged("DT NN NNS DT NN VBZ"), {"the": {"DT"}, "barks": {"NNS", "VBZ"}})
    assert report["accuracy"] == 5 / 6
    assert report["groups"] == {
        "unseen": {"n_tokens": 3, "accuracy": 1.0},
        "ambiguous": {"n_tokens": 1, "accuracy": 0.0},
    }
    assert measure(tagged("DT NN NNS DT NN VBZ"), {})["groups"]["ambiguous"]["accuracy"] is None


def test_scores_by_tag():
    report = measure(tagged("DT NN NNS DT NN VBZ"))
    scores = {row.pop("tag"): row for row in report["tags"]}
    assert scores["NN"] == {"precision": 1.0, "recall": 1.0, "f": 1.0, "n_tokens": 2}
    assert scores["VBZ"] == {"precision": 1.0, "recall": 0.5, "f": 2 / 3, "n_tokens": 2}
    assert scores["NNS"]["recall"] is None  # never gold
    assert report["confusion"]["labels"] == ["DT", "NN", "NNS", "VBZ"]
    assert report["confusion"]["matrix"][3] == [0, 0, 1, 1]


def test_confusions_have_their_words_and_examples_in_context():
    (nn, vbz) = measure(tagged("DT VB NNS DT VB VBZ"), n_examples=1)["confusions"]
    assert (nn["gold"], nn["tag"], nn["count"]) == ("NN", "VB", 2)
    assert nn["words"] == [("dog", 1), ("<cat>", 1)]
    assert nn["examples"] == [{"before": "the", "word": "dog", "after": "barks"}]
    assert (vbz["gold"], vbz["tag"], vbz["count"]) == ("VBZ", "NNS", 1)


def test_calibration():
    confidence = [0.95, 0.95, 0.95, 0.95, 0.65, 0.65]
    report = measure(tagged("DT NN VBZ DT NN NNS", confidence))["calibration"]
    assert report["mean_confidence"] == pytest.approx(0.85)
    assert [b["n_tokens"] for b in report["bins"]] == [2, 4]
    expected = 4 / 6 * (1 - 0.95) + 2 / 6 * (0.65 - 0.5)
    assert report["expected_calibration_error"] == pytest.approx(expected)


def test_comparison():
    report = compare(tagged("DT NN VBZ DT NN VBZ"), tagged("DT NN NNS DT VB VBZ"))
    assert (report["only_first_correct"], report["only_second_correct"]) == (2, 0)
    assert report["different"] == 2
    assert report["p_value"] == pytest.approx(0.5)  # as 2 heads of 2 throws of a coin, or tails
    assert report["examples"][0] == {
        "before": "the dog", "word": "barks", "after": "", "gold": "VBZ", "first": "VBZ",
        "second": "NNS",
    }  # fmt: skip
    same = tagged("DT NN VBZ DT NN VBZ")
    assert compare(same, same)["p_value"] == 1.0


def test_any_tagger_can_be_reported_on():
    nlp = make_nlp(n_updates=5)
    tokens = tag_tokens(nlp, gold_docs())
    assert len(tokens.gold) == 5  # one has no gold tag
    expected = [nlp(Doc(nlp.vocab, words=words)) for words in WORDS]
    assert tokens.tags.tolist() == [token.tag_ for doc in expected for token in doc][:5]
    assert ((tokens.confidence > 0) & (tokens.confidence <= 1)).all()
    other = spacy.blank("en")
    ruler = other.add_pipe("attribute_ruler")
    ruler.add([[{"LENGTH": {">": 0}}]], {"TAG": "NN"})
    tokens = tag_tokens(other, gold_docs())
    assert set(tokens.tags) == {"NN"}
    assert tokens.confidence is None


def test_data_without_tags_are_refused():
    doc = Doc(spacy.blank("en").vocab, words=["a"])
    with pytest.raises(ValueError, match="gold tag"):
        tag_tokens(make_nlp(), [doc])
    with pytest.raises(ValueError, match="sets no tags"):
        tag_tokens(spacy.blank("en"), gold_docs())


def test_tags_of_words():
    assert tags_of_words(gold_docs())["the"] == {"DET"}


def test_the_page_shows_it_all_and_needs_nothing_else():
    first, second = (
        tagged(tags, [0.9] * 6) for tags in ("DT NN VBZ DT JJ VBZ", "DT NN NNS DT NN VBZ")
    )
    reports = {"ours": measure(first, {"the": {"DT"}}), "theirs": measure(second)}
    page = make_page("A title", "some data", reports, compare(first, second))
    for text in ("A title", "ours", "theirs", "83.33 %", "unseen words", "McNemar"):
        assert text in page
    assert page.count("<svg") == 4
    assert "&lt;cat&gt;" in page
    assert "<cat>" not in page
    for outside in ("src=", 'href="http', "@import", "url(http"):
        assert outside not in page
