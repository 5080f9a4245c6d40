"""The work of `spacy label-tags`: pipelines tag raw text, from which other taggers can learn."""
