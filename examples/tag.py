"""Tag a text: each token with its tag, its part of speech, and the probability of the tag.

python examples/tag.py "They are waiting for the last train."
"""

import sys
from math import exp

import spacy

nlp = spacy.load("en_lstm_web")
doc = nlp(" ".join(sys.argv[1:]), component_cfg={"lstm_tagger": {"log_probs": True}})
for token in doc:
    print(f"{token.text:12} {token.tag_:5} {token.pos_:6} {exp(token._.tag_log_prob):.2f}")
