"""What works with any tagger: text in and out, commands, reports, labels, drawings, Arrow.

Nothing in the folders beside it imports it.
"""
