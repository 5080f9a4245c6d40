"""Tag a text: each token with its tag, its part of speech, and the probability of the tag.

python examples/tag.py "They are waiting for the last train."
"""

import sys

import spacy

nlp = spacy.load("en_lstm_web")
doc = nlp(" ".join(sys.argv[1:]), component_cfg={"tagger": {"log_probs": True}})
for token in doc:
    if not token.is_space:
        print(f"{token.text:12} {token.tag_:5} {token.pos_:6} {token._.tag_prob:.2f}")
