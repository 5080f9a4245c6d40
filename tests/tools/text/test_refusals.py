"""What can't be read, written or tagged is refused, and named."""

import copy
import gzip
import io
import lzma

import pytest
import spacy
from helpers import TEXT, by_rules, said
from spacy.language import Language
from text_samples import CONLLU, OPENERS, VRT

from spacy_lstm_tagger.tools.text.convert import convert_tags
from spacy_lstm_tagger.tools.text.raw_text import read_texts
from spacy_lstm_tagger.tools.text.read_and_tag import tag_file
from spacy_lstm_tagger.tools.text.tag_options import TagOptions

EMPTY = "\t_" * 8
NO_JSON = "is not a JSON object with a string under 'text'"


def words(*ids):
    """Lines of CoNLL-U."""
    return "".join(f"{id_}\tdog{EMPTY}\n" for id_ in ids)


# Sentences, and a range that does not fit.
RANGES = [
    (words("1-9", "1", "2"), 1, "1-9"),
    (words("1-999999999", "1", "2") + "\n", 1, "1-999999999"),
    (words("1-2", "1", "2-3", "2", "3"), 1, "1-2"),
    (words("1", "2-4", "2", "4", "5"), 2, "2-4"),
    (words("1", "1-2", "2", "3"), 2, "1-2"),
    (words("1", "3-2", "2", "3"), 2, "3-2"),
    ("\n" + words("1-2", "1", "2", "3-4") + "\n" + words("1"), 5, "3-4"),
]
# A file, what is in it, and what an error says.
CONVERT = [
    ("a.txt", "The/DET dog\n", "line 1: 'dog' is not a word, a slash, and a tag"),
    ("a.txt", "/DET\n", "line 1: '/DET'"),
    ("a.tsv", "dog\n", "line 1: 'dog' is not a word, a tab, and a tag"),
    ("a.tsv", "dog\tNN\n\nThe\tdog\tNN\n", "line 3: .* name them in the first line"),
    ("a.tsv", "word\ttag\tpos\ndog\tNN\tNUON\n", "line 2: 'NUON'"),
    ("a.tsv", "word\ttag\ndog\tNN\tNOUN\n", "line 2: .* the columns word, tag"),
    ("a.tsv", "word\ttag\ttag\ndog\tNN\tNN\n", "line 1: .* Name each once"),
    ("a.tsv", "\nword\tlemma\ndogs\tdog\n", "line 2 names no column 'tag'"),
    ("a.tsv", b"a\tB\n" * 40_000 + b"\xe9\tB", "line 40001 is not valid Unicode"),
    ("a.vrt", "<s>\ndog\n</s>\n", "line 2: 'dog' is not markup"),
    ("a.conllu", "1\tdog\n", "line 1 has 2 columns, not 10"),
    ("a.conllu", "x\tdog" + EMPTY, "line 1 has no id"),
    ("a.conllu", "9" * 5000 + "\tdog" + EMPTY, "line 1 has no id"),
    ("a.conllu", 2 * f"1\tdog{EMPTY}\n", "line 2: the id 1 comes after 1"),
    *(
        ("a.conllu", text, f"line {number}: the range {id_} overlaps another, or has words")
        for text, number, id_ in RANGES
    ),
    ("a.conllu", "1\tdog\t_\tNUON\tNN" + "\t_" * 5, "line 1: 'NUON'"),
    ("a.conllu", "1\tdog\t_\tNOUN\tNN\tSing" + "\t_" * 4, "line 1: 'Sing'"),
    # The others are named, too.
    ("a.txt", "dog\n/A\nx/A\ndog", "3 lines are not valid.\nline 1: .*\nline 2: '/A'.*\nline 4: "),
    ("a.tsv", "a\tB\nc\n\nd\n", "2 lines are not valid.\nline 2: 'c'.*\nline 4: 'd'"),
    ("a.conllu", words("1", "1", "3-5", "3") + "1\tdog\n", "line 2: .*\nline 5 has.*\nline 3: "),
    ("a.conllu", "1\tdog\n" + words("2").replace("_", "NUON"), "line 1 .*\nline 2: 'NUON'"),
    ("a.vrt", "a\tB\tc\n" + "a\n" * 1200, "1,200 lines .* first 10:\n(.*\n){9}line 11: 'a'"),
    ("a.conllu.gz", b"1\ta", "cut off, damaged, or not a .gz file"),
    ("a.txt", "", "no sentence found in format slash"),
    ("a.doc", "a/B", "Name it with --format: conllu, tsv, vrt, slash."),
]
# The same with options of `tag-text`.
RETAG = [
    ("a.conllu", "# a\nx\tdog" + EMPTY, {}, "line 2 has no id or no word"),
    (
        "a.conllu",
        b"1\tB\xe4r" + EMPTY.encode(),
        {},
        "line 1 is not valid .* as in --encoding",
    ),
    ("a.conllu", "# a\r1\tGo\r", {}, "line 1 has a carriage return"),
    ("a.conllu", "", {}, "There is no text in the input"),
    ("a.txt", "\n \n", {}, "There is no text in the input"),
    ("a.txt", b"The dog", {"encoding": "utf-16"}, "not utf-16: "),
    ("a.txt", "B\u00e4r", {"encoding": "ascii"}, "line 1 is not valid Unicode"),
    ("a.vrt", "<s>\n<b\n", {}, "line 2 has markup that does not end on its line"),
    ("a.vrt", "<s>\n\tNN\n", {}, "line 2 has no word in its first column"),
    ("a.vrt", "Go\rhome\r", {}, "line 1 has a carriage return"),
    ("a.vrt", VRT, {"columns": ["upos"]}, "the columns of vrt that can be replaced are xpos"),
    ("a.tsv", "Go\n\tNN\n", {}, "line 2 has no word in its first column"),
    ("a.tsv", "Go\tVB\rhome\tNN\r", {}, "line 1 has a carriage return"),
    ("a.tsv", "word\tlemma\nGo\tgo\n", {"columns": ["xpos"]}, "line 1 names no column for xpos"),
    ("a.tsv", "dogs\tX\n", {"columns": ["xpos", "upos"]}, "line 1 names no column for upos"),
    ("a.tsv", "\nGo\n", {"probs": True}, "line 2 names no column 'prob'"),
    ("a.tsv", "Token\tPOS\nGo\tVB\n", {}, "line 1: .* seems to name the columns"),
    ("a.tsv", "ID\tword\ttag\n1\tGo\tVB\n", {}, "line 1: .* Name each once: first word"),
    ("a.tsv", "word\txpos\tlemma\nGo\tVB\tgo\n", {}, "line 1: .* seems to name the columns"),
    ("a.tsv", "id\tform\tnote\n1\tGo\tx\n", {}, "line 1: .* seems to name the columns"),
    ("a.tsv", "word\tner\tsense\nParis\tLOC\tcity\n", {}, "line 1: .* seems to name the columns"),
]
TEXTS = [
    ("a.txt", b"The\nThe b\xe4r", "line 2 is not valid Unicode"),
    ("a.txt", gzip.compress(b"The dog", mtime=0), "line 1 is not valid .* compressed, unpack it"),
    ("a.jsonl", b'\n{"text": "The b\xe4r"}', "line 2 is not valid Unicode"),
    ("a.jsonl", '{"text": "The \\ud800"}', "line 1 has an escape that is half of a character"),
    ("a.jsonl", '{"text": "The", "id": "\\ud800"}', "line 1 has an escape that is half of a"),
    ("a.jsonl", '{"text": "The", "id": 1e400}', "line 1 has a number that is not finite"),
    ("a.jsonl", '{"text": "The", "id": NaN}', "line 1 has a number that is not finite"),
    ("a.jsonl", '{"text": ""}\n{"txt": "The dog"}', f"line 2 {NO_JSON}"),
    ("a.jsonl", '["The dog"]', f"line 1 {NO_JSON}"),
    ("a.jsonl", "[" * 200_000, f"line 1 {NO_JSON}"),
    ("a.txt", "The dog\nEverybody\n", "line 2 has a word of more than 8 characters"),
    ("a.csv", "The dog", "can't tell the format from the suffix"),
    ("a.csv.gz", "The dog", "can't tell the format from the suffix"),
    ("a.json", '{"text": "The dog"}', "can't tell the format from the suffix"),
    ("raw", "The dog", "can't tell the format from the suffix"),
]

# Arguments of `tag-text`, its input, and what it says. The folder t is to be made.
COMMANDS = [
    ("book.txt -o book.txt -f tsv", TEXT, "The output book.txt is the input"),
    ("book.txt -o book.csv", TEXT, "book.csv: can't tell the format from the suffix"),
    ("book.txt -o no/book.tsv", TEXT, "There is no folder no. Make it first"),
    ("book.txt -o b.tsv.gz", TEXT, "the output is not compressed"),
    ("book.txt -o folder", TEXT, "If it is to be a folder, make it first"),
    ("book.txt -p -f vrt", TEXT, "VRT has no column for the probability of a tag"),
    ("- --input-format vrt -p", "dog", "VRT has no column for the probability of a tag"),
    ("book.txt --columns xpos", TEXT, "--columns is for words that are given"),
    ("- --input-format tsv -P", "dog", "--paragraphs is for text"),
    ("- --input-format vrt -f tsv", "dog", "the output is vrt and not tsv"),
    ("book.txt --input-format conllu", TEXT, "book.txt: line 1 has 1 columns, not 10"),
    ("- --input-format conllu", TEXT, "Standard input: line 1 has 1 columns, not 10"),
    ("- -p", TEXT, "No component says how probable its tags are"),
    ("- --exclude ruler", TEXT, "has no component 'ruler'; its components are"),
    ("corpus", "", "Several files need a folder for their outputs"),
    ("corpus/a.txt corpus/b/c/d.jsonl", "", "Several files need a folder"),
    ("corpus -o corpus/a.txt", "", "corpus/a.txt is a file. Several files need a folder"),
    ("corpus -o corpus", "", "corpus is an input: its outputs would be the next inputs"),
    ("corpus/a.txt corpus/b/a.txt -o t", "", "would both become t/a.tsv. Rename one, or tag a"),
    ("same -o t", "", "would both become t/a.tsv"),
    ("words/w.tsv -o words --overwrite", "", "The output words/w.tsv is an input"),
    ("corpus - -o t", "", "Standard input can't be tagged together with files"),
    ("nothing -o t", "", "There is no file to tag in nothing"),
    ("corpus -o t --columns xpos", "", "--columns is for words that are given"),
    ("corpus words -o t --columns feats", "", "the columns of tsv that can be replaced are xpos"),
    ("corpus -o t -n 2 -g 0", "", "Several processes can't share a GPU"),
]
# The same, which Typer refuses.
OPTIONS = [
    ("no.txt", "file 'no.txt' does not exist"),
    ("x" * 300, "does not exist"),
    ("book.txt -e utf9", "utf9 is not an encoding of text"),
    ("book.txt -e base64", "base64 is not an encoding of text"),
    ("book.txt --formt tsv", "--format"),
    ("book.txt --ouput book.tsv", "--output"),
    ("book.txt --prob", "--probs"),
    ("book.txt --columns tag", "tag is not one of xpos, upos, lemma, feats"),
    ("book.txt --format text", "'text' is not one of 'auto', "),
    ("book.txt --input-format slash", "'slash' is not one of 'auto', 'text', "),
]


def convert(path):
    convert_tags(path, path.with_name("data.spacy"))


def texts_of(path):
    list(read_texts(path, 8))


def tag(path, nlp=None, **options):
    return tag_file(
        nlp or by_rules("T", POS="NOUN", LEMMA="l"), path, io.BytesIO(), TagOptions(**options)
    )


@pytest.mark.parametrize(
    ("call", "name", "content", "options", "message"),
    [
        *((convert, name, content, {}, message) for name, content, message in CONVERT),
        *((tag, *row) for row in RETAG),
        *((texts_of, name, content, {}, message) for name, content, message in TEXTS),
    ],
)
def test_what_is_refused(tmp_path, call, name, content, options, message):
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ValueError, match=message) as error:
        call(tmp_path / name, **options)
    # The file is named once, unless the pipeline or the options are to blame.
    assert str(error.value).count(name) == ("columns of" not in message)
    assert len(str(error.value).split("\n")) <= 11
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_probabilities_that_a_later_component_deletes(trained, tmp_path):
    nlp = copy.deepcopy(trained)
    nlp.add_pipe("doc_cleaner", config={"attrs": {"_.tag_log_probs": None}})
    path = tmp_path / "a.txt"
    path.write_text("The dog", encoding="utf8")
    with pytest.raises(ValueError, match="such as doc_cleaner, deletes the probabilities"):
        tag(path, nlp, probs=True)


@pytest.mark.parametrize(
    ("args", "text", "message", "exit_code"),
    [
        *((*row, 1) for row in COMMANDS),
        *((args, TEXT, message, 2) for args, message in OPTIONS),
    ],
)
def test_what_the_command_refuses(run, rules, corpus, tmp_path, args, text, message, exit_code):
    for name in ("nothing", "same", "words"):
        (tmp_path / name).mkdir()
    for name in ("same/a.txt", "same/a.jsonl", "words/w.tsv"):
        (tmp_path / name).touch()
    (tmp_path / "book.txt").touch()
    before = sorted(tmp_path.rglob("*"))
    done = run(*args.split(), text=text, pipeline=rules)
    assert done.exit_code == exit_code
    assert message in said(done)
    assert done.stdout == ""
    assert sorted(tmp_path.rglob("*")) == before


def test_an_output_that_can_not_be_written(tmp_path):
    (tmp_path / "data.txt").write_text("a/B")
    with pytest.raises(ValueError, match=r"has to be a \.spacy file"):
        convert_tags(tmp_path / "data.txt", tmp_path / "data.bin")
    with pytest.raises(FileNotFoundError, match=r"missing/data\.spacy"):
        convert_tags(tmp_path / "data.txt", tmp_path / "missing/data.spacy")


@pytest.mark.parametrize("suffix", OPENERS)
def test_a_damaged_file(tmp_path, suffix):
    path = tmp_path / f"raw.txt{suffix}"
    with OPENERS[suffix](path, "wt") as file:
        file.writelines(f"The dog {i * i}\n" for i in range(1000))
    data = path.read_bytes()
    middle = len(data) // 2
    flipped = data[:middle] + bytes(255 - byte for byte in data[middle : middle + 9])
    for damaged in (data[:middle], flipped + data[middle + 9 :], b"The dog ate the apple\n" * 9):
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match=rf"raw\.txt\{suffix}: cut off, damaged, or not a"):
            list(read_texts(path, 1000))
    with pytest.raises(FileNotFoundError, match=r"raw\.txt"):
        texts_of(tmp_path / "no" / path.name)


def test_a_line_of_json_is_read_as_a_whole_and_not_without_limit(tmp_path):
    path = tmp_path / "raw.jsonl.xz"
    with lzma.open(path, "wt", preset=0) as file:
        file.write('{"text": "')
        for _ in range(21):
            file.write("a b " * 250_000)
        file.write('"}\n')
    with pytest.raises(ValueError, match=r"line 1 has more than 20,000,000 characters"):
        texts_of(path)


def test_pipelines_that_do_not_fit(tmp_path):
    path = tmp_path / "a.conllu"
    path.write_text(CONLLU, encoding="utf8")
    nlp = spacy.blank("xx")
    nlp.add_pipe("tagger")
    with pytest.raises(ValueError, match="'lemma', but the pipeline does not set it"):
        tag(path, nlp, columns=["lemma"])

    @Language.component("split_first")
    def split_first(doc):
        with doc.retokenize() as retokenizer:
            retokenizer.split(doc[0], list(doc[0].text), [(doc[0], 0)] * len(doc[0]))
        return doc

    nlp = by_rules("T")
    nlp.add_pipe("split_first")
    with pytest.raises(ValueError, match="has made 5 tokens of 4 words: a component merges"):
        tag(path, nlp)
    nlp = spacy.blank("xx")
    nlp.add_pipe("noun_chunker", config={"pattern": "<NOUN>"})
    (tmp_path / "a.txt").write_text("Go.")
    for name in ("a.conllu", "a.txt"):
        with pytest.raises(ValueError, match="sets no tags"):
            tag(tmp_path / name, nlp)
