"""The components that tag, and what they store in a Doc.

lstm_tagger.py is the tagger, lstm_morphologizer.py the morphologizer, lstm_component.py what both
do in another way than spaCy's. space_ruler.py sets what no training can teach.

What the tagger learns: loss, labels, soft_tags, calibration, tag_parts. What its words may be:
lexicon, lexicon_entries, apply_lexicon, tag_morphology. What it finds and writes: predictions,
log_probs, tag_keys. What it needs of the pipeline: listeners.
"""
