"""What several pipelines say about raw text."""

import numpy
import pytest
import spacy
from helpers import HASH_EMBED_CNN, LANG, LOG_PROBS, LSTM, by_rules, make_nlp, tags
from numpy.testing import assert_allclose
from spacy.language import Language
from spacy.tokens import Doc, DocBin
from spacy.training import Example
from spacy.vocab import Vocab
from thinc.api import fix_random_seed

from spacy_lstm_tagger.pipeline.soft_tags import soft_tags_of
from spacy_lstm_tagger.tools.labelling.label_file import label_file, label_texts
from spacy_lstm_tagger.tools.labelling.shards import read_shards
from spacy_lstm_tagger.tools.labelling.teachers import gold_morphs, tag_together

TEXTS = ["The dog read that book.", "She was reading\n it"]


def test_one_teacher_says_what_its_pipeline_says(trained):
    for text, (doc, given, _) in zip(TEXTS, tag_together([trained], TEXTS), strict=True):
        expected = trained(text, **LOG_PROBS)
        assert list(given.labels) == ["DET", "NN", "V"]
        assert_allclose(given.probs, numpy.exp(expected._.tag_log_probs), atol=1e-6)
        assert tags(doc) == tags(expected)


def test_several_teachers_are_averaged(trained):
    backwards = make_nlp([("a b c", ["V", "NN", "FW"])], n_updates=2, seed=1)
    both = tag_together([trained, backwards], TEXTS)
    first, second = tag_together([trained], TEXTS), tag_together([backwards], TEXTS)
    for (doc, mean, _), (_, p, _), (_, q, _) in zip(both, first, second, strict=True):
        assert mean.labels == ["DET", "FW", "NN", "V"]
        expected = numpy.zeros_like(mean.probs)
        for given in (p, q):
            columns = [mean.labels.index(label) for label in given.labels]
            expected[:, columns] += given.probs / 2
        assert_allclose(mean.probs, expected, atol=1e-6)
        for token, row in zip(doc, mean.probs, strict=True):
            assert token.tag_ == ("_SP" if token.is_space else mean.labels[row.argmax()])


def test_teachers_without_probabilities_have_one_vote_each():
    votes = [by_rules("A"), by_rules("B", {"dog": "C"}), by_rules("B", {"dog": "D"})]
    (doc, given, _), _ = tag_together(votes, TEXTS)
    assert given.labels == ["A", "B", "C", "D"]
    assert_allclose(given.probs[0], [1 / 3, 2 / 3, 0, 0], rtol=1e-6)
    # Three tags are equally probable for "dog": it keeps the first teacher's.
    assert tags(doc) == ["B", "A", "B", "B", "B", "B"]


def test_a_token_whose_tag_changes_has_the_morphology_that_goes_with_it():
    first = by_rules("A", POS="NOUN", MORPH="Number=Sing")
    other = by_rules("B", {"dog": "C"}, POS="VERB", MORPH="Tense=Past")
    (doc, *_), _ = tag_together([first, other, other], TEXTS)
    found = [(token.tag_, token.pos_, str(token.morph)) for token in doc]
    assert set(found) == {("B", "VERB", "Tense=Past"), ("C", "VERB", "Tense=Past")}
    (doc, *_), _ = tag_together([first, other], TEXTS)  # equally probable tags
    found = [(token.tag_, token.pos_, str(token.morph)) for token in doc]
    assert set(found) == {("A", "NOUN", "Number=Sing")}
    # One that has the tag alone says nothing of the part of speech.
    (doc, *_), _ = tag_together([first, by_rules("B"), other], TEXTS)
    found = [(token.tag_, token.pos_, str(token.morph)) for token in doc]
    assert set(found) == {("A", "NOUN", "Number=Sing"), ("B", "VERB", "Tense=Past")}


def test_teachers_without_a_common_tag_are_refused(trained, tmp_path):
    other = make_nlp([("a b", ["X", "Y"])])
    text = tmp_path / "text.txt"
    text.write_text("The dog\n")
    with pytest.raises(ValueError, match="have no tag in common"):
        list(label_file([trained, other], text, tmp_path / "labelled"))
    assert not (tmp_path / "labelled").exists()
    # Rules have no list of labels.
    assert len(list(label_file([trained, by_rules("Z")], text, tmp_path / "labelled"))) == 1


def test_texts_are_cut_for_the_teacher_that_reads_the_shortest(tmp_path):
    short, long = by_rules("A"), by_rules("A")
    short.max_length = 10
    text = tmp_path / "text.txt"
    text.write_text("one two three four five\n")
    for number, teachers in enumerate(([short, long], [long, short])):
        (shard,) = label_file(teachers, text, tmp_path / str(number))
        assert shard.texts == ["one two", "three four", "five"]


def test_white_space_keeps_the_tag_of_the_first_teacher(trained):
    _, (doc, *_) = tag_together([trained, by_rules("B"), by_rules("B")], TEXTS)
    assert tags(doc) == ["B", "B", "B", "_SP", "B"]


def test_white_space_keeps_its_tag_when_labelled_text_is_labelled_again(trained, tmp_path):
    (tmp_path / "00000.spacy").write_bytes(label_texts([trained], TEXTS, top_k=4))
    (shard,) = read_shards(tmp_path, tmp_path / "out", 1000, 1000)
    again = DocBin().from_bytes(label_texts([trained], shard.texts, top_k=4))
    _, doc = again.get_docs(trained.vocab)
    assert [token.tag_ for token in doc if token.is_space] == ["_SP"]


def test_labelled_text_loses_its_probabilities_if_none_are_wanted(trained, tmp_path):
    (tmp_path / "00000.spacy").write_bytes(label_texts([trained], TEXTS, top_k=4))
    (shard,) = read_shards(tmp_path, tmp_path / "out", 1000, 1000)
    again = DocBin().from_bytes(label_texts([trained], shard.texts, top_k=0))
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
    optimizer = nlp.initialize(lambda: examples)
    for _ in range(3):
        nlp.update(examples, sgd=optimizer)
    return nlp


def test_the_labels_of_morphologizers_are_averaged_as_well():
    first, second = morph_teacher(["DET", "NOUN", "VERB"]), morph_teacher(["DET", "NOUN", "ADP"], 1)
    without = by_rules("X", POS="NOUN", MORPH="Number=Sing")
    p, q = (tag_together([nlp], TEXTS)[0].morphs for nlp in (first, second))
    assert_allclose(p.probs.sum(axis=1), 1, atol=1e-5)
    mean = tag_together([first, second], TEXTS)[0].morphs
    verb, adp, noun = "Number=Sing|POS=VERB", "Number=Sing|POS=ADP", "Number=Sing|POS=NOUN"
    assert_allclose(mean.probs[:, mean.labels.index(verb)], p.probs[:, p.labels.index(verb)] / 2)
    assert_allclose(mean.probs[:, mean.labels.index(adp)], q.probs[:, q.labels.index(adp)] / 2)
    # A teacher without a morphologizer says what its Docs say.
    mean = tag_together([without, first], TEXTS)[0].morphs
    assert_allclose(
        mean.probs[:, mean.labels.index(noun)], (1 + p.probs[:, p.labels.index(noun)]) / 2
    )
    assert tag_together([without], TEXTS)[0].morphs is None


def test_features_that_are_not_annotated_are_no_label():
    words = ["dogs", "ran", "!"]
    given = Doc(Vocab(), words=words, pos=["NOUN", "VERB", ""], morphs=["Number=Plur", "", ""])
    labels = ["Number=Plur|POS=NOUN", "POS=VERB"]
    assert gold_morphs(given, labels) == [*labels, ""]
    unknown = Doc(Vocab(), words=words, pos=["NOUN", "VERB", ""])
    assert gold_morphs(unknown, labels) == ["", "", ""]
    # This morphologizer knows parts of speech alone.
    assert gold_morphs(unknown, ["POS=NOUN", "POS=VERB"]) == ["POS=NOUN", "POS=VERB", ""]


def test_labelled_text_keeps_the_labels_of_a_morphologizer(tmp_path):
    first, second = morph_teacher(["DET", "NOUN", "VERB"]), morph_teacher(["DET", "NOUN", "ADP"], 1)
    (tmp_path / "00000.spacy").write_bytes(label_texts([first], TEXTS, top_k=4))
    (shard,) = read_shards(tmp_path, tmp_path / "out", 1000, 1000)
    p = tag_together([first], TEXTS)[0].morphs
    mean = tag_together([second], shard.texts)[0].morphs
    verb = "Number=Sing|POS=VERB"
    expected = p.probs[:, p.labels.index(verb)] / 2
    assert_allclose(mean.probs[:, mean.labels.index(verb)], expected, atol=1e-3)


def test_teachers_have_to_read_the_same_tokens(trained):
    merging = by_rules("A")
    merging.add_pipe("entity_ruler").add_patterns([{"label": "X", "pattern": "that book"}])
    merging.add_pipe("merge_entities")
    with pytest.raises(ValueError, match="other tokens, 6 and 5: one merges or splits"):
        tag_together([trained, merging], TEXTS)
    # As many tokens, and not the same.
    merging.add_pipe("split_word", last=True, config={"word": "read"})
    with pytest.raises(ValueError, match="other tokens, 6 and 6: one merges or splits"):
        tag_together([trained, merging], TEXTS)


def test_features_outlive_the_docs_of_other_processes():
    @Language.component("set_features")
    def set_features(doc):
        doc[0].set_morph("Case=Nom|Number=Sing")
        return doc

    nlp = by_rules("T")
    nlp.add_pipe("set_features")
    for _ in range(2):
        data = label_texts([nlp], TEXTS, top_k=0, n_process=2)
        (doc, _) = DocBin().from_bytes(data).get_docs(Vocab())
        assert str(doc[0].morph) == "Case=Nom|Number=Sing"


def test_two_runs_may_work_in_one_folder(tmp_path):
    """As when one is started again before the other has ended."""
    by_rules("A").to_disk(tmp_path / "teacher")
    teacher = spacy.load(tmp_path / "teacher")
    raw = tmp_path / "raw.txt"
    raw.write_text("\n".join([TEXTS[0]] * 4), encoding="utf8")
    first, second = (
        label_file([teacher], raw, tmp_path / "labelled", shard_words=5) for _ in range(2)
    )
    turns = [first, second, second, first, second]
    assert [next(run).name for run in turns] == [f"0000{n}.spacy" for n in (0, 0, 1, 1, 2)]
    names = [f"0000{number}.spacy" for number in range(4)]
    assert [
        shard.name for shard in label_file([teacher], raw, tmp_path / "labelled", shard_words=5)
    ] == names


def test_text_without_spaces_is_cut_into_files_as_well(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("\n".join(["\u6c34" * 100] * 20 + ["a word or two"] * 20), encoding="utf8")
    sizes = [
        (shard.n_words, len(shard.texts)) for shard in read_shards(path, tmp_path / "out", 50, 1000)
    ]
    assert sizes == [(50, 10), (50, 10), (52, 13), (28, 7)]
