"""Compares whole trained pipelines on several treebanks: accuracy, calibration and size.

    python benchmarks/pipelines.py en_lstm_web en_core_web_sm --data en_ewt-dev.spacy \
      --data en_gum-dev.spacy --train en_ewt-train.spacy

All components except the entity recognizer run: the rules of en_core_web_sm for UPOS read the
parser's labels. Tags are compared with the tags of the data, so the data has to have the tag set of
the pipelines. A measure that the data or the pipeline lacks is left out. `benchmarks/data` has
commands, questions, statements and headings, which were tagged by hand for this benchmark. Right
are sentences whose verbs all have the right tag, and headings without a verb: their first noun
could be one. It also has short texts with abbreviations and talk, a sentence on each line, and
common words with unusual inflected forms, whose lemmas are found for the tags that the list gives.
"""

import random
from collections import Counter
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path
from typing import Any

import spacy
import typer
from common import (
    LEFT_OUT,
    Data,
    Measures,
    Output,
    Pipelines,
    accuracies,
    accuracy,
    machine,
    read_docs,
    run,
    save,
    sentence_starts,
    show,
    size,
    table,
    tag_words,
    without_zeros,
    words_and_spaces,
)
from spacy.language import Language
from spacy.scorer import PRFScore
from spacy.tokens import Doc, Token
from spacy.training import Example
from spacy.util import import_file

from spacy_lstm_tagger import report
from spacy_lstm_tagger.tools.text.convert import doc_of_sentences
from spacy_lstm_tagger.tools.text.formats.slash import Slash
from spacy_lstm_tagger.training.augmenters import CASES
from spacy_lstm_tagger.training.misspelling import misspell_words

HAND_TAGGED = Path(__file__).parent / "data"
VERB_LISTS = [
    HAND_TAGGED / f"{name}.txt" for name in ("commands", "headings", "questions", "statements")
]
# The recipe of en_lstm_web knows which words with a capital stand inside running text.
names = import_file("names", Path(__file__).parent.parent / "pipelines" / "names.py")
SHARE_MISSPELLED = 0.1  # Of the words of four letters or more.
# The part of speech for the start of a tag, for lemmatizers that read parts of speech.
POS = {"NNP": "PROPN", "NN": "NOUN", "JJ": "ADJ", "RB": "ADV", "V": "VERB", "IN": "ADP"}

# Takes the words of a text, and whether a space follows each; returns the words in another form.
Change = Callable[[list[str], list[bool]], list[str]]


def main(
    pipelines: Pipelines,
    data: Data,
    train: list[Path] = typer.Option([], help="Their training data, for words that it has not"),
    output: Output = Path("training/pipelines"),
) -> None:
    """Compare trained pipelines."""
    seen = {token.text for path in train for doc in read_docs(path) for token in doc}
    loaded = {Path(name).name: spacy.load(name, exclude=LEFT_OUT) for name in pipelines}
    results: dict[str, dict[str, Measures]] = {}
    for path in data:
        results[path.stem] = {
            name: measure(nlp, read_docs(path), seen) for name, nlp in loaded.items()
        }
    for path in VERB_LISTS:
        results[path.stem] = {name: measure_verbs(nlp, path) for name, nlp in loaded.items()}
    for measure_list, path in (
        (measure_starts, HAND_TAGGED / "abbreviations.txt"),
        (measure_lemmas, HAND_TAGGED / "lemmas.tsv"),
    ):
        results[path.stem] = {name: measure_list(nlp, path) for name, nlp in loaded.items()}
    results["size"] = {name: {"MB": size(nlp)} for name, nlp in loaded.items()}
    print(machine())
    tables = {title: table(of_data) for title, of_data in results.items()}
    for title, rows in tables.items():
        show(rows, title)
    save(output, "pipelines", tables, results)


def measure(nlp: Language, docs: list[Doc], seen: set[str]) -> Measures:
    """How well a pipeline annotates gold Docs: their sentences alone, the Docs, and their text."""
    sentences = [sentence.as_doc() for doc in docs for sentence in doc.sents]
    alone = tag_words(nlp, sentences)
    together = tag_words(nlp, docs)
    measures: Measures = {}
    for name, examples in (("one sentence per Doc", alone), ("whole Docs", together)):
        measures |= {f"{kind}, {name}": value for kind, value in accuracies(examples).items()}
    measures["features, one sentence per Doc"] = accuracy(alone, features_of)
    if any(token.tag_ for doc in docs for token in doc):
        if seen:
            unseen = accuracy(alone, lambda token: "" if token.text in seen else token.tag_)
            measures["XPOS, unseen words"] = unseen
        for form, change in forms().items():
            changed = [with_form(doc, change) for doc in sentences]
            measures[f"XPOS, {form}"] = accuracy(tag_words(nlp, changed), lambda token: token.tag_)
        measures["XPOS, expected calibration error"] = calibration_error(nlp, sentences)
        measures |= confused_names(alone)
    if together[0].predicted.has_annotation("SENT_START"):
        measures["sentence starts, whole Docs, F"] = sentence_starts(together)
    return without_zeros({**measures, **of_text(nlp, docs)})


def features_of(token: Token) -> str:
    """The morphological features of a token, such as `Number=Sing`, or `_` if it has none. It is
    empty if they are not known."""
    return (str(token.morph) or "_") if token.has_morph() else ""


def of_text(nlp: Language, docs: list[Doc]) -> Measures:
    """F of words, words with tags, and sentences on the Docs' text, as CoNLL 2018 counts them: a
    part of a word is wrong."""
    counts: dict[str, Callable[[Doc], set[Any]]] = {
        "words from text, F": lambda doc: {span_of(token) for token in words_of(doc)},
        "words and XPOS from text, F": lambda doc: {
            (span_of(token), token.tag_) for token in words_of(doc)
        },
        "sentences from text, F": lambda doc: {
            (sentence.start_char, sentence.end_char) for sentence in doc.sents
        },
    }
    scores = {name: PRFScore() for name in counts}
    for doc, gold in zip(nlp.pipe(doc.text for doc in docs), docs, strict=True):
        for name, count in counts.items():
            if doc.has_annotation("SENT_START") or not name.startswith("sentences"):
                scores[name].score_set(count(doc), count(gold))
    return {name: score.fscore for name, score in scores.items()}


def words_of(doc: Doc) -> list[Token]:
    return [token for token in doc if not token.is_space]


def span_of(token: Token) -> tuple[int, int]:
    """The first character of a token, and the one behind it."""
    return token.idx, token.idx + len(token)


def calibration_error(nlp: Language, sentences: list[Doc]) -> float:
    """The expected calibration error of the tags; 0 if the pipeline has no probabilities."""
    made = report({"measured": nlp}, sentences)
    measure = made.pipelines["measured"]["measures"].get("calibration error", {"value": 0.0})
    return float(measure["value"])


def confused_names(examples: list[Example]) -> Measures:
    """Numbers of names inside running text that are missed, and of other words with a capital there
    that are taken for names."""
    counts = Counter(
        (is_name(gold[place]), is_name(found[place]))
        for found, gold in ((example.predicted, example.reference) for example in examples)
        for place in names.capitals_inside(gold)
    )
    return {"names missed": counts[True, False], "false names": counts[False, True]}


def is_name(token: Token) -> bool:
    return token.tag_ in ("NNP", "NNPS")


def measure_verbs(nlp: Language, path: Path) -> Measures:
    """The share of hand-tagged sentences whose verbs all have the right tag; of a file that has no
    verbs, the share in which none is found."""
    lines = path.read_text(encoding="utf8").splitlines()
    sentences = Slash().read(lines)
    examples = tag_words(nlp, [doc_of_sentences(nlp.vocab, [sentence]) for sentence in sentences])
    has_verbs = any(is_verb(token) for example in examples for token in example.reference)
    right = [
        all(
            found.tag_ == gold.tag_
            for found, gold in zip(example.predicted, example.reference, strict=True)
            if is_verb(gold if has_verbs else found)
        )
        for example in examples
    ]
    return {
        "sentences with right verbs": sum(right) / len(right),
        "XPOS": accuracy(examples, lambda token: token.tag_),
    }


def is_verb(token: Token) -> bool:
    return token.tag_.startswith(("V", "MD"))


def measure_starts(nlp: Language, path: Path) -> Measures:
    """F of the places in short texts where a sentence begins, without the first of each, and the
    share of texts in which all are right. A blank line stands between texts."""
    texts = [text.splitlines() for text in path.read_text(encoding="utf8").split("\n\n")]
    score = PRFScore()
    n_right = 0
    for doc, sentences in zip(nlp.pipe(map(" ".join, texts)), texts, strict=True):
        if not doc.has_annotation("SENT_START"):
            return {}
        found = {sentence.start_char for sentence in doc.sents} - {0}
        gold = set(accumulate(len(sentence) + 1 for sentence in sentences[:-1]))
        score.score_set(found, gold)
        n_right += found == gold
    return {"sentence starts, F": score.fscore, "texts with right starts": n_right / len(texts)}


def measure_lemmas(nlp: Language, path: Path) -> Measures:
    """The share of words, given with their tags, that get the right lemma."""
    lemmatizers = [component for name, component in nlp.pipeline if name.endswith("lemmatizer")]
    if not lemmatizers:
        return {}
    lines = path.read_text(encoding="utf8").splitlines()
    words, tags, lemmas = zip(*(line.split("\t") for line in lines), strict=True)
    pos = [next(POS[start] for start in POS if tag.startswith(start)) for tag in tags]
    found = []
    for word, tag, of_word in zip(words, tags, pos, strict=True):
        doc = Doc(nlp.vocab, words=[word], tags=[tag], pos=[of_word])
        for lemmatizer in lemmatizers:
            lemmatizer(doc)
        found.append(doc[0].lemma_)
    pairs = zip(found, lemmas, strict=True)
    return {f"{len(lemmas)} unusual forms": sum(a == b for a, b in pairs) / len(lemmas)}


def forms() -> dict[str, Change]:
    """The forms in which text is measured, too."""
    draw = random.Random(0).random
    changes: dict[str, Change] = {f"{case} case": change for case, change in CASES.items()}
    changes["letters swapped"] = lambda words, _: misspell_words(
        words, SHARE_MISSPELLED, draw, ["swap"]
    )
    return changes


def with_form(doc: Doc, change: Change) -> Doc:
    words, spaces = words_and_spaces(doc)
    tags = [token.tag_ for token in doc]
    return Doc(doc.vocab, words=change(words, spaces), spaces=spaces, tags=tags)


if __name__ == "__main__":
    run(main)
