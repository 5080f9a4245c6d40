"""Checks that the inputs of the workflow are what project.yml says.

    python pipelines/check.py project.yml training/inputs.json --treebanks assets --raw assets/raw \
      --transformer assets/all-mpnet-base-v2

Other inputs make other weights. So each file has its SHA-256 digest in project.yml, or in another
file with a list `inputs`, and one that is missing or different ends the workflow. The output has
the digests, for the package.
"""

from hashlib import file_digest
from pathlib import Path

import srsly
import typer
from wasabi import msg

from spacy_lstm_tagger.files import write_file
from spacy_lstm_tagger.tools.cli.messages import errors_shown


def main(
    inputs: Path = typer.Argument(..., help="YAML file with the list `inputs`", exists=True),
    output: Path = typer.Argument(..., help="The .json file to write"),
    treebanks: Path = typer.Option(..., help="Folder of the treebanks"),
    raw: Path = typer.Option(..., help="Folder of the raw text"),
    transformer: Path = typer.Option(..., help="Folder of the teacher's transformer"),
) -> None:
    """Compare the inputs with their digests."""
    folders = {"treebanks": treebanks, "raw": raw, "transformer": transformer}
    digests = {}
    errors = []
    for needed in srsly.read_yaml(inputs)["inputs"]:
        folder, _, name = needed["file"].partition("/")
        path = folders[folder] / name
        if not path.is_file():
            errors.append(f"{path} is missing. It comes from {needed['source']}.")
            continue
        with path.open("rb") as file:
            digest = file_digest(file, "sha256").hexdigest()
        if digest != needed["sha256"]:
            errors.append(
                f"{path} is another file: its SHA-256 digest is {digest}, not {needed['sha256']}. "
                f"The right one comes from {needed['source']}."
            )
        digests[needed["file"]] = digest
    if errors:
        raise ValueError("\n".join(errors))
    output.parent.mkdir(parents=True, exist_ok=True)
    write_file(output, srsly.json_dumps(digests, indent=2).encode())
    msg.good(f"{len(digests)} inputs are as in {inputs}")


if __name__ == "__main__":
    with errors_shown("Can't use the inputs"):
        typer.run(main)
