"""The probabilities of tags that are read from pipelines of several kinds."""

import pytest
import spacy
from helpers import HASH_EMBED_CNN, LISTENER, TAGGED, fit, tags
from numpy.testing import assert_allclose
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from thinc.api import fix_random_seed

from spacy_lstm_tagger.tools.probabilities import hard_probs, morph_probs, pipe_probs

TEXTS = [text for text, _ in TAGGED]


def spacy_tagger(model, tok2vec=None):
    """A trained pipeline of spaCy's `tagger`, perhaps with a tok2vec that it listens to."""
    fix_random_seed(0)
    nlp = spacy.blank("xx")
    if tok2vec:
        nlp.add_pipe("tok2vec", config={"model": tok2vec})
    nlp.add_pipe("tagger", config={"model": model})
    return fit(nlp, n_updates=30)


def cnn(normalize):
    tok2vec = {"tok2vec": HASH_EMBED_CNN, "normalize": normalize}
    return {"@architectures": "spacy.Tagger.v2", **tok2vec}


LISTENING = {"@architectures": "spacy.Tagger.v2", "tok2vec": LISTENER}


@pytest.mark.parametrize(
    ("model", "tok2vec"),
    [(cnn(True), None), (cnn(False), None), (LISTENING, HASH_EMBED_CNN)],
    ids=["normalized", "not normalized", "listening"],
)
def test_spacys_tagger(model, tok2vec):
    nlp = spacy_tagger(model, tok2vec)
    for (text, gold), (doc, given) in zip(TAGGED, pipe_probs(nlp, TEXTS), strict=True):
        assert given.probs.shape == (len(doc), 3)
        assert_allclose(given.probs.sum(axis=1), 1, rtol=1e-5)
        assert [given.labels[i] for i in given.probs.argmax(axis=1)] == gold
        assert tags(doc) == tags(nlp(text)) == gold
    (_, empty), *_ = pipe_probs(nlp, [""])
    assert empty.probs.shape == (0, 3)


def test_the_same_probabilities_whether_the_model_normalizes_or_not():
    one, other = (pipe_probs(spacy_tagger(cnn(normalize)), TEXTS) for normalize in (True, False))
    for (_, a), (_, b) in zip(one, other, strict=True):
        assert_allclose(a.probs, b.probs, rtol=1e-4)


def test_an_output_that_a_later_component_deletes_is_missed():
    nlp = spacy_tagger(LISTENING, HASH_EMBED_CNN)
    nlp.add_pipe("doc_cleaner")
    with pytest.raises(ValueError, match="'tagger': a later component, such as doc_cleaner"):
        list(pipe_probs(nlp, TEXTS))


def test_an_output_of_other_tokens_is_refused():
    """If tokens are merged, what a transformer has found stays as it was."""

    @Language.component("test_other_tokens")
    def other_tokens(doc):
        doc.tensor = doc.tensor[:-1]
        return doc

    nlp = spacy_tagger(LISTENING, HASH_EMBED_CNN)
    nlp.add_pipe("test_other_tokens")
    with pytest.raises(ValueError, match="'tagger': a later component merges or splits tokens"):
        list(pipe_probs(nlp, TEXTS))


def test_a_component_without_probabilities_has_tags_alone():
    @Language.component("test_tag_probs_rules", assigns=["token.tag"])
    def rules(doc):
        for token in doc:
            token.tag_ = "DET" if token.lower_ in ("the", "that") else "NN"
        return doc

    nlp = spacy.blank("xx")
    nlp.add_pipe("test_tag_probs_rules")
    (doc, given), *_ = pipe_probs(nlp, TEXTS)
    assert given is None
    assert tags(doc) == ["DET", "NN", "NN", "DET", "NN"]


def two_components(factory, **annotation):
    """A pipeline with two components of a kind, each with one label."""
    nlp = spacy.blank("xx")
    for i in range(2):
        only = {name: [values[i]] for name, values in annotation.items()}
        doc = Doc(nlp.vocab, words=["dog"], **only)
        pipe = nlp.add_pipe(factory, name=f"component{i}", config={"model": cnn(True)})
        pipe.initialize(lambda doc=doc: [Example(doc.copy(), doc)], nlp=nlp)
    return nlp


def test_the_probabilities_are_those_of_the_first_tagger():
    ((doc, given),) = pipe_probs(two_components("tagger", tags=["A", "B"]), ["dog"])
    assert (tags(doc), list(given.labels)) == (["A"], ["A"])


def test_the_labels_are_those_of_the_last_morphologizer():
    nlp = two_components("morphologizer", pos=["NOUN", "VERB"])
    (given,) = morph_probs(nlp, [nlp("dog")])
    assert list(given.labels) == ["POS=VERB"]
    assert given.probs.tolist() == [[1]]


def test_a_morphologizer_whose_input_is_deleted_gives_none():
    nlp = spacy.blank("xx")
    nlp.add_pipe("tok2vec", config={"model": HASH_EMBED_CNN})
    nlp.add_pipe("morphologizer", config={"model": {"tok2vec": LISTENER}})
    gold = Doc(nlp.vocab, words=["dog"], pos=["NOUN"])
    nlp.initialize(lambda: [Example(gold.copy(), gold)])
    assert morph_probs(nlp, [nlp("dog")])[0].labels == ("POS=NOUN",)
    nlp.add_pipe("doc_cleaner")
    assert morph_probs(nlp, [nlp("dog")]) == [None]


def test_tags_as_probabilities(nlp):
    given = hard_probs(["DET", "NN", ""])
    assert given.labels == ["DET", "NN"]
    assert given.probs.tolist() == [[1, 0], [0, 1], [0, 0]]
