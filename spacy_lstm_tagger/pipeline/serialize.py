"""Saves and loads a component completely or not at all."""

import contextlib
import os
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

import srsly
from spacy import util
from spacy.strings import get_string_id
from spacy.vocab import Vocab
from thinc.api import Model

from ..files import locked
from ..models.changes import CHANGES
from ..models.inputs import vocabulary_of
from ..models.shim import is_initialized, network_shim, network_shims
from ..models.tagger import is_lstm_tagger
from ..models.vocabulary import nodes_with_vocabulary
from .lexicon import CFG_KEY, check_lexicon, no_entries

CFG, MODEL, VOCAB = "cfg", "model", "vocab"
CHECKED = (CFG, MODEL)  # the parts of a component that have checksums
CHECKSUMS = "checksums.json"
KEY = "checksums"  # of the checksums in a bytestring

Parts = Mapping[str, bytes]


class CheckedFiles:
    """Saving and loading, for a component."""

    name: str
    vocab: Vocab
    model: Model[Any, Any]
    cfg: dict[str, Any]

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """Serialize the component to a bytestring.

        exclude (Iterable[str]): Fields to leave out: cfg, model, vocab.
        RETURNS (bytes): The component, with checksums.
        """
        exclude = tuple(exclude)
        parts = self._dump(exclude)
        message: dict[str, Any] = {**parts, KEY: checksums(parts)}
        if VOCAB not in exclude and self.vocab is not None:
            message[VOCAB] = self.vocab.to_bytes(exclude=exclude)
        return bytes(srsly.msgpack_dumps(message))

    def from_bytes(self, bytes_data: bytes, *, exclude: Iterable[str] = ()) -> Self:
        """Load the component from a bytestring. If that fails, the component stays as it was.

        bytes_data (bytes): What `to_bytes` returned.
        exclude (Iterable[str]): Fields to leave out: cfg, model, vocab.
        RETURNS (LSTMTagger): Itself.
        """
        exclude = tuple(exclude)
        with self._explained("a bytestring"):
            message = srsly.msgpack_loads(bytes_data)
            if not isinstance(message, dict):
                raise ValueError("it is not the bytestring of a component.")
            parts = {name: as_bytes(message[name]) for name in chosen(message, exclude)}
            check_sums(message.get(KEY), parts, KEY)
            vocab = message.get(VOCAB) if VOCAB not in exclude else None
            load_vocab = None
            if vocab is not None:
                load_vocab = partial(Vocab.from_bytes, bytes_data=vocab, exclude=exclude)
            self._load(parts, load_vocab)
        return self

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Write the component to a directory. If that fails, the earlier files stay. Threads and
        processes can save to one directory at once: the last one to finish wins.

        path (str | Path): The directory. It is created if it does not exist.
        exclude (Iterable[str]): Fields to leave out: cfg, model, vocab.
        """
        path, exclude = Path(path), tuple(exclude)
        parts = self._dump(exclude)  # before the directory is locked, because it takes longest
        with atomic_write(path) as folder:
            for name, data in parts.items():
                (folder / name).write_bytes(data)
            if VOCAB not in exclude and self.vocab is not None:
                self.vocab.to_disk(folder / VOCAB, exclude=exclude)
            srsly.write_json(folder / CHECKSUMS, {**kept_sums(path), **checksums(parts)})

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> Self:
        """Load the component from a directory, to which others may save at the same time. If that
        fails, the component stays as it was.

        path (str | Path): Where `to_disk` wrote it.
        exclude (Iterable[str]): Fields to leave out: cfg, model, vocab.
        RETURNS (LSTMTagger): Itself.
        """
        path, exclude = Path(path), tuple(exclude)
        with self._explained(path):
            parts = read_files(path, exclude)
            load_vocab = partial(Vocab.from_disk, path=path / VOCAB, exclude=exclude)
            self._load(parts, None if VOCAB in exclude else load_vocab)
        return self

    def _dump(self, exclude: Collection[str]) -> dict[str, bytes]:
        """The parts of the component, all of one moment."""
        with CHANGES:
            return util.to_dict(
                {
                    CFG: lambda: srsly.json_dumps(self.cfg, indent=2).encode(),
                    MODEL: self.model.to_bytes,
                },
                exclude,
            )

    def _load(self, parts: Parts, load_vocab: Callable[[Vocab], Any] | None) -> None:
        """Load the parts. If that fails, a component that has weights stays as it was."""
        cfg, model = self.cfg, self.model
        if CFG in parts:  # 0.1.0 saved no lexicon
            cfg = {**cfg, CFG_KEY: no_entries(), **srsly.json_loads(parts[CFG].decode())}
        if load_vocab is not None:  # a vocab can't be put back, so that another one takes it first
            load_vocab(Vocab())
        with CHANGES:
            trial = model.copy() if MODEL in parts and is_initialized(model) else model
            if MODEL in parts:
                trial.from_bytes(parts[MODEL])
            check_parts(cfg, trial, parts)
            if trial is not model:
                model.from_bytes(parts[MODEL])
            self.cfg.update(cfg)  # after the weights, see `one_moment`
        if load_vocab is not None:
            load_vocab(self.vocab)

    @contextlib.contextmanager
    def _explained(self, source: str | Path) -> Iterator[None]:
        """Name the source of the component in an error while it is loaded."""
        try:
            yield
        except OSError:
            raise
        except Exception as error:  # damaged files break spaCy, Thinc and msgpack in many ways
            raise ValueError(
                f"Can't load component '{self.name}' from {source}: {error or repr(error)} "
                "Load the config and the files that were saved together. (In Thinc's errors, nO of "
                "lstm_tok2vec is its width, and nO of tag_log_probs the number of tags.)"
            ) from error


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
            files = [file for file in sorted(folder.rglob("*")) if file.is_file()]
            for file in files:
                target = path / file.relative_to(folder)
                target.parent.mkdir(parents=True, exist_ok=True)
                os.replace(file, target)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def checksums(parts: Parts) -> dict[str, str]:
    return {name: sha256(without_crlf(name, data)).hexdigest() for name, data in parts.items()}


def kept_sums(path: Path) -> dict[str, str]:
    """The checksums of an earlier save, for files that stay as they are."""
    with contextlib.suppress(OSError, TypeError, ValueError):  # none, or damaged
        return dict(srsly.read_json(path / CHECKSUMS))
    return {}


def check_sums(sums: Any, parts: Parts, where: str) -> None:
    """Raise a ValueError unless all parts were saved together."""
    for name, data in parts.items():
        saved = sums.get(name) if isinstance(sums, dict) else None
        # 0.1.0 computed the checksum of a cfg with the system's line ends, on Windows CRLF.
        if saved != checksums({name: data})[name] and saved != sha256(data).hexdigest():
            raise ValueError(f"its '{name}' is damaged, or from another save than its '{where}'.")


def without_crlf(name: str, data: bytes) -> bytes:
    """Line ends mean nothing in JSON, and git may change the line ends of a text file."""
    return data.replace(b"\r\n", b"\n") if name == CFG else data


def chosen(names: Collection[str], exclude: Collection[str]) -> list[str]:
    return [name for name in CHECKED if name in names and name not in exclude]


def as_bytes(data: Any) -> bytes:
    return data.encode() if isinstance(data, str) else bytes(data)


def read_files(path: Path, exclude: Collection[str]) -> dict[str, bytes]:
    """The files of a component. Raises a ValueError if they were not saved together."""
    if not path.exists():
        raise FileNotFoundError(f"Can't find the folder {path}.")
    with locked(path, shared=True):
        sums = srsly.read_json(path / CHECKSUMS)
        files = {name: (path / name).read_bytes() for name in chosen(CHECKED, exclude)}
    check_sums(sums, files, CHECKSUMS)
    return files


def check_parts(cfg: Mapping[str, Any], model: Model[Any, Any], parts: Parts) -> None:
    """Raise a ValueError if a tagger's labels, lexicon, vocabulary and weights do not match."""
    labels: Any = cfg.get("labels")
    if not is_strings(labels) or len(set(labels)) != len(labels):
        raise ValueError("'labels' in its cfg is not a list of different strings.")
    for label in labels:
        get_string_id(label)  # which refuses half a surrogate pair
    check_lexicon(cfg[CFG_KEY], labels)
    with_weights = [shim.is_initialized for shim in network_shims(model)]
    if any(with_weights) and not all(with_weights):
        raise ValueError("a part of its weights is missing.")
    if not all(with_weights) or not parts.keys() >= set(CHECKED):
        return
    sizes = {model.get_dim("nO")}
    if is_lstm_tagger(model):
        output = model.get_ref("output_layer")
        sizes |= {output.get_dim("nO"), network_shim(output).settings.n_tags}
    if sizes != {len(labels)}:
        raise ValueError(f"its cfg has {len(labels)} labels, its model {sorted(sizes)}.")
    for node in nodes_with_vocabulary(model):
        if len(vocabulary_of(node)) != network_shim(node).settings.n_words:
            raise ValueError("its vocabulary does not match its weights.")


def is_strings(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(item, str) for item in value)
