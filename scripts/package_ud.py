"""Makes wheels of a pipeline that the workflow `ud` trained, and of this project, which it needs.

    python scripts/package_ud.py training/UD_Turkish-IMST/model-best packages --name imst \
      --treebank assets/UD_Turkish-IMST --scores metrics/UD_Turkish-IMST.json

The package says what it was trained on, under which licence, and how accurate it is on raw text.
"""

import re
import subprocess
import sys
from pathlib import Path
from shutil import copy, rmtree
from tempfile import TemporaryDirectory
from typing import Any

import srsly
import typer
from evaluate_ud import HEADER, table
from spacy.cli.package import package
from wasabi import msg
from wasabi.markdown import MarkdownRenderer

PROJECT = Path(__file__).parent.parent
# spaCy itself would ask for the minor version with which the pipeline was trained.
REQUIREMENT = "spacy-lstm-tagger>=1.0.0,<2"


def main(
    pipeline: Path = typer.Argument(..., help="The trained pipeline", exists=True),
    output: Path = typer.Argument(..., help="Folder to write", file_okay=False),
    name: str = typer.Option(..., help="Name of the package, with or without its language"),
    treebank: Path = typer.Option(..., help="Folder of the treebank", exists=True),
    scores: Path = typer.Option(..., help="The .json file of evaluate_ud.py", exists=True),
    version: str = typer.Option("0.1.0", help="Version of the package"),
) -> None:
    """Make the wheels."""
    meta = srsly.read_json(pipeline / "meta.json")
    full_name = package_name(meta["lang"], name)
    meta |= describe(treebank, srsly.read_json(scores))
    folder = output / f"{full_name}-{version}"
    folder.mkdir(parents=True, exist_ok=True)
    # spaCy keeps a README that is there, and setuptools packs all files of an earlier build.
    (folder / "README.md").unlink(missing_ok=True)
    rmtree(folder / "build", ignore_errors=True)
    with TemporaryDirectory() as temporary:
        meta_path = Path(temporary) / "meta.json"
        srsly.write_json(meta_path, meta)
        package(
            pipeline,
            output,
            meta_path=meta_path,
            # spaCy puts the language before it, in the package's own setup.py a second time.
            name=full_name.removeprefix(f"{meta['lang']}_"),
            version=version,
            create_sdist=False,
            create_wheel=False,
            force=True,
        )
    if (treebank / "LICENSE.txt").exists():
        copy(treebank / "LICENSE.txt", folder / "LICENSES_SOURCES")
    options = ["--quiet", "--no-deps", "--wheel-dir", str(output)]
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", *options, str(PROJECT), str(folder)], check=True
    )
    # Wasabi would wrap the command.
    print(f"Install it: python -m pip install {output}/*.whl")


def package_name(lang: str, name: str) -> str:
    """The name of a package: the language, and the name without it. Raises a ValueError if no
    package can have this name."""
    if re.fullmatch("[a-z0-9_]+", name, re.ASCII) is None:
        raise ValueError(
            f"A package can't be called {name!r}: use lower-case letters, digits and _, as in "
            "--vars.ud_package ud_tagger."
        )
    return f"{lang}_{name.removeprefix(f'{lang}_')}"


def describe(treebank: Path, scores: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What meta.json says of a treebank, and of the scores that evaluate_ud.py has measured."""
    source = source_of(treebank)
    part = "test" if any(treebank.glob("*-test.conllu")) else "dev"
    card = MarkdownRenderer()
    card.add(card.title(3, f"Measured on the {part} part of {source['name']}, %"))
    card.add(card.table(table(scores), HEADER, aligns=("l", "r", "r")))
    card.add("The section Accuracy, and `performance` in meta.json, have the scores on raw text.")
    return {
        "description": f"Trained on {source['name']} with spacy-lstm-tagger.",
        "author": source["author"] and f"{source['author']} (authors of the treebank)",
        "license": source["license"],
        # Of this project alone. spaCy adds what else the config names.
        "requirements": [REQUIREMENT],
        "sources": [source],
        "performance": {k: v for k, v in scores["text"].items() if v is not None},
        "notes": card.text,
    }


def source_of(treebank: Path) -> dict[str, str]:
    """The name, URL, authors and licence of a treebank, as spaCy's meta.json has them in `sources`.
    What its README does not say is empty, with a warning."""
    name = treebank.resolve().name
    facts = readme_facts(treebank)
    licence = facts.get("License") or first_line(treebank / "LICENSE.txt")
    if not licence:
        msg.warn(
            f"The licence of {name} is not known: the package says nothing of it",
            f"{treebank} has no README.md or README.txt with a line License: and no LICENSE.txt.",
        )
    elif "License" not in facts:
        msg.warn(
            f"The licence of {name} is the first line of LICENSE.txt: {licence}",
            f"{treebank} has no README.md or README.txt with a line License: …",
        )
    authors = [author.split(", ", 1) for author in facts.get("Contributors", "").split("; ")]
    return {
        "name": name,
        "url": f"https://github.com/UniversalDependencies/{name}" if name[:3] == "UD_" else "",
        "author": ", ".join(" ".join(reversed(parts)) for parts in authors),
        "license": licence,
    }


def readme_facts(treebank: Path) -> dict[str, str]:
    """The lines of a treebank's README that machines read, such as License: CC BY-SA 4.0."""
    for name in ("README.md", "README.txt"):
        if (treebank / name).exists():
            text = (treebank / name).read_text(encoding="utf8", errors="replace")
            lines = re.findall(r"^(License|Contributors):[ \t]*(\S.*?)[ \t]*$", text, re.M)
            # The first of several counts.
            return dict(reversed(lines))
    return {}


def first_line(path: Path) -> str:
    """The first line of a file that is no heading, or nothing if there is no such file."""
    if not path.exists():
        return ""
    lines = path.read_text(encoding="utf8", errors="replace").splitlines()
    return next((line.strip() for line in lines if line.strip() and line[0] != "#"), "")


if __name__ == "__main__":
    typer.run(main)
