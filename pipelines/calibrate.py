"""Makes the probabilities of a pipeline's tags match its accuracy.

    python pipelines/calibrate.py training/student/model-last training/gold/dev \
      training/student/calibrated --morphologizer morphologizer

With `--morphologizer`, it does the same for the labels of a morphologizer.
"""

import shutil
from pathlib import Path
from typing import Any

import numpy
import spacy
import typer
from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from wasabi import msg

from spacy_lstm_tagger._compat import import_code
from spacy_lstm_tagger.pipeline.calibration import best_temperature
from spacy_lstm_tagger.tools.cli.messages import errors_shown
from spacy_lstm_tagger.tools.labelling.teacher import gold_morphs
from spacy_lstm_tagger.tools.probabilities import component_probs
from spacy_lstm_tagger.training.corpus import SentenceCorpus

Scores = NDArray[numpy.float32]


def main(
    trained: Path = typer.Argument(..., help="Trained pipeline", exists=True, file_okay=False),
    data: Path = typer.Argument(..., help="Gold data, a .spacy file or a folder", exists=True),
    output: Path = typer.Argument(..., help="Folder for the calibrated pipeline"),
    name: str = typer.Option("tagger", help="Name of the lstm_tagger"),
    morphologizer: str | None = typer.Option(
        None, help="Name of a morphologizer to calibrate, too"
    ),
    code: Path | None = typer.Option(None, help="Python file that the pipeline needs", exists=True),
) -> None:
    """Find the temperature on gold data that the pipeline has not learned."""
    import_code(code)
    nlp = spacy.load(trained)
    for given in (name, morphologizer):
        if given is not None and given not in nlp.pipe_names:
            raise ValueError(
                f"There is no component '{given}'; the components are {nlp.pipe_names}."
            )
    tagger: Any = nlp.get_pipe(name)
    examples = list(SentenceCorpus(data)(nlp))
    annotate(nlp, [example.predicted for example in examples], before=name)
    temperature = tagger.calibrate(examples)
    msg.info(f"Temperature of '{name}': {temperature:.3f}")
    if morphologizer is not None:
        temperature = calibrate_morphologizer(nlp, morphologizer, examples)
        msg.info(f"Temperature of '{morphologizer}': {temperature:.3f}")
    nlp.to_disk(output)
    for other in {*nlp.pipe_names} - {name, morphologizer}:
        # A transformer names a temporary folder whenever it is saved. Another run has to give the
        # same bytes, or what it has labelled would count as another teacher's.
        if (trained / other).is_dir():
            shutil.copytree(trained / other, output / other, dirs_exist_ok=True)
    msg.good(f"Wrote {output}")


def annotate(nlp: Language, docs: list[Doc], before: str) -> None:
    """Let the components before another one annotate Docs."""
    with nlp.select_pipes(enable=nlp.pipe_names[: nlp.pipe_names.index(before)]):
        for _ in nlp.pipe(docs):
            pass


def log_probs(pipe: Any, docs: list[Doc]) -> list[Scores]:
    """For each Doc, the log-probability of each label for each token, (n_tokens, n_labels). They
    differ from the scores of the component by a number that is the same for all labels of a token.

    docs (list[Doc]): They are annotated by the components before it.
    """
    tiny = numpy.finfo("float32").tiny
    return [numpy.log(numpy.maximum(found.probs, tiny)) for found in component_probs(pipe, docs)]


def calibrate_morphologizer(nlp: Language, name: str, examples: list[Example]) -> float:
    """Divide the scores of a morphologizer by a temperature, and return it. See
    `LSTMTagger.calibrate`.

    examples (list[Example]): Their predicted Docs are annotated by the components before it.
    """
    pipe: Any = nlp.get_pipe(name)
    scores = numpy.concatenate(log_probs(pipe, [example.predicted for example in examples]))
    row_of = {label: row for row, label in enumerate(pipe.labels)}
    gold = [label for eg in examples for label in gold_morphs(eg.reference, pipe.labels)]
    labels = numpy.array([row_of.get(label, -1) for label in gold])
    is_known = labels >= 0
    temperature = best_temperature(scores[is_known], labels[is_known])
    output_layer = pipe.model.get_ref("output_layer")
    for param in ("W", "b"):
        output_layer.set_param(param, output_layer.get_param(param) / temperature)
    return temperature


if __name__ == "__main__":
    with errors_shown("Can't calibrate the pipeline"):
        typer.run(main)
