"""The LSTM as the `tok2vec` of a pipeline: shared, counted, frozen, pretrained, missing."""

import pytest
import spacy
import srsly
from helpers import (
    HASH_EMBED_CNN,
    LISTENER,
    LOG_PROBS,
    LSTM,
    ROOT,
    TAGGED,
    fit,
    make_examples,
    make_listening_nlp,
    make_nlp,
    tags,
)
from numpy.testing import assert_allclose
from spacy.language import DEFAULT_CONFIG_PRETRAIN_PATH
from spacy.tokens import Doc, DocBin
from spacy.training import Example
from spacy.training.initialize import init_nlp
from spacy.training.pretrain import pretrain
from spacy.util import fix_random_seed, load_config
from spacy.vocab import Vocab
from thinc.api import Adam

TEXTS = ["Anna met Bob in Rome .", "Rome is where Anna lives ."]


@pytest.fixture
def config(tmp_path):
    """A config of components that share an LSTM, with data."""
    path, vocab, words = tmp_path / "train.spacy", Vocab(), [text.split() for text in TEXTS]
    pos = ["NOUN", "VERB"]
    docs = [Doc(vocab, words=of, tags=of, pos=(pos * len(of))[: len(of)]) for of in words]
    DocBin(docs=docs).to_disk(path)
    overrides = {f"paths.{part}": str(path) for part in ("train", "dev")}
    config = load_config(ROOT / "configs/shared.cfg", overrides)
    config["components"]["tok2vec"]["model"].update(width=32, min_freq=1)
    return config


def test_frozen_components_keep_the_words_of_their_weights(config, tmp_path):
    tagger = make_nlp([("one two two one", ["A", "B", "B", "A"])], n_updates=8, lang="en")
    tagger.to_disk(tmp_path / "tagger")
    config["components"]["tagger"] = {
        "source": str(tmp_path / "tagger"),
        "component": "lstm_tagger",
    }
    config["training"]["frozen_components"] = ["tagger"]
    nlp = init_nlp(config)
    assert nlp.get_pipe("tagger").label_data["words"] == ["one", "two"]
    assert tags(nlp("one two two one")) == ["A", "B", "B", "A"]
    words = nlp.get_pipe("tok2vec").model.attrs["vocabulary"].words
    assert set(words) == {word for text in TEXTS for word in text.split()}


def test_words_that_were_not_counted_are_warned_of(config):
    config["initialize"]["before_init"] = None
    with pytest.warns(UserWarning, match=r"before_init.*count_words"):
        init_nlp(config)


@pytest.mark.parametrize("how", ["exclude", "disable"])
def test_a_tagger_whose_tok2vec_is_missing_says_so(how, tmp_path):
    """spaCy's tagger gives every word the same tag, without a word."""
    make_listening_nlp(LSTM).to_disk(tmp_path)
    without = spacy.load(tmp_path, **{how: ["tok2vec"]})
    with pytest.raises(ValueError, match=r"Do not exclude or disable 'tok2vec'"):
        without("The dog ate")
    assert tags(spacy.load(tmp_path)("The dog ate"))
    assert len(without("")) == 0


def test_the_component_that_is_missing_is_called_by_its_name():
    nlp = spacy.blank("xx")
    nlp.add_pipe("tok2vec", name="encoder", config={"model": HASH_EMBED_CNN})
    listener = {**LISTENER, "upstream": "encoder"}
    nlp.add_pipe("lstm_tagger", config={"model": {"tok2vec": listener}})
    fit(nlp).disable_pipe("encoder")
    with pytest.raises(ValueError, match=r"Do not exclude or disable 'encoder'"):
        nlp("The dog ate")


def test_one_lstm_for_several_components(tmp_path):
    nlp = make_listening_nlp(LSTM, n_updates=60, others=["tagger"])
    text, gold = TAGGED[0]
    assert tags(nlp(text)) == gold
    nlp.to_disk(tmp_path)
    before, after = (pipe(text, **LOG_PROBS) for pipe in (nlp, spacy.load(tmp_path)))
    assert_allclose(after._.tag_log_probs, before._.tag_log_probs, atol=1e-6)


def test_a_tagger_that_got_an_lstm_of_its_own_learns_as_if_it_was_loaded(tmp_path):
    nlp = make_listening_nlp(LSTM)
    nlp.replace_listeners("tok2vec", "lstm_tagger", ["model.tok2vec"])
    nlp.to_disk(tmp_path)
    weights = []
    for pipeline in (nlp, spacy.load(tmp_path)):
        fix_random_seed(0)
        pipeline.select_pipes(enable="lstm_tagger")
        pipeline.update(make_examples(pipeline, TAGGED), sgd=Adam(0.01))
        weights.append(pipeline.get_pipe("lstm_tagger").model.to_bytes())
    assert weights[0] == weights[1]


def test_a_batch_that_the_lstm_has_learned_from():
    nlp = make_listening_nlp(LSTM, others=["tagger"])
    examples = make_examples(nlp, TAGGED)
    nlp.update(examples, sgd=Adam(0.01))
    with pytest.raises(ValueError, match=r"learn from a batch once.*annotating_components"):
        nlp.update(examples, sgd=Adam(0.01), exclude=["tok2vec", "lstm_tagger"])


def test_a_tagger_goes_on_without_the_lstm_that_it_has_learned_with():
    nlp = make_listening_nlp(LSTM)
    examples = make_examples(nlp, TAGGED)
    nlp.update(examples, sgd=Adam(0.01))
    lstm = nlp.get_pipe("tok2vec").model.to_bytes()
    losses = [
        nlp.update(batch, sgd=Adam(0.01), exclude=["tok2vec"], annotates=["tok2vec"])["lstm_tagger"]
        for batch in (examples, examples[:1], examples[:1])
    ]
    assert losses[2] < losses[1]
    assert nlp.get_pipe("tok2vec").model.to_bytes() == lstm
    with pytest.raises(ValueError, match=r"E203.*annotating components"):
        nlp.update(make_examples(nlp, TAGGED), sgd=Adam(0.01), exclude=["tok2vec"])


@pytest.mark.parametrize("tok2vec", [LSTM, HASH_EMBED_CNN])
def test_tokens_that_are_split_behind_the_tok2vec(tok2vec):
    """spaCy puts more rows behind the others, and its tagger reads the rows of other tokens."""
    nlp = make_listening_nlp(tok2vec)
    split_dog = nlp.add_pipe("split_word", before="lstm_tagger", config={"word": "dog"})
    texts = ["The dog ate", "Everybody read"]
    with pytest.raises(ValueError, match=r"4 tokens.*5 rows.*before.*'tok2vec'"):
        list(nlp.pipe(texts))
    split = split_dog(nlp.get_pipe("tok2vec")(nlp.make_doc(texts[0])))
    with pytest.raises(ValueError, match=r"4 tokens.*5 rows"):
        nlp.get_pipe("lstm_tagger").update([Example(split, nlp.make_doc(texts[0]))])
    nlp.remove_pipe("split_word")
    nlp.add_pipe("split_word", first=True, config={"word": "dog"})
    assert [len(doc) for doc in nlp.pipe(texts)] == [4, 2]


def test_a_tagger_that_hears_the_tok2vec_of_another_pipeline():
    source = make_listening_nlp(LSTM)
    nlp = spacy.blank("xx")
    nlp.add_pipe("tok2vec").initialize(lambda: make_examples(nlp, TAGGED))
    nlp.add_pipe("lstm_tagger", source=source)
    with pytest.raises(ValueError, match=r"width 96.*width = 16.*replace_listeners"):
        nlp("The dog ate")


def test_a_listener_of_another_width():
    with pytest.raises(ValueError, match=r"width 32.*width = 16\. .*: width = 32\."):
        make_listening_nlp({**LSTM, "width": 32}, n_updates=1)


def test_pretraining_needs_raw_text_alone(config, tmp_path):
    srsly.write_jsonl(tmp_path / "raw.jsonl", [{"text": text} for text in TEXTS * 3])
    config = load_config(DEFAULT_CONFIG_PRETRAIN_PATH).merge(config)
    config["paths"].update(raw_text=str(tmp_path / "raw.jsonl"), train=None, dev=None)
    config["pretraining"]["max_epochs"] = 1
    config["pretraining"]["objective"].update(maxout_pieces=2, hidden_size=8, n_characters=2)
    pretrain(config.interpolate(), tmp_path)
    # Training with other words takes the pretrained words and weights.
    words = ["One", "two"]
    doc = Doc(Vocab(), words=words, tags=["A", "B"], pos=["NUM", "NOUN"])
    DocBin(docs=[doc]).to_disk(tmp_path / "train.spacy")
    config["paths"].update(train=str(tmp_path / "train.spacy"), dev=str(tmp_path / "train.spacy"))
    config["initialize"]["init_tok2vec"] = str(tmp_path / "model-last.bin")
    model = init_nlp(config).get_pipe("tok2vec").model
    assert model.to_bytes() == (tmp_path / "model-last.bin").read_bytes()
    assert "Rome" in model.attrs["vocabulary"].words
