"""A warning if a pipeline lacks the tokenizer of its language."""

import warnings

from spacy.language import Language
from spacy.tokenizer import Tokenizer

# Korean has spaces, and treebanks whose words are between them.
EITHER = {"ko"}


def check_tokenizer(nlp: Language) -> None:
    """Warn if a language has a tokenizer of its own, as Chinese has, but the pipeline uses spaCy's
    rule-based `Tokenizer`, which expects spaces between words. Training on given words does not
    notice it."""
    defaults = nlp.Defaults.config.get("nlp", {})
    own = defaults.get("tokenizer", {}).get("@tokenizers")
    if own and type(nlp.tokenizer) is Tokenizer and nlp.lang not in EITHER:
        warnings.warn(
            f"[nlp.tokenizer] is spaCy's tokenizer for words between spaces, and {nlp.lang!r} has "
            f"one of its own. Unless you give the pipeline words, set @tokenizers = {own!r} there, "
            f"or on the command line: --nlp.tokenizer.@tokenizers {own}",
            stacklevel=2,
        )
