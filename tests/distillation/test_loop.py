"""The loop of distillation, from a config to trained pipelines."""

import io

import pytest
import spacy
import torch
from helpers import ROOT, TAGGED, make_nlp, tags
from spacy.tokens import DocBin
from spacy.training.initialize import init_nlp
from spacy.util import load_config

from spacy_lstm_tagger.distillation import Lesson, Teacher, distill, fill_config
from spacy_lstm_tagger.distillation.loop import create_lessons, mix, n_texts
from spacy_lstm_tagger.models.shim import torch_shims

NAME = "lstm_tagger"
FAST = {
    "training.eval_frequency": 20,
    "training.max_epochs": 0,
    "distillation.max_epochs": 40,
    "distillation.batcher.size": 1,
    "distillation.optimizer.learn_rate": 0.2,
}


@pytest.fixture
def folder(tmp_path, trained):
    """Raw text of the lesson, on which the teacher is sure, and gold data with its labels."""
    (tmp_path / "raw.txt").write_text("\n".join(text for text, _ in TAGGED) + "\n\n")
    docs = [trained(text) for text, _ in TAGGED]
    DocBin(docs=docs).to_disk(tmp_path / "gold.spacy")
    return tmp_path


def run(folder, teacher, output="out", stdout=None, **overrides):
    """Distill with the config of the tutorial, which has no section [distillation]."""
    paths = {"raw_text": folder / "raw.txt", "train": folder / "gold.spacy"}
    options = {f"paths.{key}": str(path) for key, path in paths.items()}
    config = load_config(ROOT / "configs/tutorial.cfg", interpolate=False)
    filled, _ = fill_config(config, {**options, **FAST, **overrides})
    nlp = init_nlp(filled)
    distill(nlp, teacher, folder / output, stdout=stdout or io.StringIO(), stderr=io.StringIO())
    return nlp


def assert_agrees(nlp, teacher):
    for text, _ in TAGGED:
        assert tags(nlp(text)) == tags(teacher(text))


@pytest.mark.parametrize("temperature", [0, 1, 2])
def test_a_student_ends_up_agreeing_with_its_teacher(folder, trained, temperature):
    output = io.StringIO()
    run(folder, Teacher([trained]), stdout=output, **{"distillation.temperature": temperature})
    for part in ("model-best", "model-last"):
        student = spacy.load(folder / "out" / part)
        assert_agrees(student, trained)
        assert student.config["distillation"]["temperature"] == temperature
        assert student.meta["performance"]["tag_acc"] == 1
    assert "TAG_ACC" in output.getvalue()
    assert "100.00" in output.getvalue()


def test_the_last_step_is_evaluated(folder, trained):
    """With one evaluation at the start only, model-best would be the untrained pipeline."""
    run(folder, Teacher([trained]), **{"training.eval_frequency": 1000})
    assert_agrees(spacy.load(folder / "out/model-best"), trained)


def test_the_same_seed_gives_the_same_weights(folder, trained):
    def weights(output):
        run(folder, Teacher([trained]), output, **{"distillation.max_epochs": 2})
        shims = torch_shims(spacy.load(folder / output / "model-last").get_pipe(NAME).model)
        return [weight for shim in shims for weight in shim.module.parameters()]

    first, second = weights("first"), weights("second")
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


def test_gold_data_among_the_lessons(folder, trained):
    """The teacher calls all words nouns; the gold data knows better."""
    wrong = make_nlp([(text, ["NN"] * len(gold)) for text, gold in TAGGED], n_updates=5)
    run(folder, Teacher([wrong]))
    assert {
        tag for text, _ in TAGGED for tag in tags(spacy.load(folder / "out/model-last")(text))
    } == {"NN"}
    run(folder, Teacher([wrong]), **{"distillation.gold_share": 0.9})
    assert_agrees(spacy.load(folder / "out/model-last"), trained)


def test_max_steps_ends_an_endless_corpus(folder, trained):
    seen = io.StringIO()
    run(
        folder,
        Teacher([trained]),
        stdout=seen,
        **{"distillation.max_epochs": 0, "distillation.max_steps": 7},
    )
    rows = [line.split() for line in seen.getvalue().splitlines()]
    steps = [row[1] for row in rows if row and row[0].isdigit()]
    assert steps == ["0", "7"]


def test_an_empty_corpus(folder, trained):
    (folder / "raw.txt").write_text("\n\n")
    with pytest.raises(ValueError, match=r"no text in \[corpora\.distillation\].*raw\.txt"):
        run(folder, Teacher([trained]))
    assert not (folder / "out").exists()


def test_lessons_are_streamed(trained):
    """The corpus is read as far as it is needed."""
    nlp = spacy.blank("en")
    read = []

    def corpus(nlp):
        for text, _ in TAGGED:
            read.append(text)
            yield from (spacy.training.Example(doc, doc.copy()) for doc in [nlp(text)])

    lessons = create_lessons(nlp, Teacher([trained]), corpus, lambda egs: ([eg] for eg in egs), 2)
    epoch, batch = next(lessons)
    assert (epoch, len(read)) == (0, 1)
    assert isinstance(batch[0], Lesson)
    assert [epoch for epoch, _ in lessons] == [0, 1, 1]


@pytest.mark.parametrize(
    ("share", "expected"), [(0, "lll"), (0.25, "lllg"), (0.5, "lglgl"), (2 / 3, "lggl")]
)
def test_gold_batches_come_at_regular_intervals(share, expected):
    lessons, gold = ((0, "l") for _ in range(30)), iter(lambda: (9, "g"), None)
    mixed = list(mix(lessons, gold, share))
    order = "".join(batch for _, batch in mixed)
    assert order.startswith(expected)
    assert order.count("g") == pytest.approx(share * len(order), abs=1)
    assert {epoch for epoch, _ in mixed} == {0}  # the epoch is the lessons'


def test_texts_are_counted_for_the_progress(folder):
    assert n_texts(folder / "raw.txt") == 2
