"""English base noun phrases, as a pattern of tags."""

from spacy.attrs import LOWER, POS, TAG
from spacy.parts_of_speech import NAMES as POS_NAMES
from spacy.strings import get_string_id
from spacy.tokens import Doc

from ..models.types import Ids

# The annotations that names depend on.
NEEDS = ("POS", "TAG")
# A part of speech is too coarse where the Penn Treebank's tag tells how a word is used.
NAME_OF_TAG = {
    ("DET", "PDT"): "PREDET",
    ("PRON", "PRP$"): "POSS",
    ("PRON", "WP$"): "POSS",
    ("PRON", "DT"): "DEM",
    ("PRON", "NN"): "DEM",
    ("PART", "POS"): "CLITIC",
    ("PUNCT", "HYPH"): "HYPH",
    ("PUNCT", "``"): "QUOTE",
    ("PUNCT", "''"): "QUOTE",
    ("VERB", "VBN"): "VBN",
    ("VERB", "VBG"): "VBG",
    ("ADV", "RBR"): "DEGREE",
    ("ADV", "RBS"): "DEGREE",
}
# The words that the tags do not tell apart: nouns that are a phrase without a determiner behind
# another noun (*the meeting yesterday*), adjectives that begin a phrase (*saw Mary last week*), and
# adverbs that modify an adjective or a number.
DEGREE = (
    "about almost around as fairly less least more most over pretty quite rather so too very well"
)
WORDS = {
    "NOUN": {"TIME": "today tomorrow tonight yesterday"},
    "ADJ": {"NEXT": "last next"},
    "ADV": {"DEGREE": DEGREE},
}
# Prepositional phrases that are adverbs: no phrase has a modifier, and none is talked about.
ADVERBS = {("of", "course"), ("in", "order")}
# Behind these, a participle modifies a noun (*of published papers*, *well-known papers*). Behind
# others it may be the verb (*has published papers*).
BEFORE_MODIFIER = {"ADP", "VERB", "PUNCT", "CCONJ", "HYPH"}

# A bound on the words of a phrase keeps the time linear in a long row of numbers or names.
MANY = "{0,20}"
# *well-known*, *very old*, *large, bright*, *red or blue*.
ADJECTIVE = "<ADJ|NEXT> (?: <HYPH> | <PUNCT|CCONJ> (?=<ADJ|VBN>) )?"
# *19/20*, *two or three*.
NUMBER = "<NUM> (?: <HYPH|SYM> | <CCONJ> (?=<NUM>) )?"
# *Boston Red Sox*. A noun before a name is another phrase: *the film Alien*.
NAME = "<PROPN> (?: <HYPH> | (?=<NOUN|PROPN>) | (?=<ADJ><PROPN>) )"
NOUN = "<NOUN> (?: <HYPH> | (?=<NOUN>) )"
PARTICIPLE = "<VBN|VBG> <HYPH>?"
ADVERB = "(?: <DEGREE> <HYPH>? )?"
FIRST = f"(?: {ADVERB} (?: {ADJECTIVE} | {NUMBER} ) | {NAME} | {NOUN} )"
LATER = f"(?: {ADVERB} (?: {ADJECTIVE} | {NUMBER} | {PARTICIPLE} ) | {NAME} | {NOUN} )"
DETERMINERS = "<PREDET>? <DET|POSS> <DET|POSS|QUOTE>{0,3}"
# Behind a determiner, any adverb may modify an adjective: *the soo good movie*.
ANY_ADVERB = "(?: <ADV|DEGREE>{1,2} (?=<ADJ|VBN|VBG>) )?"
MODIFIERS = (
    f"(?: {DETERMINERS} {ANY_ADVERB} {LATER}{MANY} | <PREDET>? (?: {FIRST} {LATER}{MANY} )? )"
)
# *my friend's old car* is one phrase.
OWNED = f"(?: <CLITIC> {LATER}{MANY} <NOUN|PROPN> )" + "{0,5}"
PATTERN = f"<TIME> | {MODIFIERS} <NOUN|PROPN> {OWNED} | <PREDET>? <DET>? <DEM> | <PRON>"


# Keys in the string stores of spaCy are hashes, the same for each vocab.
NAME_OF_WORD = {
    (pos, get_string_id(word)): name
    for pos, names in WORDS.items()
    for name, words in names.items()
    for word in words.split()
}
ADVERB_KEYS = {(get_string_id(one), get_string_id(two)) for one, two in ADVERBS}


def english_names(doc: Doc, words: Ids) -> list[str]:
    """The names of words in `PATTERN`: their parts of speech, or what `NAME_OF_TAG`, `WORDS` and
    `ADVERBS` say.

    doc (Doc): The Doc, with tags and parts of speech.
    words (Ids): The indices of the words, without white space, (n_words,).
    RETURNS (list[str]): For each word, its name.
    """
    strings = doc.vocab.strings
    names: dict[tuple[int, int], str] = {}
    found = []
    previous = ""
    previous_word = 0
    for tag, pos, word in doc.to_array([TAG, POS, LOWER])[words].tolist():
        name = names.get((tag, pos))
        if name is None:
            name = NAME_OF_TAG.get((POS_NAMES[pos], strings[tag]), POS_NAMES[pos])
            names[tag, pos] = name
        name = NAME_OF_WORD.get((name, word), name)
        if name == "ADV" and strings[word].endswith("ly"):
            name = "DEGREE"
        elif name == "VBN" and previous in BEFORE_MODIFIER:
            name = "ADJ"
        elif name == "NOUN" and (previous_word, word) in ADVERB_KEYS:
            name = "ADV"
        found.append(name)
        previous = name
        previous_word = word
    return found
