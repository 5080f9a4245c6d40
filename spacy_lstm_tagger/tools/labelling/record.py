"""What the files of a folder of labelled text were made from."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from spacy.language import Language

from ...config_rules import check_type
from ...files import checksum

# What the files of a folder were made from: checksums of the teachers, of the code that they need,
# and of the texts of each file by its name.
RECORD = "label-tags.json"
RECORD_TYPES: dict[str, Any] = {"teachers": list[str], "top_k": int, "files": dict[str, str]}


def open_record(
    folder: Path, teachers: Sequence[Language], settings: dict[str, Any]
) -> dict[str, Any]:
    """Read what the files of a folder were made from, or begin a new record. Raises a ValueError if
    other teachers or settings made them."""
    made_by = {"teachers": [pipeline_checksum(nlp) for nlp in teachers], **settings}
    path = folder / RECORD
    if not path.exists():
        if any(folder.glob("[!.]*")):
            raise ValueError(f"{folder} has other files. Choose a new folder.")
        return {**made_by, "files": {}}
    record = read_record(path)
    for key, value in made_by.items():
        # Older versions did not note shard_words and code.
        if record.get(key, value) != value:
            raise ValueError(
                f"{folder} was made with other {key}: {record[key]}, not {value}. "
                "Choose another folder, or delete this one."
            )
    return record


def files_of(folder: Path) -> dict[str, str]:
    """The files of a folder, and a checksum of the texts of each, as its record says now: another
    `label-tags` may work in the same folder."""
    path = folder / RECORD
    return dict(read_record(path)["files"]) if path.exists() else {}


def read_record(path: Path) -> dict[str, Any]:
    """Read a record. Raises a ValueError that names the file if it is damaged."""
    try:
        record = json.loads(path.read_text(encoding="utf8"))
        check_type(RECORD, record, dict[str, Any])
        for key, annotation in RECORD_TYPES.items():
            check_type(key, record.get(key), annotation)
    except (RecursionError, ValueError):
        raise ValueError(f"{path} is damaged. Choose another folder, or delete this one.") from None
    return dict(record)


def pipeline_checksum(nlp: Language) -> str:
    """The name of a pipeline's folder, and a checksum of its files."""
    folder = Path(str(nlp.path))
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    checksums = [
        f"{path.relative_to(folder)} {short_checksum(path.read_bytes())}" for path in files
    ]
    return f"{folder.name} {short_checksum(' '.join(checksums).encode())}"


def short_checksum(data: bytes) -> str:
    return checksum(data)[:16]
