"""Labels a file of raw text, and writes .spacy files."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from spacy.language import Language
from spacy.pipeline import Sentencizer
from spacy.tokens import Doc, DocBin

from ...files import UNFINISHED, write_file
from ...pipeline.soft_tags import SOFT_MORPHS_KEY, SOFT_TAGS_KEY, most_probable, set_soft_tags
from ..journal import Entry, Journal, file_digest, pipeline_digest
from ..set_by_pipeline import check_tags
from .shards import Shard, read_shards
from .teacher import tag_with

# The name of the journal in the folder of the files.
LOG = "label-tags.log"

ATTRS = ["ORTH", "SPACY", "TAG", "POS", "MORPH", "SENT_START"]


def label_file(
    nlp: Language,
    input_path: Path,
    output_dir: Path,
    *,
    top_k: int = 4,
    max_words: int = 0,
    shard_words: int = 50_000,
    n_process: int = 1,
    code: Path | None = None,
) -> Iterator[Shard]:
    """Tag raw text, or a folder that was labelled before, and write .spacy files. Files that are
    there are left out.

    nlp (Language): The teacher.
    top_k (int): Most probable tags to keep of a token.
    max_words (int): Stop at the end of the file that reaches this number; 0: all.
    shard_words (int): About how many words a file has.
    code (Path | None): The Python file that the teacher needs, which is imported already.
    YIELDS (Shard): What each file was made from, when it is finished.

    Raises a ValueError if the folder has files of another text, another teacher or other code, or
    if the teacher sets no tags.
    """
    if input_path.resolve() == output_dir.resolve():
        raise ValueError(f"The output {output_dir} is the input. Choose another folder.")
    check_tags(nlp, str(nlp.path))
    made_by: dict[str, Any] = {
        "teacher": pipeline_digest(nlp),
        "top_k": top_k,
        "code": file_digest(code),
    }
    if not input_path.is_dir():
        # The files of a folder are shards already.
        made_by["shard_words"] = shard_words
    journal = Journal(output_dir / LOG, made_by, "Choose another folder, or delete this one.")
    if not journal.path.exists() and any(output_dir.glob("[!.]*")):
        raise ValueError(f"{output_dir} has other files. Choose a new folder.")
    # Files of an earlier run that no text of the input has led to.
    unread = set(journal.read())
    n_words = 0
    output_dir.mkdir(parents=True, exist_ok=True)
    try:
        # If the folder can't be written to, the error comes before the work.
        with NamedTemporaryFile(dir=output_dir, prefix=".", suffix=UNFINISHED):
            pass
        for shard in read_shards(input_path, output_dir, shard_words, nlp.max_length):
            path = output_dir / shard.name
            facts = {"checksum": shard.checksum}
            is_there = path.exists()
            # Another `label-tags` may have made the file meanwhile. It writes to the journal first.
            entry = journal.read().get(shard.name)
            if is_there and (entry is None or entry.facts != facts):
                raise ValueError(
                    f"{path} was made from another text than {input_path} has in its place. "
                    "Delete it to label this text, or choose another folder."
                )
            if not is_there or entry != Entry(True, facts):
                data = label_texts(nlp, shard.texts, top_k, n_process)
                journal.begin(shard.name, facts)
                path.parent.mkdir(parents=True, exist_ok=True)
                write_file(path, data)
                journal.finish(shard.name, facts)
            yield shard
            unread.discard(shard.name)
            n_words += shard.n_words
            if max_words and n_words >= max_words:
                return
    finally:
        # It stays if something is in it.
        with suppress(OSError):
            output_dir.rmdir()
    others = [name for name in sorted(unread) if (output_dir / name).exists()]
    if others:
        raise ValueError(
            f"{output_dir} has files of another text than {input_path}: {', '.join(others)}. "
            "Delete them, or choose another folder."
        )


def label_texts(nlp: Language, texts: Sequence[str | Doc], top_k: int, n_process: int = 1) -> bytes:
    """Tag texts, see `tag_with`, and store the top_k most probable tags, and as many labels of
    the morphologizer, as a DocBin. A Doc without sentences gets the sentencizer's, because training
    cuts Docs into sentences."""
    docs = DocBin(ATTRS, store_user_data=True)
    features: set[str] = set()
    with nlp.memory_zone():
        for doc, tags, morphs in tag_with(nlp, texts, n_process):
            if not doc.has_annotation("SENT_START"):
                Sentencizer()(doc)
            doc.user_data.clear()
            for key, probs in ((SOFT_TAGS_KEY, tags), (SOFT_MORPHS_KEY, morphs)):
                if top_k and probs is not None:
                    set_soft_tags(doc, most_probable(probs, top_k), key)
            features.update(str(token.morph) for token in doc)
            docs.add(doc)
        data = docs.to_bytes()
    # Of Docs that come from another process, spaCy's vocab keeps the features, and forgets their
    # names with the zone. The processes of the next call would not find these.
    for name in features:
        nlp.vocab.strings.add(name)
    return data
