"""Each mistake gets an error that names the thing and the mend; each Doc gets tags."""

import pytest
import spacy
import srsly
from helpers import ROOT, make_examples, make_nlp, tags
from spacy.tokens import Doc, DocBin
from spacy.training.initialize import init_nlp
from spacy.util import load_config

WORDS = ["The", "dog"]


def write_docs(path, docs):
    vocab = spacy.blank("en").vocab
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
        ("no_tags.spacy", "'lstm_tagger' has no labels: no token of the training data has a tag"),
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


def test_no_path(tmp_path):
    write_docs(tmp_path / "dev.spacy", [(WORDS, ["DET", "NN"])])
    with pytest.raises(ValueError, match=r"--paths\.train"):
        initialize(tmp_path, dev="dev.spacy")


def test_a_gold_tag_outside_the_labels():
    nlp = make_nlp()
    examples = make_examples(nlp, [("The dog", ["DET", "NOUN"])])
    with pytest.raises(ValueError, match=r"'NOUN' is not one of the 3 labels.*init labels"):
        nlp.update(examples)


def test_a_label_after_initialization(nlp):
    with pytest.raises(ValueError, match=r"'lstm_tagger' has been initialized with .* 3"):
        nlp.get_pipe("lstm_tagger").add_label("NEW")


def test_use_before_initialization():
    nlp = spacy.blank("en")
    pipe = nlp.add_pipe("lstm_tagger")
    pipe.add_label("NN")
    with pytest.raises(ValueError, match=r"'lstm_tagger' could not be run.*initialize"):
        nlp("The dog")
    with pytest.raises(ValueError, match=r"'lstm_tagger' could not be run.*initialize"):
        list(nlp.pipe(["The dog"]))
    with pytest.raises(ValueError, match=r"nlp.initialize\(\)"):
        nlp.update(make_examples(nlp, [("dog", ["NN"])]))


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"model": {"tok2vec": {"width": 0}}}, "width = 0"),
        ({"model": {"tok2vec": {"depth": 0}}}, "depth = 0"),
        ({"model": {"tok2vec": {"dropout": 1.5}}}, "dropout = 1.5"),
        ({"model": {"tok2vec": {"suffixes": [0]}}}, "suffixes"),
        ({"model": {"tok2vec": {"attrs": ["NORM"]}}}, "attrs"),
        ({"model": {"tok2vec": {"width": "wide"}}}, "width"),
        ({"model": {"nO": 0}}, "nO = 0"),
        ({"label_smoothing": 1.0}, "label_smoothing = 1.0"),
        ({"label_smothing": 0.1}, "label_smothing"),
    ],
)
def test_config(config, message):
    with pytest.raises(ValueError, match=message):
        spacy.blank("en").add_pipe("lstm_tagger", config=config)


def test_label_smoothing_has_to_leave_the_gold_tag_the_likeliest():
    with pytest.raises(ValueError, match=r"label_smoothing = 0.7.*below 0.667.*3 labels"):
        make_nlp(label_smoothing=0.7)


@pytest.fixture
def folder(trained, tmp_path):
    trained.to_disk(tmp_path / "model")
    return tmp_path / "model"


def load_message(folder):
    with pytest.raises((ValueError, OSError)) as error:
        spacy.load(folder)
    return str(error.value)


def test_weights_of_another_size(folder):
    config = load_config(folder / "config.cfg")
    config["components"]["lstm_tagger"]["model"]["tok2vec"]["feature_rows"] = 4000
    config.to_disk(folder / "config.cfg")
    assert "feature_rows = 5000, but the config" in load_message(folder)
    config["components"]["lstm_tagger"]["model"]["tok2vec"]["width"] = 128
    config.to_disk(folder / "config.cfg")
    message = load_message(folder)
    assert "from 128 to 256" in message
    assert "nO of lstm_tok2vec is its width" in message


def test_labels_of_another_pipeline(folder):
    cfg = srsly.read_json(folder / "lstm_tagger/cfg")
    srsly.write_json(folder / "lstm_tagger/cfg", {**cfg, "labels": ["NN"]})
    assert "cfg has 1 labels, its model [3]" in load_message(folder)
    for labels in ("NN", ["NN"] * 3, [1, 2, 3], None):
        srsly.write_json(folder / "lstm_tagger/cfg", {**cfg, "labels": labels})
        assert "'labels' in its cfg" in load_message(folder)


def tamper(folder, change):
    """Change what Thinc has saved of the model, node by node."""
    path = folder / "lstm_tagger/model"
    message = srsly.msgpack_loads(path.read_bytes())
    change(message)
    path.write_bytes(srsly.msgpack_dumps(message))


def drop_vocabulary(message):
    del message["attrs"][1]["vocabulary"]


def double_vocabulary(message):
    message["attrs"][1]["vocabulary"] = srsly.msgpack_dumps(["one", "one"])


def drop_some_weights(message):
    message["shims"][1] = [b""]


def drop_shim(message):
    message["shims"][2] = []


def change_dimension(message):
    message["nodes"][2]["dims"]["nO"] = 2


@pytest.mark.parametrize(
    "change",
    [drop_vocabulary, double_vocabulary, drop_some_weights, drop_shim, change_dimension],
)
def test_a_tampered_model(tmp_path, change):
    make_nlp([("one two two one", ["A", "B", "B", "C"])]).to_disk(tmp_path)
    tamper(tmp_path, change)
    assert "Can't load component 'lstm_tagger'" in load_message(tmp_path)


def test_a_failed_load_changes_nothing(folder):
    nlp = spacy.load(folder)
    before = nlp.to_bytes(exclude=["vocab"])
    other = make_nlp([("one two three four", ["A", "B", "C", "D"])])
    with pytest.raises(ValueError, match="Can't load"):
        nlp.get_pipe("lstm_tagger").from_bytes(other.get_pipe("lstm_tagger").to_bytes())
    assert nlp.to_bytes(exclude=["vocab"]) == before


@pytest.mark.parametrize(
    "labels", [{"labels": "NN"}, {"labels": [1]}, {"labels": ["NN"], "words": "abc"}]
)
def test_label_data_of_another_form(labels):
    nlp = spacy.blank("en")
    pipe = nlp.add_pipe("lstm_tagger")
    examples = make_examples(nlp)
    with pytest.raises(ValueError, match=r"list of strings.*init labels"):
        pipe.initialize(lambda: examples, labels=labels)


@pytest.mark.parametrize("part", [0, 0.1, 0.5, 0.99])
def test_a_truncated_model(folder, part):
    path = folder / "lstm_tagger/model"
    data = path.read_bytes()
    path.write_bytes(data[: int(part * len(data))])
    assert "Can't load component 'lstm_tagger'" in load_message(folder)


def test_a_missing_model(folder):
    (folder / "lstm_tagger/model").unlink()
    assert "lstm_tagger/model" in load_message(folder)


def test_a_newer_format(folder):
    path = folder / "lstm_tagger/model"
    path.write_bytes(path.read_bytes().replace(b'\\"version\\": 1', b'\\"version\\": 2'))
    assert "format 2" in load_message(folder)
    assert "Install a newer one" in load_message(folder)


@pytest.mark.parametrize(
    "words",
    [
        ["word"],
        ["word"] * 100_000,
        [" ", "\n\n", "\t", "\u2003"],
        ["😀", "👩‍👩‍👧", "e\u0301", "\u202etxet", "\ufeff"],
        ["a\0b", "\0"],
        ["x" * 10_000, "9" * 10_000],
    ],
    ids=["one", "100,000 tokens", "whitespace", "emoji", "null bytes", "10,000 letters"],
)
def test_strange_docs_are_tagged(trained, words):
    doc = trained(Doc(trained.vocab, words=words))
    assert len(doc) == len(words)
    assert set(tags(doc)) <= set(trained.get_pipe("lstm_tagger").labels)
