"""Files with words, one in each format, and ways in which the same file may be written."""

import bz2
import gzip
import lzma

CONLLU = """\
# newdoc id = a
# text = Don't  go.
1-2\tDon't\t_\t_\t_\tTypo=Yes\t_\t_\t_\tSpacesAfter=\\s\\s
1\tDo\tdo\tAUX\tVB\tMood=Imp\t3\taux\t3:aux\tGloss=a|B
2\tn't\tnot\tPART\tRB\tPolarity=Neg\t3\tadvmod\t3:advmod\t_
3\tgo\tgo\tVERB\tVB\tVerbForm=Fin|Mood=Imp|VerbForm=Inf\t0\troot\t0:root\tSpaceAfter=No
3.1\tthere\tthere\tADV\tRB\t_\t_\t_\t3:advmod\tCopyOf=-1
4\t.\t_\tPUNCT\t_\t_\t3\tpunct\t3:punct\t_

# sent_id = 2
1\t10 000\t_\tNUM\tCD\t_\t0\troot\t_\t_
2\t_\t_\tSYM\tSYM\t_\t1\tdep\t_\t_


# a comment at the end
"""
VRT = """\
<?xml version="1.0"?>
<text id="a&amp;b">
  <s>
Don\tVB\told\tx1
<g/>
't\tRB\t_\tx2
<b>
AT&amp;T\tNNP\tAT&amp;T\tx3
</b>
&lt;\tSYM\told\tx4
</s>
<!-- a\tcomment -->
<s>
<hi>
_\tSYM\t_\tx5
</hi>
</s>
</text>
"""
TSV = """\
Word\ttag\tpos\tlemma\tprob\tnote
Do\tVB\tAUX\tdo\t0.5\tn1
10\u00a0000\tCD\tNUM
.\t\t\t\t\t

_\tSYM\tSYM\t_\t0.25
"""
LIST = "Do\tVB\nn't\tRB\ngo\tVB\n.\t_\n\nYes\tUH\n\n\n"
SLASH = "Do/VB n't/RB 1/2/CD ./_\n\nYes/UH\n"

# What opens compressed files, by their suffixes.
OPENERS = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}

# By their suffixes.
SAMPLES = {".conllu": CONLLU, ".vrt": VRT, ".tsv": TSV}

# What the samples say of their words: word, tag, part of speech, features, lemma.
GOLD = {
    ".conllu": [
        ("Do", "VB", "AUX", "Mood=Imp", "do"),
        ("n't", "RB", "PART", "Polarity=Neg", "not"),
        ("go", "VB", "VERB", "Mood=Imp|VerbForm=Fin,Inf", "go"),
        (".", "", "PUNCT", "", ""),
        ("10 000", "CD", "NUM", "", ""),
        ("_", "SYM", "SYM", "", "_"),
    ],
    ".vrt": [
        ("Don", "VB", "", "", "old"),
        ("'t", "RB", "", "", ""),
        ("AT&T", "NNP", "", "", "AT&T"),
        ("<", "SYM", "", "", "old"),
        ("_", "SYM", "", "", "_"),
    ],
    ".tsv": [
        ("Do", "VB", "AUX", "", "do"),
        ("10\u00a0000", "CD", "NUM", "", ""),
        (".", "", "", "", ""),
        ("_", "SYM", "SYM", "", "_"),
    ],
}

VARIATIONS = {
    "as it is": lambda text: text,
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "byte order mark": lambda text: "\ufeff" + text,
    "no line break at the end": lambda text: text.rstrip("\n"),
    "empty lines before": lambda text: "\n \n" + text,
    "odd characters": lambda text: text.replace("Do", "\ufeffD\u2028o\u0301\U0001f600\ufeff"),
}


def rows(text):
    """The cells of each word, without comments."""
    return [line.split("\t") for line in text.splitlines() if line and line[0] != "#"]
