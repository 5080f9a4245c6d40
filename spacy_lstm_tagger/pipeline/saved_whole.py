"""Saves and loads the files of a component of spaCy's."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

from thinc.api import Model

from ..errors import explained_loading
from ..files import replace_files
from ..models.softmax_digest import check_labels, check_weights, set_labels


class SavedWhole:
    """Mixin that writes each file of a spaCy component whole, and names the component if a file is
    damaged. It comes first: `class SpaceRuler(SavedWhole, AttributeRuler)`.

    remedy (str): What an error in loading says at its end.
    """

    name: str
    remedy = "Copy the pipeline again."

    def to_disk(self, path: str | Path, exclude: Iterable[str] = ()) -> None:
        """Write the component to a directory. Each file replaces the earlier one, or a link, when
        all are written.

        path (str | Path): The directory. It is created if it does not exist.
        exclude (Iterable[str]): Fields to leave out, as in spaCy's class.
        """
        saved: Any = super()
        self.prepare(exclude)
        with replace_files(Path(path)) as folder:
            saved.to_disk(folder, exclude=exclude)

    def from_disk(self, path: str | Path, exclude: Iterable[str] = ()) -> Self:
        """Load the component from a directory. Raises a ValueError if its files are damaged or were
        not saved together.

        path (str | Path): Where `to_disk` wrote it.
        exclude (Iterable[str]): Fields to leave out, as in spaCy's class.
        RETURNS (SavedWhole): Itself.
        """
        with explained_loading(self.name, path, self.remedy):
            self.load("from_disk", path, names_of(exclude))
        return self

    def to_bytes(self, exclude: Iterable[str] = ()) -> bytes:
        """Serialize the component to a bytestring.

        exclude (Iterable[str]): Fields to leave out, as in spaCy's class.
        RETURNS (bytes): The component.
        """
        saved: Any = super()
        self.prepare(exclude)
        return bytes(saved.to_bytes(exclude=exclude))

    def from_bytes(self, bytes_data: bytes, exclude: Iterable[str] = ()) -> Self:
        """Load the component from a bytestring. Raises a ValueError if it is damaged.

        bytes_data (bytes): What `to_bytes` returned.
        exclude (Iterable[str]): Fields to leave out, as in spaCy's class.
        RETURNS (SavedWhole): Itself.
        """
        with explained_loading(self.name, "a bytestring", self.remedy):
            self.load("from_bytes", bytes_data, names_of(exclude))
        return self

    def prepare(self, exclude: Iterable[str]) -> None:
        """Prepare the model, unless it is left out: its next save would have what is said here.

        exclude (Iterable[str]): Fields to leave out.
        """
        if "model" not in names_of(exclude):
            self.before_save()

    def before_save(self) -> None:
        """Prepare the model that is saved next."""

    def load(self, method: str, source: Any, exclude: tuple[str, ...]) -> None:
        """Load the component. Raises an error if what is loaded does not belong together.

        method (str): The method of spaCy's class that loads it: `from_disk` or `from_bytes`.
        source (Any): Its argument.
        exclude (tuple[str, ...]): Fields to leave out.
        """
        getattr(super(), method)(source, exclude=exclude)


class SavedMorphologizer(SavedWhole):
    """Mixin for a morphologizer. If its model is a SoftmaxTagger, saved weights have a digest of
    themselves and of the labels."""

    model: Model[Any, Any]
    cfg: dict[str, Any]

    def before_save(self) -> None:
        """Give the weights the digest of the labels."""
        if self.model.has_ref("output_layer"):
            set_labels(self.model.get_ref("output_layer"), self._labels_of_rows())

    def load(self, method: str, source: Any, exclude: tuple[str, ...]) -> None:
        """Load the component. Raises a ValueError if the weights are damaged, or were saved with
        other labels."""
        super().load(method, source, exclude)
        if not self.model.has_ref("output_layer"):
            # A model of another architecture.
            return
        output_layer = self.model.get_ref("output_layer")
        check_weights(output_layer)
        if "cfg" not in exclude:
            check_labels(output_layer, self._labels_of_rows())

    def _labels_of_rows(self) -> list[Any]:
        return [list(self.cfg[key].items()) for key in ("labels_morph", "labels_pos")]


def names_of(exclude: Iterable[str]) -> tuple[str, ...]:
    """The fields to leave out. A single one may be a string."""
    return (exclude,) if isinstance(exclude, str) else tuple(exclude)
