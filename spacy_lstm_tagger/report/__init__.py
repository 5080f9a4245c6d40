"""Reports how well a pipeline tags. Needs the extra `report`: scikit-learn and matplotlib."""

from .forms import measure_forms
from .measure import Report, TaggedTokens, compare, measure, tag_tokens, tags_of_words
from .page import make_page

__all__ = [
    "Report",
    "TaggedTokens",
    "compare",
    "make_page",
    "measure",
    "measure_forms",
    "tag_tokens",
    "tags_of_words",
]
