import importlib.metadata
import inspect
import io
import json
import re
import tomllib
from pathlib import Path

import numpy
import pytest
import spacy
from helpers import MINILM, ROOT, WEB, has_transformers, run_command, tags, train_config
from spacy.cli.init_config import fill_config
from spacy.tokens import Doc, DocBin
from spacy.training import Corpus
from spacy.training.initialize import init_nlp
from spacy.training.loop import train
from spacy.util import load_config, registry, walk_dict
from spacy.vocab import Vocab
from thinc.api import Config

from spacy_lstm_tagger import LSTMTagger

PRETRAINED = ("transformer.cfg",)
CONFIGS = sorted(path.name for path in (ROOT / "configs").glob("*.cfg"))


each_config = pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=has_transformers if name in PRETRAINED else ()) for name in CONFIGS],
)

each_trainable = pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name == "default.cfg" else pytest.mark.slow)
        for name in CONFIGS
        if name not in PRETRAINED
    ],
)


@each_config
def test_fill_config_adds_nothing(name, tmp_path):
    config, filled = fill_config(tmp_path / "filled.cfg", ROOT / "configs" / name, silent=True)
    assert config == filled


@pytest.fixture(scope="module")
def paths(corpora, tmp_path_factory):
    """Options of the command line that name the data, and a folder with vectors."""
    nlp = spacy.blank("en")
    for word in ("the", "train"):
        nlp.vocab.set_vector(word, numpy.ones(4, dtype="float32"))
    nlp.to_disk(vectors := tmp_path_factory.mktemp("vectors"))
    train = tmp_path_factory.mktemp("lemmas") / "train.spacy"
    docs = list(DocBin().from_disk(corpora / "train.spacy").get_docs(nlp.vocab))
    for token in (token for doc in docs for token in doc):
        token.lemma_ = token.lower_
    DocBin(docs=docs).to_disk(train)
    parts = {"train": train, "dev": corpora / "dev.spacy"}
    parts |= dict.fromkeys(("labelled", "old"), train)
    parts |= {"vectors": vectors, "source": WEB}
    return [f"--paths.{part}={path}" for part, path in parts.items()]


@each_config
def test_debug_config(name, paths):
    done = run_command("debug", "config", ROOT / "configs" / name, *paths)
    assert "Config is valid" in done.output, done.output


@each_trainable
@pytest.mark.parametrize(
    ("kind", "component", "said"),
    [("data", False, "Corpus is loadable"), ("model", True, "model looks good")],
)
def test_debug(kind, component, said, name, paths):
    pytest.importorskip("torch")
    pipeline = load_config(ROOT / "configs" / name)["nlp"]["pipeline"]
    tagger = "tagger" if "tagger" in pipeline else "lstm_tagger"
    names = [tagger] if component else []
    done = run_command("debug", kind, ROOT / "configs" / name, *names, *paths)
    assert said in done.output, done.output


@pytest.mark.parametrize("name", ["shared.cfg", "distilled.cfg"])
def test_whitespace_has_a_part_of_speech(name, tmp_path):
    words, tags = ["Dogs", "bark"], ["NNS", "VBP"]
    doc = Doc(Vocab(), words=words, tags=tags, pos=["NOUN", "VERB"], lemmas=["dog", "bark"])
    DocBin(docs=[doc]).to_disk(tmp_path / "data.spacy")
    paths = {f"paths.{part}": str(tmp_path / "data.spacy") for part in ("train", "labelled", "dev")}
    nlp = init_nlp(load_config(ROOT / "configs" / name, paths))
    doc = nlp("One line\n\nand  another")
    assert {(token.pos_, str(token.morph)) for token in doc if token.is_space} == {("SPACE", "")}


@pytest.mark.slow
def test_a_parser_listens_to_the_lstm_as_the_page_shows(tmp_path):
    page = (ROOT / "docs/replace.md").read_text().partition("## A parser")[2]
    text = "[components]\n[training]\n" + re.search(r"```ini\n(.*?)```", page, re.DOTALL)[1]
    added = Config().from_str(text, interpolate=False)
    config = load_config(ROOT / "configs/shared.cfg")
    config["nlp"] |= added["nlp"]
    config["components"] |= added["components"]
    config["training"]["score_weights"] |= added["training"]["score_weights"]
    doc = Doc(
        Vocab(),
        words=["She", "wrote", "three", "new", "books", "."],
        tags=["PRP", "VBD", "CD", "JJ", "NNS", "."],
        pos=["PRON", "VERB", "NUM", "ADJ", "NOUN", "PUNCT"],
        heads=[1, 1, 4, 4, 1, 1],
        deps=["nsubj", "ROOT", "nummod", "amod", "obj", "punct"],
    )
    DocBin(docs=[doc] * 40).to_disk(tmp_path / "data.spacy")
    config["paths"] |= {part: str(tmp_path / "data.spacy") for part in ("train", "dev")}
    config["training"] |= {"max_steps": 30, "eval_frequency": 30}
    nlp, _ = train(init_nlp(config), stdout=io.StringIO())
    parsed = nlp("She wrote three new books.")
    assert [token.dep_ for token in parsed] == [token.dep_ for token in doc]
    assert [token.tag_ for token in parsed] == [token.tag_ for token in doc]


# The lines of a comment directly above a value, and the name of the value.
COMMENT = re.compile(r"^((?:#.*\n)+)(\w+) = ", re.M)


def values(name):
    return {".".join(k): v for k, v in walk_dict(load_config(ROOT / "configs" / name))}


@pytest.mark.parametrize("name", ["accuracy.cfg", "vectors.cfg"])
def test_comments_name_what_differs_from_the_default(name):
    default, config = values("default.cfg"), values(name)
    assert default.keys() == config.keys()
    expected = [
        (key.rpartition(".")[2], f"# {json.dumps(default[key])} in default.cfg.")
        for key in default
        if default[key] != config[key]
    ]
    text = (ROOT / "configs" / name).read_text(encoding="utf8")
    comments = [(key, comment) for comment, key in COMMENT.findall(text)]
    assert sorted(key for key, _ in comments) == sorted(key for key, _ in expected)
    for (_, comment), (key, start) in zip(sorted(comments), sorted(expected), strict=True):
        assert comment.startswith(start), key


def test_default_config_has_the_model_of_add_pipe_and_names_every_value():
    config = load_config(ROOT / "configs/default.cfg")["components"]["lstm_tagger"]
    nlp = spacy.blank("en")
    nlp.add_pipe("lstm_tagger")
    added = nlp.config["components"]["lstm_tagger"]
    assert config == {**added, "label_smoothing": 0.05}


def defaults(function):
    """The defaults in a signature, as a config has them."""
    parameters = inspect.signature(function).parameters.values()
    found = {p.name: p.default for p in parameters if p.default is not p.empty}
    return {name: list(v) if isinstance(v, tuple) else v for name, v in found.items()}


def test_one_set_of_defaults_of_the_tok2vec():
    config = dict(spacy.blank("en").get_factory_meta("lstm_tagger").default_config)
    tok2vec = dict(config["model"]["tok2vec"])
    name = tok2vec.pop("@architectures")
    assert tok2vec == defaults(registry.get("architectures", name))


def test_one_set_of_defaults_of_the_component():
    config = dict(spacy.blank("en").get_factory_meta("lstm_tagger").default_config)
    del config["model"]
    del config["scorer"]
    assert config == {k: v for k, v in defaults(LSTMTagger).items() if k in config}


def test_the_reference_has_every_function_of_a_config():
    text = (ROOT / "docs/reference.md").read_text(encoding="utf8")
    points = importlib.metadata.distribution("spacy-lstm-tagger").entry_points
    names = [point.name for point in points if point.name.startswith("spacy_lstm_tagger.")]
    assert names
    for name in names:
        assert f"\n### {name.removeprefix('spacy_lstm_tagger.')}\n" in text


@pytest.mark.parametrize(("name", "corpus"), [("adapt.cfg", "new"), ("distilled.cfg", "gold")])
def test_the_share_of_a_corpus_can_be_given_on_the_command_line(name, corpus):
    config = load_config(ROOT / "configs" / name, overrides={f"corpora.train.shares.{corpus}": 0.9})
    assert config["corpora"]["train"]["shares"][corpus] == 0.9


@pytest.mark.parametrize("name", ["tutorial.cfg", "default.cfg"])
def test_the_table_of_a_training_has_no_column_of_zeros(name, corpora, tmp_path):
    printed, path = io.StringIO(), str(corpora / "lesson.spacy")
    steps = {"training.max_steps": 1, "training.eval_frequency": 1}
    paths = {"paths.train": path, "paths.dev": path}
    train_config(ROOT / "configs" / name, tmp_path, {**paths, **steps}, printed)
    (header,) = (line for line in printed.getvalue().splitlines() if "LOSS" in line)
    assert header.split()[-2:] == ["TAG_ACC", "SCORE"]
    assert "POS_ACC" not in header


@pytest.mark.slow
def test_tutorial_learns_the_lesson(corpora, tmp_path):
    path = str(corpora / "lesson.spacy")
    nlp = train_config(ROOT / "configs/tutorial.cfg", tmp_path, {"paths.train": path})
    assert tags(nlp("The dog ate the apple")) == ["DET", "NN", "V", "DET", "NN"]
    assert tags(nlp("Everybody read that book")) == ["NN", "V", "DET", "NN"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "scores"), [("default.cfg", ["tag_acc"]), ("shared.cfg", ["tag_acc", "pos_acc"])]
)
def test_it_trains_on_the_sample(name, scores, corpora, tmp_path):
    paths = {f"paths.{part}": str(corpora / f"{part}.spacy") for part in ("train", "dev")}
    steps = {"training.max_steps": 120, "training.eval_frequency": 60}
    nlp = train_config(ROOT / "configs" / name, tmp_path, {**paths, **steps})
    assert all(nlp.meta["performance"][score] > 0.75 for score in scores)


@pytest.mark.slow
@has_transformers
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_transformer_trains_on_the_sample(corpora, tmp_path):
    paths = {f"paths.{part}": str(corpora / f"{part}.spacy") for part in ("train", "dev")}
    paths["paths.transformer"] = str(Path(MINILM.submodule_search_locations[0]) / "model")
    steps = {
        "training.max_steps": 14,
        "training.eval_frequency": 14,
        "training.accumulate_gradient": 1,
        "training.optimizer.learn_rate.warmup_steps": 1,
        "training.optimizer.learn_rate.initial_rate": 0.0005,
    }
    nlp = train_config(ROOT / "configs/transformer.cfg", tmp_path, {**paths, **steps})
    assert nlp.meta["performance"]["tag_acc"] > 0.6
    tagger = nlp.get_pipe("lstm_tagger")
    example = next(Corpus(corpora / "dev.spacy")(nlp))
    with pytest.raises(ValueError, match="reads the output of 'transformer'"):
        tagger.calibrate([example])
    nlp.get_pipe("transformer")(example.predicted)
    assert 0 < tagger.calibrate([example]) < 20


def test_every_entry_point_resolves():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]
    points = importlib.metadata.distribution("spacy-lstm-tagger").entry_points
    installed = {(point.group, point.name, point.value) for point in points}
    assert installed == {
        (group, name, value) for group, of in declared.items() for name, value in of.items()
    }
    for point in points:
        assert callable(point.load())
        if point.name.startswith("spacy_lstm_tagger."):
            _, kind = point.group.split("_")  # spaCy's registries and Thinc's
            assert registry.get(kind, point.name) is point.load()
