"""Draws tagged text: each token with its tag, shaded by the probability of the tag."""

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from math import exp
from numbers import Real
from typing import Any, NamedTuple

from jinja2 import Environment, PackageLoader, Template
from spacy.glossary import GLOSSARY
from spacy.tokens import Doc, Span
from spacy.training import Alignment
from spacy.util import is_in_jupyter

from ..pipeline.probabilities import best_tags, tag_log_prob

Text = Doc | Span | Mapping[str, Any]
Texts = Text | Iterable[Text]
Options = Mapping[str, Any] | None

DEFAULTS = {"colors": {}, "pos": False, "gold": None, "k": 3}
# spaCy's code for several languages, and the code that a browser knows for it.
LANGUAGES = {"xx": "mul"}
EXAMPLE = '{"words": [{"text": "The", "tag": "DT"}]}'


class Shade(NamedTuple):
    """How a token is drawn if its tag has at least this probability."""

    lowest: float
    color: str
    ink: str
    line: str  # under the word, as a CSS border style
    legend: str


# Sure tags are as the page around them, light or dark. Doubtful ones have a colour and a line of
# their own, darker for less sure, so that the order shows in grey, too. Black has a contrast of at
# least 7 on each colour.
SHADES = (
    Shade(0.99, "transparent", "inherit", "none", "99 % or more"),
    Shade(0.9, "rgb(128 128 128 / 20%)", "inherit", "none", "90 to 99 %"),
    Shade(0.7, "#ffe08a", "#111", "dotted", "70 to 90 %"),
    Shade(0.5, "#ffbd55", "#111", "dashed", "50 to 70 %"),
    Shade(0.0, "#ff9a66", "#111", "double", "below 50 %"),
)
UNKNOWN = Shade(0.0, "rgb(128 128 128 / 20%)", "inherit", "none", "not known")


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
    html = template("visualizer.html", explain=explain).render(
        page=page,
        texts=texts,
        legend=legend(texts),
        colors=with_defaults(options)["colors"],
        has_best=any(word.get("best") for text in texts for word in text["words"]),
        lang_of=lang_of,
        shade=shade,
        name=page_name(texts),
    )
    html = html.strip()
    if jupyter or (jupyter is None and is_in_jupyter()):
        from IPython.display import HTML, display

        display(HTML(html))
        return None
    return html


def template(name: str, **filters: Any) -> Template:
    environment = Environment(
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=PackageLoader("spacy_lstm_tagger", "tools"),
    )
    environment.filters |= filters
    return environment.get_template(name)


def explain(tag: str) -> str:
    """What a tag means, as `spacy.explain` says, without its warning; empty if it is not known."""
    return GLOSSARY.get(tag, "")


def page_name(texts: list[dict[str, Any]]) -> str:
    """The titles of the texts, or the first words of the first text."""
    titles = [str(text["title"]) for text in texts if text["title"]]
    words = [word["text"] for text in texts[:1] for word in text["words"]]
    start = f"Tags of {' '.join(words[:8])}{' …' if len(words) > 8 else ''}"
    return ", ".join(titles) or (start if words else "Tags")


def lang_of(text: Mapping[str, Any]) -> str:
    lang = str(text["settings"].get("lang") or "")
    return LANGUAGES.get(lang, lang)


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
    if any(each["words"] and not any("prob" in w for w in each["words"]) for each in parsed):
        warnings.warn(
            "A text has no probabilities, so that each tag looks the same. Set log_probs = true in "
            "[components.lstm_tagger], or for one call use "
            'nlp(text, component_cfg={"lstm_tagger": {"log_probs": True}}).',
            stacklevel=3,
        )
    return parsed


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


def one_to_one(alignment: Alignment) -> Iterator[tuple[int, int]]:
    """The index of each token of the first text that is one token of the second, and its index
    there."""
    to_second, to_first = alignment.x2y, alignment.y2x
    for i, n in enumerate(to_second.lengths.tolist()):
        if n == 1 and to_first.lengths[j := int(to_second[i][0])] == 1:
            yield i, j


def check_dict(text: Mapping[str, Any]) -> dict[str, Any]:
    """A text that can be drawn, with what it leaves out. Raises a ValueError that names the word
    and its key if the text is not such as `parse_tags` makes it."""

    words = text.get("words")
    if not isinstance(words, list):
        keys = sorted(map(str, text))
        raise ValueError(f"A dict to draw has to be like {EXAMPLE}; this one has the keys {keys}.")
    filled = {"settings": {}, "title": None, **text}
    check("settings", filled["settings"], isinstance(filled["settings"], Mapping), "a dict")
    check("title", filled["title"], isinstance(filled["title"], str | None), "a string or None")
    for i, word in enumerate(words):
        check(f"words[{i}]", word, isinstance(word, Mapping), "a dict, as in " + EXAMPLE)
        for key, (is_valid, rule) in KEYS.items():
            check(f"words[{i}][{key!r}]", word.get(key), is_valid(word.get(key)), rule)
    return filled


def check(where: str, value: Any, is_valid: bool, rule: str) -> None:
    if not is_valid:
        raise ValueError(f"Can't draw {where} = {value!r}: it has to be {rule}.")


def is_probability(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and 0 <= float(value) <= 1


def is_best(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(pair, list | tuple)
        and len(pair) == 2
        and isinstance(pair[0], str)
        and is_probability(pair[1])
        for pair in value
    )


# Of a word: whether a value can be drawn, and what it has to be.
KEYS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "text": (lambda text: isinstance(text, str), "a string"),
    "tag": (lambda tag: isinstance(tag, str), "a string"),
    "pos": (lambda pos: isinstance(pos, str | None), "a string or None"),
    "gold": (lambda gold: isinstance(gold, str | None), "a string or None"),
    "prob": (lambda p: p is None or is_probability(p), "a number from 0 to 1, or None"),
    "best": (lambda best: best is None or is_best(best), "a list of [tag, number from 0 to 1]"),
}


def shade(word: Mapping[str, Any]) -> Shade:
    prob = word.get("prob")
    return UNKNOWN if prob is None else next(s for s in SHADES if prob >= s.lowest)


def legend(texts: Iterable[Mapping[str, Any]]) -> list[Shade]:
    """The shades to explain: all of them, and the one of unknown probability if it is there."""
    drawn = {shade(word) for text in texts for word in text["words"]}
    return [*(SHADES if drawn - {UNKNOWN} else ()), *({UNKNOWN} & drawn)]
