"""Converts tagged text to a DocBin."""

from collections import Counter
from itertools import chain
from pathlib import Path

from spacy.tokens import Doc, DocBin
from spacy.util import minibatch
from spacy.vocab import Vocab

from ...files import replace_file
from ..progress import progress_bar
from .formats.registry import AUTO, TAGGED, suffixes_of
from .gold_token import Sentence
from .lines import format_suffix, open_lines


def convert_tags(
    input_path: Path,
    output_path: Path,
    input_format: str = AUTO,
    n_sents: int = 10,
    *,
    progress: bool = False,
) -> tuple[int, Counter[str]]:
    """Convert a file of tagged text.

    input_path (Path): The file, compressed or not.
    output_path (Path): The `.spacy` file to write.
    input_format (str): The name of its format, or `auto`: by its suffix.
    n_sents (int): Number of sentences in a Doc; 0 for one Doc.
    progress (bool): Whether to show progress.
    RETURNS (tuple[int, Counter[str]]): Number of Docs, and of the tokens with each tag; the tag ""
        stands for none.

    Raises a ValueError that names the first invalid lines, and an OSError if a file can't be read
    or written. An old output file then stays as it is.
    """
    suffix = format_suffix(input_path)
    by_name = {AUTO: suffixes_of(TAGGED).get(suffix), **TAGGED}
    tagged_format = by_name[input_format]
    if tagged_format is None:
        raise ValueError(
            f"{input_path}: can't tell the format from the suffix {suffix!r}. Name it with "
            f"--format: {', '.join(TAGGED)}."
        )
    if output_path.suffix != ".spacy":
        raise ValueError(f"{output_path}: has to be a .spacy file.")
    vocab = Vocab()
    doc_bin = DocBin()
    counts: Counter[str] = Counter()
    title = f"Converting {input_path.name}" if progress else None
    with (
        progress_bar(title, input_path.stat().st_size, "B") as bar,
        replace_file(output_path) as output,
        open_lines(input_path, on_read=bar.update) as lines,
    ):
        sentences = tagged_format().read(line.text for line in lines)
        for group in minibatch(sentences, n_sents) if n_sents else [list(sentences)]:
            doc = doc_of_sentences(vocab, group)
            counts.update(token.tag_ for token in doc)
            doc_bin.add(doc)
        if not counts:
            raise ValueError(f"no sentence found in format {tagged_format.name}.")
        output.write(doc_bin.to_bytes())
    return len(doc_bin), counts


def doc_of_sentences(vocab: Vocab, sentences: list[Sentence]) -> Doc:
    """Make a Doc of sentences."""
    tokens = list(chain.from_iterable(sentences))
    morphs = [token.morph for token in tokens]
    lemmas = [token.lemma for token in tokens]
    spaces = [bool(token.space) for token in tokens]
    are_known = all(token.space is not None for token in tokens)
    return Doc(
        vocab,
        words=[token.word for token in tokens],
        # Without any, they are unknown, so that no tokenizer learns from them.
        spaces=spaces if are_known else None,
        tags=[token.tag for token in tokens],
        pos=[token.pos for token in tokens],
        # Without any, they are unknown: an empty list of features would be an annotation.
        morphs=morphs if any(morphs) else None,
        lemmas=lemmas if any(lemmas) else None,
        sent_starts=[i == 0 for sentence in sentences for i in range(len(sentence))],
    )
