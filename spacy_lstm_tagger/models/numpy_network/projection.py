"""The product of a layer's inputs with its weights."""

from typing import NamedTuple

import numpy

from ..types import Floats, Mask

# Columns of a matrix, if the number of outputs is a multiple of it.
PIECE = 64


class Projection(NamedTuple):
    """x W + b, with thousands of outputs.

    With its kernels for AVX-512, OpenBLAS multiplies without copying a matrix first if rows times
    inputs times columns are a million at most. So W is cut into matrices of `PIECE` columns: with
    420 inputs, 37 rows are such a product. A single (420, 2048) matrix would be copied even for two
    rows, which takes five times as long.

    weights (Floats): W, (n_pieces, n_in, piece).
    bias (Floats): b, (n_out,).
    """

    weights: Floats
    bias: Floats

    @classmethod
    def of(cls, weights: Floats, bias: Floats) -> "Projection":
        """Cut the weights of a layer.

        weights (Floats): As PyTorch has them, (n_out, n_in).
        bias (Floats): (n_out,).
        """
        n_out, n_in = weights.shape
        piece = PIECE if n_out % PIECE == 0 else n_out
        # Rows are inputs and columns are outputs, as a product with row vectors needs them.
        pieces = weights.reshape(-1, piece, n_in).swapaxes(1, 2)
        return cls(numpy.ascontiguousarray(pieces), bias)

    @property
    def n_in(self) -> int:
        return int(self.weights.shape[1])

    @property
    def n_out(self) -> int:
        return len(self.bias)

    def of_inputs(self, inputs: slice | Mask, bias: Floats) -> "Projection":
        """The same product with some of the inputs.

        inputs (slice | Mask): Which ones.
        bias (Floats): b, (n_out,).
        """
        return Projection(numpy.ascontiguousarray(self.weights[:, inputs]), bias)

    def with_outputs(self, weights: Floats, bias: Floats, *, multiple_of: int) -> "Projection":
        """The product with more outputs, which come behind these.

        weights (Floats): As PyTorch has them, (n_more, n_in).
        bias (Floats): (n_more,).
        multiple_of (int): Outputs that are zeros fill them up to a multiple of this number.
        """
        own = self.weights.swapaxes(1, 2).reshape(self.n_out, self.n_in)
        n_zeros = -(self.n_out + len(bias)) % multiple_of
        return Projection.of(
            numpy.pad(numpy.concatenate([own, weights]), [(0, n_zeros), (0, 0)]),
            numpy.pad(numpy.concatenate([self.bias, bias]), (0, n_zeros)),
        )

    def fill(self, rows: Floats, inputs: Floats) -> None:
        """Project inputs, (n_inputs, n_in), to rows, (n_inputs, n_out)."""
        pieces = rows.reshape(len(rows), len(self.weights), -1)
        numpy.matmul(inputs, self.weights, out=pieces.swapaxes(0, 1))
        rows += self.bias
