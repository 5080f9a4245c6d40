"""Learns tables of lemmas from tagged text, and from tables of spaCy's rule lemmatizer."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from spacy.lookups import Lookups
from spacy.tokens import Token
from spacy.training import Example

from ..config_rules import check_type
from .guesser import GUESSER, MIN_WORDS, Context, Row, learn_guesser
from .tables import (
    CASE,
    IRREGULAR,
    KNOWN,
    MAX_SUFFIX,
    SIMILAR,
    SPACY_TABLES,
    SUFFIXES,
    TAGS,
    WITH_COMMAS,
    WORDS,
    Lemmas,
    Rules,
    TagTables,
    change_suffix,
    lower_case,
    tables_of,
    without_commas,
)

# With more words of training data, the tables alone find more lemmas: on UD English-EWT, of 205,000
# words, 97.8 % in place of 97.6. With less than 23,000, in eight languages, they find fewer.
MAX_GUESSER_WORDS = 40_000

Counts = Mapping[str, Counter[str]]


def learn(examples: Iterable[Example], given: Lookups) -> Lookups:
    """Make the tables from the tags and lemmas of training data.

    examples (Iterable[Example]): The training data.
    given (Lookups): Tables of spaCy's rule lemmatizer, or none.
    RETURNS (Lookups): The tables. They are empty if no token has a tag and a lemma.
    """
    found: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    words_of: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    rows: Counter[Row] = Counter()
    for example in examples:
        for token in example.reference:
            # In Universal Dependencies, "_" is no lemma: the word is a part of the one before.
            has_lemma = token.lemma and (token.lemma_ != "_" or token.text == "_")
            if token.tag and has_lemma and not has_lemma_of_parts(token):
                found[token.tag_][token.text][token.lemma_] += 1
                words_of[token.tag_][token.pos_.lower()].add(token.text)
                # The rules of given tables fit their language. Without a part of speech, the tables
                # find the lemma.
                if token.pos and not len(given):
                    context = Context(token.tag_, token.pos_, str(token.morph))
                    rows[token.text, context, token.lemma_] += 1
    lookups = Lookups()
    for name in (WORDS, SUFFIXES, CASE, KNOWN, IRREGULAR, TAGS):
        lookups.add_table(name)
    tags_of: dict[str, list[str]] = defaultdict(list)
    for tag, words in words_of.items():
        pos = max(words, key=lambda pos: len(words[pos]))
        tags_of[SIMILAR.get(pos, pos)].append(tag)
    for pos, tags in tags_of.items():
        tables = GivenTables.of(given, pos)
        lookups.get_table(KNOWN)[pos] = known_lemmas([found[tag] for tag in tags], tables)
        for tag in tags:
            learn_tag(lookups, tag, pos, found[tag], tables)
    if 0 < rows.total() <= MAX_GUESSER_WORDS:
        lookups.add_table(GUESSER, vars(learn_guesser(learn_words(rows), rows)))
    return lookups


def learn_words(rows: Counter[Row]) -> dict[str, dict[str, str]]:
    """Make the lexicon of a `Guesser` from the words of the training data with their numbers."""
    no_tables = GivenTables()
    found: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for (word, context, lemma), count in rows.items():
        for key in context.lexicon_keys():
            found[key][word][lemma] += count
    lemmas_of = {}
    for key, words in found.items():
        lemmas = most_common_lemmas(words, no_tables)
        forms = {} if keeps_capitals(lemmas) else lemmas_in_any_case(words, lemmas, no_tables)
        lemmas_of[key] = {**forms, **lemmas}
    lexicon: dict[str, dict[str, str]] = defaultdict(dict)
    for word, context, _ in rows:
        keys = context.lexicon_keys()
        for form in (word, lower_case(word)):
            for place in reversed(range(len(keys))):
                most = lemmas_of[keys[place]].get(form)
                broader = [lexicon[form][key] for key in keys[place + 1 :] if key in lexicon[form]]
                # The part of speech of a word is always there, to tell which ones it has.
                if most and (place == len(keys) - 2 or broader[:1] != [most]):
                    lexicon[form][keys[place]] = most
    return dict(lexicon)


def has_lemma_of_parts(token: Token) -> bool:
    """Whether a token has the lemma of a word of which it is the first part, as "over" has
    "overprice" in "over priced"."""
    if token.i + 1 == len(token.doc):
        return False
    after = token.nbor()
    parts = (token.text + after.text[:1]).lower()
    return after.lemma_ in ("", "_") and token.lemma_.lower().startswith(parts)


@dataclass(frozen=True)
class GivenTables:
    """The tables of spaCy's rule lemmatizer for one part of speech."""

    index: Collection[str] = ()
    irregular: Mapping[str, list[str]] = field(default_factory=dict)
    rules: Rules = ()

    @classmethod
    def of(cls, lookups: Lookups, pos: str) -> "GivenTables":
        """Read the tables. Raises a ValueError that names one of another shape."""
        found = [lookups.get_table(name, {}).get(pos) for name in SPACY_TABLES]
        for name, value in zip(SPACY_TABLES, found, strict=True):
            check_type(f"lookups, table {name}[{pos!r}]", value, SPACY_TABLES[name])
        rules, irregular, index = found
        return cls(
            index=set(index or ()),
            irregular={
                form: [lemmas] if isinstance(lemmas, str) else list(lemmas)
                for form, lemmas in (irregular or {}).items()
            },
            rules=[(old, new) for old, new in rules or () if old],
        )


def known_lemmas(words_of_tags: Iterable[Counts], given: GivenTables) -> dict[str, bool]:
    """The lemmas of given tables, and the lemmas of the training data that are words there, or that
    two words have; and whether the training data has them. Its other lemmas may be errors."""
    words_of: dict[str, set[str]] = defaultdict(set)
    words: set[str] = set()
    for counts_of in words_of_tags:
        for word, counts in counts_of.items():
            words.add(word.lower())
            for lemma in counts:
                words_of[lemma].add(word.lower())
    known = dict.fromkeys(sorted(given.index), False)
    for lemma in sorted(words_of):
        if lemma in known or lemma.lower() in words or len(words_of[lemma]) >= MIN_WORDS:
            known[lemma] = True
    return known


def learn_tag(lookups: Lookups, tag: str, pos: str, words: Counts, given: GivenTables) -> None:
    """Add the entries of one tag, and of the irregular forms of its part of speech."""
    lemmas = most_common_lemmas(words, given)
    keeps_case = keeps_capitals(lemmas)
    forms = lemmas if keeps_case else lemmas_in_any_case(words, lemmas, given)
    known = lookups.get_table(KNOWN)[pos]
    is_irregular = [
        lemma in given.irregular[form] for form, lemma in forms.items() if form in given.irregular
    ]
    irregular = is_most(is_irregular)
    if irregular:
        lookups.get_table(IRREGULAR)[pos] = given.irregular
    lookups.get_table(CASE)[tag] = keeps_case
    commas = [
        lemma == without_commas(word) for word, lemma in lemmas.items() if WITH_COMMAS.search(word)
    ]
    drops_commas = is_most(commas)
    changed = {
        form: lemma
        for form, lemma in forms.items()
        if not (drops_commas and WITH_COMMAS.search(form))
    }
    lookups.get_table(SUFFIXES)[tag] = learn_suffixes(changed)
    lookups.get_table(TAGS)[tag] = {
        "pos": pos,
        "irregular": irregular,
        "rules": [rule for rule in given.rules if is_followed(rule, forms, known)],
        "drops_commas": drops_commas,
    }
    exceptions: dict[str, str] = {}
    lookups.get_table(WORDS)[tag] = exceptions
    tables = tables_of(lookups, tag)
    assert tables is not None
    # The forms come first, because a word without an exception is looked up by its form. Then the
    # words come twice: the exception of one word may be the form of another, which the first round
    # has passed and the second round repairs.
    add_exceptions(exceptions, forms, tables, given)
    add_exceptions(exceptions, lemmas, tables, given)
    add_exceptions(exceptions, lemmas, tables, given)


def lemmas_in_any_case(words: Counts, lemmas: dict[str, str], given: GivenTables) -> dict[str, str]:
    """The lemmas of the words of a tag in lower case. A word with capitals gets the lemma that its
    form in lower case has, if that lemma is more frequent.

    lemmas (dict[str, str]): The lemmas of the words as they are spelled. Some are replaced.
    """
    counts_of_forms: dict[str, Counter[str]] = defaultdict(Counter)
    for word, counts in words.items():
        counts_of_forms[lower_case(word)].update(counts)
    forms = most_common_lemmas(counts_of_forms, given)
    for word, lemma in lemmas.items():
        form = lower_case(word)
        # A capital at the beginning of a sentence or in a heading does not change the lemma. But a
        # word that is its own lemma, such as HR, keeps it: hr may be another word.
        is_rarer = words[word][lemma] < counts_of_forms[form][forms[form]]
        if word != form and is_rarer and lower_case(lemma) != form:
            lemmas[word] = forms[form]
    return forms


def add_exceptions(
    exceptions: dict[str, str], lemmas: Lemmas, tables: TagTables, given: GivenTables
) -> None:
    """Add the words for which the tables find another lemma than the training data has.

    exceptions (dict[str, str]): The lemmas of words in the tables.
    """
    for word, lemma in lemmas.items():
        derived = tables.find(word)
        # A lemma that no table has is an error if the tables find one that they have.
        is_error = (
            tables.rules
            and lemma != word
            and lemma.lower() not in given.index
            and derived.lower() in given.index
        )
        if derived != lemma and not is_error:
            exceptions[word] = lemma


def is_followed(rule: tuple[str, str], forms: Lemmas, known: Collection[str]) -> bool:
    """Whether a rule is right for most words that it changes into a known lemma."""
    old, new = rule
    right = []
    for form, lemma in forms.items():
        changed = form[: len(form) - len(old)] + new
        if form.lower().endswith(old) and changed.lower() in known:
            right.append(changed.lower() == lemma.lower())
    return is_most(right)


def is_most(values: Collection[bool]) -> bool:
    """Whether most of some values are true, of `MIN_WORDS` at least."""
    return len(values) >= MIN_WORDS and 2 * sum(values) > len(values)


def most_common_lemmas(words: Counts, given: GivenTables) -> dict[str, str]:
    """The most common lemma of each word. Of lemmas that are equally common, a given irregular one
    goes first: treebanks have errors. A single letter, which abbreviates many words, is its own
    lemma unless another one has more than half of its occurrences."""
    lemmas = {}
    for word, counts in words.items():
        irregular = given.irregular.get(word.lower(), ())
        lemma = max(counts, key=lambda lemma: (counts[lemma], lemma in irregular))
        # A character of Chinese, which has no case, is a word.
        is_letter = len(word) == 1 and word.lower() != word.upper()
        is_any = is_letter and 2 * counts[lemma] <= counts.total()
        lemmas[word] = word if is_any else lemma
    return lemmas


def keeps_capitals(lemmas: Lemmas) -> bool:
    """Whether most words that begin with a capital have a lemma that does."""
    capitals = [lemma for word, lemma in lemmas.items() if word.istitle()]
    return 2 * sum(lemma != lemma.lower() for lemma in capitals) > len(capitals)


def learn_suffixes(lemmas: Lemmas) -> dict[str, str]:
    """The most frequent replacement of each suffix, if `MIN_WORDS` have it, without suffixes that
    change as the next shorter one does. The empty suffix is always there."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for form, lemma in lemmas.items():
        for start in range(len(form) + 1):
            if form[:start] == lemma[:start] and len(form) - start <= MAX_SUFFIX:
                found[form[start:]][lemma[start:]] += 1
    suffixes = {"": ""}
    for suffix in sorted(found, key=len):
        ((replacement, count),) = found[suffix].most_common(1)
        if count >= MIN_WORDS and next(change_suffix(suffix, suffixes)) != replacement:
            suffixes[suffix] = replacement
    return suffixes
