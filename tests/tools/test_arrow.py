import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy
import pytest
import spacy
from helpers import TAGGED, by_rules, make_nlp, tags

pyarrow = pytest.importorskip("pyarrow")

from spacy.tokens import Doc, DocBin  # noqa: E402

from spacy_lstm_tagger.pipeline.soft_tags import soft_tags_of  # noqa: E402
from spacy_lstm_tagger.tools import arrow  # noqa: E402
from spacy_lstm_tagger.tools.arrow import ArrowTagger  # noqa: E402

TEXTS = ["The dog ate the apple", "Everybody read that book", "", None, "That book"]


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("arrow") / "model"
    make_nlp(n_updates=20).to_disk(path)
    return str(path)


def test_texts_get_words_and_tags(path):
    table = pyarrow.table({"id": range(5), "text": TEXTS})
    rows = ArrowTagger(path)(table).to_pylist()
    nlp = spacy.load(path)
    for i, (row, text) in enumerate(zip(rows, TEXTS, strict=True)):
        assert (row["id"], row["text"]) == (i, text)
        assert row["words"] == (None if text is None else [token.text for token in nlp(text)])
        assert row["tags"] == (None if text is None else tags(nlp(text)))


def test_words_are_tagged_as_they_are(path):
    words = [["The", "dog ate"], [], None]
    table = ArrowTagger(path, words="tokens", tags="pos")(pyarrow.table({"tokens": words}))
    assert table.column_names == ["tokens", "pos"]
    nlp = spacy.load(path)
    assert table["pos"].to_pylist() == [tags(nlp(Doc(nlp.vocab, words=words[0]))), [], None]


def test_the_most_probable_tags_and_their_log_probabilities(path):
    table = ArrowTagger(path, top_k=2)(pyarrow.table({"text": [*TEXTS, "The\n dog"]}))
    assert table.column_names[-3:] == ["tags", "top_tags", "top_tags_log_probs"]
    nlp = spacy.load(path, config={"components.lstm_tagger.log_probs": True})
    for row in table.to_pylist():
        if row["text"] is None:
            assert row["top_tags"] is row["top_tags_log_probs"] is None
            continue
        best = [token._.best_tags(2) for token in nlp(row["text"])]
        assert row["top_tags"] == [[tag for tag, _ in pairs] for pairs in best]
        for values, pairs in zip(row["top_tags_log_probs"], best, strict=True):
            assert values == pytest.approx([value for _, value in pairs], rel=1e-3, abs=1e-6)


def test_a_lexicon_leaves_fewer_tags(path, tmp_path):
    nlp = spacy.load(path)
    nlp.get_pipe("lstm_tagger").lexicon.update({"dog": ["NN"]})
    nlp.to_disk(tmp_path)
    (row,) = ArrowTagger(tmp_path, top_k=2)(pyarrow.table({"text": ["The dog"]})).to_pylist()
    assert [len(best) for best in row["top_tags"]] == [2, 1]
    assert row["top_tags_log_probs"][1] == [0]


def test_a_tagger_without_probabilities_has_no_most_probable_tags(tmp_path):
    table = pyarrow.table({"text": TEXTS})
    by_rules("X").to_disk(tmp_path)
    (row, *_) = ArrowTagger(tmp_path, top_k=3)(table).to_pylist()
    assert row["tags"] == ["X"] * 5
    assert row["top_tags"] is row["top_tags_log_probs"] is None


def test_a_tagged_table_becomes_docs_to_train_on(path):
    tagger = ArrowTagger(path, top_k=3)
    texts = ["The dog ate.  Everybody\nread that book!", None, "", "That book"]
    table = tagger(pyarrow.table({"text": texts}))
    nlp = spacy.load(path, config={"components.lstm_tagger.log_probs": True})
    docs = list(tagger.to_docs(table, spacy.blank("en").vocab))
    docs = list(DocBin(store_user_data=True, docs=docs).get_docs(spacy.blank("en").vocab))
    assert [doc.text for doc in docs] == [texts[0], texts[3]]
    assert len(list(docs[0].sents)) == 2
    for doc in docs:
        expected = nlp(doc.text)
        assert [t.text for t in doc] == [t.text for t in expected]
        assert tags(doc) == tags(expected)
        labels = expected._.tag_labels
        probs = numpy.exp(expected._.tag_log_probs) * [[not t.is_space] for t in expected]
        assert soft_tags_of(doc).probabilities(labels) == pytest.approx(probs, abs=1e-3)


def test_a_table_of_words_without_probabilities_becomes_docs(path):
    tagger = ArrowTagger(path, words="tokens", tags="pos")
    table = tagger(pyarrow.table({"tokens": [["The", "dog"], [], None]}))
    (doc,) = tagger.to_docs(table, spacy.blank("en").vocab)
    assert (doc.has_unknown_spaces, tags(doc), soft_tags_of(doc)) == (True, ["DET", "NN"], None)


def test_batches_are_mapped_one_by_one(path):
    table = pyarrow.table({"text": TEXTS})
    batches = ArrowTagger(path).map(iter(table.to_batches(max_chunksize=2)))
    assert [batch.num_rows for batch in batches] == [2, 2, 1]


@pytest.fixture
def loads(monkeypatch):
    """The pipelines that were loaded, in their order."""
    loads = []

    def load(*args, **kwargs):
        loads.append(spacy.load(*args, **kwargs))
        return loads[-1]

    monkeypatch.setattr(arrow, "spacy", SimpleNamespace(load=load))
    return loads


def test_only_the_name_travels_and_a_worker_loads_it_once(path, loads):
    tagger = ArrowTagger(path)
    tagger(pyarrow.table({"text": TEXTS}))
    pickled = pickle.dumps(tagger)
    assert len(pickled) < 1000
    loads.clear()
    arrow.load.cache_clear()  # as in another process
    for _ in range(3):
        pickle.loads(pickled)(pyarrow.table({"text": TEXTS}))
    assert len(loads) == 1


def test_the_vocab_does_not_grow(path, loads):
    tagger = ArrowTagger(path)
    tagger(pyarrow.table({"text": TEXTS}))
    n_strings = len(loads[0].vocab.strings)
    with ThreadPoolExecutor(4) as pool:
        words = [[f"word-{i}-{j}" for i in range(100)] for j in range(8)]
        list(pool.map(tagger, [pyarrow.table({"text": texts}) for texts in words]))
    assert len(loads[0].vocab.strings) == n_strings


def test_threads_share_a_tagger(path, loads):
    tagger = ArrowTagger(path)
    table = pyarrow.table({"text": [f"{text} {i}" for i in range(50) for text in TEXTS[:2]]})
    expected = ArrowTagger(path)(table)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(tagger, [table] * 20)) == [expected] * 20
    assert len(loads) == 2


def test_a_text_that_is_too_long_is_named_and_leaves_the_tagger_as_it_was(path):
    tagger, texts = ArrowTagger(path), [None, "The dog", "The apple " * 120_000]
    message = "1,200,000 characters in row 2, .* up to 1,000,000.* It begins with 'The apple The"
    with pytest.raises(ValueError, match=message):
        tagger(pyarrow.table({"text": texts}))
    assert tagger(pyarrow.table({"text": TEXTS[:1]}))["tags"].to_pylist() == [TAGGED[0][1]]


def test_without_pyarrow_the_extras_are_named():
    code = "import sys; sys.modules['pyarrow'] = None; import spacy_lstm_tagger.tools.arrow"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "spacy-lstm-tagger[ray]" in done.stderr
    assert "spacy-lstm-tagger[spark]" in done.stderr


@pytest.mark.parametrize(
    ("columns", "options", "message"),
    [
        ({"texts": TEXTS}, {}, "no column 'text'"),
        ([("text", TEXTS), ("text", TEXTS)], {}, "2 columns 'text'"),
        ({"text": [1]}, {}, "Column 'text' has 1 in row 0, which is not a string"),
        ({"w": [[1, 2]]}, {"words": "w"}, "not a list of words"),
        ({"w": [[None]]}, {"words": "w"}, "not a list of words"),
        ({"w": [[""]]}, {"words": "w"}, "not a list of words"),
        ({"text": TEXTS, "tags": TEXTS}, {}, "column 'tags' already"),
        ({"text": TEXTS, "top_tags": TEXTS}, {"top_k": 1}, "column 'top_tags' already"),
    ],
)
def test_wrong_columns_are_named(path, columns, options, message):
    names, values = zip(*(columns.items() if isinstance(columns, dict) else columns), strict=True)
    table = pyarrow.Table.from_arrays(list(map(pyarrow.array, values)), names=names)
    with pytest.raises(ValueError, match=message):
        ArrowTagger(path, **options)(table)


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        *(({"top_k": k}, "a whole number") for k in (-1, 1.5, True, "1", None)),
        *(({"exclude": names}, "names of components") for names in (None, 5, [5])),
        ({"tags": "words"}, "Choose another name"),
    ],
)
def test_options_that_make_no_sense(path, options, rule):
    (name,) = options
    with pytest.raises(ValueError, match=f"{name} = .*{rule}"):
        ArrowTagger(path, **options)


@pytest.mark.parametrize("exclude", ["lstm_tagger", ["lstm_tagger"], iter(["lstm_tagger"])])
def test_components_are_left_out_as_in_spacy_load(path, exclude):
    table = ArrowTagger(path, exclude=exclude)(pyarrow.table({"text": TEXTS[:1]}))
    assert table["tags"].to_pylist() == [[""] * 5]


def test_words_that_the_pipeline_merges_are_not_tagged_wrongly(path, tmp_path):
    nlp = spacy.load(path)
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "X", "pattern": "The dog"}])
    nlp.add_pipe("merge_entities")
    nlp.to_disk(tmp_path)
    words = [None, ["That", "book"], ["Then", "The", "dog", "ate"]]
    for top_k in (0, 2):
        tagger = ArrowTagger(tmp_path, words="words", top_k=top_k)
        message = "made 3 tokens of the 4 words in row 2 of column 'words'"
        with pytest.raises(ValueError, match=message):
            tagger(pyarrow.table({"words": words}))
        tagger = ArrowTagger(tmp_path, words="words", top_k=top_k, exclude="merge_entities")
        assert len(tagger(pyarrow.table({"words": words}))["tags"].to_pylist()[2]) == 4
