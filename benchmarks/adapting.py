"""Measures what adapting a pipeline to another kind of text gains there, and costs elsewhere.

    python benchmarks/adapting.py en_lstm_web --new en_craft-ud-train.conllu \
      --new-dev en_craft-ud-dev.conllu --old masc.txt.xz --old wikipedia.txt.xz \
      --kept en_ewt-ud-dev.conllu --sentences 50 --sentences 600 --output results

`configs/adapt.cfg` is run for each number of sentences of the new text. They are drawn in groups of
ten neighbours, so that training sees where a sentence ends; 200 others choose the best model. The
old text is raw text that the pipeline labels itself, as `label-tags` does, or CoNLL-U as it is.
Measured are XPOS, UPOS and lemmas with the words given, one sentence a Doc; and the words that
begin a sentence, in Docs of ten sentences, without the first word of a Doc.
"""

import io
import random
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import spacy
import typer
from common import (
    Measures,
    accuracies,
    machine,
    read_docs,
    read_paragraphs,
    save,
    sentence_starts,
    show,
    table,
    tag_words,
    without_zeros,
)
from spacy.language import Language
from spacy.tokens import Doc, DocBin
from spacy.training.initialize import init_nlp
from spacy.training.loop import train
from spacy.util import load_config

from spacy_lstm_tagger import set_num_threads
from spacy_lstm_tagger.tools.labelling.label_file import label_texts

CONFIG = Path(__file__).parent.parent / "configs/adapt.cfg"
# Sentences in a Doc, as `spacy convert-tags` writes them.
IN_A_DOC = 10
# Sentences of the new text that choose the best model. They are neither trained on nor measured on.
N_CHOOSING = 200
# At most so many sentences are measured on.
N_MEASURED = 1000


def main(
    source: str = typer.Argument(..., help="Name or folder of the pipeline to adapt"),
    new: Path = typer.Option(..., help="CoNLL-U of the new kind, to train on", exists=True),
    new_dev: Path = typer.Option(..., help="CoNLL-U of the new kind, to measure", exists=True),
    old: list[Path] = typer.Option(..., help="Raw text, or CoNLL-U, of old kinds", exists=True),
    old_words: int = typer.Option(50_000, help="Words to take of each raw text"),
    top_k: int = typer.Option(0, help="Probable tags of each word of raw text; 0: tags alone"),
    kept: Path = typer.Option(..., help="CoNLL-U of an old kind, to measure", exists=True),
    sentences: list[int] = typer.Option([50, 200, 600], help="Number of new sentences"),
    steps: int = typer.Option(None, help="Steps of each training, in place of the config's", min=1),
    output: Path = typer.Option(None, help="Folder for adapting.md and adapting.json"),
) -> None:
    """Adapt a pipeline, and measure it on new and old text before and after."""
    set_num_threads(1)
    with TemporaryDirectory() as name:
        folder = Path(name)
        nlp = spacy.load(source)
        (folder / "old").mkdir()
        for path in old:
            data = old_data(nlp, path, old_words, top_k)
            (folder / f"old/{path.name}.spacy").write_bytes(data)
        groups = read_docs(new)
        random.Random(0).shuffle(groups)
        n_groups = N_CHOOSING // IN_A_DOC
        (folder / "choosing.spacy").write_bytes(as_bytes(groups[:n_groups]))
        measured = {
            "new": read_docs(new_dev)[: N_MEASURED // IN_A_DOC],
            "old": read_docs(kept)[: N_MEASURED // IN_A_DOC],
        }
        rows = {"before": measure(nlp, measured)}
        seconds: dict[str, float] = {}
        print("before", rows["before"], flush=True)
        for n in sentences:
            docs = groups[n_groups : n_groups + n // IN_A_DOC]
            start = time.process_time()
            adapted = adapt(folder, source, docs, steps)
            title = f"{n} sentences"
            seconds[title] = time.process_time() - start
            rows[title] = measure(adapted, measured)
            # One training takes minutes, and the table comes last.
            print(title, rows[title], f"{seconds[title]:.0f} CPU seconds", flush=True)
    print(machine())
    shown = table(rows)
    show(shown, "Adapting, %")
    if output is not None:
        results = {"measures": rows, "CPU seconds": seconds}
        save(output, "adapting", {"Adapting, %": shown}, results)


def old_data(nlp: Language, path: Path, n_words: int, top_k: int) -> bytes:
    """CoNLL-U as it is, or raw text as the pipeline labels it, in the form of a .spacy file."""
    if path.suffix == ".conllu":
        return as_bytes(read_docs(path))
    return label_texts([nlp], read_paragraphs(path, n_words), top_k)


def as_bytes(docs: list[Doc]) -> bytes:
    attrs = ["TAG", "POS", "MORPH", "LEMMA", "SENT_START", "SPACY"]
    return DocBin(attrs=attrs, docs=docs).to_bytes()


def adapt(folder: Path, source: str, docs: list[Doc], steps: int | None) -> Language:
    """Run configs/adapt.cfg as `spacy train` does, and return the best model."""
    (folder / "new.spacy").write_bytes(as_bytes(docs))
    overrides: dict[str, Any] = {
        "paths.source": source,
        "paths.old": str(folder / "old"),
        "paths.train": str(folder / "new.spacy"),
        "paths.dev": str(folder / "choosing.spacy"),
    }
    if steps:
        overrides |= {"training.max_steps": steps, "training.eval_frequency": steps}
    nlp = init_nlp(load_config(CONFIG, overrides, interpolate=False))
    (folder / "adapted").mkdir(exist_ok=True)
    train(nlp, folder / "adapted", stdout=io.StringIO())
    return spacy.load(folder / "adapted/model-best")


def measure(nlp: Language, measured: dict[str, list[Doc]]) -> Measures:
    """The measures on each kind of text that its gold data allows."""
    found: Measures = {}
    for kind, docs in measured.items():
        alone = tag_words(nlp, [sentence.as_doc() for doc in docs for sentence in doc.sents])
        found |= {f"{kind}: {name}": value for name, value in accuracies(alone).items()}
        found[f"{kind}: sentence starts, F"] = sentence_starts(tag_words(nlp, docs))
        whole = [len(list(example.predicted.sents)) == 1 for example in alone]
        found[f"{kind}: single sentences left whole"] = sum(whole) / len(whole)
    return without_zeros(found)


if __name__ == "__main__":
    typer.run(main)
