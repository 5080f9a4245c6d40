"""The script that prepares a treebank, and the workflow `ud` that trains on it."""

import io
import subprocess
import sys

import pytest
import spacy
import srsly
from helpers import ROOT, train_config
from prepare_ud import main as prepare
from spacy.tokens import DocBin
from spacy.training.initialize import init_nlp
from spacy.util import load_config

LEMMA, UPOS, XPOS, FEATS = 2, 3, 4, 5  # columns of CoNLL-U


def make_treebank(folder, parts=("train", "dev"), n_sentences=12, word=None, **columns):
    """A treebank of some sentences of the sample, with other values in some columns."""
    folder.mkdir(parents=True)
    for part in parts:
        text = (ROOT / f"corpus/en_sample-{part}.conllu").read_text(encoding="utf8")
        lines = "\n\n".join(text.split("\n\n")[:n_sentences]).splitlines()
        rows = [line.split("\t") for line in lines]
        for row in (row for row in rows if len(row) == 10):
            for column, value in columns.items():
                row[globals()[column]] = value
            row[1] = word or row[1]
        text = "\n".join("\t".join(row) for row in rows)
        (folder / f"xx_tiny-ud-{part}.conllu").write_text(text + "\n\n", encoding="utf8")
    return folder


def prepared(tmp_path, lang="cs", **columns):
    """The config for a treebank, and the first Doc of its training part."""
    prepare(make_treebank(tmp_path / "UD_Tiny", **columns), tmp_path / "out", lang)
    config = load_config(tmp_path / "out/config.cfg")
    doc = next(DocBin().from_disk(tmp_path / "out/train.spacy").get_docs(spacy.blank("xx").vocab))
    return config, doc


@pytest.mark.parametrize(
    ("columns", "tag", "pipeline"),
    [
        ({}, "DT", ["tok2vec", "tagger", "morphologizer", "senter", "attribute_ruler"]),
        ({"XPOS": "_"}, "DET", ["tok2vec", "tagger", "morphologizer", "senter", "attribute_ruler"]),
        ({"UPOS": "_"}, "DT", ["tok2vec", "tagger", "senter", "attribute_ruler"]),
    ],
)
def test_the_pipeline_learns_what_a_treebank_has(tmp_path, columns, tag, pipeline):
    config, doc = prepared(tmp_path, **columns)
    assert doc[0].tag_ == tag
    assert config["nlp"]["lang"] == "cs"
    assert config["nlp"]["pipeline"] == pipeline


def test_a_language_has_its_own_tokenizer_if_its_package_is_there(tmp_path, monkeypatch, capsys):
    config, _ = prepared(tmp_path / "zh", lang="zh")
    assert config["nlp"]["tokenizer"]["@tokenizers"] == "spacy.zh.ChineseTokenizer"
    # It has no rules to learn.
    assert config["initialize"]["after_init"] is None
    # Each character is a word.
    assert "the tokenizer finds the treebank's words" in " ".join(capsys.readouterr().out.split())
    monkeypatch.setitem(sys.modules, "pyvi", None)
    config, _ = prepared(tmp_path / "vi", lang="vi")
    assert config["nlp"]["tokenizer"]["@tokenizers"] == "spacy.Tokenizer.v1"
    printed = " ".join(capsys.readouterr().out.split())
    assert "Pyvi not installed" in printed
    assert "the tokenizer finds" not in printed


def test_the_tokenizer_learns_how_the_treebank_splits_words(tmp_path):
    prepared(tmp_path, word="(x)")
    paths = {f"paths.{part}": str(tmp_path / f"out/{part}.spacy") for part in ("train", "dev")}
    nlp = init_nlp(load_config(tmp_path / "out/config.cfg", paths))
    assert [token.text for token in nlp("a (x), (y)")] == ["a", "(x)", ",", "(", "y", ")"]


def test_without_a_test_part_dev_stands_for_it(tmp_path, capsys):
    prepared(tmp_path)
    assert (tmp_path / "out/test.spacy").read_bytes() == (tmp_path / "out/dev.spacy").read_bytes()
    printed = capsys.readouterr().out
    assert "There is no test part" in printed
    assert "ud-finish instead of ud" in " ".join(printed.split())


@pytest.mark.parametrize(
    ("lang", "made", "added", "message"),
    [
        ("cs", None, {}, "There is no folder"),
        ("cs", {"parts": ["train"]}, {}, "There is no *-dev.conllu file"),
        ("cs", {}, {"yy-ud-train.conllu": ""}, "xx_tiny-ud-train.conllu, yy-ud-train.conllu"),
        ("cs", {"UPOS": "_", "XPOS": "_"}, {}, "its columns UPOS and XPOS are empty"),
        ("cs", {"word": "_"}, {}, "has no words: each is _"),
        ("cs", {}, {"xx_tiny-ud-train.conllu": "They.\n"}, "line 1 has 1 columns, not 10"),
        ("qq", {}, {}, "no language 'qq'"),
    ],
)
def test_bad_input_is_named(tmp_path, capsys, lang, made, added, message):
    folder = tmp_path / "UD_Tiny"
    if made is not None:
        make_treebank(folder, **made)
    for name, text in added.items():
        (folder / name).write_text(text)
    with pytest.raises(SystemExit) as stopped:
        prepare(folder, tmp_path / "out", lang)
    assert stopped.value.code == 1
    assert message in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(("with_xpos", "without"), [("train", "dev"), ("dev", "train")])
def test_tags_in_one_part_alone_are_named(tmp_path, capsys, with_xpos, without):
    folder = make_treebank(tmp_path / "UD_Tiny", parts=[with_xpos])
    other = make_treebank(tmp_path / "other", parts=[without], XPOS="_")
    (path,) = other.iterdir()
    path.rename(folder / path.name)
    with pytest.raises(SystemExit):
        prepare(folder, tmp_path / "out", "cs")
    said = " ".join(capsys.readouterr().out.split())
    assert f"-{with_xpos}.conllu has XPOS, but in xx_tiny-ud-{without}.conllu the column" in said


@pytest.mark.slow
def test_what_it_trains_stands_in_for_a_pipeline_of_spacy(tmp_path):
    pytest.importorskip("torch")
    columns = {"LEMMA": "word", "FEATS": "Number=Sing"}
    prepare(make_treebank(tmp_path / "UD_Tiny", n_sentences=400, **columns), tmp_path / "out", "en")
    paths = {f"paths.{part}": str(tmp_path / f"out/{part}.spacy") for part in ("train", "dev")}
    steps = {"training.max_steps": 40, "training.eval_frequency": 20}
    printed = io.StringIO()
    model = tmp_path / "trained/model-best"
    nlp = train_config(
        tmp_path / "out/config.cfg", tmp_path / "trained", {**paths, **steps}, printed
    )
    (header,) = (line for line in printed.getvalue().splitlines() if "LOSS" in line)
    shown = ["TAG_ACC", "POS_ACC", "MORPH_ACC", "SENTS_F", "LEMMA_ACC", "SCORE"]
    assert header.split()[-6:] == shown
    doc = nlp("They are waiting.\n\nthe train is late")
    assert "the" in [sent.text.split()[0] for sent in doc.sents]
    assert all(token.lemma_ for token in doc if not token.is_space)
    # As programs call it that know spaCy's own pipelines.
    whole = spacy.load(model)(doc.text)
    tagged = spacy.load(model, enable=["tok2vec", "tagger"])(doc.text)
    assert [token.tag_ for token in tagged] == [token.tag_ for token in whole]
    assert spacy.load(model).get_pipe("tagger").labels
    assert not spacy.load(model, exclude=["tagger"]).has_pipe("tagger")


@pytest.mark.slow
def test_one_command_makes_a_package_of_a_treebank(tmp_path):
    """The workflow `ud` of a clone, from CoNLL-U to a wheel."""
    pytest.importorskip("build")
    pytest.importorskip("weasel")
    clone = ("configs", "scripts", "project.yml", "pyproject.toml", "README.md", "LICENSE")
    for name in (*clone, "spacy_lstm_tagger"):
        (tmp_path / name).symlink_to(ROOT / name)
    parts = ("train", "dev", "test")
    make_treebank(tmp_path / "UD Tiny", parts, 400, FEATS="Number=Sing")
    command = [sys.executable, "-m", "spacy", "project", "run", "ud", str(tmp_path)]
    command += ["--vars.treebanks", ".", "--vars.treebank", "UD Tiny", "--vars.lang", "en"]
    command += ["--vars.ud_steps", "200"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    scores = srsly.read_json(tmp_path / "metrics/UD Tiny.json")
    assert scores["words"]["tag_acc"] > 0.75
    assert scores["text"]["pos_acc"] > 0.75
    # The features are the same everywhere.
    assert scores["words"]["morph_acc"] == 1
    assert scores["text"]["sents_f"] > 0.5
    assert (tmp_path / "metrics/UD Tiny.html").exists()
    lines = [line for line in done.stdout.splitlines() if line.strip()]
    (table,) = (i for i, line in enumerate(lines) if line.startswith("words (F)"))
    rows = [line.split()[0] for line in lines[table : table + 5]]
    assert rows == ["words", "sentences", "tag", "pos", "morph"]
    assert lines[-1] == "Install it: python -m pip install packages/*.whl"
    # Both wheels are there, so that no index is asked for this project.
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    wheels = sorted((tmp_path / "packages").glob("*.whl"))
    assert [wheel.name.split("-")[0] for wheel in wheels] == ["en_ud_tagger", "spacy_lstm_tagger"]
    subprocess.run([*install, "--target", "target", *wheels], cwd=tmp_path, check=True)
    meta = srsly.read_json(tmp_path / "target/en_ud_tagger/meta.json")
    assert meta["performance"]["tag_acc"] == scores["text"]["tag_acc"]
    assert meta["sources"][0]["name"] == "UD Tiny"


def test_xpos_of_a_few_words_is_left_out(tmp_path, capsys):
    folder = make_treebank(tmp_path / "UD_Tiny", XPOS="_")
    path = folder / "xx_tiny-ud-train.conllu"
    lines = path.read_text().split("\n")
    number = next(i for i, line in enumerate(lines, 1) if line.startswith("7\t"))
    row = lines[number - 1].split("\t")
    row[XPOS] = "NN"
    lines[number - 1] = "\t".join(row)
    path.write_text("\n".join(lines))
    prepare(folder, tmp_path / "out", "hu")
    printed = " ".join(capsys.readouterr().out.split())
    assert "XPOS of 1 of" in printed
    assert f"The first is in line {number} of {path}." in printed
    assert "tag_ from UPOS" in printed
    for doc in DocBin().from_disk(tmp_path / "out/train.spacy").get_docs(spacy.blank("xx").vocab):
        assert [token.tag_ for token in doc] == [token.pos_ for token in doc]
    path.write_text("\n".join([*lines, "1\ta row that is too short"]))
    with pytest.raises(SystemExit):
        prepare(folder, tmp_path / "other", "hu")
    assert f"{path}: line {len(lines) + 1} has" in " ".join(capsys.readouterr().out.split())


def test_a_name_that_no_package_can_have_is_refused_before_the_training(tmp_path, capsys):
    folder = make_treebank(tmp_path / "UD_Tiny")
    with pytest.raises(SystemExit):
        prepare(folder, tmp_path / "out", "tr", "my tagger!")
    assert "A package can't be called 'my tagger!'" in " ".join(capsys.readouterr().out.split())
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("word", "has_spaces"), [("chủ tịch", True), ("word", False)])
def test_words_with_spaces_get_the_feature_for_their_syllables(tmp_path, word, has_spaces):
    config, _ = prepared(tmp_path, word=word)
    assert config["components"]["tok2vec"]["model"]["syllables"] is has_spaces
