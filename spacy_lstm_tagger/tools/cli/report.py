"""`spacy report-tags`: report how well a pipeline tags."""

import os
import shlex
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from spacy.tokens import Doc
from spacy.training.corpus import FILE_TYPE, walk_corpus
from spacy.vocab import Vocab
from wasabi import msg

from ..._compat import Arg, Opt, app, import_code, setup_gpu
from ...files import replace_file
from ...training.corpus import SentenceCorpus, cut_doc
from ..loading import load_pipeline
from ..text.lines import STANDARD
from .messages import errors_shown
from .options import CODE, GOLD_PREPROC, GPU_ID
from .processes import stopped_by_signals

# Folders that `spacy train` writes. Their names are the same for every pipeline.
LAST_FOLDERS = {"model-best", "model-last"}


@app.command("report-tags")
def report_tags_cli(
    pipeline: str = Arg(..., help="Name or folder of a pipeline that sets token.tag_"),
    data_path: Path = Arg(
        ..., help="Gold data, .spacy, or a folder with a file for each kind of text", exists=True
    ),
    baseline: str = Opt(None, "--compare", help="A second pipeline, to compare with"),
    train_path: Path = Opt(
        None, "--train", help="Training data, to find unseen and ambiguous words", exists=True
    ),
    html_path: Path = Opt(None, "--html", help="Page to write", dir_okay=False),
    markdown_path: Path = Opt(None, "--markdown", help="Tables to write", dir_okay=False),
    csv_path: Path = Opt(None, "--csv", help="List of all errors to write", dir_okay=False),
    json_path: Path = Opt(None, "--json", help="File with all of it to write", dir_okay=False),
    gold_preproc: bool = GOLD_PREPROC,
    code: Path | None = CODE,
    gpu_id: int = GPU_ID,
    quiet: bool = Opt(False, "--quiet", "-q", help="Print nothing"),
) -> None:
    """Report how well a pipeline tags: accuracy with a confidence interval, also on words that are
    unseen or ambiguous in the training data; scores of each tag; confusions with examples; and
    calibration, if the pipeline has probabilities. A second pipeline is the baseline.

    Example: python -m spacy report-tags training/model-best dev.spacy --gold-preproc
    --train train.spacy --compare en_core_web_sm --html report.html --csv errors.csv

    DOCS: https://spacy-lstm-tagger.github.io/spacy-lstm-tagger/reference.html
    """
    try:
        from ..reporting import report
    except ImportError as error:
        msg.fail(f"A report needs '{error.name}'", "Install the extra 'report'.", exits=1)
    outputs = {"html": html_path, "markdown": markdown_path, "csv": csv_path, "json": json_path}
    command = f"python -m spacy {shlex.join(sys.argv[1:])}"
    about = {"data": as_text(str(data_path)), "command": as_text(command)}
    with errors_shown("Can't report"), stopped_by_signals(), ExitStack() as stack:
        inputs = [path for path in (data_path, train_path) if path]
        files = {name: open_report(path, inputs, stack) for name, path in outputs.items() if path}
        if baseline == pipeline:
            raise ValueError(f"--compare names {baseline} itself. Name another pipeline.")
        import_code(code)
        # The name of the device would stand in the report on standard output.
        setup_gpu(gpu_id, silent=True)
        typed = [name for name in (pipeline, baseline) if name is not None]
        pipelines = dict(zip(short_names(typed), map(load_pipeline, typed), strict=True))
        vocab = next(iter(pipelines.values())).vocab
        docs = read_kinds(data_path, vocab, gold_preproc)
        train = SentenceCorpus(train_path).docs(vocab) if train_path else None
        made = report(pipelines, docs, train=train, gold_tokens=gold_preproc, about=about)
        for name, file in files.items():
            file.write(getattr(made, f"to_{name}")().encode())
    if not quiet:
        with errors_shown("Can't print the report"):
            print(made, flush=True)


def as_text(name: str) -> str:
    """A name without the bytes that can't be decoded: a report is UTF-8. A mark replaces them."""
    return name.encode(errors="surrogateescape").decode(errors="replace")


def open_report(path: Path, taken: list[Path], stack: ExitStack) -> BinaryIO:
    """Open an output of the report before the work begins, so that no work is lost, and add its
    path to the taken ones. Raises a ValueError if an input or another output has this path."""
    if path == STANDARD:
        raise ValueError("A report is not written to standard output. Name a file in place of -.")
    place = os.path.realpath(path)
    if place in map(os.path.realpath, taken):
        raise ValueError(f"Can't write {path}: it is there for something else.")
    taken.append(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    return stack.enter_context(replace_file(path))


def read_kinds(path: Path, vocab: Vocab, gold_preproc: bool) -> list[Doc] | dict[str, list[Doc]]:
    """The gold Docs of a file, or of each file in a folder, by the file's name."""
    locs = walk_corpus(path, FILE_TYPE) if path.is_dir() else []
    if len(locs) < 2:
        return read_gold(path, vocab, gold_preproc)
    kinds = {}
    for loc in locs:
        kind = loc.relative_to(path).with_suffix("").as_posix()
        kinds[as_text(kind)] = read_gold(loc, vocab, gold_preproc)
    return kinds


def read_gold(path: Path, vocab: Vocab, gold_preproc: bool) -> list[Doc]:
    """Read the Docs of a file, as `spacy evaluate` does: one sentence a Doc with `--gold-preproc`,
    whole Docs without."""
    docs = SentenceCorpus(path).docs(vocab)
    if gold_preproc:
        return [piece for doc in docs for piece in cut_doc(doc)]
    return list(docs)


def short_names(pipelines: list[str]) -> list[str]:
    """The names of pipelines in a report: of packages or folders. If two of these are the same, the
    names are returned as they were typed."""
    names = [
        next((part for part in reversed(Path(name).parts) if part not in LAST_FOLDERS), name)
        for name in pipelines
    ]
    return names if len(set(names)) == len(names) else pipelines
