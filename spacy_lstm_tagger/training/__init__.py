"""What a config names for training: corpora, batches, augmenters, callbacks.

Only callbacks.py, start_from.py and copy_weights.py need the LSTM. The rest works with any spaCy
component.
"""
