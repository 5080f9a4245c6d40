"""A warning if a pipeline splits the text of a language that has no spaces as if it had."""

import warnings

from spacy.language import Language
from spacy.tokenizer import Tokenizer


def check_tokenizer(nlp: Language) -> None:
    """Warn if a language has a tokenizer of its own, such as Chinese, and the pipeline has the one
    that splits at white space. Training on given words does not notice it."""
    defaults = nlp.Defaults.config.get("nlp", {})
    own = defaults.get("tokenizer", {}).get("@tokenizers")
    if own and type(nlp.tokenizer) is Tokenizer:
        warnings.warn(
            f"The language {nlp.lang!r} has a tokenizer of its own, and [nlp.tokenizer] splits raw "
            f"text at white space. Unless your texts come in words, set @tokenizers = {own!r} "
            f"there, or on the command line: --nlp.tokenizer.@tokenizers {own}",
            stacklevel=2,
        )
