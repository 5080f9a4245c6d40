"""What works with any tagger: a report, drawings, tables of Arrow."""
