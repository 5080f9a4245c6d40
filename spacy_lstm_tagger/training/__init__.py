"""What a config names for training: corpora, batches, augmenters, optimizers; and labelling."""
