import pytest
import spacy
from helpers import by_rules

from spacy_lstm_tagger.training.loading import load_pipeline


def test_components_can_be_excluded_and_disabled(tmp_path):
    nlp = by_rules("NN")
    nlp.add_pipe("sentencizer")
    nlp.to_disk(tmp_path)
    assert load_pipeline(str(tmp_path), exclude=["sentencizer"]).pipe_names == ["attribute_ruler"]
    disabled = load_pipeline(str(tmp_path), disable=["sentencizer"])
    assert (disabled.pipe_names, disabled.disabled) == (["attribute_ruler"], ["sentencizer"])
    for options in ({"exclude": ["tagger"]}, {"disable": ["sentencizer", "tagger"]}):
        with pytest.raises(ValueError, match="has no component 'tagger'"):
            load_pipeline(str(tmp_path), **options)


def test_components_that_are_disabled_in_the_config_stay_so(tmp_path):
    nlp = by_rules("NN")
    nlp.disable_pipe("attribute_ruler")
    nlp.to_disk(tmp_path)
    assert spacy.load(tmp_path).pipe_names == load_pipeline(str(tmp_path)).pipe_names == []
