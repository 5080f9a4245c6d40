"""Measures what replacing the tagger of a whole pipeline gains and costs.

    python benchmarks/replacing.py reviews.txt.xz en_lstm_web en_core_web_sm \
      --data en_ewt-ud-dev.conllu --data en_gum-ud-dev.conllu

Four pipelines are compared: one with a parser and entities as it is; the same with the tagger of
another pipeline, put in as README's *Replace a tagger* does, and with its lemmatizer, too; and the
other pipeline alone. Tags, parts of speech and lemmas are measured with the words given, one
sentence a Doc. Speed and memory are measured for the whole pipelines, in a new process for each
pipeline and round, on one thread, on paragraphs that are read for the first time: words/s of
`nlp.pipe`; peak memory; and the CPU time of a single request, which is a paragraph of at least 100
words in a memory zone, as in the server of deploy.md. Figures are medians over the rounds, with the
smallest and the largest value.
"""

import statistics
import time
from collections.abc import Callable
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
    Results,
    Rounds,
    Table,
    Text,
    Words,
    accuracies,
    add,
    in_process,
    machine,
    peak_memory,
    read_paragraphs,
    read_sentences,
    run,
    save,
    show,
    spread,
    table,
    tag_words,
    without_zeros,
)
from spacy.language import Language
from spacy.tokens import Doc

# Least words of a request, and the requests of a round.
LONG = 100
REQUESTS = 60

Load = Callable[[str, str], Language]


def main(
    text: Text,
    pipelines: Pipelines,
    data: Data,
    words: Words = 20_000,
    rounds: Rounds = 5,
    output: Output = Path("training/replacing"),
) -> None:
    """Measure the last pipeline, before and after the tagger of the first replaces its own."""
    if len(pipelines) != 2:
        raise typer.BadParameter("Name two pipelines: one with the other tagger, and a whole one.")
    source, pipeline = pipelines
    after = f"{pipeline} with {source}"
    names = {"before": pipeline, "after": after, "lemmas": f"{after}, lemmas too", "alone": source}
    loads: dict[str, Load] = {
        "before": load_before,
        "after": load_after,
        "lemmas": load_with_lemmas,
        "alone": load_source,
    }
    print(machine())
    tables: dict[str, Table] = {}
    results: dict[str, Any] = {"pipelines": names}
    for path in data:
        docs = read_sentences(path)
        of_data = {kind: measure(load(pipeline, source), docs) for kind, load in loads.items()}
        results[path.stem] = {"sentences": len(docs), "words": sum(map(len, docs)), **of_data}
        tables[path.stem] = table({names[kind]: measures for kind, measures in of_data.items()})
        show(tables[path.stem], path.stem)
    costs: Results = {}
    for turn in range(rounds):
        for kind, load in loads.items():
            args = (load, pipeline, source, text, words, turn)
            add(costs, kind, in_process(cost, *args, n_threads=1))
    results["costs"] = costs
    tables["Costs"] = cost_table(names, costs)
    show(tables["Costs"], "Costs")
    save(output, "replacing", tables, results)


def load_before(pipeline: str, source: str) -> Language:
    return spacy.load(pipeline)


def load_source(pipeline: str, source: str) -> Language:
    return spacy.load(source)


def load_after(pipeline: str, source: str) -> Language:
    """Put the tagger of `source` in place of the pipeline's own."""
    trained = spacy.load(source)
    trained.replace_listeners("tok2vec", "tagger", ["model.tok2vec"])
    nlp = spacy.load(pipeline)
    nlp.remove_pipe("tagger")
    nlp.add_pipe("tagger", source=trained, after="tok2vec")
    return nlp


def load_with_lemmas(pipeline: str, source: str) -> Language:
    """Put the tagger and the lemmatizer of `source` in place of the pipeline's own."""
    nlp = load_after(pipeline, source)
    nlp.remove_pipe("lemmatizer")
    nlp.add_pipe("tag_lemmatizer", source=spacy.load(source))
    return nlp


def measure(nlp: Language, docs: list[Doc]) -> Measures:
    """The accuracy of what the data has and a tagger has a part in. Entities have none."""
    with nlp.select_pipes(disable=[name for name in LEFT_OUT if name in nlp.pipe_names]):
        examples = tag_words(nlp, docs)
    return without_zeros(accuracies(examples))


def cost(load: Load, pipeline: str, source: str, text: Path, words: int, turn: int) -> Measures:
    """What a pipeline costs on a part of the text that it reads for the first time."""
    nlp = load(pipeline, source)
    nlp("This is read first.")
    paragraphs = read_paragraphs(text, words, skip=turn * words)
    long = [paragraph for paragraph in paragraphs if len(paragraph.split()) >= LONG][:REQUESTS]
    if not long:
        raise ValueError(f"{text} has no paragraph of {LONG} words here. Take more with --words.")
    times = [request(nlp, paragraph) for paragraph in long]
    rest = [paragraph for paragraph in paragraphs if paragraph not in set(long)]
    start = time.perf_counter()
    cpu_start = time.process_time()
    n_words = sum(len(doc) for doc in nlp.pipe(rest))
    return {
        "words/s": n_words / (time.perf_counter() - start),
        "words a CPU second": n_words / (time.process_time() - cpu_start),
        "peak MB": peak_memory(),
        "CPU ms of a request": 1000 * statistics.median(times),
    }


def request(nlp: Language, text: str) -> float:
    """CPU seconds of one request."""
    start = time.process_time()
    with nlp.memory_zone():
        [(token.text, token.tag_) for token in nlp(text)]
    return time.process_time() - start


def cost_table(names: dict[str, str], costs: Results) -> Table:
    """Medians over the rounds, and the median ratio of after to before in the same round."""
    rows = [["", *names.values(), "after / before"]]
    for row, values in costs.items():
        pairs = zip(values["after"], values["before"], strict=True)
        ratio = statistics.median(after / before for after, before in pairs)
        rows.append([row, *(spread(values[kind]) for kind in names), f"{ratio:.2f}"])
    return rows


if __name__ == "__main__":
    run(main)
