"""What a process does when it forks, and what its child does."""

import os
from collections.abc import Callable

Hook = Callable[[], object]


def in_forked_process(hook: Hook) -> None:
    """Call a function in each process that this one forks: the threads of the parent do not exist
    there."""
    if hasattr(os, "register_at_fork"):  # Windows does not fork.
        os.register_at_fork(after_in_child=hook)


def while_forking(start: Hook, end: Hook) -> None:
    """Call a function before each fork, and another one after it in both processes."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=start, after_in_parent=end, after_in_child=end)
