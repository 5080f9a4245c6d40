"""The script that gives a treebank's sentences other words."""

import pytest
import spacy
import srsly
from replace_words import main as replace_words
from spacy.tokens import Doc, DocBin

VOCAB = spacy.blank("en").vocab


def write(path, *sentences):
    """A .spacy file with a Doc for each list of words with their tags and parts of speech."""
    docs = DocBin(["ORTH", "SPACY", "TAG", "POS", "SENT_START"])
    for sentence in sentences:
        words, tags, pos = zip(*(token.split("/") for token in sentence.split()), strict=True)
        starts = [i == 0 for i in range(len(words))]
        docs.add(Doc(VOCAB, words=words, tags=tags, pos=pos, sent_starts=starts))
    path.parent.mkdir(exist_ok=True)
    docs.to_disk(path)
    return path


def texts(path):
    return [line["text"] for line in srsly.read_jsonl(path)]


@pytest.fixture
def treebank(tmp_path):
    return write(tmp_path / "train.spacy", "The/DT/DET dogs/NNS/NOUN have/VBP/AUX left/VBN/VERB")


@pytest.fixture
def labelled(tmp_path):
    sentence = "Cats/NNS/NOUN seen/VBN/VERB cats/NNS/NOUN seen/VBN/VERB it/PRP/PRON once/RB/ADV"
    return write(tmp_path / "labelled/0.spacy", sentence).parent


def test_words_of_labelled_text_with_the_same_tag_stand_in_the_same_places(
    treebank, labelled, tmp_path
):
    replace_words(treebank, tmp_path / "out.jsonl", [labelled], copies=200, seed=0)
    found = texts(tmp_path / "out.jsonl")
    assert len(found) == 200
    # Of "dogs" and "left" there is one, so they can only be replaced, not replace a word.
    expected = {f"The {noun} have {verb}" for noun in ("dogs", "cats") for verb in ("left", "seen")}
    assert set(found) == expected


def test_the_same_seed_gives_the_same_text(treebank, labelled, tmp_path):
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        replace_words(treebank, tmp_path / f"{name}.jsonl", [labelled], copies=50, seed=seed)
    a, b, c = (texts(tmp_path / f"{name}.jsonl") for name in "abc")
    assert a == b
    assert a != c


@pytest.mark.parametrize(
    ("word", "expected"), [("dogs", "cats"), ("Dogs", "Cats"), ("DOGS", "CATS"), ("A", "Cats")]
)
def test_another_word_has_the_case_of_the_first(word, expected, labelled, tmp_path):
    treebank = write(tmp_path / "train.spacy", f"The/DT/DET {word}/NNS/NOUN")
    replace_words(treebank, tmp_path / "out.jsonl", [labelled], copies=100, seed=0)
    assert set(texts(tmp_path / "out.jsonl")) == {f"The {word}", f"The {expected}"}


def test_a_word_that_continues_another_stays(labelled, tmp_path):
    doc = Doc(VOCAB, words=["3", "dogs"], tags=["CD", "NNS"], pos=["NUM", "NOUN"], spaces=[0, 0])
    DocBin(docs=[doc]).to_disk(tmp_path / "train.spacy")
    replace_words(tmp_path / "train.spacy", tmp_path / "out.jsonl", [labelled], copies=99, seed=0)
    assert set(texts(tmp_path / "out.jsonl")) == {"3dogs"}


def test_a_tenth_to_four_tenths_of_the_words_are_replaced(labelled, tmp_path):
    treebank = write(tmp_path / "train.spacy", " ".join(["dogs/NNS/NOUN"] * 20))
    replace_words(treebank, tmp_path / "out.jsonl", [labelled], copies=200, seed=0)
    words = " ".join(texts(tmp_path / "out.jsonl")).split()
    assert 0.05 < words.count("cats") / len(words) < 0.25  # half of those drawn are dogs again


@pytest.mark.parametrize(
    ("folders", "damage", "message"),
    [
        ([], False, "has no tagged word twice"),
        (["missing"], False, "no .spacy file in"),
        ([], True, "train.spacy is damaged or not a DocBin"),
    ],
)
def test_bad_input_is_named(treebank, tmp_path, capsys, folders, damage, message):
    if damage:
        treebank.write_text("The dogs have left.")
    labelled = [tmp_path / folder for folder in folders]
    with pytest.raises(SystemExit) as stopped:
        replace_words(treebank, tmp_path / "out.jsonl", labelled, copies=1, seed=0)
    assert stopped.value.code == 1
    assert message in " ".join(capsys.readouterr().out.split())
    assert not (tmp_path / "out.jsonl").exists()


def test_a_treebank_is_not_overwritten(treebank, labelled, tmp_path, capsys):
    for path in (treebank, labelled / "0.spacy"):
        before = path.read_bytes()
        with pytest.raises(SystemExit):
            replace_words(treebank, path, [labelled], copies=1, seed=0)
        assert "has to be a .jsonl file" in " ".join(capsys.readouterr().out.split())
        assert path.read_bytes() == before
