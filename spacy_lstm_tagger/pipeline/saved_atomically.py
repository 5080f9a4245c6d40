"""Saves and loads a component of spaCy's as a whole."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

from .._compat import gc_on_after_errors
from ..errors import explained_loading
from ..files import replace_together, saved_together


class SavedAtomically:
    """Mixin that saves all files of a spaCy component or none, and names the component if a file is
    damaged. It comes first: `class SpaceRuler(SavedAtomically, AttributeRuler)`."""

    name: str

    def to_disk(self, path: str | Path, exclude: Iterable[str] = ()) -> None:
        """Write the component to a directory. Its files replace the earlier ones together, when
        all are written.

        path (str | Path): The directory. It is created if it does not exist.
        exclude (Iterable[str]): Fields to leave out, as in spaCy's class.
        """
        saved: Any = super()
        with replace_together(Path(path)) as folder:
            saved.to_disk(folder, exclude=exclude)

    def from_disk(self, path: str | Path, exclude: Iterable[str] = ()) -> Self:
        """Load the component from a directory. Raises a ValueError if its files are damaged.

        path (str | Path): Where `to_disk` wrote it.
        exclude (Iterable[str]): Fields to leave out, as in spaCy's class.
        RETURNS (SavedAtomically): Itself.
        """
        saved: Any = super()
        problem = explained_loading(self.name, path)
        with gc_on_after_errors(), saved_together(Path(path)) as folder, problem:
            saved.from_disk(folder, exclude=exclude)
        return self

    def from_bytes(self, bytes_data: bytes, exclude: Iterable[str] = ()) -> Self:
        """Load the component from a bytestring. Raises a ValueError if it is damaged.

        bytes_data (bytes): What `to_bytes` returned.
        exclude (Iterable[str]): Fields to leave out, as in spaCy's class.
        RETURNS (SavedAtomically): Itself.
        """
        saved: Any = super()
        with gc_on_after_errors(), explained_loading(self.name, "a bytestring"):
            saved.from_bytes(bytes_data, exclude=exclude)
        return self
