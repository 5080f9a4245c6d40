import pytest
import spacy
from spacy.tokens import Doc
from spacy.training import Example

PLAIN = {"nlp": {"tokenizer": {"@tokenizers": "spacy.Tokenizer.v1"}}}


def initialize(nlp):
    nlp.add_pipe("lstm_tagger")
    doc = Doc(nlp.vocab, words=["a", "b"], tags=["X", "Y"])
    nlp.initialize(lambda: [Example(doc.copy(), doc)])


@pytest.mark.parametrize(
    ("lang", "tokenizer"),
    [("zh", "spacy.zh.ChineseTokenizer"), ("vi", "spacy.vi.VietnameseTokenizer")],
)
def test_a_language_with_a_tokenizer_of_its_own_needs_it(lang, tokenizer):
    nlp = spacy.blank(lang, config=PLAIN)
    with pytest.warns(UserWarning, match=f"set @tokenizers = '{tokenizer}'"):
        initialize(nlp)


@pytest.mark.parametrize(("lang", "config"), [("zh", {}), ("en", {}), ("en", PLAIN), ("ko", PLAIN)])
def test_others_need_no_word(lang, config):
    initialize(spacy.blank(lang, config=config))
