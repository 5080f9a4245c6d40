"""Multiplies matrices in full precision where the host program lets torch round their numbers.

After `torch.set_float32_matmul_precision("medium")`, torch multiplies float32 matrices in bfloat16
on many processors. The setting is the whole process's. To change it for a moment would change what
other threads compute, and it can't be put back as it was: torch does not tell a setting of the
products from one that they inherit. So NumPy multiplies instead, for one thread.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

OPS = torch.ops.aten
# Made of the products below, but not always by the time that the mode sees them.
COMPOSITES = {OPS.linear.default, OPS.matmul.default}

# What torch.backends.mkldnn.matmul.fp32_precision calls, which takes ten times as long and is read
# several times for each batch. torch 2.6 to 2.8 have none.
get_precision = getattr(torch._C, "_get_fp32_precision_getter", None)


def may_round_products() -> bool:
    """Whether the host lets torch round the factors of products on the CPU."""
    if get_precision is None:
        return torch.get_float32_matmul_precision() != "highest"
    return get_precision("mkldnn", "matmul") not in ("none", "ieee")


def rounds_products() -> bool:
    """Whether torch does so on this processor, in this thread."""
    values, identity = probe()
    return not torch.equal(torch.mm(values, identity), values)


@cache
def probe() -> tuple[Tensor, Tensor]:
    """Two matrices whose product is the first one, if no bit of it is rounded away."""
    size = 64  # torch does not round smaller ones than 16
    exact: dict[str, Any] = {"dtype": torch.float32, "device": "cpu"}
    return torch.full((size, size), 1 + 2**-23, **exact), torch.eye(size, **exact)


class FullPrecision(TorchDispatchMode):
    """A mode of the thread in which NumPy multiplies float32 matrices on the CPU.

    It also applies to the backward pass.
    """

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if func in PRODUCTS and args[-1].dtype == torch.float32 and args[-1].is_cpu:
            return PRODUCTS[func](*args, **kwargs)
        if func in COMPOSITES:
            with self:
                return func.decompose(*args, **kwargs)
        return func(*args, **kwargs)


def product(left: Tensor, right: Tensor) -> Tensor:
    return torch.from_numpy(numpy.matmul(left.detach().numpy(), right.detach().numpy()))


def add_product(
    total: Tensor, left: Tensor, right: Tensor, *, beta: float = 1, alpha: float = 1
) -> Tensor:
    return product(left, right).mul_(alpha).add_(total, alpha=beta)


def add_product_(
    total: Tensor, left: Tensor, right: Tensor, *, beta: float = 1, alpha: float = 1
) -> Tensor:
    return total.mul_(beta).add_(product(left, right), alpha=alpha)


PRODUCTS: dict[Any, Callable[..., Tensor]] = {
    OPS.mm.default: product,
    OPS.bmm.default: product,
    OPS.addmm.default: add_product,
    OPS.addmm_.default: add_product_,
    OPS.baddbmm.default: add_product,
    OPS.baddbmm_.default: add_product_,
}
