"""A component that finds lemmas by words and their tags."""

from collections.abc import Callable, Iterable
from dataclasses import fields
from functools import partial
from typing import Any

from spacy.errors import Errors
from spacy.language import Language
from spacy.lookups import Lookups
from spacy.pipeline import Lemmatizer
from spacy.pipeline.lemmatizer import lemmatizer_score
from spacy.tokens import Token
from spacy.training import Example, validate_get_examples
from spacy.vocab import Vocab

from ..caches import MAX_CACHED_LENGTH, BoundedCache
from .guesser import GUESSER, Context, Guesser
from .learning import learn
from .tables import (
    CASE,
    DRAWN_OUT,
    IRREGULAR,
    KNOWN,
    SPACY_TABLES,
    SUFFIXES,
    TAGS,
    WITH_COMMAS,
    WORDS,
    TagTables,
    tables_of,
)


class TagLemmatizer(Lemmatizer):
    """Finds the lemma of a token by its word and its `token.tag_`. There is no network: tables are
    made when the pipeline is initialized. Without given tables, and with training data
    of at most 40,000 words, `token.pos_` and `token.morph` are read, too, if the token has a part
    of speech, and a perceptron chooses the lemma of a word that the training data lacks. Otherwise,
    the lemma is the first that is found of these:

    1. the one that the word has most often in the training data,
    2. the one of an irregular form in given tables,
    3. a known lemma that the word becomes when its suffix changes, as suffixes do in the training
       data or by the rules of given tables,
    4. for a word with a hyphen, the same for its last part,
    5. if the word has three or more of a letter, such as "sooo", the known lemma of the word with
       two or one of it,
    6. what the word becomes when its longest suffix changes as in the training data.

    A number such as "1,100" loses its commas if numbers of the training data do. A lemma has at
    least two letters, unless the word has fewer.
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
        self.cache: dict[tuple[int, ...], str] = BoundedCache()
        self.tables: dict[str, TagTables | None] = {}
        self.guesser: Guesser | None = None

    @classmethod
    def get_lookups_config(cls, mode: str) -> tuple[list[str], list[str]]:
        """The tables that the component needs, and the one that it may have."""
        return [WORDS, SUFFIXES, CASE, KNOWN, IRREGULAR, TAGS], [GUESSER]

    def _validate_tables(self, *args: Any) -> None:
        super()._validate_tables(*args)
        # The tables are new.
        self.cache = BoundedCache()
        self.tables = {}
        learned = self.lookups.get_table(GUESSER, {})
        self.guesser = None
        if learned:
            self.guesser = Guesser(**{field.name: learned[field.name] for field in fields(Guesser)})

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
        lookups (Lookups | None): Tables of spaCy's rule lemmatizer for words that the training data
            does not have: `lemma_rules`, `lemma_exc` and `lemma_index`, or some of them. A rule is
            used for the tags that follow it in the training data.
        corpus (Callable[[Language], Iterable[Example]] | None): Reads other examples than the
            training data, for example without misspelled words.
        """
        if lookups is None:
            lookups = Lookups()
        elif not any(table in lookups for table in SPACY_TABLES):
            raise ValueError(
                f"The lookups of '{self.name}' have none of the tables {', '.join(SPACY_TABLES)}. "
                f"Load them in [initialize.components.{self.name}.lookups]."
            )
        read: Any = get_examples
        if corpus is None:
            validate_get_examples(read, "TagLemmatizer.initialize")
        elif nlp is None:
            raise ValueError("A corpus needs the pipeline: initialize(..., nlp=nlp).")
        else:
            read = partial(corpus, nlp)
        learned = learn(read(), lookups)
        if not learned.get_table(SUFFIXES):
            raise ValueError(
                f"Component '{self.name}' has no lemmas: no token of the training data has a tag "
                "and a lemma. Check that [paths] train leads to data with both."
            )
        super().initialize(get_examples, nlp=nlp, lookups=learned)

    def tag_lemmatize(self, token: Token) -> list[str]:
        """Find the lemma of a token.

        RETURNS (list[str]): The lemma alone. A token without a tag has its text as its lemma.
        """
        key: tuple[int, ...] = (token.orth, token.tag)
        if self.guesser is not None:
            key = (*key, token.pos, token.morph.key)  # type: ignore[attr-defined]
        lemma = self.cache.get(key)
        if lemma is None:
            lemma = self.find(token.text, token.tag_, token.pos_, str(token.morph))
            if len(token) <= MAX_CACHED_LENGTH:
                self.cache[key] = lemma
        return [lemma]

    def find(self, word: str, tag: str, pos: str = "", morph: str = "") -> str:
        """The lemma of a word with a tag. White space is its own lemma. With `lookups`, or without
        a part of speech, so is any word whose tag was not in the training data.

        word (str): The word as it is spelled.
        tag (str): Its tag.
        pos (str): Its part of speech, such as `NOUN`; "" to find the lemma by word and tag alone.
        morph (str): Its features, such as `Number=Plur`. With `lookups`, they aren't needed.
        RETURNS (str): The lemma.
        RAISES (ValueError): If the component was neither initialized nor loaded.
        """
        if not self._validated:
            self._validate_tables(Errors.E1004)
        if self.guesser is not None and tag and pos and not word.isspace():
            context = Context(tag, pos, morph)
            lemma = self.guesser.find(word, context)
            if lemma:
                return lemma
            # The tables know numbers with commas and words such as "sooo".
            if not (WITH_COMMAS.search(word) or DRAWN_OUT.search(word)):
                return self.guesser.guess(word, context)
        if tag not in self.tables:
            self.tables[tag] = tables_of(self.lookups, tag)
        tables = self.tables[tag]
        return word if tables is None else tables.find(word)


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
    """Make a lemmatizer. The arguments are as in `TagLemmatizer`."""
    return TagLemmatizer(nlp.vocab, name, overwrite=overwrite, scorer=scorer)
