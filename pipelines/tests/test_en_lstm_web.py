"""The trained pipeline that ships."""

import json
import pickle
import re
import shutil
import subprocess
import sys

import pytest
import spacy
from helpers import ROOT, WEB, tags
from spacy.tokens import Doc

from spacy_lstm_tagger import render
from spacy_lstm_tagger.tools.text.formats.slash import Slash

PACKAGE = ROOT / "pipelines/en_lstm_web"
META = json.loads((PACKAGE / "meta.json").read_text(encoding="utf8"))


@pytest.fixture(scope="module")
def page():
    """Sentences written and tagged by hand, which are in no corpus."""
    with (ROOT / "pipelines/tests/page.txt").open(encoding="utf8") as lines:
        return list(Slash().read(lines))


def test_it_tags_a_page_of_text(web, page):
    errors = []
    n_words = 0
    for sentence in page:
        doc = web(Doc(web.vocab, words=[token.word for token in sentence]))
        n_words += len(doc)
        for token, gold in zip(doc, sentence, strict=True):
            if token.tag_ != gold.tag:
                errors.append(f"{token.text} {token.tag_}, not {gold.tag}: {doc.text}")
    assert len(errors) <= 0.015 * n_words, errors


def test_it_tags_raw_text_with_parts_of_speech_morphology_and_probabilities(web):
    with_probs = {"tagger": {"log_probs": True}}
    doc = web("They are waiting for the last train.", component_cfg=with_probs)
    assert tags(doc) == ["PRP", "VBP", "VBG", "IN", "DT", "JJ", "NN", "."]
    pos = ["PRON", "AUX", "VERB", "ADP", "DET", "ADJ", "NOUN", "PUNCT"]
    assert [token.pos_ for token in doc] == pos
    assert doc[2].morph.get("Tense") == ["Pres"]
    assert all(token._.tag_log_prob > -0.7 for token in doc)


def test_its_config_stays_the_same_however_often_it_is_saved(web, tmp_path):
    """spaCy writes a dollar sign in a config twice, and reads both."""
    web.to_disk(tmp_path / "saved")
    spacy.load(tmp_path / "saved").to_disk(tmp_path / "again")
    saved, again = (
        (tmp_path / name / "config.cfg").read_text(encoding="utf8") for name in ("saved", "again")
    )
    assert again == saved
    assert "$$" not in saved


def test_it_has_noun_chunks_without_a_parser(web):
    doc = web("My friend's new car was parked behind the old station.")
    assert [chunk.text for chunk in doc.noun_chunks] == ["My friend's new car", "the old station"]
    assert [chunk.text for chunk in doc[5:].noun_chunks] == ["the old station"]
    assert not doc.has_annotation("DEP")


@pytest.mark.parametrize(
    "options",
    [
        # The calls of misaki, Presidio, and Unstructured.
        {"enable": ["tok2vec", "tagger"]},
        {"disable": ["ner", "parser"]},
        {"exclude": ["ner", "lemmatizer", "attribute_ruler"]},
        {"exclude": ["senter", "tag_lemmatizer"]},
    ],
)
def test_it_takes_the_place_of_another_pipeline_in_programs(options):
    nlp = spacy.load(WEB, **options)
    assert tags(nlp("They are waiting.")) == ["PRP", "VBP", "VBG", "."]


def test_the_picture_of_the_pages_has_one_coloured_word(web):
    (text,) = re.findall(
        '^TEXT = "(.*)"', (ROOT / "docs/tools/pictures.py").read_text("utf8"), re.M
    )
    html = render(web(text, component_cfg={"tagger": {"log_probs": True}}), jupyter=False)
    boxes = re.findall("background: ([^;]*);[^>]*>([^<]*)<", html)
    # The probable ones are gray.
    assert [word for colour, word in boxes if not colour.startswith("rgb(128 128 128")] == ["fish"]
    for page in ("README.md", "docs/index.md", "docs/use.md"):
        assert f'alt="{text}' in (ROOT / page).read_text("utf8")


def test_its_tagger_is_found_by_its_name(web):
    assert "NN" in web.get_pipe("tagger").labels
    with web.select_pipes(enable=["tok2vec", "tagger"]):
        assert tags(web("They are waiting.")) == ["PRP", "VBP", "VBG", "."]
    with web.select_pipes(disable="tagger"):
        assert tags(web("They")) == [""]
    with pytest.raises(KeyError, match=r"E001.*'tagger'"):
        web.get_pipe("lstm_tagger")


def test_it_finds_sentences_and_lemmas(web):
    doc = web("The children were late. Their trains had left the station an hour ago.")
    sentences = [sent.text for sent in doc.sents]
    assert sentences == [
        "The children were late.",
        "Their trains had left the station an hour ago.",
    ]
    lemmas = "the child be late . their train have leave the station a hour ago ."
    assert [token.lemma_ for token in doc] == lemmas.split()


def test_a_sentence_ends_at_an_empty_line(web):
    doc = web("A short history of trains\n\nthe first one ran\nin 1804\n \nand it  was slow")
    sentences = [sent.text.strip() for sent in doc.sents]
    assert sentences == [
        "A short history of trains",
        "the first one ran\nin 1804",
        "and it  was slow",
    ]


@pytest.mark.parametrize("left_out", ["senter", "tag_lemmatizer", "morphologizer"])
def test_components_can_be_left_out(web, left_out):
    text = "They were waiting for the last trains. Nobody came."
    doc = spacy.load(WEB, exclude=[left_out])(text)
    assert tags(doc) == tags(web(text))
    assert [token.lemma_ for token in doc][1:3] == (
        ["", ""] if left_out == "tag_lemmatizer" else ["be", "wait"]
    )


def test_shouting_and_line_breaks(web):
    doc = web("THEY ARE WAITING\nfor the last  train")
    words = [token for token in doc if not token.is_space]
    assert [t.tag_ for t in words] == ["PRP", "VBP", "VBG", "IN", "DT", "JJ", "NN"]
    assert {(t.tag_, t.pos_, str(t.morph)) for t in doc if t.is_space} == {("_SP", "SPACE", "")}


def test_features_of_its_components_in_another_pipeline_can_be_saved():
    # Not `web`, whose string store has the features of the other tests.
    source = spacy.load(WEB)
    nlp = spacy.blank("en")
    for name in ("tok2vec", "tagger", "morphologizer"):
        nlp.add_pipe(name, source=source)
    read = Doc(nlp.vocab).from_bytes(nlp("My friends left.").to_bytes())
    assert str(read[1].morph) == "Number=Plur"


@pytest.mark.slow
def test_its_config_is_one_to_train_with():
    """Outside of the project, without the functions that its own training needs."""
    command = [sys.executable, "-m", "spacy", "debug", "config", WEB / "config.cfg"]
    data = ["--paths.train", "train.spacy", "--paths.dev", "dev.spacy"]
    done = subprocess.run([*command, *data], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Config is valid" in done.stdout


def test_it_is_pickled_while_it_is_trained_on():
    nlp = spacy.load(WEB)
    nlp.resume_training()
    text = "They are waiting."
    assert tags(pickle.loads(pickle.dumps(nlp))(text)) == tags(nlp(text))


def test_its_files(web):
    size = sum(path.stat().st_size for path in WEB.rglob("*") if path.is_file())
    assert size < 14_000_000
    assert "CC BY-SA 4.0" in META["license"]
    assert (PACKAGE / "LICENSE").read_text().startswith("Attribution-ShareAlike 4.0")
    sources = (PACKAGE / "LICENSES_SOURCES").read_text()
    for source in META["sources"]:
        assert source["name"].split(",")[0] in sources
    assert web.meta["performance"]["tag_acc"] > 0.95


@pytest.mark.slow
def test_its_wheel_installs(tmp_path):
    """Into a folder of its own, where it is found and loaded by its name."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    source = tmp_path / "source"
    target = tmp_path / "target"
    shutil.copytree(PACKAGE, source)
    subprocess.run([*pip, "--target", target, source], check=True)
    code = "import spacy; print(spacy.load('en_lstm_web').path)"
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(target)!r}); {code}"]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert output.strip().startswith(str(target))
