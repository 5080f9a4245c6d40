"""Rewrites source distributions, so that two builds of the same files are the same byte for byte.

    python .ci/sdist.py dist/*.tar.gz

Setuptools writes the time of the build and the builder into them. In their place come the time in
the environment variable SOURCE_DATE_EPOCH, in seconds, and nobody.
"""

import gzip
import os
import sys
import tarfile
from io import BytesIO
from pathlib import Path


def rewrite(path: Path, time: int) -> None:
    """Write a source distribution again, with its files in the order of their names."""
    with tarfile.open(path) as archive:
        members = sorted(archive.getmembers(), key=lambda member: member.name)
        contents = [archive.extractfile(member) for member in members]
        data = [content.read() if content else b"" for content in contents]
    with (
        path.open("wb") as file,
        gzip.GzipFile("", "wb", fileobj=file, mtime=time) as packed,
        tarfile.open(fileobj=packed, mode="w") as archive,
    ):
        for member, content in zip(members, data, strict=True):
            same = tarfile.TarInfo(member.name)
            same.type = member.type
            same.size = len(content)
            same.mode = 0o755 if member.isdir() else 0o644
            same.mtime = time
            archive.addfile(same, BytesIO(content))


if __name__ == "__main__":
    for name in sys.argv[1:]:
        rewrite(Path(name), int(os.environ["SOURCE_DATE_EPOCH"]))
