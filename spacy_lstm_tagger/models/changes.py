"""Keeps changes of weights apart from each other, and from forks.

A prediction does not wait for a change, nor a change for a prediction: it takes the network that
was compiled from the weights at one moment, which nobody changes, and keeps it to its end.
"""

import os
from threading import RLock

from .compiled.threads import after_fork_in_child

# Held while weights change, and while they are read to be compiled, saved or copied. A fork waits
# for it, so that the child never gets half a change.
CHANGES = RLock()

if hasattr(os, "register_at_fork"):  # Windows does not fork

    def _in_child() -> None:
        after_fork_in_child()
        CHANGES.release()

    os.register_at_fork(
        before=CHANGES.acquire, after_in_parent=CHANGES.release, after_in_child=_in_child
    )
