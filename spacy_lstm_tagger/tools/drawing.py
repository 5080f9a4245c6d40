"""Draws tagged text with displaCy: each token above its tag, coloured by the tag's probability."""

from collections.abc import Iterable, Mapping
from html import escape
from math import exp
from typing import Any

from spacy import displacy
from spacy.errors import Errors
from spacy.glossary import GLOSSARY
from spacy.tokens import Doc, Span, Token

from ..pipeline.log_probs import best_tags, tag_prob

# Below this probability, a token shows its second best tag, too.
DOUBTFUL = 0.9
# The colour of a tag that has at least this probability. The colours are translucent, so that the
# page's own text colour can be read on them, whether the page is light or dark.
COLORS = {
    DOUBTFUL: "rgb(128 128 128 / 12%)",
    0.7: "rgb(255 200 0 / 40%)",
    0.5: "rgb(255 150 0 / 45%)",
    0.0: "rgb(255 90 30 / 50%)",
}
TEMPLATE = (
    '<mark title="{title}" style="background: {bg}; color: {ink}; display: inline-block;'
    " vertical-align: top; text-align: center; line-height: 1.3; padding: 0.2em 0.35em;"
    ' margin: 0.15em 0; border-radius: 0.35em">{text}'
    '<span style="display: block; font-size: 0.75em; font-weight: bold">{label}</span></mark>'
)


def render(
    docs: Doc | Span | Iterable[Doc | Span],
    *,
    page: bool = False,
    minify: bool = False,
    jupyter: bool | None = None,
    options: Mapping[str, Any] | None = None,
) -> str | None:
    """Draw tagged text, as `displacy.render` draws entities.

    In Docs with log-probabilities (`log_probs = true`), the colour of a token shows the probability
    of its tag, and its title has the three best tags. Below 90 %, the second best tag stands under
    the first. In other Docs, all tokens look the same, and the title is the meaning of the tag.

    docs (Doc | Span | Iterable[Doc | Span]): The text to draw. A token without a tag is plain text.
    page (bool): Whether to make a complete HTML page.
    minify (bool): Whether to remove newlines and indentation from the HTML.
    jupyter (bool | None): Whether to display the HTML in a notebook; None to detect a notebook.
    options (Mapping[str, Any] | None): displaCy's options for entities: "ents", the tags to show;
        "colors", a colour for each of some tags, in place of the probability's; "template".
    RETURNS (str | None): The HTML; None if it is displayed in a notebook.
    RAISES (ValueError): If something to draw is neither a Doc nor a Span.
    """
    filled = {"template": TEMPLATE, "colors": {}, **(options or {})}
    texts = [docs] if isinstance(docs, Doc | Span) else docs
    html: str | None = displacy.render(
        [parse_tags(text, filled["colors"]) for text in texts],
        style="ent",
        page=page,
        minify=minify,
        jupyter=jupyter,
        options=filled,
        manual=True,
    )
    return html


def parse_tags(text: Doc | Span, colors: Mapping[str, str]) -> dict[str, Any]:
    """What displaCy draws, with tags in the place of entities.

    colors (Mapping[str, str]): Background colours of some tags.
    RETURNS (dict[str, Any]): A text as `displacy.render` takes it with `manual=True`.
    RAISES (ValueError): If the text is neither a Doc nor a Span.
    """
    if not isinstance(text, Doc | Span):
        raise ValueError(Errors.E096)
    ents = []
    for token in text:
        if token.tag and not token.is_space:
            start = token.idx - text[0].idx
            ent = {"start": start, "end": start + len(token), "label": token.tag_}
            ents.append({**ent, "params": fill_template(token, colors.get(token.tag_))})
    title = escape(str(text.doc.user_data.get("title") or ""))
    settings = displacy.get_doc_settings(text.doc)
    return {"text": text.text, "ents": ents, "title": title, "settings": settings}


def fill_template(token: Token, color: str | None) -> dict[str, str]:
    """The values of the template for a token. displaCy escapes only the text, so they are escaped.

    color (str | None): The background; None for the colour of the tag's probability.
    """
    prob = tag_prob(token)
    labels = [token.tag_]
    titles = [GLOSSARY.get(token.tag_, "")]
    if prob is not None:
        best = [(tag, exp(log_prob)) for tag, log_prob in best_tags(token, 3)]
        titles = [f"{tag} {p:.1%} {GLOSSARY.get(tag, '')}".rstrip() for tag, p in best]
        if prob < DOUBTFUL:
            others = [pair for pair in best if pair[0] != token.tag_]
            labels = [f"{tag} {p:.0%}" for tag, p in [(token.tag_, prob), *others[:1]]]
    lowest = DOUBTFUL if prob is None else max(limit for limit in COLORS if prob >= limit)
    return {
        "label": "<br>".join(map(escape, labels)),
        "title": "&#10;".join(map(escape, titles)),
        "bg": color or COLORS[lowest],
        "ink": "black" if color else "inherit",
    }
