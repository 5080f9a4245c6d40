"""The lexicon with which a tagger starts: of the config, and of the training data."""

import pytest
import spacy
from helpers import ROOT, SMALL_MODEL, TAGGED, make_examples, write
from spacy.tokens import Doc, DocBin
from spacy.training import Example
from spacy.training.initialize import init_nlp
from spacy.util import load_config


@pytest.fixture
def make(tmp_path):
    """A pipeline of the default config, with these settings of its initialization."""
    examples = make_examples(spacy.blank("xx"), [*TAGGED, ("the Dog read", ["DET", "NN", "NN"])])
    DocBin(docs=[example.reference for example in examples]).to_disk(tmp_path / "train.spacy")

    def make(**settings):
        config = load_config(ROOT / "configs/default.cfg")
        config["paths"] |= dict.fromkeys(["train", "dev"], str(tmp_path / "train.spacy"))
        config["initialize"]["components"]["lstm_tagger"] = settings
        return init_nlp(config).get_pipe("lstm_tagger").lexicon

    return make


def test_words_of_the_training_data(make):
    assert dict(make(lexicon_min_freq=2)) == {"read": ("NN", "V"), "the": ("DET",)}
    assert len(make(lexicon_min_freq=1)) == 10
    assert len(make()) == len(make(lexicon_min_freq=4)) == 0
    with pytest.raises(
        ValueError, match=r"lexicon_min_freq = -1: it has to be greater than or equal to 0"
    ):
        make(lexicon_min_freq=-1)


def test_words_in_the_config(make, tmp_path):
    assert dict(make(lexicon={"spaCy": "NN", "read": ["V", "NN"]})) == {
        "spaCy": ("NN",),
        "read": ("V", "NN"),
    }
    path = write(tmp_path / "words.tsv", "Dog\tV\nbook\tNN\tany_case\n")
    lexicon = make(lexicon=str(path))
    assert (dict(lexicon), dict(lexicon.any_case)) == ({"Dog": ("V",)}, {"book": ("NN",)})
    with pytest.raises(ValueError, match=r"words.tsv, line 1: .* 'XX'"):
        make(lexicon=str(write(path, "Dog\tXX")))


def test_words_in_the_config_go_before_those_of_the_training_data(make, tmp_path):
    path = write(tmp_path / "words.tsv", "read\tV\nTHE\tNN\tany_case\n")
    lexicon = make(lexicon=str(path), lexicon_min_freq=2)
    assert (dict(lexicon), dict(lexicon.any_case)) == ({"read": ("V",)}, {"the": ("NN",)})


def test_words_without_tags_are_refused():
    nlp = spacy.blank("xx")
    pipe = nlp.add_pipe("lstm_tagger", config={"model": SMALL_MODEL})
    with pytest.raises(ValueError, match=r"lexicon = \['spaCy'\]: it has to be a path, or words"):
        pipe.initialize(lambda: make_examples(nlp), nlp=nlp, lexicon=["spaCy"])


def test_words_with_white_space_at_an_edge_are_left_out():
    nlp = spacy.blank("xx")
    pipe = nlp.add_pipe("lstm_tagger", config={"model": SMALL_MODEL})
    words = ["10\u00a0", "Euro"]
    gold = Doc(nlp.vocab, words=words, tags=["CD", "NN"])
    examples = [Example(Doc(nlp.vocab, words=words), gold)]
    pipe.initialize(lambda: examples, nlp=nlp, lexicon_min_freq=1)
    assert dict(pipe.lexicon) == {"Euro": ("NN",)}
