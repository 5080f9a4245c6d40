"""The factory of the component, and its default config."""

from collections.abc import Callable
from typing import Any

from spacy.language import Language
from thinc.api import Config

from ..models.types import TaggerModel
from .lstm_tagger import LSTMTagger

default_model_config = """
[model]
@architectures = "spacy_lstm_tagger.LSTMTagger.v1"

[model.tok2vec]
@architectures = "spacy_lstm_tagger.LSTMTok2Vec.v1"
width = 256
depth = 1
bidirectional = true
dropout = null
word_width = 100
word_attr = "ORTH"
word_dropout = 0.1
min_freq = 2
prefixes = [1,3]
suffixes = [2,3,4]
shape = true
parts = false
heads = 1
feature_width = 64
feature_rows = 5000
char_width = 0
include_static_vectors = false
vector_width = 100
precision = "float32"
"""
DEFAULT_MODEL = Config().from_str(default_model_config)["model"]


@Language.factory(
    "lstm_tagger",
    assigns=["token.tag"],
    default_config={
        "model": DEFAULT_MODEL,
        "overwrite": False,
        "scorer": {"@scorers": "spacy.tagger_scorer.v1"},
        "neg_prefix": "!",
        "space_tag": "_SP",
        "label_smoothing": 0.0,
        "adversarial": 0.0,
        "log_probs": False,
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
    """Construct an LSTM tagger. Its arguments are those of `LSTMTagger`."""
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
