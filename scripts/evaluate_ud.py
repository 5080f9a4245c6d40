"""Measures a pipeline that the workflow `ud` trained, and shows the results in a table.

    python scripts/evaluate_ud.py training/UD_Czech-CLTT/model-best \
      training/UD_Czech-CLTT/test.spacy metrics/UD_Czech-CLTT.json

The JSON file has the scores as `spacy evaluate` names them, on the words of the treebank (`words`,
one sentence a Doc; sentences are found in Docs of ten) and on raw text (`text`, whole Docs).
"""

from pathlib import Path
from typing import Any

import spacy
import srsly
import typer
from spacy.language import Language
from spacy.training import Corpus
from wasabi import msg

from spacy_lstm_tagger.training.corpus import SentenceCorpus

ROWS = {
    "token_f": "words (F)",
    "sents_f": "sentences (F)",
    "tag_acc": "tag",
    "pos_acc": "pos",
    "morph_acc": "morph",
    "lemma_acc": "lemma",
}
HEADER = ("", "words of the treebank", "raw text")


def main(
    pipeline: Path = typer.Argument(..., help="The trained pipeline", exists=True),
    data: Path = typer.Argument(..., help="The .spacy file to measure it on", exists=True),
    output: Path = typer.Argument(..., help="The .json file to write", dir_okay=False),
) -> None:
    """Measure a pipeline, and show the results."""
    scores = measure(spacy.load(pipeline), data)
    output.parent.mkdir(parents=True, exist_ok=True)
    srsly.write_json(output, scores)
    msg.divider(f"Results on {data}, %")
    msg.table(table(scores), header=HEADER, divider=True, aligns=("l", "r", "r"))


def measure(nlp: Language, data: Path) -> dict[str, dict[str, Any]]:
    """Score a pipeline on the words of a treebank and on its raw text."""
    words = nlp.evaluate(list(SentenceCorpus(data)(nlp)))
    in_tens = nlp.evaluate(list(SentenceCorpus(data, max_sents=10)(nlp)))
    for score in ("sents_f", "sents_p", "sents_r"):
        words[score] = in_tens.get(score)
    return {"words": words, "text": nlp.evaluate(list(Corpus(data)(nlp)))}


def table(scores: dict[str, dict[str, Any]]) -> list[list[str]]:
    """The results in per cent, a row for each kind, under HEADER."""
    rows = []
    for score, name in ROWS.items():
        values = [scores[text].get(score) for text in ("words", "text")]
        if score == "token_f":
            # The words of the treebank are given.
            values[0] = None
        if any(value is not None for value in values):
            rows.append([name, *("-" if v is None else f"{100 * v:.2f}" for v in values)])
    return rows


if __name__ == "__main__":
    typer.run(main)
