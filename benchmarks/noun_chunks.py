"""Compares the noun chunks of trained pipelines with base noun phrases of UD treebanks.

    python benchmarks/noun_chunks.py en_lstm_web en_core_web_sm \
      --data en_ewt-ud-dev.conllu --data en_gum-ud-dev.conllu

UD treebanks have no noun chunks, so they are derived from the trees. There is no standard for that.
Here, a base noun phrase is

- a noun, proper noun or pronoun (UPOS) that does not itself modify a word as one of `INSIDE`,
- with the words before it that depend on it as one of `BEFORE`, and the words that depend on these:
  determiners, adjectives, numbers, nouns, possessors, and adverbs that modify one of them,
- and with the parts of a name that follow it (`BEHIND`),
- as far as these are one stretch of words. It does not begin with a punctuation mark.

What lies inside another phrase is none. Phrases of all roles count, also those that spaCy's rules
for a parse leave out on purpose: expressions of time (*last week*), and *there*.

The words and sentences come from the treebank, one sentence in a Doc, and each pipeline sets its
own tags. A pipeline without a parser gets a noun_chunker. A chunk is right if both borders are.
"""

import time
from pathlib import Path

import typer
from common import Measures, load_pipelines, show_and_save, tag_words
from spacy.language import Language
from spacy.scorer import PRFScore
from spacy.tokens import Doc, Token
from spacy.training.converters import conllu_to_docs

HEADS = {"NOUN", "PROPN", "PRON"}
# Relations of words that are a part of a phrase, or no phrase at all.
INSIDE = {
    "advmod", "amod", "case", "cc", "compound", "compound:prt", "det", "det:predet", "discourse",
    "fixed", "flat", "goeswith", "mark", "nmod:poss", "nummod",
}  # fmt: skip
# Relations of what stands before the noun and belongs to its phrase.
BEFORE = {
    "amod", "compound", "det", "det:predet", "flat", "goeswith", "nmod:desc", "nmod:npmod",
    "nmod:poss", "nmod:tmod", "nmod:unmarked", "nummod", "nummod:gov", "obl:npmod", "obl:unmarked",
}  # fmt: skip
BEHIND = {"flat", "goeswith"}
# How often the chunks of a Doc are found to measure the speed. The fastest time counts.
REPEAT = 5

Chunks = set[tuple[int, int]]


def main(
    pipelines: list[str] = typer.Argument(..., help="Names or folders of trained pipelines"),
    data: list[Path] = typer.Option(..., help="CoNLL-U file with trees", exists=True),
    output: Path = typer.Option(None, help="Folder for noun_chunks.md and noun_chunks.json"),
) -> None:
    """Compare noun chunks with base noun phrases of treebanks."""
    loaded = load_pipelines(pipelines)
    for nlp in loaded.values():
        if "parser" not in nlp.pipe_names and "noun_chunker" not in nlp.pipe_names:
            nlp.add_pipe("noun_chunker")
    results: dict[str, dict[str, Measures]] = {}
    for path in data:
        docs = list(conllu_to_docs(path.read_text(encoding="utf8"), n_sents=1, no_print=True))
        results[path.stem] = {name: measure(nlp, docs) for name, nlp in loaded.items()}
    show_and_save("noun_chunks", results, output)


def measure(nlp: Language, docs: list[Doc]) -> Measures:
    """Precision, recall and F of the chunks that a pipeline finds."""
    score = PRFScore()
    examples = tag_words(nlp, docs)
    for example in examples:
        score.score_set(chunks(example.predicted), base_noun_phrases(example.reference))
    seconds = min(
        seconds_of_chunks([example.predicted for example in examples]) for _ in range(REPEAT)
    )
    return {
        "F": score.fscore,
        "precision": score.precision,
        "recall": score.recall,
        "million words/s, tags given": sum(map(len, docs)) / seconds / 1e6,
    }


def chunks(doc: Doc) -> Chunks:
    return {(chunk.start, chunk.end) for chunk in doc.noun_chunks}


def seconds_of_chunks(docs: list[Doc]) -> float:
    """The CPU time that it takes to find all chunks of annotated Docs."""
    start = time.process_time()
    for doc in docs:
        list(doc.noun_chunks)
    return time.process_time() - start


def base_noun_phrases(doc: Doc) -> Chunks:
    """The base noun phrases in the tree of a gold Doc."""
    children: list[list[Token]] = [[] for _ in doc]
    for token in doc:
        if token.head.i != token.i:
            children[token.head.i].append(token)
    phrases = {
        phrase_of(token, children)
        for token in doc
        if token.pos_ in HEADS and token.dep_ not in INSIDE
    }
    return {phrase for phrase in phrases if not any(is_inside(phrase, other) for other in phrases)}


def phrase_of(head: Token, children: list[list[Token]]) -> tuple[int, int]:
    """The first word of the phrase of a noun, and the word behind its last one."""
    own = {head.i}
    marks = set()
    for child in children[head.i]:
        is_before = child.i < head.i
        if child.dep_ in (BEFORE if is_before else BEHIND):
            own |= words_under(child, children)
        elif is_before and child.dep_ == "punct":
            marks.add(child.i)
    start = head.i
    while start - 1 in own | marks:
        start -= 1
    while head.doc[start].pos_ == "PUNCT" and start < head.i:
        start += 1
    end = head.i + 1
    while end in own:
        end += 1
    return start, end


def words_under(token: Token, children: list[list[Token]]) -> set[int]:
    """The indices of a word and of all words that depend on it."""
    found = {token.i}
    for child in children[token.i]:
        found |= words_under(child, children)
    return found


def is_inside(phrase: tuple[int, int], other: tuple[int, int]) -> bool:
    return phrase != other and other[0] <= phrase[0] and phrase[1] <= other[1]


if __name__ == "__main__":
    typer.run(main)
