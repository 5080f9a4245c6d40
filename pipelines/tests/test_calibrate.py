"""The script that calibrates the release, with components that listen to a tok2vec."""

import copy

import pytest
import spacy
from calibrate import calibrate_morphologizer
from calibrate import main as calibrate
from helpers import LOG_PROBS, LSTM, TAGGED, WITH_AN_ERROR, make_listening_nlp, tags
from spacy.tokens import Doc, DocBin
from spacy.training import Example
from thinc.api import fix_random_seed

pytest.importorskip("torch")


def run_calibrate(folder):
    """Run the script on the pipeline and the gold data in a folder."""
    names = {"name": "lstm_tagger", "morphologizer": None}
    calibrate(folder / "model", folder / "dev", folder / "calibrated", **names, code=None)


def test_the_probabilities_change_and_the_tags_stay(tmp_path):
    nlp = make_listening_nlp(LSTM, n_updates=30)
    nlp.to_disk(tmp_path / "model")
    (tmp_path / "dev").mkdir()
    for number, (text, gold) in enumerate(WITH_AN_ERROR):
        doc = Doc(nlp.vocab, words=text.split(), tags=gold)
        DocBin(docs=[doc]).to_disk(tmp_path / f"dev/{number}.spacy")
    run_calibrate(tmp_path)
    before, after = (spacy.load(tmp_path / name) for name in ("model", "calibrated"))
    for text, _ in TAGGED:
        old = before(text, **LOG_PROBS)
        new = after(text, **LOG_PROBS)
        assert tags(old) == tags(new)
        assert old[0]._.tag_prob != pytest.approx(new[0]._.tag_prob, abs=1e-3)


def test_components_that_are_not_calibrated_keep_their_bytes(tmp_path):
    """As a transformer's model, which has other ones whenever it is saved."""
    nlp = make_listening_nlp(LSTM, n_updates=30)
    nlp.to_disk(tmp_path / "model")
    other = tmp_path / "model/tok2vec/other"
    other.write_text("of an earlier save")
    docs = [Doc(nlp.vocab, words=text.split(), tags=gold) for text, gold in WITH_AN_ERROR]
    (tmp_path / "dev").mkdir()
    DocBin(docs=docs).to_disk(tmp_path / "dev/0.spacy")
    run_calibrate(tmp_path)
    assert (tmp_path / "calibrated/tok2vec/other").read_text() == "of an earlier save"


def make_morphologizer():
    """A pipeline with a morphologizer that has learned a little, and examples with an error."""
    fix_random_seed(0)
    nlp = spacy.blank("en")
    nlp.add_pipe("lstm_morphologizer", config={"model": {"tok2vec": LSTM}})
    words = ["The", "dog", "read"] * 4
    gold = Doc(nlp.vocab, words=words, pos=["DET", "NOUN", "VERB"] * 4)
    gold[1].pos_ = "VERB"  # an error
    examples = [Example(Doc(nlp.vocab, words=words), gold)]
    optimizer = nlp.initialize(lambda: examples)
    for _ in range(5):
        nlp.update(examples, sgd=optimizer)
    return nlp, examples


def test_a_morphologizer_is_calibrated_as_well():
    nlp, examples = make_morphologizer()
    model = nlp.get_pipe("lstm_morphologizer").model
    (before,) = model.predict([examples[0].predicted])
    temperature = calibrate_morphologizer(nlp, "lstm_morphologizer", examples)
    assert temperature != pytest.approx(1, abs=0.01)
    (after,) = model.predict([examples[0].predicted])
    assert after == pytest.approx(before / temperature, abs=1e-4)


def test_probabilities_get_the_same_temperature_as_scores():
    nlp, examples = make_morphologizer()
    normalized = copy.deepcopy(nlp)
    output_layer = normalized.get_pipe("lstm_morphologizer").model.get_ref("output_layer")
    output_layer.attrs["softmax_normalize"] = True
    temperatures = [
        calibrate_morphologizer(pipeline, "lstm_morphologizer", examples)
        for pipeline in (nlp, normalized)
    ]
    assert temperatures[0] == pytest.approx(temperatures[1], rel=1e-3)


def test_a_name_that_no_component_has_is_refused(tmp_path):
    spacy.blank("en").to_disk(tmp_path / "model")
    (tmp_path / "dev").mkdir()
    with pytest.raises(ValueError, match="no component 'lstm_tagger'"):
        run_calibrate(tmp_path)
