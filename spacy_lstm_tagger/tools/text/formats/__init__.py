"""The formats of text files: a file for each, the columns that they share, and the registry."""
