"""Options that several commands have, so that they mean the same in all of them."""

from ..._compat import Opt

CODE = Opt(
    None,
    "--code",
    "-c",
    help="Python file with additional code (registered functions) to be imported",
    exists=True,
    dir_okay=False,
)
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


def check_processes(n_process: int, gpu_id: int) -> None:
    """Raise a ValueError if there are several processes for one GPU."""
    if n_process > 1 and gpu_id >= 0:
        raise ValueError("Several processes can't share a GPU: use --n-process or --gpu-id.")
