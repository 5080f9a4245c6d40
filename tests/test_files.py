import errno
import os
import stat
import subprocess
import sys

import pytest

from spacy_lstm_tagger.files import UNFINISHED, replace_file, write_file


def test_a_file_is_replaced(tmp_path):
    path = tmp_path / "report.json"
    write_file(path, b"old")
    write_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["report.json"]
    (tmp_path / "other").touch()
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE((tmp_path / "other").stat().st_mode)


def fail_halfway(path):
    with replace_file(path) as file:
        file.write(b"half of the new")
        raise RuntimeError


def test_the_old_file_stays_if_something_fails(tmp_path, monkeypatch):
    path = tmp_path / "report.json"
    write_file(path, b"old")
    with pytest.raises(RuntimeError):
        fail_halfway(path)
    assert path.read_bytes() == b"old"

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=r"No space left on device: .*report\.json"):
        write_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["report.json"]


def test_an_error_names_the_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no/report\.json"):
        write_file(tmp_path / "no" / "report.json", b"new")
    with pytest.raises(IsADirectoryError, match=f"{tmp_path.name}'$"):
        write_file(tmp_path, b"new")
    with pytest.raises(FileNotFoundError, match=r"input\.txt"), replace_file(tmp_path / "out"):
        (tmp_path / "input.txt").read_bytes()


def test_a_link_stays_and_so_do_permissions(tmp_path):
    file, link = tmp_path / "file", tmp_path / "link"
    write_file(file, b"old")
    file.chmod(0o600)
    link.symlink_to(file)
    write_file(link, b"new")
    assert link.is_symlink()
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"new", 0o600)


def test_of_two_writers_at_once_the_last_one_wins(tmp_path):
    path = tmp_path / "report.json"
    with replace_file(path) as first:
        first.write(b"first")
        write_file(path, b"second")
        assert path.read_bytes() == b"second"
    assert path.read_bytes() == b"first"


def test_what_a_killed_process_left_is_removed(tmp_path):
    code = (
        "import os, pathlib, spacy_lstm_tagger.files as files\n"
        "with files.replace_file(pathlib.Path('old.tsv')) as file:\n"
        "    file.write(b'half')\n"
        "    file.flush()\n"
        "    os._exit(1)\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path)
    (left,) = tmp_path.iterdir()
    assert left.suffix == UNFINISHED
    (tmp_path / ".mine.unfinished").write_text("no file of ours")
    with replace_file(tmp_path / "first.tsv") as first:
        first.write(b"first")
        write_file(tmp_path / "second.tsv", b"second")
    assert (tmp_path / "first.tsv").read_bytes() == b"first"
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [".mine.unfinished", "first.tsv", "second.tsv"]
