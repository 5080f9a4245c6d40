"""Progress of a command, in a terminal."""

import sys
from typing import Any

from tqdm import tqdm

# Seconds before a bar appears.
DELAY = 2


def progress_bar(title: str | None, total: int | None, unit: str) -> Any:
    """Make a bar of tqdm on standard error, which disappears at the end. It is shown in a terminal
    alone.

    title (str | None): The text before it; None for no bar.
    total (int | None): The number of units; None if it is not known.
    unit (str): What is counted. Thousands and millions are abbreviated.
    RETURNS (Any): The bar.
    """
    # A program without a console has no standard error.
    is_terminal = sys.stderr is not None and sys.stderr.isatty()
    return tqdm(
        desc=title,
        total=total,
        unit=unit,
        unit_scale=True,
        leave=False,
        delay=DELAY,
        disable=title is None or not is_terminal,
    )
