"""Names in labelled text become more probable."""

import numpy
import pytest
from names import ODDS, capitals_inside, main
from numpy.testing import assert_allclose
from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab

from spacy_lstm_tagger.pipeline.soft_tags import SoftTags, set_soft_tags, soft_tags_of
from spacy_lstm_tagger.training.corpus import read_docs

VOCAB = Vocab()


def inside(words):
    """The words with a capital in the running text of one sentence."""
    doc = Doc(VOCAB, words=words.split(), sent_starts=[True] + [False] * words.count(" "))
    return [doc[place].text for place in capitals_inside(doc)]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("We read the Copyright Clause again .", ["Copyright", "Clause"]),
        ("I know what I and NASA did in May .", ["May"]),
        ("Opening Hours and Gift Cards", []),
        ("See New York", []),
        ('" They are here , " said Ann .', ["Ann"]),
    ],
)
def test_capitals_in_running_text(words, names):
    assert inside(words) == names


def labelled(log_probs):
    """A labelled sentence whose third word may be NN or NNP."""
    words = ["I", "see", "Rails", "here"]
    doc = Doc(VOCAB, words=words, tags=["NN"] * 4, sent_starts=[True, False, False, False])
    tags = numpy.tile(numpy.array([0, 1], "uint16"), (4, 1))
    rows = numpy.tile(numpy.array(log_probs, "float16"), (4, 1))
    set_soft_tags(doc, SoftTags(("NN", "NNP"), tags, rows))
    return doc


def raised(doc, folder):
    """What the script makes of a Doc: the best tag of the third word, and all probabilities."""
    (folder / "tagged").mkdir()
    DocBin(["ORTH", "TAG", "SENT_START"], docs=[doc], store_user_data=True).to_disk(
        folder / "tagged" / "00000.spacy"
    )
    main(folder / "tagged", folder / "labelled")
    (doc,) = read_docs(folder / "labelled" / "00000.spacy", VOCAB)
    soft = soft_tags_of(doc)
    return soft.labels[soft.tags[2, 0]], soft.probabilities(soft.labels)


def test_the_odds_of_a_name_are_multiplied(tmp_path):
    doc = labelled(numpy.log([0.6, 0.4]))
    best, probs = raised(doc, tmp_path)
    assert best == "NNP"
    assert_allclose(probs[2, 1] / probs[2, 0], ODDS * 0.4 / 0.6, rtol=2e-3)
    assert_allclose(probs[[0, 1, 3]], [[0.6, 0.4]] * 3, atol=1e-3)


def test_a_tag_that_is_certain_stays(tmp_path):
    doc = labelled([0, -numpy.inf])
    best, probs = raised(doc, tmp_path)
    assert best == "NN"
    assert_allclose(probs[2], [1, 0])


def test_no_labelled_text_is_an_error(tmp_path):
    (tmp_path / "tagged").mkdir()
    with pytest.raises(ValueError, match=r"no \.spacy file in .*tagged"):
        main(tmp_path / "tagged", tmp_path / "labelled")


def test_files_of_an_earlier_run_are_refused(tmp_path):
    raised(labelled(numpy.log([0.6, 0.4])), tmp_path)
    (tmp_path / "labelled/00001.spacy").touch()
    with pytest.raises(ValueError, match=r"labelled has 00001.spacy, which .*tagged lacks. Delete"):
        main(tmp_path / "tagged", tmp_path / "labelled")
