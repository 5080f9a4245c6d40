"""Keeps the torch settings of the host program out of the component, and leaves them as they are.

A host may change torch's settings at any time and in any thread. They reach the component in four
ways:

- Modes of the thread (inference mode, gradient mode, autocast): `isolated` sets its own while the
  component works with tensors, and then puts the host's back.
- Defaults for new tensors (`torch.set_default_dtype`, `torch.set_default_device`): these apply to
  all threads, so the component can't change them for a moment. Instead, it gives an explicit dtype
  and device to every tensor and every layer.
- The precision of products (`torch.set_float32_matmul_precision`), of all threads too: `isolated`
  multiplies on the CPU without torch, if torch rounds. A GPU follows the host.
- Forks: OpenMP's threads do not survive a fork, but the child waits for them. So torch uses one
  thread in a child. The hooks are registered with the first network: a program that never makes a
  network is not affected.

The number of threads and `torch.use_deterministic_algorithms` do not change results. The component
leaves them alone.
"""

import contextlib
import os
import threading
from collections.abc import Iterator
from functools import cache
from typing import Any
from weakref import WeakSet

import torch
from torch.nn import init
from torch.overrides import TorchFunctionMode

from .full_precision import FullPrecision, may_round_products, rounds_products

AUTOCAST_DEVICES = ("cpu", "cuda", "mps")

# Held while weights change. A fork waits for it, so that the child never gets half an update.
CHANGES = threading.RLock()

LOCKS: WeakSet[Any] = WeakSet()  # of the weights; a forked process sets them free

IMPORTING_PROCESS = os.getpid()


@contextlib.contextmanager
def isolated(*, inference: bool) -> Iterator[None]:
    """Run torch without autocast, in float32's full precision, and in inference mode or with
    gradients, whatever the host sets.

    inference (bool): Whether to use inference mode. Otherwise gradients are recorded.
    """
    with torch.inference_mode(inference):
        autocast = [device for device in AUTOCAST_DEVICES if torch.is_autocast_enabled(device)]
        may_round = may_round_products()
        if not autocast and not may_round:
            yield
            return
        with contextlib.ExitStack() as stack:
            for device in autocast:
                stack.enter_context(torch.autocast(device, enabled=False))
            if may_round and rounds_products():
                stack.enter_context(FullPrecision())  # type: ignore[no-untyped-call]
            yield


class WithoutInit(TorchFunctionMode):
    """Builds layers without initializing their weights, which are loaded afterwards.

    It also saves about a second: to draw values on the meta device, torch imports its compiler.
    """

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if getattr(func, "__module__", None) == init.__name__:
            return kwargs["tensor"] if "tensor" in kwargs else args[0]
        return func(*args, **kwargs)


@cache
def prepare_for_forks() -> None:
    """Make forks safe; called when the first network of a process is made."""
    if os.getpid() != IMPORTING_PROCESS:  # this process was forked before there were hooks
        torch.set_num_threads(1)
    if hasattr(os, "register_at_fork"):  # Windows does not fork
        os.register_at_fork(
            before=CHANGES.acquire, after_in_parent=CHANGES.release, after_in_child=_after_fork
        )


def _after_fork() -> None:
    for lock in LOCKS:
        lock.set_free()
    CHANGES.release()
    torch.set_num_threads(1)
