"""Options and help of all commands."""

import pytest
import spacy
from helpers import run_command, said
from spacy.cli._util import app
from typer.main import get_command

# Of spaCy's commands, too.
spacy.registry.cli.get_all()
OURS = sorted(name for name in get_command(app).commands if name.endswith(("-tags", "-text")))


def test_a_short_option_means_the_same_in_all_commands():
    meanings = {}
    for command in OURS:
        for parameter in get_command(app).commands[command].params:
            for option in parameter.opts:
                if len(option) == 2:
                    meanings.setdefault(option, set()).add(parameter.opts[0])
    assert {"-f", "-n"} <= meanings.keys()
    for option in ("-f", "-n"):
        assert len(meanings[option]) == 1, (option, meanings[option])


@pytest.mark.parametrize("command", ["convert-tags", "tag-text"])
def test_help_ends_with_the_address_of_the_page(command):
    address = "https://spacy-lstm-tagger.github.io/spacy-lstm-tagger/reference.html"
    description, arguments, _ = said(run_command(command, "--help")).partition("Arguments")
    assert arguments
    # Old versions of Typer draw a frame around the arguments.
    assert description.rstrip(" ╭─").endswith(f"DOCS: {address}")


@pytest.mark.parametrize(
    "args",
    [
        ["convert-tags", "no.tsv", "new.spacy"],
        ["tag-text", "model", "no.txt"],
        ["report-tags", "model", "no.spacy"],
        ["label-tags", "model", "no.txt", "folder"],
    ],
)
def test_a_missing_input_is_a_mistake_in_the_options(args, tmp_path):
    done = run_command(*args, cwd=tmp_path)
    assert done.exit_code == 2
    assert "does not exist" in said(done)
    assert list(tmp_path.iterdir()) == []
