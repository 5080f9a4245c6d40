"""Words that may have certain tags only."""

import copy
import tracemalloc

import numpy
import pytest
import spacy
from helpers import (
    LOG_PROBS,
    ROOT,
    SMALL_MODEL,
    TAGGED,
    WITH_AN_ERROR,
    make_examples,
    make_nlp,
    tags,
    write,
)
from numpy.testing import assert_allclose
from spacy.tokens import Doc, DocBin
from spacy.training import Example
from spacy.training.initialize import init_nlp
from spacy.util import load_config

from spacy_lstm_tagger import report
from spacy_lstm_tagger.pipeline.apply_lexicon import LexiconIndex
from spacy_lstm_tagger.pipeline.lexicon_entries import EXACT, no_entries

TEXT, TAGS = TAGGED[0]  # The dog ate the apple: DET NN V DET NN
CONTEXTS = [
    ("The can rusts", ["DET", "NN", "V"]),
    ("Dogs can bark", ["NN", "MD", "V"]),
    ("A can fell", ["DET", "NN", "V"]),
    ("They can run", ["NN", "MD", "V"]),
]


@pytest.fixture
def nlp(trained):
    return copy.deepcopy(trained)


@pytest.fixture
def lexicon(nlp):
    return nlp.get_pipe("lstm_tagger").lexicon


def test_a_word_gets_a_tag_that_it_may_have(nlp, lexicon):
    assert tags(nlp(TEXT)) == TAGS
    lexicon["dog"] = ["V"]
    assert tags(nlp(TEXT)) == ["DET", "V", "V", "DET", "NN"]
    del lexicon["dog"]
    assert tags(nlp(TEXT)) == TAGS
    lexicon["dog"] = ["V"]
    lexicon.any_case["apple"] = ["NN"]
    assert tags(nlp(TEXT)) == ["DET", "V", "V", "DET", "NN"]
    lexicon.clear()
    assert tags(nlp(TEXT)) == TAGS


@pytest.mark.parametrize("kind", [list, tuple, iter])
def test_a_word_is_set_as_in_a_dict(lexicon, kind):
    given = ["V", "DET", "V"]
    lexicon["dog"] = kind(given)
    given.append("XX")
    assert dict(lexicon) == {"dog": ("V", "DET")}
    lexicon.update({"dog": kind(["NN"])})
    assert lexicon.pop("dog") == ("NN",)
    lexicon.update(dog="V")
    assert repr(lexicon) == "Lexicon({'dog': ('V',)})"
    assert not lexicon.any_case


@pytest.mark.parametrize("text", ["\n\ndog\tV DET\n", "\ufeffdog\tV DET", "dog\tV DET\r\n"])
def test_a_file_sets_words(lexicon, tmp_path, text):
    lexicon.from_disk(write(tmp_path / "words.tsv", text))
    assert dict(lexicon) == {"dog": ("V", "DET")}
    assert not lexicon.any_case


def test_a_file_adds_to_what_is_there(lexicon, tmp_path):
    lexicon.update({"dog": "V", "ate": "V"})
    path = write(tmp_path / "words.tsv", "dog\tNN\nnew york\tNN\tany_case\n")
    assert lexicon.from_disk(str(path)) is lexicon
    assert dict(lexicon) == {"dog": ("NN",), "ate": ("V",)}
    assert dict(lexicon.any_case) == {"new york": ("NN",)}
    lexicon.clear()
    assert (len(lexicon), len(lexicon.any_case)) == (0, 1)


def test_a_file_of_words_in_any_case_needs_no_third_column(lexicon, tmp_path):
    lexicon.any_case.from_disk(write(tmp_path / "words.tsv", "Dog\tV\n"))
    assert dict(lexicon) == {}
    assert dict(lexicon.any_case) == {"dog": ("V",)}


def test_a_word_in_any_case_comes_after_the_word_as_it_is_spelled(nlp, lexicon):
    lexicon.any_case["Dog"] = ["V"]
    lexicon["DOG"] = ["DET"]
    assert "dOG" in lexicon.any_case
    assert tags(nlp(Doc(nlp.vocab, words=["dog", "Dog", "DOG", "dOg"]))) == ["V", "V", "DET", "V"]
    del lexicon.any_case["DOG"]
    assert (len(lexicon), len(lexicon.any_case)) == (1, 0)


def test_the_context_decides_among_the_tags_that_a_word_may_have():
    nlp = make_nlp(CONTEXTS, n_updates=15)
    lexicon = nlp.get_pipe("lstm_tagger").lexicon
    lexicon["can"] = ["MD", "NN"]
    for text, gold in CONTEXTS:
        assert tags(nlp(text)) == gold
    lexicon["can"] = ["DET", "NN", "V"]
    assert tags(nlp("The can rusts"))[1] == "NN"


def test_a_word_with_one_tag_may_have_a_part_of_speech_and_features(nlp, lexicon, tmp_path):
    lexicon.from_disk(write(tmp_path / "words.tsv", "dog\tV POS=VERB|Tense=Past"))
    assert lexicon["dog"] == ("V", "POS=VERB|Tense=Past")
    nlp.to_disk(tmp_path / "saved")
    for pipeline in (nlp, spacy.load(tmp_path / "saved")):
        the, dog, *_ = pipeline(TEXT)
        assert (dog.tag_, dog.pos_, str(dog.morph)) == ("V", "VERB", "Tense=Past")
        assert (the.tag_, the.pos_, the.has_morph()) == ("DET", "", False)
    lexicon["dog"] = ["V", "POS=VERB"]
    assert (nlp(TEXT)[1].has_morph(), str(nlp(TEXT)[1].morph)) == (True, "")  # it has none


def test_features_go_with_the_tag_and_keep_what_is_set(nlp, lexicon):
    lexicon["dog"] = ["V", "POS=VERB|Tense=Past"]
    words = TEXT.split()
    given = Doc(nlp.vocab, words=words, tags=["", "NN", "", "", ""])
    assert nlp(given)[1].pos_ == ""
    given = Doc(nlp.vocab, words=words, pos=["", "NOUN", "", "", ""])
    assert (nlp(given)[1].tag_, given[1].pos_, str(given[1].morph)) == ("V", "NOUN", "Tense=Past")
    nlp.get_pipe("lstm_tagger").cfg["overwrite"] = True
    assert nlp(given)[1].pos_ == "VERB"


def test_features_are_set_in_each_doc_of_a_batch(nlp, lexicon):
    lexicon["dog"] = ["V", "POS=VERB|Tense=Past"]
    texts = ["The dog", "", "The \n dog", "dog", "The"]
    for doc, text in zip(nlp.pipe(texts), texts, strict=True):
        expected = ["VERB" if word == "dog" else "" for word in text.split()]
        assert [token.pos_ for token in doc if not token.is_space] == expected
    tagger = nlp.get_pipe("lstm_tagger")
    first, second = nlp.make_doc("dog"), nlp.make_doc("The dog")
    tagger.set_annotations([first], tagger.predict([first, second]))
    assert [token.pos_ for token in first] == ["VERB"]


def test_a_morphologizer_that_does_not_overwrite_keeps_the_features(nlp, lexicon):
    doc = Doc(nlp.vocab, words=TEXT.split(), pos=["DET", "NOUN", "VERB", "DET", "NOUN"])
    morphologizer = nlp.add_pipe("morphologizer", config={"overwrite": False})
    morphologizer.initialize(lambda: [Example(doc.copy(), doc)], nlp=nlp)
    lexicon["dog"] = ["V", "POS=VERB|Tense=Past"]
    tagged = nlp(TEXT)
    assert (tagged[1].pos_, str(tagged[1].morph)) == ("VERB", "Tense=Past")
    assert all(token.pos_ for token in tagged)


def test_log_probabilities_are_those_of_the_model_normalized(nlp, lexicon):
    before = nlp(TEXT, **LOG_PROBS)._.tag_log_probs
    lexicon.update({"dog": ["DET", "V"], "apple": ["V"]})
    doc = nlp(TEXT, **LOG_PROBS)
    after = doc._.tag_log_probs
    assert after.dtype == "float32"
    assert_allclose(numpy.exp(after).sum(axis=1), 1, rtol=1e-5)
    assert (after[[0, 2, 3]] == before[[0, 2, 3]]).all()
    det, _, v = numpy.exp(before[1])
    assert_allclose(numpy.exp(after[1]), [det / (det + v), 0, v / (det + v)], rtol=1e-4)
    assert after[4].tolist() == [-numpy.inf, -numpy.inf, 0]
    assert [tag for tag, _ in doc[1]._.best_tags(3)] == (["DET", "V"] if det > v else ["V", "DET"])
    assert doc[4]._.best_tags(3) == [("V", 0.0)]


def test_a_tag_that_was_there_may_be_impossible(nlp, lexicon):
    lexicon["dog"] = ["V"]
    doc = Doc(nlp.vocab, words=TEXT.split(), tags=["", "NN", "", "", ""])
    doc = nlp(doc, **LOG_PROBS)
    assert doc[1].tag_ == "NN"
    assert doc[1]._.tag_log_prob == -numpy.inf


def test_white_space_is_not_a_word(nlp, lexicon):
    lexicon.update(dict.fromkeys(["The", "dog", "ate"], "NN"))
    doc = nlp("The \n dog  ate", **LOG_PROBS)
    assert tags(doc) == ["NN", "_SP", "NN", "_SP", "NN"]
    assert (doc[1]._.tag_log_prob, doc[1]._.best_tags()) == (None, [])


def test_the_report_reads_what_a_lexicon_made_impossible(nlp, lexicon):
    lexicon["dog"] = ["V"]
    gold = [Doc(nlp.vocab, words=[*TEXT.split(), "\n"], tags=[*TAGS, "_SP"])]
    (result,) = report(nlp, gold).pipelines.values()
    accuracy = result["measures"]["accuracy"]
    assert (accuracy["value"], accuracy["n"]) == (4 / 5, 5)
    assert sum(row["n"] for row in result["calibration"]) == 5


def test_memory_grows_with_the_entries_alone():
    """A row of all tags for each entry would take nine megabytes."""
    tags = tuple(f"t{i}" for i in range(3000))
    entries = {f"w{i}": [tag, tags[i - 1]] for i, tag in enumerate(tags)}
    tracemalloc.start()
    LexiconIndex({**no_entries(), EXACT: entries}, tags)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < len(tags) ** 2 / 2


def test_docs_of_different_lengths_are_tagged_together_as_alone(nlp, lexicon):
    lexicon.update({"dog": ["V"], "read": ["NN", "DET"]})
    texts = [TEXT, "", "dog", "Nothing here", "", "They read"] * 3
    for doc, text in zip(nlp.pipe(texts), texts, strict=True):
        assert tags(doc) == tags(nlp(text))
    assert list(nlp.get_pipe("lstm_tagger").predict([])) == []


def test_loading_replaces_it(trained, nlp, lexicon, tmp_path):
    data = trained.get_pipe("lstm_tagger").to_bytes()
    lexicon["dog"] = ["V"]
    pipe = nlp.get_pipe("lstm_tagger")
    pipe.from_bytes(pipe.to_bytes(exclude=["cfg"]))
    assert lexicon
    pipe.from_bytes(data, exclude=["cfg"])
    assert lexicon
    pipe.from_bytes(data)
    assert not lexicon


def test_neither_training_nor_calibration_depends_on_it():
    found = []
    for entries in ({}, {"dog": ["V"], "book": ["DET"]}):
        nlp = make_nlp()
        tagger = nlp.get_pipe("lstm_tagger")
        tagger.lexicon.update(entries)
        optimizer = nlp.resume_training()
        losses = [nlp.update(make_examples(nlp), sgd=optimizer) for _ in range(5)]
        losses.append(nlp.rehearse(make_examples(nlp), sgd=optimizer))
        found.append(
            (losses, tagger.calibrate(make_examples(nlp, WITH_AN_ERROR)), tagger.model.to_bytes())
        )
    assert found[0] == found[1]


def test_words_in_the_config(tmp_path):
    """The part of speech that goes with a tag in the training data goes with it here, too."""
    words = write(tmp_path / "words.tsv", "Dog\tV\nbook\tNN\tany_case\n")
    vocab = spacy.blank("xx").vocab
    gold = Doc(vocab, words=TEXT.split(), tags=TAGS, pos=["DET", "NOUN", "VERB", "DET", "NOUN"])
    DocBin(docs=[gold]).to_disk(tmp_path / "train.spacy")
    config = load_config(ROOT / "configs/default.cfg")
    config["paths"] |= dict.fromkeys(["train", "dev"], str(tmp_path / "train.spacy"))
    config["components"]["lstm_tagger"]["model"]["tok2vec"].update(SMALL_MODEL["tok2vec"])
    for given in (str(words), {"Dog": "V"}):
        config["initialize"]["components"]["lstm_tagger"] = {"lexicon": given}
        lexicon = init_nlp(config).get_pipe("lstm_tagger").lexicon
        assert dict(lexicon) == {"Dog": ("V", "POS=VERB")}
    assert not lexicon.any_case
