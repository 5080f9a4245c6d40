"""Compares trained pipelines genre by genre.

    python benchmarks/genres.py en_gum-ud-dev.conllu en_lstm_web en_core_web_sm

The identifiers of GUM's sentences name the genre: GUM_news_crane-3 is from news. Words are given,
one sentence at a time, as for benchmarks/pipelines.py.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import typer
from common import Measures, accuracies, load_pipelines, show_and_save, tag_words
from spacy.tokens import Doc
from spacy.vocab import Vocab

from spacy_lstm_tagger.tools.text.convert import doc_of_sentences
from spacy_lstm_tagger.tools.text.formats.conllu import CoNLLU

GENRE = re.compile(r"^# sent_id = [A-Za-z]+_([a-z]+)_", re.M)


def main(
    treebank: Path = typer.Argument(..., help="CoNLL-U file of GUM", exists=True),
    pipelines: list[str] = typer.Argument(..., help="Names or folders of trained pipelines"),
    output: Path = typer.Option(None, help="Folder for genres.md and genres.json"),
) -> None:
    """Compare trained pipelines genre by genre."""
    genres = defaultdict(list)
    for genre, doc in read_genres(treebank):
        genres[genre].append(doc)
    results: dict[str, dict[str, Measures]] = {"XPOS": {}, "UPOS": {}}
    for name, nlp in load_pipelines(pipelines).items():
        of_genres = {genre: accuracies(tag_words(nlp, docs)) for genre, docs in genres.items()}
        for kind, of_kind in results.items():
            of_kind[name] = {genre: of_genres[genre][kind] for genre in sorted(genres)}
    show_and_save("genres", results, output)


def read_genres(path: Path) -> Iterator[tuple[str, Doc]]:
    """The genre of each sentence, and the sentence as a gold Doc."""
    vocab = Vocab()
    for block in path.read_text(encoding="utf8").strip().split("\n\n"):
        found = GENRE.search(block)
        if found is None:
            raise ValueError(
                f"{path} has a sentence without a genre in its sent_id:\n{block[:200]}"
            )
        lines = f"{block}\n\n".splitlines(keepends=True)
        yield found[1], doc_of_sentences(vocab, list(CoNLLU().read(lines)))


if __name__ == "__main__":
    typer.run(main)
