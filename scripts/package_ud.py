"""Makes wheels of a pipeline that the workflow `ud` trained, and of this project, which it needs.

python scripts/package_ud.py training/UD_Turkish-IMST/model-best packages --name imst
"""

import re
import subprocess
import sys
from pathlib import Path

import srsly
import typer
from spacy.cli.package import package

PROJECT = Path(__file__).parent.parent


def main(
    pipeline: Path = typer.Argument(..., help="The trained pipeline", exists=True),
    output: Path = typer.Argument(..., help="Folder to write", file_okay=False),
    name: str = typer.Option(..., help="Name of the package, with or without its language"),
    version: str = typer.Option("0.1.0", help="Version of the package"),
) -> None:
    """Make the wheels."""
    lang = srsly.read_json(pipeline / "meta.json")["lang"]
    full_name = package_name(lang, name)
    output.mkdir(parents=True, exist_ok=True)
    package(
        pipeline,
        output,
        # spaCy puts the language before it, in the package's own setup.py a second time.
        name=full_name.removeprefix(f"{lang}_"),
        version=version,
        create_sdist=False,
        create_wheel=False,
        force=True,
    )
    folders = [str(PROJECT), str(output / f"{full_name}-{version}")]
    options = ["--quiet", "--no-deps", "--wheel-dir", str(output)]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, *folders], check=True)


def package_name(lang: str, name: str) -> str:
    """The name of a package: the language, and the name without it. Raises a ValueError if no
    package can have this name."""
    if re.fullmatch("[a-z0-9_]+", name, re.ASCII) is None:
        raise ValueError(
            f"A package can't be called {name!r}: use lower-case letters, digits and _, as in "
            "--vars.ud_package ud_tagger."
        )
    return f"{lang}_{name.removeprefix(f'{lang}_')}"


if __name__ == "__main__":
    typer.run(main)
