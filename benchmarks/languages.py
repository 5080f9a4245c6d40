"""Compares this tagger, spaCy's own components and UDPipe 1 on treebanks of many languages.

    pip install -e ".[train]" ufal.udpipe
    python benchmarks/languages.py treebanks/UD_Latvian-LVTB treebanks/UD_Danish-DDT

Each folder has one treebank. All learn from the same words, those that the workflow `ud` makes of
its training part, on one thread, and stop by its dev part, on which they are measured: words are
given, one sentence at a time. What a treebank lacks is not measured. spaCy has `tagger`,
`morphologizer`, `trainable_lemmatizer` and `senter` over one tok2vec, as `spacy init config` makes
them, and its own tokenizer, but reads pieces of one to six sentences, as ours does. On raw text,
UDPipe is not measured.

`trainable_lemmatizer` and `tag_lemmatizer`, with and without its guesser, are compared apart: all
annotate the same words. `tag_lemmatizer` reads tags, so it gets those that spaCy's components find,
as it would in their place, and also those of its own pipeline: gold tags would favour it.

A result is a file in the output folder. What a call finds there is not trained again, so a run that
was stopped goes on; to train again, delete it. Training times are CPU times, since
other programs may run.
"""

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import spacy
import typer
from common import (
    Measures,
    Output,
    Table,
    accuracy,
    in_process,
    read_docs,
    read_sentences,
    run,
    save,
    show,
    size,
    tag_words,
    thread_variables,
    words_and_spaces,
)
from spacy.cli.init_config import init_config
from spacy.errors import Errors
from spacy.tokens import Doc
from spacy.training import Corpus, Example
from spacy.vocab import Vocab
from thinc.api import Config
from wasabi import msg

from spacy_lstm_tagger.files import replace_file

PREPARE = Path(__file__).parent.parent / "scripts" / "prepare_ud.py"
OURS = "ud"
SPACY = "spaCy"
UDPIPE = "UDPipe 1"
GOLD_WORDS = ("XPOS", "UPOS", "features", "lemmas")
RAW_TEXT = ("words", "sentences", "tag, raw text")
WITH_LEMMAS = "words with lemmas"
# spaCy's lemmatizer stands last.
LEMMATIZERS = (WITH_LEMMAS, "tables alone", "guesser", "trainable_lemmatizer")
SPACY_STEPS = 2000
LABELS = {"tagger": "tag", "morphologizer": "pos", "trainable_lemmatizer": "lemma"}


def main(
    folders: list[Path] = typer.Argument(..., help="A folder for each treebank", exists=True),
    systems: list[str] = typer.Option(
        [UDPIPE, SPACY, OURS], "--system", help="What is trained; given more than once"
    ),
    output: Output = Path("training/languages"),
) -> None:
    """Train each system on each treebank, measure it, and print and save the tables."""
    unknown = set(systems) - set(RUN)
    if unknown:
        raise typer.BadParameter(f"There is no system {min(unknown)!r}, only {', '.join(RUN)}.")
    results: dict[str, dict[str, Any]] = {}
    for folder in folders:
        target = output / folder.name
        if not (target / "config.cfg").exists():
            prepare(folder, target)
        results[folder.name] = {"data": describe(target)}
        for system in systems:
            result = target / f"{system}.json"
            if not result.exists():
                msg.info(f"{folder.name}: {system}")
                measures = json.dumps(train_and_measure(system, target), indent=2)
                with replace_file(result) as output_file:
                    output_file.write(measures.encode())
            results[folder.name][system] = json.loads(result.read_text())
    tables = {
        "Words given, %": accuracy_table(results, systems),
        "Raw text, %, and costs": cost_table(results, systems),
    }
    tables["Wrong lemmas, words given"] = lemma_table(results, systems)
    for title, table in tables.items():
        show(table, title)
    save(output, "languages", tables, results)


def train_and_measure(system: str, target: Path) -> Measures:
    """Train a system and measure it. Without measures, with a warning, if it can't be trained: the
    factory of spaCy's Japanese `morphologizer`, for one, refuses its own default, and its
    Vietnamese tokenizer needs another package."""
    try:
        return RUN[system](target)
    # spaCy exits if it refuses a config.
    except (SystemExit, ImportError, subprocess.CalledProcessError) as error:
        msg.warn(f"{system} can't be trained on {target.name}: {error}")
        return {}


def prepare(folder: Path, target: Path) -> None:
    """Convert a treebank as the workflow `ud` does."""
    (train,) = folder.glob("*-train.conllu")
    lang = train.name.partition("_")[0]
    try:
        spacy.util.get_lang_class(lang)
    except ImportError as error:
        if Errors.E048.partition("{")[0] not in str(error):
            raise
        lang = "xx"
    command = [sys.executable, str(PREPARE), str(folder), str(target), "--lang", lang]
    subprocess.run(command, check=True)


def describe(target: Path) -> Measures:
    """The number of training words and of their tags."""
    tokens = [token for doc in read_docs(target / "train.spacy") for token in doc]
    return {"training words": len(tokens), "tags": len({token.tag for token in tokens})}


def gold_measures(examples: list[Example]) -> Measures:
    """The accuracy of what a treebank has: words are given. Without XPOS, the tag is the UPOS."""
    gold = [token for example in examples for token in example.reference]
    measures = {"UPOS": accuracy(examples, lambda token: token.pos_)}
    # A token of several words has their UPOS, such as ADP+DET, as its tag.
    if any(token.tag_ != token.pos_ and "+" not in token.tag_ for token in gold):
        measures["XPOS"] = accuracy(examples, lambda token: token.tag_)
    if any(str(token.morph) for token in gold):
        # A word without features has none, which has to be found, too.
        measures["features"] = accuracy(examples, lambda token: str(token.morph) or "_")
    if any(token.lemma for token in gold):
        measures["lemmas"] = accuracy(examples, lambda token: token.lemma_)
    return measures


def train_pipeline(config: Path, target: Path, output: Path) -> float:
    """Train with a config, and return the seconds of the processor."""
    command = [sys.executable, "-m", "spacy", "train", str(config), "--output", str(output)]
    command += ["--paths.train", str(target / "train.spacy")]
    command += ["--paths.dev", str(target / "dev.spacy")]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with (target / f"{output.name}.log").open("w") as log:
        environment = os.environ | thread_variables(1)
        subprocess.run(command, check=True, stdout=log, stderr=log, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def run_pipeline(config: Path, target: Path, output: Path) -> Measures:
    """Train a pipeline and measure it."""
    seconds = train_pipeline(config, target, output)
    best = output / "model-best"
    measures: Measures = in_process(measure_pipeline, best, target, n_threads=1)
    measures["words/s"] = in_process(words_per_second, best, target, n_threads=1)
    measures["training, s"] = seconds
    if "lemmas" in measures:
        measures |= in_process(wrong_lemmas, best, target, n_threads=1)
    return measures


def measure_pipeline(pipeline: Path, target: Path) -> Measures:
    """Accuracy on given words, what raw text has of it, and the size."""
    nlp = spacy.load(pipeline)
    measures = gold_measures(tag_words(nlp, read_sentences(target / "dev.spacy")))
    text = nlp.evaluate(list(Corpus(target / "dev.spacy")(nlp)))
    found = (text["token_f"], text["sents_f"], text["tag_acc"])
    return measures | dict(zip(RAW_TEXT, found, strict=True)) | {"MB": size(nlp)}


def words_per_second(pipeline: Path, target: Path) -> float:
    """How fast raw text is read for the first time."""
    nlp = spacy.load(pipeline)
    texts = [doc.text for part in ("dev", "train") for doc in read_docs(target / f"{part}.spacy")]
    start = time.perf_counter()
    n_words = sum(map(len, nlp.pipe(texts)))
    return n_words / (time.perf_counter() - start)


def run_ours(target: Path) -> Measures:
    return run_pipeline(target / "config.cfg", target, target / OURS)


def run_spacy(target: Path) -> Measures:
    path = target / "spacy.cfg"
    spacy_config(target).to_disk(path, interpolate=False)
    return run_pipeline(path, target, target / SPACY)


def wrong_lemmas(pipeline: Path, target: Path) -> Measures:
    """The number of words with wrong lemmas of lemmatizers that have learned from the same training
    part: `tag_lemmatizer`, with and without its guesser, by the tags, parts of speech and features
    that a pipeline finds, and the pipeline's `trainable_lemmatizer`, if it has one."""
    nlp = spacy.load(pipeline)
    gold = read_sentences(target / "dev.spacy")
    found = {}
    if "trainable_lemmatizer" in nlp.pipe_names:
        found["trainable_lemmatizer"] = tag_words(nlp, gold)
        nlp.remove_pipe("trainable_lemmatizer")
        train = Corpus(target / "train.spacy", gold_preproc=True)
        nlp.add_pipe("tag_lemmatizer").initialize(lambda: train(nlp), nlp=nlp)
    lemmatizer: Any = nlp.get_pipe("tag_lemmatizer")
    found["guesser"] = tag_words(nlp, gold)
    # The tables are the same without it.
    lemmatizer.guesser = None
    found["tables alone"] = tag_words(nlp, gold)
    n_words = sum(bool(token.lemma) for doc in gold for token in doc)
    wrong = {
        name: round(n_words * (1 - accuracy(examples, lambda token: token.lemma_)))
        for name, examples in found.items()
    }
    return {WITH_LEMMAS: n_words} | wrong


def spacy_config(target: Path) -> Config:
    """The config of spaCy's own components for what a treebank has."""
    ours = Config().from_disk(target / "config.cfg", interpolate=False)
    tokens = [token for doc in read_docs(target / "train.spacy") for token in doc]
    has = {"tag": True, "pos": any(t.pos for t in tokens), "lemma": any(t.lemma for t in tokens)}
    learned = [name for name, annotation in LABELS.items() if has[annotation]]
    lang = ours["nlp"]["lang"]
    config = init_config(
        lang=lang, pipeline=[*learned, "senter"], optimize="efficiency", silent=True
    )
    config["nlp"]["tokenizer"] = ours["nlp"]["tokenizer"]
    config["corpora"] = ours["corpora"]
    # Some treebanks have tags that start with "!", which it would read as negated tags.
    config["components"]["tagger"]["neg_prefix"] = "\0"
    config["training"]["max_steps"] = SPACY_STEPS
    return config


def run_udpipe(target: Path) -> Measures:
    measures: Measures = in_process(train_udpipe, target, n_threads=1)
    return measures


def train_udpipe(target: Path) -> Measures:
    """Train a tagger and lemmatizer of UDPipe, and measure them."""
    from ufal.udpipe import Model, Pipeline, ProcessingError, Sentences, Trainer

    parts = {}
    for part in ("train", "dev"):
        parts[part] = Sentences()
        for doc in read_sentences(target / f"{part}.spacy"):
            parts[part].append(udpipe_sentence(doc))
    error = ProcessingError()
    start = time.process_time()
    method = ("morphodita_parsito", parts["train"], parts["dev"])
    data = Trainer.train(*method, Trainer.NONE, Trainer.DEFAULT, Trainer.NONE, error)
    if error.occurred():
        raise RuntimeError(error.message)
    seconds = time.process_time() - start
    path = target / "udpipe.model"
    path.write_bytes(data)
    model = Model.load(str(path))
    vocab = Vocab()
    examples = []
    for gold in read_sentences(target / "dev.spacy"):
        sentence = udpipe_sentence(Doc(vocab, *words_and_spaces(gold)))
        model.tag(sentence, Pipeline.DEFAULT)
        examples.append(Example(doc_of_udpipe(vocab, sentence), gold))
    size = path.stat().st_size / 1e6
    return gold_measures(examples) | {"training, s": seconds, "MB": size}


def udpipe_sentence(doc: Doc) -> Any:
    """A sentence as UDPipe has it. Its root is no word."""
    from ufal.udpipe import Sentence

    sentence = Sentence()
    for token in doc:
        word = sentence.addWord(token.text)
        word.upostag = token.pos_
        word.xpostag = token.tag_
        word.feats = str(token.morph)
        word.lemma = token.lemma_
    return sentence


def doc_of_udpipe(vocab: Vocab, sentence: Any) -> Doc:
    words = list(sentence.words)[1:]
    return Doc(
        vocab,
        words=[word.form for word in words],
        tags=[word.xpostag for word in words],
        pos=[word.upostag for word in words],
        morphs=[word.feats for word in words],
        lemmas=[word.lemma for word in words],
    )


RUN = {OURS: run_ours, SPACY: run_spacy, UDPIPE: run_udpipe}


def percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f}"


def accuracy_table(results: dict[str, dict[str, Any]], systems: list[str]) -> Table:
    """A row for each treebank. A cell has the measures of `GOLD_WORDS`."""
    table = [["", "training words", "tags", *systems]]
    for treebank, of in results.items():
        cells = ["/".join(percent(of[system].get(m)) for m in GOLD_WORDS) for system in systems]
        table.append([treebank, *(f"{value:,}" for value in of["data"].values()), *cells])
    return table


def cost_table(results: dict[str, dict[str, Any]], systems: list[str]) -> Table:
    """For each treebank, raw text and costs of each system."""
    costs = ("training, s", "words/s", "MB")
    table = [["", "", *RAW_TEXT, *costs]]
    for treebank, of in results.items():
        for system in systems:
            row = [percent(of[system].get(measure)) for measure in RAW_TEXT]
            row += [f"{of[system][cost]:,.0f}" if cost in of[system] else "-" for cost in costs]
            table.append([treebank, system, *row])
    return table


def lemma_table(results: dict[str, dict[str, Any]], systems: list[str]) -> Table:
    """For each treebank, the wrong lemmas of each lemmatizer by the tags of a system."""
    table = [["", "tags of", *LEMMATIZERS]]
    for treebank, of in results.items():
        for system in systems:
            if WITH_LEMMAS in of[system]:
                counts = [
                    f"{of[system][name]:,}" if name in of[system] else "-" for name in LEMMATIZERS
                ]
                table.append([treebank, system, *counts])
    return table


if __name__ == "__main__":
    run(main)
