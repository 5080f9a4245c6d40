"""Compares whole trained pipelines: accuracy, speed and size.

    python benchmarks/pipelines.py dev.spacy en_lstm_web en_core_web_sm --train train.spacy

All components of each pipeline run, and for the speed also fewer of them. Tags are compared with
the tags of the data, so the data has to have the tag set of the pipelines. Speed is measured in
turn after a warm-up; figures are medians with the smallest and the largest value.
"""

import random
from pathlib import Path

import spacy
import typer
from common import (
    in_process,
    in_turn,
    machine,
    make_docs,
    read_docs,
    save,
    seconds,
    sentences_of,
    show,
    spread,
)
from spacy.language import Language
from spacy.pipeline.senter import senter_score
from spacy.scorer import PRFScore, Scorer
from spacy.tokens import Doc
from spacy.training import Example

from spacy_lstm_tagger import report
from spacy_lstm_tagger.training.augmenters import forms_augmenter
from spacy_lstm_tagger.training.readers import make_doc

# The shares of examples in another form, by their names in the augmenter.
LEVELS = ("lower_level", "upper_level", "title_level", "typo_level", "no_final_punct_level")
FORMS = {
    "lower case": "lower_level",
    "upper case": "upper_level",
    "title case": "title_level",
    "typing errors": "typo_level",
}
# Components of either pipeline, by name.
MORE = ["senter", "parser", "ner", "lemmatizer", "tag_lemmatizer"]
# What runs, and the components that stay out.
PARTS = {
    "all components": [],
    "tags, parts of speech, morphology": MORE,
    "tags alone": [*MORE, "morphologizer", "attribute_ruler"],
}
Accuracy = dict[str, float]


def main(
    data: Path = typer.Argument(..., help="DocBin with sentence boundaries", exists=True),
    pipelines: list[str] = typer.Argument(..., help="Names or folders of trained pipelines"),
    train: Path = typer.Option(None, help="Training data, for the words that it has not"),
    repeat: int = typer.Option(5, help="Runs of each measurement of speed", min=1),
    n_threads: int = typer.Option(1, help="Number of threads", min=1),
    output: Path = typer.Option(None, help="Folder for pipelines.md and pipelines.json"),
) -> None:
    """Compare trained pipelines."""
    scores = {
        name: in_process(accuracy, name, data, train, n_threads=n_threads) for name in pipelines
    }
    speeds = {
        part: in_process(speed, pipelines, exclude, data, repeat, n_threads=n_threads)
        for part, exclude in PARTS.items()
    }
    table = [["", *(Path(name).name for name in pipelines)]]
    for measure in scores[pipelines[0]]:
        table.append([measure, *(f"{scores[name][measure]:.2%}" for name in pipelines)])
    for part, of_part in speeds.items():
        table.append([f"words/s, {part}", *(spread(of_part[name]) for name in pipelines)])
    table.append(["size in MB", *(f"{size(name):.1f}" for name in pipelines)])
    title = f"{data.name}, {n_threads} thread(s)"
    print(machine())
    show(table, title)
    if output is not None:
        results = {"accuracy": scores, "words/s": speeds}
        save(output, "pipelines", {title: table}, results)


def accuracy(name: str, data: Path, train: Path | None) -> Accuracy:
    """The accuracy of a pipeline on the gold tokens, on the raw text, and on other forms of it."""
    nlp = spacy.load(name)
    docs = read_docs(data)
    sentences = [sent.as_doc() for doc in docs for sent in doc.sents]
    one, several, raw = score(nlp, sentences), score(nlp, docs), score(nlp, docs, gold_tokens=False)
    found = {
        "XPOS, a sentence a Doc": one["tag"],
        "XPOS, several sentences a Doc": several["tag"],
        "UPOS, a sentence a Doc": one["pos"],
        "UPOS, several sentences a Doc": several["pos"],
        "words from raw text, F": raw["words"],
        "XPOS from raw text, F": raw["tag"],
        "words and XPOS from raw text, F": raw["tagged_words"],
        "sentences from raw text, F": raw["sents_f"],
        "lemmas, a sentence a Doc": one["lemma"],
        "lemmas from raw text, F": raw["lemma"],
    }
    if train is not None:
        (result,) = report(nlp, sentences, train=read_docs(train)).pipelines.values()
        found["XPOS, unseen words"] = result["measures"]["unseen words"]["value"]
    random.seed(0)
    for form, level in FORMS.items():
        augment = forms_augmenter(**{**dict.fromkeys(LEVELS, 0.0), level: 1.0})
        # The augmenter yields the original first, and nothing else if no word changes.
        others = [list(augment(nlp, Example(doc, doc)))[-1].reference for doc in sentences]
        found[f"XPOS, {form}"] = score(nlp, others)["tag"]
    return found


def score(nlp: Language, docs: list[Doc], *, gold_tokens: bool = True) -> Accuracy:
    """F of tag, pos and lemma as spaCy counts them: with the gold tokens, it is the accuracy;
    without, a part of a gold token may be right. F of the words, and of words with their tags, as
    CoNLL 2018 counts them: a part is wrong. F of sentences over Docs whose pipeline finds any."""
    tagged = nlp.pipe(make_doc(nlp, doc, gold_tokens) for doc in docs)
    examples = [Example(doc, gold) for doc, gold in zip(tagged, docs, strict=True)]
    found = {
        attribute: float(Scorer.score_token_attr(examples, attribute)[f"{attribute}_acc"] or 0)
        for attribute in ("tag", "pos", "lemma")
    }
    finds_sentences = any(eg.predicted.has_annotation("SENT_START") for eg in examples)
    sents_f = senter_score(examples)["sents_f"] if finds_sentences else 0
    of_words = PRFScore()
    for example in examples:
        of_words.score_set(tagged_words(example.predicted), tagged_words(example.reference))
    return {
        **found,
        "sents_f": float(sents_f),
        "words": float(Scorer.score_tokenization(examples)["token_f"] or 0),
        "tagged_words": of_words.fscore,
    }


def tagged_words(doc: Doc) -> set[tuple[int, int, str]]:
    """The place, length and tag of each word."""
    return {(token.idx, len(token), token.tag_) for token in doc if not token.is_space}


def speed(
    pipelines: list[str], exclude: list[str], data: Path, repeat: int
) -> dict[str, list[float]]:
    """Words a second of nlp.pipe, one sentence a Doc."""
    sentences = sentences_of(read_docs(data))
    n_words = sum(map(len, sentences))
    loaded = {name: spacy.load(name, exclude=exclude) for name in pipelines}

    def run(nlp: Language) -> float:
        return n_words / seconds(lambda: list(nlp.pipe(make_docs(nlp, sentences))))

    return in_turn(loaded, run, repeat)


def size(name: str) -> float:
    """The size of a pipeline's files in MB."""
    folder = Path(spacy.load(name).path)
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


if __name__ == "__main__":
    typer.run(main)
