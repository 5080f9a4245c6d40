"""Lets the teacher tag raw text, as `spacy label-tags` does, and keeps its states of each word.

    python pipelines/label.py training/teacher/calibrated assets/raw/masc.txt.xz tagged/masc \
      --n-process 2 --code teacher_functions.py

Each process labels a part of the text, in a folder of its own. word_vectors.py makes vectors of
words out of the states: beside each .spacy file is an .npz file with them. What is finished is left
out when the script runs again.
"""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import spacy
import srsly
import torch
import typer
from spacy.language import Language
from tqdm import tqdm
from word_states import WordStates

from spacy_lstm_tagger._compat import import_code
from spacy_lstm_tagger.tools.cli.messages import errors_shown
from spacy_lstm_tagger.tools.labelling.label_file import label_file
from spacy_lstm_tagger.tools.labelling.shards import estimate_words
from spacy_lstm_tagger.tools.text.raw_text import read_texts

MAX_LENGTH = 1_000_000


@Language.factory("word_states")
def make_word_states(nlp: Language, name: str) -> WordStates:
    """Make a component that sums up the states of what it reads."""
    return WordStates()


def main(
    teacher: Path = typer.Argument(..., help="Trained teacher", exists=True, file_okay=False),
    text: Path = typer.Argument(..., help="Raw text", exists=True),
    output: Path = typer.Argument(..., help="Folder for the labelled text", file_okay=False),
    max_words: int = typer.Option(0, help="Stop at this number of words; 0: all", min=0),
    shard_words: int = typer.Option(20_000, help="About how many words a file has", min=1),
    n_process: int = typer.Option(1, help="Number of processes", min=1),
    code: Path | None = typer.Option(None, help="Python file that the teacher needs"),
) -> None:
    """Tag raw text, and keep the states of words."""
    texts = first_texts(text, max_words)
    folders = [output / str(part) for part in range(n_process)]
    others = sorted({*output.glob("[!.]*")} - {*folders})
    if others:
        raise ValueError(
            f"{others[0]} is of a run with other options: this one writes the folders 0 to "
            f"{n_process - 1}. Delete {output}, or choose another folder."
        )
    parts = [
        (teacher, texts[part::n_process], folder, shard_words, code)
        for part, folder in enumerate(folders)
    ]
    if n_process == 1:
        label_part(*parts[0])
        return
    # A forked process would wait for ever for PyTorch's threads: only its parent has them.
    with ProcessPoolExecutor(n_process, mp_context=get_context("spawn")) as processes:
        list(processes.map(label_part, *zip(*parts, strict=True)))


def first_texts(path: Path, max_words: int) -> list[str]:
    """The texts of a file up to the one that reaches a number of words; 0: all."""
    texts = []
    n_words = 0
    for text in read_texts(path, MAX_LENGTH):
        texts.append(text)
        n_words += estimate_words(text)
        if max_words and n_words >= max_words:
            break
    return texts


def label_part(
    teacher: Path, texts: list[str], output: Path, shard_words: int, code: Path | None
) -> None:
    """Tag texts, and keep the states of words, in one process."""
    import_code(code)
    nlp = spacy.load(teacher)
    of_words: Any = nlp.add_pipe("word_states")
    for path in output.glob("*.spacy"):
        # The script was stopped before it wrote the states.
        if not path.with_suffix(".npz").exists():
            path.unlink()
    # The teacher enters this context for each batch, and leaves it. As long as an outer one is
    # open, PyTorch keeps the weights in bfloat16, so labelling takes three quarters of the time.
    with (
        TemporaryDirectory() as folder,
        torch.autocast("cpu", dtype=torch.bfloat16),
        tqdm(desc=str(output), total=sum(map(estimate_words, texts)), unit=" words") as bar,
    ):
        raw = Path(folder) / "texts.jsonl"
        srsly.write_jsonl(raw, ({"text": text} for text in texts))
        for shard in label_file(nlp, raw, output, shard_words=shard_words, code=code):
            if of_words.counts:
                of_words.to_disk((output / shard.name).with_suffix(".npz"))
                of_words.clear()
            bar.update(shard.n_words)


if __name__ == "__main__":
    with errors_shown("Can't label the text"):
        typer.run(main)
