"""Asks one or several teachers for the tags of texts, and averages what they say."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import minibatch

from ...pipeline.log_probs import TagProbs
from ...pipeline.soft_tags import SOFT_MORPHS_KEY, SOFT_TAGS_KEY, match_labels, soft_probs
from ...training.corpus import copy_words
from ..probabilities import BATCH_SIZE, hard_probs, morph_probs, pipe_probs
from ..set_by_pipeline import no_tags, tag_setters


class Answer(NamedTuple):
    """What a teacher says of a text.

    doc (Doc): The tagged text.
    tags (TagProbs | None): The probabilities of its tags, if the teacher has some.
    morphs (TagProbs | None): The probabilities of the labels of its morphologizer.
    """

    doc: Doc
    tags: TagProbs | None
    morphs: TagProbs | None


def check_common_labels(teachers: Sequence[Language]) -> None:
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
