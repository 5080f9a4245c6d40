"""Writes the figures of benchmarks/figures.json into the pages and the model card that quote them.

    python docs/tools/figures.py

A page quotes a table between <!-- figures: NAME --> and <!-- end of figures -->, and a number
between <!-- = PATH --> and <!-- / -->, where PATH leads to it, as in en_lstm_web.ewt_xpos. A figure
that is null was not measured: its cell stays empty, and its row is left out if it has no other.

The card is `notes` of pipelines/en_lstm_web.json. build.py copies it into the package of a new
version. As long as the package has that version, this script copies it, too.

figures.json says of each figure where it comes from: `sources` has the command, the data, the
version and the processor, and, where a figure is a share, the number of words or items, from which
the 95 % interval follows. A test fails if a page has other figures, or if a figure has no source.
"""

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import srsly
from intervals import interval

ROOT = Path(__file__).resolve().parents[2]
TABLE = re.compile(r"(<!-- figures: (\w+) -->\n).*?(<!-- end of figures -->)", re.S)
NUMBER = re.compile(r"(<!-- = ([\w.]+) -->).*?(<!-- / -->)")
Figures = dict[str, Any]

BOTH = {"en_lstm_web": "`en_lstm_web`", "en_core_web_sm": "`en_core_web_sm`"}
# Prefixes of figures, and what the treebanks are.
TREEBANKS = {
    "ewt": "UD English-EWT, dev: web text",
    "gum": "GUM, dev: nine other genres",
    "eslspok": "UD English-ESLSpok, dev: learners' speech",
    "atis": "UD English-Atis, dev: questions and commands about flights",
}
HAND_TAGGED = {
    "commands": "219 imperatives: every verb is right",
    "questions": "105 questions: every verb is right",
    "headings": "120 headings such as *Gift cards*: no verb is found",
}
# Measured once for a release, on text that no choice was made with.
KEPT_ASIDE = {
    "ewt_test": "UD English-EWT, test: web text",
    "gum_unseen": "GUM, six genres that it never learned",
    "pud": "PUD: news and encyclopedia",
    "gentle": "GENTLE: eight unusual genres",
}
# Genres of GUM.
GENRES = {
    "academic": "academic articles",
    "bio": "biographies",
    "court": "court",
    "interview": "interviews",
    "news": "news",
    "speech": "speeches",
    "textbook": "textbooks",
    "vlog": "video blogs",
    "voyage": "travel guides",
}
FORMS = {
    "ten": "XPOS, ten sentences at a time",
    "upos_ten": "UPOS, ten sentences at a time",
    "words": "words from raw text, F",
    "tagged_words": "words and XPOS from raw text, F",
    "sentences": "sentences from raw text, F",
    "features": "morphological features",
    "lemmas": "lemmas",
}
CASES = {
    "ewt_xpos": "as it is",
    "lower": "in lower case",
    "upper": "in upper case",
    "title": "in title case",
    "typos": "with typing errors",
    "unseen": "as it is, words that no training part has",
}
# What replacing a tagger costs and gains: benchmarks/replacing.py. Shares, then other measures.
REPLACING_SHARES = {
    "ewt_xpos": "XPOS, UD English-EWT, dev, %",
    "ewt_upos": "UPOS, UD English-EWT, dev, %",
    "ewt_lemmas": "lemmas, UD English-EWT, dev, %",
    "gum_xpos": "XPOS, GUM, dev, %",
    "gum_upos": "UPOS, GUM, dev, %",
    "gum_lemmas": "lemmas, GUM, dev, %",
}
REPLACING_COSTS = {
    "words": "words per second, one thread",
    "peak": "memory at the peak, 20,000 words a round, MB",
    "request": "CPU time of a request of 100 words or more, ms",
}
# Sentences of new text, and what adapting to it gains and costs: benchmarks/adapting.py.
ADAPTING = {
    "before": "none",
    "50": "50",
    "200": "200",
    "600": "600",
    "600_hand_tagged": "600, old text hand-tagged",
}
# Rows of the tables of speed. Peers: en_core_web_sm, and for default.cfg spaCy's tagger.
SPEEDS = {
    "fresh": "paragraphs, tags alone",
    "text_20": "one text of 20 words at a time",
    "text_150": "one text of 150 words at a time",
    "text_1000": "one text of 1,000 words at a time",
    "threads": "paragraphs, two threads",
    "busy": "paragraphs, other work on every core, nothing set",
    "all": "paragraphs, all components without parser and entity recognizer",
    "peak": "memory at the peak, 40,000 words in batches",
    "default_fresh": "`default.cfg`, paragraphs",
    "default_home": "`default.cfg`, sentences that were read before, one thread",
    "default_threads": "`default.cfg`, the same, two threads",
    "default_sentence": "`default.cfg`, time for one sentence",
}
# Rows that a page speaks of together.
ROWS = {"single": ("text_20", "text_150", "text_1000")}
CONFIGS = {
    "default": "`default.cfg`",
    "accuracy": "`accuracy.cfg`",
    "vectors": "`vectors.cfg`",
    "distilled": "`distilled.cfg`, with a teacher and raw text",
    "tagger": "spaCy's `tagger`",
}


def show(value: Any) -> str:
    """A figure as pages print it."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.2f}" if value >= 50 else str(value)
    return f"{value:,}" if isinstance(value, int) else str(value)


def source_of(figures: Figures, path: str) -> Figures:
    """Where a figure comes from.

    path (str): Where it stands, as in en_lstm_web.ewt_xpos.
    RAISES (ValueError): If not exactly one source names it.
    """
    found = [
        source
        for source in figures["sources"]
        if any(fnmatchcase(path, pattern) for pattern in source["of"])
    ]
    if len(found) != 1:
        raise ValueError(f"{path} has {len(found)} sources in figures.json, but needs one.")
    return found[0]


def with_interval(figures: Figures, path: str) -> str:
    """A share with its interval, as in 95.47 ± 0.26; empty if it was not measured. Near 100 %, the
    interval is no longer as wide above the share as below it, so both ends are named."""
    value = value_at(figures, path)
    if value is None:
        return ""
    low, high = interval(value, source_of(figures, path)["n"])
    half = (high - low) / 2
    digits = 1 if half >= 1 else 2
    if value + half > 100:
        return f"{value:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"
    return f"{value:.{digits}f} ± {half:.{digits}f}"


def value_at(figures: Figures, path: str) -> Any:
    """The figure at a path; None if it was not measured. Three kinds of paths lead to what follows
    from figures: range.fresh to the range of a row of the tables of speed, or of the rows of
    `ROWS`, one_in.MODEL.FIGURE to the number of words of which one has a wrong tag, and
    capitals.MODEL to the points of accuracy that upper case costs."""
    first, _, rest = path.partition(".")
    if first == "range":
        return range_of(figures, *ROWS.get(rest, (rest,)))
    if first == "one_in":
        percent = value_at(figures, rest)
        return None if percent is None else round(100 / (100 - percent))
    if first == "capitals":
        points = figures[rest]["ewt_xpos"] - figures[rest]["upper"]
        return f"{points:.1f}" if points < 10 else f"{points:.0f}"
    value: Any = figures
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def pair(of: Figures, name: str) -> str:
    """XPOS and UPOS of a treebank; a dash for what it does not have."""
    values = [of.get(f"{name}_{kind}") for kind in ("xpos", "upos")]
    return " / ".join(show(value) or "-" for value in values) if any(values) else ""


def treebanks(figures: Figures) -> Iterator[list[str]]:
    """XPOS and UPOS with their intervals."""
    yield ["right, %", "trained on its other parts", *BOTH.values()]
    for name, title in TREEBANKS.items():
        for kind in ("xpos", "upos"):
            cells = [with_interval(figures, f"{model}.{name}_{kind}") for model in BOTH]
            if any(cells):
                yield [f"{title}, {kind.upper()}", "yes", *cells]
    for name, title in HAND_TAGGED.items():
        cells = [with_interval(figures, f"{model}.{name}") for model in BOTH]
        yield [title, "no", *cells]


def headline(figures: Figures) -> Iterator[list[str]]:
    """The first rows of the README: XPOS, or UPOS where a treebank has no XPOS."""
    yield ["right tags, %", *BOTH.values()]
    for name, title in TREEBANKS.items():
        kind = "xpos" if figures["en_lstm_web"].get(f"{name}_xpos") else "upos"
        title += " (UPOS)" if kind == "upos" else ""
        yield [title, *(with_interval(figures, f"{model}.{name}_{kind}") for model in BOTH)]
    for name, title in HAND_TAGGED.items():
        yield [title, *(with_interval(figures, f"{model}.{name}") for model in BOTH)]


def kept_aside(figures: Figures) -> Iterator[list[str]]:
    titles = [f"{title}{of_version(figures, model)}" for model, title in BOTH.items()]
    yield ["right, %, XPOS / UPOS", *titles]
    for name, title in KEPT_ASIDE.items():
        cells = [pair(figures[model], name) for model in BOTH]
        if any(cells):
            yield [title, *cells]


def of_version(figures: Figures, model: str) -> str:
    """The version that the figures of text that was kept aside are for, if it is an older one."""
    version = figures[model].get("kept_aside_version")
    return f" {version}" if version else ""


def rows(titles: dict[str, str], models: dict[str, str], figures: Figures) -> Iterator[list[str]]:
    """A row for each figure that was measured, a column for each model."""
    yield ["measure", *models.values()]
    for name, title in titles.items():
        cells = [show(figures[model].get(name)) for model in models]
        if any(cells):
            yield [title, *cells]


def configs(figures: Figures) -> Iterator[list[str]]:
    yield ["config", "XPOS, %", "unseen words, %", "minutes of training"]
    for model, title in CONFIGS.items():
        names = ("ewt_xpos", "unseen", "minutes")
        yield [title, *(show(figures[model].get(name)) for name in names)]


def speed(figures: Figures) -> Iterator[list[str]]:
    """Words a second of both pipelines on each processor, and the ratio. Of memory and of the time
    for one sentence, the ratio is the share of what the peer needs."""
    processors = figures["speed"].values()
    yield ["words/s, ours / peer", *(of["title"] for of in processors)]
    for name, title in SPEEDS.items():
        cells = [speed_cell(of["rows"].get(name)) for of in processors]
        if any(cells):
            yield [title, *cells]


def speed_cell(row: Figures | None) -> str:
    return f"{show(row['ours'])} / {show(row['peer'])} ({show(row['ratio'])})" if row else ""


def range_of(figures: Figures, *names: str) -> str:
    """The smallest and the largest ratio of rows over all processors, as in 2.1 to 6.9."""
    found = []
    for of in figures["speed"].values():
        for name in names:
            ratio = of["rows"].get(name, {}).get("ratio")
            if ratio is not None:
                found += [float(number) for number in str(ratio).split(" to ")]
    return f"{min(found):.1f} to {max(found):.1f}"


def replacing(figures: Figures) -> Iterator[list[str]]:
    """A pipeline with its own tagger, with en_lstm_web's, and en_lstm_web alone."""
    yield [
        "measure",
        "`en_core_web_sm`",
        "its tagger replaced",
        "`en_lstm_web` alone",
    ]
    kinds = ("before", "after", "alone")
    for name, title in REPLACING_SHARES.items():
        cells = [with_interval(figures, f"replacing.{kind}.{name}") for kind in kinds]
        if any(cells):
            yield [title, *cells]
    for name, title in REPLACING_COSTS.items():
        cells = [show(figures["replacing"][kind].get(name)) for kind in kinds]
        if any(cells):
            yield [title, *cells]


def adapting(figures: Figures) -> Iterator[list[str]]:
    """XPOS and sentence starts on new and on old text, before and after adapting to the new."""
    yield ["new sentences", "biomedical, XPOS / starts", "web text, XPOS / starts"]
    for name, title in ADAPTING.items():
        of = figures["adapting"].get(name)
        if of:
            pairs = ((of[f"{kind}_xpos"], of[f"{kind}_starts"]) for kind in ("new", "old"))
            yield [title, *(f"{show(xpos)} / {show(starts)}" for xpos, starts in pairs)]


def published(figures: Figures) -> Iterator[list[str]]:
    """What others published, and the same of this project."""
    of = figures["en_lstm_web"]
    yield ["XPOS / UPOS / lemmas", "accuracy, words given", "F, from raw text"]
    for title, cells in figures["published"].items():
        yield [title, cells["words_given"], cells["raw_text"]]
    given = [pair(of, "ewt"), show(of["lemmas"])]
    raw = show(of["tagged_words"])
    yield ["`en_lstm_web`, measured here on the **dev** part, UD 2.16", " / ".join(given), raw]


TABLES = {
    "headline": headline,
    "treebanks": treebanks,
    "kept_aside": kept_aside,
    "forms": lambda figures: rows(FORMS, BOTH, figures),
    "cases": lambda figures: rows(CASES, BOTH, figures),
    "configs": configs,
    "replacing": replacing,
    "adapting": adapting,
    "speed": speed,
    "published": published,
}


def written(name: str, figures: Figures) -> Iterator[list[str]]:
    """A table that figures.json has as it is."""
    of = figures["tables"][name]
    yield of["head"]
    yield from of["rows"]


def table(cells: Iterator[list[str]]) -> str:
    first, *others = cells
    lines = [first, ["---", *["--:"] * (len(first) - 1)], *others]
    return "\n".join(f"| {' | '.join(line)} |".replace("|  |", "| |") for line in lines)


def with_figures(text: str, figures: Figures) -> str:
    """A page with today's figures."""

    def with_rows(found: re.Match[str]) -> str:
        made = TABLES.get(found[2])
        cells = made(figures) if made else written(found[2], figures)
        return f"{found[1]}\n{table(cells)}\n\n{found[3]}"

    text = TABLE.sub(with_rows, text)
    return NUMBER.sub(
        lambda found: found[1] + (show(value_at(figures, found[2])) or "-") + found[3], text
    )


def read_figures(root: Path) -> Figures:
    figures: Figures = json.loads((root / "benchmarks/figures.json").read_text(encoding="utf8"))
    return figures


def pages(root: Path) -> Iterator[tuple[Path, str]]:
    """Each page that may have figures, and what it should be."""
    figures = read_figures(root)
    for path in [root / "README.md", *sorted((root / "docs").glob("*.md"))]:
        yield path, with_figures(path.read_text(encoding="utf8"), figures)


def cards(root: Path) -> Iterator[tuple[Path, str]]:
    """Each file with the model card, and what it should be."""
    figures = read_figures(root)
    path = root / "pipelines/en_lstm_web.json"
    source = srsly.read_json(path)
    source["notes"] = with_figures(source["notes"], figures)
    yield path, json.dumps(source, indent=2, ensure_ascii=False) + "\n"

    package = root / "pipelines/en_lstm_web"
    meta = srsly.read_json(package / "meta.json")
    # The card of another version says how that one was made.
    same = meta["version"] == source["version"]
    notes = source["notes"] if same else with_figures(meta["notes"], figures)
    heading = notes.splitlines()[0]
    module = package / "en_lstm_web"
    for folder in (package, module, module / f"en_lstm_web-{meta['version']}"):
        path = folder / "meta.json"
        yield path, srsly.json_dumps(srsly.read_json(path) | {"notes": notes}, indent=2)
        for name in ("README.md", "HUGGINGFACE.md"):
            if (folder / name).is_file():
                text = (folder / name).read_text(encoding="utf8")
                # spacy package writes the notes at the end.
                yield folder / name, text[: text.index(heading)] + notes


if __name__ == "__main__":
    for path, text in [*pages(ROOT), *cards(ROOT)]:
        path.write_text(text, encoding="utf8")
