"""`spacy tag-text`: from a file of text to TSV, CoNLL-U, JSON lines and VRT."""

import json

import pytest
import spacy
from helpers import by_rules, make_nlp, said


def test_tsv(run, tmp_path):
    done = run("book.txt", "--output", "book.tsv")
    assert "Tagged 12 words in book.tsv" in said(done)
    lines = (tmp_path / "book.tsv").read_text().split("\n")
    assert lines[:8] == [
        "word\ttag\tpos\tlemma",
        "The\tDET\t\t",
        "dog\tNN\tNOUN\tdog",
        "ate\tV\t\t",
        "the\tDET\t\t",
        "apple\tNN\t\t",
        ".\t.\t\t",
        "",
    ]
    assert [line.split("\t")[0] for line in lines[8:]] == [
        *("Everybody", "read", "that", "book", ""),
        *("The", "dog", "", ""),
    ]


def test_conllu(run):
    done = run("-", "--format", "conllu", "--probs", text="The dog ate it. A dog?\nThe dog")
    sentence, *_ = done.stdout.split("\n\n")
    comments, rows = sentence.split("\n")[:2], sentence.split("\n")[2:]
    assert comments == ["# sent_id = 1.1", "# text = The dog ate it."]
    cells = [row.split("\t") for row in rows]
    assert cells[1][:9] == ["2", "dog", "dog", "NOUN", "NN", "Number=Sing", "_", "_", "_"]
    names = [row[9].split("=0.")[0] for row in cells[2:]]
    assert names == ["TagProb", "SpaceAfter=No|TagProb", "TagProb"]
    glued = run("-", "-f", "conllu", text="The dog.The dog").stdout.split("\n")
    assert [row.split("\t")[9] for row in glued if row.startswith("3\t.")] == ["SpaceAfter=No"]


def test_json_lines_have_the_keys_of_their_input(run, tmp_path):
    items = [
        {"id": 7, "text": "The dog ate. The dog", "meta": {"a": "Größe"}, "tags": ["mine"]},
        {"text": "The apple"},
    ]
    lines = [json.dumps(item) for item in items]
    (tmp_path / "texts.jsonl").write_text("\n" + "\n".join(lines))
    run("texts.jsonl", "-o", "tagged.jsonl", "--probs")
    lines = (tmp_path / "tagged.jsonl").read_text(encoding="utf8").splitlines()
    first, second = map(json.loads, lines)
    assert (first["line"], second["line"]) == (2, 3)
    assert (first["id"], first["meta"]) == (7, {"a": "Größe"})
    assert first["tags"][:2] == ["DET", "NN"]
    assert first["lemmas"][:2] == ["", "dog"]
    assert first["sent_starts"] == [0, 4]
    assert all(0 < prob <= 1 for prob in first["probs"])
    assert "id" not in second
    assert second["text"] == "The apple"


def test_a_text_is_a_line_or_a_paragraph(run, model, tmp_path):
    text = "The dog\nate the apple.\n\n\nThe\nbook\n"
    lines, paragraphs = (
        [json.loads(line)["text"] for line in run("-", *options, text=text).stdout.splitlines()]
        for options in (["-f", "jsonl"], ["-f", "jsonl", "--paragraphs"])
    )
    assert lines == ["The dog", "ate the apple.", "The", "book"]
    assert paragraphs == ["The dog ate the apple.", "The book"]
    (tmp_path / "two.jsonl").write_text('{"text": "The"}\n{"text": "book"}\n')
    for options in (["-P"], ["--input-format", "text"]):
        assert run("two.jsonl", *options, "-f", "jsonl").stdout.count("line") == 2


def test_json_lines_on_standard_input(run):
    text = '{"text": "The dog"}\n{"text": "dog"}\n'
    done = run("-", "--input-format", "jsonl", text=text)
    assert done.stdout.split("\n\n")[1].startswith("dog\t")


def test_standard_input_and_output_are_a_filter(run):
    done = run("-", text="The dog")
    assert done.stdout == "word\ttag\tpos\tlemma\nThe\tDET\t\t\ndog\tNN\tNOUN\tdog\n\n"
    done = run("-", text="")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "There is no text in the input" in done.stderr


def test_without_sentences_an_empty_line_follows_each_text(run, tmp_path):
    make_nlp(n_updates=5).to_disk(tmp_path / "plain")
    done = run("-", text="The dog. The dog.\nThe", pipeline=tmp_path / "plain")
    assert [line.split("\t")[0] for line in done.stdout.splitlines()] == [
        *("word", "The", "dog", ".", "The", "dog", ".", "", "The", "")
    ]


@pytest.mark.parametrize(
    ("name", "data", "options"),
    [
        ("b.txt", "Der Bär".encode("cp1252"), ["--encoding", "cp1252"]),
        ("b", "Der Bär\r\n".encode("utf-16"), ["--encoding", "utf-16"]),
    ],
)
def test_files_and_encodings(run, tmp_path, name, data, options):
    (tmp_path / name).write_bytes(data)
    assert "\nBär\t" in run(name, *options).stdout


@pytest.mark.parametrize(
    "options",
    [
        [],
        pytest.param(["-n", "2"], marks=pytest.mark.slow),
        pytest.param(["-n", "2", "--probs"], marks=pytest.mark.slow),
    ],
)
def test_many_texts_are_tagged_as_one_by_one(model, run, options):
    texts = [f"The {number:0200} ate." for number in range(600)]
    rows = run("-", *options, text="\n".join(texts)).stdout.split("\n")
    nlp = spacy.load(model)
    found = [row.split("\t")[:2] for row in rows[1:] if row]
    expected = [[token.text, token.tag_] for doc in nlp.pipe(texts) for token in doc]
    assert found == expected


EMPTY_CELLS = "\t_" * 8
CONLLU = f"1\tThe{EMPTY_CELLS}\n2\tdog{EMPTY_CELLS}\n\n1\tThe{EMPTY_CELLS}\n\n" * 3


@pytest.mark.parametrize(
    ("options", "others"),
    [
        (["-p", "-P"], ["-n", "2"]),
        (["-p", "-f", "conllu"], ["-n", "2"]),
        (["-p", "-f", "jsonl"], ["-n", "2"]),
        (["-P", "-f", "vrt"], ["-n", "2"]),
        (["--exclude", "attribute_ruler"], ["-p"]),
        (["--input-format", "conllu", "-p", "--columns", "xpos"], ["-n", "2"]),
    ],
)
def test_how_texts_are_shared_changes_nothing(run, options, others):
    """Options about words, and options about batches, processes and probabilities."""
    text = CONLLU if "conllu" in options[1:2] else "The dog ate.\n\nThe don't\nThe <b>dog</b>\n"
    alone = run("-", *options, text=text)
    together = run("-", *options, *others, text=text)
    assert together.exit_code == 0, together.output
    if "-p" in others:
        # The probabilities stand in the last column.
        rows = together.stdout.split("\n")
        assert [row.rpartition("\t")[0] or row for row in rows[1:]] == alone.stdout.split("\n")[1:]
    else:
        assert together.stdout == alone.stdout
    assert alone.stdout.count("\n") > 5 or "jsonl" in options


def test_an_excluded_component_sets_no_column(run):
    options = ["--input-format", "conllu", "--exclude", "attribute_ruler"]
    after = run("-", *options, text="1\tdog\told" + "\t_" * 7).stdout
    assert after == "1\tdog\told\t_\tNN" + "\t_" * 5
    assert "the pipeline does not set it" in said(
        run("-", *options, "--columns", "lemma", text="1\tdog" + "\t_" * 8)
    )


def test_components_can_be_left_out(run):
    assert run("-", "--exclude", "attribute_ruler").stdout.startswith("word\ttag\nThe\tDET\n")
    excluded = run("-", "--exclude", "attribute_ruler, sentencizer", text="The. dog.").stdout
    assert excluded.count("\n\n") == 1


def test_a_pipeline_has_to_set_tags(run, tmp_path):
    spacy.blank("xx").to_disk(tmp_path / "blank")
    assert "sets no tags" in said(run("-", pipeline=tmp_path / "blank"))
    by_rules("NN").to_disk(tmp_path / "rules")
    done = run("-", text="dog", pipeline=tmp_path / "rules")
    assert done.stdout == "word\ttag\tpos\tlemma\ndog\tNN\t\t\n\n"


def test_a_tag_that_a_rule_sets_has_no_probability(run, model, tmp_path):
    nlp = spacy.load(model)
    nlp.get_pipe("attribute_ruler").add([[{"ORTH": "dog"}]], {"TAG": "DOG"})
    nlp.to_disk(tmp_path / "rules")
    for format, none in [
        ("tsv", "dog\tDOG\tNOUN\tdog\t\n"),
        ("conllu", "\tDOG\tNumber=Sing\t_\t_\t_\t_\n"),
    ]:
        assert none in run("-", "-p", "-f", format, pipeline=tmp_path / "rules").stdout
    first = json.loads(
        run("-", "-p", "-f", "jsonl", pipeline=tmp_path / "rules").stdout.splitlines()[0]
    )
    assert first["probs"][1] is None
