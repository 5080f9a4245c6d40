"""A PyTorch module over the rows of all Docs together, as the forward pass of a Thinc layer."""

from collections.abc import Callable, Sequence
from typing import Any, cast

from thinc.api import xp2torch
from thinc.types import Floats2d
from torch import Tensor

from .shim import convert_outputs, torch_shim
from .types import Layer

Rows = list[Floats2d]


def forward_rows(
    model: Layer, X: Rows, is_train: bool, others: Sequence[Any], wrong_width: str
) -> tuple[Rows, Callable[[Rows], Rows]]:
    """X (n_tokens, nI) for each Doc to (n_tokens, nO).

    others (Sequence[Any]): What the module takes besides the rows; it returns one tensor,
        (n_rows, nO), or a tuple with it in front.
    wrong_width (str): The error for rows of another width than nI, with {given} and {expected}.
    """
    shim, ops = torch_shim(model), model.ops
    lengths = [len(doc) for doc in X]
    if not any(lengths):
        return [ops.alloc2f(0, model.get_dim("nO")) for _ in X], lambda dY: X
    flat = ops.flatten(X)
    if flat.shape[1] != model.get_dim("nI"):
        raise ValueError(wrong_width.format(given=flat.shape[1], expected=model.get_dim("nI")))
    rows = xp2torch(flat, requires_grad=is_train, device=shim.device)
    if not is_train:
        output = first(shim.predict([rows, *others]))
        return convert_outputs(model, output, lengths), lambda dY: dY
    outputs, backprop_torch = shim.begin_update([rows, *others])
    output = first(outputs)

    def backprop(dY: Rows) -> Rows:
        backprop_torch(output, xp2torch(ops.flatten(dY), device=shim.device))
        return convert_outputs(model, cast(Tensor, rows.grad), lengths)

    return convert_outputs(model, output.detach(), lengths), backprop


def first(outputs: Any) -> Tensor:
    return outputs[0] if isinstance(outputs, tuple) else outputs
