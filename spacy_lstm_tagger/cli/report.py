"""`spacy report-tags`: report the accuracy of a pipeline's tags, and its errors."""

import shlex
from pathlib import Path

from spacy.cli._util import Arg, Opt, app
from typer import Context
from wasabi import msg

from ..files import write_file
from ..loading import load_pipeline
from ..training.corpus import SentenceCorpus, read_gold
from . import GOLD_PREPROC, check_file, errors_shown


@app.command("report-tags")
def report_tags_cli(
    context: Context,
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
    names: list[str] = Opt(
        [], "--name", "-n", help="A short name for the report, as in --name training/model-best=own"
    ),
    html_path: Path = Opt(None, "--html", help="HTML page to write", dir_okay=False),
    json_path: Path = Opt(None, "--json", help="JSON file to write", dir_okay=False),
    csv_path: Path = Opt(
        None, "--csv", help="CSV file to write, with a number in each row", dir_okay=False
    ),
    markdown_path: Path = Opt(
        None, "--markdown", help="Markdown file to write, with all tables", dir_okay=False
    ),
    gold_preproc: bool = GOLD_PREPROC,
    n_examples: int = Opt(3, "--examples", "-e", help="Examples of each confusion", min=0),
    with_forms: bool = Opt(
        False,
        "--forms",
        "-f",
        help="Also tag other forms of the text: case, typing errors, white space",
    ),
    quiet: bool = Opt(False, "--quiet", "-q", help="Print nothing, and show no progress"),
) -> None:
    """Report how well a pipeline tags: accuracy with a confidence interval, also on unseen,
    ambiguous, rare and frequent words; precision, recall and F by tag; confusions with examples;
    the worst sentences; calibration; accuracy on other forms of the same text.

    Any component that sets token.tag_ can be measured. With a second pipeline, the report says what
    the first one changes, with a significance test. --gold-preproc means what it means in
    `spacy evaluate`. The terminal shows the result in ten lines, the files have the rest.

    Example: python -m spacy report-tags training/model-best dev.spacy --gold-preproc
    --train train.spacy --compare en_core_web_sm --html report.html
    """
    try:
        from ..tools.report import report
    except ImportError as error:
        msg.fail(
            f"A report needs '{error.name}'", "pip install 'spacy-lstm-tagger[report]'", exits=1
        )
    if other == pipeline:
        msg.fail(f"Can't compare {pipeline} with itself", exits=1)
    files = {
        "--html": html_path,
        "--json": json_path,
        "--csv": csv_path,
        "--markdown": markdown_path,
    }
    if quiet and not any(files.values()):
        msg.fail(f"With --quiet, give {' or '.join(files)}, or nothing is reported", exits=1)
    about = {
        "command": command_of(context),
        "data": str(data_path),
        "train": None if train_path is None else str(train_path),
    }
    with errors_shown("Can't report"):
        used = [path.resolve() for path in (data_path, train_path) if path]
        for path in filter(None, files.values()):
            check_file(path)
            if path.resolve() in used:
                raise ValueError(f"Can't write {path}: it is there for something else already.")
            used.append(path.resolve())
        short = short_names(names, [pipeline, *filter(None, [other])])
        loaded = {short[path]: load_pipeline(path) for path in short}
        vocab = loaded[short[pipeline]].vocab
        made = report(
            loaded,
            read_gold(data_path, vocab, gold_preproc),
            train=None if train_path is None else SentenceCorpus(train_path).docs(vocab),
            gold_tokens=gold_preproc,
            forms=with_forms,
            n_examples=n_examples,
            progress=not quiet,
            about=about,
        )
    if not quiet:
        print(made)
    with errors_shown("Can't write the report"):
        for option, path in files.items():
            if path is not None:
                text = getattr(made, option.replace("--", "to_"))()
                write_file(path, text.encode())
                if not quiet:
                    msg.good(f"Wrote {path}")


def short_names(names: list[str], pipelines: list[str]) -> dict[str, str]:
    """The name of each pipeline in the report. Raises a ValueError if a name is not of the form
    PIPELINE=NAME, or is not unique."""
    short = {pipeline: pipeline for pipeline in pipelines}
    for pair in names:
        pipeline, _, name = pair.rpartition("=")
        if pipeline not in short or not name:
            known = " or ".join(f"{each}=NAME" for each in pipelines)
            raise ValueError(f"Can't read --name {pair}: it has to be {known}.")
        short[pipeline] = name
    if len(set(short.values())) < len(short):
        raise ValueError(f"Two pipelines have the name {short[pipelines[0]]}. Give another --name.")
    return short


def command_of(context: Context) -> str:
    """The command that makes the same report."""
    words = ["python", "-m", "spacy", str(context.info_name)]
    for parameter in context.command.params:
        value, name = context.params[str(parameter.name)], parameter.opts[0]
        if value not in ([], parameter.get_default(context)):
            option = [name] if name.startswith("-") else []
            for each in value if isinstance(value, list) else [value]:
                words += option if each is True else [*option, str(each)]
    return shlex.join(words)
