"""Thinc models around the networks."""
