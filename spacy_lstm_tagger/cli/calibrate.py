"""`spacy calibrate-tags`: make the probabilities of a tagger match its accuracy."""

from pathlib import Path

from spacy.cli._util import Arg, Opt, app
from spacy.language import Language
from spacy.training import Example
from spacy.util import get_package_path, is_package
from wasabi import msg

from ..loading import load_pipeline
from ..pipeline import get_tagger
from ..progress import progress_bar
from ..training.corpus import make_doc, read_gold
from . import GOLD_PREPROC, QUIET, check_folder, errors_shown


@app.command("calibrate-tags")
def calibrate_tags_cli(
    pipeline: str = Arg(..., help="Name or folder of a pipeline with an lstm_tagger"),
    data_path: Path = Arg(
        ...,
        help="Gold data that the pipeline was not trained on, .spacy",
        exists=True,
        dir_okay=False,
    ),
    output_path: Path = Arg(..., help="Folder for the calibrated pipeline", file_okay=False),
    name: str = Opt("lstm_tagger", "--name", "-n", help="Name of the component"),
    gold_preproc: bool = GOLD_PREPROC,
    quiet: bool = QUIET,
) -> None:
    """Divide the scores of an lstm_tagger by a temperature, so that its probabilities match its
    accuracy: of the tags given 90 %, about 90 % are right. The tags stay the same.

    To see how well that worked, run report-tags on other data: on the data with which it was
    found, the temperature looks better than it is.

    Example: python -m spacy calibrate-tags training/model-best dev.spacy calibrated --gold-preproc
    """
    with errors_shown("Can't calibrate"):
        check_folder(output_path)
        nlp = load_pipeline(pipeline)
        check_output(output_path, pipeline, nlp)
        tagger = get_tagger(nlp, name)
        gold = read_gold(data_path, nlp.vocab, gold_preproc)
        title = None if quiet else f"Tagging with {pipeline}"
        with nlp.select_pipes(enable=nlp.pipe_names[: nlp.pipe_names.index(name)]):
            docs = nlp.pipe(make_doc(nlp, doc, gold_preproc) for doc in gold)
            bar = progress_bar(title, len(gold), "doc", iterable=docs)
            found = tagger.calibrate(map(Example, bar, gold))
        output_path.mkdir(parents=True, exist_ok=True)
        nlp.to_disk(output_path)
    msg.good(f"Wrote {output_path} (temperature {found:.3f})")


def check_output(output_path: Path, pipeline: str, nlp: Language) -> None:
    """Raise a ValueError if the output is the folder of the pipeline, or of its package."""
    sources = [nlp.path, get_package_path(pipeline) if is_package(pipeline) else None]
    if output_path.exists() and any(path and output_path.samefile(path) for path in sources):
        raise ValueError(
            f"The output {output_path} is the folder of {pipeline}, which would be overwritten. "
            "Give another folder."
        )
