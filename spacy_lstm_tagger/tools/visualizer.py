"""Draws tagged text: each token with its tag, shaded by the probability of the tag."""

import re
import unicodedata
import warnings
import zlib
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from math import exp
from typing import Any, NamedTuple

from jinja2 import Environment, Template
from markupsafe import Markup
from spacy.tokens import Doc, Span
from spacy.training import Alignment
from spacy.util import is_in_jupyter

from ..pipeline.probabilities import best_tags, tag_log_prob
from ..training.alignment import one_to_one
from .drawn import check_dict

Text = Doc | Span | Mapping[str, Any]
Texts = Text | Iterable[Text]
Options = Mapping[str, Any] | None

DEFAULTS = {"colors": {}, "pos": False, "gold": None, "k": 3}
# spaCy's code for several languages, and the code that a browser knows for it.
LANGUAGES = {"xx": "mul"}
# All characters that https://www.w3.org/TR/xml/#charsets does not list.
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Shade(NamedTuple):
    """How a token is drawn if its tag has at least this probability."""

    lowest: float
    color: str
    line: str  # under the word, as a CSS border style
    legend: str


# One hue, darker for less sure, so that the order shows in grey, too. Doubtful tags also have a
# line. Black text has a contrast of at least 7 on each colour.
SHADES = (
    Shade(0.99, "#eff5fb", "none", "99 % or more"),
    Shade(0.9, "#d6e6f4", "none", "90 to 99 %"),
    Shade(0.7, "#b0cfe8", "dotted", "70 to 90 %"),
    Shade(0.5, "#8ab7dd", "dashed", "50 to 70 %"),
    Shade(0.0, "#6ba3d3", "double", "below 50 %"),
)
UNKNOWN = Shade(0.0, "#eeeeee", "none", "not known")
HEADER = Shade(0.0, "none", "none", "Probability of the tag:")  # of the legend
WRONG = "\N{BALLOT X}"
# Of the SVG, in pixels.
FONT_SIZE = 16
SMALL = 13
LINE = 22
GAP = 8


def render(
    docs: Texts,
    *,
    page: bool = False,
    jupyter: bool | None = None,
    options: Options = None,
    manual: bool = False,
) -> str | None:
    """Draw tagged text as HTML, as `displacy.render` draws entities.

    In Docs with log-probabilities (`log_probs = true`), the shade of a token shows the probability
    of its tag, and a line under the word marks a doubtful tag. A click, a touch, or Enter on a
    token shows its best tags. Without log-probabilities the function warns.

    docs (Doc | Span | Mapping | Iterable[Doc | Span | Mapping]): The text to draw.
    page (bool): Whether to make a complete HTML page.
    jupyter (bool | None): Whether to display the HTML in a notebook; None to detect a notebook.
    options (Mapping[str, Any] | None): "colors", a background for each of some tags, in place of
        the shade; "pos", whether to show `token.pos_`; "gold", the same text with gold tags, or a
        list of such texts, to show a gold tag where it differs; "k", the number of best tags (3).
    manual (bool): Whether the texts are dicts, as `parse_tags` makes them. A dict that is not such
        raises a ValueError that names the word.
    RETURNS (str | None): The HTML; None if it is displayed in a notebook.
    """
    texts = to_dicts(docs, options, manual)
    html = template("visualizer.html").render(
        page=page,
        texts=texts,
        legend=legend(texts),
        colors=with_defaults(options)["colors"],
        has_best=any(word.get("best") for words in words_of(texts) for word in words),
        lang_of=lang_of,
        shade=shade,
        wrong=WRONG,
    )
    html = html.strip()
    if jupyter or (jupyter is None and is_in_jupyter()):
        from IPython.display import HTML, display

        display(HTML(html))
        return None
    return html


def render_svg(
    doc: Text,
    *,
    width: int = 760,
    title: str | None = None,
    options: Options = None,
    manual: bool = False,
) -> str:
    """Draw tagged text as a stand-alone SVG, for pages and papers that can't hold HTML. What it
    shows is text: it can be searched, and a screen reader reads all tags as its description.

    width (int): Width of the picture in pixels. A longer text continues on the next line.
    title (str | None): Its title; None for `doc.user_data["title"]`, if there is one.
    options, manual: As for `render`; the best tags are not shown.
    RETURNS (str): The SVG.
    """
    (text,) = to_dicts(doc, options, manual)
    name = title or text["title"] or "Tagged text"
    described = describe(text)
    colors, rtl = with_defaults(options)["colors"], text["settings"].get("direction") == "rtl"
    boxes = []
    for word in text["words"]:
        lines = [word["text"], word["tag"], *filter(None, [word.get("pos")])]
        if (word.get("gold") or word["tag"]) != word["tag"]:
            lines.append(f"{WRONG} gold {word['gold']}")
        boxes.append(make_box(lines, FONT_SIZE, shade(word), colors.get(word["tag"])))
    height = LINE * max((len(box["lines"]) for box in boxes), default=0) + 2 * GAP
    bottom = place(boxes, width, height, top=GAP, rtl=rtl)
    shown = legend([text])
    keys = [make_box([kind.legend], SMALL, kind) for kind in [*([HEADER] if shown else []), *shown]]
    bottom = place(keys, width, LINE + GAP, top=bottom + GAP, rtl=False)
    return template("visualizer.svg").render(
        # Two pictures in one page need two ids.
        id=f"tags-{zlib.crc32((name + described).encode()):08x}",
        name=name, description=described, lang=lang_of(text), boxes=boxes, keys=keys, line=LINE,
        width=width, height=bottom, direction="rtl" if rtl else "ltr",
    ).strip()  # fmt: skip


def template(name: str) -> Template:
    source = files(__package__).joinpath(name).read_text(encoding="utf8")
    environment = Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, finalize=allowed_in_xml
    )
    return environment.from_string(source)


def allowed_in_xml(value: Any) -> Any:
    """Replace the characters that XML may not have, even escaped, with U+FFFD. Markup is made of
    what was here before."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", value)
    return value


def describe(text: Mapping[str, Any]) -> str:
    """All words with their tags, and the doubtful ones with their probabilities."""
    words = text["words"]
    doubtful = [word for word in words if shade(word).line != "none"]
    tagged = " ".join(f"{word['text']}/{word['tag']}" for word in words)
    doubts = ", ".join(f"{w['text']}/{w['tag']} {100 * w['prob']:.0f} %" for w in doubtful)
    return f"{tagged}. Doubtful: {doubts}." if doubts else tagged


def lang_of(text: Mapping[str, Any]) -> str:
    lang = str(text["settings"].get("lang") or "")
    return LANGUAGES.get(lang, lang)


def make_box(
    lines: list[str], font_size: int, kind: Shade, color: str | None = None
) -> dict[str, Any]:
    """A box of lines of text, the first in this size."""
    sizes = [font_size, *[SMALL] * (len(lines) - 1)]
    width = 2 * GAP + max(map(text_width, lines, sizes))
    color = color or kind.color
    return {"lines": lines, "sizes": sizes, "shade": kind, "color": color, "width": width}


def place(boxes: Sequence[dict[str, Any]], width: int, height: int, top: int, rtl: bool) -> int:
    """Give each box its "x", "y" and "height", in lines from the top, and return where the last
    line ends, in pixels."""
    x, y = GAP, top
    for box in boxes:
        if x > GAP and x + box["width"] > width - GAP:
            x, y = GAP, y + height + GAP
        box.update(x=width - x - box["width"] if rtl else x, y=y, height=height)
        x += box["width"] + GAP
    return y + height + GAP if boxes else top


def text_width(text: str, size: int) -> int:
    """About how wide a text is, in pixels; fonts differ, so that it is rather too wide."""
    return round(size * sum(char_width(char) for char in text))


def char_width(char: str) -> float:
    if unicodedata.combining(char):
        return 0.0
    if unicodedata.east_asian_width(char) in "WF":
        return 1.05
    if char in "ijlI.,;:'!|()[] ":
        return 0.38
    return 0.95 if char in "mwMW@%" else 0.75 if char.isupper() else 0.62


def to_dicts(docs: Texts, options: Options, manual: bool) -> list[dict[str, Any]]:
    """The texts as `parse_tags` makes them. Warns if a text has words without probabilities."""
    texts = [docs] if isinstance(docs, Doc | Span | Mapping) else list(docs)
    wanted = Mapping if manual else (Doc, Span)
    for text in texts:
        if not isinstance(text, wanted):
            hint = "give dicts" if manual else "give Docs or Spans, or dicts with manual=True"
            raise ValueError(f"Can't draw a {type(text).__name__}: {hint}.")
    if manual:
        return [check_dict(text) for text in texts if isinstance(text, Mapping)]
    gold = with_defaults(options)["gold"]
    golds = [gold] if isinstance(gold, Doc | Span) else list(gold or [None] * len(texts))
    if len(golds) != len(texts):
        raise ValueError(f"There are {len(texts)} texts to draw, but {len(golds)} with gold tags.")
    parsed = [
        parse_tags(text, {**(options or {}), "gold": gold})
        for text, gold in zip(texts, golds, strict=True)
        if not isinstance(text, Mapping)
    ]
    if any(words and not any("prob" in word for word in words) for words in words_of(parsed)):
        warnings.warn(
            "A text has no probabilities, so that each tag looks the same. Set log_probs = true in "
            "[components.lstm_tagger], or for one call use "
            'nlp(text, component_cfg={"lstm_tagger": {"log_probs": True}}).',
            stacklevel=3,
        )
    return parsed


def words_of(texts: Iterable[Mapping[str, Any]]) -> list[list[dict[str, Any]]]:
    return [text["words"] for text in texts]


def with_defaults(options: Options) -> dict[str, Any]:
    unknown = set(options or {}) - set(DEFAULTS)
    if unknown:
        raise ValueError(
            f"There is no option {', '.join(sorted(unknown))}; there are {', '.join(DEFAULTS)}."
        )
    return {**DEFAULTS, **(options or {})}


def parse_tags(doc: Doc | Span, options: Options = None) -> dict[str, Any]:
    """What `render` draws, as a dict of JSON values: "words", each with "text" and "tag", and where
    known "prob", "best" (tags and their probabilities), "pos" and "gold"; "settings", with "lang"
    and "direction"; "title", which is `doc.user_data["title"]`. Whitespace is left out.

    Raises a ValueError if the gold text has other words.
    """
    chosen = with_defaults(options)
    gold_tags = align(doc, chosen["gold"]) if chosen["gold"] is not None else {}
    whole = doc.doc if isinstance(doc, Span) else doc
    words = []
    for i, token in enumerate(doc):
        if token.is_space:
            continue
        word: dict[str, Any] = {"text": token.text, "tag": token.tag_}
        if (log_prob := tag_log_prob(token)) is not None:
            word["prob"] = exp(log_prob)
            word["best"] = [[tag, exp(value)] for tag, value in best_tags(token, chosen["k"])]
        if chosen["pos"]:
            word["pos"] = token.pos_
        if gold_tags.get(i):
            word["gold"] = gold_tags[i]
        words.append(word)
    direction = str(doc.vocab.writing_system.get("direction", "ltr"))
    settings = {"lang": doc.vocab.lang, "direction": direction}
    return {"words": words, "settings": settings, "title": whole.user_data.get("title")}


def align(doc: Doc | Span, gold: Doc | Span) -> dict[int, str]:
    """The gold tag of each token that is one token of the gold text."""
    words, gold_words = ([token.text for token in each] for each in (doc, gold))
    if "".join(doc.text.split()) != "".join(gold.text.split()):
        raise ValueError(f"The gold text {gold.text!r} is not the text to draw, {doc.text!r}.")
    alignment = Alignment.from_strings(words, gold_words)
    return {i: gold[j].tag_ for i, j in one_to_one(alignment)}


def shade(word: Mapping[str, Any]) -> Shade:
    prob = word.get("prob")
    return UNKNOWN if prob is None else next(s for s in SHADES if prob >= s.lowest)


def legend(texts: Iterable[Mapping[str, Any]]) -> list[Shade]:
    """The shades to explain: all of them, and the one of unknown probability if it is there."""
    drawn = {shade(word) for words in words_of(texts) for word in words}
    return [*(SHADES if drawn - {UNKNOWN} else ()), *({UNKNOWN} & drawn)]
