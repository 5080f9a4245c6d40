"""`spacy tag-stream`: tag standard input as it is typed or piped."""

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from spacy.cli._util import Arg, Opt, app

from ..files import write_file
from ..loading import load_pipeline
from ..pipeline.stream import TagStream
from . import check_file, errors_shown, stopped_by_signals


@app.command("tag-stream")
def tag_stream_cli(
    pipeline: str = Arg(..., help="Name or folder of a pipeline with a unidirectional lstm_tagger"),
    name: str = Opt("lstm_tagger", "--name", "-n", help="Name of the component"),
    state_path: Path = Opt(
        None,
        "--state",
        "-s",
        help="File to read the state from, if it exists, and to write it to",
        dir_okay=False,
    ),
) -> None:
    """Tag standard input, line by line, as word/TAG. Input and output are UTF-8.

    The pipeline tokenizes each line. The tagger's state is carried over from line to line. With
    --state, it is also written after an interruption: the state after the last line of the output.

    A line that is longer than the pipeline's max_length is left out. An empty line takes its place
    in the output, standard error names it, and in the end the command returns 1.

    Example: cat article.txt | python -m spacy tag-stream training/model-best
    """
    with errors_shown("Can't tag a stream"):
        if state_path is not None:
            check_file(state_path)
        nlp = load_pipeline(pipeline)
        stream = TagStream(nlp, name)
        if state_path is not None and state_path.exists():
            try:
                stream.from_bytes(state_path.read_bytes())
            except ValueError as error:
                raise ValueError(f"{state_path}: {error}") from error
    state, n_left_out = stream.to_bytes(), 0
    lines = io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8-sig", errors="replace")
    try:
        with stopped_by_signals():
            for number, line in enumerate(read_lines(lines, nlp.max_length), start=1):
                if line is None:
                    n_left_out += 1
                    why = f"it has more than {nlp.max_length:,} characters"
                    print(f"Line {number} is left out: {why}", file=sys.stderr, flush=True)
                with nlp.memory_zone():
                    words = [t.text for t in nlp.make_doc(line or "") if not t.is_space]
                tagged = " ".join(f"{word}/{tag}" for word, tag in stream.tag(words))
                after = stream.to_bytes() if state_path is not None else b""
                sys.stdout.buffer.write(f"{tagged}\n".encode())
                sys.stdout.buffer.flush()
                state = after
    finally:  # also after an interruption
        if state_path is not None:
            with errors_shown(f"Can't write the state to {state_path}"):
                write_file(state_path, state)
    if n_left_out:
        sys.exit(1)


def read_lines(lines: TextIO, limit: int) -> Iterator[str | None]:
    """Read lines without white space around them; None for a line of more than `limit` characters,
    which is never in memory as a whole."""
    while line := lines.readline(limit + 1):
        if len(line) <= limit or line.endswith("\n"):
            yield line.strip()
            continue
        while (rest := lines.readline(limit)) and not rest.endswith("\n"):
            pass
        yield None
