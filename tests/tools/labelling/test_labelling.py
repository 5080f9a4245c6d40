"""What a teacher says about raw text, and about text that is labelled already."""

import copy

import numpy
import pytest
import spacy
from helpers import HASH_EMBED_CNN, LANG, LOG_PROBS, LSTM, by_rules, learn, make_nlp, tags
from numpy.testing import assert_allclose
from spacy.language import Language
from spacy.tokens import Doc, DocBin
from spacy.training import Example
from spacy.vocab import Vocab
from thinc.api import fix_random_seed

from spacy_lstm_tagger.pipeline.soft_tags import soft_tags_of
from spacy_lstm_tagger.tools.labelling.label_file import label_file, label_texts
from spacy_lstm_tagger.tools.labelling.shards import read_shards
from spacy_lstm_tagger.tools.labelling.teacher import gold_morphs, tag_with

TEXTS = ["The dog read that book.", "She was reading\n it"]


def labelled_by(nlp, folder, top_k=4):
    """Docs of the texts that a pipeline has labelled, read from a folder."""
    (folder / "00000.spacy").write_bytes(label_texts(nlp, TEXTS, top_k))
    (shard,) = read_shards(folder, folder / "out", 1000, 1000)
    return shard.texts


def annotation(doc):
    return {(token.tag_, token.pos_, str(token.morph)) for token in doc}


def test_a_teacher_says_what_its_pipeline_says(trained):
    for text, (doc, given, _) in zip(TEXTS, tag_with(trained, TEXTS), strict=True):
        expected = trained(text, **LOG_PROBS)
        assert list(given.labels) == ["DET", "NN", "V"]
        assert_allclose(given.probs, numpy.exp(expected._.tag_log_probs), atol=1e-6)
        assert tags(doc) == tags(expected)


def test_labels_are_averaged_with_what_the_teacher_says(trained, tmp_path):
    backwards = make_nlp([("a b c", ["V", "NN", "FW"])], n_updates=2, seed=1)
    both = tag_with(backwards, labelled_by(trained, tmp_path))
    first, second = tag_with(trained, TEXTS), tag_with(backwards, TEXTS)
    for (doc, mean, _), (_, p, _), (_, q, _) in zip(both, first, second, strict=True):
        assert mean.labels == ["DET", "FW", "NN", "V"]
        expected = numpy.zeros_like(mean.probs)
        for given in (p, q):
            columns = [mean.labels.index(label) for label in given.labels]
            expected[:, columns] += given.probs / 2
        assert_allclose(mean.probs, expected, atol=1e-3)
        for token, row in zip(doc, mean.probs, strict=True):
            assert token.tag_ == ("_SP" if token.is_space else mean.labels[row.argmax()])


def test_tags_without_probabilities_count_as_certain(tmp_path):
    labelled = labelled_by(by_rules("A", {"dog": "C"}), tmp_path)
    (doc, given, _), _ = tag_with(by_rules("B", {"dog": "C"}), labelled)
    assert given.labels == ["A", "B", "C"]
    assert given.probs[:2].tolist() == [[0.5, 0.5, 0], [0, 0, 1]]
    # Of equally probable tags, the label stays.
    assert tags(doc) == ["A", "C", "A", "A", "A", "A"]


@pytest.mark.parametrize(
    ("teacher", "pos", "morph"),
    [({"POS": "VERB", "MORPH": "Tense=Past"}, "VERB", "Tense=Past"), ({}, "NOUN", "Number=Sing")],
)
def test_a_tag_that_changes_brings_its_morphology(trained, tmp_path, teacher, pos, morph):
    """A teacher that has the tag alone says nothing of the part of speech."""
    nlp = copy.deepcopy(trained)
    ruler = nlp.add_pipe("attribute_ruler")
    ruler.add([[{}]], {"POS": "NOUN", "MORPH": "Number=Sing"})
    labelled = labelled_by(nlp, tmp_path)
    (doc, *_), _ = tag_with(by_rules("B", **teacher), labelled)
    assert annotation(doc) == {("B", pos, morph)}
    by_labels = labelled_by(by_rules("A", POS="NOUN", MORPH="Number=Sing"), tmp_path)
    (doc, *_), _ = tag_with(by_rules("B", **teacher), by_labels)  # equally probable
    assert annotation(doc) == {("A", "NOUN", "Number=Sing")}


def test_texts_are_cut_for_the_teacher(tmp_path):
    short = by_rules("A")
    short.max_length = 10
    text = tmp_path / "text.txt"
    text.write_text("one two three four five\n")
    (shard,) = label_file(short, text, tmp_path / "labelled")
    assert shard.texts == ["one two", "three four", "five"]


def test_white_space_keeps_its_tag_when_labelled_text_is_labelled_again(trained, tmp_path):
    labelled = labelled_by(trained, tmp_path)
    again = DocBin().from_bytes(label_texts(trained, labelled, top_k=4))
    _, doc = again.get_docs(trained.vocab)
    assert [token.tag_ for token in doc if token.is_space] == ["_SP"]


def test_labelled_text_loses_its_probabilities_if_none_are_wanted(trained, tmp_path):
    labelled = labelled_by(trained, tmp_path)
    again = DocBin().from_bytes(label_texts(trained, labelled, top_k=0))
    assert [soft_tags_of(doc) for doc in again.get_docs(trained.vocab)] == [None, None]


def morph_teacher(pos, seed=0):
    """A teacher with a morphologizer, which has learned one part of speech for each word."""
    pytest.importorskip("torch")
    fix_random_seed(seed)
    nlp = spacy.blank(LANG)
    nlp.add_pipe("lstm_tagger", config={"model": {"tok2vec": LSTM}})
    nlp.add_pipe("morphologizer", config={"model": {"tok2vec": HASH_EMBED_CNN}})
    annotation = {"tags": ["X"] * 3, "pos": pos, "morphs": ["Number=Sing"] * 3}
    examples = [Example.from_dict(nlp.make_doc("The dog read"), annotation)]
    return learn(nlp, examples, n_updates=3, sgd=nlp.initialize(lambda: examples))


VERB, ADP, NOUN = (f"Number=Sing|POS={pos}" for pos in ("VERB", "ADP", "NOUN"))


def column(probs, label):
    return probs.probs[:, probs.labels.index(label)]


def test_the_labels_of_morphologizers_are_averaged_as_well(tmp_path):
    first, second = morph_teacher(["DET", "NOUN", "VERB"]), morph_teacher(["DET", "NOUN", "ADP"], 1)
    p, q = (tag_with(nlp, TEXTS)[0][2] for nlp in (first, second))
    assert_allclose(p.probs.sum(axis=1), 1, atol=1e-5)
    mean = tag_with(second, labelled_by(first, tmp_path))[0][2]
    assert_allclose(column(mean, VERB), column(p, VERB) / 2, atol=1e-3)
    assert_allclose(column(mean, ADP), column(q, ADP) / 2, atol=1e-3)
    # Without a morphologizer, annotation counts as certain.
    without = by_rules("X", POS="NOUN", MORPH="Number=Sing")
    mean = tag_with(first, labelled_by(without, tmp_path))[0][2]
    assert_allclose(column(mean, NOUN), (1 + column(p, NOUN)) / 2)
    mean = tag_with(without, labelled_by(first, tmp_path))[0][2]
    assert_allclose(column(mean, NOUN), (1 + column(p, NOUN)) / 2, atol=1e-3)
    assert tag_with(without, TEXTS)[0][2] is None


def test_features_that_are_not_annotated_are_no_label():
    words = ["dogs", "ran", "!"]
    given = Doc(Vocab(), words=words, pos=["NOUN", "VERB", ""], morphs=["Number=Plur", "", ""])
    labels = ["Number=Plur|POS=NOUN", "POS=VERB"]
    assert gold_morphs(given, labels) == [*labels, ""]
    unknown = Doc(Vocab(), words=words, pos=["NOUN", "VERB", ""])
    assert gold_morphs(unknown, labels) == ["", "", ""]
    # This morphologizer knows parts of speech alone.
    assert gold_morphs(unknown, ["POS=NOUN", "POS=VERB"]) == ["POS=NOUN", "POS=VERB", ""]


def test_a_teacher_has_to_read_the_same_tokens(trained, tmp_path):
    labelled = labelled_by(trained, tmp_path)
    merging = by_rules("A")
    merging.add_pipe("entity_ruler").add_patterns([{"label": "X", "pattern": "that book"}])
    merging.add_pipe("merge_entities")
    with pytest.raises(ValueError, match="other tokens, 5 and not 6: a component merges or splits"):
        tag_with(merging, labelled)
    # As many tokens, and not the same.
    merging.add_pipe("split_word", last=True, config={"word": "read"})
    with pytest.raises(ValueError, match="other tokens, 6 and not 6: a component merges or splits"):
        tag_with(merging, labelled)


def test_features_outlive_the_docs_of_other_processes():
    @Language.component("set_features")
    def set_features(doc):
        doc[0].set_morph("Case=Nom|Number=Sing")
        return doc

    nlp = by_rules("T")
    nlp.add_pipe("set_features")
    for _ in range(2):
        data = label_texts(nlp, TEXTS, top_k=0, n_process=2)
        (doc, _) = DocBin().from_bytes(data).get_docs(Vocab())
        assert str(doc[0].morph) == "Case=Nom|Number=Sing"


def test_two_runs_may_work_in_one_folder(tmp_path):
    """As when one is started again before the other has ended."""
    by_rules("A").to_disk(tmp_path / "teacher")
    teacher = spacy.load(tmp_path / "teacher")
    raw = tmp_path / "raw.txt"
    raw.write_text("\n".join([TEXTS[0]] * 4), encoding="utf8")
    first, second = (
        label_file(teacher, raw, tmp_path / "labelled", shard_words=5) for _ in range(2)
    )
    turns = [first, second, second, first, second]
    assert [next(run).name for run in turns] == [f"0000{n}.spacy" for n in (0, 0, 1, 1, 2)]
    names = [f"0000{number}.spacy" for number in range(4)]
    assert [
        shard.name for shard in label_file(teacher, raw, tmp_path / "labelled", shard_words=5)
    ] == names


def test_text_without_spaces_is_cut_into_files_as_well(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("\n".join(["\u6c34" * 100] * 20 + ["a word or two"] * 20), encoding="utf8")
    sizes = [
        (shard.n_words, len(shard.texts)) for shard in read_shards(path, tmp_path / "out", 50, 1000)
    ]
    assert sizes == [(50, 10), (50, 10), (52, 13), (28, 7)]
