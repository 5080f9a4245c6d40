"""The package that the workflow `ud` makes says what it was trained on, and how accurate it is."""

import subprocess

import pytest
import spacy
import srsly
from helpers import ROOT
from package_ud import main as package_ud

HEADER = "=== Machine-readable metadata (DO NOT REMOVE!) ===\n"
FACTS = "License: CC BY-NC-SA 3.0\nIncludes text: yes\nContributors: Qi, Peng; Zeman, Daniel\n"
SCORES = {
    "words": {"token_f": 1.0, "tag_acc": 0.9, "sents_f": 0.8},
    "text": {"token_f": 0.98, "tag_acc": 0.875, "sents_f": None},
}
# spaCy's `package` leaves files open.
pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture
def packaged(tmp_path, monkeypatch):
    """Packages a pipeline of a treebank with some files. Returns the folder of the package, and
    the folders that wheels are made of."""

    def package(files, name="imst"):
        (tmp_path / "UD_Tiny").mkdir(exist_ok=True)
        for file, text in files.items():
            (tmp_path / "UD_Tiny" / file).write_text(text, encoding="utf8")
        spacy.blank("tr").to_disk(tmp_path / "model-best")
        srsly.write_json(tmp_path / "scores.json", SCORES)
        wheels = []
        monkeypatch.setattr(subprocess, "run", lambda command, check: wheels.extend(command[-2:]))
        package_ud(
            tmp_path / "model-best",
            tmp_path / "packages",
            name,
            tmp_path / "UD_Tiny",
            tmp_path / "scores.json",
            "0.1.0",
        )
        return tmp_path / "packages/tr_imst-0.1.0", wheels

    return package


@pytest.mark.parametrize("name", ["imst", "tr_imst"])
def test_it_is_named_with_or_without_its_language(packaged, name):
    folder, wheels = packaged({}, name)
    assert wheels == [str(ROOT), str(folder)]
    assert (folder / "setup.py").is_file()
    # Its setup.py puts the language before the name.
    assert srsly.read_json(folder / "meta.json")["name"] == "imst"


@pytest.mark.parametrize(
    ("readme", "text"),
    [
        ("README.md", f"# UD_Tiny\n\n<pre>\n{HEADER}{FACTS}</pre>\nLicense: see above\n"),
        ("README.txt", FACTS),
    ],
)
def test_licence_authors_and_sources_are_those_of_the_treebank(packaged, capsys, readme, text):
    folder, _ = packaged({readme: text, "LICENSE.txt": "Attribution …"})
    meta = srsly.read_json(folder / "meta.json")
    assert meta["license"] == "CC BY-NC-SA 3.0"
    assert meta["author"] == "Peng Qi, Daniel Zeman (authors of the treebank)"
    url = "https://github.com/UniversalDependencies/UD_Tiny"
    authors = "Peng Qi, Daniel Zeman"
    source = {"name": "UD_Tiny", "url": url, "author": authors, "license": "CC BY-NC-SA 3.0"}
    assert meta["sources"] == [source]
    assert meta["requirements"] == ["spacy-lstm-tagger>=1.0.0,<2"]
    assert (folder / "LICENSES_SOURCES").read_text(encoding="utf8") == "Attribution …"
    readme_text = (folder / "README.md").read_text(encoding="utf8")
    assert f"[UD_Tiny]({url}) ({authors})" in readme_text
    assert "`CC BY-NC-SA 3.0`" in readme_text
    assert "The licence" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("files", "licence", "warning"),
    [
        ({"LICENSE.txt": "# LICENSE\n\nFree. \nFor all.\n"}, "Free.", "first line of LICENSE.txt"),
        ({"README.md": "A treebank.\n"}, "", "The licence of UD_Tiny is not known"),
    ],
)
def test_a_licence_that_no_readme_names(packaged, capsys, files, licence, warning):
    folder, _ = packaged(files)
    meta = srsly.read_json(folder / "meta.json")
    assert (meta["license"], meta["author"]) == (licence, "")
    assert warning in " ".join(capsys.readouterr().out.split())


def test_it_has_the_measures_and_nothing_of_an_earlier_run(packaged):
    folder, _ = packaged({"README.md": FACTS})
    (folder / "README.md").write_text("The figures of an earlier run")
    (folder / "build/lib").mkdir(parents=True)
    folder, _ = packaged({"README.md": FACTS})
    assert not (folder / "build").exists()
    assert srsly.read_json(folder / "meta.json")["performance"] == {
        "token_f": 0.98,
        "tag_acc": 0.875,
    }
    card = (folder / "README.md").read_text(encoding="utf8")
    assert "Measured on the dev part of UD_Tiny" in card
    assert "| tag | 90.00 | 87.50 |" in card
    packaged({"tr_tiny-ud-test.conllu": ""})
    assert "on the test part" in (folder / "README.md").read_text(encoding="utf8")
