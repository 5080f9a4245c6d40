"""The part of speech and the features that go with a tag."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from spacy.attrs import IS_SPACE, MORPH, ORTH, POS, TAG
from spacy.morphology import Morphology
from spacy.parts_of_speech import IDS as POS_IDS
from spacy.parts_of_speech import NAMES as POS_NAMES
from spacy.training import Example

# The key in the cfg of a component.
TAG_MORPHOLOGY_KEY = "tag_morphology"
# As in POS=PROPN|Number=Sing.
MORPHOLOGY = r"[^=|\s]+=[^=|\s]+(\|[^=|\s]+=[^=|\s]+)*"
# The share of the distinct words of a tag. Words are counted once because function words, which are
# frequent and few, are exceptions: in UD English-EWT and GUM, 86 % of the VB in running text, but
# 99 % of the words that can be VB, are VERB and not AUX.
MIN_SHARE = 0.9
# The least share of the running words of a tag. What is rarer may be a mistake of the annotators.
MIN_RUNNING_SHARE = 0.01


class TagMorphology:
    """Counts the parts of speech and the features of each tag."""

    def __init__(self) -> None:
        # How often each tag and part of speech has each word with its features.
        self._words: dict[str, dict[str, Counter[tuple[int, str]]]]
        self._words = defaultdict(lambda: defaultdict(Counter))

    def watch(self, examples: Iterable[Example]) -> Iterator[Example]:
        """Count the words of examples while something else reads them.

        examples (Iterable[Example]): The examples.
        YIELDS (Example): The same examples.
        """
        for example in examples:
            doc = example.reference
            strings = doc.vocab.strings
            rows = doc.to_array([ORTH, TAG, POS, MORPH, IS_SPACE])
            for row, count in Counter(map(tuple, rows.tolist())).items():
                word, tag, pos, features, is_space = row
                if tag and pos and not is_space:
                    words = self._words[strings[tag]][POS_NAMES[pos]]
                    words[word, strings[features]] += count
            yield example

    def labels(self) -> dict[str, str]:
        """The tags of which nearly all words have one part of speech, each with a label as spaCy's
        morphologizer writes it: `POS=PROPN|Number=Sing`. It has the features that nearly all of
        these words have."""
        found = {}
        for tag, by_pos in sorted(self._words.items()):
            distinct = {name: len({word for word, _ in words}) for name, words in by_pos.items()}
            pos = max(distinct, key=distinct.__getitem__)
            if distinct[pos] < MIN_SHARE * sum(distinct.values()):
                continue
            words = by_pos[pos]
            counts = Counter(
                feature
                for _, features in words
                for feature in Morphology.feats_to_dict(features).items()
            )
            common = dict(
                feature for feature, count in counts.items() if count >= MIN_SHARE * len(words)
            )
            features = Morphology.dict_to_feats(common)
            found[tag] = f"POS={pos}|{features}" if common else f"POS={pos}"
        return found

    def parts_of_speech(self) -> dict[str, list[str]]:
        """The parts of speech that the running words of each tag have, without rare ones."""
        found = {}
        for tag, by_pos in sorted(self._words.items()):
            counts = {pos: words.total() for pos, words in by_pos.items()}
            least = MIN_RUNNING_SHARE * sum(counts.values())
            found[tag] = [pos for pos, count in sorted(counts.items()) if count >= least]
        return found


def split_morphology(label: str) -> tuple[str, str] | None:
    """Split a label of spaCy's morphologizer into a part of speech and features, each empty if it
    is not there. None if it is no such label."""
    if re.fullmatch(MORPHOLOGY, label) is None:
        return None
    features = Morphology.feats_to_dict(label)
    is_repeated = len(features) <= label.count("|")
    pos = features.pop("POS", "")
    if is_repeated or pos not in POS_IDS:
        return None
    return pos, Morphology.dict_to_feats(features)
