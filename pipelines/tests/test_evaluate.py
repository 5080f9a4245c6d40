"""The gate: which pipelines may ship."""

import lzma

import evaluate
import pytest
import srsly
from helpers import WEB
from spacy.tokens import DocBin

PARAGRAPH = "They told Maria that the old bridge would close. She asked why it had to."


@pytest.fixture(scope="module")
def folder(web, tmp_path_factory):
    """Inputs whose gold data is what the pipeline that ships makes of a text."""
    folder = tmp_path_factory.mktemp("evaluate")
    docs = DocBin(["TAG", "POS", "MORPH", "LEMMA", "SENT_START"], docs=[web(PARAGRAPH)] * 3)
    for part in ("train", "dev"):
        for name in evaluate.DEV:
            (folder / "gold" / part).mkdir(parents=True, exist_ok=True)
            docs.to_disk(folder / "gold" / part / f"{name}.spacy")
    docs.to_disk(folder / "craft.spacy")
    (folder / "raw").mkdir()
    for name in evaluate.UNREAD:
        with lzma.open(folder / f"raw/{name}.txt.xz", "wt") as file:
            file.write(f"An earlier paragraph of {name}.\n{PARAGRAPH}\n")
    return folder


@pytest.fixture
def run(folder, tmp_path, monkeypatch):
    """A function that evaluates a pipeline, and returns what it writes."""
    monkeypatch.setattr(evaluate, "N_UNREAD", 10)
    # Of data that has no errors, each probability is too low.
    for name in ("EWT", "GUM"):
        monkeypatch.setitem(evaluate.LIMITS, f"calibration error, {name}", (0, 50))

    def run_on(trained, judge=WEB, craft="craft.spacy", accept=""):
        output = tmp_path / "evaluation.json"
        inputs = {"craft": folder / craft, "raw": folder / "raw", "judge": str(judge)}
        evaluate.main(trained, folder / "gold", output, **inputs, words=None, accept=accept)
        return srsly.read_json(output)

    return run_on


@pytest.fixture
def toy(random_pipeline, tmp_path):
    random_pipeline(["Dogs", "bark"]).to_disk(tmp_path / "toy")
    return tmp_path / "toy"


def test_what_ships_may_ship(run, capsys):
    # A reason is not needed.
    found = run(WEB, accept="a trial")
    assert (found["worse"], found["accepted"]) == ([], "")
    values = {name: numbers for name, *numbers in found["values"]}
    assert values["all dev sets, XPOS"] == [100, 100, 96.84, 96.64]
    assert values["commands, questions and headings"][0] == pytest.approx(91.89, abs=0.01)
    assert found["results"]["en_ewt"]["XPOS, one sentence per Doc"] == 1
    printed = capsys.readouterr().out
    assert "51 unread words, 0 differ, 0 judged" in printed
    assert "the difference from shipped may be chance (p = 1)" in printed


def test_a_toy_is_refused_with_the_reasons(run, toy, tmp_path):
    with pytest.raises(ValueError, match="It is worse than allowed: all dev sets, XPOS; ") as error:
        run(toy)
    assert "the judge's side" in str(error.value)
    assert "sentence starts" in str(error.value)
    assert not (tmp_path / "evaluation.json").exists()


def test_what_is_no_number_is_worse(run, monkeypatch):
    monkeypatch.setattr(evaluate, "judged", lambda *_: {"new": float("nan"), "shipped": 50.0})
    with pytest.raises(ValueError, match="worse than allowed: unread words that differ"):
        run(WEB)


def test_a_reason_is_written_down(run, toy):
    found = run(toy, accept="a trial")
    assert found["accepted"] == "a trial"
    assert "all dev sets, UPOS" in found["worse"]


def test_each_input_is_needed(run, folder):
    for error, options in (
        (OSError, {"judge": folder / "no_judge"}),
        (OSError, {"craft": "no_craft.spacy"}),
    ):
        with pytest.raises(error, match="no_"):
            run(WEB, **options)
    unread = folder / "raw/blogs.txt.xz"
    text = unread.read_bytes()
    unread.write_bytes(lzma.compress(b"Few words.\n"))
    with pytest.raises(ValueError, match=r"blogs.txt.xz has 2 words, but 10 are measured"):
        run(WEB)
    unread.unlink()
    with pytest.raises(OSError, match="blogs"):
        run(WEB)
    unread.write_bytes(text)
