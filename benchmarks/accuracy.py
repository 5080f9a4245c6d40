"""Compares the accuracy of this tagger and of spaCy's own, trained on the same data.

    python benchmarks/accuracy.py train.conllu dev.conllu -c configs/default.cfg --threads 2

Each tagger is trained once per seed on the tokens of the corpus, to its own early stop or
`max_steps`. spaCy's `tagger` has the config of `spacy init config -p tagger -o efficiency`. The
table has the mean, the smallest and the largest value.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypedDict

import spacy
import typer
from common import (
    DEFAULT,
    Configs,
    Dev,
    Lang,
    MaxSteps,
    Output,
    Seeds,
    Table,
    Threads,
    Train,
    machine,
    read_docs,
    run,
    save,
    show,
    spread,
    thread_variables,
)
from spacy.cli.init_config import init_config
from spacy.language import Language
from spacy.tokens import Doc, DocBin, Span
from spacy.training import Example
from thinc.api import Config
from tqdm import tqdm

from spacy_lstm_tagger import report
from spacy_lstm_tagger.tools.text.convert import convert_tags

SENTENCES = 10  # in a long Doc
Metrics = dict[str, float]
Curve = list[tuple[float, float]]  # seconds since the start of training, and accuracy in percent


class Result(TypedDict):
    """The result of one training."""

    metrics: Metrics
    curve: Curve


def main(
    train: Train,
    dev: Dev,
    configs: Configs = DEFAULT,
    vectors: str = typer.Option(
        None, help="Pipeline with vectors, for configs that use them and for a second peer"
    ),
    at_once: int = typer.Option(1, help="Number of trainings at a time", min=1),
    lang: Lang = "en",
    seeds: Seeds = 2,
    threads: Threads = None,
    max_steps: MaxSteps = None,
    output: Output = Path("training/accuracy"),
) -> None:
    """Train every tagger with every seed, evaluate it on dev, and print and save one table.

    A training that an earlier call finished in the output folder, with the same config, data and
    threads, is reused.
    """
    output.mkdir(parents=True, exist_ok=True)
    taggers = {path.stem: Config().from_disk(path, interpolate=False) for path in configs}
    taggers["spaCy"] = spacy_config(lang, with_vectors=False)
    if vectors:
        taggers["spaCy, vectors"] = spacy_config(lang, with_vectors=True)
    results: dict[str, list[Result]] = {name: [] for name in taggers}
    checksums = [sha256(path.read_bytes()).hexdigest() for path in (train, dev)]
    with TemporaryDirectory() as folder:
        data = [as_docbin(path, Path(folder) / f"{i}.spacy") for i, path in enumerate((train, dev))]
        jobs = [(seed, name) for seed in range(seeds) for name in taggers]

        def train_once(job: tuple[int, str]) -> Result:
            seed, name = job
            config = taggers[name].copy()
            config["nlp"]["lang"] = lang
            if max_steps:
                training = config["training"]
                training["max_steps"] = max_steps
                training["eval_frequency"] = min(training["eval_frequency"], max_steps)
            if vectors and uses_vectors(config):
                config["paths"]["vectors"] = vectors
            target = output / f"{name.replace(', ', '-')}-{seed}"
            done = target / "result.json"
            text = config.to_str(interpolate=False)
            made_of = {"config": text, "threads": threads, "data": checksums}
            saved = json.loads(done.read_text()) if done.exists() else {}
            if saved.get("made_of") != made_of:
                target.mkdir(parents=True, exist_ok=True)
                (target / "train.cfg").write_text(text)
                result = train_and_evaluate(*data, seed, threads, target)
                saved = {"made_of": made_of, "result": result}
                done.write_text(json.dumps(saved, indent=2))
            return saved["result"]

        with ThreadPoolExecutor(at_once) as pool:
            progress = tqdm(
                pool.map(train_once, jobs), total=len(jobs), desc="Trainings", disable=None
            )
            for (_, name), result in zip(jobs, progress, strict=True):
                results[name].append(result)
    for tagger_results in results.values():
        for result, peer in zip(tagger_results, results["spaCy"], strict=True):
            seconds = time_to(result["curve"], max(score for _, score in peer["curve"]))
            result["metrics"]["time to spaCy's best, s"] = seconds
    table = make_table({n: [result["metrics"] for result in of] for n, of in results.items()})
    title = f"{seeds} seeds, {threads or 'no'} threads set"
    show(table, f"{title}, {machine()}")
    save(output, "accuracy", {title: table}, results)


def spacy_config(lang: str, *, with_vectors: bool) -> Config:
    """The peer's config: from `spacy init config`, but trained on the tokens of the corpus."""
    config = init_config(lang=lang, pipeline=["tagger"], optimize="efficiency", silent=True)
    for corpus in config["corpora"].values():
        corpus["gold_preproc"] = True
    # Some treebanks have tags that start with "!", which it would read as negated tags.
    config["components"]["tagger"]["neg_prefix"] = "\0"
    if with_vectors:
        embed = config["components"]["tok2vec"]["model"]["embed"]
        embed["include_static_vectors"] = True
    return config


def uses_vectors(config: Config) -> bool:
    return "include_static_vectors = true" in config.to_str(interpolate=False)


def as_docbin(path: Path, converted: Path) -> Path:
    if path.suffix == ".spacy":
        return path
    convert_tags(path, converted)
    return converted


def train_and_evaluate(
    train: Path, dev: Path, seed: int, threads: int | None, target: Path
) -> Result:
    """Train with the config in the target folder, and evaluate the best model."""
    command = [sys.executable, "-u", "-m", "spacy", "train", str(target / "train.cfg")]
    command += ["--output", str(target), "--system.seed", str(seed)]
    command += ["--paths.train", str(train), "--paths.dev", str(dev)]
    start = time.monotonic()
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | thread_variables(threads),
    )
    curve: Curve = []
    column = 0
    log = []
    assert process.stdout is not None
    for line in process.stdout:
        log.append(line)
        cells = line.split()
        if "TAG_ACC" in cells:
            column = cells.index("TAG_ACC") - len(cells)  # the names of losses have spaces
        elif column and cells and cells[0].isdigit():
            curve.append((time.monotonic() - start, float(cells[column])))
            tqdm.write(f"{target.name:24} step {cells[1]:>6} {cells[column]}", file=sys.stderr)
    if process.wait():
        raise ValueError(f"Training of {target.name} failed:\n{''.join(log[-20:])}")
    seconds = time.monotonic() - start
    metrics = {**evaluate(target / "model-best", train, dev), "training, s": seconds}
    return {"metrics": metrics, "curve": curve}


def time_to(curve: Curve, score: float) -> float:
    """Seconds until an evaluation reaches an accuracy; NaN if none does."""
    return next((seconds for seconds, reached in curve if reached >= score), float("nan"))


def evaluate(pipeline: Path, train: Path, dev: Path) -> Metrics:
    """Accuracy of a trained pipeline, in percent, and its size."""
    nlp = spacy.load(pipeline)
    docs = read_docs(dev)
    sentences = [sent for doc in docs for sent in doc.sents]
    train_docs = DocBin().from_disk(train).get_docs(nlp.vocab)
    alone = measures(nlp, [sent.as_doc() for sent in sentences], train_docs)
    together = measures(nlp, [span.as_doc() for span in joined(sentences)])
    examples = [Example(nlp.make_doc(doc.text), doc) for doc in docs]
    return {
        "all": 100 * alone["accuracy"]["value"],
        "unseen": 100 * alone["unseen words"]["value"],
        "ambiguous": 100 * alone["ambiguous words"]["value"],
        "ten sentences": 100 * together["accuracy"]["value"],
        "from text": 100 * nlp.evaluate(examples)["tag_acc"],
        "size, MB": sum(file.stat().st_size for file in pipeline.rglob("model")) / 1e6,
    }


def measures(nlp: Language, docs: list[Doc], train: Iterable[Doc] | None = None) -> dict[str, Any]:
    """The measures of a report."""
    (result,) = report(nlp, docs, train=train).pipelines.values()
    return result["measures"]


def joined(sentences: list[Span]) -> list[Span]:
    whole = Doc.from_docs([sentence.as_doc() for sentence in sentences])
    sentences = list(whole.sents)
    return [
        whole[group[0].start : group[-1].end]
        for group in (sentences[i : i + SENTENCES] for i in range(0, len(sentences), SENTENCES))
    ]


def make_table(runs: dict[str, list[Metrics]]) -> Table:
    """A header, a row for each measurement, and the error rates relative to spaCy's."""
    peer = runs["spaCy"]
    rows = [["", *runs]]
    for name in peer[0]:
        row = [name]
        for tagger_runs in runs.values():
            values = [metrics[name] for metrics in tagger_runs]
            digits = 1 if name.endswith((" s", "MB")) else 2
            row.append(spread(values, f"{{:.{digits}f}}".format, statistics.fmean))
        rows.append(row)
    rows.append(["relative error (spaCy = 1.00)"])
    for tagger_runs in runs.values():
        errors, peer_errors = (
            100 - statistics.fmean(metrics["all"] for metrics in of) for of in (tagger_runs, peer)
        )
        rows[-1].append(f"{errors / peer_errors:.2f}")
    return rows


if __name__ == "__main__":
    run(main)
