"""What the components refuse, and what the error says."""

import copy
import re

import numpy
import pytest
import spacy
from helpers import HASH_EMBED_CNN, LSTM, ROOT, SMALL_MODEL, make_examples, make_nlp, write
from spacy.tokens import Doc, DocBin
from spacy.training import Example
from spacy.training.initialize import init_nlp
from spacy.util import load_config

from spacy_lstm_tagger.pipeline.calibration import best_temperature
from spacy_lstm_tagger.pipeline.log_probs import TagProbs
from spacy_lstm_tagger.pipeline.soft_tags import SOFT_KEYS, most_probable, set_soft_tags
from spacy_lstm_tagger.training.corpus import read_docs

WORDS = ["The", "dog"]
TEXT = " ".join(WORDS)


@pytest.fixture
def tagger(trained):
    return copy.deepcopy(trained).get_pipe("lstm_tagger")


def docs_of(tagger, *texts):
    return [Doc(tagger.vocab, words=text) for text in texts]


def predict_for(tagger, predicted, given):
    """Predict tags for some Docs, and set them in others."""
    tagger.set_annotations(docs_of(tagger, *given), tagger.predict(docs_of(tagger, *predicted)))


def examples(tagger, tags, words=WORDS):
    doc = Doc(tagger.vocab, words=words)
    return [Example(doc, Doc(tagger.vocab, words=words, tags=tags))]


CALLS = [
    (lambda tagger: tagger.probabilities(docs_of(tagger, WORDS)[0]), "Give it a list: [doc]"),
    (
        lambda tagger: tagger(docs_of(tagger, WORDS)[0][:1]),
        "'lstm_tagger' takes a Doc, not an object of type Span",
    ),
    (
        lambda tagger: tagger.set_annotations(docs_of(tagger, WORDS), [[0, 1, 2]]),
        "Doc 0 has 2 tokens, but there are 3 tags",
    ),
    (lambda tagger: predict_for(tagger, [WORDS[:1]], [WORDS]), "Doc 0 has 2 tokens"),
    (lambda tagger: predict_for(tagger, [WORDS], [WORDS] * 2), "There are 2 Docs, but tags for 1"),
    (
        lambda tagger: tagger.update(examples(tagger, ["DET", "NN"]), drop=1.5),
        "dropout = 1.5: it has to be from 0 to 1",
    ),
    (
        lambda tagger: tagger.calibrate(examples(tagger, None)),
        "no token of the examples has a gold",
    ),
    (lambda tagger: tagger.calibrate(examples(tagger, [""], [" "])), "no token of the examples"),
    (
        lambda _: spacy.blank("xx").add_pipe("lstm_morphologizer", config={"label_smoothing": 2.0}),
        "label_smoothing = 2.0",
    ),
    (lambda _: make_nlp(label_smoothing=0.7), "label_smoothing = 0.7: it has to be below 0.667"),
    (
        lambda _: make_nlp([("dog cat", ["N", "N"])], label_smoothing=0.1),
        "be 0, because the data has one tag alone: N",
    ),
    (lambda _: make_nlp(model={"nO": 5}), "nO = 5: it has to be null or 3"),
    (
        lambda _: make_nlp(model={"tok2vec": {"width": 10**15}}),
        "Can't build a network of these sizes",
    ),
    (
        lambda _: make_nlp(model={"tok2vec": {"word_width": 10**12}}),
        "Choose smaller ones in the config",
    ),
    (
        lambda _: make_nlp(model={"tok2vec": {"width": 2**63}}),
        "Can't build a network of these sizes",
    ),
    (
        # The model of spaCy's own tagger gives probabilities.
        lambda _: make_nlp(
            model={"@architectures": "spacy.Tagger.v2", "tok2vec": HASH_EMBED_CNN, "nO": None}
        ),
        "Use spacy_lstm_tagger.LSTMTagger.v1",
    ),
]


@pytest.mark.parametrize(("call", "message"), CALLS)
def test_a_call(tagger, call, message):
    before = copy.deepcopy(tagger.cfg)
    with pytest.raises((ValueError, TypeError), match=re.escape(message)):
        call(tagger)
    assert tagger.cfg == before


BEFORE_INITIALIZATION = [
    (lambda nlp: nlp(TEXT), "no weights yet: initialize the pipeline"),
    (lambda nlp: list(nlp.pipe([TEXT])), "no weights yet: initialize the pipeline"),
    (lambda nlp: nlp.update(make_examples(nlp, [("dog", ["NN"])])), "nlp.initialize()"),
    (lambda nlp: nlp.get_pipe("lstm_tagger").lexicon.update(a="V"), "not one of the 1 labels"),
]


@pytest.mark.parametrize(("call", "message"), BEFORE_INITIALIZATION)
def test_use_before_initialization(call, message):
    nlp = spacy.blank("xx")
    nlp.add_pipe("lstm_tagger").add_label("NN")
    with pytest.raises(ValueError, match=re.escape(message)):
        call(nlp)


SETTINGS = [
    ({"labels": "NN"}, "labels = 'NN': it has to be a list"),
    ({"labels": [1]}, "labels[0] = 1: it has to be a valid string"),
    ({"labels": {"labels": "NN"}}, "labels = 'NN': it has to be a list"),
    ({"labels": {"labels": ["NN"], "words": "abc"}}, "words = 'abc': it has to be a list"),
    ({"labels": {"label": ["NN"]}}, "The keys are labels, words, morphology. Write them with"),
    ({"labels": {"morphology": ["POS=NOUN"]}}, "be a valid dictionary"),
    ({"labels": {"morphology": {"NN": 1}}}, "morphology['NN'] = 1"),
    ({"labels": []}, "has no labels: they are empty"),
    ({"labels": ["NN"], "lexicon": ["spaCy"]}, "lexicon = ['spaCy']: it has to be a path, or"),
    ({"labels": ["NN"], "lexicon": {"spaCy": "XX"}}, "'XX', which is not one of the 1 labels"),
]


@pytest.mark.parametrize(("settings", "message"), SETTINGS)
def test_settings_of_the_initialization(settings, message):
    nlp = spacy.blank("xx")
    pipe = nlp.add_pipe("lstm_tagger", config={"model": SMALL_MODEL})
    with pytest.raises(ValueError, match=re.escape(message)):
        pipe.initialize(lambda: make_examples(nlp), nlp=nlp, **settings)
    assert pipe.model.maybe_get_dim("nO") is None


# Entries of a lexicon, as a line of a file and in Python.
LINES = [
    ("apple\tNN XX", "line 2: the word 'apple' has the tag 'XX'"),
    ("apple\t", "line 2: the word 'apple' has no tags"),
    ("apple NN", "line 2: the word 'apple NN' has no tags"),
    ("apple\tNN\tany", "optionally a tab and any_case behind them"),
    ("\tNN", "line 2: '' is not a word"),
    ("apple \tNN", "line 2: 'apple ' is not a word"),
    ("apple\tNN Number=Sing|Number=Plur", "'Number=Sing|Number=Plur', which is not one of the 3"),
    ("apple\tNN POS=FOO", "the tag 'POS=FOO'"),
    ("ape\tV", "line 2: the word 'ape' is listed twice"),
]
ENTRIES = [
    ({"dog": ["XX"]}, "component 'lstm_tagger': the word 'dog' has the tag 'XX'"),
    ({"dog": iter([])}, "the word 'dog' has no tags"),
    ({"dog": None}, "the word 'dog' has no tags"),
    ({"dog": {"NN": 1}}, "the word 'dog' has no tags"),
    ({"dog": [["NN"]]}, "the word 'dog' has the tag ['NN']"),
    ({5: ["NN"]}, "5 is not a word"),
    ({"\ud83d": ["NN"]}, "surrogates not allowed"),
    ({"dog": ["NN", "POS="]}, "the word 'dog' has the tag 'POS='"),
    ({"dog": ["POS=NOUN"]}, "can stand behind one tag alone"),
    ({"dog": ["NN", "POS=NOUN", "Number=Sing"]}, "can stand behind one tag alone"),
]


@pytest.mark.parametrize(("line", "message"), LINES)
def test_a_line_of_a_lexicon(tagger, tmp_path, line, message):
    tagger.lexicon["dog"] = ["V"]
    path = write(tmp_path / "words.tsv", f"ape\tNN\n{line}\n")
    with pytest.raises(ValueError, match=f"words.tsv.*{re.escape(message)}"):
        tagger.lexicon.from_disk(path)
    assert dict(tagger.lexicon) == {"dog": ("V",)}
    assert not tagger.lexicon.any_case


@pytest.mark.parametrize(("entries", "message"), ENTRIES)
def test_an_entry_of_a_lexicon(tagger, entries, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        tagger.lexicon.update({"ape": ["NN"], **entries})
    assert not tagger.lexicon


def test_a_word_of_a_lexicon_that_is_given_twice_or_never(tagger):
    with pytest.raises(ValueError, match=r"'DOG' is listed twice"):
        tagger.lexicon.any_case.update({"dog": "NN", "DOG": "V"})
    with pytest.raises(KeyError, match="dog"):
        tagger.lexicon.any_case["dog"]


def test_a_lexicon_of_another_encoding_and_one_that_is_missing(tagger, tmp_path):
    (tmp_path / "words.tsv").write_bytes("Äpfel\tNN".encode("latin1"))
    with pytest.raises(ValueError, match=r"words.tsv: 'utf-8' codec can't decode"):
        tagger.lexicon.from_disk(tmp_path / "words.tsv")
    with pytest.raises(FileNotFoundError, match=r"other.tsv"):
        tagger.lexicon.from_disk(tmp_path / "other.tsv")


def write_docs(path, docs):
    vocab = spacy.blank("xx").vocab
    DocBin(docs=[Doc(vocab, words=words, tags=tags) for words, tags in docs]).to_disk(path)


@pytest.mark.parametrize(
    ("train", "message"),
    [
        ("missing.spacy", "missing.spacy"),
        ("no_docs.spacy", "no tokens in .*no_docs.spacy"),
        ("no_tokens.spacy", "no tokens in .*no_tokens.spacy"),
        ("no_tags.spacy", "'lstm_tagger' has no labels: none were given, and no token of"),
    ],
)
def test_training_data(tmp_path, train, message):
    write_docs(tmp_path / "dev.spacy", [(WORDS, ["DET", "NN"])])
    write_docs(tmp_path / "no_docs.spacy", [])
    write_docs(tmp_path / "no_tokens.spacy", [([], [])])
    write_docs(tmp_path / "no_tags.spacy", [(WORDS, None)])
    paths = {"paths.train": str(tmp_path / train), "paths.dev": str(tmp_path / "dev.spacy")}
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        init_nlp(load_config(ROOT / "configs/default.cfg", paths))


def test_label_smoothing_of_a_morphologizer():
    pytest.importorskip("torch")
    nlp = spacy.blank("xx")
    model = {"@architectures": "spacy_lstm_tagger.SoftmaxTagger.v1", "tok2vec": LSTM}
    nlp.add_pipe("lstm_morphologizer", config={"label_smoothing": 0.8, "model": model})
    gold = Doc(nlp.vocab, words=WORDS, pos=["DET", "NOUN"])
    with pytest.raises(ValueError, match=r"label_smoothing = 0.8.*2 labels"):
        nlp.initialize(lambda: [Example(Doc(nlp.vocab, words=WORDS), gold)])


@pytest.mark.parametrize("key", SOFT_KEYS)
@pytest.mark.parametrize(
    "change",
    [
        lambda labels, k, tags, log_probs: ((1, 2, 3), k, tags, log_probs),
        lambda labels, k, tags, log_probs: (("DET",), k, tags, log_probs),
        lambda labels, k, tags, log_probs: (labels, k, tags, b""),
        lambda labels, k, tags, log_probs: (labels, k, tags, b"\xff" * len(log_probs)),
        lambda labels, k, tags, log_probs: (labels, k, tags),
        lambda *soft: 5,
    ],
)
def test_damaged_soft_tags(tmp_path, key, change):
    doc = Doc(spacy.blank("xx").vocab, words=WORDS, tags=["DET", "NN"])
    probs = numpy.full((2, 3), 1 / 3, dtype="float32")
    set_soft_tags(doc, most_probable(TagProbs(probs, ["DET", "NN", "V"]), 2), key)
    doc.user_data[key] = change(*doc.user_data[key])
    DocBin(store_user_data=True, docs=[doc]).to_disk(tmp_path / "labelled.spacy")
    with pytest.raises(ValueError, match=r"labelled.spacy is damaged"):
        list(read_docs(tmp_path / "labelled.spacy", doc.vocab))


@pytest.mark.parametrize(("gold", "which"), [(0, "each gold tag"), (1, "no gold tag")])
def test_a_calibration_without_an_error_or_without_a_right_tag(gold, which):
    log_probs = numpy.log(numpy.array([[0.6, 0.4]], dtype="f"))
    with pytest.raises(ValueError, match=f"Can't calibrate: {which} is predicted"):
        best_temperature(log_probs, numpy.array([gold]))
