"""Makes the gold data of en_lstm_web from several treebanks, as .spacy files.

    python pipelines/gold.py assets/en_ewt assets/en_gum assets/en_eslspok assets/en_atis \
      --output training/gold

The first treebank sets the guidelines. The others differ from it in places, and `settle` gives them
its tags. A word keeps only what its treebank, or a rule without exceptions, says of it: UD
English-Atis has no XPOS and UD English-ESLSpok no features, and a missing value is not learned. The
output has a file for each treebank in the folders train and dev. The dev files are as the treebanks
have them, so that a score can be compared with other taggers' scores.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise, zip_longest
from pathlib import Path

import typer
from sentences import IMPERATIVE, Sentence, Token, read_part, write

from spacy_lstm_tagger.tools.cli.messages import errors_shown

# A word, or a tag, has one value if this share of its occurrences has it.
AGREED = 0.95
MIN_FREQ = 3
# Annotation that occurs this often in other treebanks follows their guidelines.
USUAL = 20
# Features of the way a word is written, which no tagger learns from so few examples.
LEFT_OUT_FEATURES = ("Typo=", "ExtPos=", "Style=")

# The tags of punctuation in the Penn Treebank. UD English-EWT has a comma for most of these.
MARKS = dict.fromkeys((";", "\N{EM DASH}", "\N{EN DASH}", "--", "\N{HORIZONTAL ELLIPSIS}"), ":")
ADDRESS = re.compile(r"(https?://|www\.)\S+|\S+@\S+\.\w+")


def main(
    treebanks: list[Path] = typer.Argument(..., help="Folders with *-train.conllu, *-dev.conllu"),
    output: Path = typer.Option(..., help="The folder for the .spacy files"),
) -> None:
    """Make the gold data of en_lstm_web."""
    for part in ("train", "dev"):
        (output / part).mkdir(parents=True, exist_ok=True)
    train = {}
    for folder in treebanks:
        train[folder.name] = [settle(sentence) for sentence in read_part(folder, "train")]
    first = treebanks[0].name
    guidelines = Rules(train[first])
    usual = {}
    for name, sentences in train.items():
        usual[name] = [[guidelines.with_usual_feats(t) for t in s] for s in sentences]
    rules = Rules([s for sentences in usual.values() for s in sentences if is_whole(s)])
    for folder in treebanks:
        name = folder.name
        sentences = train[name] if name == first else usual[name]
        completed = [rules.complete(sentence) for sentence in sentences]
        write(completed, output / "train" / f"{name}.spacy")
        write(read_part(folder, "dev"), output / "dev" / f"{folder.name}.spacy")


def is_whole(sentence: Sentence) -> bool:
    """Whether each word has a tag and features."""
    return all(token.xpos and token.feats for token in sentence)


def read_settled(folders: list[Path]) -> list[Sentence]:
    """Read the training parts of treebanks, to make other sentences out of them. A word whose
    features are unknown has no part of speech, because both are one label."""
    sentences = [settle(s) for folder in folders for s in read_part(folder, "train")]
    return [[t if t.feats else replace(t, upos="") for t in s] for s in sentences]


def settle(sentence: Sentence) -> Sentence:
    """Give a sentence the tags of UD English-EWT, or of the Penn Treebank where EWT has few."""
    settled = []
    n_quotes = 0
    for token, following in zip_longest(sentence, sentence[1:]):
        xpos = token.xpos
        upos = token.upos
        lemma = token.lemma
        feats = without_left_out(token.feats)
        if xpos and upos == "PUNCT":
            xpos = MARKS.get(token.word, xpos)
        if xpos == "NNP" and ADDRESS.fullmatch(token.word):
            xpos = "ADD"
        if token.word == '"':
            if xpos == '"':
                xpos = "``" if n_quotes % 2 == 0 else "''"
            n_quotes += 1
        if xpos in ('"', "X"):
            xpos = ""
        is_preposition = following is None or following.xpos not in ("VB", "RB", "")
        if (token.word.lower(), xpos, upos) == ("to", "TO", "PART") and is_preposition:
            xpos = "IN"
            upos = "ADP"
        if xpos == "LS":
            upos = "NUM"
        if (upos, xpos) == ("VERB", "NNP"):
            upos = "ADJ"
            feats = "Degree=Pos"
            # GUM has the lemma "Unite" in "United States".
            lemma = token.word
        settled.append(replace(token, lemma=lemma, upos=upos, xpos=xpos, feats=feats))
    return settled


def without_left_out(feats: str) -> str:
    """Leave out some features. Unknown features stay unknown."""
    names = [name for name in feats.split("|") if not name.startswith(LEFT_OUT_FEATURES)]
    return "|".join(names) or ("_" if feats else "")


class Rules:
    """What a word's other annotation says of a missing value, wherever it says one thing only.

    sentences (list[Sentence]): Sentences of treebanks in which no value is missing.
    """

    def __init__(self, sentences: list[Sentence]) -> None:
        tokens = [token for sentence in sentences for token in sentence]
        self.upos_of_tagged = agreed((xpos_key(t), t.upos) for t in tokens)
        self.xpos_of_word = agreed((word_key(t), t.xpos) for t in tokens)
        self.xpos_of_feats = agreed(((t.upos, t.feats), t.xpos) for t in tokens)
        self.feats_of_word = agreed((word_key(t), t.feats) for t in tokens)
        self.feats_of_tagged = agreed(((*word_key(t), t.xpos), t.feats) for t in tokens)
        self.feats_of_tags = agreed(((t.upos, t.xpos), t.feats) for t in tokens)
        # The features of a verb follow its subject, which mostly stands before it.
        self.feats_after = agreed(
            ((before.word.lower(), t.upos, t.xpos), t.feats)
            for sentence in sentences
            for before, t in pairwise(sentence)
        )
        self.usual = Counter((t.upos, t.xpos, t.feats) for t in tokens)
        self.upos_of_word = agreed((t.word.lower(), t.upos) for t in tokens)

    def complete(self, sentence: Sentence) -> Sentence:
        """Add the missing values of which a sentence's annotation leaves no doubt."""
        befores = ["", *(token.word.lower() for token in sentence)]
        if all(token.xpos for token in sentence):
            return list(map(self.with_feats, sentence, befores))
        commanding = command_verb(sentence)
        completed = list(map(self.with_xpos, sentence, befores))
        if commanding is not None:
            verb = completed[commanding]
            verb = replace(verb, upos="VERB", xpos="VB", feats=IMPERATIVE)
            completed[commanding] = verb
        return completed

    def with_usual_feats(self, token: Token) -> Token:
        """Give a word with features those that it always has in these treebanks."""
        if not token.xpos or not token.feats:
            return token
        feats = token.feats
        if "Mood=Imp" in feats:
            feats = IMPERATIVE
        return replace(token, feats=self.feats_of_tagged.get((*word_key(token), token.xpos), feats))

    def with_feats(self, token: Token, before: str) -> Token:
        """Add the features of a word with XPOS. Its part of speech and its features are one label,
        so without the features it loses its part of speech, too."""
        if token.feats:
            return token
        upos = self.upos_of_tagged.get(xpos_key(token), token.upos)
        token = replace(token, upos=upos)
        feats = self.feats_of(token, before)
        return replace(token, feats=feats, upos=upos if feats else "")

    def feats_of(self, token: Token, before: str) -> str:
        """The features of a word with a part of speech and XPOS, after another word."""
        tags = token.upos, token.xpos
        return (
            self.feats_of_tagged.get((*word_key(token), token.xpos))
            or self.feats_of_tags.get(tags)
            or self.feats_after.get((before, *tags))
            or ""
        )

    def with_xpos(self, token: Token, before: str) -> Token:
        """Add the XPOS of a word with a part of speech and features, and replace features that the
        other treebanks do not have."""
        word = word_key(token)
        xpos = self.xpos_of_word.get(word) or self.xpos_of_feats.get((token.upos, token.feats), "")
        # A part of speech that the word has nowhere else follows other guidelines.
        if self.upos_of_word.get(token.word.lower(), token.upos) != token.upos:
            xpos = ""
        feats = self.feats_of_word.get(word) or ""
        if not feats and xpos:
            feats = self.feats_of(replace(token, xpos=xpos), before)
        if not feats and self.usual[token.upos, xpos, token.feats] >= USUAL:
            feats = token.feats
        if not feats and token.upos in ("NOUN", "PROPN"):
            feats = token.feats
        return replace(token, xpos=xpos, feats=feats, upos=token.upos if feats else "", lemma="")


def word_key(token: Token) -> tuple[str, str]:
    return token.word.lower(), token.upos


def xpos_key(token: Token) -> tuple[str, str]:
    return token.word.lower(), token.xpos


def command_verb(sentence: Sentence) -> int | None:
    """The index of the verb that begins a command, maybe after `please`."""
    start = 1 if sentence[0].word.lower() == "please" else 0
    if start == len(sentence) or sentence[start].upos != "VERB":
        return None
    verb = sentence[start]
    has_subject = any(t.head == start + 1 and "subj" in t.relation for t in sentence)
    finite = "VerbForm=Part" not in verb.feats and "Tense=Past" not in verb.feats
    return start if verb.head == 0 and finite and not has_subject else None


def agreed(pairs: Iterator[tuple[object, str]]) -> dict[object, str]:
    """Find the keys that have one value, with this value."""
    counts: dict[object, Counter[str]] = defaultdict(Counter)
    for key, value in pairs:
        counts[key][value] += 1
    rules = {}
    for key, values in counts.items():
        value, n = values.most_common(1)[0]
        total = values.total()
        if total >= MIN_FREQ and n >= AGREED * total:
            rules[key] = value
    return rules


if __name__ == "__main__":
    with errors_shown("Can't make the gold data"):
        typer.run(main)
