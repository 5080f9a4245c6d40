"""Callbacks for the config."""

from collections.abc import Callable, Iterable

from spacy.language import Language
from spacy.training import Example

from .models import count_words as count_words_of


def count_words(
    corpus: Callable[[Language], Iterable[Example]],
) -> Callable[[Language], None]:
    """For `[initialize.before_init]`: count the vocabulary of every LSTMTok2Vec in the pipeline.

    `lstm_tagger` counts for itself. A `tok2vec` component is spaCy's own, and shows its model
    no more than ten Docs; `spacy pretrain` shows it a single one.

    corpus (Callable[[Language], Iterable[Example]]): Reader of the corpus, `${corpora.train}`.
    RETURNS (Callable[[Language], None]): The callback.
    """

    def callback(nlp: Language) -> None:
        models = [pipe.model for _, pipe in nlp.components if hasattr(pipe, "model")]
        for model in models:
            count_words_of(model, (example.predicted for example in corpus(nlp)))

    return callback
