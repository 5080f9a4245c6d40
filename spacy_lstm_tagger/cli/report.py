"""`spacy report-tags`: report the accuracy of a pipeline's tags, and its errors."""

import platform
import shlex
import time
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import srsly
from spacy.cli._util import Arg, Opt, app
from spacy.language import Language
from wasabi import msg

from ..files import write_file
from ..training.readers import SentenceCorpus, read_gold
from . import GOLD_PREPROC
from .checks import check_file, load_pipeline

# Packages whose versions a report has, if they are installed.
PACKAGES = {"spacy-lstm-tagger": "spacy-lstm-tagger", "spaCy": "spacy", "PyTorch": "torch"}


@app.command("report-tags")
def report_tags_cli(
    pipeline: str = Arg(..., help="Name or folder of a pipeline that sets token.tag_"),
    data_path: Path = Arg(..., help="Gold data, .spacy", exists=True, dir_okay=False),
    other: str = Opt(
        None,
        "--compare",
        "-c",
        help="The baseline: a second pipeline. Changes count from it to the first pipeline, so a "
        "positive change means that the first is better",
    ),
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

    Any component that sets token.tag_ can be measured. With a second pipeline, the report says what
    the first one changes, with a significance test. --gold-preproc means what it means in
    `spacy evaluate`.

    Example: python -m spacy report-tags training/model-best dev.spacy --gold-preproc
    --train train.spacy --compare en_core_web_sm --html report.html
    """
    try:
        from ..tools import report as tools
    except ImportError as error:
        msg.fail(
            f"A report needs '{error.name}'", "pip install 'spacy-lstm-tagger[report]'", exits=1
        )
    if other == pipeline:
        msg.fail(f"Can't compare {pipeline} with itself", exits=1)
    if quiet and html_path is None and json_path is None:
        msg.fail("With --quiet, give --html or --json, or nothing is reported", exits=1)
    names = [pipeline, other] if other else [pipeline]
    titles = {name: None if quiet else f"Tagging with {name}" for name in names}
    try:
        for path in (html_path, json_path):
            if path is not None:
                check_file(path)
        loaded = {name: load_pipeline(name) for name in names}
        nlp = loaded[pipeline]
        docs = read_gold(data_path, nlp.vocab, gold_preproc)
        train_tags = None
        if train_path is not None:
            train_tags = tools.tags_of_words(SentenceCorpus(train_path).docs(nlp.vocab))
        tokens, reports, comparison = {}, {}, None
        for name, tagger in loaded.items():
            settings: dict[str, Any] = {"gold_tokens": gold_preproc, "progress": titles[name]}
            tokens[name] = tools.tag_tokens(tagger, docs, **settings)
            reports[name] = tools.measure(tokens[name], train_tags, n_examples)
            if with_forms:
                forms = tools.measure_forms(tagger, docs, tokens[name], **settings)
                reports[name]["forms"] = forms
        if other:
            comparison = tools.compare(tokens[pipeline], tokens[other], train_tags)
    except (OSError, ValueError) as error:
        msg.fail("Can't report", str(error), exits=1)
    if not quiet:
        tools.show(reports, comparison)
    options = {
        "--compare": other,
        "--train": train_path,
        "--html": html_path,
        "--json": json_path,
        "--gold-preproc": gold_preproc,
        "--examples": None if n_examples == 3 else str(n_examples),
        "--forms": with_forms,
    }
    about = {
        "command": command_of(pipeline, data_path, options),
        "date": time.strftime("%Y-%m-%d %H:%M %z"),
        "data": str(data_path),
        "train": None if train_path is None else str(train_path),
        "gold_preproc": gold_preproc,
        "language": nlp.lang,
        "direction": str(nlp.vocab.writing_system.get("direction", "ltr")),
        "versions": versions(),
        "pipelines": {name: describe(nlp) for name, nlp in loaded.items()},
    }
    try:
        if json_path is not None:
            report = {"about": about, "pipelines": reports, "comparison": comparison}
            write(json_path, srsly.json_dumps(report, indent=2), quiet)
        if html_path is not None:
            write(html_path, tools.make_page(about, reports, comparison), quiet)
    except (OSError, ValueError) as error:
        msg.fail("Can't write the report", str(error), exits=1)


def command_of(pipeline: str, data_path: Path, options: dict[str, Any]) -> str:
    """The command that makes the same report."""
    words = ["python", "-m", "spacy", "report-tags", pipeline, str(data_path)]
    for option, value in options.items():
        words += [option] if value is True else [option, str(value)] if value else []
    return shlex.join(words)


def describe(nlp: Language) -> str:
    """A pipeline's name, version and components."""
    name = "_".join(filter(None, [nlp.meta["lang"], nlp.meta.get("name")]))
    return f"{name} {nlp.meta.get('version', '')}: {', '.join(nlp.pipe_names)}"


def versions() -> dict[str, str]:
    """The versions of what made the report."""
    found = {}
    for name, package in PACKAGES.items():
        with suppress(PackageNotFoundError):
            found[name] = version(package)
    return {**found, "Python": platform.python_version()}


def write(path: Path, text: str, quiet: bool) -> None:
    write_file(path, text.encode())
    if not quiet:
        msg.good(f"Wrote {path}")
