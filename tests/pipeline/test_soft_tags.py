import numpy
import pytest
from helpers import learn, make_nlp
from spacy.tokens import Doc, DocBin
from spacy.training import Example

from spacy_lstm_tagger.pipeline.log_probs import TagProbs, log_probs_of
from spacy_lstm_tagger.pipeline.loss import align, soft_targets
from spacy_lstm_tagger.pipeline.soft_tags import (
    SOFT_KEYS,
    most_probable,
    set_soft_tags,
    soft_tags_of,
)
from spacy_lstm_tagger.tools.probabilities import hard_probs
from spacy_lstm_tagger.training.augmenters import forms_augmenter
from spacy_lstm_tagger.training.corpus import SentenceCorpus

PROBS = numpy.array([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6], [0.25, 0.5, 0.25]], dtype="float32")


@pytest.fixture
def doc(nlp):
    """A Doc with the same labels for a tagger and for a morphologizer."""
    doc = Doc(nlp.vocab, words=["They", "train", "."], tags=["PRP", "VBP", "."])
    for key in SOFT_KEYS:
        set_soft_tags(doc, most_probable(TagProbs(PROBS, ["PRP", "NN", "VBP"]), 2), key)
    return doc


each_kind = pytest.mark.parametrize("key", SOFT_KEYS)


@each_kind
def test_the_most_probable_tags_are_kept_with_a_doc_and_in_a_file(doc, nlp, tmp_path, key):
    DocBin(store_user_data=True, docs=[doc]).to_disk(tmp_path / "doc.spacy")
    (loaded,) = DocBin().from_disk(tmp_path / "doc.spacy").get_docs(nlp.vocab)
    soft = soft_tags_of(loaded, key)
    best = [[soft.labels[i] for i in row] for row in soft.tags]
    assert best == [["PRP", "NN"], ["VBP", "NN"], ["NN", "PRP"]]
    assert numpy.exp(soft.log_probs) == pytest.approx(
        numpy.array([[0.7, 0.2], [0.6, 0.3], [0.5, 0.25]]), abs=1e-3
    )


def test_soft_tags_take_few_bytes(nlp):
    docs, n_tokens = [], 0
    rng = numpy.random.default_rng(0)
    for _ in range(50):
        words = [f"w{rng.integers(5000)}" for _ in range(70)]
        probs = rng.dirichlet(numpy.full(50, 0.1), size=70).astype("float32")
        doc = Doc(nlp.vocab, words=words, tags=["NN"] * 70)
        set_soft_tags(doc, most_probable(TagProbs(probs, [f"T{i}" for i in range(50)]), 4))
        docs.append(doc)
        n_tokens += len(doc)
    size = len(DocBin(store_user_data=True, docs=docs).to_bytes())
    assert size / n_tokens < 40


def test_probabilities_are_matched_by_name(doc):
    probs = soft_tags_of(doc).probabilities({"VBP": 0, "DT": 1, "PRP": 2})
    # NN is not one of the tags: the rest sums to 1, and nothing is left of a token with NN alone.
    assert probs == pytest.approx(
        numpy.array([[0, 0, 1], [1, 0, 0], [0, 0, 1]], dtype="float32"), abs=1e-3
    )


def test_by_rounding_a_tag_may_be_more_than_certain(nlp):
    doc = Doc(nlp.vocab, words=["a"])
    set_soft_tags(doc, most_probable(TagProbs(numpy.array([[1.000001]], "float32"), ["A"]), 1))
    assert soft_tags_of(doc).probabilities(["A"]).tolist() == [[1]]


def test_a_doc_in_which_no_token_has_a_tag(nlp):
    doc = Doc(nlp.vocab, words=["a", "b"])
    set_soft_tags(doc, most_probable(hard_probs(["", ""]), 2))
    assert soft_tags_of(doc).probabilities(["A"]).tolist() == [[0], [0]]


@each_kind
def test_a_piece_of_a_doc_has_its_part_of_them(nlp, tmp_path, key):
    words, starts = ["Trains", "wait", ".", "They", "train", "."], [1, 0, 0, 1, 0, 0]
    doc = Doc(nlp.vocab, words=words, sent_starts=starts, tags=["NN"] * 6)
    probs = numpy.concatenate([PROBS, PROBS[::-1]])
    set_soft_tags(doc, most_probable(TagProbs(probs, ["PRP", "NN", "VBP"]), 3), key)
    DocBin(store_user_data=True, docs=[doc]).to_disk(tmp_path / "doc.spacy")
    first, second = SentenceCorpus(tmp_path / "doc.spacy")(nlp)
    row_of = {"PRP": 0, "NN": 1, "VBP": 2}
    for piece, expected in ((first, PROBS), (second, PROBS[::-1])):
        found = soft_tags_of(piece.reference, key).probabilities(row_of)
        assert found == pytest.approx(expected, abs=1e-3)


@each_kind
def test_another_form_of_a_text_has_them(doc, nlp, key):
    augment = forms_augmenter(lower_level=1, upper_level=0, title_level=0, typo_level=0)
    example = Example(Doc(nlp.vocab, words=[t.text for t in doc]), doc)
    _, lower = augment(nlp, example)
    assert lower.reference.text.startswith("they train")
    targets = soft_targets(align([lower]), ["PRP", "VBP"], key)
    assert targets[0] == pytest.approx([1, 0], abs=1e-3)
    assert targets[1] == pytest.approx([1 / 7, 6 / 7] if targets[1, 0] else [0, 1], abs=1e-2)


def test_a_tagger_learns_the_probabilities():
    nlp = make_nlp()
    tagger = nlp.get_pipe("lstm_tagger")
    words = ["The", "dog", "ate"]
    reference = Doc(nlp.vocab, words=words, tags=["DET", "NN", "V"])
    target = numpy.array([[0.9, 0.05, 0.05], [0.2, 0.5, 0.3], [0.1, 0.1, 0.8]], dtype="float32")
    set_soft_tags(reference, most_probable(TagProbs(target, tagger.labels), 3))
    example = Example(Doc(nlp.vocab, words=words), reference)
    learn(nlp, [example], n_updates=60)
    doc = Doc(nlp.vocab, words=words)
    list(tagger.pipe([doc], log_probs=True))
    assert numpy.exp(log_probs_of(doc)[0]) == pytest.approx(target, abs=0.05)


def test_white_space_has_no_targets(nlp):
    doc = Doc(nlp.vocab, words=["They", "\n", "train"], spaces=[False] * 3)
    set_soft_tags(doc, most_probable(TagProbs(PROBS, ["PRP", "NN", "VBP"]), 2))
    targets = soft_targets(align([Example(doc.copy(), doc)]), ["PRP", "NN", "VBP"])
    assert targets.any(axis=1).tolist() == [True, False, True]


def test_tokens_that_are_not_those_of_the_reference_have_no_targets(doc, nlp):
    other = Example(nlp.make_doc("They train."), doc)
    split = Example(Doc(nlp.vocab, words=["They", "tra", "in", "."]), doc)
    assert soft_targets(align([other]), ["PRP", "VBP"]).any()
    assert not soft_targets(align([split]), ["PRP", "VBP"]).any()
    assert soft_targets(align([Example(doc, Doc(nlp.vocab, words=["They"]))]), ["PRP"]) is None
