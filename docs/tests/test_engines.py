"""The code of deploy.md for Ray and Spark, where they are installed."""

import re
import shutil
import sys

import pytest
import spacy
from helpers import ROOT

pytestmark = [
    pytest.mark.slow,
    # An import would find the folder in pipelines/, too.
    pytest.mark.skipif(not spacy.util.is_package("en_lstm_web"), reason="needs en_lstm_web"),
]
ROWS = [{"text": "They are waiting."}, {"text": "She left."}] * 10
TAGGED = [["PRP", "VBP", "VBG", "."], ["PRP", "VBD", "."]] * 10


@pytest.fixture
def texts(tmp_path, monkeypatch):
    """The folder of texts that the page reads."""
    pandas = pytest.importorskip("pandas")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "texts").mkdir()
    pandas.DataFrame(ROWS).to_parquet("texts/0.parquet")


def run_block(word, **names):
    """Run the block of the page that has a word, with some names. Returns all its names."""
    page = (ROOT / "docs/deploy.md").read_text(encoding="utf8")
    blocks = re.findall(r"```python\n(.*?)```", page, re.S)
    (code,) = [block for block in blocks if word in block]
    namespace = {"spacy": spacy, **names}
    exec(code, namespace)
    return namespace


@pytest.mark.filterwarnings("ignore::DeprecationWarning:ray")
def test_ray(texts):
    ray = pytest.importorskip("ray")
    pytest.importorskip("ray.data")
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    try:
        tagged = run_block("map_batches", ray=ray)["tagged"]
        assert [list(row["tags"]) for row in tagged.take_all()] == TAGGED
    finally:
        ray.shutdown()


@pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java")
@pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")
def test_spark(texts, monkeypatch):
    sql = pytest.importorskip("pyspark.sql")
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    builder = sql.SparkSession.builder.master("local[2]").config("spark.ui.enabled", False)
    session = builder.getOrCreate()
    try:
        tagged = run_block("mapInPandas", session=session)["tagged"]
        assert [row["tags"] for row in tagged.collect()] == TAGGED
    finally:
        session.stop()
