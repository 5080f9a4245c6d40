"""Commands that spaCy's command line finds."""

# Shared by the commands, so that the option means the same in all of them.
GOLD_PREPROC = (
    "Use the tokens of the gold data, one sentence a Doc; Docs without sentence boundaries are "
    "not cut"
)
