"""spaCy's morphologizer, and what it learns from another one's probabilities."""

import copy

import numpy
import pytest
import spacy
from helpers import LANG, LISTENER, LSTM
from numpy.testing import assert_allclose
from spacy.tokens import Doc
from spacy.training import Example
from thinc.api import fix_random_seed

from spacy_lstm_tagger.pipeline.log_probs import TagProbs
from spacy_lstm_tagger.pipeline.soft_tags import (
    SOFT_MORPHS_KEY,
    most_probable,
    set_soft_tags,
)
from spacy_lstm_tagger.pipeline.tag_morphology import TagMorphology
from spacy_lstm_tagger.training.callbacks import count_words
from spacy_lstm_tagger.training.start_from import start_from

MODEL = {"@architectures": "spacy_lstm_tagger.SoftmaxTagger.v1", "tok2vec": LSTM}
WORDS = ["They", "read", "\n", "books"]
MORPHOLOGY = {"pos": ["PRON", "VERB", "SPACE", "NOUN"], "morphs": ["", "", "", "Number=Plur"]}
LABELS = ["POS=PRON", "POS=VERB", "Number=Plur|POS=NOUN"]
# What a teacher says of each token. It does not see the white space.
PROBS = numpy.array([[1, 0, 0], [0, 0.6, 0.4], [0, 0, 0], [0, 0.25, 0.75]], dtype="float32")


@pytest.fixture
def gold(trained):
    return Doc(trained.vocab, words=WORDS, **MORPHOLOGY)


def make_morphologizer(gold, factory="lstm_morphologizer", n_updates=0, model=MODEL):
    pytest.importorskip("torch")
    fix_random_seed(0)
    nlp = spacy.blank(LANG)
    pipe = nlp.add_pipe(factory, name="morphologizer", config={"model": model})
    examples = [Example(Doc(nlp.vocab, words=WORDS), gold)]
    optimizer = nlp.initialize(lambda: examples)
    optimizer.learn_rate = 0.01
    for _ in range(n_updates):
        nlp.update(examples, sgd=optimizer)
    return nlp, pipe, examples


@pytest.fixture(scope="module")
def once(trained):
    nlp, _, _ = make_morphologizer(Doc(trained.vocab, words=WORDS, **MORPHOLOGY), n_updates=30)
    return nlp


@pytest.fixture
def learned(once):
    """A pipeline that has learned its training data."""
    return copy.deepcopy(once)


def loss_of(pipe, examples):
    scores, _ = pipe.model.begin_update([example.predicted for example in examples])
    loss, (gradient,) = pipe.get_loss(examples, scores)
    return loss, gradient, scores[0]


def test_it_is_added_with_an_lstm_of_its_own():
    nlp = spacy.blank(LANG)
    pipe = nlp.add_pipe("lstm_morphologizer")
    assert (
        pipe.model.get_ref("tok2vec").name
        == nlp.add_pipe("lstm_tagger").model.get_ref("tok2vec").name
    )


def test_its_settings_and_scores_are_those_of_spacys():
    nlp = spacy.blank(LANG)
    settings = {"overwrite": False, "extend": True, "label_smoothing": 0.1}
    pipe = nlp.add_pipe("lstm_morphologizer", config=settings)
    assert settings.items() <= pipe.cfg.items()
    nlp.add_pipe("morphologizer")
    meta, other = map(nlp.get_pipe_meta, ("lstm_morphologizer", "morphologizer"))
    assert (meta.assigns, meta.scores) == (other.assigns, other.scores)
    assert meta.default_score_weights == other.default_score_weights
    spacys_model = other.default_config["model"]
    assert {**meta.default_config, "model": spacys_model} == other.default_config


def test_its_vocabulary_has_the_words_of_all_the_data(gold):
    nlp, pipe, examples = make_morphologizer(gold)
    words = ["We", "write", "letters"]
    more = Example(
        Doc(nlp.vocab, words=words), Doc(nlp.vocab, words=words, pos=["PRON", "VERB", "VERB"])
    )
    # Thinc infers shapes from ten Docs.
    nlp.initialize(lambda: [*examples * 10, more])
    vocabulary = pipe.model.get_ref("tok2vec").attrs["vocabulary"]
    assert {"They", *words} <= set(vocabulary.words)
    nlp.initialize(lambda: [more])
    assert set(pipe.model.get_ref("tok2vec").attrs["vocabulary"].words) == set(words)


def test_words_that_a_callback_has_counted_stay(gold):
    nlp, pipe, examples = make_morphologizer(gold)
    count_words(lambda nlp: examples)(nlp)
    # Of a stream, spaCy shows a hundred examples.
    nlp.initialize(lambda: [Example(Doc(nlp.vocab, ["We"]), Doc(nlp.vocab, ["We"], pos=["PRON"]))])
    assert "books" in pipe.model.get_ref("tok2vec").attrs["vocabulary"].words


def test_without_a_teacher_it_learns_as_spacys(gold):
    _, ours, examples = make_morphologizer(gold)
    _, spacys, _ = make_morphologizer(gold, "morphologizer")
    loss, gradient, _ = loss_of(ours, examples)
    expected_loss, expected, _ = loss_of(spacys, examples)
    assert loss == pytest.approx(expected_loss)
    assert loss > 0
    assert_allclose(gradient, expected)


def test_the_teachers_probabilities_are_the_target(gold):
    _, pipe, examples = make_morphologizer(gold)
    hard_loss, hard, _ = loss_of(pipe, examples)
    set_soft_tags(gold, most_probable(TagProbs(PROBS, LABELS), 2), SOFT_MORPHS_KEY)
    loss, gradient, probs = loss_of(pipe, examples)
    columns = [pipe.labels.index(label) for label in LABELS]
    words = [0, 1, 3]
    target = numpy.zeros((3, len(pipe.labels)))
    target[:, columns] = PROBS[words]
    assert_allclose(gradient[words], probs[words] - target, atol=1e-3)
    assert_allclose(gradient[2], hard[2])
    assert loss == pytest.approx((gradient**2).sum())
    assert loss != hard_loss


def test_hand_tagged_and_labelled_texts_are_learned_together(gold):
    _, pipe, [hand_tagged] = make_morphologizer(gold)
    copies = [Doc(gold.vocab, words=["They", "books"]) for _ in range(2)]
    set_soft_tags(copies[1], most_probable(TagProbs(PROBS[[0, 3]], LABELS), 2), SOFT_MORPHS_KEY)
    labelled = Example(*copies)
    batch = [labelled, hand_tagged, labelled]
    scores, _ = pipe.model.begin_update([example.predicted for example in batch])
    loss, gradient = pipe.get_loss(batch, scores)
    alone = [loss_of(pipe, [example]) for example in batch]
    assert loss == pytest.approx(sum(loss for loss, _, _ in alone))
    for rows, (_, expected, _) in zip(gradient, alone, strict=True):
        assert_allclose(rows, expected, atol=1e-6)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (
            {"labels": ["X"], "words": ["a"]},
            r"keys morph and pos, but they are \['labels', 'words'",
        ),
        ({"morph": {"POS=NOUN": ""}}, r"keys morph and pos, but they are \['morph'\]"),
        (["POS=NOUN"], "keys morph and pos, but they are list"),
        ({"morph": {"POS=NOUN": ""}, "pos": {"POS=NOUN": "NOUN"}}, "pos.'POS=NOUN'. = 'NOUN'"),
    ],
)
def test_labels_of_another_component_are_refused(gold, labels, message):
    nlp, pipe, examples = make_morphologizer(gold)
    with pytest.raises(ValueError, match=f"labels of component 'morphologizer' .*{message}"):
        pipe.initialize(lambda: examples, nlp=nlp, labels=labels)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ({**MODEL, "@architectures": "spacy_lstm_tagger.LSTMTagger.v1"}, "Use .*SoftmaxTagger.v1"),
        ({**MODEL, "nO": 1}, "nO = 1: it has to be null or 4"),
        ({**MODEL, "nO": 9}, "nO = 9: it has to be null or 4"),
    ],
)
def test_a_model_that_does_not_fit_is_refused(gold, model, message):
    with pytest.raises(ValueError, match=message):
        make_morphologizer(gold, model=model)


def with_tags(gold):
    return Doc(gold.vocab, words=WORDS, tags=["PRP", "VBP", "_SP", "NNS"], **MORPHOLOGY)


def test_a_text_with_tags_alone_keeps_what_agrees_with_its_tags(gold):
    nlp, pipe, _ = make_morphologizer(with_tags(gold))
    assert pipe.pos_of_tag == {"NNS": ["NOUN"], "PRP": ["PRON"], "VBP": ["VERB"]}
    # The tags of the last two words are not in the data, or belong to white space.
    words = ["They", "read", "books", "\n"]
    tagged = Doc(nlp.vocab, words=words, tags=["PRP", "NNS", "NEW", "NNS"])
    example = Example(Doc(nlp.vocab, words=words), tagged)
    _, gradient, probs = loss_of(pipe, [example])
    for row, pos in ((0, "PRON"), (1, "NOUN")):
        agrees = numpy.array([f"POS={pos}" in label for label in pipe.labels])
        target = probs[row] * agrees / probs[row][agrees].sum()
        assert_allclose(gradient[row], probs[row] - target, atol=1e-6)
    assert not gradient[2:].any()


def test_it_learns_parts_of_speech_from_tags(gold):
    nlp, _, examples = make_morphologizer(with_tags(gold))
    words = ["flies"]
    tagged = Doc(nlp.vocab, words=words, tags=["VBP"])
    examples.append(Example(Doc(nlp.vocab, words=words), tagged))
    optimizer = nlp.create_optimizer()
    optimizer.learn_rate = 0.01
    for _ in range(30):
        nlp.update(examples, sgd=optimizer)
    assert nlp(Doc(nlp.vocab, words=words))[0].pos_ == "VERB"


def loss_of_tags_alone(nlp, pipe):
    words = ["They", "read", "books"]
    tagged = Doc(nlp.vocab, words=words, tags=["PRP", "VBP", "NNS"])
    loss, _, _ = loss_of(pipe, [Example(Doc(nlp.vocab, words=words), tagged)])
    return loss


def test_it_still_learns_from_tags_after_it_was_saved(gold, tmp_path):
    nlp, pipe, _ = make_morphologizer(with_tags(gold))
    nlp.to_disk(tmp_path)
    loaded = spacy.load(tmp_path)
    assert loss_of_tags_alone(nlp, pipe) > 1
    assert loss_of_tags_alone(loaded, loaded.get_pipe("morphologizer")) > 1


def test_it_learns_from_tags_where_labels_are_given(gold):
    nlp, pipe, examples = make_morphologizer(with_tags(gold))
    pipe.initialize(lambda: examples, nlp=nlp, labels=pipe.label_data)
    assert loss_of_tags_alone(nlp, pipe) > 1


def test_a_file_without_tags_forgets_the_tags_of_an_initialization(gold, tmp_path):
    _, pipe, _ = make_morphologizer(with_tags(gold))
    _, earlier, _ = make_morphologizer(gold)
    del earlier.cfg["pos_of_tag"]
    pipe.from_bytes(earlier.to_bytes())
    assert pipe.pos_of_tag == {}


def test_rare_parts_of_speech_do_not_go_with_a_tag(gold):
    counts = TagMorphology()
    words = ["be"] * 100 + ["saw"]
    pos = ["AUX"] * 60 + ["VERB"] * 38 + ["ADV"] * 2 + ["NOUN"]
    doc = Doc(gold.vocab, words=words, tags=["VB"] * 101, pos=pos)
    assert list(counts.watch([Example(Doc(gold.vocab, words=words), doc)]))
    assert counts.parts_of_speech() == {"VB": ["ADV", "AUX", "VERB"]}


def test_it_becomes_as_sure_as_its_teacher(gold):
    set_soft_tags(gold, most_probable(TagProbs(PROBS, LABELS), 2), SOFT_MORPHS_KEY)
    nlp, pipe, _ = make_morphologizer(gold, n_updates=60)
    doc = nlp(Doc(nlp.vocab, words=WORDS))
    assert [token.pos_ for token in doc] == MORPHOLOGY["pos"]
    assert [str(token.morph) for token in doc] == MORPHOLOGY["morphs"]
    (probs,) = pipe.model.begin_update([doc])[0]
    assert probs[1, pipe.labels.index("POS=VERB")] == pytest.approx(0.6, abs=0.05)


def test_spacys_morphologizer_loads_its_weights(gold, tmp_path):
    nlp, pipe, _ = make_morphologizer(gold, n_updates=20)
    pipe.to_disk(tmp_path / "morphologizer")
    _, spacys, _ = make_morphologizer(gold, "morphologizer")
    spacys.from_disk(tmp_path / "morphologizer")
    words = Doc(spacys.vocab, words=WORDS)
    assert [token.pos_ for token in spacys(words)] == [token.pos_ for token in nlp(words.copy())]
    assert spacys.labels == pipe.labels


def make_listener(gold):
    """A pipeline with a morphologizer that listens to a shared LSTM, and an optimizer."""
    pytest.importorskip("torch")
    nlp = spacy.blank(LANG)
    nlp.add_pipe("tok2vec", config={"model": LSTM})
    nlp.add_pipe("lstm_morphologizer", config={"model": {**MODEL, "tok2vec": LISTENER}})
    examples = [Example(Doc(nlp.vocab, words=WORDS), gold)]
    with pytest.warns(UserWarning, match="counted over"):
        optimizer = nlp.initialize(lambda: examples)
    return nlp, examples, optimizer


def test_a_doc_of_another_vocab_has_its_features(learned):
    """spaCy's morphologizer gives such a Doc none."""
    other = spacy.blank(LANG)
    doc = learned(other.make_doc("They read books"))
    assert [token.pos_ for token in doc] == ["PRON", "VERB", "NOUN"]
    assert str(doc[2].morph) == "Number=Plur"
    other.add_pipe("morphologizer", source=learned)
    with other.memory_zone():
        assert str(other("They read books")[2].morph) == "Number=Plur"
    assert str(other("They read books")[2].morph) == "Number=Plur"


def test_a_doc_of_another_vocab_keeps_the_features_that_it_has(learned):
    """spaCy's morphologizer raises E018, since its vocab does not know them."""
    learned.get_pipe("morphologizer").cfg.update(extend=True, overwrite=True)
    doc = spacy.blank(LANG).make_doc("They read books")
    doc[2].set_morph("Foo=Bar")
    assert str(learned(doc)[2].morph) == "Foo=Bar|Number=Plur"


def test_tokens_that_are_split_behind_the_tok2vec(gold):
    nlp, _, _ = make_listener(gold)
    nlp.add_pipe("split_word", after="tok2vec", config={"word": "read"})
    with pytest.raises(ValueError, match=r"3 tokens.*4 rows.*before.*'tok2vec'"):
        nlp("They read")


def raw(nlp, text):
    return Example(nlp(text), nlp.make_doc(text))


@pytest.mark.parametrize("architecture", ["spacy_lstm_tagger.SoftmaxTagger.v1", "spacy.Tagger.v2"])
def test_another_initialization_adds_labels(gold, architecture):
    model = {**MODEL, "@architectures": architecture}
    nlp, pipe, examples = make_morphologizer(gold, n_updates=30, model=model)
    labels = pipe.labels
    others = Doc(nlp.vocab, words=["A", "fine", "day"], pos=["DET", "ADJ", "NOUN"])
    examples.append(Example(Doc(nlp.vocab, words=["A", "fine", "day"]), others))
    optimizer = nlp.initialize(lambda: examples)
    optimizer.learn_rate = 0.01
    assert pipe.labels == (*labels, "POS=DET", "POS=ADJ", "POS=NOUN")
    for _ in range(30):
        nlp.update(examples, sgd=optimizer)
    assert [token.pos_ for token in nlp("A fine day")] == ["DET", "ADJ", "NOUN"]
    copied = spacy.blank(LANG)
    copied.add_pipe("lstm_morphologizer", name="morphologizer", config={"model": model})
    copied.from_bytes(nlp.to_bytes())
    assert [token.pos_ for token in copied("A fine day")] == ["DET", "ADJ", "NOUN"]
    assert [token.pos_ for token in copied("They read books")] == ["PRON", "VERB", "NOUN"]


@pytest.mark.parametrize("n_updates", [0, 1])
def test_it_can_rehearse_other_text_between_updates(gold, n_updates):
    """spaCy's listens to the batch of the last update, E953."""
    nlp, examples, optimizer = make_listener(gold)
    for _ in range(n_updates):
        nlp.update(examples, sgd=optimizer)
    optimizer = nlp.resume_training()
    for text in ("We see", "They read books"):
        nlp.update(examples, sgd=optimizer)
        losses = nlp.rehearse([raw(nlp, text), raw(nlp, "")], sgd=optimizer)
        assert losses["lstm_morphologizer"] > 0


def test_rehearsal_has_what_the_earlier_model_predicts_as_its_target(gold):
    """spaCy's earlier model has the dropout of its last update."""
    model = {**MODEL, "tok2vec": {**LSTM, "word_dropout": 0.0}}
    nlp, pipe, examples = make_morphologizer(gold, model=model)
    optimizer = nlp.create_optimizer()
    nlp.update(examples, sgd=optimizer, drop=0.5)
    optimizer = nlp.resume_training()
    assert pipe.rehearse(iter(examples))["morphologizer"] == pytest.approx(0, abs=1e-6)
    for _ in range(5):
        nlp.update(examples, sgd=optimizer)
    before = pipe.rehearse(examples, sgd=None)["morphologizer"]
    for _ in range(20):
        pipe.rehearse(examples, sgd=optimizer)
    assert 0 < pipe.rehearse(examples)["morphologizer"] < before


def test_without_the_component_to_which_it_listens(gold):
    """spaCy's reads zeros."""
    nlp, _, _ = make_listener(gold)
    with (
        nlp.select_pipes(disable=["tok2vec"]),
        pytest.raises(ValueError, match="'lstm_morphologizer' reads the output of 'tok2vec'"),
    ):
        nlp("They read books")


def test_training_starts_from_the_weights_of_spacys(gold, tmp_path):
    source, spacys, _ = make_morphologizer(gold, "morphologizer", n_updates=5)
    source.to_disk(tmp_path)
    nlp, pipe, examples = make_morphologizer(gold)
    start_from(str(tmp_path))(nlp)
    docs = [example.predicted for example in examples]
    (found,), (expected,) = (each.model.predict(docs) for each in (pipe, spacys))
    assert_allclose(found, expected, atol=1e-5)
    assert abs(found).max() > 0.1
