"""Threads and processes save to one folder, and others load from it: what is there is always one of
the saves, whole."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, wait

import pytest
import spacy
from helpers import SMALL_TABLES, make_nlp

from spacy_lstm_tagger import files

N_SAVES = 5


def make(seed):
    """A component with weights of its own."""
    return make_nlp(seed=seed).get_pipe("lstm_tagger")


def empty():
    return spacy.blank("en").add_pipe("lstm_tagger", config={"model": SMALL_TABLES})


def content(pipe):
    return pipe.to_bytes(exclude=["vocab"])


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_threads_save_one_pipeline(tmp_path):
    nlp = make_nlp()
    nlp.to_disk(tmp_path)
    expected = names(tmp_path / "lstm_tagger")
    with ThreadPoolExecutor(4) as pool:
        saves = [pool.submit(nlp.to_disk, tmp_path) for _ in range(N_SAVES)]
        for save in saves:
            save.result()
    saved = spacy.load(tmp_path).get_pipe("lstm_tagger")
    assert content(saved) == content(nlp.get_pipe("lstm_tagger"))
    assert names(tmp_path / "lstm_tagger") == expected


def test_threads_save_other_weights_and_load(tmp_path):
    pipes = [make(seed) for seed in range(3)]
    saved = [content(pipe) for pipe in pipes]
    assert len(set(saved)) == len(saved)
    folder = tmp_path / "lstm_tagger"
    pipes[0].to_disk(folder, exclude=["vocab"])

    def save(pipe):
        for _ in range(N_SAVES):
            pipe.to_disk(folder, exclude=["vocab"])

    def load(_):
        pipe = empty()
        return [content(pipe.from_disk(folder, exclude=["vocab"])) for _ in range(N_SAVES)]

    with ThreadPoolExecutor(5) as pool:
        saves, loads = [pool.submit(save, pipe) for pipe in pipes], pool.map(load, range(2))
        assert all(loaded in saved for of_thread in loads for loaded in of_thread)
        for thread in saves:
            thread.result()
    assert content(pipes[0].from_disk(folder, exclude=["vocab"])) in saved
    assert names(folder) == ["cfg", "checksums.json", "model"]


@pytest.mark.parametrize("action", ["load", "save"])
def test_in_the_midst_of_a_save(action, tmp_path, monkeypatch):
    first, second, third = (make(seed) for seed in range(3))
    saved = [content(second), content(third)]
    first.to_disk(tmp_path, exclude=["vocab"])
    replace, started = os.replace, []

    def load():
        return content(first.from_disk(tmp_path, exclude=["vocab"]))

    def save():
        third.to_disk(tmp_path, exclude=["vocab"])
        return load()

    with ThreadPoolExecutor(1) as pool:

        def start_after_the_checksums(source, target):
            replace(source, target)
            if target.name == "checksums.json" and not started:
                started.append(pool.submit({"load": load, "save": save}[action]))
                wait(started, timeout=1)  # in vain, unless it sees half a save

        monkeypatch.setattr(os, "replace", start_after_the_checksums)
        second.to_disk(tmp_path, exclude=["vocab"])
        assert started[0].result() == {"load": saved[0], "save": saved[1]}[action]
    assert load() == {"load": saved[0], "save": saved[1]}[action]


def test_a_system_without_locks(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "fcntl", None)
    pipe = make(0)
    pipe.to_disk(tmp_path)
    assert content(empty().from_disk(tmp_path)) == content(pipe)


def test_parts_and_wholes_of_one_component(tmp_path):
    pipe = make(0)
    excludes = [["vocab"], ["vocab", "model"], ["vocab", "cfg"], []]
    pipe.to_disk(tmp_path)
    expected = content(pipe)
    with ThreadPoolExecutor(4) as pool:
        saves = [pool.submit(pipe.to_disk, tmp_path, exclude=fields) for fields in excludes * 5]
        for save in saves:
            save.result()
    assert content(empty().from_disk(tmp_path)) == expected


SAVE_AGAIN_AND_AGAIN = """
import sys
import spacy
source, target, n_saves = sys.argv[1:]
pipe = spacy.load(source).get_pipe("lstm_tagger")
print("ready", flush=True)
sys.stdin.readline()
for _ in range(int(n_saves)):
    pipe.to_disk(target, exclude=["vocab"])
"""


def start_to_save(sources, target):
    """Processes of their own that save at once."""
    processes = []
    for source in sources:
        command = [sys.executable, "-c", SAVE_AGAIN_AND_AGAIN, source, target, N_SAVES]
        command = [str(part) for part in command]
        processes.append(
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        )
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    return processes


def wait_for(processes):
    for process in processes:
        with process:
            assert process.wait(timeout=300) == 0


@pytest.mark.slow
def test_processes_save_other_weights_while_one_loads(tmp_path):
    pipelines, target = [make_nlp(seed=seed) for seed in range(2)], tmp_path / "saved"
    saved = [content(nlp.get_pipe("lstm_tagger")) for nlp in pipelines]
    sources = [tmp_path / "first", tmp_path / "second"]
    for nlp, source in zip(pipelines, sources, strict=True):
        nlp.to_disk(source)
    pipelines[0].get_pipe("lstm_tagger").to_disk(target, exclude=["vocab"])
    pipe = empty()
    processes = start_to_save(sources, target)
    while any(process.poll() is None for process in processes):
        assert content(pipe.from_disk(target, exclude=["vocab"])) in saved
    wait_for(processes)
    assert content(pipe.from_disk(target, exclude=["vocab"])) in saved
    assert names(target) == ["cfg", "checksums.json", "model"]
