"""Writes the figures of benchmarks/figures.json into the pages and the model card that quote them.

    python docs/tools/figures.py

A page quotes a table between <!-- figures: NAME --> and <!-- end of figures -->, and a number
between <!-- = PATH --> and <!-- / -->, where PATH leads to it, as in en_lstm_web.ewt_xpos.

`tables` of figures.json has the tables. A cell quotes a number as {PATH}, and a share with its
interval as {PATH ±}. A figure that is null was not measured: its cell stays empty. `compared` names
groups of columns, of which the best one in each row is bold: the highest, or the lowest if `best`
is "low". The tables of languages are made from `languages` of figures.json.

The card is pipelines/en_lstm_web.md. build.py writes it into a new package, and this script into
the package that ships, each with the package's own figures, and a sentence on the run that made it.

figures.json says of each figure where it comes from: `sources` has the command, the data, the
version and the processor. `measured` names those that pipelines/evaluate.py measures before a
package is made: where the package's meta.json has them, these count. `margins` has half of the 95%
interval of a share of words, as `report-tags` computes it: words of a sentence are wrong together,
so it is wider than if each word were drawn alone. Where each item is drawn alone, such as a list of
questions, the source has the number of items, and the interval follows from it. A test fails if a
page has other figures, or if a figure has no source.
"""

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from math import sqrt
from pathlib import Path
from statistics import fmean
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TABLE = re.compile(r"(<!-- figures: (\w+) -->\n).*?(<!-- end of figures -->)", re.S)
NUMBER = re.compile(r"(<!-- = ([\w.]+) -->).*?(<!-- / -->)")
# The card's words before the sentence on the run that made a package.
STEPS = "all sources in\n`LICENSES_SOURCES`."
QUOTED = re.compile(r"\{([\w.]+)( ±)?\}")
FIRST_NUMBER = re.compile(r"[\d.,]+")
# What `languages` of figures.json has of each system, in this order.
ANNOTATION = ("XPOS", "UPOS", "features")
# And of lemmas.
WRONG_LEMMAS = ("wrong lemmas, %: tables alone", "`ud`", "spaCy")
SYSTEMS = {"ud": "`ud`", "spacy": "spaCy", "udpipe": "UDPipe 1"}
# The normal distribution has 95 % of its values within so many standard deviations.
Z = 1.96
Figures = dict[str, Any]


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


def interval(percent: float, n: int) -> tuple[float, float]:
    """Where the 95% interval of a share begins and ends, in % (Wilson 1927, Probable Inference).
    SciPy's function takes the number of successes, which a share of two decimals does not give.

    percent (float): The share, in %.
    n (int): Number of items, each of which is drawn alone.
    """
    share = percent / 100
    middle = share + Z * Z / (2 * n)
    half = Z * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    whole = 1 + Z * Z / n
    return 100 * (middle - half) / whole, 100 * (middle + half) / whole


def with_interval(figures: Figures, path: str) -> str:
    """A share with its interval, as in 95.47 ± 0.26. Near 100%, the interval is not as wide above
    the share as below it, so both ends are named."""
    value = value_at(figures, path)
    items = source_of(figures, path).get("items")
    if items is None:
        return f"{value:.2f} ± {value_at(figures, f'margins.{path}'):.2f}"
    low, high = interval(value, items)
    half = (high - low) / 2
    if value + half > 100:
        return f"{value:.1f} ({low:.1f} to {high:.1f})"
    return f"{value:.1f} ± {half:.1f}"


def value_at(figures: Figures, path: str) -> Any:
    """The figure at a path. one_in.PATH is the number of words of which one has a wrong tag, where
    PATH leads to the accuracy in %. ratio_of.PATH is `ours` divided by `peer`."""
    if path.startswith("one_in."):
        return round(100 / (100 - value_at(figures, path.removeprefix("one_in."))))
    if path.startswith("ratio_of."):
        row = value_at(figures, path.removeprefix("ratio_of."))
        ratio = row["ours"] / row["peer"]
        return f"{ratio:.1f}" if ratio >= 1 else f"{ratio:.2f}"
    value: Any = figures
    for key in path.split("."):
        value = value[key]
    return value


def filled(cell: str, figures: Figures) -> str:
    """A cell of a table with its numbers."""
    return QUOTED.sub(
        lambda found: (
            with_interval(figures, found[1]) if found[2] else show(value_at(figures, found[1]))
        ),
        cell,
    )


def with_winners(cells: list[str], groups: list[list[int]], lowest: bool) -> list[str]:
    """The cells of a row, the best of each group of columns in bold. Equal ones are not."""
    marked = list(cells)
    for group in groups:
        numbers = {}
        for column in group:
            if number := FIRST_NUMBER.match(cells[column]):
                numbers[column] = float(number[0].replace(",", ""))
        if len(numbers) > 1:
            best = min(numbers.values()) if lowest else max(numbers.values())
            winners = [column for column, number in numbers.items() if number == best]
            if len(winners) == 1:
                marked[winners[0]] = f"**{cells[winners[0]]}**"
    return marked


def language_table(figures: Figures) -> Figures:
    """The accuracy of parts of speech (UPOS), and the share of wrong lemmas, in each language."""
    place = ANNOTATION.index("UPOS")
    rows = []
    for treebank, of in figures["languages"]["treebanks"].items():
        values = [of["ud"][place], of["spacy"][place], *of["wrong_lemmas"]]
        cells = ["" if value is None else f"{value:.1f}" for value in values]
        rows.append([treebank, *cells])
    head = ["treebank", "UPOS, %: `ud`", "spaCy", *WRONG_LEMMAS]
    return {"head": head, "rows": rows, "compared": [[1, 2]]}


def language_means(figures: Figures) -> Figures:
    """The mean accuracy of each annotation, over the treebanks for which all systems have it."""
    rows = []
    for place, name in enumerate(ANNOTATION):
        of_treebanks = [
            [of[system][place] for system in SYSTEMS]
            for of in figures["languages"]["treebanks"].values()
        ]
        complete = [values for values in of_treebanks if None not in values]
        means = [f"{fmean(values):.1f}" for values in zip(*complete, strict=True)]
        rows.append([name, str(len(complete)), *means])
    head = ["mean, %", "treebanks", *SYSTEMS.values()]
    return {"head": head, "rows": rows, "compared": [[2, 3, 4]]}


COMPUTED = {"languages": language_table, "language_means": language_means}


def table(name: str, figures: Figures) -> str:
    """A table in Markdown."""
    of = COMPUTED[name](figures) if name in COMPUTED else figures["tables"][name]
    head = of["head"]
    lines = [head, ["---", *["--:"] * (len(head) - 1)]]
    for row in of["rows"]:
        cells = [filled(cell, figures) for cell in row]
        lines.append(with_winners(cells, of.get("compared", []), of.get("best") == "low"))
    return "\n".join(f"| {' | '.join(line)} |".replace("|  |", "| |") for line in lines)


def with_figures(text: str, figures: Figures) -> str:
    """A page with today's figures."""
    text = TABLE.sub(lambda found: f"{found[1]}\n{table(found[2], figures)}\n\n{found[3]}", text)
    return NUMBER.sub(lambda found: found[1] + show(value_at(figures, found[2])) + found[3], text)


def with_recipe(card: str, meta: dict[str, Any]) -> str:
    """A card with a sentence on the run that made the package.

    meta (dict[str, Any]): The package's meta.json. Without a `recipe`, the card stays as it is.
    """
    if "recipe" not in meta:
        return card
    recipe = meta["recipe"]
    seeds = ", ".join(f"{name} {seed}" for name, seed in recipe["seeds"].items())
    sentence = (
        f"One run of these steps made the weights: commit {recipe['commit']}, seeds {seeds}, "
        f"{recipe['hours']} hours on {recipe['processor']}; `meta.json` has versions and digests."
    )
    before, steps, after = card.partition(STEPS)
    assert steps, f"the card has no {STEPS}"
    return f"{before}{steps} <!-- = recipe -->{sentence}<!-- / -->{after}"


def read_figures(root: Path, meta: dict[str, Any] | None = None) -> Figures:
    """Read figures.json, with what was measured of a package in place of what it replaces.

    meta (dict[str, Any] | None): The package's meta.json. None for the package that ships.
    """
    figures: Figures = json.loads((root / "benchmarks/figures.json").read_text(encoding="utf8"))
    meta = meta_of(root) if meta is None else meta
    recipe = meta.get("recipe")
    for path, (data, measure) in figures["measured"].items() if recipe else ():
        group, _, name = path.rpartition(".")
        value = recipe["evaluation"]["results"][data].get(measure, 0)
        is_number = isinstance(value, int)
        value_at(figures, group)[name] = value if is_number else round(100 * value, 2)
        source_of(figures, path).update(
            command="python -m spacy project run release pipelines (pipelines/evaluate.py)",
            version=f"en_lstm_web {meta['version']}",
            commit=recipe["commit"],
            processor=recipe["processor"],
        )
    return figures


def meta_of(root: Path) -> dict[str, Any]:
    """The meta.json of the package that ships."""
    path = root / "pipelines/en_lstm_web/meta.json"
    meta: dict[str, Any] = json.loads(path.read_text(encoding="utf8"))
    return meta


def card_of(root: Path, meta: dict[str, Any]) -> str:
    """The card of a package, with its figures."""
    card = (root / "pipelines/en_lstm_web.md").read_text(encoding="utf8")
    return with_recipe(with_figures(card, read_figures(root, meta)), meta)


def pages(root: Path) -> Iterator[tuple[Path, str]]:
    """Each file that has figures, and what it should be: the pages, the card and its copies."""
    figures = read_figures(root)
    card = root / "pipelines/en_lstm_web.md"
    for path in [*sorted((root / "docs").glob("*.md")), card]:
        yield path, with_figures(path.read_text(encoding="utf8"), figures)
    package = root / "pipelines/en_lstm_web"
    text = card_of(root, meta_of(root))
    for path in [package / "README.md", *package.glob("*/*/README.md")]:
        yield path, text
    hub = package / "HUGGINGFACE.md"
    front, scores, _ = hub.read_text(encoding="utf8").split("---\n", 2)
    yield hub, "---\n".join([front, scores, text])


if __name__ == "__main__":
    for path, text in pages(ROOT):
        path.write_text(text, encoding="utf8")
