"""Tags that have parts in common learn from each other."""

from itertools import product

import numpy
import pytest
import spacy
from spacy.tokens import Doc
from spacy.training import Example

from spacy_lstm_tagger.pipeline import lstm_tagger, tag_parts
from spacy_lstm_tagger.pipeline.tag_parts import matrix_of_parts, parts, separator_of

# For each language, some tags of its treebank, the separator, and the parts of the first tag.
TAG_SETS = {
    "Croatian": (["Ncmsn", "Vmn"], "", "0=N 1=c 2=m 3=s 4=n N Nc Ncm"),
    "Czech": (
        ["NNFS1-----A----", "VB-S---3P-AA---", "Dg-------1A----", "Z:-------------"],
        "",
        "0=N 1=N 2=F N NN NNF",
    ),
    "Indonesian": (["PR--3S3", "NSD"], "", "0=P 1=R 4=3 P PR PR-"),
    "Japanese": (
        ["名詞-普通名詞-一般", "名詞-数詞"],
        "-",
        "名詞 普通名詞 一般 名詞+普通名詞 名詞+一般",
    ),
    "Swedish": (["NN|UTR|SIN|IND|NOM", "PM|NOM", "KN"], "|", "NN UTR NOM NN+UTR NN+NOM"),
    "Armenian, features": (
        ["Case=Nom|POS=NOUN", "Case=Gen|POS=NOUN", "POS=ADV"],
        "|",
        "POS=NOUN Case=Nom POS=NOUN+Case=Nom",
    ),
}
# 64 tags of three letters.
TAGS = ["".join(letters) for letters in product("abcd", repeat=3)]


@pytest.mark.parametrize("language", TAG_SETS)
def test_parts_follow_from_the_tags(language):
    tags, separator, expected = TAG_SETS[language]
    assert separator_of(tags) == separator
    found = set()
    for part in parts(tags[0], separator):
        found.add("=".join(part) if part[0].isdigit() else "+".join(part))
    assert found >= set(expected.split())


def test_parts_are_shared():
    matrix = matrix_of_parts(tuple(TAGS))
    assert set(numpy.unique(matrix)) == {0, 1}
    # Four letters in each of three places, and the beginnings of two letters.
    assert matrix.shape == (64, 3 * 4 + 16)
    assert len({tuple(column) for column in matrix.T}) == matrix.shape[1]
    assert (matrix.sum(axis=0) > 1).all()
    together = matrix[TAGS.index("abc")] @ matrix[TAGS.index("abd")]
    assert together > matrix[TAGS.index("abc")] @ matrix[TAGS.index("cba")]


def test_a_small_tag_set_has_no_parts():
    assert matrix_of_parts(tuple(TAGS[:30])) is None


@pytest.fixture
def all_sizes(monkeypatch):
    """Tag sets of any size have parts."""
    monkeypatch.setattr(tag_parts, "MIN_TAGS", 1)
    matrix_of_parts.cache_clear()
    yield
    matrix_of_parts.cache_clear()


LABELS = ["Nsn", "Nsg", "Npn", "Npg"]
WORDS = {"a": "Nsn", "b": "Nsg", "c": "Npn"}


def make_nlp(factory):
    nlp = spacy.blank("xx")
    pipe = nlp.add_pipe(factory)
    words = list(WORDS) * 3
    tags = [WORDS[word] for word in words]
    key = "tags" if factory == "lstm_tagger" else "morphs"
    values = tags if key == "tags" else [f"Number={tag[1]}|Case={tag[2]}" for tag in tags]
    pos = ["NOUN"] * len(words)
    example = Example(
        Doc(nlp.vocab, words=words), Doc(nlp.vocab, words=words, pos=pos, **{key: values})
    )
    return nlp, pipe, example


def rows(pipe):
    layer = pipe.model.get_ref("output_layer")
    if layer.shims:
        return layer.shims[0].weights().arrays["affine.weight"]
    return layer.get_param("W").copy()


@pytest.mark.parametrize("factory", ["lstm_tagger", "lstm_morphologizer"])
def test_labels_with_common_parts_learn_from_each_other(factory, all_sizes, monkeypatch):
    learned = []
    for least in (1, 100):
        monkeypatch.setattr(tag_parts, "MIN_TAGS", least)
        matrix_of_parts.cache_clear()
        nlp, pipe, example = make_nlp(factory)
        sgd = nlp.initialize(lambda example=example: [example])
        for _ in range(10):
            nlp.update([example], sgd=sgd)
        learned.append(rows(pipe))
    with_parts, without = (numpy.corrcoef(matrix) for matrix in learned)
    # All have the same part of speech; what pulls them apart is theirs alone.
    assert numpy.abs(with_parts - without).max() > 0.05


def test_a_label_without_examples_does_not_learn_with_its_parts(all_sizes):
    nlp, tagger, example = make_nlp("lstm_tagger")
    sgd = nlp.initialize(lambda: [example])
    nlp.update([example], sgd=sgd)
    tagger.add_label("Npg")
    new = tagger.labels.index("Npg")
    sgd = nlp.resume_training()
    for _ in range(20):
        nlp.update([example], sgd=sgd)
    # Its own gradient alone moves it, and that is next to nothing below a score of -16.
    assert numpy.abs(rows(tagger)[new]).max() < 0.05
    words = ["a", "b", "c", "d"] * 3
    gold = Doc(nlp.vocab, words=words, tags=["Nsn", "Nsg", "Npn", "Npg"] * 3)
    both = Example(Doc(nlp.vocab, words=words), gold)
    for _ in range(60):
        nlp.update([both], sgd=sgd)
    assert numpy.abs(rows(tagger)[new]).max() > 0.05


def nlp_of_many_tags():
    """A pipeline that has learned all of 64 tags, and an example of four of them."""
    nlp = spacy.blank("xx")
    nlp.add_pipe("lstm_tagger")

    def example_of(tags):
        doc = Doc(nlp.vocab, words=tags, tags=tags)
        return Example(Doc(nlp.vocab, words=tags), doc)

    sgd = nlp.initialize(lambda: [example_of(TAGS)])
    nlp.update([example_of(TAGS)], sgd=sgd)
    return nlp, example_of(TAGS[:4])


def rows_in_the_step_of_the_parts(nlp, example, monkeypatch):
    """How many rows of the output layer the step of the parts changes, after an update."""
    seen = []

    def watch(layer, parts, sgd):
        seen.append(int(parts.any(axis=1).sum()))

    monkeypatch.setattr(lstm_tagger, "learn_parts", watch)
    nlp.update([example], sgd=nlp.resume_training())
    return seen


def test_training_goes_on_with_the_labels_that_were_seen(monkeypatch, tmp_path):
    nlp, example = nlp_of_many_tags()
    nlp.to_disk(tmp_path)
    assert rows_in_the_step_of_the_parts(nlp, example, monkeypatch) == [64]
    assert rows_in_the_step_of_the_parts(spacy.load(tmp_path), example, monkeypatch) == [64]


def test_a_file_without_unseen_labels_has_seen_all():
    nlp, example = nlp_of_many_tags()
    tagger = nlp.get_pipe("lstm_tagger")
    del tagger.cfg["unseen_labels"]
    saved = tagger.to_bytes()
    nlp.initialize(lambda: [example])
    assert tagger.cfg["unseen_labels"] == TAGS
    tagger.from_bytes(saved)
    assert tagger.cfg["unseen_labels"] == []


def test_a_loss_does_not_count_as_training():
    nlp, example = nlp_of_many_tags()
    tagger = nlp.get_pipe("lstm_tagger")
    nlp.initialize(lambda: [example])
    scores, _ = tagger.model.begin_update([example.predicted])
    tagger.get_loss([example], scores)
    assert tagger.cfg["unseen_labels"] == TAGS
    nlp.update([example])
    assert tagger.cfg["unseen_labels"] == TAGS[4:]


@pytest.mark.parametrize("factory", ["lstm_tagger", "lstm_morphologizer"])
def test_averages_and_files_have_the_sum_alone(factory, all_sizes):
    nlp, pipe, example = make_nlp(factory)
    sgd = nlp.initialize(lambda: [example])
    sgd.averages = {}
    for _ in range(5):
        nlp.update([example], sgd=sgd)
    doc = nlp("a b c")
    with nlp.use_params(sgd.averages):
        averaged = rows(pipe)
        loaded = make_nlp(factory)[0].from_bytes(nlp.to_bytes())
    assert numpy.abs(rows(pipe) - averaged).max() > 0
    numpy.testing.assert_array_equal(rows(loaded.get_pipe(factory)), averaged)
    again = make_nlp(factory)[0].from_bytes(nlp.to_bytes())
    assert [(t.tag_, str(t.morph)) for t in again("a b c")] == [(t.tag_, str(t.morph)) for t in doc]
