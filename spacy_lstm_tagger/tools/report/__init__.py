"""Reports how well a pipeline tags. Needs the extra `report`: scikit-learn."""

import platform
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import srsly
from spacy.language import Language
from spacy.tokens import Doc

from .forms import measure_forms as measure_forms
from .measure import Measures as Measures
from .measure import compare as compare
from .measure import measure as measure
from .page import make_page as make_page
from .tables import make_csv, make_markdown, make_summary
from .tokens import TaggedTokens as TaggedTokens
from .tokens import tag_tokens as tag_tokens
from .tokens import tags_of_words as tags_of_words

# Packages whose versions a report has, if they are installed.
PACKAGES = {"spacy-lstm-tagger": "spacy-lstm-tagger", "spaCy": "spacy", "PyTorch": "torch"}


@dataclass
class Report:
    """A report, which a notebook shows as a page, and `print` in ten lines.

    about (Measures): What was measured, see `make_page`.
    pipelines (dict[str, Measures]): The result of `measure` for each pipeline, by its name.
    comparison (Measures | None): The result of `compare`, with two pipelines.
    """

    about: Measures
    pipelines: dict[str, Measures]
    comparison: Measures | None = None

    def to_html(self) -> str:
        """One page that needs no other file."""
        return make_page(self.about, self.pipelines, self.comparison)

    def to_json(self) -> str:
        return str(srsly.json_dumps(vars(self), indent=2))

    def to_markdown(self) -> str:
        """The result in a sentence, and all tables of numbers."""
        return make_markdown(self.pipelines, self.comparison)

    def to_csv(self) -> str:
        """All tables of numbers as one: table, row, column, value. Shares are from 0 to 1."""
        return make_csv(self.pipelines, self.comparison)

    def __str__(self) -> str:
        return make_summary(self.pipelines, self.comparison)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        page = escape(self.to_html())
        style = "border: 0; height: 40rem; width: 100%"
        return f'<iframe srcdoc="{page}" style="{style}" title="Report of tags"></iframe>'


def report(
    nlp: Language | Mapping[str, Language],
    docs: Iterable[Doc],
    *,
    train: Iterable[Doc] | None = None,
    gold_tokens: bool = True,
    forms: bool = False,
    n_examples: int = 3,
    progress: bool = False,
    about: Mapping[str, Any] | None = None,
) -> Report:
    """Report how well a pipeline tags: accuracy with an interval, errors, calibration.

    nlp (Language | Mapping[str, Language]): A pipeline in which a component sets token.tag_. Or one
        or two of them by their names: the second is the baseline, with which the first is compared.
    docs (Iterable[Doc]): Gold data. Tokens with a tag count.
    train (Iterable[Doc] | None): Training data, to find unseen, rare and ambiguous words.
    gold_tokens (bool): Whether the pipelines tag the tokens of the gold data, see `tag_tokens`.
    forms (bool): Whether to measure other forms of the text, too, see `measure_forms`.
    n_examples (int): Number of examples of each confusion.
    progress (bool): Whether to show progress.
    about (Mapping[str, Any] | None): What the report says of itself, such as "data", "train" and
        "command".

    Raises a ValueError if no token has a gold tag, if a pipeline sets no tags, or if there are not
    one or two pipelines.
    """
    pipelines = dict(nlp) if isinstance(nlp, Mapping) else {name_of(nlp): nlp}
    if len(pipelines) not in (1, 2):
        raise ValueError(f"A report is on one or two pipelines, not {len(pipelines)}.")
    docs = list(docs)
    train_tags = None if train is None else tags_of_words(train)
    tokens, reports = {}, {}
    for name, tagger in pipelines.items():
        title = f"Tagging with {name}" if progress else None
        tokens[name] = tag_tokens(tagger, docs, gold_tokens, title)
        reports[name] = measure(tokens[name], train_tags, n_examples)
        if forms:
            reports[name]["forms"] = measure_forms(
                tagger, docs, tokens[name], gold_tokens=gold_tokens, progress=title
            )
    first = next(iter(pipelines.values()))
    facts = {
        "command": None,
        "date": time.strftime("%Y-%m-%d %H:%M %z"),
        "data": f"{len(docs):,} Docs",
        "train": None if train is None else "given",
        "gold_preproc": gold_tokens,
        "language": first.lang,
        "direction": str(first.vocab.writing_system.get("direction", "ltr")),
        "versions": versions(),
        "pipelines": {name: describe(nlp) for name, nlp in pipelines.items()},
    }
    one, *others = tokens.values()
    comparison = compare(one, others[0], train_tags) if others else None
    return Report({**facts, **(about or {})}, reports, comparison)


def name_of(nlp: Language) -> str:
    return "_".join(filter(None, [nlp.meta["lang"], nlp.meta.get("name")]))


def describe(nlp: Language) -> str:
    """A pipeline's name, version and components."""
    return f"{name_of(nlp)} {nlp.meta.get('version', '')}: {', '.join(nlp.pipe_names)}"


def versions() -> dict[str, str]:
    """The versions of what made the report."""
    found = {}
    for name, package in PACKAGES.items():
        with suppress(PackageNotFoundError):
            found[name] = version(package)
    return {**found, "Python": platform.python_version()}
