"""VRT of raw text: markup of the input comes out as it went in."""

import io
import random
import re
import sys
import tracemalloc

import pytest

from spacy_lstm_tagger.tools.text.formats.columns import COLUMNS
from spacy_lstm_tagger.tools.text.formats.registry import WRITABLE
from spacy_lstm_tagger.tools.text.formats.text import Text
from spacy_lstm_tagger.tools.text.items import RawText
from spacy_lstm_tagger.tools.text.lines import LinePart
from spacy_lstm_tagger.tools.text.markup import Markup, split_markup
from spacy_lstm_tagger.tools.text.raw_text import split_texts
from spacy_lstm_tagger.tools.text.read_and_tag import tag_texts
from spacy_lstm_tagger.tools.text.tag_options import TagOptions

BOOK = """\
<?xml version="1.0"?>
<!-- made by hand -->
<text id="a&amp;b" title='1 > 0'>
<head>A <i>short</i> book</head>

<p>They <b>don't</b> wait. Ann&apos;s go<hi>ing</hi> <em>home.</em></p><p>Two<br/>words</p>
1 < 2 &lt; 3 &amp; <3 </3
</text>
"""
STARTS = {"b": "<b>", "p": "<p>", "x": '<x y="z>">'}


@pytest.fixture
def to_vrt(english):
    def to_vrt(text, max_length=1000, markup=True, **options):
        lines = text.splitlines(keepends=True)
        parts = [LinePart(number, line) for number, line in enumerate(lines, start=1)]
        texts = split_texts(parts, max_length, Text(), markup=markup, **options)
        output = io.BytesIO()
        tag_texts(english, texts, output, TagOptions(output_format="vrt"))
        return output.getvalue().decode()

    return to_vrt


def markup_in(text):
    return "".join(part.source for part in split_markup(text) if isinstance(part, Markup))


def markup_out(vrt):
    """The lines of the input's markup, without the sentences that were found."""
    lines = [line for line in vrt.splitlines() if re.match("<[^\t]*>$", line)]
    return "".join(line for line in lines if line not in ("<s>", "</s>"))


def words_of(vrt):
    return [line.split("\t")[0] for line in vrt.splitlines() if "\t" in line]


def test_a_word_a_tag_and_a_lemma_on_each_line(to_vrt):
    vrt = to_vrt("Dogs run. R&D is < fun\n\nYes.\n", markup=False)
    assert (
        vrt
        == """\
<p>
<s>
Dogs\tX\tl
run\tX\tl
.\tX\tl
</s>
<s>
R&amp;D\tX\tl
is\tX\tl
&lt;\tX\tl
fun\tX\tl
</s>
</p>
<p>
<s>
Yes\tX\tl
.\tX\tl
</s>
</p>
"""
    )


def test_the_pieces_of_a_long_text_are_one_paragraph(to_vrt):
    vrt = to_vrt("one two three four\nfive\n", max_length=9, markup=False)
    assert vrt.count("<p>") == vrt.count("</p>") == 2
    assert words_of(vrt) == ["one", "two", "three", "four", "five"]


def test_markup_comes_out_as_it_went_in(to_vrt):
    vrt = to_vrt(BOOK)
    assert markup_out(vrt) == markup_in(BOOK)
    assert words_of(vrt) == [
        *("A", "short", "book"),
        *("They", "do", "n't", "wait", ".", "Ann", "'s", "going", "home", "."),
        *("Two", "words", "1", "&lt;", "2", "&lt;", "3", "&amp;", "&lt;3", "&lt;/3"),
    ]
    assert to_vrt(BOOK, paragraphs=True).count("<b>") == 1


def test_cdata_is_text_as_it_stands(to_vrt):
    vrt = to_vrt("<p>I <![CDATA[saw <b> &amp; AT&T]]> <b>here</b></p>\n")
    assert words_of(vrt) == [
        "I",
        "saw",
        "&lt;",
        "b",
        "&gt;",
        "&amp;",
        "amp",
        ";",
        "AT&amp;T",
        "here",
    ]
    assert markup_out(vrt) == "<p><b></b></p>"


def test_markup_stands_beside_its_words(to_vrt):
    lines = to_vrt("<p>They <b>don't</b> wait. <i>Yes.</i> go<u2>ing</u2></p>\n").split("\n")
    assert [line.split("\t")[0] for line in lines] == [
        *("<p>", "<s>", "They", "<b>", "do", "n't", "</b>", "wait", ".", "</s>"),
        *("<s>", "<i>", "Yes", ".", "</i>", "</s>"),
        *("<s>", "<u2>", "going", "</u2>", "</s>", "</p>", ""),
    ]


def test_an_empty_sentence_of_the_input_is_not_open(to_vrt):
    lines = [line.split("\t")[0] for line in to_vrt("<s/>One.\nTwo.\n").splitlines()]
    assert lines == ["<s/>", "<s>", "One", ".", "</s>", "<s>", "Two", ".", "</s>"]


def test_sentences_of_the_input_stay(to_vrt):
    text = "<s>One. Two.</s>\nThree. Four.\n"
    lines = [line.split("\t")[0] for line in to_vrt(text).splitlines()]
    assert lines == [
        *("<s>", "One", ".", "Two", ".", "</s>"),
        *("<s>", "Three", ".", "</s>", "<s>", "Four", ".", "</s>"),
    ]


def test_a_paragraph_ends_at_a_line_of_markup(to_vrt):
    vrt = to_vrt("<page n='1'>\nThey\nwait\n</page>\nhere\n", paragraphs=True)
    assert [line.split("\t")[0] for line in vrt.splitlines()] == [
        *("<page n='1'>", "<s>", "They", "wait", "</s>", "</page>", "<s>", "here", "</s>")
    ]


def test_random_markup_comes_out_as_it_went_in(to_vrt):
    random.seed(0)
    pieces = [*STARTS.values(), "</b>", "</p>", "</x>", "<br/>", "<!-- < -->", " ", "\n"]
    pieces += ["dog", "run.", "don't ", "a", "&amp;", "\n\n", "1 < 2", ". "]
    for paragraphs in (True, False):
        for _ in range(150):
            text = "".join(random.choices(pieces, k=30))
            n_ends = {name: text.count(f"</{name}>") for name in "bpx"}
            n_starts = {name: text.count(start) for name, start in STARTS.items()}
            # Whatever is closed was opened before, and whatever is opened is closed behind.
            before = "".join(f"<{name}>" * n for name, n in n_ends.items())
            after = "".join(f"</{name}>" * n for name, n in n_starts.items())
            text = before + text + after
            vrt = to_vrt(text, max_length=40, paragraphs=paragraphs)
            assert markup_out(vrt) == markup_in(text)
            texts = [part for part in split_markup(text) if isinstance(part, str)]
            characters = re.sub(r"\s", "", "".join(texts))
            words = "".join(words_of(vrt)).replace("&lt;", "<").replace("&amp;", "&")
            assert words == characters


def lines_run(function, *args):
    """How many lines of code a call runs: a measure of work, the same on every machine."""
    n_lines = 0

    def count(frame, event, arg):
        nonlocal n_lines
        n_lines += event == "line"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        function(*args)
    finally:
        sys.settrace(before)
    return n_lines


def work(nlp, n_sentences):
    sentence = "A dog. "
    markup = Markup("<b/>", "b", is_end=False, is_block=False)
    markup_of_text = tuple((i * len(sentence), markup) for i in range(n_sentences))
    text = RawText(1, sentence * n_sentences, markup_of_text)
    writer = WRITABLE["vrt"](COLUMNS[:2])
    return lines_run(writer.write, text, nlp(text.text), [])


def test_twice_the_text_with_markup_takes_twice_the_work(english):
    assert 5 * 200 < work(english, 200) <= 2.1 * work(english, 100)


@pytest.mark.parametrize("attributes", ["x" * 500_000, ' x=""' * 100_000])
def test_a_long_tag_takes_the_memory_of_its_characters(attributes):
    tracemalloc.start()
    (tag,) = split_markup(f"<a {attributes}/>")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(tag.source) > 500_000
    assert peak < 5_000_000


def test_elements_may_overlap_and_html_has_elements_without_an_end(to_vrt):
    vrt = to_vrt("<page><b>a <i>b</b> c</i><br> <IMG src=x> d</page>\n")
    assert words_of(vrt) == list("abcd")
