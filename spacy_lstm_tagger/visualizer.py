"""Draws tagged text: each token with its tag, coloured by the probability of the tag."""

from collections.abc import Iterable
from math import exp
from typing import Any

from jinja2 import Environment
from spacy.tokens import Doc, Span, Token
from spacy.util import is_in_jupyter

from .pipeline.log_probs import best_tags, tag_log_prob

TEMPLATE = """
{% if page %}
<!DOCTYPE html>
<html lang="{{ lang }}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tags</title>
</head>
<body style="font: 16px/1.4 system-ui, sans-serif; margin: 1.5rem auto; max-width: 60rem; padding: 0 1rem">
{% endif %}
{% for tokens, direction in docs %}
<div class="tags" dir="{{ direction }}" style="display: flex; flex-wrap: wrap; gap: .4rem; padding: 1rem 0">
{% for token in tokens %}
<span title="{{ token.title }}" style="background: {{ token.color }}; border-radius: .35rem; padding: .2rem .5rem; text-align: center; color: #222; overflow-wrap: anywhere">
<bdi>{{ token.text }}</bdi><br><b style="font-size: .7em">{{ token.tag }}</b></span>
{% endfor %}
</div>
{% endfor %}
{% if page %}
</body>
</html>
{% endif %}
"""
NO_CONFIDENCE = "#eeeeee"


def render(
    docs: Doc | Span | Iterable[Doc | Span], *, page: bool = False, jupyter: bool | None = None
) -> str | None:
    """Draw tagged text as HTML, as `displacy.render` draws entities.

    In Docs with log-probabilities (`log_probs = true`), the colour of a token shows the probability
    of its tag, from red (0.5 or less) to green (1). A tooltip shows the best tags.

    docs (Doc | Span | Iterable[Doc | Span]): The text to draw.
    page (bool): Whether to make a complete HTML page.
    jupyter (bool | None): Whether to display the HTML in a notebook; None to detect a notebook.
    RETURNS (str | None): The HTML; None if it is displayed in a notebook.
    """
    spans = [docs] if isinstance(docs, Doc | Span) else list(docs)
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    html = environment.from_string(TEMPLATE.strip()).render(
        page=page,
        lang=spans[0].vocab.lang if spans else "",
        docs=[
            ([describe(token) for token in span if not token.is_space], direction(span))
            for span in spans
        ],
    )
    if jupyter or (jupyter is None and is_in_jupyter()):
        from IPython.display import HTML, display

        display(HTML(html))
        return None
    return html


def direction(span: Doc | Span) -> str:
    return str(span.vocab.writing_system.get("direction", "ltr"))


def describe(token: Token) -> dict[str, Any]:
    described = {"text": token.text, "tag": token.tag_, "color": NO_CONFIDENCE, "title": ""}
    own_log_prob = tag_log_prob(token)
    if own_log_prob is not None:
        described["color"] = color(exp(own_log_prob))
        described["title"] = ", ".join(
            f"{tag} {100 * exp(log_prob):.1f} %" for tag, log_prob in best_tags(token, 3)
        )
    return described


def color(probability: float) -> str:
    """Red at 0.5 and below, yellow at 0.75, green at 1."""
    hue = 120 * max(0.0, 2 * probability - 1)
    return f"hsl({hue:.0f}, 75%, 82%)"
