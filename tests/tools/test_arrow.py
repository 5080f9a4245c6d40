import os
import pickle
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
import spacy
from helpers import LOG_PROBS, TAGGED, by_rules, make_nlp, tags
from spacy.tokens import Doc

pyarrow = pytest.importorskip("pyarrow")

from spacy_lstm_tagger import ArrowTagger  # noqa: E402

TEXTS = ["The dog ate the apple", "Everybody read that book", "", None, "That\n book"]


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("arrow") / "model"
    make_nlp(n_updates=8).to_disk(path)
    return str(path)


@pytest.mark.parametrize("probs", [False, True])
def test_texts_get_words_tags_and_probabilities(path, probs):
    table = ArrowTagger(path, probs=probs)(pyarrow.table({"id": range(5), "text": TEXTS}))
    added = ["words", "tags", "probs"] if probs else ["words", "tags"]
    assert table.column_names == ["id", "text", *added]
    nlp = spacy.load(path)
    for row in table.to_pylist():
        if row["text"] is None:
            assert [row[name] for name in added] == [None] * len(added)
            continue
        doc = nlp(row["text"], **LOG_PROBS)
        assert row["words"] == [token.text for token in doc]
        assert row["tags"] == tags(doc)
        if probs:
            assert row["probs"] == [pytest.approx(token._.tag_prob) for token in doc]
    assert doc[1].is_space
    if probs:
        assert row["probs"][1] is None


def test_words_are_tagged_as_they_are(path):
    words = [["The", "dog ate"], [], None]
    table = ArrowTagger(path, words="tokens")(pyarrow.table({"tokens": words}))
    assert table.column_names == ["tokens", "tags"]
    nlp = spacy.load(path)
    assert table["tags"].to_pylist() == [tags(nlp(Doc(nlp.vocab, words=words[0]))), [], None]


def test_a_pipeline_without_probabilities(tmp_path):
    by_rules("X").to_disk(tmp_path)
    table = ArrowTagger(tmp_path, probs=True)(pyarrow.table({"text": ["The dog"]}))
    assert table["tags"].to_pylist() == [["X", "X"]]
    assert table["probs"].to_pylist() == [None]


def test_batches_are_tagged_one_by_one(path):
    table = pyarrow.table({"text": TEXTS})
    batches = list(ArrowTagger(path)(iter(table.to_batches(max_chunksize=2))))
    assert [batch.num_rows for batch in batches] == [2, 2, 1]
    assert pyarrow.Table.from_batches(batches) == ArrowTagger(path)(table)


def test_only_the_name_travels(path):
    pickled = pickle.dumps(ArrowTagger(path))
    assert len(pickled) < 1000
    table = pyarrow.table({"text": TEXTS})
    assert pickle.loads(pickled)(table) == ArrowTagger(path)(table)


def test_a_pipeline_that_was_trained_again(tmp_path):
    table = pyarrow.table({"text": ["dog"]})
    for tag in ("X", "Y"):
        by_rules(tag).to_disk(tmp_path)
        assert ArrowTagger(tmp_path)(table)["tags"].to_pylist() == [[tag]]


def test_threads_share_a_tagger(path):
    table = pyarrow.table({"text": [f"{text} {i}" for i in range(50) for text in TEXTS[:2]]})
    tagger = ArrowTagger(path)
    expected = ArrowTagger(path)(table)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(tagger, [table] * 8)) == [expected] * 8


@pytest.mark.parametrize("probs", [False, True])
def test_words_that_a_component_merges(path, tmp_path, probs):
    nlp = spacy.load(path)
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "X", "pattern": "The dog"}])
    nlp.add_pipe("merge_entities")
    nlp.to_disk(tmp_path)
    table = pyarrow.table({"words": [None, ["That", "book"], ["Then", "The", "dog", "ate"]]})
    with pytest.raises(ValueError, match=r"row 2, .*: The pipeline made 3 tokens of 4 words.*excl"):
        ArrowTagger(tmp_path, words="words", probs=probs)(table)
    tagger = ArrowTagger(tmp_path, words="words", probs=probs, exclude="merge_entities")
    assert [row and len(row) for row in tagger(table)["tags"].to_pylist()] == [None, 2, 4]


def test_words_in_lists_of_any_kind(path):
    words = [["The", "dog"], None, ["ate"]]
    string = pyarrow.string()
    kinds = [pyarrow.list_(string), pyarrow.large_list(string), pyarrow.list_view(string)]
    tagger = ArrowTagger(path, words="words")
    found = [tagger(pyarrow.table({"words": pyarrow.array(words, kind)})) for kind in kinds]
    assert [len(row or ()) for row in found[0]["tags"].to_pylist()] == [2, 0, 1]
    assert all(table["tags"] == found[0]["tags"] for table in found)


def column(values):
    return pyarrow.table({"column": pyarrow.array(values)})


TWICE = pyarrow.Table.from_arrays([pyarrow.array(TEXTS)] * 2, ["column", "column"])
TAGGED_TABLE = column(["a"]).append_column("tags", pyarrow.array(["NN"]))


@pytest.mark.parametrize(
    ("options", "table", "message"),
    [
        ({"exclude": "taggr"}, column(TEXTS), "has no component 'taggr'"),
        ({"exclude": "lstm_tagger"}, column(TEXTS), r"sets no tags; its components are \[\]"),
        ({"text": "tex"}, column(TEXTS), r"one column 'tex'; the columns are \['column'\]"),
        ({}, TWICE, r"one column 'column'; the columns are \['column', 'column'\]"),
        ({}, TAGGED_TABLE, "column 'tags' already"),
        ({}, column([b"a"]), "'column' has to have texts; its type is binary"),
        ({}, column([{"a": 1}]), "'column' has to have texts; its type is struct"),
        ({"words": "column"}, column(["a b"]), "has to have lists of words; its type is string"),
        ({}, column([None, "The", "a " * 600_000]), r"row 2, 'a a .*': \[E088\] .* of 1000000"),
        ({"words": "column"}, column([["The"], ["The", None]]), r"row 1, .*None.*: \[E1022\]"),
        ({"words": "column"}, column([["The", ""]]), r"row 0, .*: \[E031\] .* empty string"),
    ],
)
def test_what_is_refused(path, options, table, message):
    tagger = ArrowTagger(path, **{"text": "column", **options})
    with pytest.raises(ValueError, match=message):
        tagger(table)


def test_a_tagger_goes_on_after_an_error(path):
    tagger = ArrowTagger(path, words="column")
    with pytest.raises(ValueError, match="row 0"):
        tagger(column([["The", ""]]))
    assert tagger(column([["The"]])).num_rows == 1


def test_a_table_of_another_library_is_refused(path):
    with pytest.raises(TypeError, match=r"not dict\. In Ray Data, set batch_format='pyarrow'"):
        ArrowTagger(path)({"text": TEXTS})


def check_rows(rows):
    """Check what an engine made of ten times the texts of TAGGED."""
    assert [row["tags"] for row in rows] == [tags for _, tags in TAGGED] * 10
    assert all(len(row["probs"]) == len(row["words"]) for row in rows)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning:ray")
def test_ray_data(path):
    ray = pytest.importorskip("ray")
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    try:
        data = ray.data.from_arrow(pyarrow.table({"text": [text for text, _ in TAGGED] * 10}))
        tagger = ArrowTagger(path, probs=True)
        tagged = data.map_batches(tagger, batch_format="pyarrow", batch_size=3)
        rows = tagged.take_all()
    finally:
        ray.shutdown()
    check_rows(rows)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java")
@pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")
def test_spark(path, monkeypatch):
    pytest.importorskip("pyspark")
    from pyspark.sql import SparkSession

    monkeypatch.setitem(os.environ, "PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", False)
    session = builder.config("spark.sql.execution.arrow.maxRecordsPerBatch", 3).getOrCreate()
    try:
        frame = session.createDataFrame([(text,) for text, _ in TAGGED] * 10, "text string")
        schema = "text string, words array<string>, tags array<string>, probs array<float>"
        rows = frame.mapInArrow(ArrowTagger(path, probs=True), schema).collect()
    finally:
        session.stop()
    check_rows(rows)
