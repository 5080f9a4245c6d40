"""Tags files in this process or in several, each of which tags a file at a time."""

import multiprocessing
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, NamedTuple, cast

from spacy.language import Language

from ...errors import reason_of
from ...files import replace_file
from ..text.corpus_files import Job
from ..text.read_and_tag import tag_file
from ..text.tag_options import TagOptions
from .processes import end_processes


class Outcome(NamedTuple):
    """What became of a file.

    job (Job): The file.
    n_words (int): Number of words.
    error (str): Why it was not tagged; empty if it was.
    facts (dict[str, Any] | None): What the file was before it was read; None if it was not tagged.
    """

    job: Job
    n_words: int = 0
    error: str = ""
    facts: dict[str, Any] | None = None


def run_jobs(
    load: Callable[[], Language], jobs: Sequence[Job], options: TagOptions
) -> Iterator[Outcome]:
    """Tag files. One that fails stops no other.

    load (Callable[[], Language]): Loads the pipeline, in each process.
    jobs (Sequence[Job]): The files.
    options (TagOptions): How to read, tag and write.
    YIELDS (Outcome): What became of each file, in the order in which they are finished.
    """
    n_process = min(options.n_process, len(jobs))
    of_one = options._replace(n_process=1, may_be_empty=True)
    if n_process > 1:
        yield from Workers(load, of_one, jobs).outcomes(n_process)
    elif jobs:
        nlp = load()
        for job in jobs:
            yield run_job(nlp, job, of_one)


def run_job(nlp: Language, job: Job, options: TagOptions) -> Outcome:
    """Tag a file."""
    try:
        # Before the file is read, so that a file which changes meanwhile is no finished one.
        facts = job.input_facts()
        job.output_path.parent.mkdir(parents=True, exist_ok=True)
        with replace_file(job.output_path) as output:
            n_words = tag_file(nlp, job.input_path, output, options)
    # A component of a user's own can raise anything.
    except Exception as error:
        reason = reason_of(error)
        named = reason if str(job.input_path) in reason else f"{job.input_path}: {reason}"
        return Outcome(job, error=named)
    return Outcome(job, n_words, facts=facts)


class Workers:
    """Processes that share files. If one dies, the file that it was tagging counts as failed. The
    others go on, and a new one takes its place.

    load (Callable[[], Language]): Loads the pipeline, in each process.
    options (TagOptions): How to read, tag and write.
    jobs (Sequence[Job]): The files.
    """

    def __init__(
        self, load: Callable[[], Language], options: TagOptions, jobs: Sequence[Job]
    ) -> None:
        self.load = load
        self.options = options
        # Reversed, so that `pop` returns the next job.
        self.waiting = list(reversed(jobs))
        # The process at the other end of each connection, and the file that it is tagging.
        self.busy: dict[Connection, tuple[BaseProcess, Job]] = {}

    def outcomes(self, n_process: int) -> Iterator[Outcome]:
        """Tag the files.

        n_process (int): Number of processes.
        YIELDS (Outcome): What became of each file, in the order in which they are finished.
        """
        try:
            for _ in range(n_process):
                self.start()
            while self.busy:
                for ready in wait(list(self.busy)):
                    connection = cast(Connection, ready)
                    process, job = self.busy[connection]
                    try:
                        outcome = connection.recv()
                    except (EOFError, OSError):
                        del self.busy[connection]
                        process.join()
                        if self.waiting:
                            self.start()
                        yield Outcome(job, error=f"{job.input_path}: {how_it_ended(process)}")
                        continue
                    self.give(connection, process)
                    yield outcome
        finally:
            end_processes()

    def start(self) -> None:
        """Start a process with the next file."""
        ours, theirs = multiprocessing.Pipe()
        inherited = [*self.busy, ours]
        arguments = (theirs, inherited, self.load, self.options)
        process = multiprocessing.Process(target=work, args=arguments, daemon=True)
        process.start()
        # The other end is closed when the process ends, so that we hear of it.
        theirs.close()
        self.give(ours, process)

    def give(self, connection: Connection, process: BaseProcess) -> None:
        """Give the next file to a process. If there is none, the process ends."""
        if not self.waiting:
            del self.busy[connection]
            connection.close()
            return
        job = self.waiting.pop()
        self.busy[connection] = (process, job)
        # If the process has just died, `outcomes` hears of it next.
        with suppress(OSError):
            connection.send(job)


def how_it_ended(process: BaseProcess) -> str:
    """Why a process has died."""
    code = process.exitcode or 0
    killed = f"was killed by signal {-code}" if code < 0 else f"ended with status {code}"
    hint = ", perhaps for lack of memory: use fewer" if code == -9 else ""
    return f"the process that tagged it {killed}{hint}."


def work(
    connection: Connection,
    inherited: Sequence[Connection],
    load: Callable[[], Language],
    options: TagOptions,
) -> None:
    """Tag files that come from the parent process, until it closes the connection, or dies."""
    # Ctrl+C reaches all processes. The parent ends them, and a file that is not finished is
    # removed on the way out.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    # A connection is closed when nobody holds its other end any more.
    for other in inherited:
        other.close()
    nlp = load()
    # The connection is closed.
    with suppress(EOFError, OSError):
        while True:
            job = connection.recv()
            connection.send(run_job(nlp, job, options))
