"""`spacy tag-stream`: tag standard input as it is typed or piped."""

import io
import sys
from pathlib import Path

import spacy
from spacy.cli._util import Arg, Opt, app
from wasabi import msg

from ..files import write_file
from ..stream import TagStream


@app.command("tag-stream")
def tag_stream_cli(
    pipeline: str = Arg(..., help="Name or folder of a pipeline with a unidirectional lstm_tagger"),
    name: str = Opt("lstm_tagger", "--name", "-n", help="Name of the component"),
    state: Path = Opt(
        None, "--state", "-s", help="File to read the state from, if it exists, and to write it to"
    ),
) -> None:
    """Tag standard input, line by line, as word/TAG.

    The pipeline tokenizes each line. The tagger's state is carried over from line to line.
    """
    if state is not None and not state.resolve().parent.is_dir():
        msg.fail(f"Can't write {state}: its folder does not exist", exits=1)
    try:
        nlp = spacy.load(pipeline)
        stream = TagStream(nlp, name)
        if state is not None and state.exists():
            stream.from_bytes(state.read_bytes())
    except (OSError, ValueError) as error:
        msg.fail("Can't tag a stream", str(error), exits=1)
    lines = io.TextIOWrapper(sys.stdin.buffer, encoding="utf8", errors="replace")
    try:
        for line in lines:
            with nlp.memory_zone():
                words = [token.text for token in nlp.make_doc(line.strip())]
            print(" ".join(f"{word}/{tag}" for word, tag in stream.tag(words)), flush=True)
    finally:  # also after an interruption
        if state is not None:
            write_file(state, stream.to_bytes())
