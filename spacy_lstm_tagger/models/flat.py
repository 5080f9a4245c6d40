"""Calls a network on the rows of all Docs together, as Thinc's `with_array` does."""

from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any, cast

from thinc.types import Floats2d

from .compiled import one_thread
from .shim import network_shim
from .types import Layer

Rows = list[Floats2d]


def forward_flat(
    model: Layer,
    X: Rows,
    is_train: bool,
    predict: Callable[..., Any],
    others: Sequence[Any],
    wrong_width: str,
) -> tuple[Rows, Callable[[Rows], Rows]]:
    """Call a network on the rows of all Docs together, as the forward pass of a Thinc layer:
    X (n_tokens, nI) for each Doc to (n_tokens, nO).

    predict (Callable[..., Any]): Calls the compiled network.
    others (Sequence[Any]): Further arguments of the module. It returns one tensor, (n_rows, nO), or
        a tuple that starts with it.
    wrong_width (str): The error for rows whose width is not nI, with {given} and {expected}.
    """
    shim, ops = network_shim(model), model.ops
    lengths = [len(doc) for doc in X]
    if not any(lengths):
        return [ops.alloc2f(0, model.get_dim("nO")) for _ in X], lambda dY: X
    flat = ops.flatten(X)
    if not is_train:
        rows = predict_flat(model, flat, predict, others, wrong_width)
        return unflatten(rows, lengths), lambda dY: dY
    check_width(model, flat, wrong_width)
    output, backprop = shim.learner.begin_update(flat, *others)
    return unflatten(output, lengths), lambda dY: unflatten(backprop(ops.flatten(dY)), lengths)


def predict_flat(
    model: Layer,
    X: Floats2d,
    predict: Callable[..., Any],
    others: Sequence[Any],
    wrong_width: str,
) -> Floats2d:
    """Do the prediction of `forward_flat`: X (n_tokens, nI) of all Docs to (n_tokens, nO)."""
    check_width(model, X, wrong_width)
    shim = network_shim(model)
    if not shim.on_cpu:
        return shim.learner.predict(X, *others)
    with one_thread:
        return cast(Floats2d, predict(shim.compiled, X))


def check_width(model: Layer, X: Floats2d, wrong_width: str) -> None:
    if X.shape[1] != model.get_dim("nI"):
        raise ValueError(wrong_width.format(given=X.shape[1], expected=model.get_dim("nI")))


def unflatten(rows: Any, lengths: list[int]) -> list[Any]:
    """Split rows (n_tokens, …) into (n_tokens of the Doc, …) for each Doc."""
    ends = accumulate(lengths)
    return [rows[end - length : end] for length, end in zip(lengths, ends, strict=True)]
