"""What the configs of the release name: an encoder, the pooling of pieces, the optimizer."""

import pickle

import numpy
import pytest
from numpy.testing import assert_allclose

torch = pytest.importorskip("torch")

import spacy  # noqa: E402
from helpers import fit  # noqa: E402
from spacy import registry  # noqa: E402
from teacher_functions import build_lstm_encoder, scaled_adam, warmup_cosine  # noqa: E402
from thinc.api import Adam, Ragged, fix_random_seed  # noqa: E402

LENGTHS = [2, 0, 7, 1, 3, 5, 2, 1, 9, 4]


def make_inputs(*lengths, width=6):
    fix_random_seed(0)
    return [numpy.random.normal(size=(length, width)).astype("f") for length in lengths]


def make_encoder(depth=1, dropout=0.0):
    model = build_lstm_encoder(width=6, depth=depth, dropout=dropout)
    model.initialize(X=make_inputs(2))
    return model


@pytest.mark.parametrize("depth", [1, 2])
def test_the_output_of_a_doc_does_not_depend_on_the_batch(depth):
    model = make_encoder(depth)
    X = make_inputs(*LENGTHS)
    outputs = model.predict(X)
    assert [output.shape for output in outputs] == [(length, 6) for length in LENGTHS]
    for x, output in zip(X, outputs, strict=True):
        assert_allclose(model.predict([x])[0], output, atol=1e-6)
    assert [output.shape for output in model.predict([X[1], X[1]])] == [(0, 6), (0, 6)]


def test_the_encoder_has_the_gradients_of_the_lstm_over_each_doc():
    model = make_encoder()
    module = model.shims[0]._model
    X = make_inputs(3, 0, 2)
    dY = make_inputs(3, 0, 2)
    rows = [torch.from_numpy(x).requires_grad_() for x in X]
    outputs = [module.lstm(row)[0] for row in rows if len(row)]
    torch.autograd.backward(outputs, [torch.from_numpy(dy) for dy in dY if len(dy)])
    expected = {name: weight.grad.clone() for name, weight in module.named_parameters()}
    module.zero_grad()
    _, backprop = model.begin_update(X)
    for dx, row in zip(backprop(dY), rows, strict=True):
        assert_allclose(dx, row.grad if len(row) else row.detach(), atol=1e-6)
    for name, weight in module.named_parameters():
        assert_allclose(weight.grad, expected[name], atol=1e-5)


def test_dropout_drops_the_same_units_at_each_token_of_a_doc():
    module = make_encoder(dropout=0.5).shims[0]._model.train()
    dropped = module.drop(torch.ones(10, 6), torch.tensor([4, 0, 6]))
    for doc in dropped.split([4, 6]):
        assert (doc == doc[0]).all()
    assert set(dropped.unique().tolist()) == {0.0, 2.0}


def test_the_encoder_is_saved_with_a_pipeline(tmp_path):
    fix_random_seed(0)
    nlp = spacy.blank("en")
    embed = {
        "@architectures": "spacy.MultiHashEmbed.v2",
        "width": 16,
        "attrs": ["NORM"],
        "rows": [100],
        "include_static_vectors": False,
    }
    encode = {"@architectures": "spacy_lstm_tagger.LSTMEncoder.v1", "width": 16, "depth": 1}
    tok2vec = {"@architectures": "spacy.Tok2Vec.v2", "embed": embed, "encode": encode}
    encode["dropout"] = 0.1
    nlp.add_pipe("lstm_tagger", config={"model": {"tok2vec": tok2vec}})
    fit(nlp, n_updates=60, learn_rate=0.01)
    text = "The dog ate the apple"
    assert [token.tag_ for token in nlp(text)] == ["DET", "NN", "V", "DET", "NN"]
    nlp.to_disk(tmp_path)
    loaded = spacy.load(tmp_path)
    assert_allclose(
        loaded.get_pipe("lstm_tagger").model.predict([nlp(text)])[0],
        nlp.get_pipe("lstm_tagger").model.predict([nlp(text)])[0],
        atol=1e-5,
    )


def pieces(lengths):
    data = numpy.arange(2 * sum(lengths), dtype="float32").reshape(-1, 2)
    return Ragged(data, numpy.array(lengths, dtype="int32"))


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [
        ([2, 1, 3], [[0, 1, 2, 3], [4, 5, 4, 5], [6, 7, 10, 11]]),
        ([0, 1, 0], [[0, 0, 0, 0], [0, 1, 0, 1], [0, 0, 0, 0]]),
        ([0, 0], [[0, 0, 0, 0], [0, 0, 0, 0]]),
    ],
)
def test_a_token_gets_its_first_and_its_last_piece(lengths, expected):
    model = registry.layers.get("spacy_lstm_tagger.reduce_first_last.v1")()
    assert model.predict(pieces(lengths)).tolist() == expected


def test_the_gradient_goes_to_the_first_and_the_last_piece():
    model = registry.layers.get("spacy_lstm_tagger.reduce_first_last.v1")()
    Y, backprop = model(pieces([3, 0, 1]), is_train=True)
    # The only piece of the last token is its first and its last.
    assert backprop(Y).dataXd.tolist() == [[0, 1], [0, 0], [4, 5], [12, 14]]


def first_step(optimizer, name):
    """How far the first step moves a parameter."""
    weights, _ = optimizer((1, name), numpy.zeros(4, "f"), numpy.ones(4, "f"))
    return float(abs(weights).max())


def test_a_pretrained_part_learns_in_smaller_steps():
    config = {
        "@optimizers": "spacy_lstm_tagger.scaled_adam.v1",
        "learn_rate": 0.01,
        "scales": {"encoder.*": 0.1},
    }
    optimizer = registry.resolve({"optimizer": config})["optimizer"]
    assert first_step(optimizer, "W") == pytest.approx(first_step(Adam(0.01), "W"))
    scaled = first_step(optimizer, "encoder.0.weight")
    assert scaled == pytest.approx(0.1 * first_step(Adam(0.01), "W"))


def test_the_rate_rises_and_falls():
    rates = warmup_cosine(0.1, 4, 12)
    assert_allclose(rates[:5], [0.025, 0.05, 0.075, 0.1, 0.1])
    assert rates[8] == pytest.approx(0.05)
    assert rates[4:12] == sorted(rates[4:12], reverse=True)
    assert rates[12:] == [0.0]
    assert warmup_cosine(0.1, 0, 10)[0] == 0.1


def test_a_pipeline_is_pickled_while_its_rate_falls():
    nlp = spacy.blank("en")
    schedule = {
        "@schedules": "spacy_lstm_tagger.warmup_cosine.v1",
        "initial_rate": 0.1,
        "warmup_steps": 1,
        "total_steps": 10,
    }
    config = nlp.config
    config["training"]["optimizer"] = {"@optimizers": "Adam.v1", "learn_rate": schedule}
    nlp.config = config
    optimizer = nlp.resume_training()
    optimizer.step_schedules()
    copied = pickle.loads(pickle.dumps(nlp))
    assert copied._optimizer.learn_rate == optimizer.learn_rate == 0.1
    copied._optimizer.step_schedules()
    optimizer.step_schedules()
    assert copied._optimizer.learn_rate == optimizer.learn_rate < 0.1


def test_the_optimizer_takes_a_schedule():
    optimizer = scaled_adam(warmup_cosine(0.1, 2, 4), {"encoder.*": 0.1})
    assert optimizer.learn_rate == 0.05
    for _ in range(9):
        optimizer.step_schedules()
    assert optimizer.learn_rate == 0
