"""Options and help of all commands."""

import pytest
from helpers import run_command, said


@pytest.mark.parametrize("command", ["convert-tags", "tag-text"])
def test_help_ends_with_the_address_of_the_page(command):
    address = "https://spacy-lstm-tagger.github.io/spacy-lstm-tagger/commands/"
    assert f"DOCS: {address} Arguments:" in said(run_command(command, "--help"))


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
