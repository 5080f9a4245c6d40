"""Models that earlier versions saved load, and tag the same.

The folder of a version was written by that version:

    python tests/pipeline/test_saved_models.py
"""

import numpy
import pytest
import spacy
import srsly
from helpers import ROOT, make_nlp, tags

import spacy_lstm_tagger

ASSETS = ROOT / "tests/assets"
TEXT = "The dog that read the book ate 3 Äpfel"


@pytest.mark.filterwarnings("ignore:.W095")  # of another version of spaCy
@pytest.mark.parametrize("folder", sorted(ASSETS.glob("*")), ids=lambda folder: folder.name)
def test_a_model_of_an_earlier_version(folder):
    nlp, expected = spacy.load(folder / "model"), srsly.read_json(folder / "expected.json")
    doc = nlp(TEXT)
    assert tags(doc) == expected["tags"]
    numpy.testing.assert_allclose(doc._.tag_log_probs, expected["log_probs"], atol=1e-4)


def write():
    sizes = {"width": 16, "char_width": 8, "feature_width": 8, "feature_rows": 100, "min_freq": 1}
    nlp = make_nlp(n_updates=200, model={"tok2vec": sizes}, log_probs=True)
    doc, folder = nlp(TEXT), ASSETS / spacy_lstm_tagger.__version__
    folder.mkdir(parents=True)
    nlp.to_disk(folder / "model")
    expected = {"tags": tags(doc), "log_probs": doc._.tag_log_probs.tolist()}
    srsly.write_json(folder / "expected.json", expected)


if __name__ == "__main__":
    write()
