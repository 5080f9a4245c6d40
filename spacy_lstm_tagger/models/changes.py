"""Keeps changes of weights apart from each other, and from forks.

A prediction does not wait for a change, nor a change for a prediction: it takes the network that
was compiled from the weights at one moment, which nobody changes, and keeps it to its end.
"""

import os
from threading import RLock

# Held while weights change, and while they are read to be compiled, saved or copied.
CHANGES = RLock()
# Held while the projections of words are kept.
KEEPING = RLock()

# A fork waits for both, so that the child never gets half a change or waits for ever. It takes
# CHANGES first, as a thread does that predicts while it holds it.
if hasattr(os, "register_at_fork"):  # Windows does not fork
    for lock in (KEEPING, CHANGES):
        os.register_at_fork(
            before=lock.acquire, after_in_parent=lock.release, after_in_child=lock.release
        )
