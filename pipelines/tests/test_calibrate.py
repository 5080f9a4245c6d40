"""The script that calibrates the release, with a tagger that listens to a tok2vec."""

import pytest
import spacy
from calibrate import main as calibrate
from helpers import LSTM, TAGGED, WITH_AN_ERROR, fit, tags
from spacy.tokens import Doc, DocBin
from thinc.api import fix_random_seed

pytest.importorskip("torch")

LISTENER = {"@architectures": "spacy.Tok2VecListener.v1", "width": 16}


def test_the_probabilities_change_and_the_tags_stay(tmp_path):
    fix_random_seed(0)
    nlp = spacy.blank("en")
    nlp.add_pipe("tok2vec", config={"model": LSTM})
    nlp.add_pipe("lstm_tagger", name="tagger", config={"model": {"tok2vec": LISTENER}})
    fit(nlp, n_updates=30, learn_rate=0.01)
    nlp.to_disk(tmp_path / "model")
    (tmp_path / "dev").mkdir()
    for number, (text, gold) in enumerate(WITH_AN_ERROR):
        doc = Doc(nlp.vocab, words=text.split(), tags=gold)
        DocBin(docs=[doc]).to_disk(tmp_path / f"dev/{number}.spacy")
    calibrate(tmp_path / "model", tmp_path / "dev", tmp_path / "calibrated", "tagger", None)
    before, after = (spacy.load(tmp_path / name) for name in ("model", "calibrated"))
    with_probs = {"component_cfg": {"tagger": {"log_probs": True}}}
    for text, _ in TAGGED:
        old, new = before(text, **with_probs), after(text, **with_probs)
        assert tags(old) == tags(new)
        assert old[0]._.tag_prob != pytest.approx(new[0]._.tag_prob, abs=1e-3)
