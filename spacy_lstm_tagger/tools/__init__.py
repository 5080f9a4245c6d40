"""What works with any tagger: text in and out, commands, reports, labels, drawings, Arrow.

Nothing outside this folder imports it.
"""
