"""Each mistake gets an error that names the thing and the mend."""

import pytest
import spacy
from helpers import HASH_EMBED_CNN, ROOT, make_examples, make_nlp
from spacy.tokens import Doc, DocBin
from spacy.training.initialize import init_nlp
from spacy.util import load_config

WORDS = ["The", "dog"]


def write_docs(path, docs):
    vocab = spacy.blank("xx").vocab
    DocBin(docs=[Doc(vocab, words=words, tags=tags) for words, tags in docs]).to_disk(path)


def initialize(folder, **paths):
    overrides = {f"paths.{name}": str(folder / path) for name, path in paths.items()}
    return init_nlp(load_config(ROOT / "configs/default.cfg", overrides))


@pytest.mark.parametrize(
    ("train", "message"),
    [
        ("missing.spacy", "missing.spacy"),
        ("empty.spacy", "empty.spacy is damaged"),
        ("truncated.spacy", "truncated.spacy is damaged"),
        ("folder", "no .spacy file in"),
        ("no_docs.spacy", "no tokens in .*no_docs.spacy"),
        ("no_tokens.spacy", "no tokens in .*no_tokens.spacy"),
        ("no_tags.spacy", "'lstm_tagger' has no labels: none were given, and no token of"),
    ],
)
def test_training_data(tmp_path, train, message):
    write_docs(tmp_path / "dev.spacy", [(WORDS, ["DET", "NN"])])
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty.spacy").write_bytes(b"")
    (tmp_path / "truncated.spacy").write_bytes((tmp_path / "dev.spacy").read_bytes()[:-10])
    write_docs(tmp_path / "no_docs.spacy", [])
    write_docs(tmp_path / "no_tokens.spacy", [([], [])])
    write_docs(tmp_path / "no_tags.spacy", [(WORDS, None)])
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        initialize(tmp_path, train=train, dev="dev.spacy")


def test_a_gold_tag_outside_the_labels():
    nlp = make_nlp()
    examples = make_examples(nlp, [("The dog", ["DET", "NOUN"])])
    with pytest.raises(ValueError, match=r"'NOUN' is not one of the 3 labels.*add_label"):
        nlp.update(examples)


def test_a_dropout_that_is_no_share():
    nlp = make_nlp()
    with pytest.raises(ValueError, match=r"dropout = 1.5: it has to be from 0 to 1"):
        nlp.update(make_examples(nlp, [("The dog", ["DET", "NOUN"])]), drop=1.5)


def test_a_doc_in_place_of_several():
    nlp = make_nlp()
    doc = nlp("The dog")
    with pytest.raises(TypeError, match=r"Give it a list: \[doc\]"):
        nlp.get_pipe("lstm_tagger").probabilities(doc)


def test_use_before_initialization():
    nlp = spacy.blank("xx")
    pipe = nlp.add_pipe("lstm_tagger")
    pipe.add_label("NN")
    with pytest.raises(ValueError, match=r"no weights yet: initialize the pipeline"):
        nlp("The dog")
    with pytest.raises(ValueError, match=r"no weights yet: initialize the pipeline"):
        list(nlp.pipe(["The dog"]))
    with pytest.raises(ValueError, match=r"nlp.initialize\(\)"):
        nlp.update(make_examples(nlp, [("dog", ["NN"])]))


def test_label_smoothing_has_to_leave_the_gold_tag_the_likeliest():
    with pytest.raises(ValueError, match=r"label_smoothing = 0.7.*below 0.667.*3 labels"):
        make_nlp(label_smoothing=0.7)
    with pytest.raises(ValueError, match=r"label_smoothing = 0.5.*below 0.500.*2 labels"):
        make_nlp([("dog cat", ["N", "V"])], label_smoothing=0.5)
    with pytest.raises(ValueError, match="be 0, because the data has one tag alone: N"):
        make_nlp([("dog cat", ["N", "N"])], label_smoothing=0.1)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ("NN", "labels = 'NN': it has to be a list"),
        ([1], r"labels\[0\] = 1: it has to be a valid string"),
        ({"labels": "NN"}, "labels = 'NN': it has to be a list"),
        ({"labels": [1]}, r"labels\[0\] = 1: it has to be a valid string"),
        ({"labels": ["NN"], "words": "abc"}, "words = 'abc': it has to be a list"),
        ({"label": ["NN"]}, "the unknown key 'label'. The keys are labels, words, morphology"),
        ({"labels": ["NN"], "morphology": ["POS=NOUN"]}, "morphology = .*be a valid dictionary"),
        ({"labels": ["NN"], "morphology": {"NN": 1}}, r"morphology\['NN'\] = 1.*a valid string"),
    ],
)
def test_label_data_of_another_form(labels, message):
    nlp = spacy.blank("xx")
    pipe = nlp.add_pipe("lstm_tagger")
    examples = make_examples(nlp)
    with pytest.raises(ValueError, match=f"labels of component.*{message}.*init labels"):
        pipe.initialize(lambda: examples, nlp=nlp, labels=labels)
    assert pipe.labels == ()


def test_more_outputs_than_labels():
    with pytest.raises(ValueError, match=r"nO = 5.*null or 3, which is the number of labels"):
        make_nlp(model={"nO": 5})
    assert make_nlp(model={"nO": 3})("The dog")[1].tag_


def test_a_model_without_log_probabilities():
    """The model of spaCy's own tagger gives probabilities."""
    nlp = spacy.blank("xx")
    model = {"@architectures": "spacy.Tagger.v2", "tok2vec": HASH_EMBED_CNN, "nO": None}
    nlp.add_pipe("lstm_tagger", config={"model": model})
    examples = make_examples(nlp)
    with pytest.raises(ValueError, match=r"not log-probabilities. Use .*LSTMTagger\.v1"):
        nlp.initialize(lambda: examples)


@pytest.mark.parametrize(
    ("key", "size"), [("width", 10**15), ("width", 2**63), ("word_width", 2**63)]
)
def test_sizes_that_no_network_can_have(key, size):
    with pytest.raises(ValueError, match="Can't build a network of these sizes"):
        make_nlp(model={"tok2vec": {"width": 16, key: size}})
