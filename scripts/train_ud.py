"""Trains on a treebank, as `spacy train` does, and says how to go on if the training is stopped.

    python scripts/train_ud.py training/UD_Czech-CLTT --max-steps 6000

The folder is one that prepare_ud.py has written.
"""

from pathlib import Path

import typer
from spacy.cli.train import train
from wasabi import msg


def main(
    folder: Path = typer.Argument(..., help="Folder of prepare_ud.py", exists=True),
    max_steps: int = typer.Option(6000, help="Maximum number of training steps"),
    gpu_id: int = typer.Option(-1, help="GPU ID, or -1 for the CPU"),
) -> None:
    """Train a pipeline."""
    overrides = {
        "paths.train": str(folder / "train.spacy"),
        "paths.dev": str(folder / "dev.spacy"),
        "training.max_steps": max_steps,
    }
    try:
        train(folder / "config.cfg", folder, use_gpu=gpu_id, overrides=overrides)
    except KeyboardInterrupt:
        msg.warn(f"Stopped. {what_to_type(folder)}", exits=130)


def what_to_type(folder: Path) -> str:
    """How to go on after Ctrl+C."""
    if not (folder / "model-best").exists():
        return "There is no pipeline yet: run the workflow ud again."
    return (
        f"The best pipeline so far is {folder / 'model-best'}. To measure and package it, repeat "
        "the command with ud-finish in place of ud. With ud, training begins again."
    )


if __name__ == "__main__":
    typer.run(main)
