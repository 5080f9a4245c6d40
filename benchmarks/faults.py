"""Damages saved files, kills processes that save, and counts how loading ends.

    python benchmarks/faults.py

An `lstm_tagger` and spaCy's `tagger` are trained briefly on the sample corpus. The files of both
are damaged in the same ways. Loading ends in one of these ways:

- refused: with a ValueError or OSError. Other errors are counted by name.
- same: the saved pipeline is loaded.
- other: another pipeline is loaded, without an error.
- ran code: loading ran code from the files.
- crashed: the process was killed, took over a minute, or grew by more than 1 GB.

After a save that failed, the earlier pipeline is the same, or lost.
"""

import json
import os
import pickle
import random
import re
import resource
import shutil
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from itertools import combinations
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Any

import numpy
import safetensors.torch
import spacy
import srsly
import torch
import typer
from common import machine, show, train_briefly
from tqdm import tqdm
from wasabi import msg

from spacy_lstm_tagger.models.weights import FORMAT, digest

TEXT = "They are waiting for the last train. The 3 dogs of Zürich barked at 7.30, loudly!"
MAX_SECONDS, MAX_BYTES = 60, 2**30
PEERS = ("lstm_tagger", "tagger")

Damage = Callable[[Path], Any]
Arrays = dict[str, numpy.ndarray]

BOMBED = Path(gettempdir()) / f"bombed-{os.getpid()}"


class Bomb:
    """Runs code when it is unpickled."""

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        return os.mkdir, (str(BOMBED),)


BOMB = pickle.dumps(Bomb())
# Headers that claim too much: in MessagePack an array, map, bytes, text and extension with 2^32 - 1
# elements each; in safetensors a header of 2^60 bytes, and a tensor of 10^12 numbers.
TENSOR = b'{"a": {"dtype": "F32", "shape": [1000000000000], "data_offsets": [0, 4000000000000]}}'
CLAIMS = [bytes([code]) + b"\xff" * 4 for code in (0xDD, 0xDF, 0xC6, 0xDB, 0xC9)]
CLAIMS += [(2**60).to_bytes(8, "little"), len(TENSOR).to_bytes(8, "little") + TENSOR]


def main(
    truncations: int = typer.Option(200, help="Number of truncated files"),
    flips: int = typer.Option(500, help="Number of bytes to flip, one at a time"),
    kills: int = typer.Option(50, help="Number of saves that are killed"),
    seed: int = typer.Option(0, help="Seed for the choice of places"),
) -> None:
    """Damage files, and count how loading them ends."""
    with TemporaryDirectory() as folder:
        rows = []
        for name in PEERS:
            original = make(name, Path(folder) / name)
            expected = fingerprint(original)
            for fault, damages in faults(original, truncations, flips, seed).items():
                in_turn = tqdm(damages, f"{name}: {fault}", leave=False)
                results = Counter(load_damaged(original, damage, expected) for damage in in_turn)
                rows.append((fault, name, results))
            rows.append(("killed while saving", name, kill_saves(original, kills, seed)))
            rows.append(("disk full while saving", name, fill_disk(original)))
    order = [fault for fault, _, _ in rows]
    rows.sort(key=lambda row: order.index(row[0]))
    table = [["fault", "component", "tried", "ended"]]
    for fault, name, results in rows:
        ends = ", ".join(f"{count} {end}" for end, count in results.items())
        table.append([fault, name, str(results.total()), ends])
    msg.info(machine())
    show(table)


def make(name: str, path: Path, seed: int = 0) -> Path:
    """Train a pipeline briefly, and save it."""
    train_briefly(name, seed=seed).to_disk(path)
    return path


def component(path: Path) -> Path:
    (folder,) = (path / name for name in PEERS if (path / name).exists())
    return folder


def fingerprint(path: Path) -> str:
    """A hash of a component's data, and its tags for a text."""
    nlp = spacy.load(path)
    ((_, pipe),) = nlp.pipeline
    saved = sha256(pipe.to_bytes(exclude=["vocab"])).hexdigest()
    return saved + " ".join(token.tag_ for token in nlp(TEXT))


def faults(path: Path, truncations: int, flips: int, seed: int) -> dict[str, list[Damage]]:
    """Ways to damage a pipeline's files, by kind."""
    rng = random.Random(seed)
    files = sorted(p.relative_to(path) for p in component(path).iterdir())
    sizes = [(path / file).stat().st_size for file in files]
    model = component(path).relative_to(path) / "model"
    size = (path / model).stat().st_size
    places = [
        (rng.choices(files, [s + 1000 for s in sizes])[0], rng.random()) for _ in range(flips)
    ]
    return {
        "truncated": [
            partial(truncate, file=model, length=size * i // truncations)
            for i in range(truncations)
        ],
        "byte flipped": [
            partial(flip, file=f, place=p, bits=rng.randint(1, 255)) for f, p in places
        ],
        "pickle in place of a file": [partial(replace, file=file, data=BOMB) for file in files],
        "pickle in place of weights": [partial(edit, change=lambda arrays: BOMB)],
        "sizes claimed too large": [partial(replace, file=model, data=claim) for claim in CLAIMS],
        "absurd size in the config": [
            partial(absurd_config, key=key)
            for key in ("width", "feature_rows", "feature_width", "word_width", "embed_size")
            if f"\n{key} = " in (path / "config.cfg").read_text()
        ],
        "NaN or infinite weight": [
            partial(edit, change=partial(set_first, value=v)) for v in (numpy.nan, numpy.inf)
        ],
        "weights of another shape": [partial(edit, change=enlarge)],
        "weights missing": [partial(edit, change=lambda arrays: arrays.popitem() and None)],
        "weights swapped": [partial(edit, change=swap, sealed=False)],
    }


def truncate(path: Path, file: Path, length: int) -> None:
    os.truncate(path / file, length)


def flip(path: Path, file: Path, place: float, bits: int) -> None:
    data = bytearray((path / file).read_bytes())
    data[int(place * len(data))] ^= bits
    (path / file).write_bytes(data)


def replace(path: Path, file: Path, data: bytes) -> None:
    (path / file).write_bytes(data)


def absurd_config(path: Path, key: str) -> None:
    """Set each size with this name to 10 ** 12."""
    config = (path / "config.cfg").read_text()
    (path / "config.cfg").write_text(re.sub(rf"(?m)^{key} = .*", f"{key} = 1000000000000", config))


def edit(path: Path, change: Callable[[Arrays], bytes | None], sealed: bool = True) -> None:
    """Change the weights, or replace them by bytes. If sealed, update the checksums."""
    file = component(path) / "model"
    message = srsly.msgpack_loads(file.read_bytes())
    for params in message["params"]:
        arrays = {name: value.copy() for name, value in params.items() if value is not None}
        if arrays:
            instead = change(arrays)
            params.update({name: instead or arrays.get(name) for name in params})
    for shims in message["shims"]:
        for i, data in enumerate(shims):
            arrays = {n: t.numpy().copy() for n, t in safetensors.torch.load(data).items()}
            instead = change(arrays)
            tensors = {name: torch.from_numpy(array) for name, array in arrays.items()}
            header = json.loads(safetensors_header(data)["__metadata__"][FORMAT])
            if sealed:
                header["sha256"] = digest(header["settings"], tensors)
            saved = safetensors.torch.save(tensors, metadata={FORMAT: json.dumps(header)})
            shims[i] = instead or saved
    file.write_bytes(srsly.msgpack_dumps(message))
    seal(component(path))


def seal(folder: Path) -> None:
    """Update the checksums of the files, if they have checksums."""
    if (folder / "checksums.json").exists():
        names = srsly.read_json(folder / "checksums.json")
        sums = {name: sha256((folder / name).read_bytes()).hexdigest() for name in names}
        srsly.write_json(folder / "checksums.json", sums)


def safetensors_header(data: bytes) -> dict[str, Any]:
    return json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])


def set_first(arrays: Arrays, value: float) -> None:
    next(iter(arrays.values())).flat[0] = value


def enlarge(arrays: Arrays) -> None:
    name = next(iter(arrays))
    arrays[name] = numpy.concatenate([arrays[name], arrays[name]])


def swap(arrays: Arrays) -> None:
    """Swap the first two arrays of the same shape that differ."""
    for one, two in combinations(arrays, 2):
        if arrays[one].shape == arrays[two].shape and (arrays[one] != arrays[two]).any():
            arrays[one], arrays[two] = arrays[two], arrays[one]
            return


def load_damaged(path: Path, damage: Damage, expected: str) -> str:
    """Damage a copy, and find how loading it ends."""
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(path, copy)
        damage(copy)
        how, value = in_a_process(fingerprint, copy)
    if BOMBED.exists():
        BOMBED.rmdir()
        return "ran code"
    return {True: "same", False: "other"}[value == expected] if how == "returned" else how


def in_a_process(function: Callable[..., Any], *args: Any) -> tuple[str, Any]:
    """Call a function in a separate process. Returns ("returned", value), ("refused", message) for
    an OSError or ValueError, the name of any other error and its message, or ("crashed", reason).
    """
    context = get_context("fork")
    receiver, sender = context.Pipe(duplex=False)

    def run() -> None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        try:
            result = ("returned", function(*args))
        except (OSError, ValueError) as error:
            result = ("refused", f"{error}")
        except Exception as error:
            result = (type(error).__name__, f"{error}")
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before
        sender.send(("crashed", f"grew by {grown}") if grown > MAX_BYTES else result)

    process = context.Process(target=run)
    process.start()
    sender.close()
    try:
        return receiver.recv() if receiver.poll(MAX_SECONDS) else ("crashed", "did not end")
    except EOFError:
        return "crashed", "was killed"
    finally:
        process.kill()
        process.join()


def save_for_ever(paths: list[Path], target: Path) -> None:
    """Save one pipeline over the other, again and again."""
    pipelines = [spacy.load(path) for path in paths]
    while True:
        for nlp in pipelines:
            nlp.to_disk(target)


def kill_saves(path: Path, n_kills: int, seed: int) -> Counter[str]:
    """Kill a process that saves one pipeline over another, and load the files that are left."""
    rng, results = random.Random(seed), Counter[str]()
    other = make(component(path).name, path.parent / f"other-{path.name}", seed=1)
    sound = {fingerprint(path), fingerprint(other)}
    for _ in tqdm(range(n_kills), f"{path.name}: saves killed"):
        with TemporaryDirectory() as folder:
            target = Path(folder) / "saved"
            shutil.copytree(path, target)
            process = get_context("fork").Process(
                target=save_for_ever, args=([other, path], target)
            )
            process.start()
            time.sleep(0.5 + rng.random())
            process.kill()
            process.join()
            how, value = in_a_process(fingerprint, target)
        if how == "returned":
            how = "one of the two" if value in sound else "other"
        results[how] += 1
    return results


def fill_disk(path: Path) -> Counter[str]:
    """Save over a pipeline with a limit on the file size, as on a full disk."""
    results = Counter[str]()
    expected = fingerprint(path)
    size = (component(path) / "model").stat().st_size
    for part in (0.1, 0.5, 0.9, 0.99):
        with TemporaryDirectory() as folder:
            target = Path(folder) / "saved"
            shutil.copytree(path, target)
            how, _ = in_a_process(save_limited, path, target, int(part * size))
            if how != "refused":
                results["not refused"] += 1
                continue
            how, value = in_a_process(fingerprint, target)
            results["same" if value == expected else "lost"] += 1
    return results


def save_limited(path: Path, target: Path, size: int) -> None:
    nlp = spacy.load(path)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    nlp.to_disk(target)


if __name__ == "__main__":
    typer.run(main)
