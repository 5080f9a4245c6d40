"""Makes the package of a trained pipeline.

    python pipelines/build.py training/calibrated pipelines/en_lstm_web.json dev.spacy \
      --run training --output packages/en_lstm_web

Embeddings are stored in eight bits, and other weights in half precision; the accuracy is measured
with what was stored. With `--words`, only the most frequent words keep an embedding; the others are
read as unknown, of which training has seen many. With `--gold`, labels of the morphologizer that
it gives to no token of the gold data are left out: they would take time in every prediction. The
part of speech that goes with each tag, for the words of a lexicon, is counted there, too. The words
of the training data are left out of the string store: the pipeline has its own vocabulary, and
spaCy adds the strings that a text needs. The tokenizer is the one of web_tokenizer.py.

The package's meta.json says how it was made: the commit, seeds, versions and processor of the run,
and from `--run`, the digests of its inputs (check.py), its hours (step.py) and what was measured
(evaluate.py). The card has a sentence of it.
"""

import platform
import shutil
import subprocess
import tomllib
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy
import spacy
import srsly
import typer
from spacy.cli.package import package
from spacy.language import Language
from spacy.scorer import PRFScore
from spacy.tokens import Doc
from spacy.training import Corpus
from spacy.util import import_file
from thinc.api import Config
from web_tokenizer import set_tokenizer

from spacy_lstm_tagger.models.vocabulary import change_words, vocabulary_of
from spacy_lstm_tagger.pipeline.tag_morphology import TAG_MORPHOLOGY_KEY, TagMorphology
from spacy_lstm_tagger.tools.cli.messages import errors_shown
from spacy_lstm_tagger.training.callbacks import round_weights
from spacy_lstm_tagger.training.corpus import SentenceCorpus

FOLDER = Path(__file__).parent
ROOT = FOLDER.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))["project"]
LICENSE = FOLDER / "CC-BY-SA-4.0.txt"
# The pages' figures and the card of the package have one source.
figures = import_file("figures", ROOT / "docs/tools/figures.py")
processor = import_file("common", ROOT / "benchmarks/common.py").processor
# What changes the last bits of weights, or the data.
VERSIONS = (
    "numpy",
    "spacy",
    "spacy-lookups-data",
    "spacy-lstm-tagger",
    "spacy-transformers",
    "thinc",
    "torch",
    "transformers",
)
# Bytes that the files of the pipeline may have.
SIZE = 14_000_000
# Learning rate in the config of the package, for whoever trains the pipeline on.
LEARN_RATE = 0.001
KEYWORDS = ["spacy", "nlp", "english", "part-of-speech", "tagger", "lemmatizer", "lstm"]
# What the page for the Hugging Face hub names: data, and where the scores were measured.
DATASETS = ["universal-dependencies/universal_dependencies", "wikimedia/wikipedia"]
MEASURED_ON = {
    "name": "UD English-EWT 2.16",
    "type": DATASETS[0],
    "config": "en_ewt",
    "split": "dev",
}
# Scores of that page, with their titles and kinds there.
METRICS = {
    "tag_acc": ("TAG (XPOS) Accuracy", "accuracy"),
    "pos_acc": ("POS (UPOS) Accuracy", "accuracy"),
    "morph_acc": ("Morph (UFeats) Accuracy", "accuracy"),
    "lemma_acc": ("Lemma Accuracy", "accuracy"),
    "sents_f": ("Sentences F-Score", "f_score"),
}


def main(
    trained: Path = typer.Argument(..., help="Trained pipeline", exists=True, file_okay=False),
    meta_path: Path = typer.Argument(..., help="What its meta.json says of it", exists=True),
    data: Path = typer.Argument(..., help="DocBin to measure its accuracy on", exists=True),
    words: int | None = typer.Option(None, help="Number of words that keep an embedding", min=1),
    gold: Path | None = typer.Option(None, help="Gold data with all morphology", exists=True),
    run: Path = typer.Option(..., help="Folder of check.py, step.py, evaluate.py", exists=True),
    seed: list[str] = typer.Option([], help="A seed of the run, as in student=0"),
    output: Path = typer.Option(..., help="Folder for the package", file_okay=False),
) -> None:
    """Package a trained pipeline."""
    meta = srsly.read_json(meta_path) | {"recipe": recipe(run, seed)}
    name = f"{meta['lang']}_{meta['name']}"
    output.mkdir(parents=True, exist_ok=True)
    # In the same folder, so that the last step is a rename. A failure before it harms no package.
    with TemporaryDirectory(dir=output) as temporary:
        model = Path(temporary) / "model"
        packages = Path(temporary) / "packages"
        packages.mkdir()
        scores = save_model(trained, model, data, words, gold)
        shutil.copy(LICENSE, model / "LICENSE")
        # `spacy package` takes it in place of a README that it makes of the meta.json.
        (model / "README.md").write_text(figures.card_of(ROOT, meta), "utf8")
        (model / "LICENSES_SOURCES").write_text(licences_of(meta), encoding="utf8")
        whole_meta = Path(temporary) / "meta.json"
        srsly.write_json(whole_meta, meta)
        package(model, packages, meta_path=whole_meta, create_sdist=False, create_wheel=False)
        made = packages / f"{name}-{meta['version']}"
        finish_package(made, scores, meta)
        # The package's setup.py copies it in the same way.
        for folder in (made / name, made / name / made.name):
            shutil.copy(made / "meta.json", folder)
        files = (made / name / made.name).rglob("*")
        size = sum(path.stat().st_size for path in files if path.is_file())
        if size > SIZE:
            raise ValueError(
                f"The pipeline has {size:,} bytes, but at most {SIZE:,} ship. Use fewer --words."
            )
        shutil.rmtree(output / name, ignore_errors=True)
        made.rename(output / name)
    print(f"Wrote {output / name} ({size:,} bytes)")


def recipe(run: Path, seeds: list[str]) -> dict[str, Any]:
    """What has made a pipeline, for its meta.json. A commit with changes ends with `-dirty`."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    described = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=False)
    seconds: dict[str, float] = srsly.read_json(run / "seconds.json")
    return {
        "commit": described.stdout.strip() or "unknown",
        "seeds": {name: int(value) for name, _, value in (seed.partition("=") for seed in seeds)},
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in VERSIONS if find_spec(name.replace("-", "_"))},
        },
        "processor": processor(),
        "inputs": srsly.read_json(run / "inputs.json"),
        "hours": round(sum(seconds.values()) / 3600, 2),
        "evaluation": srsly.read_json(run / "evaluation.json"),
    }


def save_model(
    trained: Path, model: Path, data: Path, words: int | None, gold: Path | None
) -> dict[str, Any]:
    """Save a trained pipeline in the form that ships.

    RETURNS (dict[str, Any]): The scores of what was saved.
    """
    nlp = load_cut(trained, words)
    if gold:
        keep_labels(nlp, gold)
        count_morphology(nlp, gold)
    round_weights(tables="int8")(nlp).to_disk(model)
    nlp = spacy.load(model)
    nlp.config = without_training_data(nlp.config)
    scores = performance(nlp, data)
    nlp.meta["performance"] = scores
    nlp.to_disk(model)
    # A component that another pipeline takes over has its names from here.
    names = [
        *nlp.get_pipe("tagger").labels,
        *nlp.get_pipe("morphologizer").cfg["labels_morph"].values(),
    ]
    srsly.write_json(model / "vocab/strings.json", sorted(set(names) - {""}))
    return scores


def load_cut(trained: Path, words: int | None) -> Language:
    """Load a trained pipeline with the tokenizer and with the embeddings that ship."""
    nlp = spacy.load(trained)
    set_tokenizer(nlp)
    if words:
        tok2vec = nlp.get_pipe("tok2vec").model
        change_words(tok2vec, vocabulary_of(tok2vec).words[:words])
    return nlp


def performance(nlp: Language, data: Path) -> dict[str, Any]:
    """Score a pipeline on gold tokens, one sentence a Doc. Sentences are scored on raw text, by
    their first and last characters, as in `benchmarks/pipelines.py`: spaCy's scorer leaves out a
    sentence that begins or ends inside of a gold token."""
    scores = nlp.evaluate(list(SentenceCorpus(data)(nlp)))
    docs = [example.reference for example in Corpus(data)(nlp)]
    of_sentences = PRFScore()
    for doc, gold in zip(nlp.pipe(doc.text for doc in docs), docs, strict=True):
        of_sentences.score_set(sentence_spans(doc), sentence_spans(gold))
    scores["sents_p"] = of_sentences.precision
    scores["sents_r"] = of_sentences.recall
    scores["sents_f"] = of_sentences.fscore
    return scores


def sentence_spans(doc: Doc) -> set[tuple[int, int]]:
    return {(sentence.start_char, sentence.end_char) for sentence in doc.sents}


def keep_labels(nlp: Language, data: Path) -> None:
    """Leave out all labels of the morphologizer except those that it finds in some data."""
    pipe = nlp.get_pipe("morphologizer")
    docs = [example.predicted for example in SentenceCorpus(data)(nlp)]
    kept = numpy.unique(numpy.concatenate(pipe.predict(list(nlp.pipe(docs)))))
    output = pipe.model.get_ref("output_layer")
    for name in ("W", "b"):
        output.set_param(name, output.get_param(name)[kept])
    for layer in (pipe.model, output):
        layer._dims["nO"] = len(kept)  # set_dim refuses to change a layer that has weights
    names = [pipe.labels[row] for row in kept]
    for table in ("labels_morph", "labels_pos"):
        pipe.cfg[table] = {name: pipe.cfg[table][name] for name in names}


def count_morphology(nlp: Language, data: Path) -> None:
    """Count the part of speech and the features that go with each tag. Training has counted them,
    too, but in text that a teacher tagged, and with typing errors."""
    counts = TagMorphology()
    for _ in counts.watch(SentenceCorpus(data)(nlp)):
        pass
    nlp.get_pipe("tagger").cfg[TAG_MORPHOLOGY_KEY] = counts.labels()


def without_training_data(config: Config) -> Config:
    """Give a config a plain corpus and learning rate in place of all that its own training was made
    of, because whoever installs the package has neither the files nor the functions."""
    config = config.copy()
    corpus = {
        "@readers": "spacy_lstm_tagger.SentenceCorpus.v1",
        "gold_preproc": True,
        "max_sents": 1,
        "limit": 0,
        "augmenter": None,
    }
    config["paths"] = dict.fromkeys(("train", "dev", "vectors", "init_tok2vec"))
    config["corpora"] = {
        name: {"path": f"${{paths.{name}}}", **corpus} for name in ("train", "dev")
    }
    config["training"]["before_to_disk"] = None
    config["training"]["before_update"] = None
    config["initialize"] |= {"before_init": None, "after_init": None}
    config["training"]["optimizer"] = {"@optimizers": "Adam.v1", "learn_rate": LEARN_RATE}
    config["initialize"]["components"].pop("tag_lemmatizer", None)
    for settings in config["initialize"]["components"].values():
        settings.pop("labels", None)
    return Config({name: part for name, part in config.items() if name in Language.default_config})


def finish_package(made: Path, scores: dict[str, Any], meta: dict[str, Any]) -> None:
    """Make a package ready for an index. Write its page for the Hugging Face hub: the card, with
    scores before it."""
    setup = made / "setup.py"
    setup.write_text(finish_setup(setup.read_text(encoding="utf8")), encoding="utf8")
    metrics = [
        {"name": title, "type": kind, "value": round(scores[score], 4)}
        for score, (title, kind) in METRICS.items()
        if scores.get(score) is not None
    ]
    result = {
        "task": {"name": "Part-of-speech tagging", "type": "token-classification"},
        "dataset": MEASURED_ON,
        "metrics": metrics,
    }
    name = f"{meta['lang']}_{meta['name']}"
    card = {
        "tags": ["spacy", "token-classification", "part-of-speech"],
        "language": [meta["lang"]],
        "license": meta["license"].lower().replace(" ", "-"),
        "library_name": "spacy",
        "datasets": DATASETS,
        "model-index": [{"name": name, "results": [result]}],
    }
    front = f"---\n{srsly.yaml_dumps(card)}---\n"
    text = figures.card_of(ROOT, meta)
    (made / "HUGGINGFACE.md").write_text(front + text, encoding="utf8")


def finish_setup(code: str) -> str:
    """Give the setup.py of `spacy package` what an index shows of a project, and let it delete the
    folder of an earlier build: setuptools packs all that it finds there."""
    metadata = {
        "long_description_content_type": "text/markdown",
        "python_requires": PROJECT["requires-python"],
        "keywords": KEYWORDS,
        "classifiers": [
            *(name for name in PROJECT["classifiers"] if not name.startswith("Typing")),
            "Natural Language :: English",
        ],
        "project_urls": PROJECT["urls"],
    }
    arguments = "".join(f"        {name}={value!r},\n" for name, value in metadata.items())
    delete = "    rmtree(path.join(root, 'build'), ignore_errors=True)\n"
    for found, written in (
        ("from shutil import copy\n", "from shutil import copy, rmtree\n"),
        ("    setup(\n", f"{delete}    setup(\n"),
        # The maintainers have no address.
        ("        author_email=meta.get('email'),\n", arguments),
    ):
        assert found in code, "spacy package has changed its setup.py"
        code = code.replace(found, written, 1)
    return code


def licences_of(meta: dict[str, Any]) -> str:
    """The sources of a pipeline and their licences, as text."""
    parts = [
        f"{source['name']}\n\n* Author: {source['author']}\n* URL: {source['url']}\n"
        f"* License: {source['license']}\n"
        for source in meta["sources"]
    ]
    return "\n".join(parts)


if __name__ == "__main__":
    with errors_shown("Can't package the pipeline"):
        typer.run(main)
