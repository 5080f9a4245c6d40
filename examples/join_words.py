"""A component that joins words that belong together: contractions and hyphenated words.

    python examples/join_words.py joined

writes en_lstm_web with the component at its end into the folder joined. Programs that load it need
this file, too: spacy tag-text joined book.txt --code examples/join_words.py. The joined tag leaves
out hyphens. For one tag in each word, take `parts[0].tag_`.
"""

import sys

import spacy
from spacy.language import Language
from spacy.tokens import Doc, Token


def is_joined(before: Token, token: Token) -> bool:
    """Whether a token belongs to the word of the token before it."""
    if before.whitespace_ or before.is_space or token.is_space:
        return False
    if "HYPH" in (before.tag_, token.tag_) or token.tag_ == "POS":
        return True
    return before.text[-1].isalpha() and any(map(str.isalpha, token.text))


@Language.component("join_words")
def join_words(doc: Doc) -> Doc:
    start = 0
    with doc.retokenize() as retokenizer:
        for end in range(1, len(doc) + 1):
            if end < len(doc) and is_joined(doc[end - 1], doc[end]):
                continue
            parts = [t for t in doc[start:end] if t.tag_ != "HYPH"]
            tag = "+".join(t.tag_ for t in parts)
            lemma = "+".join(t.lemma_ for t in parts)
            if end - start > 1:
                attrs = {"TAG": tag, "LEMMA": lemma}
                retokenizer.merge(doc[start:end], attrs=attrs)
            start = end
    return doc


if __name__ == "__main__":
    nlp = spacy.load("en_lstm_web")
    nlp.add_pipe("join_words")
    nlp.to_disk(sys.argv[1])
