"""The runner of the code blocks in README.md and docs/."""

import importlib.util
import re

import pytest
from helpers import ROOT

spec = importlib.util.spec_from_file_location("pages", ROOT / ".ci/pages.py")
pages = importlib.util.module_from_spec(spec)
spec.loader.exec_module(pages)

PAGE = """
```python
greeting = "hello"
```

Text.

```python
print(greeting, 42)
```

```text
hello …
```

<!-- skip: needs a GPU -->
```bash
exit 1
```

<!--
```bash
echo unseen > file.txt
```
-->

```bash
echo $RANDOM words a second
```

<!--
```text
… words a second
```
-->
```text
1234 words a second
```

```ini
[not = code]
```

```bash
cat file.txt
```

Not directly below.

```text
seen
```
"""


def run(tmp_path, page):
    (tmp_path / "page.md").write_text(page, encoding="utf8")
    return pages.main(["page.md"], tmp_path)


def test_blocks_run_in_order_and_python_blocks_share_their_names(tmp_path, capfd):
    assert run(tmp_path, PAGE) == 0
    printed = capfd.readouterr().out
    assert "hello 42" in printed
    assert "page.md:17 skipped: needs a GPU" in printed
    assert "unseen" in printed


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("hello …", "hello 43"), "page.md:8 does not print what the page shows"),
        (("print(greeting, 42)", "print(farewell)"), "page.md:8 failed"),
        (("cat file.txt", "cat other.txt | cat"), "page.md:44 failed"),
        (("a second\n```\n\n<!--", "a minute\n```\n\n<!--"), "page.md:27 does not print"),
        (("cat file.txt", "false\ntrue"), "page.md:44 failed"),
        (("<!-- skip: needs a GPU -->\n", ""), "page.md:16 failed"),
    ],
)
def test_the_first_block_that_fails_ends_the_run(change, message, tmp_path, capfd):
    assert run(tmp_path, PAGE.replace(*change)) == 1
    assert message in capfd.readouterr().out


@pytest.mark.parametrize(
    ("expected", "printed", "result"),
    [
        ("a\nb\n", "a  \nb\n\n", True),
        ("a\nb\n", "a\n", False),
        ("a\n", "a\nb\n", False),
        ("a …\n", "a 0.97\n", True),
        ("a …\n", "b 0.97\n", False),
        ("a … c\n", "a 1\n2 c\n", False),
        ("…\nlast\n", "first\nsecond\nlast\n", True),
        ("…\nlast\n", "last\n", True),
        ("…\nlast\n", "last\nfirst\n", False),
        ("f(x) [a]\n", "f(x) [a]\n", True),
        ("f.x\n", "f-x\n", False),
        ("bold\n", "\x1b[1mbold\x1b[0m\n", True),
    ],
)
def test_what_is_printed_is_compared_line_by_line(expected, printed, result):
    assert pages.is_as_shown(expected, printed) is result


def shown_blocks(name):
    """The language and the text of each block of code that readers see."""
    shown = re.sub("<!--.*?-->", "", (ROOT / name).read_text(encoding="utf8"), flags=re.S)
    return [(found["language"], found["source"]) for found in pages.FENCE.finditer(shown)]


@pytest.mark.parametrize("name", pages.page_names(ROOT))
def test_readers_see_no_pattern_and_no_long_line(name):
    """Patterns for what differs between machines stand in comments."""
    for language, block in shown_blocks(name):
        assert language != "text" or pages.ANY not in block
        assert max(map(len, block.splitlines()), default=0) <= 76, block


def test_every_page_is_in_the_navigation():
    names = pages.page_names(ROOT)
    assert sorted(names[1:]) == sorted(f"docs/{path.name}" for path in ROOT.glob("docs/*.md"))
