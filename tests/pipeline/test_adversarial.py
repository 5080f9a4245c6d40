"""Training on each batch once as it is, and once as it is hardest."""

import pytest
import spacy
from helpers import make_examples, make_nlp, tags
from thinc.api import fix_random_seed


def test_learns_its_training_data():
    nlp = make_nlp(n_updates=8, adversarial=0.03)
    assert tags(nlp("The dog ate the apple")) == ["DET", "NN", "V", "DET", "NN"]


def test_the_second_pass_adds_to_the_gradient_and_not_to_the_loss():
    losses, gradients = {}, {}
    for size in (0.0, 0.03):
        nlp = make_nlp(adversarial=size)
        pipe = nlp.get_pipe("lstm_tagger")
        pipe.model.get_ref("output_layer").shims[0].module.affine.weight.data.fill_(0.1)
        fix_random_seed(0)
        losses[size] = pipe.update(make_examples(nlp))["lstm_tagger"]
        network = pipe.model.get_ref("tok2vec").shims[0].module
        gradients[size] = network.embedding.features.weight.grad.norm()
    assert losses[0.0] == losses[0.03]
    assert gradients[0.03] > gradients[0.0]


def test_an_empty_batch():
    nlp = make_nlp(adversarial=0.03)
    assert nlp.update(make_examples(nlp, [("", [])])) == {"lstm_tagger": 0.0}


@pytest.mark.parametrize("has_lstm_too", [False, True])
def test_it_needs_a_tok2vec_of_its_own(has_lstm_too):
    tok2vec = {"@architectures": "spacy.Tok2VecListener.v1", "width": 8}
    if has_lstm_too:
        lstm = {"@architectures": "spacy_lstm_tagger.LSTMTok2Vec.v1", "width": 8}
        tok2vec = {"@layers": "concatenate.v1", "*": {"listener": tok2vec, "lstm": lstm}}
    model = {"@architectures": "spacy_lstm_tagger.LSTMTagger.v1", "tok2vec": tok2vec}
    config = {"model": model, "adversarial": 0.03}
    with pytest.raises(ValueError, match=r"adversarial = 0.03.*not an LSTMTok2Vec"):
        spacy.blank("xx").add_pipe("lstm_tagger", config=config)
