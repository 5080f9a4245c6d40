"""The work of `spacy label-tags`: pipelines tag raw text, from which other taggers can learn."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, NamedTuple

import numpy
from spacy.lang.lex_attrs import LEX_ATTRS
from spacy.language import Language
from spacy.pipeline import Sentencizer
from spacy.tokens import Doc, DocBin
from spacy.util import minibatch
from spacy.vocab import Vocab

from ..config_rules import check_type
from ..files import UNFINISHED, checksum, write_file
from ..pipeline.log_probs import TagProbs
from ..pipeline.soft_tags import (
    SOFT_MORPHS_KEY,
    SOFT_TAGS_KEY,
    match_labels,
    most_probable,
    set_soft_tags,
    soft_probs,
)
from ..training.corpus import copy_words, read_docs
from .any_tagger import BATCH_SIZE, hard_probs, morph_probs, pipe_probs
from .assigned import check_tags, no_tags, tag_setters
from .text.raw_text import read_texts

# What the files of a folder were made from: checksums of the teachers, of the code that they need,
# and of the texts of each file by its name.
RECORD = "label-tags.json"
RECORD_TYPES: dict[str, Any] = {"teachers": list[str], "top_k": int, "files": dict[str, str]}
ATTRS = ["ORTH", "SPACY", "TAG", "POS", "MORPH", "SENT_START"]
# So that text without spaces is cut into files, too.
MAX_LETTERS = 20


class Answer(NamedTuple):
    """What a teacher says of a text.

    doc (Doc): The tagged text.
    tags (TagProbs | None): The probabilities of its tags, if the teacher has some.
    morphs (TagProbs | None): The probabilities of the labels of its morphologizer.
    """

    doc: Doc
    tags: TagProbs | None
    morphs: TagProbs | None


class Shard(NamedTuple):
    """The texts of one file, raw or labelled already, and a checksum of them."""

    name: str
    texts: Sequence[str | Doc]
    n_words: int
    checksum: str


def open_record(
    folder: Path, teachers: Sequence[Language], settings: dict[str, Any]
) -> dict[str, Any]:
    """Read what the files of a folder were made from, or begin a new record. Raises a ValueError if
    other teachers or settings made them."""
    made_by = {"teachers": [pipeline_checksum(nlp) for nlp in teachers], **settings}
    path = folder / RECORD
    if not path.exists():
        if any(folder.glob("[!.]*")):
            raise ValueError(f"{folder} has other files. Choose a new folder.")
        return {**made_by, "files": {}}
    record = read_record(path)
    for key, value in made_by.items():
        # Older versions did not note shard_words and code.
        if record.get(key, value) != value:
            raise ValueError(
                f"{folder} was made with other {key}: {record[key]}, not {value}. "
                "Choose another folder, or delete this one."
            )
    return record


def files_of(folder: Path) -> dict[str, str]:
    """The files of a folder, and a checksum of the texts of each, as its record says now: another
    `label-tags` may work in the same folder."""
    path = folder / RECORD
    return dict(read_record(path)["files"]) if path.exists() else {}


def read_record(path: Path) -> dict[str, Any]:
    """Read a record. Raises a ValueError that names the file if it is damaged."""
    try:
        record = json.loads(path.read_text(encoding="utf8"))
        check_type(RECORD, record, dict[str, Any])
        for key, annotation in RECORD_TYPES.items():
            check_type(key, record.get(key), annotation)
    except (RecursionError, ValueError):
        raise ValueError(f"{path} is damaged. Choose another folder, or delete this one.") from None
    return dict(record)


def pipeline_checksum(nlp: Language) -> str:
    """The name of a pipeline's folder, and a checksum of its files."""
    folder = Path(str(nlp.path))
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    checksums = [
        f"{path.relative_to(folder)} {short_checksum(path.read_bytes())}" for path in files
    ]
    return f"{folder.name} {short_checksum(' '.join(checksums).encode())}"


def short_checksum(data: bytes) -> str:
    return checksum(data)[:16]


def label_file(
    teachers: Sequence[Language],
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

    top_k (int): Most probable tags to keep of a token.
    max_words (int): Stop at the end of the file that reaches this number; 0: all.
    shard_words (int): About how many words a file has.
    code (Path | None): The Python file that the teachers need, which is imported already.
    YIELDS (Shard): What each file was made from, when it is finished.

    Raises a ValueError if the folder has files of another text, other teachers or other code, if a
    teacher sets no tags, or if one has no tag in common with the first.
    """
    if input_path.resolve() == output_dir.resolve():
        raise ValueError(f"The output {output_dir} is the input. Choose another folder.")
    for nlp in teachers:
        check_tags(nlp, str(nlp.path))
    check_labels(teachers)
    settings: dict[str, Any] = {"top_k": top_k}
    settings["code"] = "" if code is None else short_checksum(code.read_bytes())
    if not input_path.is_dir():
        # The files of a folder have the shards of before.
        settings["shard_words"] = shard_words
    record = open_record(output_dir, teachers, settings)
    n_words = 0
    # The files of before that no text of the input has led to.
    unread = set(record["files"])
    with made_folder(output_dir):
        for shard in read_shards(input_path, shard_words, min(nlp.max_length for nlp in teachers)):
            path = output_dir / shard.name
            if not path.exists():
                data = label_texts(teachers, shard.texts, top_k, n_process)
                known = {**record["files"], **files_of(output_dir)}
                record["files"] = {**known, shard.name: shard.checksum}
                write_file(output_dir / RECORD, json.dumps(record, indent=2).encode())
                write_file(path, data)
            elif record["files"].get(shard.name) != shard.checksum:
                # Another `label-tags` may have written it since the record was read.
                record["files"] = files_of(output_dir)
                if record["files"].get(shard.name) != shard.checksum:
                    raise ValueError(
                        f"{path} was made from another text than {input_path} has in its place. "
                        "Delete it to label this text, or choose another folder."
                    )
            yield shard
            unread.discard(shard.name)
            n_words += shard.n_words
            if max_words and n_words >= max_words:
                return
    others = [name for name in sorted(unread) if (output_dir / name).exists()]
    if others:
        raise ValueError(
            f"{output_dir} has files of another text than {input_path}: {', '.join(others)}. "
            "Delete them, or choose another folder."
        )


@contextmanager
def made_folder(path: Path) -> Iterator[None]:
    """Make a folder before the work begins, so that an error comes at once if that can't be done.
    Afterwards, it is removed if nothing is in it."""
    path.mkdir(parents=True, exist_ok=True)
    try:
        with NamedTemporaryFile(dir=path, prefix=".", suffix=UNFINISHED):
            pass
        yield
    finally:
        with suppress(OSError):
            path.rmdir()


def check_labels(teachers: Sequence[Language]) -> None:
    """Raise a ValueError if a teacher has no tag in common with the first."""
    first, *others = teachers
    labels = tag_labels(first)
    for nlp in others:
        if labels and tag_labels(nlp) and labels.isdisjoint(tag_labels(nlp)):
            raise ValueError(
                f"The teachers {first.path} and {nlp.path} have no tag in common. Give teachers "
                "that were trained on the same tags."
            )


def tag_labels(nlp: Language) -> set[str]:
    """The labels of the components that say that they assign tags."""
    pipes = map(nlp.get_pipe, tag_setters(nlp))
    return {label for pipe in pipes for label in getattr(pipe, "labels", ())}


def read_shards(path: Path, shard_words: int, max_length: int) -> Iterator[Shard]:
    """Read raw texts of max_length characters or less, or a folder of labelled files. A shard of
    raw text ends with the text that reaches the number of words."""
    if path.is_dir():
        files = sorted(path.glob("*.spacy"))
        if not files:
            raise ValueError(
                f"There is no .spacy file in {path}. Raw text is one file, .txt or .jsonl."
            )
        for file in files:
            # With these functions, the Vocab knows which tokens are white space.
            vocab = Vocab(LEX_ATTRS)
            docs = list(read_docs(file, vocab))
            if not any(token.tag for doc in docs for token in doc):
                raise ValueError(f"{file} has no tags.")
            yield Shard(file.name, docs, sum(map(len, docs)), short_checksum(file.read_bytes()))
        return
    number = 0
    n_words = 0
    texts: list[str] = []
    for text in read_texts(path, max_length):
        texts.append(text)
        n_words += estimate_words(text)
        if n_words >= shard_words:
            yield raw_shard(number, texts, n_words)
            number += 1
            n_words = 0
            texts = []
    if texts:
        yield raw_shard(number, texts, n_words)


def estimate_words(text: str) -> int:
    """About how many words a text has: those between white space. For languages without spaces, a
    word has at most `MAX_LETTERS` on the average."""
    return max(len(text.split()), len(text) // MAX_LETTERS)


def raw_shard(number: int, texts: list[str], n_words: int) -> Shard:
    return Shard(f"{number:05}.spacy", texts, n_words, short_checksum("\n".join(texts).encode()))


def label_texts(
    teachers: Sequence[Language], texts: Sequence[str | Doc], top_k: int, n_process: int = 1
) -> bytes:
    """Tag texts, see `tag_together`, and store the top_k most probable tags, and as many labels of
    the morphologizer, as a DocBin. A Doc without sentences gets the sentencizer's, because training
    cuts Docs into sentences."""
    docs = DocBin(ATTRS, store_user_data=True)
    features: set[str] = set()
    with ExitStack() as zones:
        for nlp in teachers:
            zones.enter_context(nlp.memory_zone())
        for doc, tags, morphs in tag_together(teachers, texts, n_process):
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
    for nlp in teachers:
        for name in features:
            nlp.vocab.strings.add(name)
    return data


def tag_together(
    teachers: Sequence[Language], texts: Sequence[str | Doc], n_process: int = 1
) -> list[Answer]:
    """Tag texts with several teachers, and average the probabilities of their tags. The most
    probable tag becomes the tag of a token. All other annotation is the first teacher's. If the
    average changes a tag, part of speech and features come from the first teacher with the new tag.

    texts (Sequence[str | Doc]): Texts, or Docs that are labelled already. The labels of these count
        as one more teacher, the first.
    RETURNS (list[Answer]): Each Doc, and the averages of the probabilities. Tags of a teacher
        without probabilities have the probability 1; with one such teacher, it is None.
    """
    answers = []
    if isinstance(texts[0], Doc):
        answers.append([labelled(doc) for doc in texts if isinstance(doc, Doc)])
    for nlp in teachers:
        if answers:
            texts = [copy_words(answer.doc, nlp.vocab) for answer in answers[0]]
        answers.append(ask(nlp, texts, n_process))
    return [average(of_text) for of_text in zip(*answers, strict=True)]


def labelled(doc: Doc) -> Answer:
    """What a Doc says that is labelled already."""
    return Answer(doc, soft_probs(doc, SOFT_TAGS_KEY), soft_probs(doc, SOFT_MORPHS_KEY))


def ask(nlp: Language, texts: Iterable[str | Doc], n_process: int) -> list[Answer]:
    """Tag texts with one teacher. Raises a ValueError if it sets no tags."""
    answers = []
    for batch in minibatch(pipe_probs(nlp, texts, n_process), BATCH_SIZE):
        morphs = morph_probs(nlp, [doc for doc, _ in batch])
        for (doc, tags), of_doc in zip(batch, morphs, strict=True):
            # The vectors of all texts would take much memory.
            doc.tensor = numpy.zeros((0,), dtype="float32")
            doc.user_data.clear()
            answers.append(Answer(doc, tags, of_doc))
    if not any(token.tag for answer in answers for token in answer.doc):
        raise no_tags(nlp, str(nlp.path))
    return answers


def average(answers: Sequence[Answer]) -> Answer:
    """Average the answers of the teachers to a text. Of equally probable tags, a token keeps the
    first teacher's. White space keeps that tag, too."""
    if len(answers) == 1:
        return answers[0]
    docs = [answer.doc for answer in answers]
    words, *others_words = ([token.text for token in doc] for doc in docs)
    for other_words in others_words:
        if other_words != words:
            raise ValueError(
                f"The teachers give a text other tokens, {len(words)} and {len(other_words)}: one "
                "merges or splits tokens. Remove that component, or make it the first teacher."
            )
    tags = mean_of(
        answer.tags or hard_probs([token.tag_ for token in answer.doc]) for answer in answers
    )
    morphs = None
    morph_labels = {label for answer in answers if answer.morphs for label in answer.morphs.labels}
    if morph_labels:
        morphs = mean_of(
            answer.morphs or hard_probs(gold_morphs(answer.doc, morph_labels)) for answer in answers
        )
    token: Any
    for token, row in zip(docs[0], tags.probs, strict=True):
        prob = row[tags.labels.index(token.tag_)] if token.tag_ in tags.labels else 0
        if token.is_space or row.max(initial=0) <= prob:
            continue
        token.tag_ = tags.labels[row.argmax()]
        others = [doc[token.i] for doc in docs[1:]]
        same = [other for other in others if other.tag_ == token.tag_ and other.pos]
        if same:
            token.pos_ = same[0].pos_
            token.set_morph(str(same[0].morph))
    return Answer(docs[0], tags, morphs)


def mean_of(votes: Iterable[TagProbs]) -> TagProbs:
    """The mean of the probabilities of several teachers."""
    votes = list(votes)
    labels = sorted({label for probs in votes for label in probs.labels})
    mean = numpy.mean([match_labels(probs, labels) for probs in votes], axis=0)
    return TagProbs(mean, labels)


def gold_morphs(doc: Doc, labels: Iterable[str]) -> list[str]:
    """The label that a morphologizer has for the annotation of each token, such as
    `Number=Sing|POS=NOUN`; an empty one if that is not known. If labels of the morphologizer have
    features, a token whose features are not annotated has no known label.

    labels (Iterable[str]): The labels of the morphologizer.
    """
    with_features = any("|" in label or not label.startswith("POS=") for label in labels)
    vocab: Any = doc.vocab
    found = []
    for token in doc:
        features = token.morph.to_dict()
        if token.pos_:
            features["POS"] = token.pos_
        is_known = features and (token.has_morph() or not with_features)
        found.append(str(vocab.strings[vocab.morphology.add(features)]) if is_known else "")
    return found
