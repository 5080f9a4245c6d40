"""Noun chunks from tags, without a parser."""
