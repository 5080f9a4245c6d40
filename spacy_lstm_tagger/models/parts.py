"""How rows of weights learn together, if they share parts."""

from typing import Any, cast

from thinc.api import Optimizer, get_array_module
from thinc.types import Floats2d


def step_of_parts(optimizer: Optimizer, key: int, gradient: Floats2d, parts: Any) -> Floats2d:
    """The step of P U, if a matrix is W + P U: a row has a row of its own in W, and shares a row of
    U with all rows that have the same part. The gradient of U is the product of P, transposed, and
    the gradient of the matrix. U is not stored: where it stands does not change its step.

    key (int): The optimizer knows U by this key and its number of rows.
    gradient (Floats2d): The gradient of the matrix, (n_rows, width).
    parts (Floats): P, 1 where a row has a part, (n_rows, n_parts).
    RETURNS (Floats2d): What is added to the matrix, (n_rows, width).
    """
    xp = get_array_module(gradient)
    of_parts = xp.ascontiguousarray(parts.T @ gradient)
    name = f"{len(of_parts)} parts"
    step, _ = optimizer((key, name), xp.zeros_like(of_parts), of_parts)
    return cast(Floats2d, parts @ step)
