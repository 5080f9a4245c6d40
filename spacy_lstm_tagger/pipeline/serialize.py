"""Saves and loads a component completely or not at all."""

import contextlib
import copy
import os
import pickle
import shutil
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

import srsly
from spacy import util
from spacy.pipeline import Tagger, TrainablePipe

from ..models.changes import CHANGES
from ..models.inputs import vocabulary_of
from ..models.shim import is_initialized, network_shim, network_shims
from ..models.tagger import is_lstm_tagger
from ..models.vocabulary import nodes_with_vocabulary
from .lexicon import CFG_KEY, check_lexicon, no_entries

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

CHECKED = ("cfg", "model")  # the parts of a component that have checksums
TEXTS = ("cfg",)
CHECKSUMS = "checksums.json"
KEY = "checksums"  # of the checksums in a bytestring


class CheckedTagger(Tagger):  # type: ignore[misc]  # Tagger is compiled, without types
    """A Tagger that is saved and loaded completely or not at all, with checksums."""

    cfg: dict[str, Any]

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        # Each layer copies its own weights, all of them in one state.
        with CHANGES:
            reduced: Any = self.__reduce_ex__(pickle.HIGHEST_PROTOCOL)
            make, args, *state = reduced
            copied: Self = make(*args)
            memo[id(self)] = copied
            copied.__setstate__(*copy.deepcopy(state, memo))
        return copied

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """Serialize the component to a bytestring.

        exclude (Iterable[str]): Fields to leave out: cfg, model, vocab.
        RETURNS (bytes): The component, with checksums.
        """
        with CHANGES:
            return with_checksums(super().to_bytes(exclude=tuple(exclude)))

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Write the component to a directory. If that fails, the earlier files stay. Threads and
        processes can save to one directory at once: the last one to finish wins.

        path (str | Path): The directory. It is created if it does not exist.
        exclude (Iterable[str]): Fields to leave out: cfg, model, vocab.
        """
        exclude = tuple(exclude)
        parts = {
            "cfg": lambda: srsly.json_dumps(self.cfg, indent=2).encode(),
            "model": self.model.to_bytes,
        }
        with CHANGES:  # before the directory is locked, because it takes longest
            files = util.to_dict(parts, exclude)
        with atomic_write(Path(path)) as folder:
            for name, data in files.items():
                (folder / name).write_bytes(data)
            super().to_disk(folder, exclude=(*exclude, *CHECKED))

    def from_bytes(self, bytes_data: bytes, *, exclude: Iterable[str] = ()) -> Self:
        """Load the component from a bytestring. If that fails, the component stays as it was.

        bytes_data (bytes): What `to_bytes` returned.
        exclude (Iterable[str]): Fields to leave out: cfg, model, vocab.
        RETURNS (CheckedTagger): Itself.
        """
        exclude = tuple(exclude)
        with CHANGES, rollback_on_error(self, "a bytestring"):
            if "cfg" in check_bytes(bytes_data, exclude):
                self.cfg[CFG_KEY] = no_entries()  # 0.1.0 saved none
            super().from_bytes(bytes_data, exclude=(*exclude, "vocab"))
            check_parts(self, exclude)
            # The vocab comes last, because it can't be put back.
            super().from_bytes(bytes_data, exclude=(*exclude, *CHECKED))
        return self

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> Self:
        """Load the component from a directory, to which others may save at the same time. If that
        fails, the component stays as it was.

        path (str | Path): Where `to_disk` wrote it.
        exclude (Iterable[str]): Fields to leave out: cfg, model, vocab.
        RETURNS (CheckedTagger): Itself.
        """
        exclude = tuple(exclude)
        with source_in_error(self, path):
            files = read_files(Path(path), exclude)
        with CHANGES, rollback_on_error(self, path):
            if "cfg" in files:
                self.cfg[CFG_KEY] = no_entries()  # 0.1.0 saved none
            super().from_bytes(srsly.msgpack_dumps(files), exclude=(*exclude, "vocab"))
            check_parts(self, exclude)
            # The vocab comes last, because it can't be put back.
            super().from_disk(path, exclude=(*exclude, *CHECKED))
        return self


@contextlib.contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Yield a folder to write a component to. When all files are written, they move to their place.

    If writing fails, or the process is killed, the earlier files stay. If the process is killed
    while the files are moved, `read_files` refuses the mixture. Others that write to the
    component's folder, or read from it, wait meanwhile.

    path (Path): The component's folder. It may have other files, too.
    YIELDS (Path): An empty folder in it.
    """
    path.mkdir(exist_ok=True)
    with locked(path):
        folder = path / ".saving"
        shutil.rmtree(folder, ignore_errors=True)  # left by a process that was killed
        folder.mkdir()
        try:
            yield folder
            write_checksums(folder, before=path / CHECKSUMS)
            files = [file for file in sorted(folder.rglob("*")) if file.is_file()]
            for file in files:
                target = path / file.relative_to(folder)
                target.parent.mkdir(parents=True, exist_ok=True)
                os.replace(file, target)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def locked(folder: Path, *, shared: bool = False) -> Iterator[None]:
    """Lock a folder until the context ends. Other threads and processes of this machine wait for
    the lock. A process that is killed releases it.

    The lock is on the folder itself: it leaves no file and needs no permission to write. Without
    support for such locks, as on Windows, this does nothing.

    shared (bool): Whether others may share the lock, for reading.
    """
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):  # a file system without locks
            if fcntl is not None:
                descriptor = os.open(folder, os.O_RDONLY)
                stack.callback(os.close, descriptor)
                fcntl.flock(descriptor, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
                # Closing is not enough: a process that was forked meanwhile holds it open.
                stack.callback(fcntl.flock, descriptor, fcntl.LOCK_UN)
        yield


def write_checksums(folder: Path, before: Path | None = None) -> None:
    """Write the checksums of a component's files.

    before (Path | None): Earlier checksums, kept for files that are not in the folder.
    """
    sums = {}
    if before and before.exists():
        with contextlib.suppress(TypeError, ValueError):  # damaged
            sums = dict(srsly.read_json(before))
    sums |= {
        name: _digest(name, (folder / name).read_bytes())
        for name in CHECKED
        if (folder / name).exists()
    }
    srsly.write_json(folder / CHECKSUMS, sums)


def read_files(path: Path, exclude: Iterable[str]) -> dict[str, bytes]:
    """The files of a component. Raises a ValueError if they were not saved together."""
    if not path.exists():
        raise FileNotFoundError(f"Can't find the folder {path}.")
    names = set(CHECKED) - set(exclude)
    with locked(path, shared=True):
        sums = srsly.read_json(path / CHECKSUMS)
        files = {name: (path / name).read_bytes() for name in names}
    _check_sums(sums, files, CHECKSUMS)
    return files


def with_checksums(data: bytes) -> bytes:
    """A component's bytestring with checksums added."""
    message = srsly.msgpack_loads(data)
    message[KEY] = {name: _digest(name, message[name]) for name in CHECKED if name in message}
    return bytes(srsly.msgpack_dumps(message))


def check_bytes(data: bytes, exclude: Iterable[str]) -> set[str]:
    """The parts of a component's bytestring. Raises a ValueError if they were not saved
    together."""
    message = srsly.msgpack_loads(data)
    if not isinstance(message, dict):
        raise ValueError("it is not the bytestring of a component.")
    names = set(CHECKED).intersection(message) - set(exclude)
    _check_sums(message.get(KEY), {name: message[name] for name in names}, KEY)
    return names


def _check_sums(sums: Any, parts: dict[str, Any], where: str) -> None:
    for name, data in parts.items():
        # 0.1.0 computed the checksum of a cfg with the system's line ends, on Windows CRLF.
        digests = _digest(name, data), _digest("", data)
        if not isinstance(sums, dict) or sums.get(name) not in digests:
            raise ValueError(f"its '{name}' is damaged, or from another save than its '{where}'.")


@contextlib.contextmanager
def rollback_on_error(pipe: TrainablePipe, source: str | Path) -> Iterator[None]:
    """Restore the component if loading fails, and name its source in the error."""
    cfg, model = copy.deepcopy(pipe.cfg), None
    networks = [(shim, dict(vars(shim))) for shim in network_shims(pipe.model)]
    if is_initialized(pipe.model):
        with contextlib.suppress(ValueError):  # weights are not finite
            model = pipe.model.to_bytes()
    with source_in_error(pipe, source):
        try:
            yield
        except Exception:
            pipe.cfg = cfg
            if model is not None:
                pipe.model.from_bytes(model)
            for shim, attributes in networks:  # whose bytes may be rounded
                vars(shim).update(attributes)
            raise


@contextlib.contextmanager
def source_in_error(pipe: TrainablePipe, source: str | Path) -> Iterator[None]:
    """Name the source of a component in the error if loading fails."""
    try:
        yield
    except OSError:
        raise
    except Exception as error:  # damaged files break spaCy, Thinc and msgpack in many ways
        raise ValueError(
            f"Can't load component '{pipe.name}' from {source}: {error or repr(error)} "
            "Load the config and the files that were saved together. (In Thinc's errors, nO of "
            "lstm_tok2vec is its width, and nO of tag_log_probs the number of tags.)"
        ) from error


def check_parts(pipe: TrainablePipe, exclude: Iterable[str]) -> None:
    """Raise a ValueError if the loaded parts of a tagger do not match."""
    labels: Any = pipe.cfg.get("labels")
    if not is_strings(labels) or len(set(labels)) != len(labels):
        raise ValueError("'labels' in its cfg is not a list of different strings.")
    check_lexicon(pipe.cfg[CFG_KEY], labels)
    with_weights = [shim.is_initialized for shim in network_shims(pipe.model)]
    if any(with_weights) and not all(with_weights):
        raise ValueError("a part of its weights is missing.")
    if not all(with_weights) or "cfg" in exclude or "model" in exclude:
        return
    sizes = {pipe.model.get_dim("nO")}
    if is_lstm_tagger(pipe.model):
        output = pipe.model.get_ref("output_layer")
        sizes |= {output.get_dim("nO"), network_shim(output).settings.n_tags}
    if sizes != {len(labels)}:
        raise ValueError(f"its cfg has {len(labels)} labels, its model {sorted(sizes)}.")
    for node in nodes_with_vocabulary(pipe.model):
        if len(vocabulary_of(node)) != network_shim(node).settings.n_words:
            raise ValueError("its vocabulary does not match its weights.")


def is_strings(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(item, str) for item in value)


def _digest(name: str, data: bytes | str) -> str:
    data = data.encode() if isinstance(data, str) else data
    if name in TEXTS:
        # Line ends mean nothing in JSON, and git may change the line ends of a text file.
        data = data.replace(b"\r\n", b"\n")
    return sha256(data).hexdigest()
