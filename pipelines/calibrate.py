"""Makes the probabilities of a pipeline's tags match its accuracy.

    python pipelines/calibrate.py training/student/model-last training/gold/dev \
      training/student/calibrated
"""

from pathlib import Path

import spacy
import typer
from spacy.cli._util import import_code
from wasabi import msg

from spacy_lstm_tagger.training.corpus import SentenceCorpus


def main(
    trained: Path = typer.Argument(..., help="Trained pipeline", exists=True, file_okay=False),
    data: Path = typer.Argument(..., help="Gold data, a .spacy file or a folder", exists=True),
    output: Path = typer.Argument(..., help="Folder for the calibrated pipeline"),
    name: str = typer.Option("tagger", help="Name of the lstm_tagger"),
    code: Path | None = typer.Option(None, help="Python file that the pipeline needs", exists=True),
) -> None:
    """Find the temperature on gold data that the pipeline has not learned."""
    import_code(code)
    nlp = spacy.load(trained)
    examples = list(SentenceCorpus(data)(nlp))
    before = nlp.pipe_names[: nlp.pipe_names.index(name)]
    with nlp.select_pipes(enable=before):
        for _ in nlp.pipe(example.predicted for example in examples):
            pass
    temperature = nlp.get_pipe(name).calibrate(examples)
    nlp.to_disk(output)
    msg.good(f"Wrote {output} (temperature {temperature:.3f})")


if __name__ == "__main__":
    typer.run(main)
