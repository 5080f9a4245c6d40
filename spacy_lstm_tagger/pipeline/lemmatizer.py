"""A component that finds lemmas by words and their tags."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from spacy.language import Language
from spacy.lookups import Lookups
from spacy.pipeline import Lemmatizer
from spacy.pipeline.lemmatizer import lemmatizer_score
from spacy.tokens import Token
from spacy.training import Example
from spacy.vocab import Vocab

# Tables with an entry for each tag: lemmas of words, replacements of suffixes, and whether words
# keep their capitals; and the lemmas of the training data.
WORDS, SUFFIXES, CASE, INDEX = "lemma_exc", "lemma_rules", "lemma_case", "lemma_index"
MAX_SUFFIX = 5  # in characters; longer ones gain nothing
MIN_WORDS = 2  # that change in the same way, or the change may be one word's alone
MAX_CACHE = 100_000  # lemmas; text has new words without end


class TagLemmatizer(Lemmatizer):
    """Finds the lemma of a token by its word and its `token.tag_`. A word of the training data has
    the lemma that it has there most often. Every other word changes as a suffix does that the
    training data has with its tag: the longest one that makes a lemma of the training data, or the
    longest one. There is no network: the tables are made when the pipeline is initialized.
    """

    def __init__(
        self,
        vocab: Vocab,
        name: str = "tag_lemmatizer",
        *,
        overwrite: bool = False,
        scorer: Callable[..., dict[str, Any]] | None = lemmatizer_score,
    ) -> None:
        """Initialize a lemmatizer.

        vocab (Vocab): The shared vocabulary.
        name (str): Name of the component.
        overwrite (bool): Whether to replace lemmas that are set already.
        scorer (Callable[..., dict[str, Any]] | None): The scoring method.
        """
        super().__init__(vocab, None, name, mode="tag", overwrite=overwrite, scorer=scorer)

    @classmethod
    def get_lookups_config(cls, mode: str) -> tuple[list[str], list[str]]:
        """The tables that the component needs, and those that it may have."""
        return [WORDS, SUFFIXES, CASE], [INDEX]

    def _validate_tables(self, *args: Any) -> None:
        super()._validate_tables(*args)
        self.cache = {}  # the tables are new

    def initialize(
        self,
        get_examples: Callable[[], Iterable[Example]] | None = None,
        *,
        nlp: Language | None = None,
        lookups: Lookups | None = None,
        corpus: Callable[[Language], Iterable[Example]] | None = None,
    ) -> None:
        """Learn lemmas.

        get_examples (Callable[[], Iterable[Example]] | None): Returns the training data.
        nlp (Language | None): The pipeline.
        lookups (Lookups | None): Tables of a trained component, instead of training data.
        corpus (Callable[[Language], Iterable[Example]] | None): Reads other examples than the
            training data, for example without misspelled words.
        """
        if lookups is None:
            if corpus is not None and nlp is not None:
                examples: Iterable[Example] = corpus(nlp)
            else:
                examples = get_examples() if get_examples else ()
            lookups = learn(examples)
            if not lookups.get_table(SUFFIXES):
                raise ValueError(
                    f"Component '{self.name}' has no lemmas: no token of the training data has a "
                    "tag and a lemma. Check that [paths] train leads to data with both."
                )
        super().initialize(get_examples, nlp=nlp, lookups=lookups)

    def tag_lemmatize(self, token: Token) -> list[str]:
        """Find the lemma of a token.

        RETURNS (list[str]): The lemma alone. A token without a tag has its text as its lemma.
        """
        key = (token.orth, token.tag)
        lemma = self.cache.get(key)
        if lemma is None:
            if len(self.cache) >= MAX_CACHE:
                self.cache.clear()
            lemma = self.cache[key] = find_lemma(self.lookups, token.text, token.tag_)
        return [lemma]


def find_lemma(lookups: Lookups, word: str, tag: str) -> str:
    """The lemma of a word with a tag. With a tag that the training data does not have, as white
    space has one, it is the word."""
    suffixes = lookups.get_table(SUFFIXES).get(tag)
    if suffixes is None:
        return word
    words, index = lookups.get_table(WORDS)[tag], lookups.get_table(INDEX, ())
    form = word if lookups.get_table(CASE)[tag] else word.lower()
    if lemma := words.get(word) or words.get(form):
        return str(lemma)
    changed = list(change_suffix(form, suffixes))
    return next((lemma for lemma in changed if lemma in index), changed[0] or form)


def change_suffix(form: str, suffixes: dict[str, str]) -> Iterator[str]:
    """Replace each of the suffixes that a form ends with, the longest first."""
    for start in range(max(len(form) - MAX_SUFFIX, 0), len(form) + 1):
        if form[start:] in suffixes:
            yield form[:start] + suffixes[form[start:]]


def learn(examples: Iterable[Example]) -> Lookups:
    """Make the tables from the tags and lemmas of the training data."""
    found: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for example in examples:
        for token in example.reference:
            # In Universal Dependencies, "_" is no lemma: the word is a part of the one before.
            if token.tag and token.lemma and (token.lemma_ != "_" or token.text == "_"):
                found[token.tag_][token.text][token.lemma_] += 1
    lookups = Lookups()
    tables = {name: lookups.add_table(name) for name in (WORDS, SUFFIXES, CASE)}
    all_words = [words for words_of_tag in found.values() for words in words_of_tag.values()]
    lookups.add_table(INDEX, dict.fromkeys(sorted(set().union(*all_words)), True))
    for tag, words in found.items():
        lemmas = {word: most_common(counts) for word, counts in words.items()}
        keeps_case = keeps_capitals(lemmas)
        forms: dict[str, Counter[str]] = defaultdict(Counter)
        for word, counts in words.items():
            forms[word if keeps_case else word.lower()].update(counts)
        of_forms = {form: most_common(counts) for form, counts in forms.items()}
        tables[CASE][tag] = keeps_case
        tables[SUFFIXES][tag] = learn_suffixes(of_forms)
        exceptions = tables[WORDS][tag] = {}
        # First the forms, which the words are looked up by, too. An exception of a word may be the
        # form of another one, which then needs one of its own.
        for word, lemma in [*of_forms.items(), *lemmas.items(), *lemmas.items()]:
            if find_lemma(lookups, word, tag) != lemma:
                exceptions[word] = lemma
    return lookups


def most_common(counts: Counter[str]) -> str:
    return counts.most_common(1)[0][0]


def keeps_capitals(lemmas: dict[str, str]) -> bool:
    """Whether most words that begin with a capital have a lemma that does."""
    capitals = [lemma for word, lemma in lemmas.items() if word.istitle()]
    return 2 * sum(lemma != lemma.lower() for lemma in capitals) > len(capitals)


def learn_suffixes(lemmas: dict[str, str]) -> dict[str, str]:
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


@Language.factory(
    "tag_lemmatizer",
    assigns=["token.lemma"],
    requires=["token.tag"],
    default_config={"overwrite": False, "scorer": {"@scorers": "spacy.lemmatizer_scorer.v1"}},
    default_score_weights={"lemma_acc": 1.0},
)
def make_tag_lemmatizer(
    nlp: Language, name: str, overwrite: bool, scorer: Callable[..., dict[str, Any]] | None
) -> TagLemmatizer:
    """Make a TagLemmatizer, see there."""
    return TagLemmatizer(nlp.vocab, name, overwrite=overwrite, scorer=scorer)
