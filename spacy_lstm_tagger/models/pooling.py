"""A transformer's vectors of pieces as one vector for each token."""

from collections.abc import Callable
from typing import Any

from thinc.api import Model
from thinc.types import Floats2d, Ragged


def build_reduce_first_last() -> Model[Ragged, Floats2d]:
    """The first and the last vector of each sequence, side by side: of a word's pieces, the first
    tells what it is about, and the last how it ends. For `pooling` in
    spacy-transformers.TransformerListener.v1.

    Thinc's `reduce_first.v1` and `reduce_last.v1` refuse empty sequences, but a transformer has
    tokens without pieces, such as a lone zero-width space. Their vector is zero.

    RETURNS (Model[Ragged, Floats2d]): From (n_pieces, width) to (n_tokens, 2 * width).
    """
    return Model("reduce_first_last", forward)


def forward(
    model: Model[Ragged, Floats2d], Xr: Ragged, is_train: bool
) -> tuple[Floats2d, Callable[[Floats2d], Ragged]]:
    X: Any = Xr.dataXd
    width = X.shape[1]
    last = Xr.lengths.cumsum() - 1
    first = last - Xr.lengths + 1
    tokens = model.ops.xp.nonzero(Xr.lengths)[0]  # that have pieces
    first, last = first[tokens], last[tokens]
    Y = model.ops.alloc2f(len(Xr.lengths), 2 * width)
    Y[tokens, :width] = X[first]
    Y[tokens, width:] = X[last]

    def backprop(dY: Floats2d) -> Ragged:
        dX = model.ops.alloc2f(len(X), width)
        # A token's first piece may be its last, but no piece is the first of two tokens.
        dX[first] += dY[tokens, :width]
        dX[last] += dY[tokens, width:]
        return Ragged(dX, Xr.lengths)

    return Y, backprop
