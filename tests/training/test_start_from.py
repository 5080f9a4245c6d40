"""Training that starts from a trained pipeline, with other words and labels."""

import copy
import re

import pytest
import spacy
from helpers import LISTENER, LSTM, SMALL_MODEL, learn, make_examples, make_nlp, tags
from numpy.testing import assert_allclose

from spacy_lstm_tagger.training.start_from import start_from

TEXT = "The dog ate the apple"
NEW = [("The cat ate the apple", ["DET", "NN", "V", "DET", "X"])] * 2


@pytest.fixture
def folder(trained, tmp_path):
    trained.to_disk(tmp_path)
    return str(tmp_path)


def encoder(nlp):
    return nlp.get_pipe("lstm_tagger").model.get_ref("tok2vec")


def hidden_states(nlp, text):
    return encoder(nlp).predict([nlp.make_doc(text)])[0]


def said_by(capsys):
    """What was printed, on one line and without colours."""
    return " ".join(re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out).split())


def test_known_words_and_labels_have_their_weights_and_new_ones_can_be_learned(trained, folder):
    nlp = make_nlp(NEW)
    start_from(folder)(nlp)
    own = nlp.get_pipe("lstm_tagger")
    assert "X" in own.labels
    assert set(own.label_data["words"]) == {"The", "cat", "ate", "the", "apple"}
    # The trained pipeline lacks the cat, so that it starts as an unknown word.
    for text in ("the apple", "cat"):
        assert_allclose(hidden_states(nlp, text), hidden_states(trained, text), atol=1e-5)
    learn(nlp, make_examples(nlp, NEW), n_updates=20)
    assert tags(nlp(NEW[0][0])) == NEW[0][1]


def test_what_a_training_starts_from_is_printed(trained, folder, capsys):
    start_from(folder)(make_nlp(NEW))
    said = said_by(capsys)
    assert f"'lstm_tagger' starts from {folder} and learns 1 new label: X" in said
    # A single label may be called like a part of speech.
    assert "parts of speech" not in said
    start_from(folder)(make_nlp())
    assert said_by(capsys).endswith(f"'lstm_tagger' starts from {folder}")
    start_from(folder)(make_nlp([("The dog", ["DET", "NN"])]))
    assert "'lstm_tagger' loses 1 label: V The training data does not have" in said_by(capsys)


def test_data_with_parts_of_speech_in_place_of_tags_is_warned_of(folder, capsys):
    converted = [("The cat ate the apple", ["DET", "NOUN", "VERB", "DET", "NOUN"])]
    start_from(folder)(make_nlp(converted))
    said = said_by(capsys)
    assert "learns 2 new labels: NOUN, VERB" in said
    assert "The new labels of 'lstm_tagger' are parts of speech" in said


def test_parts_of_speech_are_the_tags_of_some_pipelines(tmp_path, capsys):
    make_nlp([("the cat", ["DET", "NOUN"])]).to_disk(tmp_path)
    start_from(str(tmp_path))(make_nlp([("old cats ate", ["ADJ", "NOUN", "VERB"])]))
    said = said_by(capsys)
    assert "learns 2 new labels: ADJ, VERB" in said
    assert "are parts of speech" not in said


def test_another_language_is_warned_of(tmp_path, capsys):
    old = make_nlp()
    old.lang = "cs"
    old.config["nlp"]["lang"] = "cs"
    old.to_disk(tmp_path)
    start_from(str(tmp_path))(make_nlp())
    assert "train with --nlp.lang cs" in said_by(capsys)
    same = make_nlp()
    same.lang = "cs"
    start_from(str(tmp_path))(same)
    assert "--nlp.lang" not in said_by(capsys)


def test_the_lexicon_is_kept(trained, tmp_path, capsys):
    old = copy.deepcopy(trained)
    lexicon = old.get_pipe("lstm_tagger").lexicon
    lexicon.update({"Paris": ["NN", "POS=PROPN"], "dog": ["V"], "dogs": ["DET", "V"]})
    lexicon["Rome"] = ["NN"]
    lexicon.any_case["lol"] = ["V"]
    lexicon.any_case["paris"] = ["NN"]
    lexicon["us"] = ["NN"]
    lexicon.any_case["us"] = ["NN", "DET"]
    old.to_disk(tmp_path)
    nlp = make_nlp([("A cat ate", ["DET", "NN", "X"]), ("cats", ["NN"])])
    own = nlp.get_pipe("lstm_tagger").lexicon
    own["dog"] = ["NN"]
    own.any_case["rome"] = ["DET"]
    start_from(str(tmp_path))(nlp)
    assert dict(own) == {"dog": ("NN",), "Paris": ("NN", "POS=PROPN"), "us": ("NN",)}
    any_case = {"rome": ("DET",), "paris": ("NN",), "us": ("NN", "DET")}
    assert dict(own.any_case) == any_case
    said = said_by(capsys)
    assert "2 words of the lexicon of 'lstm_tagger' are left out" in said
    assert "not labels any more: dogs, lol." in said
    assert tags(nlp("Paris")) == ["NN"]
    assert tags(nlp("Rome")) == ["DET"]


def test_the_licence_is_kept(trained, tmp_path):
    old = copy.deepcopy(trained)
    old.meta["license"] = "CC BY-SA 4.0"
    old.meta["sources"] = [{"name": "A treebank"}]
    old.to_disk(tmp_path)
    nlp, own = make_nlp(NEW), make_nlp(NEW)
    own.meta["license"] = "MIT"
    for each in (nlp, own):
        start_from(str(tmp_path))(each)
    nlp.to_disk(tmp_path / "new")
    meta = spacy.load(tmp_path / "new").meta
    assert (meta["license"], meta["sources"]) == ("CC BY-SA 4.0", [{"name": "A treebank"}])
    assert own.meta["license"] == "MIT"


def test_components_that_listen_to_a_shared_lstm(tmp_path):
    def make(n_updates):
        nlp = spacy.blank("xx")
        nlp.add_pipe("tok2vec", config={"model": LSTM})
        nlp.add_pipe("lstm_tagger", config={"model": {"tok2vec": LISTENER}})
        output = "spacy_lstm_tagger.SoftmaxTagger.v1"
        nlp.add_pipe("tagger", config={"model": {"@architectures": output, "tok2vec": LISTENER}})
        examples = make_examples(nlp, [(TEXT, ["DET", "NN", "V", "DET", "NN"])])
        with pytest.warns(UserWarning, match="counted over"):
            sgd = nlp.initialize(lambda: examples)
        return learn(nlp, examples, n_updates, sgd)

    old, new = make(3), make(0)
    old.to_disk(tmp_path)
    start_from(str(tmp_path))(new)
    for name in ("lstm_tagger", "tagger"):
        scores, expected = (
            each.get_pipe(name).model.predict([doc])[0]
            for each in (new, old)
            for doc in each.pipe([TEXT])
        )
        assert_allclose(scores, expected, atol=1e-5)


def test_a_component_of_another_name_is_refused(folder):
    nlp = make_nlp(NEW)
    nlp.rename_pipe("lstm_tagger", "other")
    with pytest.raises(ValueError, match=r"\['lstm_tagger'\], has the name .* \['other'\]"):
        start_from(folder)(nlp)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("width", 8, "width is 8 here, and 64 there"),
        ("depth", 2, "depth is 2 here, and 1 there"),
        ("prefixes", [2, 5], r"prefixes is \[2, 5\] here, and \[\] there"),
        ("char_width", 8, "char_width is 8 here, and 0 there"),
        ("word_attr", "LOWER", "word_attr is 'LOWER' here, and 'ORTH' there"),
    ],
)
def test_other_settings_are_refused(folder, key, value, message):
    nlp = make_nlp(NEW, model={"tok2vec": {**SMALL_MODEL["tok2vec"], key: value}})
    before = nlp.to_bytes()
    with pytest.raises(ValueError, match=f"Can't start 'lstm_tagger' from .*: {message}"):
        start_from(folder)(nlp)
    assert nlp.to_bytes() == before


def test_an_lstm_in_another_place_is_refused(folder):
    nlp = spacy.blank("xx")
    nlp.add_pipe("tok2vec", config={"model": LSTM})
    nlp.add_pipe("lstm_tagger", config={"model": {"tok2vec": LISTENER}})
    with pytest.warns(UserWarning, match="counted over"):
        nlp.initialize(lambda: make_examples(nlp, NEW))
    with pytest.raises(ValueError, match="its network has other layers"):
        start_from(folder)(nlp)


def test_a_frozen_component_keeps_its_weights(folder):
    nlp = make_nlp(NEW)
    before = nlp.to_bytes()
    with nlp.select_pipes(disable=["lstm_tagger"]), pytest.raises(ValueError, match="none of its"):
        start_from(folder)(nlp)
    assert nlp.to_bytes() == before


def test_letters_and_labels_in_another_order(tmp_path):
    settings = {"tok2vec": {**SMALL_MODEL["tok2vec"], "width": 16, "char_width": 8, "min_freq": 1}}
    old = make_nlp([("a bc d", ["X", "Y", "Z"])] * 2, model=settings)
    new = make_nlp([("d e a", ["Z", "A", "X"])] * 2, model=settings)
    old.to_disk(tmp_path)
    start_from(str(tmp_path))(new)
    pipes = [each.get_pipe("lstm_tagger") for each in (new, old)]
    assert [pipe.labels for pipe in pipes] == [("A", "X", "Z"), ("X", "Y", "Z")]
    ours, theirs = (
        pipe.model.predict([nlp.make_doc("d a")])[0]
        for pipe, nlp in zip(pipes, (new, old), strict=True)
    )
    assert_allclose(ours[:, 2] - ours[:, 1], theirs[:, 2] - theirs[:, 0], atol=1e-4)


def test_the_words_of_the_trained_pipeline_stay(tmp_path):
    old = make_nlp([("that book", ["DET", "NN"])] * 2)
    old.to_disk(tmp_path)
    new = make_nlp(NEW)
    own = list(new.get_pipe("lstm_tagger").label_data["words"])
    start_from(str(tmp_path))(new)
    words, all_words = (encoder(nlp).attrs["vocabulary"].words for nlp in (old, new))
    assert "book" in words
    assert all_words == list(dict.fromkeys([*own, *words]))
    assert_allclose(hidden_states(new, "that book"), hidden_states(old, "that book"), atol=1e-5)


def test_pipelines_without_weights_are_refused(folder, tmp_path):
    untrained = spacy.blank("xx")
    untrained.add_pipe("lstm_tagger", config={"model": SMALL_MODEL})
    untrained.to_disk(tmp_path / "untrained")
    for source, nlp in ((tmp_path / "untrained", make_nlp(NEW)), (folder, untrained)):
        with pytest.raises(ValueError, match=r"Can't start 'lstm_tagger' from .*: one of the two"):
            start_from(str(source))(nlp)


def test_components_without_a_network_and_the_tokenizer_are_taken(tmp_path):
    old = make_nlp()
    old.add_pipe("attribute_ruler").add([[{"ORTH": "a"}]], {"POS": "DET"})
    old.tokenizer.add_special_case("gimme", [{"ORTH": "gim"}, {"ORTH": "me"}])
    old.to_disk(tmp_path)
    new = make_nlp(NEW)
    new.add_pipe("attribute_ruler").add([[{"ORTH": "a"}]], {"POS": "NOUN"})
    start_from(str(tmp_path), take=["tokenizer", "attribute_ruler"])(new)
    assert new.get_pipe("attribute_ruler").patterns == old.get_pipe("attribute_ruler").patterns
    doc = new("gimme a")
    assert [token.text for token in doc] == ["gim", "me", "a"]
    assert doc[2].pos_ == "DET"


def test_what_can_not_be_taken_is_named(folder, tmp_path):
    old = spacy.load(folder)
    old.add_pipe("sentencizer")
    old.add_pipe("noun_chunker", config={"pattern": "<NOUN>+"})
    old.to_disk(tmp_path / "old")
    new = make_nlp(NEW)
    new.tokenizer = spacy.blank("zh").tokenizer
    new.add_pipe("senter", name="sentencizer")
    new.add_pipe("entity_ruler", name="ruler")
    new.add_pipe("noun_chunker", config={"pattern": "<NOUN>+"})
    for name, there, here in [
        ("tokenizer", "Tokenizer", "ChineseTokenizer"),
        ("sentencizer", "Sentencizer", "SentenceRecognizer"),
        ("ruler", "missing", "EntityRuler"),
        ("lemmatizer", "missing", "missing"),
        ("noun_chunker", "NounChunker without data to copy", "NounChunker without data to copy"),
    ]:
        message = f"Can't take '{name}' from the trained pipeline: there it is {there}, and here "
        with pytest.raises(ValueError, match=f"{message}{here}"):
            start_from(str(tmp_path / "old"), take=[name])(new)
