"""Files that are complete or not there."""

from pathlib import Path


def write_file(path: Path, data: bytes) -> None:
    """Write a file that takes its place only when it is complete."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    unfinished.write_bytes(data)
    unfinished.replace(path)
