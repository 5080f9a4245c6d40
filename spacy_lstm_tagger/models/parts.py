"""How rows of weights learn together, if they share parts."""

from typing import Any, cast

from thinc.api import Optimizer, get_array_module
from thinc.types import Floats2d

# The optimizer knows the rows of the parts by this name.
PARTS = "parts"


def step_of_parts(
    optimizer: Optimizer, key: tuple[int, str], gradient: Floats2d, parts: Any
) -> Floats2d:
    """The step of P U, if a matrix is W + P U: a row has a row of its own in W, and shares a row of
    U with all rows that have the same part. The gradient of U is the product of P, transposed, and
    the gradient of the matrix. U is not stored: where it stands does not change its step.

    key (tuple[int, str]): The optimizer knows U by this key.
    gradient (Floats2d): The gradient of the matrix, (n_rows, width).
    parts (Floats): P, 1 where a row has a part, (n_rows, n_parts).
    RETURNS (Floats2d): What is added to the matrix, (n_rows, width).
    """
    xp = get_array_module(gradient)
    of_parts = xp.ascontiguousarray(parts.T @ gradient)
    step, _ = optimizer(key, xp.zeros_like(of_parts), of_parts)
    return cast(Floats2d, parts @ step)
