"""Commands that spaCy's command line finds."""

from spacy.cli._util import Opt

# Shared by the commands, so that an option means the same in all of them.
GOLD_PREPROC = Opt(
    False,
    "--gold-preproc",
    "-G",
    help="Use the tokens of the gold data, one sentence a Doc; Docs without sentence boundaries "
    "are not cut (without it: the tokenizer's tokens, whole Docs)",
)
QUIET = Opt(False, "--quiet", "-q", help="Show no progress")
