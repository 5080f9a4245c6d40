import errno
import os
import shlex
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from spacy_lstm_tagger.files import replace_file, write_file

unix = pytest.mark.skipif(os.name == "nt", reason="pipes and devices of Unix")


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
    no_memory = OSError(errno.ENOMEM, "Cannot allocate memory")
    with pytest.raises(OSError, match=r"Cannot allocate memory$"), replace_file(tmp_path / "out"):
        raise no_memory


def test_permissions_stay(tmp_path):
    path = tmp_path / "report.json"
    write_file(path, b"old")
    path.chmod(0o600)
    write_file(path, b"new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("target", ["file", "nowhere", "link"])
def test_a_link_is_replaced_and_its_target_stays(target, tmp_path):
    file = tmp_path / "file"
    file.write_bytes(b"old")
    file.chmod(0o400)
    link = tmp_path / "link"
    link.symlink_to(tmp_path / target)
    if target == "link":
        with pytest.raises(OSError, match="link"):
            write_file(link, b"new")
    else:
        write_file(link, b"new")
        assert not link.is_symlink()
        assert link.read_bytes() == b"new"
        assert link.stat().st_mode & stat.S_IWUSR
    assert file.read_bytes() == b"old"
    assert sorted(os.listdir(tmp_path)) == ["file", "link"]


def test_of_two_writers_at_once_the_last_one_wins(tmp_path):
    path = tmp_path / "report.json"
    with replace_file(path) as first:
        first.write(b"first")
        write_file(path, b"second")
        assert path.read_bytes() == b"second"
    assert path.read_bytes() == b"first"


@unix
def test_a_pipe_is_written_into(tmp_path):
    pipe = tmp_path / "pipe.tsv"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE) as reader:
        write_file(pipe, b"They\tPRP\n")
        assert reader.communicate(timeout=60)[0] == b"They\tPRP\n"
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert os.listdir(tmp_path) == ["pipe.tsv"]


@unix
def test_a_device_stays_a_device(tmp_path):
    # Without the right to make one, it is the system's own, in a folder that is not writable.
    device = tmp_path / "null"
    try:
        os.mknod(device, 0o600 | stat.S_IFCHR, os.makedev(1, 3))
    except OSError:
        device = Path(os.devnull)
    write_file(device, b"They\tPRP\n")
    assert stat.S_ISCHR(device.stat().st_mode)


WRITE = (
    "import pathlib, sys\n"
    "from spacy_lstm_tagger.files import write_file\n"
    "write_file(pathlib.Path(sys.argv[1]), b'They\\tPRP\\n')\n"
)


@unix
@pytest.mark.parametrize(
    "command",
    [
        "{write} /dev/stdout",
        "{write} /dev/stdout > out.tsv; cat out.tsv",
        "{write} /dev/fd/3 3> out.tsv; cat out.tsv",
        "{write} >(cat)",
    ],
)
def test_the_shell_gets_what_is_written_for_it(command, tmp_path):
    write = shlex.join([sys.executable, "-c", WRITE])
    line = command.format(write=write)
    run = subprocess.run(["bash", "-c", line], cwd=tmp_path, capture_output=True, text=True)
    assert (run.stdout, run.stderr) == ("They\tPRP\n", "")


@unix
def test_what_the_shell_has_written_stays(tmp_path):
    write = shlex.join([sys.executable, "-c", WRITE])
    line = f"{{ echo first; {write} /dev/stdout; echo last; }} > out.tsv"
    subprocess.run(["bash", "-c", line], cwd=tmp_path, check=True)
    assert (tmp_path / "out.tsv").read_text() == "first\nThey\tPRP\nlast\n"
