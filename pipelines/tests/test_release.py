"""The workflow `release`, from small inputs to a wheel, in a copy of the folder."""

import json
import lzma
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import pytest
import srsly
from helpers import MINILM, ROOT, WEB, has_transformers, write_labels
from spacy.vocab import Vocab

from spacy_lstm_tagger.tools.labelling.teacher import gold_morphs
from spacy_lstm_tagger.training.corpus import read_docs

# Sentences for training of each treebank, and for measuring.
SENTENCES = {"en_ewt": 1200, "en_gum": 800, "en_eslspok": 300, "en_atis": 400}
N_DEV = 60
RAW = ("wikipedia", "masc", "books", "speeches")
# What `evaluate` reads alone.
UNREAD = ("newsgroups", "blogs", "reviews")
RAW_WORDS = 20_000
SMALL = {
    "commands": 300,
    "headings": 300,
    "lines": 300,
    "frequent_verb": 1,
    "ewt_copies": 1,
    "gum_copies": 1,
    **{f"{name}_words": 4000 for name in RAW},
    "shard_words": 1000,
    "layers": 2,
    "teacher_steps": 40,
    "student_steps": 100,
    "again_steps": 40,
}
NOUNS = "train house letter garden river paper ticket friend table window book paint watch park"
VERBS = "book paint watch park cook walk clean open test plant print order answer pack mail list"
NAMES = "Ann Peter Oslo Lima Cairo Jones"
ADJECTIVES = "old new green small cold quiet clear open"
VBP = "Mood=Ind|Number=Sing|Person=2|Tense=Pres|VerbForm=Fin"


def words(text, end, upos, xpos, feats):
    """Words of a kind: the form, the lemma, and its annotation."""
    return [(word + end, word, upos, xpos, feats) for word in text.split()]


KINDS = {
    "the": words("the", "", "DET", "DT", "Definite=Def|PronType=Art"),
    "adj": words(ADJECTIVES, "", "ADJ", "JJ", "Degree=Pos"),
    "noun": words(NOUNS, "", "NOUN", "NN", "Number=Sing"),
    "nouns": words(NOUNS, "s", "NOUN", "NNS", "Number=Plur"),
    "name": words(NAMES, "", "PROPN", "NNP", "Number=Sing"),
    "verb": words(VERBS, "", "VERB", "VB", "VerbForm=Inf"),
    "present": words(VERBS, "", "VERB", "VBP", VBP),
    "past": words(
        VERBS, "ed", "VERB", "VBD", "Mood=Ind|Number=Sing|Person=3|Tense=Past|VerbForm=Fin"
    ),
    "done": words(VERBS, "ed", "VERB", "VBN", "Tense=Past|VerbForm=Part"),
    "doing": words(VERBS, "ing", "VERB", "VBG", "Tense=Pres|VerbForm=Part"),
    "you": words("you", "", "PRON", "PRP", "Case=Nom|Person=2|PronType=Prs"),
    "is": words("is", "", "AUX", "VBZ", "Mood=Ind|Number=Sing|Person=3|Tense=Pres|VerbForm=Fin"),
    "have": words("have", "", "AUX", "VBP", VBP),
    "will": words("will", "", "AUX", "MD", "VerbForm=Fin"),
    "to": words("to", "", "PART", "TO", "_"),
    "in": words("in near by", "", "ADP", "IN", "_"),
    "of": words("of", "", "ADP", "IN", "_"),
    "up": words("up", "", "ADP", "RP", "_"),
    "soon": words("soon again", "", "ADV", "RB", "_"),
    ".": words(".", "", "PUNCT", ".", "_"),
}
# Kind, head and relation of each word.
TREES = [
    "the:3:det adj:3:amod noun:4:nsubj past:0:root the:6:det noun:4:obj in:9:case the:9:det "
    "noun:4:obl .:4:punct",
    "you:2:nsubj present:0:root the:4:det nouns:2:obj soon:2:advmod .:2:punct",
    "you:3:nsubj have:3:aux done:0:root the:5:det noun:3:obj of:8:case the:8:det noun:5:nmod "
    ".:3:punct",
    "name:3:nsubj is:3:aux doing:0:root up:3:compound:prt the:6:det noun:3:obj .:3:punct",
    "the:2:det noun:4:nsubj is:4:cop adj:0:root .:4:punct",
    "you:2:nsubj present:0:root to:4:mark verb:2:xcomp the:7:det noun:7:compound noun:4:obj "
    ".:2:punct",
    "name:3:nsubj will:3:aux verb:0:root nouns:3:obj in:6:case name:3:obl .:3:punct",
    "adj:3:amod noun:3:compound nouns:0:root",
]


def tree(draw):
    """The lines of a sentence."""
    rows = []
    for number, word in enumerate(draw.choice(TREES).split(), start=1):
        kind, head, relation = word.split(":", 2)
        form, lemma, upos, xpos, feats = draw.choice(KINDS[kind])
        form = form if number > 1 else form[0].upper() + form[1:]
        rows.append([str(number), form, lemma, upos, xpos, feats, head, relation, "_", "_"])
    for before, row in pairwise(rows):
        before[9] = "SpaceAfter=No" if row[4] == "." else "_"
    return rows


def sentences_of(name, part, n):
    """The first sentences of a treebank, if there are some, and otherwise made ones. UD
    English-Atis has no XPOS and no capitals, and UD English-ESLSpok no lemmas and features."""
    if "TREEBANKS" in os.environ:
        (path,) = Path(os.environ["TREEBANKS"], name).glob(f"*-{part}.conllu")
        blocks = path.read_text(encoding="utf8").split("\n\n")[:n]
        lines = [block.split("\n") for block in blocks]
        return [[line.split("\t") for line in of if not line.startswith("#")] for of in lines]
    draw = random.Random(f"{name} {part}")
    made = [tree(draw) for _ in range(n)]
    for row in (row for rows in made for row in rows):
        if name == "en_atis":
            row[1] = row[1].lower()
            row[4] = "_"
        if name == "en_eslspok":
            row[2] = row[5] = "_"
    return made


def text_of(rows):
    spaces = ["" if "SpaceAfter=No" in row[9] else " " for row in rows]
    return "".join(row[1] + space for row, space in zip(rows, spaces, strict=True)).strip()


def write_treebanks(folder):
    """Write the treebanks; return the text of their sentences."""
    texts = []
    for name, n_train in SENTENCES.items():
        (folder / name).mkdir(parents=True)
        for part, n in (("train", n_train), ("dev", N_DEV)):
            sentences = sentences_of(name, part, n)
            texts += map(text_of, sentences)
            blocks = ["".join("\t".join(row) + "\n" for row in rows) for rows in sentences]
            path = folder / name / f"{name}-ud-{part}.conllu"
            path.write_text("\n".join(blocks) + "\n", encoding="utf8")
    return texts


def write_raw(folder, names, texts, most):
    """Write raw text of some sentences."""
    (folder / "raw").mkdir()
    for name in names:
        draw = random.Random(name)
        n_words = 0
        with lzma.open(folder / "raw" / f"{name}.txt.xz", "wt", encoding="utf8") as file:
            while n_words < most:
                paragraph = " ".join(draw.sample(texts, draw.randint(2, 5)))
                n_words += len(paragraph.split())
                file.write(f"{paragraph}\n")


def write_inputs(folder):
    """Write treebanks, raw text and the file with their digests; return the variables."""
    write_raw(folder, (*RAW, *UNREAD), write_treebanks(folder), RAW_WORDS)
    # Any text of another kind would do.
    (folder / "en_craft").mkdir()
    shutil.copy(folder / "en_ewt/en_ewt-ud-dev.conllu", folder / "en_craft/en_craft-ud-dev.conllu")
    transformer = Path(MINILM.submodule_search_locations[0]) / "model"
    files = {"treebanks": folder.glob("en_*/*"), "raw": folder.glob("raw/*")}
    roots = {"treebanks": folder, "raw": folder / "raw", "transformer": transformer}
    files["transformer"] = transformer.glob("*.safetensors")
    inputs = [
        {
            "file": f"{kind}/{path.relative_to(roots[kind]).as_posix()}",
            "source": "this test",
            "sha256": sha256(path.read_bytes()).hexdigest(),
        }
        for kind, paths in files.items()
        for path in sorted(paths)
    ]
    srsly.write_yaml(folder / "inputs.yml", {"inputs": inputs})
    return {**roots, "inputs": folder / "inputs.yml"}


@pytest.fixture
def project(tmp_path):
    """A copy of what the workflow needs, without what an earlier run has written."""
    written = srsly.read_yaml(ROOT / "pipelines/project.yml")["directories"]
    ignore = shutil.ignore_patterns("__pycache__", "project.lock", *written)
    for name in ("pipelines", "benchmarks", "docs/tools"):
        shutil.copytree(ROOT / name, tmp_path / "clone" / name, ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", tmp_path / "clone")
    return tmp_path / "clone/pipelines"


class Release:
    """The command that makes the weights.

    folder (Path): The copy of the project.
    variables (dict[str, Any]): The variables that differ from project.yml.
    step (str): The workflow, or one of its steps.
    """

    def __init__(self, folder, variables, step="release"):
        self.folder = folder
        options = [f"--vars.{name}={value}" for name, value in variables.items()]
        self.command = [sys.executable, "-m", "spacy", "project", "run", step, folder, *options]
        self.log = folder / "release.log"

    def start(self):
        with self.log.open("w") as log:
            return subprocess.Popen(
                self.command,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def run(self):
        """Run it to its end; return what it printed."""
        assert self.start().wait() == 0, self.log.read_text()[-4000:]
        return self.log.read_text()

    def kill_at(self, name):
        """Run it until it has written a file, and kill all of its processes."""
        running = self.start()
        while not (self.folder / name).exists():
            assert running.poll() is None, self.log.read_text()[-4000:]
            time.sleep(0.05)
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()


@pytest.mark.slow
@has_transformers
def test_from_the_inputs_to_a_wheel(project, tmp_path):
    """It is killed in a step of each kind, and goes on."""
    variables = write_inputs(tmp_path / "inputs")
    # The gate refuses so small a student, unless there is a reason.
    variables |= {**SMALL, "judge": WEB, "accept": "a trial"}
    release = Release(project, variables)

    # A generator.
    release.kill_at("training/unfinished-gold/train/en_ewt.spacy")
    assert not (project / "training/gold").exists()
    # A training, which has saved the weights of its first step.
    release.kill_at("training/unfinished-teacher/model-best/meta.json")
    assert not (project / "training/teacher").exists()
    # Labelling, which goes on where it was.
    shard = project / "tagged/masc/0/00000.npz"
    release.kill_at("tagged/masc/0/00000.npz")
    labelled_at = shard.stat().st_mtime_ns
    release.kill_at("training/unfinished-again/model-best/meta.json")
    assert shard.stat().st_mtime_ns == labelled_at
    gold_at = (project / "training/gold").stat().st_mtime_ns
    release.run()
    assert (project / "training/gold").stat().st_mtime_ns == gold_at
    assert not list(project.rglob("unfinished-*"))

    (wheel,) = (project / "packages/en_lstm_web").glob("*.whl")
    target = tmp_path / "installed"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, "--target", target, wheel], check=True)
    code = (
        f"import spacy, sys; sys.path.insert(0, {str(target)!r}); nlp = spacy.load('en_lstm_web')\n"
        "print(nlp.path, *(token.tag_ for token in nlp('You will watch the garden.')))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    path, *tags = done.stdout.split()
    assert path.startswith(str(target))
    assert len(tags) == 6
    assert (tags[0], tags[-1]) == ("PRP", ".")

    meta = json.loads((target / "en_lstm_web/meta.json").read_text(encoding="utf8"))
    recipe = meta["recipe"]
    inputs = srsly.read_yaml(variables["inputs"])["inputs"]
    assert recipe["inputs"] == {needed["file"]: needed["sha256"] for needed in inputs}
    seeds = {"sentences": 0, "copies": 0, "teacher": 0, "student": 0, "again": 1}
    assert recipe["seeds"] == seeds
    assert {"python", "numpy", "torch", "spacy"} <= set(recipe["versions"])
    assert 0 < recipe["hours"] < 1
    assert recipe["evaluation"]["accepted"] == "a trial"
    assert "commands, questions and headings" in recipe["evaluation"]["worse"]
    made = project / "packages/en_lstm_web/en_lstm_web"
    front = (made / "HUGGINGFACE.md").read_text(encoding="utf8").split("---\n")[1]
    (result,) = srsly.yaml_loads(front)["model-index"][0]["results"]
    # The hub refuses a result without data.
    assert (result["dataset"]["config"], result["dataset"]["split"]) == ("en_ewt", "dev")
    card = (made / "README.md").read_text(encoding="utf8")
    assert f"commit {recipe['commit']}, seeds sentences 0, copies 0, teacher 0, student 0" in card
    # A student that was trained at all, and not the one of step 0.
    assert meta["performance"]["tag_acc"] > 0.6

    printed = release.run()
    steps = srsly.read_yaml(project / "project.yml")["workflows"]["release"]
    assert printed.count("nothing changed") == len(steps) - 1  # `check` runs each time

    # Without `again`, the first student is calibrated.
    calibrated = files_of(project / "training/calibrated")
    once = {**variables, "student": "student"}
    assert "training/again is left out" in Release(project, once, "again").run()
    Release(project, once, "calibrate").run()
    assert files_of(project / "training/calibrated") != calibrated


def files_of(folder):
    """The bytes of each file."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def labels_of(folder):
    """The tags of gold data, and the labels of a morphologizer."""
    docs = [doc for path in folder.iterdir() for doc in read_docs(path, Vocab())]
    tags = {token.tag_ for doc in docs for token in doc}
    morphs = {label for doc in docs for label in gold_morphs(doc, ["|"])}
    return sorted(tags - {""}), sorted(morphs - {""})


@pytest.mark.slow
def test_the_same_bytes_of_gold_and_of_a_student(project, tmp_path):
    """The seeds of the command and the number of threads decide, not the order of Python's sets."""
    pytest.importorskip("torch")
    inputs = tmp_path / "inputs"
    write_raw(inputs, ["books"], write_treebanks(inputs), 3000)
    folders = [inputs / name for name in SENTENCES]
    text = ["--text", inputs / "raw/books.txt.xz", "--frequent", "1"]
    few = ["--most", "50", "--n-compounds", "50"]
    train = ["-m", "spacy", "train", "en_lstm_web.cfg", "--code", "teacher_functions.py"]
    train += ["--paths.train", "gold/train", "--paths.dev", "gold/dev", "--training.max_steps", "2"]
    train += ["--paths.labelled", "labelled", "--paths.labels", "labels"]
    commands = [
        ["gold.py", *folders, "--output", "gold"],
        ["commands.py", *folders[:3], *text, *few, "--output", "gold/train/commands.spacy"],
        ["lines.py", *folders[:2], "--most", "50", "--output", "gold/train/lines.spacy"],
        ["other_words.py", "gold/train/en_ewt.spacy", "--copies", "1", "--output", "labelled/ewt"],
        *(["names.py", "labelled/ewt", f"labelled/{name}"] for name in ("gum", *RAW)),
    ]
    made = []
    for seed in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": seed, "OMP_NUM_THREADS": "2"}
        names = ("gold", "labelled", "labels", "student")
        for name in names:
            shutil.rmtree(project / name, ignore_errors=True)
        for command in [*commands, [*train, "--output", "student"]]:
            words = [sys.executable, *command]
            if command[0] == "-m":
                write_labels(project / "labels", *labels_of(project / "gold/train"))
            subprocess.run(words, cwd=project, env=environment, check=True)
        made.append({name: files_of(project / name) for name in names})
    assert len(made[0]["gold"]) == 10
    assert made[0] == made[1]
