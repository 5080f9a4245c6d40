"""Runs the code blocks of README.md and of docs/ with Sybil, in the order of mkdocs.yml.

    python docs/tools/pages.py                        # all pages
    python docs/tools/pages.py README.md docs/faq.md  # these pages
    python docs/tools/pages.py --write docs/faq.md    # and write the numbers that are printed

A ```bash block is a script, and the ```python blocks of a page share one program. A ```text block
that directly follows one has to be what it prints. Numbers with a decimal point may differ by
0.002, or by N below the comment <!-- within N -->; with --write, they are replaced. A block below
<!-- skip: next "REASON" --> is not run. A block inside a comment is run, though readers do not see
it.
"""

import math
import os
import re
import site
import subprocess
import sys
import sysconfig
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest
from sybil import Example, Sybil
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.markdown import CodeBlockParser, SkipParser

ROOT = Path(__file__).resolve().parents[2]
COLOR = re.compile(r"\x1b\[[0-9;]*m")
DECIMAL = re.compile(r"(\d+\.\d+)")
WITHIN = re.compile(r"\s*(?:<!-- within ([\d.]+) -->\s*)?")
# Set with --write.
WRITE = "WRITE_PRINTED_NUMBERS"


def run_bash(example: Example) -> None:
    command = ["bash", "-euo", "pipefail", "-c", example.parsed]
    result = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, encoding="utf8")
    remember(example, result.stdout)
    assert result.returncode == 0, f"exit status {result.returncode}"


def run_python(example: Example) -> None:
    # A block before this one may have installed a package with -e. Only a .pth file leads to it,
    # and Python reads these when it starts.
    site.addsitedir(sysconfig.get_paths()["purelib"])
    with redirect_stdout(StringIO()) as printed:
        PythonEvaluator()(example)
    remember(example, printed.getvalue())


def remember(example: Example, printed: str) -> None:
    """Keep what a block printed, and where it ends, for the block that follows it."""
    print(printed)
    example.namespace["printed"] = printed
    example.namespace["end"] = example.end


def compare(example: Example) -> None:
    """Compare a block of text with what the block directly before it printed."""
    end = example.namespace.get("end", 0)
    between = WITHIN.fullmatch(example.document.text[end : example.start])
    if end and between:
        tolerance = float(between[1] or 0.002)
        printed = example.namespace["printed"]
        if os.environ.get(WRITE) and agree(example.parsed, printed, math.inf):
            path = Path(example.path)
            page = path.read_text(encoding="utf8")
            numbers = iter(DECIMAL.findall(printed))
            written = DECIMAL.sub(lambda _: next(numbers), example.parsed)
            path.write_text(page.replace(example.parsed, written, 1), encoding="utf8")
            return
        assert agree(example.parsed, printed, tolerance), f"not as the page shows:\n{printed}"


def agree(shown: str, printed: str, tolerance: float) -> bool:
    """Whether two texts are the same, except for colours and small differences of numbers."""
    texts, others = (DECIMAL.split(clean(text)) for text in (shown, printed))
    numbers = zip(map(float, texts[1::2]), map(float, others[1::2]), strict=False)
    is_close = all(math.isclose(*pair, rel_tol=0, abs_tol=tolerance) for pair in numbers)
    return texts[::2] == others[::2] and is_close


def clean(text: str) -> str:
    """A text without colours, spaces at the ends of lines, and empty lines around it."""
    return "\n".join(line.rstrip() for line in COLOR.sub("", text).strip("\n").splitlines())


def set_up(namespace: dict[str, object]) -> None:
    namespace["__name__"] = "__main__"
    os.chdir(ROOT)


def page_names() -> list[str]:
    """README.md, and the pages in the order of mkdocs.yml."""
    nav = (ROOT / "mkdocs.yml").read_text(encoding="utf8").split("\nnav:", 1)[1]
    nav = nav.partition("\n\n")[0]
    return ["README.md", *(f"docs/{name}" for name in re.findall(r"[\w-]+\.md", nav))]


pytest_collect_file = Sybil(
    parsers=[
        CodeBlockParser("bash", run_bash),
        CodeBlockParser("python", run_python),
        CodeBlockParser("text", compare),
        SkipParser(),
    ],
    pattern="*.md",
    path=os.sep,
    setup=set_up,
).pytest()


def main(pages: list[str]) -> int:
    if "--write" in pages:
        pages.remove("--write")
        os.environ[WRITE] = "1"
    if len(pages) == 1:
        options = ["-vx", "-rs", "--durations=5", "-c", os.devnull, "--noconftest"]
        arguments = [*options, f"--rootdir={ROOT}", str(ROOT / pages[0])]
        status = pytest.main(arguments, plugins=[sys.modules["__main__"]])
        # Some pages have no block to run.
        return 0 if status == pytest.ExitCode.NO_TESTS_COLLECTED else status
    # A page installs packages, so each page gets a program of its own.
    return any(subprocess.call([sys.executable, __file__, page]) for page in pages or page_names())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
