"""The tokenizer of en_lstm_web: spaCy's English one, with the words of UD English-EWT and GUM.

EWT keeps runs of punctuation (!!!, ====), telephone numbers, and words with a prefix and a hyphen
(co-workers) whole. It splits 7:30PM, 10k and and/or. The rules were made from the training parts of
both. Where they differ, spaCy's own rules stay: EWT splits a hyphen after a word, and GUM keeps the
hyphen of a word that is broken off.
"""

from spacy.language import Language
from spacy.symbols import ORTH
from spacy.util import compile_prefix_regex, compile_suffix_regex

# A run begins where no other run does, or the time to search one would grow with its square. The
# full stop of an abbreviation, as in "the U.S.?", does not belong to it.
RUNS = [
    r"(?<![!?.])(?<!\.[A-Za-z])(?<!Jr)(?<!etc)(?=\.*[!?])[!?.]{2,}",
    r"(?<![<>=|*~_+#^-])[<>=|*~_+#^-]{2,}",
]
# Nothing of these is within a web address.
END = r"(?![\w-]|[@./]\w)"
NUMBERS = [rf"(?:\d-)?\d{{3}}-\d{{3}}-\d{{4}}{END}", rf"\d{{3}}-\d{{4}}{END}"]
HYPHENATED = (
    r"(?i:anti|co|counter|e|ex|mid|multi|neo|non|over|post|pre|pro|re|semi|socio|sub|ultra|un)"
    rf"-[A-Za-z]+{END}"
)
# The time or the thousands after a number; a full stop after AT&T, which spaCy splits off after two
# capitals alone.
ENDS = [r"(?<![A-Za-z]\d)(?<=\d)(?:[ap]m|[AP]M|k)", r"(?<=[A-Z]&[A-Z])\."]
ABBREVIATIONS = (
    "Attn. Ave. Blvd. Col. Dept. Fig. Figs. Fri. Ft. Lt. Mon. Reps. Sat. Sr. Thur. Thurs. Tues. "
    "Vol. Wed. al. approx. ca. cf. lb. lbs. oz. pp. vol."
)
SPLIT = ("and / or", "wan na", "Wan na")
# spaCy reads these as I'd and we'd.
WHOLE = ("id", "Id", "ID", "wed", "Wed")
# As abbreviations, these would take the full stop after 10k.
NO_ABBREVIATIONS = ("k.", "m.")


def set_tokenizer(nlp: Language) -> None:
    """Give a blank or trained English pipeline the rules."""
    tokenizer = nlp.tokenizer
    prefixes = [*RUNS, *NUMBERS, HYPHENATED, *nlp.Defaults.prefixes]
    suffixes = [*RUNS, *ENDS, *nlp.Defaults.suffixes]
    tokenizer.prefix_search = compile_prefix_regex(prefixes).search
    tokenizer.suffix_search = compile_suffix_regex(suffixes).search
    rules = tokenizer.rules
    tokenizer.rules = {word: rules[word] for word in rules if word not in NO_ABBREVIATIONS}
    for word in (*ABBREVIATIONS.split(), *WHOLE):
        tokenizer.add_special_case(word, [{ORTH: word}])
    for words in SPLIT:
        tokenizer.add_special_case(words.replace(" ", ""), [{ORTH: word} for word in words.split()])
