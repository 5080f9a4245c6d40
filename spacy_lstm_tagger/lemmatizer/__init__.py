"""A component that finds lemmas by words and their tags."""
