"""The projections of words, which are kept for words that come back."""

import threading
from collections.abc import Callable

import numpy

from ..forks import while_forking
from ..types import Floats, Ids, Keys

# Memory of a table of projections, of which there can be two at a time. A system gives a table its
# memory when rows are written, so a table with few words takes little of it.
TABLE_BYTES = 48 * 2**20
FLOAT_BYTES = 4

# Held while rows are reserved. A fork waits for it, so that the child does not inherit it from a
# thread that it does not have.
_reserving = threading.RLock()
while_forking(_reserving.acquire, _reserving.release)


class ProjectionCache:
    """Keeps the projections of words that come back.

    New words are written to a table. When the words of a batch have no room in it, another table
    takes its place, and words that occur again are copied from the full table. So a word is kept as
    long as it occurs at least once while a table fills.

    width (int): Width of a projection.
    n_rows (int | None): Projections in a table, unless a batch has more words; None for as many as
        `TABLE_BYTES` hold.
    """

    def __init__(self, width: int, n_rows: int | None = None) -> None:
        self.width = width
        self.n_rows = TABLE_BYTES // (width * FLOAT_BYTES) if n_rows is None else n_rows
        self.table = ProjectionTable(0, width)
        self.full_table = ProjectionTable(0, width)

    def find(
        self, keys: Keys | Ids, project_new: Callable[[list[int], Floats], object]
    ) -> tuple[Floats, Ids]:
        """Find or compute the projections of the words of a batch, or what one of their features
        adds to them.

        keys (Keys | Ids): The key of each word, or the id of its feature, (n_words,).
        project_new (Callable[[list[int], Floats], object]): Fills rows, (n_keys, width), with the
            projections of the words with some keys.
        RETURNS (tuple[Floats, Ids]): A table of projections, and the row of each word in it.
        """
        words = keys.tolist()
        with _reserving:
            row_of = self.table.row_of
            missing = list(dict.fromkeys([key for key in words if key not in row_of]))
            if len(missing) > len(self.table.rows) - self.table.n_reserved:
                missing = list(dict.fromkeys(words))
                self.full_table = self.table
                self.table = ProjectionTable(max(self.n_rows, len(missing)), self.width)
            table = self.table
            full_table = self.full_table
            start = table.n_reserved
            table.n_reserved += len(missing)
        back: dict[int, int] = {}
        new = []
        for key in missing:
            # Each key is looked up once, because another thread may add it meanwhile.
            row = full_table.row_of.get(key)
            if row is None:
                new.append(key)
            else:
                back[key] = row
        middle = start + len(back)
        end = middle + len(new)
        if back:
            table.rows[start:middle] = full_table.rows[list(back.values())]
        if new:
            project_new(new, table.rows[middle:end])
        # Other threads look for keys without the lock, so the rows are written first.
        table.row_of.update(zip([*back, *new], range(start, end), strict=True))
        rows = map(table.row_of.__getitem__, words)
        return table.rows, numpy.fromiter(rows, dtype="int64", count=len(words))


class ProjectionTable:
    """Projections of words. A row is written once, by the thread that reserved it, so threads can
    share a table. Words that two threads add at once have two rows.

    row_of (dict[int, int]): The row of each key.
    rows (Floats): The projections, (n_rows, width).
    n_reserved (int): Number of rows, from the first, that are written or about to be.
    """

    def __init__(self, n_rows: int, width: int) -> None:
        self.row_of: dict[int, int] = {}
        self.rows = numpy.empty((n_rows, width), dtype="float32")
        self.n_reserved = 0
