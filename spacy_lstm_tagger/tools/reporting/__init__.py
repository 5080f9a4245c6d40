"""Reports how well a pipeline tags. Needs the extra `report`."""

import csv
import html
import io
import re
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

import srsly
from jinja2 import Environment, PackageLoader, select_autoescape
from spacy.glossary import GLOSSARY
from spacy.language import Language
from spacy.tokens import Doc

from .measure import Measures, compare, list_errors, measure, measure_kinds
from .tagged import TaggedToken, has_gold_tag, tag_gold

# What tags mean. A letter alone means other things in other tag sets.
MEANINGS = {tag: meaning for tag, meaning in GLOSSARY.items() if len(tag) > 1 or not tag.isalpha()}
# With one of these at its beginning, a cell is a formula to a spreadsheet.
FORMULA_SIGNS = ("=", "+", "-", "@")


@dataclass(repr=False)
class Report:
    """A report of JSON values: what was measured, the measures of each pipeline by its name, with
    two pipelines McNemar's test, and the rows of `to_csv`. A notebook shows it as a page."""

    about: Measures
    pipelines: dict[str, Measures]
    comparison: Measures
    errors: list[Measures]

    def to_html(self) -> str:
        """One page that needs no other file."""
        return self.fill("page.html")

    def to_markdown(self) -> str:
        """The result in a sentence, and tables."""
        return self.fill("tables.md")

    def to_json(self) -> str:
        """All that the report has. Shares are from 0 to 1."""
        return str(srsly.json_dumps(vars(self), indent=2))

    def to_csv(self) -> str:
        """A row for each wrong token, sorted by confusion. With two pipelines, also for each token
        that the baseline alone gets wrong. No cell is empty."""
        columns = [*TaggedToken._fields, *(["baseline"] if self.comparison else [])]
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([csv_cell(row[column]) for column in columns] for row in self.errors)
        return out.getvalue()

    def __repr__(self) -> str:
        return self.fill("summary.txt").rstrip()

    def _repr_html_(self) -> str:
        page = html.escape(self.to_html())
        return f'<iframe srcdoc="{page}" style="height:40rem;width:100%" title="Report"></iframe>'

    def fill(self, name: str) -> str:
        """Fill a template of the folder `templates`."""
        loader = PackageLoader(__name__)
        environment = Environment(autoescape=select_autoescape(), loader=loader, trim_blocks=True)
        filters = {"escaped": escape_controls, "interval": interval, "markdown": markdown}
        environment.filters |= filters
        verdict = environment.get_template("verdict.txt").render(vars(self))
        return environment.get_template(name).render(vars(self), verdict=verdict, glossary=MEANINGS)


def report(
    nlp: Language | Mapping[str, Language],
    docs: Iterable[Doc] | Mapping[str, Iterable[Doc]],
    *,
    train: Iterable[Doc] | None = None,
    gold_tokens: bool = True,
    about: Mapping[str, Any] | None = None,
) -> Report:
    """Report how well a pipeline tags: accuracy with an interval, errors, calibration.

    nlp (Language | Mapping[str, Language]): A pipeline in which a component sets `token.tag_`. Or
        one or two of them by their names: the second is the baseline of the first.
    docs (Iterable[Doc] | Mapping[str, Iterable[Doc]]): Gold data. Tokens with a tag count. Of
        several kinds of text, by their names, each is also measured alone.
    train (Iterable[Doc] | None): Training data, to find unseen and ambiguous words.
    gold_tokens (bool): Whether the pipelines tag the tokens of the gold data. If not, a gold token
        that the tokenizer does not make counts as wrong. A Doc with unknown spaces keeps its
        tokens.
    about (Mapping[str, Any] | None): Facts for the end of the report. "data" names the data.
    RETURNS (Report): The report.
    RAISES (ValueError): If no token has a gold tag, in the data, in a kind or in the training data,
        if a pipeline is not loaded or sets no tags, or if there are not one or two pipelines.
    """
    named = dict(nlp) if isinstance(nlp, Mapping) else {None: nlp}
    pipelines: dict[str, Language] = {}
    for name, pipeline in named.items():
        if not isinstance(pipeline, Language):
            raise ValueError(f"{pipeline!r} is not a loaded pipeline. Call spacy.load first.")
        own_name = f"{pipeline.lang}_{pipeline.meta['name']}"
        pipelines[own_name if name is None else str(name)] = pipeline
    if len(pipelines) not in (1, 2):
        raise ValueError(f"A report is on one or two pipelines, not {len(pipelines)}.")
    kinds: dict[str, list[Doc]] = {}
    if isinstance(docs, Mapping):
        kinds = {str(name): list(of_kind) for name, of_kind in docs.items()}
        docs = chain.from_iterable(kinds.values())
    docs = list(docs)
    for name, of_kind in kinds.items():
        if not any(map(has_gold_tag, chain(*of_kind))):
            raise ValueError(f"No token of {name} has a gold tag.")
    word_tags = {(t.text, t.tag_) for doc in train or () for t in doc if has_gold_tag(t)}
    if train is not None and not word_tags:
        raise ValueError("No token of the training data has a gold tag.")
    n_tags = Counter(word for word, _ in word_tags)
    facts: dict[str, Any] = {"data": f"{len(docs):,} Docs", "gold tokens": gold_tokens}
    facts |= {name: str(fact) for name, fact in (about or {}).items()}
    facts["date"] = time.strftime("%Y-%m-%d %H:%M %z")
    tagged = []
    measured = {}
    for name, pipeline in pipelines.items():
        tokens, scores = tag_gold(pipeline, docs, gold_tokens)
        measured[name] = measure(tokens, n_tags)
        measured[name]["kinds"] = measure_kinds(tokens, kinds)
        measured[name]["measures"] |= {key: {"value": scores[key]} for key in scores}
        tagged.append(tokens)
        facts["language"] = pipeline.lang
        facts[f"pipeline {name}"] = f"{pipeline.meta['version']}: {', '.join(pipeline.pipe_names)}"
    comparison = compare(*tagged) if len(tagged) == 2 else {}
    return Report(facts, measured, comparison, list_errors(tagged[0], tagged[-1]))


def interval(measure: Measures) -> str:
    """The 95 % interval of a measure, in percent; "" if there is none, or its ends are equal."""
    low = measure.get("low", 0)
    high = measure.get("high", 0)
    return f"{100 * low:.2f} to {100 * high:.2f}" if high - low > 1e-6 else ""


def escape_controls(text: str) -> str:
    """Escape control characters, with which data could tell a terminal to do things."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def markdown(text: str) -> str:
    """Escape text of the data for a table in Markdown."""
    return re.sub(r"([\\`*\[\]|~])", r"\\\1", html.escape(" ".join(text.split()), quote=False))


def csv_cell(value: Any) -> str:
    """A cell that is not empty, and that no spreadsheet takes for a formula."""
    text = f"{value:.4f}" if isinstance(value, float) else " ".join(str(value or "").split())
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text or "(none)"
