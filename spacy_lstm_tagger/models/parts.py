"""How rows of an output layer learn together, if their labels share parts."""

from typing import Any, cast

from thinc.api import Model, Optimizer, get_array_module, torch2xp
from thinc.types import Floats2d

from .shim import network_shim
from .types import Floats


def learn_parts(layer: Model[Any, Any], parts: Floats, optimizer: Optimizer) -> None:
    """Change the rows of an output layer by a step of the rows of their parts. Labels that share
    parts learn from each other so: a row of the layer is the sum of a row of its own and of one for
    each part, A = W + P U. A stays the only parameter: it moves by the steps that W and U would
    make without L2. `nlp.rehearse` of spaCy gives gradients in place of steps, so parts learn
    nothing from it.

    layer (Model[Any, Any]): The output layer of an LSTMTagger, or a softmax layer of Thinc's.
        Without a gradient, it stays as it is.
    parts (Floats): P, 1 where a label has a part, (n_labels, n_parts).
    optimizer (Optimizer): The optimizer.
    """
    on_device = layer.ops.asarray2f(cast(Floats2d, parts))
    if not layer.shims:
        if layer.has_grad("W"):
            gradient = cast(Floats2d, layer.get_grad("W"))
            step = step_of_parts(optimizer, layer.id, gradient, on_device)
            layer.set_param("W", layer.get_param("W") + step)
        return
    shim = network_shim(layer)
    weight = shim.module.get_parameter("affine.weight")
    if weight.grad is not None:
        gradient = cast(Floats2d, torch2xp(weight.grad))
        step = step_of_parts(optimizer, shim.id, gradient, on_device)
        # This array shares the parameter's memory. PyTorch would start its threads for the sum.
        values = cast(Floats2d, torch2xp(weight.data))
        values += step
        shim.weights_changed()


def step_of_parts(optimizer: Optimizer, key: int, gradient: Floats2d, parts: Any) -> Floats2d:
    """The step of P U. The gradient of U is the product of P, transposed, and the gradient of A.
    U is not stored: where it stands does not change its step.

    key (int): The optimizer knows U by this key and its number of rows.
    gradient (Floats2d): The gradient of A, (n_labels, width).
    parts (Floats): P, (n_labels, n_parts).
    RETURNS (Floats2d): What is added to A, (n_labels, width).
    """
    xp = get_array_module(gradient)
    of_parts = xp.ascontiguousarray(parts.T @ gradient)
    name = f"{len(of_parts)} parts"
    step, _ = optimizer((key, name), xp.zeros_like(of_parts), of_parts)
    return cast(Floats2d, parts @ step)
