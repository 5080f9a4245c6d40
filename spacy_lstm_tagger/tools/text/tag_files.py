"""Tags many files, in this process or in several."""

import multiprocessing
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from time import monotonic
from typing import Any, NamedTuple, cast

from spacy.language import Language

from ...errors import reason_of
from ...files import replace_file
from .corpus_files import Job, checksum_of, stamp_of
from .tag_file import TagOptions, tag_file

# Seconds between two messages of a process about what it has read.
REPORT_INTERVAL = 0.5


class Outcome(NamedTuple):
    """What became of a file.

    job (Job): The file.
    n_words (int): Number of words.
    warning (str): What may be wrong with it; empty if nothing.
    error (str): Why it was not tagged; empty if it was.
    entry (dict[str, Any] | None): For the log: what the file was; None if it was not tagged.
    """

    job: Job
    n_words: int = 0
    warning: str = ""
    error: str = ""
    entry: dict[str, Any] | None = None


def tag_files(
    load: Callable[[], Language],
    jobs: Iterable[Job],
    options: TagOptions,
    on_read: Callable[[int], Any],
) -> Iterator[Outcome]:
    """Tag files. One that fails stops no other.

    load (Callable[[], Language]): Loads the pipeline, in each process.
    jobs (Iterable[Job]): The files.
    options (TagOptions): How to read, tag and write. Of several processes, each tags a file.
    on_read (Callable[[int], Any]): Called with numbers of bytes that were read.
    YIELDS (Outcome): What became of each file, in the order in which they are finished.
    """
    todo = list(jobs)
    n_process = min(options.n_process, len(todo))
    of_one = options._replace(n_process=1)
    if n_process > 1:
        workers = Workers(load, of_one, todo)
        try:
            for _ in range(n_process):
                workers.start()
            yield from workers.outcomes(on_read)
        finally:
            workers.end()
    elif todo:
        nlp = load()
        for job in todo:
            yield tag_job(nlp, job, of_one, on_read)


def tag_job(nlp: Language, job: Job, options: TagOptions, on_read: Callable[[int], Any]) -> Outcome:
    """Tag a file."""
    try:
        # Before the file is read, so that a file which changes meanwhile is no finished one.
        entry = {
            **stamp_of(job.input_path),
            "sha256": checksum_of(job.input_path),
            "encoding": options.encoding,
        }
        job.output_path.parent.mkdir(parents=True, exist_ok=True)
        with replace_file(job.output_path) as output:
            tagged = tag_file(nlp, job.input_path, output, options, on_read, may_be_empty=True)
    # A component of a user's own can raise anything.
    except Exception as error:
        return Outcome(job, error=named_reason(error, job))
    return Outcome(job, tagged.n_words, tagged.warning, entry=entry)


def named_reason(error: Exception, job: Job) -> str:
    """What an error says, with the name of the file."""
    text = reason_of(error)
    return text if str(job.input_path) in text else f"{job.input_path}: {text}"


class Workers:
    """Processes that share files. One that dies costs the file that it was tagging.

    load (Callable[[], Language]): Loads the pipeline, in each process.
    options (TagOptions): How to read, tag and write.
    jobs (list[Job]): The files.
    """

    def __init__(self, load: Callable[[], Language], options: TagOptions, jobs: list[Job]) -> None:
        self.load = load
        self.options = options
        # The next one comes last.
        self.waiting = list(reversed(jobs))
        self.processes: dict[Connection, BaseProcess] = {}
        # The file that each process is tagging.
        self.jobs: dict[Connection, Job] = {}

    def start(self) -> None:
        """Start a process with the next file."""
        ours, theirs = multiprocessing.Pipe()
        arguments = (theirs, self.load, self.options)
        process = multiprocessing.Process(target=work, args=arguments, daemon=True)
        process.start()
        # The other end is closed when the process ends, so that we hear of it.
        theirs.close()
        self.processes[ours] = process
        self.give(ours)

    def give(self, connection: Connection) -> None:
        """Give the next file to a process; None if there is no more."""
        job = self.waiting.pop() if self.waiting else None
        if job is not None:
            self.jobs[connection] = job
        # Of a process that has just died, `outcomes` hears next.
        with suppress(OSError):
            connection.send(job)

    def outcomes(self, on_read: Callable[[int], Any]) -> Iterator[Outcome]:
        """What becomes of each file, in the order in which they are finished."""
        while self.jobs:
            for ready in wait(list(self.jobs)):
                connection = cast(Connection, ready)
                try:
                    message = connection.recv()
                except (EOFError, OSError):
                    yield self.replace(connection)
                    continue
                if isinstance(message, int):
                    on_read(message)
                    continue
                del self.jobs[connection]
                self.give(connection)
                yield message

    def replace(self, connection: Connection) -> Outcome:
        """Start a process in place of one that has died."""
        job = self.jobs.pop(connection)
        process = self.processes.pop(connection)
        process.join()
        if self.waiting:
            self.start()
        return Outcome(job, error=f"{job.input_path}: {how_it_ended(process)}")

    def end(self) -> None:
        """End the processes. One that is tagging a file removes what it has written of it."""
        for connection in self.jobs:
            self.processes[connection].terminate()
        for process in self.processes.values():
            process.join()


def how_it_ended(process: BaseProcess) -> str:
    """Why a process has died."""
    code = process.exitcode or 0
    killed = f"was killed by signal {-code}" if code < 0 else f"ended with status {code}"
    hint = ", perhaps for lack of memory: use fewer" if code == -9 else ""
    return f"the process that tagged it {killed}{hint}."


def work(connection: Connection, load: Callable[[], Language], options: TagOptions) -> None:
    """Tag files that come from the parent process, until there is none."""
    # Ctrl+C reaches all processes. The parent ends them, and a file that is not finished is
    # removed on the way out.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    # A worker ends with its parent. It can't rely on the connection: other workers hold its other
    # end open, too.
    parent = multiprocessing.parent_process()
    ends: list[Any] = [connection] if parent is None else [connection, parent.sentinel]
    try:
        nlp = load()
        while connection in wait(ends):
            job = connection.recv()
            if job is None:
                return
            reader = ReadReports(connection)
            outcome = tag_job(nlp, job, options, reader.add)
            reader.send()
            connection.send(outcome)
    # The parent has died since.
    except (EOFError, OSError):
        return


class ReadReports:
    """Tells the parent process from time to time how many bytes were read."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.n_bytes = 0
        self.time = monotonic()

    def add(self, n_bytes: int) -> None:
        self.n_bytes += n_bytes
        if monotonic() - self.time > REPORT_INTERVAL:
            self.send()

    def send(self) -> None:
        self.connection.send(self.n_bytes)
        self.n_bytes = 0
        self.time = monotonic()
