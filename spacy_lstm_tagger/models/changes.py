"""A lock of the predictions of all threads, which a fork waits for."""

import os
from threading import RLock

# Held while the projections of words are stored.
KEEPING = RLock()

# A fork waits for the lock, so that the child never waits for a thread that it does not have.
if hasattr(os, "register_at_fork"):  # Windows does not fork.
    os.register_at_fork(
        before=KEEPING.acquire, after_in_parent=KEEPING.release, after_in_child=KEEPING.release
    )
