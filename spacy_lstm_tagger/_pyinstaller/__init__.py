"""Tells PyInstaller what a frozen program needs: spaCy finds this package by its metadata, and no
program imports it."""

from pathlib import Path


def get_hook_dirs() -> list[str]:
    return [str(Path(__file__).parent)]
