"""The code blocks of README.md and docs/, and docs/tools/pages.py, which runs them."""

import re
import subprocess
import sys

import pytest
from helpers import ROOT

pytest.importorskip("sybil")
import pages

FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```", re.M | re.S)
COMMENT = re.compile(r"<!--.*?-->", re.S)
PAGE = """
```python
greeting = "hello"
```

```python
print(greeting, 0.991)
```

```text
hello 0.99
```

<!-- skip: next "needs a GPU" -->
```bash
exit 1
```

```bash
echo TAG 85.4
```

<!-- within 2 -->
```text
TAG 84.0
```
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new", "passes"),
    [
        ("", "", True),
        ("hello 0.99\n", "hello 0.98\n", False),
        ("hello 0.99\n", "hallo 0.99\n", False),
        ("TAG 84.0", "TAG 82.0", False),
        ("greeting, 0.991", "farewell", False),
        ("echo", "false; echo", False),
        ('<!-- skip: next "needs a GPU" -->', "", False),
    ],
)
def test_a_page_passes_if_its_blocks_run_and_print_what_it_shows(old, new, passes, tmp_path):
    page = tmp_path / "page.md"
    page.write_text(PAGE.replace(old, new, 1), encoding="utf8")
    result = subprocess.run([sys.executable, pages.__file__, page], capture_output=True, text=True)
    assert (result.returncode == 0) is passes, result.stdout


@pytest.mark.slow
def test_printed_numbers_are_written_into_a_page(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(PAGE.replace("hello 0.99\n", "hello 0.5\n"), encoding="utf8")
    command = [sys.executable, pages.__file__, "--write", page]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout
    written = PAGE.replace("hello 0.99\n", "hello 0.991\n").replace("TAG 84.0", "TAG 85.4")
    assert page.read_text(encoding="utf8") == written


@pytest.mark.parametrize("name", pages.page_names())
def test_readers_see_what_is_compared(name):
    text = (ROOT / name).read_text(encoding="utf8")
    assert not any("```text" in comment for comment in COMMENT.findall(text))
    for _, block in FENCE.findall(COMMENT.sub("", text)):
        assert max(map(len, block.splitlines()), default=0) <= 76, block


@pytest.mark.parametrize("name", pages.page_names())
def test_no_code_has_an_escaped_bar(name):
    """The site would show the backslash."""
    text = COMMENT.sub("", FENCE.sub("", (ROOT / name).read_text(encoding="utf8")))
    assert [code for code in re.findall("`[^`\n]*`", text) if r"\|" in code] == []


# Front matter, comments, HTML and the addresses of links are not read as words.
NOT_READ = re.compile(r"\A---\n.*?\n---\n|<!--.*?-->|</?[a-z][^>\n]*>|(?<=\])\([^)]*\)", re.S)


def count_words(path):
    """The words that a reader of a page sees."""
    text = NOT_READ.sub("", path.read_text(encoding="utf8"))
    return len([word for word in re.split(r"[\s|]+", text) if re.search(r"\w", word)])


def test_pages_are_short():
    counts = {path.name: count_words(path) for path in (ROOT / "docs").glob("*.md")}
    assert len(counts) <= 10
    assert sum(counts.values()) <= 11_300, counts
    assert count_words(ROOT / "README.md") <= 600
    assert count_words(ROOT / "pipelines/en_lstm_web.md") <= 700


SECTION = re.compile(r"^\[(.+)\]$", re.M)
SNIPPETS = [
    pytest.param(block, id=f"{path.name}-{number}")
    for path in sorted((ROOT / "docs").glob("*.md"))
    for number, (language, block) in enumerate(FENCE.findall(path.read_text(encoding="utf8")))
    if language == "ini" and SECTION.search(block)
]


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_the_section_above_each_section_of_a_snippet_is_there(snippet):
    config = (ROOT / "configs/default.cfg").read_text(encoding="utf8")
    known = {"", *SECTION.findall(config)}
    for section in SECTION.findall(snippet):
        assert section.rpartition(".")[0] in known
        known.add(section)
