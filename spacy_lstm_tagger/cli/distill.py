"""`spacy distill-tags`: train a small pipeline on what a large one says about raw text."""

import json
import logging
import sys
from pathlib import Path

import spacy
import typer
from spacy import util
from spacy.cli._util import (
    Arg,
    Opt,
    app,
    import_code,
    parse_config_overrides,
    setup_gpu,
    show_validation_error,
)
from spacy.language import Language
from spacy.training.initialize import init_nlp
from spacy.training.loop import DIR_MODEL_BEST, DIR_MODEL_LAST
from wasabi import msg

from ..distillation import Teacher, distill, fill_config


@app.command(
    "distill-tags", context_settings={"allow_extra_args": True, "ignore_unknown_options": True}
)
def distill_tags_cli(
    ctx: typer.Context,
    teacher: str = Arg(..., help="Name or folder of the pipeline to learn from"),
    config_path: Path = Arg(..., help="Config of the student", exists=True, allow_dash=True),
    output_path: Path = Opt(
        ..., "--output", "--output-path", "-o", help="Folder for the students", file_okay=False
    ),
    more_teachers: list[str] = Opt(
        [], "--teacher", "-t", help="One more teacher; the probabilities of all are averaged"
    ),
    code_path: Path = Opt(
        None,
        "--code",
        "-c",
        help="Python file with additional code (registered functions) to be imported",
    ),
    verbose: bool = Opt(False, "--verbose", "-V", "-VV", help="Display more information"),
    use_gpu: int = Opt(-1, "--gpu-id", "-g", help="GPU ID or -1 for CPU"),
) -> None:
    """Train a pipeline with an lstm_tagger on the probabilities that another pipeline gives to tags
    of raw text, and on the rest of its annotation.

    The config is a config for `spacy train`. The section [distillation], if it lacks one, is filled
    in. Any value can be set on the command line, as in --paths.raw_text raw.txt. Training data is
    read for the labels and, with --distillation.gold_share, to learn from it, too.
    """
    if verbose:
        util.logger.setLevel(logging.DEBUG)
    overrides = parse_config_overrides(ctx.args)
    import_code(code_path)
    setup_gpu(use_gpu)
    try:
        with show_validation_error(config_path):
            config = util.load_config(config_path, interpolate=False)
            config, filled = fill_config(config, overrides)
        names = [teacher, *more_teachers]
        teachers = {name: spacy.load(name) for name in names}
        for name, nlp in teachers.items():
            check_output(output_path, name, nlp)
    except (OSError, ValueError) as error:
        msg.fail("Can't distill", str(error), exits=1)
    if filled:
        msg.info("Filled in what the config lacks:")
        print("\n".join(f"  --{key} {json.dumps(value)}" for key, value in filled.items()))
    msg.divider("Initializing student")
    with show_validation_error(config_path, hint_fill=False):
        student = init_nlp(config, use_gpu=use_gpu)
    msg.good("Initialized student")
    msg.divider("Distilling")
    teacher_of_all = Teacher(list(teachers.values()))
    distill(student, teacher_of_all, output_path, stdout=sys.stdout, stderr=sys.stderr)


def check_output(output_path: Path, name: str, nlp: Language) -> None:
    """Raise a ValueError if the output would overwrite a teacher."""
    for folder in (output_path / DIR_MODEL_BEST, output_path / DIR_MODEL_LAST):
        if folder.exists() and nlp.path and folder.samefile(nlp.path):
            raise ValueError(
                f"The teacher {name} would be overwritten by the student in {output_path}. "
                "Give another --output."
            )
