"""The commands of `python -m spacy`. `pyproject.toml` registers them."""
