"""The components that tag, and what they store in a Doc.

lstm_tagger.py is the tagger, lstm_morphologizer.py the morphologizer, and space_ruler.py, with
first_words.py, sets what no training can teach.

Parts of the tagger: factory, initialize, learning, rehearsal, predictions, serialize.
saved_whole.py saves the other two. What it learns: loss, labels, soft_tags, calibration. What
its words may be: lexicon, lexicon_entries, allowed_tags, tag_morphology. What it writes: log_probs,
tag_keys. What it needs of the pipeline: listeners, check_tokenizer.
"""
