"""The 95 % interval of a share (Wilson 1927, Probable Inference)."""

from math import sqrt

# The normal distribution has 95 % of its values within so many standard deviations.
Z = 1.96


def interval(percent: float, n: int) -> tuple[float, float]:
    """Where the interval of a share begins and ends, in %.

    percent (float): The share, in %.
    n (int): Number of words or items.
    """
    share = percent / 100
    middle = share + Z * Z / (2 * n)
    half = Z * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    whole = 1 + Z * Z / n
    return 100 * (middle - half) / whole, 100 * (middle + half) / whole


def half_interval(percent: float, n: int) -> float:
    """Half of the width of the interval, in points."""
    low, high = interval(percent, n)
    return (high - low) / 2
