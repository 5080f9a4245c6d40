import numpy
import pytest
import spacy
from numpy.testing import assert_allclose
from spacy.tokens import Doc
from spacy.vectors import Vectors

from spacy_lstm_tagger.models.static_vectors import static_vectors
from spacy_lstm_tagger.models.tok2vec import build_lstm_tok2vec
from spacy_lstm_tagger.models.vocabulary import count_vocabulary

WORDS = ["a", "dog", "and", "cat"]
SIZES = {"width": 8, "word_width": 0, "prefixes": [], "suffixes": [], "shape": False}


def make_nlp(**settings):
    nlp = spacy.blank("xx")
    data = numpy.arange(12, dtype="f").reshape(4, 3) + 1
    if settings.get("mode") == "floret":
        settings.update(hash_count=2, minn=2, maxn=3)
    else:
        settings["keys"] = [nlp.vocab.strings.add(word) for word in WORDS]
    nlp.vocab.vectors = Vectors(strings=nlp.vocab.strings, data=data, **settings)
    return nlp


def make_model(nlp, words=WORDS):
    docs = [Doc(nlp.vocab, words=words)]
    model = build_lstm_tok2vec(**SIZES, include_static_vectors=True)
    count_vocabulary(model, docs)
    model.initialize(X=docs)
    return model


def test_a_word_without_a_vector_has_zeros():
    vectors = static_vectors(make_nlp().vocab, ["cat", "unheard-of", "a"], 3)
    assert vectors.tolist() == [[10, 11, 12], [0, 0, 0], [1, 2, 3]]


def test_floret_makes_vectors_of_unseen_words():
    nlp = make_nlp(mode="floret")
    vectors = static_vectors(nlp.vocab, ["cat", "unheard-of"], 3)
    assert_allclose(vectors, [nlp.vocab[word].vector for word in ("cat", "unheard-of")])
    assert vectors.all()


def test_vectors_of_another_attribute():
    vocab = make_nlp(attr="LOWER").vocab
    n_strings = len(vocab.strings)
    assert static_vectors(vocab, ["Cat", "A"], 3).tolist() == [[10, 11, 12], [1, 2, 3]]
    assert len(vocab.strings) == n_strings


@pytest.mark.parametrize("mode", ["default", "floret"])
def test_the_model_sees_nothing_else(mode):
    nlp = make_nlp(mode=mode)
    model = make_model(nlp)
    dog, cat, other, another = (Doc(nlp.vocab, words=[w]) for w in ("dog", "cat", "xy", "zyz"))
    outputs = [hidden[0] for hidden in model.predict([dog, cat, other, another])]
    assert not numpy.allclose(outputs[0], outputs[1])
    assert numpy.allclose(outputs[2], outputs[3]) == (mode == "default")
    loaded = build_lstm_tok2vec(**SIZES, include_static_vectors=True)
    loaded.from_bytes(model.to_bytes())
    numpy.testing.assert_array_equal(loaded.predict([dog])[0], model.predict([dog])[0])


def test_the_vectors_themselves_are_not_saved_with_the_model():
    nlp = make_nlp()
    saved = make_model(nlp).to_bytes()
    assert nlp.vocab.vectors.get_batch(["cat"]).tobytes() not in saved
    assert make_model(nlp).shims[0].module.embedding.vectors.weight.shape == (100, 3)


@pytest.mark.parametrize("has_table", [False, True])
def test_a_pipeline_without_vectors_is_refused_in_training_and_after_it(has_table):
    """A table without rows has no vectors."""
    nlp = spacy.blank("xx")
    if has_table:
        nlp.vocab.vectors = Vectors(strings=nlp.vocab.strings, shape=(0, 3))
    with pytest.raises(ValueError, match="include_static_vectors = true"):
        make_model(nlp)
    model = make_model(make_nlp())
    with pytest.raises(ValueError, match=r"width 3, but .* width 0"):
        model.predict([Doc(nlp.vocab, words=["a"])])


@pytest.mark.parametrize(
    ("mode", "name"), [("default", "row 1, the word 'dog'. "), ("floret", "row 1. ")]
)
@pytest.mark.parametrize("value", [numpy.nan, -numpy.inf])
def test_vectors_that_are_not_finite_are_refused_in_training(mode, name, value):
    nlp = make_nlp(mode=mode)
    nlp.vocab.vectors.data[1, 2] = value
    with pytest.raises(
        ValueError, match=f"1 rows with NaN or infinite values. The first is {name}"
    ):
        make_model(nlp)


def test_docs_with_different_vectors_are_not_read_together():
    """All would have the vectors of the first."""
    nlp, other = make_nlp(), make_nlp()
    model = make_model(nlp)
    docs = [Doc(vocab, words=["dog"]) for vocab in (nlp.vocab, other.vocab)]
    first, second = model.predict(docs)
    numpy.testing.assert_array_equal(first, second)
    other.vocab.vectors.data *= 2
    with pytest.raises(ValueError, match="have different static vectors"):
        make_model(nlp).predict(docs)
