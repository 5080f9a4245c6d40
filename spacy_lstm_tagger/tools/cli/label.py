"""`spacy label-tags`: tag raw text once, so that other taggers can learn from it."""

from pathlib import Path

from thinc.compat import has_torch, torch
from wasabi import msg

from ..._compat import Arg, Opt, app, import_code, setup_gpu
from ..labelling.label_file import label_file
from ..loading import load_pipeline
from ..progress import progress_bar
from .messages import errors_shown
from .options import CODE, GPU_ID, N_PROCESS, QUIET, check_processes
from .processes import ended_without_waiting, stopped_by_signals

INPUT = "Raw text (.txt, .jsonl; also as .gz, .bz2 or .xz), or a folder of tagged .spacy files"


@app.command("label-tags")
def label_tags_cli(
    pipeline: str = Arg(..., help="Name or folder of the pipeline that tags: the teacher"),
    input_path: Path = Arg(..., help=INPUT, exists=True),
    output_dir: Path = Arg(..., help="The folder to write .spacy files to", file_okay=False),
    more_teachers: list[str] = Opt(
        [], "--teacher", "-t", help="One more teacher; the probabilities of all are averaged"
    ),
    top_k: int = Opt(4, "--top-k", "-k", help="Most probable tags to keep of a token", min=0),
    max_words: int = Opt(
        0,
        "--max-words",
        "-w",
        help="Stop at the end of the file that reaches this number; 0: all",
        min=0,
    ),
    shard_words: int = Opt(
        50_000, "--shard-words", "-s", help="About how many words a file has", min=1
    ),
    n_process: int = N_PROCESS,
    code: Path | None = CODE,
    gpu_id: int = GPU_ID,
    quiet: bool = QUIET,
) -> None:
    """Tag raw text, and write it as .spacy files to train on.

    They have the words, tags, parts of speech and morphology of the pipeline and the most
    probable tags of each token. With several teachers, the tags are the most probable of all;
    the rest is the first one's, or of one that has this tag. A folder that was labelled before
    counts as one more teacher, the first.

    If the command is stopped, run it again: it leaves out the files that are there.

    Example: python -m spacy label-tags teacher/model-best articles.txt labelled -n 2

    DOCS: https://spacy-lstm-tagger.github.io/spacy-lstm-tagger/reference.html
    """
    with errors_shown("Can't label text"):
        check_processes(n_process, gpu_id)
    with (
        ended_without_waiting(n_process),
        errors_shown("Can't label text", "Stopped. Run the same command again to go on."),
        stopped_by_signals(),
    ):
        import_code(code)
        setup_gpu(gpu_id, silent=quiet)
        teachers = [load_pipeline(name) for name in (pipeline, *more_teachers)]
        if n_process > 1 and has_torch:
            # A forked process would wait for ever for PyTorch's threads: only its parent has them.
            torch.set_num_threads(1)
        shards = label_file(
            teachers,
            input_path,
            output_dir,
            top_k=top_k,
            max_words=max_words,
            shard_words=shard_words,
            n_process=n_process,
            code=code,
        )
        n_words = 0
        with progress_bar(None if quiet else "Labelling", max_words or None, " words") as bar:
            for shard in shards:
                n_words += shard.n_words
                bar.update(shard.n_words)
        if not n_words:
            raise ValueError(f"There is no text in {input_path}.")
        msg.good(f"Labelled {n_words:,} words in {output_dir}")
