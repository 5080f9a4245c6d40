"""Asks a teacher for the tags of texts. Where they are labelled already, it averages both."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import minibatch

from ...pipeline.log_probs import TagProbs
from ...pipeline.soft_tags import SOFT_MORPHS_KEY, SOFT_TAGS_KEY, match_labels, soft_probs
from ...training.corpus import copy_words
from ..probabilities import BATCH_SIZE, hard_probs, morph_probs, pipe_probs
from ..set_by_pipeline import no_tags

# A tagged Doc, and the probabilities of its tags and of the labels of a morphologizer.
Tagged = tuple[Doc, TagProbs | None, TagProbs | None]


def tag_with(nlp: Language, texts: Sequence[str | Doc], n_process: int = 1) -> list[Tagged]:
    """Tag texts with a teacher.

    texts (Sequence[str | Doc]): Texts, or Docs that are labelled already, see `average`.
    RETURNS (list[Tagged]): Each Doc, the probabilities of its tags, and the probabilities of the
        labels of a morphologizer. They are None if they are not known.
    RAISES (ValueError): If the teacher sets no tags, or gives a labelled Doc other tokens.
    """
    labelled = [text for text in texts if isinstance(text, Doc)]
    unlabelled = [copy_words(doc, nlp.vocab) for doc in labelled]
    answers = []
    for batch in minibatch(pipe_probs(nlp, unlabelled or texts, n_process), BATCH_SIZE):
        morphs = morph_probs(nlp, [doc for doc, _ in batch])
        for (doc, tags), of_doc in zip(batch, morphs, strict=True):
            # The vectors of all texts would take much memory.
            doc.tensor = numpy.zeros((0,), dtype="float32")
            doc.user_data.clear()
            answers.append((doc, tags, of_doc))
    if not any(token.tag for doc, _, _ in answers for token in doc):
        raise no_tags(nlp, str(nlp.path))
    if labelled:
        return [average(doc, *answer) for doc, answer in zip(labelled, answers, strict=True)]
    return answers


def average(labelled: Doc, answer: Doc, tags: TagProbs | None, morphs: TagProbs | None) -> Tagged:
    """Average the probabilities of a labelled Doc and of a teacher's answer. A tag without
    probabilities has the probability 1. The most probable tag becomes the tag of a token; of
    equally probable tags, the label stays, and white space keeps its label. A tag that changes
    brings its part of speech and features. The other annotation is that of the labelled Doc.
    """
    if [token.text for token in answer] != [token.text for token in labelled]:
        raise ValueError(
            f"The teacher gives a labelled text other tokens, {len(answer)} and not "
            f"{len(labelled)}: a component merges or splits tokens. Remove that component."
        )
    given_tags = soft_probs(labelled, SOFT_TAGS_KEY) or hard_probs([t.tag_ for t in labelled])
    mean_tags = mean(given_tags, tags or hard_probs([token.tag_ for token in answer]))
    given_morphs = soft_probs(labelled, SOFT_MORPHS_KEY)
    mean_morphs = None
    if given_morphs or morphs:
        labels = {label for probs in (given_morphs, morphs) if probs for label in probs.labels}
        mean_morphs = mean(
            given_morphs or hard_probs(gold_morphs(labelled, labels)),
            morphs or hard_probs(gold_morphs(answer, labels)),
        )
    token: Any
    for token, other, row in zip(labelled, answer, mean_tags.probs, strict=True):
        is_known = token.tag_ in mean_tags.labels
        prob = row[mean_tags.labels.index(token.tag_)] if is_known else 0
        if token.is_space or row.max(initial=0) <= prob:
            continue
        token.tag_ = mean_tags.labels[row.argmax()]
        if other.tag_ == token.tag_ and other.pos:
            token.pos_ = other.pos_
            token.set_morph(str(other.morph))
    return labelled, mean_tags, mean_morphs


def mean(first: TagProbs, second: TagProbs) -> TagProbs:
    """The mean of the probabilities of two taggers, which may have other labels."""
    labels = sorted({*first.labels, *second.labels})
    both = [match_labels(probs, labels) for probs in (first, second)]
    return TagProbs(numpy.mean(both, axis=0), labels)


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
