"""Saving that never leaves half a component, and loading that never takes one."""

import contextlib
import copy
import os
import shutil
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import srsly
from spacy.pipeline import TrainablePipe

from ..models.inputs import vocabulary_of
from ..models.shim import is_initialized, torch_shim, torch_shims
from ..models.tagger import is_lstm_tagger
from ..models.vocabulary import nodes_with_vocabulary

CHECKED = ("cfg", "model")  # what a component writes of its own
CHECKSUMS = "checksums.json"
KEY = "checksums"  # of bytestrings


@contextlib.contextmanager
def saving(path: Path) -> Iterator[Path]:
    """A folder to write a component to, from which it goes to its place when all of it is written.

    If writing fails, or the process is killed, what was there before stays as it was. If the
    process is killed while the files take their places, `check_files` refuses the mixture.

    path (Path): The component's folder, which other files may share.
    YIELDS (Path): An empty folder in it.
    """
    path.mkdir(exist_ok=True)
    folder = path / ".saving"
    shutil.rmtree(folder, ignore_errors=True)  # of a process that was killed
    folder.mkdir()
    try:
        yield folder
        seal(folder, before=path / CHECKSUMS)
        files = [file for file in sorted(folder.rglob("*")) if file.is_file()]
        for file in files:
            target = path / file.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(file, target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def seal(folder: Path, before: Path | None = None) -> None:
    """Write the checksums of a component's files.

    before (Optional[Path]): Checksums to keep of files that are not in the folder.
    """
    sums = {}
    if before and before.exists():
        with contextlib.suppress(TypeError, ValueError):  # damaged
            sums = dict(srsly.read_json(before))
    sums |= {
        name: _digest((folder / name).read_bytes()) for name in CHECKED if (folder / name).exists()
    }
    srsly.write_json(folder / CHECKSUMS, sums)


def check_files(path: Path, exclude: Iterable[str]) -> None:
    """Raise a ValueError if a component's files are not those that were saved together."""
    if not path.exists():
        raise FileNotFoundError(f"Can't find the folder {path}.")
    sums = srsly.read_json(path / CHECKSUMS)
    names = set(CHECKED) - set(exclude)
    _check_sums(sums, {name: (path / name).read_bytes() for name in names}, CHECKSUMS)


def with_checksums(data: bytes) -> bytes:
    """A component's bytestring with checksums added."""
    message = srsly.msgpack_loads(data)
    message[KEY] = {name: _digest(message[name]) for name in CHECKED if name in message}
    return srsly.msgpack_dumps(message)


def check_bytes(data: bytes, exclude: Iterable[str]) -> None:
    """Raise a ValueError if parts of a component's bytestring were not saved together."""
    message = srsly.msgpack_loads(data)
    if not isinstance(message, dict):
        raise ValueError("it is not the bytestring of a component.")
    names = set(CHECKED).intersection(message) - set(exclude)
    _check_sums(message.get(KEY), {name: message[name] for name in names}, KEY)


def _check_sums(sums: Any, parts: dict[str, Any], where: str) -> None:
    for name, data in parts.items():
        if not isinstance(sums, dict) or sums.get(name) != _digest(data):
            raise ValueError(f"its '{name}' is damaged, or from another save than its '{where}'.")


@contextlib.contextmanager
def all_or_nothing(pipe: TrainablePipe, source: str | Path) -> Iterator[None]:
    """Explain an error in loading, after which a component that worked still works."""
    cfg, model = copy.deepcopy(pipe.cfg), None
    if is_initialized(pipe.model):
        with contextlib.suppress(ValueError):  # weights that are not finite are not worth keeping
            model = pipe.model.to_bytes()
    try:
        yield
    except Exception as error:  # damaged files break spaCy, Thinc and msgpack in many ways
        pipe.cfg = cfg
        if model is not None:
            pipe.model.from_bytes(model)
        if isinstance(error, OSError):
            raise
        raise ValueError(
            f"Can't load component '{pipe.name}' from {source}: {error or repr(error)} "
            "Load the config and the files that were saved together. (In Thinc's errors, nO of "
            "lstm_tok2vec is its width, and nO of tag_log_probs the number of tags.)"
        ) from error


def check_parts(pipe: TrainablePipe, exclude: Iterable[str]) -> None:
    """Raise a ValueError if the parts of a tagger that were loaded do not go together."""
    labels: Any = pipe.cfg.get("labels")
    if not is_strings(labels) or len(set(labels)) != len(labels):
        raise ValueError("'labels' in its cfg is not a list of different strings.")
    with_weights = [shim.is_initialized for shim in torch_shims(pipe.model)]
    if any(with_weights) and not all(with_weights):
        raise ValueError("a part of its weights is missing.")
    if not all(with_weights) or "cfg" in exclude or "model" in exclude:
        return
    sizes = {pipe.model.get_dim("nO")}
    if is_lstm_tagger(pipe.model):
        output = pipe.model.get_ref("output_layer")
        sizes |= {output.get_dim("nO"), torch_shim(output).settings.n_tags}
    if sizes != {len(labels)}:
        raise ValueError(f"its cfg has {len(labels)} labels, its model {sorted(sizes)}.")
    for node in nodes_with_vocabulary(pipe.model):
        if len(vocabulary_of(node)) != torch_shim(node).settings.n_words:
            raise ValueError("its vocabulary is not that of its weights.")


def is_strings(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(item, str) for item in value)


def _digest(data: bytes | str) -> str:
    return sha256(data.encode() if isinstance(data, str) else data).hexdigest()
