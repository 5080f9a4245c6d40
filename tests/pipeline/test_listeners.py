"""The tagger over a tok2vec that it shares with others, and over one that is no LSTM."""

import pytest
import spacy
from helpers import HASH_EMBED_CNN, TAGGED, make_examples, shared_config, tags
from thinc.api import Config

from spacy_lstm_tagger.models.shim import network_shims

TEXT = TAGGED[0][0]

SHARED = shared_config("tagger", width=32)


def test_one_lstm_for_several_components(tmp_path):
    nlp = spacy.blank("en").from_config(Config().from_str(SHARED))
    examples = make_examples(nlp)
    optimizer = nlp.initialize(lambda: examples)
    optimizer.learn_rate = 0.01
    for _ in range(60):
        nlp.update(examples, sgd=optimizer)
    assert tags(nlp(TEXT)) == TAGGED[0][1]
    nlp.to_disk(tmp_path)
    before = log_probs(nlp_with_tok2vec(nlp))
    assert tags(nlp(TEXT)) == TAGGED[0][1]
    assert (log_probs(nlp_with_tok2vec(spacy.load(tmp_path))) == before).all()
    ids = [shim.id for _, pipe in nlp.pipeline for shim in network_shims(pipe.model)]
    assert len(ids) == len(set(ids))


def test_a_listener_of_another_width():
    config = SHARED.replace("width = ${components.tok2vec.model.width}", "width = 16", 1)
    nlp = spacy.blank("en").from_config(Config().from_str(config))
    examples = make_examples(nlp)
    with pytest.raises(ValueError, match=r"width 32.*width = 16"):
        train_a_step(nlp, examples)


def train_a_step(nlp, examples):
    optimizer = nlp.initialize(lambda: examples)
    nlp.update(examples, sgd=optimizer)


def log_probs(nlp):
    return nlp.get_pipe("lstm_tagger").model.predict([nlp.make_doc(TEXT)])[0]


def nlp_with_tok2vec(nlp):
    """The pipeline with a listener replaced by the tok2vec it listens to."""
    nlp.replace_listeners("tok2vec", "lstm_tagger", ["model.tok2vec"])
    return nlp


def test_flipped_bytes_of_a_shared_tok2vec(tmp_path):
    nlp = spacy.blank("en").from_config(Config().from_str(SHARED))
    nlp.initialize(lambda: make_examples(nlp))
    nlp.to_disk(tmp_path)
    path = tmp_path / "tok2vec/model"
    saved = path.read_bytes()
    for part in (0.2, 0.5, 0.9):
        data = bytearray(saved)
        data[int(part * len(data))] ^= 1
        path.write_bytes(data)
        with pytest.raises(ValueError, match="damaged"):
            spacy.load(tmp_path)


def test_any_other_tok2vec():
    model = {"@architectures": "spacy_lstm_tagger.LSTMTagger.v1", "tok2vec": HASH_EMBED_CNN}
    nlp = spacy.blank("en")
    nlp.add_pipe("lstm_tagger", config={"model": model})
    examples = make_examples(nlp)
    optimizer = nlp.initialize(lambda: examples)
    for _ in range(40):
        nlp.update(examples, sgd=optimizer)
    assert tags(nlp(TEXT)) == TAGGED[0][1]
    assert nlp.get_pipe("lstm_tagger").label_data == ("DET", "NN", "V")
