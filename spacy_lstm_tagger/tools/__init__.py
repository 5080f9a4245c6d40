"""What works with any tagger: text in and out, commands, reports, labels.

Nothing in the folders beside it imports it.
"""
