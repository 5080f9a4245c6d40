"""The time for a long text is in proportion to its length."""

from collections import Counter

import pytest
from spacy.tokens import Doc


class CountingDoc(Doc):
    """A Doc that counts how often all of its tokens are looked at, also by spaCy itself."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.calls = Counter()


def count_calls(name):
    method = getattr(Doc, name)

    def counting(self, *args, **kwargs):
        self.calls[name] += 1
        return method(self, *args, **kwargs)

    setattr(CountingDoc, name, counting)


for method_of_all_tokens in ("has_annotation", "to_array", "from_array", "copy"):
    count_calls(method_of_all_tokens)


@pytest.mark.parametrize("line", ["Two eggs for Anna.\n", "Eggs\n\nTea ", "Two eggs for Anna. "])
@pytest.mark.parametrize("line_breaks", [True, False])
def test_no_component_looks_at_all_tokens_for_each_token(web, monkeypatch, line, line_breaks):
    monkeypatch.setattr(web.get_pipe("attribute_ruler"), "line_breaks", line_breaks)
    calls = []
    for n_lines in (10, 500):
        made = web.make_doc(line * n_lines)
        spaces = [bool(token.whitespace_) for token in made]
        doc = CountingDoc(web.vocab, [token.text for token in made], spaces)
        web(doc, component_cfg={"tagger": {"log_probs": True}})
        assert len(list(doc.sents)) >= n_lines
        assert len(list(doc.noun_chunks)) >= n_lines
        assert all(token._.tag_prob or token.is_space for token in doc)
        calls.append(doc.calls)
    short, long = calls
    assert long == short
    assert short["has_annotation"] > 0
