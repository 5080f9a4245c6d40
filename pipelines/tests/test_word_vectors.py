"""Vectors of words from a teacher's states, and a student that starts from them."""

from types import SimpleNamespace

import numpy
import pytest
import spacy
from numpy.testing import assert_allclose
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from thinc.api import Ragged
from word_states import WordStates
from word_vectors import main as word_vectors
from word_vectors import principal_components

from spacy_lstm_tagger.training.corpus import read_docs

WORDS = "embedding.words.weight"


@pytest.fixture(scope="module", autouse=True)
def trf_data():
    """What spacy-transformers adds to a Doc."""
    if not Doc.has_extension("trf_data"):
        Doc.set_extension("trf_data", default=None)


def read_by_teacher(words, tensor, pieces, lengths):
    """A Doc with the states of a hidden layer, and of a transformer at each piece."""
    doc = Doc(spacy.blank("en").vocab, words=words)
    doc.tensor = numpy.array(tensor, dtype="float32")
    output = SimpleNamespace(last_hidden_state=numpy.array([pieces], dtype="float32"))
    # The transformer's first piece stands for the whole text.
    align = Ragged(numpy.arange(1, 1 + sum(lengths)), numpy.array(lengths))
    doc._.trf_data = SimpleNamespace(model_output=output, align=align)
    return doc


def test_the_mean_state_of_a_word_in_any_case():
    pieces = [[9], [10], [20], [0], [30], [50]]
    first = read_by_teacher(["Old", "houses"], [[1], [3]], pieces[:4], [1, 2])
    second = read_by_teacher(["OLD", "old"], [[2], [6]], pieces[:1] + pieces[4:], [1, 1])
    states = WordStates()
    states(first)
    states(second)
    names, means = states.means(min_freq=1)
    # Of "houses", the first of two pieces counts.
    assert dict(zip(names, means.tolist(), strict=True)) == {
        "old": [3, 30],
        "houses": [3, 20],
    }
    assert states.means(min_freq=2)[0] == ["old"]


def test_white_space_has_no_vector_and_a_word_without_pieces_has_some_state():
    doc = read_by_teacher(["a", " ", "b"], [[1], [2], [3]], [[0], [7], [8]], [1, 1, 0])
    states = WordStates()
    states(doc)
    assert states.means(min_freq=1)[0] == ["b", "a"]


def test_vectors_of_the_words_of_several_files(tmp_path):
    states = WordStates()
    for place, word in enumerate(("one", "two", "two", "three")):
        states.add_state(word, 1, numpy.array([place, 1, 0]))
    (tmp_path / "masc/0").mkdir(parents=True)
    states.to_disk(tmp_path / "masc/0/00000.npz")
    states.add_state("four", 1, numpy.array([9, 1, 0]))
    states.to_disk(tmp_path / "masc/0/00001.npz")
    for name in ("00000", "00001"):
        (tmp_path / f"masc/0/{name}.spacy").touch()
    output = tmp_path / "made/vectors.npz"
    word_vectors(tmp_path, output, min_freq=2, width=1)
    with numpy.load(output, allow_pickle=True) as file:
        assert file["words"].tolist() == ["two", "three", "one"]
        assert_allclose(file["vectors"][0], file["vectors"][1:].mean(axis=0), atol=1e-6)


def test_the_first_components_say_the_most():
    draw = numpy.random.default_rng(0)
    hidden = draw.normal(size=(500, 3)) * (9, 4, 1)
    states = (hidden @ draw.normal(size=(3, 20))).astype("float32")
    vectors = principal_components(states, 3)
    assert vectors.shape == (500, 3)
    assert_allclose(vectors.mean(axis=0), 0, atol=1e-4)
    assert list(vectors.std(axis=0)) == sorted(vectors.std(axis=0), reverse=True)


def test_a_student_starts_from_vectors(tmp_path):
    pytest.importorskip("torch")
    from teacher_functions import start_from_vectors

    path = tmp_path / "vectors.npz"
    vectors = numpy.array([[1, 2], [-3, 4]], dtype="float32")
    numpy.savez(path, words=numpy.array(["dog", "cat"], dtype=object), vectors=vectors)
    nlp = spacy.blank("en")
    model = {"@architectures": "spacy_lstm_tagger.LSTMTok2Vec.v1", "word_attr": "LOWER"}
    pipe = nlp.add_pipe("tok2vec", config={"model": {**model, "width": 8, "word_width": 2}})
    lstm = next(node for node in pipe.model.walk() if "vocabulary" in node.attrs)
    lstm.attrs["vocabulary"] = lstm.attrs["vocabulary"].replace(["the", "dog"])
    nlp.initialize(lambda: [Example.from_dict(nlp.make_doc("dog"), {})])
    start_from_vectors(str(path))(nlp)
    assert lstm.attrs["vocabulary"].words == ["the", "dog", "cat"]
    rows = lstm.shims[0].weights().to_float32()[WORDS]
    scale = 0.1 / vectors.std()
    assert_allclose(rows, numpy.array([[0, 0], [0, 0], [1, 2], [-3, 4]]) * scale, rtol=1e-6)
    doc = Doc(nlp.vocab, words=["The", "cat"])
    assert pipe.predict([doc])[0].shape == (2, 8)
    assert start_from_vectors(None)(nlp) is None


def test_a_student_goes_on_from_a_trained_pipeline(random_pipeline, tmp_path):
    from teacher_functions import start_student

    old = random_pipeline(["dogs", "sleep"])
    new = random_pipeline(["cats", "bark"])
    old.to_disk(tmp_path / "old")
    before = states(new)
    start_student(None, None)(new)
    assert_allclose(states(new), before)
    assert not numpy.allclose(before, states(old), atol=1e-6)
    start_student(str(tmp_path / "old"), None)(new)
    assert_allclose(states(new), states(old), atol=1e-6)


def states(nlp):
    """The states of an LSTM at two words."""
    return nlp.get_pipe("tok2vec").predict([Doc(nlp.vocab, words=["dogs", "sleep"])])[0]


@Language.component("reads_like_a_teacher")
def read_like_a_teacher(doc):
    """Tag each word, and give it its number of letters as its state."""
    letters = numpy.array([[len(token)] for token in doc], dtype="float32")
    output = SimpleNamespace(last_hidden_state=letters[None])
    align = Ragged(numpy.arange(len(doc)), numpy.ones(len(doc), dtype="int32"))
    doc._.trf_data = SimpleNamespace(model_output=output, align=align)
    doc.tensor = letters
    for token in doc:
        token.tag_ = "NN"
    return doc


@pytest.fixture
def paths(tmp_path):
    """A teacher, a text of two paragraphs, and a folder for the labelled text."""
    nlp = spacy.blank("en")
    nlp.add_pipe("reads_like_a_teacher")
    nlp.to_disk(tmp_path / "teacher")
    text = tmp_path / "text.txt"
    text.write_text("A cat and a dog\nThe cat\n")
    return tmp_path / "teacher", text, tmp_path / "labelled"


@pytest.fixture
def label():
    """The script that labels, which needs PyTorch."""
    pytest.importorskip("torch")
    from label import main

    return main


def test_the_states_of_labelled_text_are_kept_file_by_file(label, paths, tmp_path):
    for _ in range(2):  # what is there is left out
        label(*paths, max_words=0, shard_words=5, n_process=1, code=None)
    folder = tmp_path / "labelled/0"
    files = sorted(folder.glob("*.spacy"))
    assert [path.name for path in files] == ["00000.spacy", "00001.spacy"]
    states = WordStates()
    for path in files:
        states.from_disk(path.with_suffix(".npz"))
    names, means = states.means(min_freq=2)
    assert dict(zip(names, means.tolist(), strict=True)) == {"cat": [3, 3], "a": [1, 1]}


def test_labelled_text_without_its_states_is_labelled_again(label, paths, tmp_path):
    """The script may be stopped between a file and its states."""
    label(*paths, max_words=0, shard_words=5, n_process=1, code=None)
    states = tmp_path / "labelled/0/00000.npz"
    written = states.read_bytes()
    states.unlink()
    label(*paths, max_words=0, shard_words=5, n_process=1, code=None)
    assert states.read_bytes() == written


def test_fewer_words_than_a_file_has(label, paths, tmp_path):
    label(*paths, max_words=4, shard_words=50, n_process=1, code=None)
    (path,) = tmp_path.glob("labelled/0/*.spacy")
    assert [len(doc) for doc in read_docs(path, spacy.blank("en").vocab)] == [5]


def test_labels_of_an_earlier_run_are_refused(label, paths, tmp_path):
    label(*paths, max_words=0, shard_words=5, n_process=1, code=None)
    with pytest.raises(ValueError, match=r"files of another text than .*: 00001.spacy. Delete"):
        label(*paths, max_words=4, shard_words=5, n_process=1, code=None)
    (tmp_path / "labelled/1").mkdir()
    with pytest.raises(ValueError, match=r"labelled/1 is of a run with other options.*Delete"):
        label(*paths, max_words=0, shard_words=5, n_process=1, code=None)
