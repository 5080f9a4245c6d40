"""What a config names for training: corpora, batches, augmenters, callbacks."""
