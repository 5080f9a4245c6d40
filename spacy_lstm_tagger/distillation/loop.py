"""The loop of distillation: spaCy's training loop, with lessons in place of training data."""

import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from spacy.language import Language
from spacy.schemas import ConfigSchemaTraining
from spacy.training import Example
from spacy.training.corpus import JsonlCorpus, PlainTextCorpus, walk_corpus
from spacy.training.loop import (
    DIR_MODEL_BEST,
    DIR_MODEL_LAST,
    clean_output_dir,
    create_before_to_disk_callback,
    create_evaluation_callback,
    create_train_batches,
    train_while_improving,
    update_meta,
)
from spacy.util import copy_config, registry, resolve_dot_names
from thinc.api import Config, fix_random_seed
from tqdm import tqdm
from wasabi.printer import Printer

from .config import resolve_settings
from .student import Student
from .teacher import Lesson, Teacher

Batch = list[Example]
Corpus = Callable[[Language], Iterable[Example]]
Step = tuple[Batch, dict[str, Any], bool | None]


def distill(
    nlp: Language,
    teacher: Teacher,
    output_path: Path,
    *,
    stdout: IO[str] = sys.stdout,
    stderr: IO[str] = sys.stderr,
) -> None:
    """Train a student on what its teacher says about raw text. As `spacy train` does, evaluate it
    at regular intervals, and at the end, and write it to `model-best` and `model-last`.

    nlp (Language): The student, initialized. Its config has the section [distillation]. Dev corpus,
        score weights, frequency of evaluation, logger and callbacks are those of [training].
    teacher (Teacher): The teacher.
    output_path (Path): Folder for the trained pipelines.
    stdout (IO[str]): Where the scores are written to.
    stderr (IO[str]): Where the progress is written to.
    """
    msg = Printer(no_print=True)
    config = nlp.config.interpolate()
    if config["training"]["seed"] is not None:
        fix_random_seed(config["training"]["seed"])
    T = resolve_training(config)
    D = resolve_settings(config)
    train_corpus, dev_corpus, corpus = resolve_dot_names(
        config, [T["train_corpus"], T["dev_corpus"], D["corpus"]]
    )
    optimizer, frozen, before_update = D["optimizer"], T["frozen_components"], T["before_update"]
    student = Student(nlp, D["temperature"])
    first = next(iter(corpus(nlp)), None)
    if first is None:
        raise ValueError(f"There is no text in [{D['corpus']}]. Check its path: {path_of(corpus)}.")
    not_taught = student.not_taught(teacher.annotate([first])[0], frozen)
    before_to_disk = create_before_to_disk_callback(T["before_to_disk"])

    def save(is_best: bool) -> None:
        with nlp.use_params(optimizer.averages):
            before_to_disk(nlp).to_disk(output_path / DIR_MODEL_LAST)
        if is_best:
            shutil.rmtree(output_path / DIR_MODEL_BEST, ignore_errors=True)
            shutil.copytree(output_path / DIR_MODEL_LAST, output_path / DIR_MODEL_BEST)

    gold = create_train_batches(nlp, train_corpus, T["batcher"], min(T["max_epochs"], 0))
    lessons = create_lessons(nlp, teacher, corpus, D["batcher"], D["max_epochs"])
    evaluate = create_evaluation_callback(nlp, dev_corpus, T["score_weights"])
    steps = train_while_improving(
        student,  # type: ignore[arg-type]  # it has what the loop uses of a Language
        optimizer,
        mix(lessons, gold, D["gold_share"]),
        evaluate,
        dropout=D["dropout"],
        accumulate_gradient=T["accumulate_gradient"],
        patience=0,
        max_steps=D["max_steps"],
        eval_frequency=T["eval_frequency"],
        exclude=frozen,
        annotating_components=T["annotating_components"],
        before_update=before_update and (lambda _, step: before_update(nlp, step)),
    )
    output_path.mkdir(parents=True, exist_ok=True)
    clean_output_dir(output_path)
    stdout.write(msg.info(f"Pipeline: {nlp.pipe_names}") + "\n")
    if not_taught:
        gold_data = "from gold data only" if D["gold_share"] else "nothing"
        warning = f"The teacher does not annotate what these components learn: {not_taught}. "
        stdout.write(msg.warn(warning + f"They learn {gold_data}.") + "\n")
    with nlp.select_pipes(disable=frozen):
        log_step, finalize_logger = T["logger"](nlp, stdout, stderr)
    progress = create_progress(D, corpus, stderr)
    try:
        for batch, info, is_best in with_last_evaluation(steps, student, optimizer, evaluate):
            if is_best is not None:
                with nlp.select_pipes(disable=frozen):
                    update_meta(T, nlp, info)
                save(is_best)
                info["output_path"] = str(output_path / DIR_MODEL_LAST)
            with progress.external_write_mode(file=stdout):
                log_step(info if is_best is not None else None)
            progress.update(size_of(batch, D))
    finally:
        progress.close()
        finalize_logger()
        save(False)
    stdout.write(msg.good("Saved pipeline to output directory", output_path / DIR_MODEL_LAST))
    stdout.write("\n")


def resolve_training(config: Config) -> dict[str, Any]:
    """The values of [training]. The logger gets no progress bar, because distillation has one."""
    training = copy_config(config["training"])
    if "progress_bar" in training["logger"]:
        is_flag = isinstance(training["logger"]["progress_bar"], bool)
        training["logger"]["progress_bar"] = False if is_flag else None
    resolved: dict[str, Any] = registry.resolve(training, schema=ConfigSchemaTraining)
    return resolved


def create_lessons(
    nlp: Language,
    teacher: Teacher,
    corpus: Corpus,
    batcher: Callable[[Iterable[Example]], Iterable[Batch]],
    max_epochs: int,
) -> Iterator[tuple[int, Batch]]:
    """Batches of lessons, each with its epoch. Raw text is read as a stream and not shuffled.

    max_epochs (int): Number of times that the corpus is read; below 1 for no end.
    """
    epoch = 0
    while max_epochs < 1 or epoch < max_epochs:
        for batch in batcher(corpus(nlp)):
            yield epoch, list(teacher.annotate(batch))
        epoch += 1


def mix(
    lessons: Iterable[tuple[int, Batch]], gold: Iterator[tuple[int, Batch]], gold_share: float
) -> Iterator[tuple[int, Batch]]:
    """Batches of lessons, and among them, at regular intervals, a share of gold batches."""
    step = 0
    for epoch, batch in lessons:
        while int((step + 1) * gold_share) > int(step * gold_share):
            yield epoch, next(gold)[1]
            step += 1
        yield epoch, batch
        step += 1


def with_last_evaluation(
    steps: Iterable[Step],
    student: Student,
    optimizer: Any,
    evaluate: Callable[[], tuple[float, dict[str, float]]],
) -> Iterator[Step]:
    """The steps of training. If the last one was not evaluated, it follows once more, evaluated and
    with an empty batch."""
    info: dict[str, Any] = {"score": 0.0}
    for batch, info, is_best in steps:
        yield batch, info, is_best
    if info["score"] is None:
        with student.use_params(optimizer.averages):
            score, other_scores = evaluate()
        best = max(info["checkpoints"])[0]
        yield [], {**info, "score": score, "other_scores": other_scores}, score >= best


def create_progress(settings: dict[str, Any], corpus: Any, stderr: IO[str]) -> "tqdm[Any]":
    """A progress bar with the time left, if the end is known. It counts steps, or texts."""
    total, unit = None, " texts"
    if settings["max_steps"]:
        total, unit = settings["max_steps"] + 1, " steps"  # spaCy starts counting at 0
    elif settings["max_epochs"] > 0 and isinstance(corpus, JsonlCorpus | PlainTextCorpus):
        paths = walk_corpus(corpus.path, f".{corpus.file_type}")
        total = settings["max_epochs"] * sum(map(n_texts, paths))
    return tqdm(total=total, unit=unit, disable=None, leave=False, file=stderr)


def n_texts(path: Path) -> int:
    with path.open("rb") as lines:
        return sum(not line.isspace() for line in lines)


def size_of(batch: Batch, settings: dict[str, Any]) -> int:
    """What a batch adds to the progress."""
    if settings["max_steps"]:
        return bool(batch)
    return sum(isinstance(example, Lesson) for example in batch)


def path_of(corpus: Any) -> Any:
    return getattr(corpus, "path", None)
