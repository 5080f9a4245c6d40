import pytest
import spacy
from helpers import HASH_EMBED_CNN, LISTENER, by_rules

from spacy_lstm_tagger.tools.loading import load_pipeline


def test_components_can_be_excluded(tmp_path):
    nlp = by_rules("NN")
    nlp.add_pipe("sentencizer")
    nlp.to_disk(tmp_path)
    assert load_pipeline(str(tmp_path), exclude=["sentencizer"]).pipe_names == ["attribute_ruler"]
    with pytest.raises(ValueError, match="has no component 'tagger'"):
        load_pipeline(str(tmp_path), exclude=["sentencizer", "tagger"])


def test_components_that_are_disabled_in_the_config_stay_so(tmp_path):
    nlp = by_rules("NN")
    nlp.disable_pipe("attribute_ruler")
    nlp.to_disk(tmp_path)
    assert spacy.load(tmp_path).pipe_names == load_pipeline(str(tmp_path)).pipe_names == []


@pytest.mark.parametrize("factory", ["tagger", "lstm_tagger"])
def test_a_component_is_not_left_without_what_it_listens_to(tmp_path, factory):
    nlp = spacy.blank("xx")
    nlp.add_pipe("tok2vec", config={"model": HASH_EMBED_CNN})
    nlp.add_pipe(factory, name="tags", config={"model": {"tok2vec": LISTENER}})
    nlp.to_disk(tmp_path)
    with pytest.raises(ValueError, match="'tags' reads the output of 'tok2vec', which is left out"):
        load_pipeline(str(tmp_path), exclude=["tok2vec"])
    assert load_pipeline(str(tmp_path), exclude=["tok2vec", "tags"]).pipe_names == []


def test_a_component_listens_to_any_that_runs_before_it(tmp_path):
    nlp = spacy.blank("xx")
    for name in ("tok2vec", "encoder"):
        nlp.add_pipe("tok2vec", name=name, config={"model": HASH_EMBED_CNN})
    nlp.add_pipe("tagger", config={"model": {"tok2vec": LISTENER}})
    nlp.to_disk(tmp_path)
    assert load_pipeline(str(tmp_path), exclude=["tok2vec"]).pipe_names == ["encoder", "tagger"]
    with pytest.raises(ValueError, match="'tagger' reads the output of 'tok2vec', which is left"):
        load_pipeline(str(tmp_path), exclude=["tok2vec", "encoder"])
