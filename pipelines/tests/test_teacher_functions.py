"""What the configs of the release name: a transformer, the pooling of pieces, the optimizer."""

import pickle

import numpy
import pytest
from numpy.testing import assert_allclose

torch = pytest.importorskip("torch")

import spacy  # noqa: E402
from spacy import registry  # noqa: E402
from spacy.tokens import Doc  # noqa: E402
from spacy.training import Example  # noqa: E402
from teacher_functions import batch_by_characters, scaled_adam, warmup_cosine  # noqa: E402
from thinc.api import Adam, Ragged  # noqa: E402

WORDS = ("the", "dog", "ate", "an", "apple")
SPANS = {"@span_getters": "spacy-transformers.doc_spans.v1"}


@pytest.fixture(scope="module")
def pretrained(tmp_path_factory):
    """A folder with a transformer of random weights, two layers and five words."""
    pytest.importorskip("spacy_transformers")
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder = tmp_path_factory.mktemp("transformer")
    (folder / "vocab.txt").write_text("\n".join(("[PAD]", "[UNK]", "[CLS]", "[SEP]", *WORDS)))
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    torch.manual_seed(0)
    sizes = {"hidden_size": 16, "num_attention_heads": 2, "intermediate_size": 32}
    BertModel(BertConfig(vocab_size=9, num_hidden_layers=2, **sizes)).save_pretrained(folder)
    return folder


def make_transformer(folder, name="spacy_lstm_tagger.BFloat16Transformer.v1", **config):
    model = {"@architectures": name, "name": str(folder), "get_spans": SPANS}
    options = {"tokenizer_config": {"use_fast": True}, "transformer_config": config}
    made = registry.resolve({"model": {**model, **options}})["model"]
    made.initialize()
    return made


def hidden(model, doc):
    return model.predict([doc]).model_output.last_hidden_state.detach()


def test_a_transformer_in_bfloat16_rounds_and_is_otherwise_the_same(pretrained):
    doc = spacy.blank("en")("The dog ate an apple")
    expected = hidden(make_transformer(pretrained, "spacy-transformers.TransformerModel.v3"), doc)
    found = hidden(make_transformer(pretrained), doc)
    assert found.dtype == torch.float32
    assert 0 < (found - expected).abs().max() < 0.05


def test_spans_of_other_lengths_do_not_change_a_span(pretrained, monkeypatch):
    # Two spans a group at most.
    monkeypatch.setattr("teacher_functions.GROUP_PIECES", 14)
    nlp = spacy.blank("en")
    docs = [nlp(text) for text in ("The dog ate an apple", "The dog", "apple", "The apple ate")]
    model = make_transformer(pretrained)
    together = model.predict(docs).model_output.last_hidden_state
    for doc, rows in zip(docs, together, strict=True):
        alone = hidden(model, doc)[0]
        assert_allclose(rows[: len(alone)], alone, atol=0.02)


def test_the_last_layers_of_a_transformer_can_be_left_out(pretrained):
    model = make_transformer(pretrained, num_hidden_layers=1)
    assert len(model.transformer.encoder.layer) == 1


def test_a_transformer_learns_all_but_its_embeddings(pretrained):
    model = make_transformer(pretrained)
    before = {name: w.detach().clone() for name, w in model.transformer.named_parameters()}
    output, backprop = model.begin_update([spacy.blank("en")("The dog ate an apple")])
    gradient = numpy.random.default_rng(0).normal(size=(1, 7, 16)).astype("f")
    backprop(output.unsplit_by_doc([[gradient]]))
    model.finish_update(Adam(0.01))
    changed = {
        name.split(".")[0]
        for name, weight in model.transformer.named_parameters()
        if not torch.equal(weight, before[name])
    }
    assert changed == {"encoder"}


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


def test_batches_have_like_numbers_of_characters():
    vocab = spacy.blank("xx").vocab
    docs = [Doc(vocab, words=["a" * (i * 37 % 100 + 1)] * 10) for i in range(100)]
    for batch in batch_by_characters(scale=2.2)([Example(doc, doc.copy()) for doc in docs]):
        lengths = [len(example.predicted[0]) for example in batch]
        assert max(lengths) - min(lengths) < len(batch)
