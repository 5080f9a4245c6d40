"""Progress bars with the time left."""

from typing import Any

from tqdm import tqdm

DELAY = 2  # seconds before a bar shows


def progress_bar(title: str | None, total: int | None, unit: str, **options: Any) -> Any:
    """A bar of tqdm on standard error, if that is a terminal, which disappears at the end.

    title (str | None): What stands before it; None for no bar.
    total (int | None): The number of units; None if it is not known.
    unit (str): What is counted.
    options (Any): Other arguments of tqdm, such as `iterable`.
    """
    hidden = True if title is None else None  # None: hidden unless it is a terminal
    return tqdm(
        desc=title, total=total, unit=unit, delay=DELAY, leave=False, disable=hidden, **options
    )
