"""The site that MkDocs builds."""

import subprocess
import sys

import pytest
from helpers import ROOT


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The folder of the site. A broken link, or a page that no menu has, fails."""
    pytest.importorskip("material", reason="the theme of the site")
    pytest.importorskip("mkdocstrings", reason="the API reference")
    folder = tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", folder]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    return folder
