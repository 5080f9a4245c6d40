import pytest
from helpers import RAW_TEXTS


@pytest.fixture
def teacher(trained, tmp_path):
    """The folder of a pipeline that labels text."""
    trained.to_disk(tmp_path / "teacher")
    return str(tmp_path / "teacher")


@pytest.fixture
def raw(tmp_path):
    """A file of text to label."""
    path = tmp_path / "raw.txt"
    path.write_text("\n".join(RAW_TEXTS), encoding="utf8")
    return path
