"""`spacy calibrate-tags`: make a tagger as sure as it is right."""

from pathlib import Path

import spacy
from spacy.cli._util import Arg, Opt, app
from wasabi import msg

from ..pipeline import get_tagger
from ..readers import SentenceCorpus


@app.command("calibrate-tags")
def calibrate_tags_cli(
    pipeline: str = Arg(..., help="Name or folder of a pipeline with an lstm_tagger"),
    data_path: Path = Arg(
        ..., help="Gold data that was not trained on, .spacy", exists=True, dir_okay=False
    ),
    output_path: Path = Arg(..., help="Folder for the calibrated pipeline", file_okay=False),
    name: str = Opt("lstm_tagger", "--name", "-n", help="Name of the component"),
    gold_preproc: bool = Opt(
        False,
        "--gold-preproc",
        "-G",
        help="Use the tokens of the gold data, not those of the tokenizer",
    ),
) -> None:
    """Scale the scores of an lstm_tagger by a temperature, so that its probabilities are right
    as often as they say. Its tags stay the same."""
    try:
        nlp = spacy.load(pipeline)
        tagger = get_tagger(nlp, name)
        examples = list(SentenceCorpus(data_path, gold_preproc=gold_preproc)(nlp))
        before = nlp.pipe_names[: nlp.pipe_names.index(name)]
        with nlp.select_pipes(enable=before):
            for example in examples:
                example.predicted = nlp(example.predicted)
        found = tagger.calibrate(examples)
        output_path.mkdir(parents=True, exist_ok=True)
        nlp.to_disk(output_path)
    except (OSError, ValueError) as error:
        msg.fail("Can't calibrate", str(error), exits=1)
    msg.good(f"Wrote {output_path} (temperature {found:.3f})")
