"""Numbers as text."""


def percent(value: float | None) -> str:
    """A share in percent; empty for None."""
    return "" if value is None else f"{100 * value:.2f}"


def points(value: float | None) -> str:
    """A difference of shares in percentage points, with its sign; empty for None."""
    return "" if value is None else f"{100 * value:+.2f}"
