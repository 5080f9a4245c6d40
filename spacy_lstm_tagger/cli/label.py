"""`spacy label-tags`: tag raw text once, so that other taggers can learn from it."""

from pathlib import Path

from spacy.cli._util import Arg, Opt, app, setup_gpu
from wasabi import msg

from ..training.labelling import label_texts
from . import QUIET, errors_shown


@app.command("label-tags")
def label_tags_cli(
    pipeline: str = Arg(..., help="Name or folder of the pipeline that tags: the teacher"),
    input_path: Path = Arg(
        ...,
        help="Raw text: .txt with a text on each line, or .jsonl with a text under the key 'text'; "
        ".gz, .bz2 and .xz are read, too. Or a folder that the command wrote before",
        exists=True,
    ),
    output_dir: Path = Arg(..., help="The folder to write .spacy files to", file_okay=False),
    more_teachers: list[str] = Opt(
        [], "--teacher", "-t", help="One more teacher; the probabilities of all are averaged"
    ),
    top_k: int = Opt(
        4,
        "--top-k",
        "-k",
        help="Number of most probable tags of each token to keep, with their log-probabilities; "
        "0 for the tags alone",
        min=0,
    ),
    max_words: int = Opt(
        0, "--max-words", "-w", help="Stop after about this many words; 0 for all", min=0
    ),
    shard_words: int = Opt(
        50_000, "--shard-words", "-s", help="Approximate number of words in a file", min=1
    ),
    n_process: int = Opt(1, "--n-process", "-n", help="Number of processes", min=1),
    gpu_id: int = Opt(-1, "--gpu-id", "-g", help="GPU ID, or -1 for CPU"),
    quiet: bool = QUIET,
) -> None:
    """Tag raw text, and write it as .spacy files to train on.

    They have the words, tags, parts of speech and morphology of the pipeline and, if its
    tagger has probabilities, the most probable tags of each token. With several teachers,
    the tags are the most probable of all; the rest is the first one's, or of one that has
    this tag.

    If the input is a folder that was labelled before, its tags count as one more teacher's,
    the first. So a teacher does not run again for the opinion of another one.

    Each file is complete when it appears. If the command is stopped, run it again: it
    leaves out the files that are there. It refuses to go on with other teachers or text.

    Example:
    python -m spacy label-tags teacher/model-best articles.txt labelled -n 2
    """
    with errors_shown("Can't label text", "Stopped. Run the same command again to go on."):
        setup_gpu(gpu_id, silent=quiet)
        n_words = label_texts(
            pipeline,
            input_path,
            output_dir,
            more_teachers=more_teachers,
            top_k=top_k,
            max_words=max_words,
            shard_words=shard_words,
            n_process=n_process,
            gpu_id=gpu_id,
            progress=not quiet,
        )
    msg.good(f"Labelled {n_words:,} words in {output_dir}")
