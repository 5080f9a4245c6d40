"""SHA-256 digests, in hexadecimal digits, of what is saved. They tell what is damaged or not from
the same save."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import numpy
from numpy.typing import NDArray


def digest(data: bytes) -> str:
    """The digest of bytes, such as the content of a file."""
    return sha256(data).hexdigest()


def short_digest(data: bytes) -> str:
    """The beginning of the digest of bytes. It is long enough to tell files apart."""
    return digest(data)[:16]


def arrays_digest(arrays: Mapping[str, NDArray[Any]], settings: Any = None) -> str:
    """The digest of named arrays and, unless they are None, of settings that JSON has: other arrays
    of the same sizes would load, too."""
    sha = sha256(b"" if settings is None else sorted_json(settings))
    for name in sorted(arrays):
        sha.update(name.encode())
        sha.update(numpy.ascontiguousarray(arrays[name]).data)
    return sha.hexdigest()


def sorted_json(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True).encode()
