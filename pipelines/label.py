"""Lets the teacher tag raw text, as `spacy label-tags` does, and keeps its states of each word.

    python pipelines/label.py training/teacher/calibrated assets/raw/masc.txt.xz labelled/masc \
      --states states/masc --code teacher_functions.py

word_vectors.py makes vectors of words out of the states. A file of states follows each file of
labelled text, and what is there is left out when the script runs again.
"""

from pathlib import Path
from typing import Any

import spacy
import torch
import typer
from spacy.language import Language
from tqdm import tqdm
from word_states import WordStates

from spacy_lstm_tagger._compat import import_code
from spacy_lstm_tagger.tools.cli.messages import errors_shown
from spacy_lstm_tagger.tools.labelling.label_file import label_file


@Language.factory("word_states")
def make_word_states(nlp: Language, name: str) -> WordStates:
    """Make a component that sums up the states of what it reads."""
    return WordStates()


def main(
    teacher: Path = typer.Argument(..., help="Trained teacher", exists=True, file_okay=False),
    text: Path = typer.Argument(..., help="Raw text", exists=True),
    output: Path = typer.Argument(..., help="Folder for the labelled text", file_okay=False),
    states: Path = typer.Option(..., help="Folder for the states of words", file_okay=False),
    max_words: int = typer.Option(0, help="Stop at this number of words; 0: all", min=0),
    shard_words: int = typer.Option(20_000, help="About how many words a file has", min=1),
    code: Path | None = typer.Option(None, help="Python file that the teacher needs"),
) -> None:
    """Tag raw text, and keep the states of words."""
    import_code(code)
    nlp = spacy.load(teacher)
    of_words: Any = nlp.add_pipe("word_states")
    states.mkdir(parents=True, exist_ok=True)
    shards = label_file(
        [nlp], text, output, max_words=max_words, shard_words=shard_words, code=code
    )
    # The teacher enters this context for each batch, and leaves it. As long as an outer one is
    # open, PyTorch keeps the weights in bfloat16, so labelling takes three quarters of the time.
    with (
        torch.autocast("cpu", dtype=torch.bfloat16),
        tqdm(desc=text.name, total=max_words or None, unit=" words", unit_scale=True) as bar,
    ):
        for shard in shards:
            path = (states / shard.name).with_suffix(".npz")
            if of_words.counts:
                of_words.to_disk(path)
                of_words.clear()
            if not path.exists():
                raise ValueError(f"{output / shard.name} has no states in {path}. Delete it.")
            bar.update(shard.n_words)


if __name__ == "__main__":
    with errors_shown("Can't label the text"):
        typer.run(main)
