"""A model under SoftmaxTagger saves a digest with its weights, and damaged ones are refused."""

import copy
import random
import shutil

import numpy
import pytest
import spacy
from helpers import COPIES, LSTM
from spacy.tokens import Doc
from spacy.training import Example

MODEL = {"@architectures": "spacy_lstm_tagger.SoftmaxTagger.v1", "tok2vec": LSTM}
SPACY_MODEL = {**MODEL, "@architectures": "spacy.Tagger.v2"}
WORDS = ["mice", "run", "."]
NAMES = ["lstm_morphologizer", "senter"]
pytestmark = pytest.mark.filterwarnings("ignore:The vocabulary of an LSTMTok2Vec is counted")


def make(model=MODEL, pos=("NOUN", "VERB", "PUNCT"), names=NAMES, n_updates=20):
    nlp = spacy.blank("xx")
    for name in names:
        nlp.add_pipe(name, config={"model": model})
    train(nlp, pos, n_updates, nlp.initialize(lambda: [example(nlp, pos)]))
    return nlp


def example(nlp, pos):
    gold = Doc(nlp.vocab, words=WORDS, pos=pos, sent_starts=[True, False, False])
    return Example(Doc(nlp.vocab, words=WORDS), gold)


def train(nlp, pos=("NOUN", "VERB", "PUNCT"), n_updates=20, optimizer=None):
    optimizer = optimizer or nlp.resume_training()
    for _ in range(n_updates):
        nlp.update([example(nlp, pos)], sgd=optimizer)


def annotations(nlp):
    return [(token.pos_, token.is_sent_start) for token in nlp(Doc(nlp.vocab, words=WORDS))]


def weights(nlp, name):
    return nlp.get_pipe(name).model.get_ref("output_layer").get_param("W")


@pytest.fixture(scope="module")
def nlp():
    """Not to be changed."""
    pytest.importorskip("torch")
    return make()


@pytest.fixture
def folder(nlp, tmp_path):
    nlp.to_disk(tmp_path / "saved")
    return tmp_path / "saved"


@pytest.mark.parametrize("name", NAMES)
def test_a_flipped_bit_of_the_weights_is_refused(nlp, folder, name):
    path = folder / name / "model"
    data = path.read_bytes()
    values = weights(nlp, name).tobytes()
    assert data.count(values) == 1
    start = data.index(values)
    for place in random.Random(0).sample(range(len(values)), 5):
        flipped = bytearray(data)
        flipped[start + place] ^= 1 << place % 8
        path.write_bytes(flipped)
        with pytest.raises(ValueError, match="their checksum differs"):
            annotations(spacy.load(folder))
    # The morphologizer is refused when it is loaded, other components at the first prediction.
    if name == "senter":
        damaged = spacy.load(folder)
        with pytest.raises(ValueError, match="their checksum differs"):
            damaged.to_bytes()


@pytest.mark.parametrize("file", ["cfg", "model"])
def test_files_of_two_saves_are_refused(folder, tmp_path, file):
    other = make(pos=("VERB", "NOUN", "X"), names=NAMES[:1])
    other.to_disk(tmp_path / "other")
    shutil.copy(tmp_path / "other" / NAMES[0] / file, folder / NAMES[0] / file)
    with pytest.raises(ValueError, match=r"'lstm_morphologizer' .* other labels.* saved together"):
        spacy.load(folder)


def use_other_values(nlp):
    annotations(nlp)
    pipe = nlp.get_pipe("senter")
    layer = pipe.model.get_ref("output_layer")
    with pipe.model.use_params({(layer.id, "W"): layer.get_param("W") + 1}):
        assert nlp.to_bytes()


@pytest.mark.parametrize(
    "change",
    [
        train,
        use_other_values,
        lambda nlp: nlp.initialize(lambda: [example(nlp, ("X", "NOUN", "ADJ"))]),
        annotations,
    ],
)
def test_weights_that_have_changed_are_saved_with_another_digest(folder, tmp_path, change):
    changed = spacy.load(folder)
    change(changed)
    changed.to_disk(tmp_path / "changed")
    again = spacy.load(tmp_path / "changed")
    assert annotations(again) == annotations(changed)
    assert again.to_bytes() == changed.to_bytes()


@pytest.mark.parametrize("way", ["deepcopy", "pickle"])
def test_copies(nlp, folder, way):
    for original in (nlp, spacy.load(folder)):
        assert annotations(COPIES[way](original, None)) == annotations(nlp)


def test_a_copy_of_damaged_weights_is_refused(folder):
    damaged = spacy.load(folder)
    weights(damaged, "senter")[0, 0] += 1
    with pytest.raises(ValueError, match="their checksum differs"):
        annotations(copy.deepcopy(damaged))


def load(folder, model):
    """Load a pipeline with another architecture of the same layers."""
    config = {"components": {name: {"model": model} for name in NAMES}}
    return spacy.load(folder, config=config)


def test_both_architectures_read_the_same_files(nlp, folder, tmp_path):
    through_spacy = load(folder, SPACY_MODEL)
    assert annotations(through_spacy) == annotations(nlp)
    # Training there changes the weights, and keeps the old digest beside them.
    train(through_spacy, ("X", "VERB", "NOUN"))
    through_spacy.to_disk(tmp_path / "again")
    again = load(tmp_path / "again", MODEL)
    assert not numpy.array_equal(weights(again, "senter"), weights(nlp, "senter"))
    assert annotations(again) == annotations(through_spacy)


def test_files_without_a_digest_are_loaded(tmp_path):
    spacys = make(SPACY_MODEL)
    spacys.to_disk(tmp_path)
    assert b"digest" not in (tmp_path / "senter/model").read_bytes()
    assert annotations(load(tmp_path, MODEL)) == annotations(spacys)


def test_a_digest_is_found_once_for_a_load(folder, monkeypatch):
    nlp = spacy.load(folder)
    annotations(nlp)
    monkeypatch.setattr("spacy_lstm_tagger.models.softmax_digest.digest_of_weights", None)
    annotations(nlp)
