"""A corpus reader for the config that mixes corpora."""

from collections.abc import Callable, Iterator
from typing import Annotated, Any

from annotated_types import Gt
from spacy.language import Language
from spacy.training import Example

from ..config_rules import check_config, invalid_value

CorpusReader = Callable[[Language], Iterator[Example]]


class MixedCorpus:
    """Reads several corpora in turn, so that each has a given share of the words at any moment.

    It reads them as streams and holds none in memory. It ends after each corpus has been read to
    its end at least once; until then, the corpora that end earlier start again. Use it with
    `[training] max_epochs = -1`, which reads the corpus again and again, or 0, which holds the
    examples of one round in memory and shuffles them.

    corpora (dict[str, Callable[[Language], Iterator[Example]]]): The readers, by name.
    shares (dict[str, float]): The share of each, by the same names. They need not sum to 1.
    """

    # The annotation is not dict[str, CorpusReader], because confection compares it with the config
    # before it makes the readers.
    @check_config
    def __init__(self, corpora: dict[str, Any], shares: dict[str, Annotated[float, Gt(0)]]) -> None:
        if not corpora:
            raise invalid_value("corpora", corpora, "be one corpus or more, each with a name")
        for name, reader in corpora.items():
            if not callable(reader):
                rule = "be a reader, in a section of its own that begins with @readers"
                raise invalid_value(f"corpora[{name!r}]", reader, rule)
        if corpora.keys() != shares.keys():
            rule = f"be given for each of the corpora: {', '.join(corpora)}"
            raise invalid_value("shares", shares, rule)
        self.corpora: dict[str, CorpusReader] = corpora
        self.shares = shares

    def __call__(self, nlp: Language) -> Iterator[Example]:
        """Read the examples.

        nlp (Language): The pipeline, for its vocab and tokenizer.
        YIELDS (Example): The examples of each corpus in their order, the corpora mixed.
        """
        streams = {name: read(nlp) for name, read in self.corpora.items()}
        n_words = dict.fromkeys(streams, 0)
        unread = set(streams)
        # Corpora that have given no example since they began, or began again.
        unbegun = set(streams)
        while unread:
            # The corpus that is furthest behind its share is next.
            name = min(n_words, key=lambda name: n_words[name] / self.shares[name])
            example = next(streams[name], None)
            if example is not None:
                unbegun.discard(name)
                n_words[name] += max(len(example.predicted), 1)
                yield example
                continue
            if name in unbegun and not n_words[name]:
                raise ValueError(
                    f"Corpus {name!r} has no examples. Check its path, or leave it out."
                )
            if name in unbegun:
                raise ValueError(
                    f"Corpus {name!r} has no examples when it is read again. Its reader has to "
                    "begin anew each time it is called."
                )
            unread.discard(name)
            unbegun.add(name)
            streams[name] = self.corpora[name](nlp)
