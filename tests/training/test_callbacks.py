"""The words of an LSTMTok2Vec are counted over the training data before it is initialized."""

import copy

import pytest
import spacy
from helpers import LISTENER, LSTM, make_examples, reader_of, tags

from spacy_lstm_tagger.models.vocabulary import counted
from spacy_lstm_tagger.training.callbacks import count_words, round_weights

TOK2VEC = {**LSTM, "min_freq": 2}


def words(nlp, name="tok2vec"):
    return nlp.get_pipe(name).model.attrs["vocabulary"].words


def test_words_are_counted_over_the_whole_corpus_the_most_frequent_first(capsys):
    """spaCy's `tok2vec` shows its model ten Docs, none of which has the last two words."""
    nlp = spacy.blank("xx")
    nlp.add_pipe("tok2vec", config={"model": TOK2VEC})
    corpus = reader_of(*["a dog"] * 20, "late cat cat late late rare")
    count_words(corpus)(nlp)
    assert words(nlp) == ["a", "dog", "late", "cat"]
    assert "Counting the words of the training data" in capsys.readouterr().out
    nlp.initialize(lambda: corpus(nlp))  # and keeps them, without a warning
    assert words(nlp) == ["a", "dog", "late", "cat"]


@pytest.mark.parametrize(("max_epochs", "is_said"), [(0, True), (-1, False)])
def test_it_says_who_reads_the_data_unless_it_is_a_stream(capsys, max_epochs, is_said):
    """Of a stream, spaCy reads a hundred examples before the first step."""
    nlp = spacy.blank("en", config={"training": {"max_epochs": max_epochs}})
    nlp.add_pipe("tok2vec", config={"model": TOK2VEC})
    count_words(reader_of("a dog a dog a"))(nlp)
    said = "Each component reads the training data: tok2vec" in capsys.readouterr().out
    assert said is is_said


def test_each_component_has_its_own_min_freq():
    nlp = spacy.blank("xx")
    nlp.add_pipe("tok2vec", config={"model": {**TOK2VEC, "min_freq": 1}})
    nlp.add_pipe("tok2vec", name="other", config={"model": {**TOK2VEC, "min_freq": 3}})
    count_words(reader_of("a dog a dog a"))(nlp)
    assert words(nlp) == ["a", "dog"]
    assert words(nlp, "other") == ["a"]


def test_a_corpus_that_no_component_needs_is_not_read():
    def read(nlp):
        raise AssertionError("The corpus was read.")
        yield

    nlp = spacy.blank("xx")
    nlp.add_pipe("sentencizer")  # has no model
    nlp.add_pipe("tok2vec")  # spaCy's
    nlp.add_pipe("tagger", config={"model": {"tok2vec": {**LISTENER, "width": 96}}})
    count_words(read)(nlp)


def test_an_lstm_tagger_keeps_the_words_of_the_whole_corpus():
    """Of a stream, spaCy shows it a hundred examples."""
    nlp = spacy.blank("xx")
    nlp.add_pipe("lstm_tagger")
    examples = make_examples(nlp, [("a dog a dog", ["DT", "NN", "DT", "NN"])])
    count_words(reader_of("a dog a dog", "one one"))(nlp)
    for _ in range(2):
        nlp.initialize(lambda: examples)
        assert nlp.get_pipe("lstm_tagger").label_data["words"] == ["a", "dog", "one"]


@pytest.mark.parametrize(("tables", "size"), [("float16", 0.6), ("int8", 0.45)])
def test_a_pipeline_with_rounded_weights_tags_the_same(trained, tmp_path, tables, size):
    nlp = copy.deepcopy(trained)
    nlp.to_disk(tmp_path / "single")
    round_weights(tables)(nlp).to_disk(tmp_path / "half")
    loaded = spacy.load(tmp_path / "half")
    assert tags(loaded("The dog ate the book")) == tags(nlp("The dog ate the book"))
    loaded.to_disk(tmp_path / "again")
    single, half, again = (
        (tmp_path / name / "lstm_tagger" / "model").read_bytes()
        for name in ("single", "half", "again")
    )
    assert len(half) < size * len(single)
    assert again == half


def test_a_failed_initialization_does_not_keep_its_words():
    nlp = spacy.blank("xx")
    tagger = nlp.add_pipe("lstm_tagger")
    docs = [nlp.make_doc("a dog a dog")]
    with pytest.raises(ValueError, match="It fails"), counted(tagger.model, lambda: docs):
        raise ValueError("It fails")
    examples = make_examples(nlp, [("one one two two", ["CD"] * 4)])
    nlp.initialize(lambda: examples)
    assert tagger.label_data["words"] == ["one", "two"]
