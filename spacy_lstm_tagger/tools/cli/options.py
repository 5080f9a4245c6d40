"""Options that several commands have, so that they mean the same in all of them."""

from ..._compat import Opt

BATCH_SIZE = Opt(
    None,
    "--batch-size",
    "-b",
    help="Number of texts to tag at once; smaller where they are long (without it: the pipeline's)",
    min=1,
)
CODE = Opt(
    None,
    "--code",
    "-c",
    help="Python file with additional code (registered functions) to be imported",
    exists=True,
    dir_okay=False,
)
DISABLE = Opt("", "--disable", help="Components to load and not to run, with commas between them")
EXCLUDE = Opt("", "--exclude", help="Components not to load, with commas between them")
GOLD_PREPROC = Opt(
    False,
    "--gold-preproc",
    "-G",
    help="Use the tokens of the gold data, one sentence a Doc; Docs without sentence boundaries "
    "are not cut (without it: the tokenizer's tokens, whole Docs)",
)
GPU_ID = Opt(-1, "--gpu-id", "-g", help="GPU ID, or -1 for CPU")
N_PROCESS = Opt(1, "--n-process", "-n", help="Number of processes", min=1)
QUIET = Opt(False, "--quiet", "-q", help="Show no progress")


def component_names(names: str) -> list[str]:
    """The names in the value of an option such as --exclude."""
    return [name.strip() for name in names.split(",") if name.strip()]
