"""`spacy report-tags`: report the accuracy of a pipeline's tags, and its errors."""

import platform
import shlex
import time
from pathlib import Path
from typing import Any

import spacy
import srsly
import torch
from spacy.about import __version__ as spacy_version
from spacy.cli._util import Arg, Opt, app
from spacy.language import Language
from wasabi import msg

from .. import __version__
from ..files import write_file
from ..readers import SentenceCorpus, read_gold
from . import GOLD_PREPROC


@app.command("report-tags")
def report_tags_cli(
    pipeline: str = Arg(..., help="Name or folder of a pipeline that sets token.tag_"),
    data_path: Path = Arg(..., help="Gold data, .spacy", exists=True, dir_okay=False),
    other: str = Opt(None, "--compare", "-c", help="A second pipeline to compare with"),
    train_path: Path = Opt(
        None,
        "--train",
        "-t",
        help="Training data, .spacy, to find unseen, rare and ambiguous words",
        exists=True,
        dir_okay=False,
    ),
    html_path: Path = Opt(None, "--html", help="HTML page to write", dir_okay=False),
    json_path: Path = Opt(None, "--json", help="JSON file to write", dir_okay=False),
    gold_preproc: bool = GOLD_PREPROC,
    n_examples: int = Opt(3, "--examples", "-e", help="Examples of each confusion", min=0),
    with_forms: bool = Opt(
        False,
        "--forms",
        "-f",
        help="Also tag other forms of the text: case, typing errors, white space",
    ),
    quiet: bool = Opt(False, "--quiet", "-q", help="Print no tables and no progress"),
) -> None:
    """Report how well a pipeline tags: accuracy with a confidence interval, also on unseen,
    ambiguous, rare and frequent words; precision, recall and F by tag; confusions with examples;
    the worst sentences; calibration; accuracy on other forms of the same text.

    Any component that sets token.tag_ can be measured. A second pipeline is set beside the first,
    with a significance test. --gold-preproc means what it means in `spacy evaluate`.

    Example: python -m spacy report-tags training/model-best dev.spacy --gold-preproc
    --train train.spacy --compare en_core_web_sm --html report.html
    """
    try:
        from ..report import (
            compare,
            make_page,
            measure,
            measure_forms,
            show,
            tag_tokens,
            tags_of_words,
        )
    except ImportError as error:
        msg.fail(
            f"A report needs '{error.name}'", "pip install 'spacy-lstm-tagger[report]'", exits=1
        )
    if other == pipeline:
        msg.fail(f"Can't compare {pipeline} with itself", exits=1)
    if quiet and html_path is None and json_path is None:
        msg.fail("With --quiet, give --html or --json, or nothing is reported", exits=1)
    for path in (html_path, json_path):
        if path is not None and not path.resolve().parent.is_dir():
            msg.fail(f"Can't write {path}: its folder does not exist", exits=1)
    names = [pipeline, other] if other else [pipeline]
    titles = {name: None if quiet else f"Tagging with {name}" for name in names}
    try:
        loaded = {name: spacy.load(name) for name in names}
        nlp = loaded[pipeline]
        docs = read_gold(data_path, nlp.vocab, gold_preproc)
        train_tags = None
        if train_path is not None:
            train_tags = tags_of_words(SentenceCorpus(train_path).docs(nlp.vocab))
        tokens = {
            name: tag_tokens(loaded[name], docs, gold_preproc, titles[name]) for name in names
        }
    except (OSError, ValueError) as error:
        msg.fail("Can't report", str(error), exits=1)
    reports = {name: measure(tokens[name], train_tags, n_examples) for name in names}
    if with_forms:
        for name in names:
            reports[name]["forms"] = measure_forms(
                loaded[name],
                docs,
                tokens[name],
                gold_tokens=gold_preproc,
                progress=titles[name],
            )
    comparison = compare(tokens[pipeline], tokens[other], train_tags) if other else None
    if not quiet:
        show(reports, comparison)
    options: list[tuple[str, Any]] = [
        ("--compare", other),
        ("--train", train_path),
        ("--html", html_path),
        ("--json", json_path),
        ("--gold-preproc", gold_preproc),
        ("--examples", n_examples if n_examples != 3 else None),
        ("--forms", with_forms),
    ]
    about = {
        "command": command_of(pipeline, data_path, options),
        "date": time.strftime("%Y-%m-%d %H:%M %z"),
        "data": str(data_path),
        "train": None if train_path is None else str(train_path),
        "gold_preproc": gold_preproc,
        "language": nlp.lang,
        "direction": str(nlp.vocab.writing_system.get("direction", "ltr")),
        "versions": {
            "spacy-lstm-tagger": __version__,
            "spaCy": spacy_version,
            "PyTorch": torch.__version__,
            "Python": platform.python_version(),
        },
        "pipelines": {name: describe(nlp) for name, nlp in loaded.items()},
    }
    if json_path is not None:
        report = {"about": about, "pipelines": reports, "comparison": comparison}
        write(json_path, srsly.json_dumps(report, indent=2), quiet)
    if html_path is not None:
        write(html_path, make_page(about, reports, comparison), quiet)


def command_of(pipeline: str, data_path: Path, options: list[tuple[str, Any]]) -> str:
    """The command that makes the same report."""
    words = ["python", "-m", "spacy", "report-tags", pipeline, str(data_path)]
    for option, value in options:
        if value is True:
            words.append(option)
        elif value:
            words += [option, str(value)]
    return shlex.join(words)


def describe(nlp: Language) -> str:
    """A pipeline's name, version and components."""
    name = "_".join(filter(None, [nlp.meta["lang"], nlp.meta.get("name")]))
    return f"{name} {nlp.meta.get('version', '')}: {', '.join(nlp.pipe_names)}"


def write(path: Path, text: str, quiet: bool) -> None:
    write_file(path, text.encode())
    if not quiet:
        msg.good(f"Wrote {path}")
