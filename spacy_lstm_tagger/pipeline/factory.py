"""The factory of the component, and its default config."""

import inspect
from collections.abc import Callable
from typing import Any

from spacy.language import Language

from ..models.tok2vec import build_lstm_tok2vec
from ..models.types import TaggerModel
from .lstm_tagger import LSTMTagger


def defaults_of(function: Callable[..., Any]) -> dict[str, Any]:
    """The defaults of a function's settings, as a config has them. A class has the settings behind
    the star of its constructor."""
    parameters = list(inspect.signature(function).parameters.values())
    if isinstance(function, type):
        parameters = [each for each in parameters if each.kind is each.KEYWORD_ONLY]
    defaults = {parameter.name: parameter.default for parameter in parameters}
    # A config has lists.
    return {key: list(v) if isinstance(v, tuple) else v for key, v in defaults.items()}


DEFAULT_TOK2VEC = {
    "@architectures": "spacy_lstm_tagger.LSTMTok2Vec.v1",
    **defaults_of(build_lstm_tok2vec),
}
DEFAULT_MODEL = {
    "@architectures": "spacy_lstm_tagger.LSTMTagger.v1",
    "tok2vec": DEFAULT_TOK2VEC,
}


@Language.factory(
    "lstm_tagger",
    assigns=["token.tag"],
    default_config={
        "model": DEFAULT_MODEL,
        **defaults_of(LSTMTagger),
        "scorer": {"@scorers": "spacy.tagger_scorer.v1"},
    },
    default_score_weights={
        "tag_acc": 1.0,
        "pos_acc": 0.0,
        "tag_micro_p": None,
        "tag_micro_r": None,
        "tag_micro_f": None,
    },
)
def make_lstm_tagger(
    nlp: Language,
    name: str,
    model: TaggerModel,
    overwrite: bool,
    scorer: Callable[..., dict[str, Any]] | None,
    neg_prefix: str,
    space_tag: str | None,
    label_smoothing: float,
    adversarial: float,
    log_probs: bool,
) -> "LSTMTagger":
    """Construct an LSTM tagger. The arguments are as in `LSTMTagger`."""
    return LSTMTagger(
        nlp.vocab,
        model,
        name,
        overwrite=overwrite,
        scorer=scorer,
        neg_prefix=neg_prefix,
        space_tag=space_tag,
        label_smoothing=label_smoothing,
        adversarial=adversarial,
        log_probs=log_probs,
    )
