"""The tokenizer of en_lstm_web: spaCy's English one, with the words of UD English-EWT.

What spaCy splits and EWT does not: runs of punctuation (!!!, ====), telephone numbers, and words
with a prefix and a hyphen (co-workers). What EWT splits and spaCy does not: 7:30PM, 10k, and a
hyphen after a word. The rules were made from EWT's training part.
"""

from spacy.language import Language
from spacy.symbols import ORTH
from spacy.util import compile_prefix_regex, compile_suffix_regex

RUNS = [r"[!?.]*[!?][!?.]+", r"\.+[!?]+", r"[<>=|*~_+#^-]{2,}"]
NUMBERS = [r"(?:\d-)?\d{3}-\d{3}-\d{4}(?![\w-])", r"\d{3}-\d{4}(?![\w-])"]
HYPHENATED = (
    r"(?i:anti|co|counter|e|ex|mid|multi|neo|non|over|post|pre|pro|re|semi|socio|sub|ultra|un)"
    r"-[A-Za-z]+(?![\w-])"
)
ENDS = [r"(?<=\d)(?:[ap]m|[AP]M|[kKM])", r"(?<=[A-Za-z])-"]
ABBREVIATIONS = (
    "Attn. Col. Fri. Ft. Lt. Mon. No. Sat. Sr. Sun. Thur. Thurs. Tues. Wed. lb. lbs. oz."
)
SPLIT = ("and / or", "And / or", "wan na", "Wan na")
WHOLE = ("id", "Id", "ID", "wed", "Wed")  # spaCy reads them as I'd and we'd


def set_tokenizer(nlp: Language) -> None:
    """Give a blank or trained English pipeline the rules."""
    tokenizer, defaults = nlp.tokenizer, nlp.Defaults
    prefixes = [*RUNS, *NUMBERS, HYPHENATED, *defaults.prefixes]
    tokenizer.prefix_search = compile_prefix_regex(prefixes).search
    tokenizer.suffix_search = compile_suffix_regex([*RUNS, *ENDS, *defaults.suffixes]).search
    for word in (*ABBREVIATIONS.split(), *WHOLE):
        tokenizer.add_special_case(word, [{ORTH: word}])
    for words in SPLIT:
        tokenizer.add_special_case(words.replace(" ", ""), [{ORTH: word} for word in words.split()])
