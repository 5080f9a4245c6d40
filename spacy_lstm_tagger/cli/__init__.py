"""Commands that spaCy's own command line gains."""
