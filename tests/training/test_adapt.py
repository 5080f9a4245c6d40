"""The config that adapts a whole pipeline."""

import io

import pytest
import spacy
from helpers import GOLD, LABELLED, ROOT, write_labels
from spacy.cli._util import import_code
from spacy.tokens import Doc, DocBin
from spacy.training.initialize import init_nlp
from spacy.training.loop import train
from spacy.util import load_config

pytest.importorskip("torch")

OLD = [
    ("Dogs", "NNS", "NOUN", "Number=Plur", "dog"),
    ("bark", "VBP", "VERB", "Tense=Pres", "bark"),
    (".", ".", "PUNCT", "", "."),
]
NEW = [
    ("x1", "VAR", "SYM", "", "x1"),
    ("grows", "VBZ", "VERB", "Tense=Pres", "grow"),
    (";", ":", "PUNCT", "", ";"),
]
SMALL = {
    "components.tok2vec.model.width": 48,
    "components.tok2vec.model.hidden_width": 16,
    "components.tok2vec.model.char_width": 0,
    "components.tok2vec.model.prefixes": [],
    "components.tok2vec.model.min_freq": 1,
    "training.eval_frequency": 60,
}


def write(path, sentence, attrs=("TAG", "POS", "MORPH", "LEMMA", "SENT_START")):
    nlp = spacy.blank("xx")
    words, tags, pos, morphs, lemmas = map(list, zip(*sentence * 3, strict=True))
    starts = [i % len(sentence) == 0 for i in range(len(words))]
    doc = Doc(
        nlp.vocab, words, tags=tags, pos=pos, morphs=morphs, lemmas=lemmas, sent_starts=starts
    )
    DocBin(attrs=attrs, docs=[doc] * 10).to_disk(path)
    return str(path)


def run(config, out, steps, paths):
    overrides = {**SMALL, "training.max_steps": steps, **paths}
    config = load_config(ROOT / config, overrides)
    config["training"]["optimizer"]["learn_rate"] = 0.01
    nlp = init_nlp(config)
    out.mkdir()
    train(nlp, out, stdout=io.StringIO())
    return spacy.load(out / "model-last")


def annotation(nlp, sentence):
    doc = nlp(Doc(nlp.vocab, [word for word, *_ in sentence]))
    return [(t.text, t.tag_, t.pos_, str(t.morph), t.lemma_) for t in doc]


@pytest.mark.slow
def test_a_pipeline_learns_new_labels_and_forgets_nothing(tmp_path):
    pytest.importorskip("spacy_lookups_data")
    # The recipe of the source has functions of its own.
    import_code(ROOT / "pipelines/teacher_functions.py")
    (tmp_path / "train").mkdir()
    for name in GOLD:
        old = write(tmp_path / f"train/{name}.spacy", OLD)
    for kind in LABELLED:
        (tmp_path / "labelled" / kind).mkdir(parents=True)
        write(tmp_path / "labelled" / kind / "0.spacy", OLD)
    morphs = ["Number=Plur|POS=NOUN", "Tense=Pres|POS=VERB", "POS=PUNCT"]
    write_labels(tmp_path / "labels", [tag for _, tag, *_ in OLD], morphs)
    folders = ("train", "labelled", "labels")
    paths = {f"paths.{name}": str(tmp_path / name) for name in folders}
    source = run("pipelines/en_lstm_web.cfg", tmp_path / "source", 60, {**paths, "paths.dev": old})
    assert annotation(source, OLD) == OLD
    source.tokenizer.add_special_case("gimme", [{"ORTH": "gim"}, {"ORTH": "me"}])
    source.to_disk(tmp_path / "pipeline")
    # The lemmas are taken from the source, so no data needs any.
    without_lemmas = ["TAG", "POS", "MORPH", "SENT_START"]
    old = write(tmp_path / "old.spacy", OLD, without_lemmas)
    new = write(tmp_path / "new.spacy", NEW, without_lemmas)
    paths = {"paths.source": str(tmp_path / "pipeline"), "paths.old": old}
    paths |= {"paths.train": new, "paths.dev": new}
    adapted = run("configs/adapt.cfg", tmp_path / "adapted", 60, paths)
    assert adapted.pipe_names == source.pipe_names
    assert annotation(adapted, OLD) == OLD
    # The source has no `grows`.
    assert [row[:4] for row in annotation(adapted, NEW)] == [row[:4] for row in NEW]
    assert len(list(adapted("\n\nDogs bark. Dogs bark.").sents)) == 2
    assert [token.text for token in adapted("gimme")] == ["gim", "me"]
    words = adapted.get_pipe("tok2vec").model.attrs["vocabulary"].words
    assert {"dogs", "bark", "x1", "grows"} <= set(words)


def test_its_network_is_that_of_the_pipeline_that_ships():
    ours, theirs = (
        load_config(ROOT / name)["components"]
        for name in ("configs/adapt.cfg", "pipelines/en_lstm_web.cfg")
    )
    assert ours == theirs
