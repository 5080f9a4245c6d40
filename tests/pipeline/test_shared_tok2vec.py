"""The LSTM where spaCy takes a tok2vec: under other components, and in `spacy pretrain`."""

import pytest
import spacy
import srsly
from helpers import LSTM, make_listening_nlp, make_nlp, tags
from spacy.language import DEFAULT_CONFIG_PRETRAIN_PATH
from spacy.tokens import Doc, DocBin
from spacy.training import Example
from spacy.training.initialize import init_nlp
from spacy.training.pretrain import pretrain
from thinc.api import Config

CONFIG = """
[paths]
train = null
raw = null

[nlp]
lang = "en"
pipeline = ["tok2vec","ner"]

[components]

[components.tok2vec]
factory = "tok2vec"

[components.tok2vec.model]
@architectures = "spacy_lstm_tagger.LSTMTok2Vec.v1"
width = 32
min_freq = 1

[components.ner]
factory = "ner"

[components.ner.model]
@architectures = "spacy.TransitionBasedParser.v2"
state_type = "ner"
hidden_width = 16
maxout_pieces = 2

[components.ner.model.tok2vec]
@architectures = "spacy.Tok2VecListener.v1"
width = ${components.tok2vec.model.width}

[corpora]

[corpora.train]
@readers = "spacy.Corpus.v1"
path = ${paths.train}

[corpora.dev]
@readers = "spacy.Corpus.v1"
path = ${paths.train}

[corpora.pretrain]
@readers = "spacy.JsonlCorpus.v1"
path = ${paths.raw}

[training]
seed = 0
gpu_allocator = null

[initialize]

[initialize.before_init]
@callbacks = "spacy_lstm_tagger.count_words.v1"
corpus = ${corpora.train}
"""
PRETRAINING = """
[pretraining]
max_epochs = 2
component = "tok2vec"

[pretraining.objective]
@architectures = "spacy.PretrainCharacters.v1"
maxout_pieces = 2
hidden_size = 8
n_characters = 2
"""
TEXTS = ["Anna met Bob in Rome .", "Rome is where Anna lives ."]


@pytest.fixture
def paths(tmp_path):
    vocab = spacy.blank("en").vocab
    ents = [["B-PER", "O", "B-PER", "O", "B-LOC", "O"], ["B-LOC", "O", "O", "B-PER", "O", "O"]]
    docs = [Doc(vocab, words=t.split(), ents=e) for t, e in zip(TEXTS, ents, strict=True)]
    DocBin(docs=docs).to_disk(tmp_path / "train.spacy")
    srsly.write_jsonl(tmp_path / "raw.jsonl", [{"text": text} for text in TEXTS * 3])
    return {"train": str(tmp_path / "train.spacy"), "raw": str(tmp_path / "raw.jsonl")}


def make_config(paths, text=CONFIG):
    config = Config().from_str(text, overrides={f"paths.{k}": v for k, v in paths.items()})
    filled = spacy.util.load_model_from_config(config, auto_fill=True).config
    if "pretraining" in config:
        filled = spacy.util.load_config(DEFAULT_CONFIG_PRETRAIN_PATH).merge(filled)
    return filled


def entities(nlp, text):
    return [(ent.text, ent.label_) for ent in nlp(text).ents]


def test_named_entities_listen_to_it(paths, tmp_path):
    nlp = init_nlp(make_config(paths))
    words = nlp.get_pipe("tok2vec").model.attrs["vocabulary"].words
    assert set(words) == {word for text in TEXTS for word in text.split()}
    optimizer = nlp.create_optimizer()
    optimizer.learn_rate = 0.01
    examples = [
        Example.from_dict(nlp.make_doc(TEXTS[0]), {"entities": [(0, 4, "PER"), (9, 12, "PER")]})
    ]
    for _ in range(40):
        nlp.update(examples, sgd=optimizer)
    expected = [("Anna", "PER"), ("Bob", "PER")]
    assert entities(nlp, TEXTS[0]) == expected
    nlp.to_disk(tmp_path / "model")
    assert entities(spacy.load(tmp_path / "model"), TEXTS[0]) == expected


def test_frozen_components_keep_the_words_of_their_weights(paths, tmp_path):
    tagger = make_nlp([("one two two one", ["A", "B", "B", "A"])], n_updates=20)
    tagger.to_disk(tmp_path / "tagger")
    text = CONFIG.replace('["tok2vec","ner"]', '["lstm_tagger","tok2vec","ner"]').replace(
        "[components.ner]\n",
        f'[components.lstm_tagger]\nsource = "{tmp_path / "tagger"}"\n\n[components.ner]\n',
    )
    text = text.replace("[training]", '[training]\nfrozen_components = ["lstm_tagger"]')
    overrides = {f"paths.{key}": value for key, value in paths.items()}
    nlp = init_nlp(Config().from_str(text, overrides=overrides))
    assert nlp.get_pipe("lstm_tagger").label_data["words"] == ["one", "two"]
    assert tags(nlp("one two two one")) == ["A", "B", "B", "A"]
    assert "Rome" in nlp.get_pipe("tok2vec").model.attrs["vocabulary"].words


def test_words_that_were_not_counted_are_warned_of(paths):
    text = CONFIG[: CONFIG.index("[initialize.before_init]")]
    with pytest.warns(UserWarning, match=r"before_init.*count_words"):
        init_nlp(make_config(paths, text))


def test_pretraining(paths, tmp_path):
    text = CONFIG.replace("corpus = ${corpora.train}", "corpus = ${corpora.pretrain}")
    config = make_config(paths, text + PRETRAINING)
    pretrain(config, tmp_path)
    weights = tmp_path / "model-last.bin"
    config["initialize"]["init_tok2vec"] = str(weights)
    model = init_nlp(config).get_pipe("tok2vec").model
    assert model.to_bytes() == weights.read_bytes()
    assert "Rome" in model.attrs["vocabulary"].words


@pytest.mark.parametrize("how", ["exclude", "disable"])
def test_a_tagger_whose_tok2vec_is_missing_says_so(how, tmp_path):
    """spaCy's tagger gives every word the same tag, without a word."""
    make_listening_nlp(LSTM).to_disk(tmp_path)
    without = spacy.load(tmp_path, **{how: ["tok2vec"]})
    with pytest.raises(ValueError, match=r"Do not exclude or disable 'tok2vec'"):
        without("The dog ate")
    assert tags(spacy.load(tmp_path)("The dog ate"))
    assert len(without("")) == 0
