"""`spacy tag-text` with folders and several files."""

import json

import pytest
from helpers import run_command, tree, write


def test_each_file_has_its_output_in_the_same_tree(tag, rules, corpus, tmp_path):
    message = tag("corpus", "--output", "tagged")
    assert "Tagged 13 words in 5 files in tagged (" in message
    found = tree(tmp_path / "tagged")
    assert sorted(found) == ["a.tsv", "b/a.tsv", "b/c/d.tsv", "b/e.tsv", "f.2020.tsv"]
    # Each is what the command makes of the file alone.
    for path in (path for path in corpus.rglob("*") if path.is_file()):
        name = path.name.split(".txt")[0].split(".jsonl")[0] + ".tsv"
        alone = tmp_path / name
        # Of one file, the command says on standard output what it wrote.
        done = run_command("tag-text", rules, path, "-o", alone, cwd=tmp_path)
        assert "Tagged" in done.stdout
        output = path.relative_to(corpus).with_name(name).as_posix()
        assert found[output] == alone.read_text()


@pytest.mark.parametrize("n_process", [1, 2])
def test_files_of_several_processes_are_the_same(tag, corpus, tmp_path, n_process):
    tag("corpus", "-o", "one", "-f", "vrt")
    assert "13 words in 5 files" in tag("corpus", "-o", "many", "-f", "vrt", "-n", n_process)
    assert tree(tmp_path / "one") == tree(tmp_path / "many")


def test_several_files_go_to_one_folder(tag, corpus, tmp_path):
    tag("corpus/a.txt", "corpus/b/c/d.jsonl", "-o", "tagged", "-f", "conllu")
    assert sorted(tree(tmp_path / "tagged")) == ["a.conllu", "d.conllu"]
    # One file goes to a folder that is there.
    tag("corpus/b/e.txt.gz", "-o", "tagged", "-f", "conllu")
    assert sorted(tree(tmp_path / "tagged")) == ["a.conllu", "d.conllu", "e.conllu"]


def test_a_file_without_words_has_a_warning(tag, corpus, tmp_path):
    write(corpus / "empty.txt", "\n")
    assert "corpus/empty.txt has no words" in tag("corpus", "-o", "tagged")
    assert tree(tmp_path / "tagged")["empty.tsv"] == "word\ttag\tpos\tlemma\n"
    assert "6 files finished before" in tag("corpus", "-o", "tagged")


def test_finished_files_of_another_encoding_are_named(tag, corpus):
    """They may have been read wrongly, or others could not be read."""
    tag("corpus", "-o", "tagged", "--encoding", "cp1252")
    message = tag("corpus", "-o", "tagged", "--encoding", "utf8")
    assert "5 files finished before had --encoding cp1252" in message
    assert "--overwrite" in message
    assert "--encoding" not in tag("corpus", "-o", "tagged", "--encoding", "cp1252")


def test_other_files_are_left_out(tag, corpus, tmp_path):
    write(corpus / "README.md", "x")
    write(corpus / ".hidden.txt", "x")
    (corpus / "loop").symlink_to(corpus, target_is_directory=True)
    (corpus / "itself.txt").symlink_to("itself.txt")
    # The folder of the outputs may lie in the corpus.
    for _ in range(2):
        message = tag("corpus", "-o", "corpus/tagged")
        assert "Left out 1 file with other suffixes" in message
    assert len(tree(corpus / "tagged")) == 5
    # A file that is named is read.
    tag("corpus/README.md", "corpus/a.txt", "-o", "named")
    assert sorted(tree(tmp_path / "named")) == ["README.md.tsv", "a.tsv"]


def test_words_that_are_given_keep_their_format(tag, corpus, tmp_path):
    write(corpus / "w.conllu", "1\tdog" + "\t_" * 8 + "\n")
    write(corpus / "w.vrt", "<s>\ndog\n</s>\n")
    tag("corpus", "-o", "tagged", "-f", "jsonl")
    found = tree(tmp_path / "tagged")
    assert found["w.conllu"] == "1\tdog\tl\t_\tX" + "\t_" * 5 + "\n"
    assert found["w.vrt"] == "<s>\ndog\tX\tl\n</s>\n"
    assert json.loads(found["b/c/d.jsonl"])["words"] == ["Two", "words"]
