"""Treebanks of other languages, whose tags and words are not like English. Without TREEBANKS set,
these tests are skipped."""

import pytest
import spacy
from helpers import ROOT
from spacy.training.initialize import init_nlp
from spacy.training.loop import train
from spacy.util import load_config

from spacy_lstm_tagger.tools.text.convert import convert_tags


@pytest.mark.slow
@pytest.mark.parametrize(
    ("folder", "tag", "accuracy"),
    [
        ("cs_cltt", "NNIS1-----A----", 0.3),  # hundreds of tags, sentences of 300 words
        ("fr_sequoia", "NOUN", 0.7),  # multiword tokens
        ("vi_vtb", "!", 0.5),  # words with spaces, and a tag that looks like the prefix
    ],
)
def test_trains_and_tags(treebanks, tmp_path, folder, tag, accuracy):
    paths = {}
    for part in ("train", "dev"):
        (source,) = (treebanks / folder).glob(f"*-{part}.conllu")
        convert_tags(source, tmp_path / f"{part}.spacy")
        paths[f"paths.{part}"] = str(tmp_path / f"{part}.spacy")
    steps = {"training.max_steps": 150, "training.eval_frequency": 150}
    # Not nlp.lang, since the tokenizers of some languages need other packages.
    nlp = init_nlp(load_config(ROOT / "configs/default.cfg", {**paths, **steps, "nlp.lang": "xx"}))
    assert tag in nlp.get_pipe("lstm_tagger").labels
    (tmp_path / "out").mkdir()
    train(nlp, tmp_path / "out")
    performance = spacy.load(tmp_path / "out/model-best").meta["performance"]
    assert performance["tag_acc"] > accuracy
