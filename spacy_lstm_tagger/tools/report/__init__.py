"""Reports how well a pipeline tags. Needs the extra `report`: scikit-learn."""

from .console import show
from .forms import measure_forms
from .measure import Report, compare, measure
from .page import make_page
from .tokens import TaggedTokens, tag_tokens, tags_of_words

__all__ = [
    "Report",
    "TaggedTokens",
    "compare",
    "make_page",
    "measure",
    "measure_forms",
    "show",
    "tag_tokens",
    "tags_of_words",
]
