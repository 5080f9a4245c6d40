"""Progress of a command: a bar in a terminal, and a line a minute in a log."""

import sys
from typing import Any

from tqdm import tqdm

# Seconds before a bar appears in a terminal.
DELAY = 2
# Seconds between two lines of a log.
LOG_INTERVAL = 60


class LogLines:
    """A file for tqdm that writes each state of a bar to standard error as a line of its own."""

    def write(self, text: str) -> None:
        line = text.strip()
        if line:
            print(line, file=sys.stderr)

    def flush(self) -> None:
        sys.stderr.flush()


def progress_bar(title: str | None, total: int | None, unit: str) -> Any:
    """Make a bar of tqdm on standard error, which disappears at the end. If standard error is no
    terminal, a line a minute takes the place of the bar.

    title (str | None): The text before it; None for no bar.
    total (int | None): The number of units; None if it is not known.
    unit (str): What is counted. Thousands and millions are abbreviated.
    RETURNS (Any): The bar.
    """
    if sys.stderr is None:
        # A program without a console has no standard error.
        return tqdm(total=total, disable=True)
    if sys.stderr.isatty():
        options: dict[str, Any] = {"delay": DELAY}
    else:
        # With miniters, tqdm looks at the clock at every update instead of guessing the speed.
        options = {
            "file": LogLines(),
            "delay": LOG_INTERVAL,
            "mininterval": LOG_INTERVAL,
            "miniters": 1,
        }
    return tqdm(
        desc=title,
        total=total,
        unit=unit,
        unit_scale=True,
        leave=False,
        disable=title is None,
        **options,
    )
