"""Gives the links and pictures of README.md whole addresses: a package index shows it alone.

python .ci/readme.py v1.2.3
"""

import re
import sys
from pathlib import Path

REPOSITORY = "spacy-lstm-tagger/spacy-lstm-tagger"
PICTURE = re.compile(r'(\]\(|src(?:set)?=")(?!https:)(?=[\w./-]+\.(?:svg|png))')
LINK = re.compile(r"(\]\()(?!https:)")


def with_addresses(text: str, tag: str) -> str:
    """The README as it stands at a tag."""
    text = PICTURE.sub(rf"\1https://raw.githubusercontent.com/{REPOSITORY}/{tag}/", text)
    return LINK.sub(rf"\1https://github.com/{REPOSITORY}/blob/{tag}/", text)


if __name__ == "__main__":
    readme = Path("README.md")
    text = readme.read_text(encoding="utf8")
    readme.write_text(with_addresses(text, sys.argv[1]), encoding="utf8")
