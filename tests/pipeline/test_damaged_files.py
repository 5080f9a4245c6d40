"""Files that are not what was saved. `tests/models/test_weights.py` has the same of the weights
alone. For the rest, a component loads what spaCy's own components load."""

import gc
import pickle

import pytest
import spacy
import srsly
from helpers import make_nlp, tags
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import load_config


@pytest.fixture
def folder(trained, tmp_path):
    """The folder of a pipeline."""
    trained.to_disk(tmp_path / "model")
    return tmp_path / "model"


def load_message(folder):
    with pytest.raises((ValueError, OSError)) as error:
        spacy.load(folder)
    return str(error.value)


class Bomb:
    """Fails the test when it is unpickled."""

    def __reduce__(self):
        return pytest.fail, ("A pickle was run.",)


def test_a_pickle_in_place_of_the_weights_is_not_run(folder):
    path = folder / "lstm_tagger/model"
    message = srsly.msgpack_loads(path.read_bytes())
    message["shims"][1] = [pickle.dumps(Bomb())]
    path.write_bytes(srsly.msgpack_dumps(message))
    assert "Can't load the weights: damaged or not ours" in load_message(folder)


@pytest.mark.parametrize("load", ["from_disk", "from_bytes"])
def test_half_a_file_leaves_the_garbage_collector_on(trained, tmp_path, load):
    pipe = trained.get_pipe("lstm_tagger")
    saved = srsly.msgpack_loads(pipe.to_bytes())
    saved["model"] = saved["model"][: len(saved["model"]) // 2]
    pipe.to_disk(tmp_path)
    (tmp_path / "model").write_bytes(saved["model"])
    source = {"from_disk": tmp_path, "from_bytes": srsly.msgpack_dumps(saved)}[load]
    loaded = make_nlp().get_pipe("lstm_tagger")
    with pytest.raises(ValueError, match="Unpack failed"):
        getattr(loaded, load)(source)
    assert gc.isenabled()


def test_a_missing_model(folder):
    (folder / "lstm_tagger/model").unlink()
    assert "lstm_tagger/model" in load_message(folder)


def test_weights_of_another_size(folder):
    config = load_config(folder / "config.cfg")
    for size in (50, 10**12):
        config["components"]["lstm_tagger"]["model"]["tok2vec"]["word_width"] = size
        config.to_disk(folder / "config.cfg")
        assert "word_width = 100, but the config" in load_message(folder)


@pytest.mark.parametrize("load", ["from_disk", "from_bytes"])
@pytest.mark.parametrize("labels", [["NN"], ["NN", "DET", "V", "X"]])
def test_weights_with_another_number_of_tags_than_the_cfg(trained, tmp_path, labels, load):
    pipe = trained.get_pipe("lstm_tagger")
    pipe.to_disk(tmp_path)
    cfg = {**srsly.read_json(tmp_path / "cfg"), "labels": labels}
    srsly.write_json(tmp_path / "cfg", cfg)
    saved = {**srsly.msgpack_loads(pipe.to_bytes()), "cfg": srsly.json_dumps(cfg)}
    source = {"from_disk": tmp_path, "from_bytes": srsly.msgpack_dumps(saved)}[load]
    loaded = make_nlp().get_pipe("lstm_tagger")
    with pytest.raises(ValueError, match=f"'lstm_tagger': its cfg has {len(labels)} labels, and"):
        getattr(loaded, load)(source)
    getattr(loaded, load)(source, exclude=["cfg"])


def test_a_morphologizer_with_another_number_of_labels_than_its_cfg(tmp_path):
    pytest.importorskip("torch")
    nlp = spacy.blank("xx")
    doc = Doc(nlp.vocab, words=["dogs", "eat"], pos=["NOUN", "VERB"])
    pipe = nlp.add_pipe("lstm_morphologizer")
    pipe.initialize(lambda: [Example(doc.copy(), doc)], nlp=nlp)
    pipe.to_disk(tmp_path)
    cfg = srsly.read_json(tmp_path / "cfg")
    del cfg["labels_morph"]["POS=VERB"]
    srsly.write_json(tmp_path / "cfg", cfg)
    with pytest.raises(ValueError, match="its cfg has 1 labels, and its weights have 2"):
        pipe.from_disk(tmp_path)


def test_a_pipeline_is_loaded_over_another(trained, folder):
    nlp = make_nlp(seed=1)
    nlp.from_disk(folder)
    assert tags(nlp("The dog ate the apple")) == tags(trained("The dog ate the apple"))
