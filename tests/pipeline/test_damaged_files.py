"""Files that are not what was saved are refused; files that are saved replace sound ones only when
they are sound. `benchmarks/faults.py` does more of the same, to spaCy's tagger as well."""

import json
import multiprocessing
import os
import pickle
import random
import shutil
import subprocess
import sys

import pytest
import spacy
import srsly
from helpers import make_nlp, write_checksums
from spacy.training import Example
from spacy.util import load_config
from thinc.api import SGD, serialize_attr

from spacy_lstm_tagger.models.vocabulary import WordVocabulary
from spacy_lstm_tagger.training.callbacks import half_precision

FILES = ["cfg", "model", "checksums.json"]


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
    assert "feature_rows = 500, but the config" in load_message(folder)
    config["components"]["lstm_tagger"]["model"]["tok2vec"]["width"] = 128
    config.to_disk(folder / "config.cfg")
    message = load_message(folder)
    assert "from 128 to 256" in message
    assert "nO of lstm_tok2vec is its width" in message


def test_a_damaged_vocab_changes_nothing(trained, tmp_path):
    pipe = make_nlp(seed=1, n_updates=2).get_pipe("lstm_tagger")
    before = pipe.to_bytes(exclude=["vocab"])
    other = trained.get_pipe("lstm_tagger")
    message = srsly.msgpack_loads(other.to_bytes()) | {"vocab": b"\xc1junk"}
    with pytest.raises(ValueError, match="Can't load component 'lstm_tagger' from a bytestring"):
        pipe.from_bytes(srsly.msgpack_dumps(message))
    assert pipe.to_bytes(exclude=["vocab"]) == before
    other.to_disk(tmp_path)
    (tmp_path / "vocab/strings.json").write_text("[")
    with pytest.raises(ValueError, match="Can't load component 'lstm_tagger'"):
        pipe.from_disk(tmp_path)
    assert pipe.to_bytes(exclude=["vocab"]) == before


def test_labels_of_another_pipeline(folder):
    cfg = srsly.read_json(folder / "lstm_tagger/cfg")

    def write_labels(labels):
        (folder / "lstm_tagger/cfg").write_text(json.dumps({**cfg, "labels": labels}))
        write_checksums(folder / "lstm_tagger")

    write_labels(["NN"])
    assert "cfg has 1 labels, its model [3]" in load_message(folder)
    for labels in ("NN", ["NN"] * 3, [1, 2, 3], None):
        write_labels(labels)
        assert "'labels' in its cfg" in load_message(folder)
    write_labels(["NN", "DET", "\ud800"])
    assert "surrogates not allowed" in load_message(folder)


def tamper(folder, change):
    """Change what Thinc has saved of the model, node by node, and let the checksums agree."""
    path = folder / "lstm_tagger/model"
    message = srsly.msgpack_loads(path.read_bytes())
    change(message)
    path.write_bytes(srsly.msgpack_dumps(message))
    write_checksums(folder / "lstm_tagger")


def drop_vocabulary(message):
    del message["attrs"][1]["vocabulary"]


def double_vocabulary(message):
    doubled = WordVocabulary(["one"])
    doubled.words *= 2
    message["attrs"][1]["vocabulary"] = serialize_attr(doubled, doubled, "vocabulary", None)


def drop_some_weights(message):
    message["shims"][1] = [b""]


@pytest.mark.parametrize("change", [drop_vocabulary, double_vocabulary, drop_some_weights])
def test_a_tampered_model(tmp_path, change):
    make_nlp([("one two two one", ["A", "B", "B", "C"])]).to_disk(tmp_path)
    tamper(tmp_path, change)
    assert "Can't load component 'lstm_tagger'" in load_message(tmp_path)


@pytest.mark.parametrize("rounding", [None, "float16", "int8"])
def test_a_failed_load_changes_no_bit(folder, rounding):
    nlp = spacy.load(folder)
    pipe, doc = nlp.get_pipe("lstm_tagger"), nlp.make_doc("The dog ate the apple")
    nlp.update([Example.from_dict(doc, {"tags": ["DET"] * 5})], sgd=SGD(0.1))
    if rounding:
        half_precision(rounding)(nlp)
    before, (scores,) = nlp.to_bytes(), pipe.model.predict([doc])
    other = make_nlp([("one two three four", ["A", "B", "C", "D"])]).get_pipe("lstm_tagger")
    with pytest.raises(ValueError, match="Can't load"):
        pipe.from_bytes(other.to_bytes())
    other.to_disk(folder)
    with pytest.raises(ValueError, match="Can't load"):
        pipe.from_disk(folder)
    assert (pipe.model.predict([doc])[0] == scores).all()
    assert nlp.to_bytes() == before


def test_a_missing_model(folder):
    (folder / "lstm_tagger/model").unlink()
    assert "lstm_tagger/model" in load_message(folder)


def flipped(data, seed):
    """Bytes of which one is another."""
    rng, data = random.Random(seed), bytearray(data)
    data[rng.randrange(len(data))] ^= rng.randint(1, 255)
    return bytes(data)


@pytest.mark.parametrize("file", FILES)
def test_a_file_that_is_cut_off_or_has_another_byte(folder, file):
    path = folder / "lstm_tagger" / file
    saved = path.read_bytes()
    damaged = [saved[: int(part * len(saved))] for part in (0, 0.1, 0.5, 0.99)]
    for data in (*damaged, *(flipped(saved, seed) for seed in range(4))):
        path.write_bytes(data)
        assert "Can't load component 'lstm_tagger'" in load_message(folder)


def test_flipped_bytes_of_a_bytestring(trained):
    pipe = trained.get_pipe("lstm_tagger")
    saved = pipe.to_bytes(exclude=["vocab"])
    for seed in range(8):
        other = spacy.blank("en").add_pipe("lstm_tagger")
        with pytest.raises(ValueError, match="Can't load component 'lstm_tagger'"):
            other.from_bytes(flipped(saved, seed))


class Bomb:
    """Runs code when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (self.path,)


@pytest.mark.parametrize("file", FILES)
def test_a_pickle_is_not_run(folder, file):
    bomb = pickle.dumps(Bomb(str(folder / "bombed")))
    (folder / "lstm_tagger" / file).write_bytes(bomb)
    assert "Can't load component 'lstm_tagger'" in load_message(folder)
    assert not (folder / "bombed").exists()


def test_a_pickle_in_place_of_weights_is_not_run(folder):
    def hide_bomb(message):
        message["shims"][1] = [pickle.dumps(Bomb(str(folder / "bombed")))]

    tamper(folder, hide_bomb)
    assert "Can't load the weights: damaged or not ours" in load_message(folder)
    assert not (folder / "bombed").exists()


@pytest.mark.parametrize("code", [0xDD, 0xDF, 0xC6, 0xDB, 0xC9])
def test_claims_of_huge_sizes(folder, code):
    """MessagePack's array, map, bytes, text, extension of 2^32 - 1 elements."""
    (folder / "lstm_tagger/model").write_bytes(bytes([code]) + b"\xff" * 4)
    write_checksums(folder / "lstm_tagger")
    assert "Can't load component 'lstm_tagger'" in load_message(folder)


# In a process of its own: the peak of the tests' own may be high already.
GROWTH_OF_LOADS = """
import resource, sys
import spacy, spacy_lstm_tagger.pipeline
from spacy.util import load_config
folder = sys.argv[1]
config = load_config(f"{folder}/config.cfg")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for key in sys.argv[2:]:
    absurd = config.copy()
    absurd["components"]["lstm_tagger"]["model"]["tok2vec"][key] = 10**12
    absurd.to_disk(f"{folder}/config.cfg")
    try:
        spacy.load(folder)
    except (ValueError, OSError):
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.slow
def test_absurd_sizes_in_the_config_allocate_nothing(folder):
    pytest.importorskip("resource")
    keys = ["width", "feature_rows", "feature_width", "word_width"]
    command = [sys.executable, "-c", GROWTH_OF_LOADS, str(folder), *keys]
    result = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    growths = [int(line) for line in result.stdout.splitlines()]  # KB
    assert len(growths) == len(keys)
    assert max(growths) < 100_000


def test_a_file_of_another_save(folder, tmp_path):
    make_nlp(n_updates=41).to_disk(tmp_path / "other")
    shutil.copy(tmp_path / "other/lstm_tagger/model", folder / "lstm_tagger/model")
    assert "'model' is damaged, or from another save" in load_message(folder)


def test_a_save_killed_between_two_files_is_refused(folder, monkeypatch):
    pipe, replace = make_nlp(seed=1, n_updates=2).get_pipe("lstm_tagger"), os.replace
    done = []

    def die_in_time(source, target):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(replace(source, target))

    monkeypatch.setattr(os, "replace", die_in_time)
    with pytest.raises(KeyboardInterrupt):
        pipe.to_disk(folder / "lstm_tagger", exclude=["vocab"])
    assert "from another save" in load_message(folder)


@pytest.mark.parametrize("damaged", [b"", b"[1, 2]", b"null", b"\xff{"])
def test_damaged_checksums_can_be_saved_over(trained, folder, damaged):
    (folder / "lstm_tagger/checksums.json").write_bytes(damaged)
    load_message(folder)
    trained.get_pipe("lstm_tagger").to_disk(folder / "lstm_tagger", exclude=["vocab"])
    expected = trained.get_pipe("lstm_tagger").to_bytes(exclude=["vocab"])
    assert spacy.load(folder).get_pipe("lstm_tagger").to_bytes(exclude=["vocab"]) == expected


def save_on_a_full_disk(folder, nlp, resource):
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, 2**20))
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
    assert sorted(path.name for path in (folder / "lstm_tagger").iterdir()) == sorted(FILES)
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]
    expected = trained.get_pipe("lstm_tagger").to_bytes(exclude=["vocab"])
    assert spacy.load(folder).get_pipe("lstm_tagger").to_bytes(exclude=["vocab"]) == expected
