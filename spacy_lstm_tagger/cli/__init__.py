"""Commands that spaCy's command line finds."""

# Of every command, so that the option means one thing.
GOLD_PREPROC = (
    "Use the tokens of the gold data, one sentence a Doc; Docs without sentence boundaries stay as "
    "they are"
)
