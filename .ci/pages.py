"""Runs the code blocks of README.md and of the pages in docs/, in the order of mkdocs.yml.

A ```bash block is a script; the ```python blocks of a page share one interpreter. What a block
prints has to be what the ```text block that directly follows it shows. In such a block, … stands
for any characters of a line, and a line with nothing else for any lines. Readers should not see
such a line: it belongs into a block inside a comment, above one that shows what was printed once.
A block below the comment <!-- skip: REASON --> is not run. A block inside a comment is run, though
no reader sees it.

    python .ci/pages.py                     # all pages
    python .ci/pages.py README.md docs/faq.md  # these pages
"""

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
ANY = "…"
DONE = "\x00done"
FENCE = re.compile(r"^```(?P<language>[\w-]*)[^\n]*\n(?P<source>.*?)^```[ \t]*$", re.M | re.S)
COLOR = re.compile(r"\x1b\[[0-9;]*m")
SKIP = re.compile(r"<!-- skip: (?P<reason>[^\n]+) -->\s*\Z")
# Runs one block after another in the same namespace, with the page's name and lines in tracebacks.
INTERPRETER = f"""
import json, sys
namespace = {{"__name__": "__main__"}}
for message in sys.stdin:
    page, line, source = json.loads(message)
    exec(compile("\\n" * line + source, page, "exec"), namespace)
    print({DONE!r}, flush=True)
"""


class Block(NamedTuple):
    """A block of code, and what it has to print (None for anything)."""

    page: str
    line: int
    language: str
    source: str
    expected: str | None
    skip: str | None


def read_blocks(page: str, text: str) -> Iterator[Block]:
    """Find the blocks of a page that are to be run, or to be skipped."""
    fences = list(FENCE.finditer(text))
    for fence, following in zip(fences, [*fences[1:], None], strict=False):
        if fence["language"] not in ("bash", "python"):
            continue
        expected = None
        if following and following["language"] == "text":
            between = text[fence.end() : following.start()]
            expected = following["source"] if between.strip() in ("", "<!--") else None
        skip = SKIP.search(text, 0, fence.start())
        line = text.count("\n", 0, fence.start()) + 1
        yield Block(
            page, line, fence["language"], fence["source"], expected, skip and skip["reason"]
        )


def is_as_shown(expected: str, printed: str) -> bool:
    """Whether a text is what a page shows, in which … stands for anything."""
    pattern = ""
    for line in lines_of(expected):
        parts = [re.escape(part) for part in line.split(ANY)]
        pattern += "(?:.*\n)*" if line.strip() == ANY else ".*".join(parts) + "\n"
    shown = "".join(f"{line}\n" for line in lines_of(COLOR.sub("", printed)))
    return bool(re.fullmatch(pattern, shown))


def lines_of(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip("\n").splitlines()]


def page_names(root: Path) -> list[str]:
    """README.md, and the pages in the order of mkdocs.yml."""
    nav = (root / "mkdocs.yml").read_text(encoding="utf8").split("\nnav:", 1)[1]
    return ["README.md", *(f"docs/{name}" for name in re.findall(r"[\w./-]+\.md", nav))]


def run_page(blocks: Iterable[Block], root: Path) -> bool:
    """Run the blocks of a page up to the first that fails. Returns whether none did."""
    with subprocess.Popen(
        [sys.executable, "-u", "-c", INTERPRETER],
        cwd=root,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf8",
    ) as interpreter:
        for block in blocks:
            where = f"{block.page}:{block.line}"
            if block.skip:
                print(f"=== {where} skipped: {block.skip}", flush=True)
                continue
            print(f"=== {where}\n{block.source}---", flush=True)
            start = time.perf_counter()
            if block.language == "bash":
                succeeded, printed = run_bash(block, root)
            else:
                succeeded, printed = run_python(block, interpreter)
            print(f"--- {time.perf_counter() - start:.1f} s", flush=True)
            if not succeeded:
                print(f"{where} failed.", flush=True)
                return False
            if block.expected is not None and not is_as_shown(block.expected, printed):
                print(f"{where} does not print what the page shows:\n{block.expected}", flush=True)
                return False
    return True


def run_bash(block: Block, root: Path) -> tuple[bool, str]:
    with subprocess.Popen(
        ["bash", "-euo", "pipefail", "-c", block.source],
        cwd=root,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        encoding="utf8",
    ) as process:
        printed, _ = echo(process.stdout, lambda line: False)
    return process.returncode == 0, printed


def run_python(block: Block, interpreter: subprocess.Popen[str]) -> tuple[bool, str]:
    assert interpreter.stdin is not None
    message = json.dumps([block.page, block.line, block.source])
    interpreter.stdin.write(f"{message}\n")
    interpreter.stdin.flush()
    printed, is_done = echo(interpreter.stdout, lambda line: line == f"{DONE}\n")
    return is_done, printed


def echo(lines: IO[str] | None, is_last: Callable[[str], bool]) -> tuple[str, bool]:
    """Print lines as they come, up to one that is the last. Returns them, and whether it came."""
    printed = ""
    for line in lines or ():
        if is_last(line):
            return printed, True
        print(line, end="", flush=True)
        printed += line
    return printed, False


def main(names: list[str], root: Path = ROOT) -> int:
    for name in names or page_names(root):
        text = (root / name).read_text(encoding="utf8")
        if not run_page(read_blocks(name, text), root):
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
