"""Programs that set torch as they need it, and that work in several threads."""

import contextlib
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event

import torch


@contextlib.contextmanager
def setting(get, change, value):
    """One of torch's settings for the whole process."""
    before = get()
    change(value)
    try:
        yield
    finally:
        change(before)


default_dtype = partial(setting, torch.get_default_dtype, torch.set_default_dtype)
threads = partial(setting, torch.get_num_threads, torch.set_num_threads)
# Whether torch swaps the parameters that a module has with those that it is given.
swapped_parameters = partial(
    setting,
    torch.__future__.get_swap_module_params_on_conversion,
    torch.__future__.set_swap_module_params_on_conversion,
)
# The device "meta" stands for any that is not the model's.
SETTINGS = {
    "inference mode": torch.inference_mode,
    "no grad": torch.no_grad,
    "float64": partial(default_dtype, torch.float64),
    "bfloat16": partial(default_dtype, torch.bfloat16),
    "autocast": partial(torch.autocast, "cpu", dtype=torch.bfloat16),
    "another device": partial(torch.device, "meta"),
    "three threads": partial(threads, 3),
    "swapped parameters": partial(swapped_parameters, True),
}


@contextlib.contextmanager
def meanwhile(work, n_threads=1):
    """Do work again and again in other threads; its errors are raised at the end."""
    done = Event()

    def loop():
        while not done.is_set():
            work()

    with ThreadPoolExecutor(n_threads) as pool:
        running = [pool.submit(loop) for _ in range(n_threads)]
        try:
            yield
        finally:
            done.set()
            for thread in running:
                thread.result()
