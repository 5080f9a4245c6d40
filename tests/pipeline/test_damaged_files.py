"""Files that are not what was saved are refused; files that are saved replace sound ones only when
they are sound. `tests/models/test_weights.py` has the same of the weights alone."""

import contextlib
import gc
import multiprocessing
import os
import pickle
import random
import re
import shutil

import pytest
import spacy
import srsly
from helpers import SMALL_MODEL, TAGGED, make_nlp
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import load_config

FILES = ["lstm_tagger/cfg", "lstm_tagger/model", "tag_lemmatizer/lookups/lookups.bin"]
# The same data with other tags, as many as before.
OTHERS = [(text, [{"NN": "NOUN"}.get(tag, tag) for tag in gold]) for text, gold in TAGGED]


@pytest.fixture(scope="module")
def pipeline(trained):
    """A tagger and a lemmatizer; not to be changed."""
    nlp = spacy.blank("xx")
    nlp.add_pipe("lstm_tagger", source=trained)
    doc = Doc(nlp.vocab, words=["dogs", "ate"], tags=["NN", "V"], lemmas=["dog", "eat"])
    nlp.add_pipe("tag_lemmatizer").initialize(lambda: [Example(doc.copy(), doc)])
    return nlp


@pytest.fixture(scope="module")
def saved(pipeline, tmp_path_factory):
    """The folder of the pipeline; not to be changed."""
    path = tmp_path_factory.mktemp("damaged") / "model"
    pipeline.to_disk(path)
    return path


@pytest.fixture
def folder(saved, tmp_path):
    return shutil.copytree(saved, tmp_path / "model")


def load_message(folder):
    with pytest.raises((ValueError, OSError)) as error:
        spacy.load(folder)
    return str(error.value)


class Bomb:
    """Fails the test when it is unpickled."""

    def __reduce__(self):
        return pytest.fail, ("A pickle was run.",)


def cut(part):
    return lambda data: data[: int(part * len(data))]


def flip(seed):
    """Change one byte of the middle of a file: its end may be white space."""
    rng = random.Random(seed)
    part = rng.uniform(0.1, 0.9)
    bits = rng.randint(1, 255)

    def change(data):
        place = int(part * len(data))
        return data[:place] + bytes([data[place] ^ bits]) + data[place + 1 :]

    return change


DAMAGES = {
    **{f"cut at {part}": cut(part) for part in (0, 0.1, 0.5, 0.99)},
    **{f"another byte, {seed}": flip(seed) for seed in range(4)},
    "text": lambda _: b"garbage",
    "pickle": lambda _: pickle.dumps(Bomb()),
    # MessagePack's array, map, bytes, text, extension of 2^32 - 1 elements.
    **{f"{code:X}": lambda _, code=code: bytes([code]) + b"\xff" * 4 for code in
       (0xDD, 0xDF, 0xC6, 0xDB, 0xC9)},
}  # fmt: skip


def fresh(component):
    config = {"model": SMALL_MODEL} if component == "lstm_tagger" else {}
    return spacy.blank("xx").add_pipe(component, config=config)


@contextlib.contextmanager
def refused(component, source):
    """Check that a component is not loaded, and that the garbage collector is on afterwards. srsly
    has turned it off while it reads, maybe in another thread."""
    gc.disable()
    try:
        message = f"Can't load component '{component}' from {re.escape(str(source))}"
        with pytest.raises(ValueError, match=message):
            yield
        assert gc.isenabled()
    finally:
        gc.enable()


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
@pytest.mark.parametrize("file", FILES)
def test_a_damaged_file_is_refused(folder, file, damage):
    path = folder / file
    path.write_bytes(damage(path.read_bytes()))
    component = file.split("/")[0]
    pipe = fresh(component)
    with refused(component, folder / component):
        pipe.from_disk(folder / component, exclude=["vocab"])


@pytest.mark.parametrize("damage", ["cut at 0.5", "another byte, 0", "text", "pickle"])
@pytest.mark.parametrize("component", ["lstm_tagger", "tag_lemmatizer"])
def test_a_damaged_bytestring_is_refused(pipeline, component, damage):
    damaged = DAMAGES[damage](pipeline.get_pipe(component).to_bytes(exclude=["vocab"]))
    pipe = fresh(component)
    with refused(component, "a bytestring"):
        pipe.from_bytes(damaged)


@pytest.mark.parametrize(
    ("component", "file"),
    [("lstm_morphologizer", "cfg"), ("lstm_morphologizer", "model"), ("space_ruler", "patterns")],
)
def test_a_damaged_morphologizer_or_ruler_is_refused(tmp_path, component, file):
    nlp = spacy.blank("xx")
    doc = Doc(nlp.vocab, words=["dogs"], pos=["NOUN"])
    pipe = nlp.add_pipe(component)
    pipe.initialize(lambda: [Example(doc.copy(), doc)], nlp=nlp)
    pipe.to_disk(tmp_path)
    (tmp_path / file).write_bytes(cut(0.5)((tmp_path / file).read_bytes()))
    data = cut(0.5)(pipe.to_bytes(exclude=["vocab"]))
    with refused(component, tmp_path):
        pipe.from_disk(tmp_path, exclude=["vocab"])
    with refused(component, "a bytestring"):
        pipe.from_bytes(data)


def test_one_remedy(folder):
    path = folder / "lstm_tagger/model"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    message = load_message(folder)
    assert message.endswith("damaged, their checksum differs. Copy the file again.")


def test_a_missing_model(folder):
    (folder / "lstm_tagger/model").unlink()
    assert "lstm_tagger/model" in load_message(folder)


def test_weights_of_another_size(folder):
    config = load_config(folder / "config.cfg")
    for size in (50, 10**12):
        config["components"]["lstm_tagger"]["model"]["tok2vec"]["word_width"] = size
        config.to_disk(folder / "config.cfg")
        assert "word_width = 100, but the config" in load_message(folder)
    config["components"]["lstm_tagger"]["model"]["tok2vec"]["width"] = 32
    config.to_disk(folder / "config.cfg")
    message = load_message(folder)
    assert "from 32 to 64" in message
    assert "nO of lstm_tok2vec is its width" in message


@pytest.mark.parametrize(
    "changed",
    [
        {"labels": ["NN"]},
        {"labels": ["NN", "DET", "V"]},
        {"labels": None},
        {"label_smoothing": 1.0},
        {"overwrite": "no"},
        {"neg_prefix": "?"},
        {"lexicon": {"exact": {"that": ["DET"]}, "any_case": {}}},
        {"lexico~": {}},
    ],
)
def test_another_cfg_than_the_one_of_the_weights(folder, changed):
    path = folder / "lstm_tagger/cfg"
    srsly.write_json(path, {**srsly.read_json(path), **changed})
    assert "saved with other labels, words or settings" in load_message(folder)


def test_a_cfg_of_a_newer_version(folder):
    path = folder / "lstm_tagger/cfg"
    srsly.write_json(path, {**srsly.read_json(path), "new": 1})
    with pytest.raises(ValueError, match="its cfg has the unknown key 'new'"):
        fresh("lstm_tagger").from_disk(path.parent, exclude=["model", "vocab"])


def test_a_pipeline_of_0_x(folder):
    def to_version_1(message):
        for shims in filter(None, message["shims"]):
            shims[0] = shims[0].replace(b'\\"version\\": 4', b'\\"version\\": 1')

    tamper(folder, to_version_1)
    assert "saved by 0.x: train again, or install spacy-lstm-tagger 0.7." in load_message(folder)


@pytest.mark.parametrize("file", ["cfg", "model"])
def test_a_file_of_another_save(folder, tmp_path, file):
    make_nlp(OTHERS).to_disk(tmp_path / "other")
    shutil.copy(tmp_path / "other/lstm_tagger" / file, folder / "lstm_tagger" / file)
    assert "saved with other labels" in load_message(folder)


def tamper(folder, change):
    """Change what Thinc has saved of the model, node by node."""
    path = folder / "lstm_tagger/model"
    message = srsly.msgpack_loads(path.read_bytes())
    change(message)
    path.write_bytes(srsly.msgpack_dumps(message))


def change_a_word(message):
    message["attrs"][1]["vocabulary"] = srsly.msgpack_dumps({"words": ["one", "too"]})


def change_words_to_numbers(message):
    message["attrs"][1]["vocabulary"] = srsly.msgpack_dumps({"words": [1, 2]})


def hide_a_pickle(message):
    message["shims"][1] = [pickle.dumps(Bomb())]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (change_a_word, "saved with other labels, words or settings"),
        (change_words_to_numbers, "saved with other labels, words or settings"),
        (hide_a_pickle, "Can't load the weights: damaged or not ours"),
    ],
)
def test_a_tampered_model(tmp_path, change, reason):
    make_nlp([("one two two one", ["A", "B", "B", "C"])]).to_disk(tmp_path)
    tamper(tmp_path, change)
    message = load_message(tmp_path)
    assert "Can't load component 'lstm_tagger'" in message
    assert reason in message


def save_on_a_full_disk(folder, nlp, resource):
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**18, 2**18))
    try:
        nlp.to_disk(folder)
    except OSError:
        os._exit(3)


def test_a_full_disk_loses_nothing(trained, folder):
    resource = pytest.importorskip("resource")
    other = make_nlp(seed=1, n_updates=2)
    process = multiprocessing.get_context("fork").Process(
        target=save_on_a_full_disk, args=(folder, other, resource)
    )
    process.start()
    process.join()
    assert process.exitcode == 3
    assert sorted(path.name for path in (folder / "lstm_tagger").iterdir()) == ["cfg", "model"]
    expected = trained.get_pipe("lstm_tagger").to_bytes(exclude=["vocab"])
    assert spacy.load(folder).get_pipe("lstm_tagger").to_bytes(exclude=["vocab"]) == expected
