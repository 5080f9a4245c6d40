"""The tagger over a tok2vec that it shares with others, and over one that is no LSTM."""

import pytest
import spacy
from helpers import LOG_PROBS, LSTM, TAGGED, make_examples, make_listening_nlp, tags

TEXT = TAGGED[0][0]


def test_one_lstm_for_several_components(tmp_path):
    nlp = make_listening_nlp(LSTM, others=["tagger"])
    examples, optimizer = make_examples(nlp), nlp.create_optimizer()
    optimizer.learn_rate = 0.01
    for _ in range(60):
        nlp.update(examples, sgd=optimizer)
    assert tags(nlp(TEXT)) == TAGGED[0][1]
    nlp.to_disk(tmp_path)
    before, after = (pipe(TEXT, **LOG_PROBS) for pipe in (nlp, spacy.load(tmp_path)))
    assert (after._.tag_log_probs == before._.tag_log_probs).all()


def test_a_listener_of_another_width():
    with pytest.raises(ValueError, match=r"width 32.*width = 16"):
        make_listening_nlp({**LSTM, "width": 32}, n_updates=1)


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
