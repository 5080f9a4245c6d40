"""The tagger over a tok2vec that it shares with others, and over one that is no LSTM."""

import pytest
import spacy
from helpers import LSTM, TAGGED, make_examples, make_listening_nlp, tags

from spacy_lstm_tagger.models.shim import network_shims

TEXT = TAGGED[0][0]


def test_one_lstm_for_several_components(tmp_path):
    nlp = make_listening_nlp(LSTM, others=["tagger"])
    examples, optimizer = make_examples(nlp), nlp.create_optimizer()
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
    with pytest.raises(ValueError, match=r"width 32.*width = 16"):
        make_listening_nlp({**LSTM, "width": 32}, n_updates=1)


def log_probs(nlp):
    return nlp.get_pipe("lstm_tagger").model.predict([nlp.make_doc(TEXT)])[0]


def nlp_with_tok2vec(nlp):
    """The pipeline with a listener replaced by the tok2vec it listens to."""
    nlp.replace_listeners("tok2vec", "lstm_tagger", ["model.tok2vec"])
    return nlp


def test_flipped_bytes_of_a_shared_tok2vec(tmp_path):
    make_listening_nlp(LSTM, others=["tagger"]).to_disk(tmp_path)
    path = tmp_path / "tok2vec/model"
    saved = path.read_bytes()
    for part in (0.2, 0.5, 0.9):
        data = bytearray(saved)
        data[int(part * len(data))] ^= 1
        path.write_bytes(data)
        with pytest.raises(ValueError, match="damaged"):
            spacy.load(tmp_path)
