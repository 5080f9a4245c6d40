import random
from collections import Counter

import pytest
import spacy
from helpers import NO_FORMS
from spacy.tokens import Doc, DocBin, Span
from spacy.training import Example
from spacy.util import registry

from spacy_lstm_tagger.training import augmenters
from spacy_lstm_tagger.training.augmenters import forms_augmenter, title_case
from spacy_lstm_tagger.training.corpus import SentenceCorpus

NAME = "spacy_lstm_tagger.forms_augmenter.v1"


@pytest.fixture
def nlp(monkeypatch):
    """Final punctuation stays, unless a test sets another share."""
    monkeypatch.setattr(augmenters, "NO_FINAL_PUNCT", 0.0)
    return spacy.blank("xx")


@pytest.fixture
def no_final_punct(nlp, monkeypatch):
    monkeypatch.setattr(augmenters, "NO_FINAL_PUNCT", 1.0)


def make_doc(nlp):
    """Two sentences with all that a Doc can be annotated with."""
    doc = Doc(
        nlp.vocab,
        words=["She", "did", "n't", "Sleep", ".", "McCoy", "left", "Rome", "."],
        spaces=[True, False, True, False, True, True, True, False, True],
        tags=["PRP", "VBD", "RB", "VB", ".", "NNP", "VBD", "NNP", "."],
        pos=["PRON", "AUX", "PART", "VERB", "PUNCT", "PROPN", "VERB", "PROPN", "PUNCT"],
        morphs=["Case=Nom", "Tense=Past", "", "", "", "Number=Sing", "Tense=Past", "", ""],
        lemmas=["she", "do", "not", "sleep", ".", "McCoy", "leave", "Rome", "."],
        heads=[3, 3, 3, 3, 3, 6, 6, 6, 6],
        deps=["nsubj", "aux", "advmod", "ROOT", "punct", "nsubj", "ROOT", "obj", "punct"],
        ents=["O"] * 5 + ["B-PERSON", "O", "B-GPE", "I-GPE"],
    )
    doc.spans["clauses"] = [Span(doc, 0, 5, "C", span_id="a"), Span(doc, 5, 9, "C", kb_id="b")]
    doc.cats = {"news": 1.0}
    return doc


def annotation(doc, n):
    """What does not change of the first n tokens."""
    return [
        (t.tag_, t.pos_, str(t.morph), t.lemma_, t.head.i, t.dep_, t.is_sent_start,
         t.ent_type_, t.ent_iob_, t.whitespace_)
        for t in doc[:n]
    ]  # fmt: skip


def augment(nlp, doc, predicted=None, **levels):
    """What the augmenter adds to an example of a Doc, or the example, if it adds none."""
    predicted = predicted or Doc(nlp.vocab, words=[t.text for t in doc])
    example = Example(predicted, doc)
    original, *forms = forms_augmenter(**{**NO_FORMS, **levels})(nlp, example)
    assert original is example
    assert len(forms) <= 1
    return forms[0] if forms else example


@pytest.mark.parametrize(
    ("level", "text"),
    [
        ("lower_level", "she didn't sleep. mccoy left rome. "),
        ("upper_level", "SHE DIDN'T SLEEP. MCCOY LEFT ROME. "),
        ("title_level", "She Didn't Sleep. McCoy Left Rome. "),
    ],
)
def test_a_form_has_the_annotation_of_the_original(nlp, level, text):
    check_form(nlp, text, **{level: 1.0})


def test_the_tokenizer_reads_a_form_where_it_read_the_original(tmp_path):
    """*cannot* is two tokens of the tokenizer, and *CANNOT* is one."""
    nlp = spacy.blank("en")
    words = ["We", "can", "not", "go"]
    spaces = [True, False, True, True]
    doc = Doc(nlp.vocab, words=words, spaces=spaces, tags=["PRP", "MD", "RB", "VB"])
    DocBin(docs=[doc]).to_disk(tmp_path / "train.spacy")
    upper = forms_augmenter(**{**NO_FORMS, "upper_level": 1.0})
    expected = {True: ["WE", "CAN", "NOT", "GO"], False: ["WE", "CANNOT", "GO"]}
    for gold_preproc, tokens in expected.items():
        corpus = SentenceCorpus(tmp_path, gold_preproc=gold_preproc, augmenter=upper)
        _, form = corpus(nlp)
        assert [token.text for token in form.predicted] == tokens


def test_a_form_without_final_punctuation(nlp, no_final_punct):
    check_form(nlp, "She didn't Sleep. McCoy left Rome")


def check_form(nlp, text, **levels):
    """Check a form's text, and that it has the annotation of the original, which stays as it is."""
    doc = make_doc(nlp)
    before = doc.to_bytes()
    example = augment(nlp, doc, **levels)
    form = example.reference
    assert form.text == text
    n = len(form)
    assert annotation(form, n) == annotation(doc, n)
    assert [t.text for t in example.predicted] == [t.text for t in form]
    assert [sent.start for sent in form.sents] == [0, 5]
    spans = [(s.start, s.end, s.label_, s.id_, s.kb_id_) for s in form.spans["clauses"]]
    assert spans == [(0, 5, "C", "a", ""), (5, n, "C", "", "b")]
    assert form.cats == {"news": 1.0}
    form.cats.clear()  # It is the form's own.
    assert doc.to_bytes() == before


def test_a_span_of_a_token_that_is_left_out_is_left_out_too(nlp, no_final_punct):
    doc = make_doc(nlp)
    doc.spans["marks"] = [Span(doc, 4, 5, "M"), Span(doc, 8, 9, "M")]
    form = augment(nlp, doc).reference
    assert [(span.start, span.end) for span in form.spans["marks"]] == [(4, 5)]


def test_typing_errors(nlp, monkeypatch):
    doc = make_doc(nlp)
    monkeypatch.setattr(augmenters, "MISSPELLED", 0.5)
    random.seed(0)
    errors = {token.text: Counter() for token in doc}
    for _ in range(500):
        form = augment(nlp, doc, typo_level=1.0).reference
        assert annotation(form, 9) == annotation(doc, 9)
        for token, original in zip(form, doc, strict=True):
            errors[original.text].update([token.text] * (token.text != original.text))
    of_rome = {"oRme", "Rmoe", "Roem", "ome", "Rme", "Roe", "RRome", "Roome", "Romme"}
    assert set(errors["Rome"]) == of_rome
    assert errors["Rome"].total() == pytest.approx(250, abs=50)
    assert {word for word in errors if not errors[word]} == {"She", "did", "n't", "."}


def test_title_case_leaves_the_end_of_a_contraction():
    words = ["did", "n't", '"', "well", "-", "known", "USA", ""]
    spaces = [False, True, False, False, False, True, True, True]
    assert title_case(words, spaces) == ["Did", "n't", '"', "Well", "-", "Known", "USA", ""]


def test_each_form_has_its_share(nlp, monkeypatch):
    monkeypatch.setattr(augmenters, "NO_FINAL_PUNCT", 0.3)
    doc = Doc(nlp.vocab, words=["Some", "words", "."], tags=["DT", "NNS", "."])
    random.seed(0)
    levels = {"lower_level": 0.4, "upper_level": 0.2, "title_level": 0.1}
    forms = [augment(nlp, doc, **levels).reference for _ in range(2000)]
    texts = Counter(form[:2].text for form in forms)
    shares = [texts[text] / 2000 for text in ("some words", "SOME WORDS", "Some Words")]
    assert shares == pytest.approx([0.4, 0.2, 0.1], abs=0.04)
    assert sum(len(form) == 2 for form in forms) / 2000 == pytest.approx(0.3, abs=0.04)


def test_forms_follow_the_seed(nlp):
    doc = make_doc(nlp)
    runs = []
    for _ in range(2):
        random.seed(3)
        runs.append([augment(nlp, doc, typo_level=0.5, upper_level=0.5).text for _ in range(20)])
    assert runs[0] == runs[1]
    assert len(set(runs[0])) > 5


@pytest.mark.parametrize(
    "doc",
    [
        {"words": ["."]},
        {"words": ["Stop", "now"]},
        {"words": ["Stop", "."], "sent_starts": [True, True]},
        {"words": ["Stop", "."], "heads": [1, 1], "deps": ["dep", "ROOT"]},
        {"words": []},
    ],
)
def test_the_last_token_stays_where_it_is_needed(nlp, no_final_punct, doc):
    doc = Doc(nlp.vocab, **doc)
    assert len(augment(nlp, doc).reference) == len(doc)


def test_the_tokenizer_reads_the_new_text_where_it_read_the_old(nlp):
    doc = Doc(nlp.vocab, words=["I'm", "ill"], tags=["X", "JJ"])
    gold = augment(nlp, doc, upper_level=1.0)
    assert [t.text for t in gold.predicted] == ["I'M", "ILL"]
    own = augment(nlp, doc, predicted=nlp("I'm ill"), upper_level=1.0)
    assert [t.text for t in own.predicted] == [t.text for t in nlp("I'M ILL")]
    assert own.get_aligned("TAG", as_string=True)[-1] == "JJ"


def test_sentence_starts_without_a_parse_and_unknown_spaces_stay(nlp, no_final_punct):
    doc = Doc(nlp.vocab, words=["Go", ".", "Stop", "."], sent_starts=[True, False, True, False])
    form = augment(nlp, doc, lower_level=1.0).reference
    assert [sent.text.split() for sent in form.sents] == [["go", "."], ["stop"]]
    assert doc.has_unknown_spaces
    assert form.has_unknown_spaces


@pytest.mark.filterwarnings("ignore:.*has categories or spans")
@pytest.mark.parametrize("reader", ["spacy.Corpus.v1", "spacy_lstm_tagger.SentenceCorpus.v1"])
def test_in_a_config(nlp, reader, tmp_path):
    DocBin(docs=[make_doc(nlp)]).to_disk(tmp_path / "data.spacy")
    block = {"@augmenters": NAME, **NO_FORMS, "upper_level": 1.0}
    config = {"@readers": reader, "path": str(tmp_path / "data.spacy"), "augmenter": block}
    if reader == "spacy.Corpus.v1":
        config.update(gold_preproc=True, max_length=0, limit=0)
    corpus = registry.resolve({"corpus": config})["corpus"]
    texts = [example.reference.text.strip() for example in corpus(nlp)]
    sleep, rome = "She didn't Sleep.", "McCoy left Rome."
    assert texts == [sleep, sleep.upper(), rome, rome.upper()]
