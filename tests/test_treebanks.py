"""Treebanks of other languages, whose tags and words are not like English. Without TREEBANKS set,
these tests are skipped."""

import pytest
from helpers import ROOT, train_config

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
    # Not nlp.lang, since the tokenizers of some languages need other packages.
    overrides = {"nlp.lang": "xx", "training.max_steps": 150, "training.eval_frequency": 150}
    for part in ("train", "dev"):
        (source,) = (treebanks / folder).glob(f"*-{part}.conllu")
        convert_tags(source, tmp_path / f"{part}.spacy")
        overrides[f"paths.{part}"] = str(tmp_path / f"{part}.spacy")
    nlp = train_config(ROOT / "configs/default.cfg", tmp_path / "out", overrides)
    assert tag in nlp.get_pipe("lstm_tagger").labels
    assert nlp.meta["performance"]["tag_acc"] > accuracy
