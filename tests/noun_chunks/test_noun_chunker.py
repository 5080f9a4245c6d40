"""`doc.noun_chunks` without a parser."""

import pickle

import pytest
import spacy
from helpers import COPIES
from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab

from spacy_lstm_tagger.noun_chunks.tag_pattern import TagPattern

NOUNS = "<DET>? <ADJ>* <NOUN>"
# The tag and the part of speech of each word.
LEXICON = {
    "the": ("DT", "DET"), "my": ("PRP$", "PRON"), "this": ("DT", "PRON"), "all": ("PDT", "DET"),
    "she": ("PRP", "PRON"), "it": ("PRP", "PRON"), "what": ("WP", "PRON"), "'s": ("POS", "PART"),
    "old": ("JJ", "ADJ"), "dark": ("JJ", "ADJ"), "last": ("JJ", "ADJ"), "red": ("JJ", "ADJ"),
    "known": ("VBN", "VERB"), "running": ("VBG", "VERB"), "saw": ("VBD", "VERB"),
    "has": ("VBZ", "AUX"), "well": ("RB", "ADV"), "back": ("RB", "ADV"), "soo": ("RB", "ADV"),
    "truly": ("RB", "ADV"),
    "two": ("CD", "NUM"), "three": ("CD", "NUM"), ",": (",", "PUNCT"), "-": ("HYPH", "PUNCT"),
    "“": ("``", "PUNCT"), "”": ("''", "PUNCT"), ".": (".", "PUNCT"), "/": ("SYM", "SYM"),
    "and": ("CC", "CCONJ"), "or": ("CC", "CCONJ"), "of": ("IN", "ADP"), "in": ("IN", "ADP"),
    "course": ("NN", "NOUN"), "dog": ("NN", "NOUN"), "house": ("NN", "NOUN"),
    "dogs": ("NNS", "NOUN"), "week": ("NN", "NOUN"), "yesterday": ("NN", "NOUN"),
    "Ann": ("NNP", "PROPN"), "Lee": ("NNP", "PROPN"), "Boston": ("NNP", "PROPN"),
    "Sox": ("NNP", "PROPN"),
}  # fmt: skip


def tagged(vocab, text, **kwargs):
    words = text.split(" ")
    tags, pos = zip(*(LEXICON.get(word, ("_SP", "SPACE")) for word in words), strict=True)
    return Doc(vocab, words=words, tags=list(tags), pos=list(pos), **kwargs)


def chunks(doclike):
    return [chunk.text for chunk in doclike.noun_chunks]


def make_nlp(lang="en", **config):
    """A pipeline of a noun_chunker."""
    nlp = spacy.blank(lang)
    nlp.add_pipe("noun_chunker", config=config)
    return nlp


@pytest.fixture(scope="module")
def nlp():
    return make_nlp()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("she saw the old dog", ["she", "the old dog"]),
        ("my dog 's dark house saw all the dogs", ["my dog 's dark house", "all the dogs"]),
        ("my dog 's house 's dark dog", ["my dog 's house 's dark dog"]),
        ("she saw this", ["she", "this"]),
        ("what she saw", ["what", "she"]),
        ("the Boston red Sox", ["the Boston red Sox"]),
        ("the dog Ann Lee", ["the dog", "Ann Lee"]),
        ("the dog house", ["the dog house"]),
        ("the dog last week", ["the dog", "last week"]),
        ("the dog yesterday", ["the dog", "yesterday"]),
        ("two or three old , dark dogs", ["two or three old , dark dogs"]),
        ("two / three dogs", ["two / three dogs"]),
        ("the well - known dog", ["the well - known dog"]),
        ("of well - known dogs", ["well - known dogs"]),
        ("the “ dark ” house", ["house"]),
        ("the “ dark house ”", ["the “ dark house"]),
        ("of known dogs", ["known dogs"]),
        ("she has known dogs", ["she", "dogs"]),
        ("she saw back dark dogs", ["she", "dark dogs"]),
        ("she saw truly dark dogs", ["she", "truly dark dogs"]),
        ("the soo dark house", ["the soo dark house"]),
        ("my soo well known dogs", ["my soo well known dogs"]),
        ("she saw the back dog", ["she", "dog"]),
        ("the running dogs", ["the running dogs"]),
        ("of course she has it", ["she", "it"]),
        ("in the course of it", ["the course", "it"]),
        ("of dogs and the house", ["dogs", "the house"]),
        ("saw and has", []),
    ],
)
def test_english(nlp, text, expected):
    assert chunks(tagged(nlp.vocab, text)) == expected


def test_white_space_inside_a_chunk_and_around_it(nlp):
    doc = tagged(nlp.vocab, "\n the \n dark \t house \n")
    assert [(chunk.start, chunk.end) for chunk in doc.noun_chunks] == [(1, 6)]


def test_a_chunk_is_inside_a_sentence(nlp):
    starts = [True, False, True, False]
    assert chunks(tagged(nlp.vocab, "the dog house has", sent_starts=starts)) == [
        "the dog",
        "house",
    ]
    # White space that begins a sentence.
    starts = [True, False, True, False]
    assert chunks(tagged(nlp.vocab, "the dog \n house", sent_starts=starts)) == ["the dog", "house"]


def test_spans(nlp):
    doc = tagged(nlp.vocab, "she saw the old dog and my house")
    assert chunks(doc[1:6]) == ["the old dog"]
    assert chunks(doc[3:]) == ["my house"]
    assert chunks(doc[1:6].as_doc()) == ["the old dog"]
    assert [chunk.label_ for chunk in doc.noun_chunks] == ["NP", "NP", "NP"]


def test_a_loop_over_sentences_finds_the_chunks_once(nlp, monkeypatch):
    """Each `sentence.noun_chunks` asks for all chunks of the Doc."""
    calls = []
    find = TagPattern.find
    monkeypatch.setattr(
        TagPattern, "find", lambda self, *args: calls.append(args) or find(self, *args)
    )
    starts = [True, False, False, True, False, False]
    doc = tagged(nlp.vocab, "she saw it she saw it", sent_starts=starts)
    assert [chunks(sentence) for sentence in doc.sents] == [["she", "it"]] * 2
    assert len(calls) == 1
    # A change of the annotation is seen.
    doc[5].pos_ = "VERB"
    assert [chunks(sentence) for sentence in doc.sents] == [["she", "it"], ["she"]]
    doc[4].is_sent_start = True
    assert len(list(doc.sents)) == 3
    assert chunks(tagged(nlp.vocab, "she saw the dog")) == ["she", "the dog"]


def test_a_doc_with_a_parse_has_the_chunks_of_its_parse(nlp):
    words = "she saw the old dog"
    heads = [1, 1, 4, 4, 1]
    deps = ["nsubj", "ROOT", "det", "dep", "dobj"]
    # In this parse, the adjective begins the phrase.
    doc = tagged(nlp.vocab, words, heads=[1, 1, 1, 4, 1], deps=deps)
    assert chunks(nlp(doc)) == ["she", "old dog"]
    assert chunks(nlp(tagged(nlp.vocab, words, heads=heads, deps=deps))) == ["she", "the old dog"]
    assert chunks(nlp(tagged(nlp.vocab, words))) == ["she", "the old dog"]


def test_a_span_has_the_chunks_that_lie_in_it(nlp):
    doc = nlp(tagged(nlp.vocab, "she saw the old dog"))
    assert [chunk.text for chunk in doc[:4].noun_chunks] == ["she"]
    assert [chunk.text for chunk in doc[1:].noun_chunks] == ["the old dog"]


@pytest.mark.parametrize("text", ["", " ", "\n\n"])
def test_a_doc_without_words_has_no_chunks(nlp, text):
    assert list(nlp(text).noun_chunks) == []


def test_a_doc_without_tags(nlp):
    with pytest.raises(ValueError, match=r"'noun_chunker' need token.pos_, .*'The dog'"):
        list(nlp("The dog").noun_chunks)
    doc = Doc(nlp.vocab, words=["dogs"], pos=["NOUN"])
    with pytest.raises(ValueError, match=r"need token.tag_, and no token"):
        list(doc.noun_chunks)


def test_a_doc_of_another_vocab(nlp):
    doc = tagged(Vocab(), "she saw the old dog")
    assert chunks(nlp(doc)) == ["she", "the old dog"]
    (doc,) = nlp.pipe([tagged(Vocab(), "the old dog")])
    assert chunks(doc) == ["the old dog"]


def test_two_pipelines_in_a_program_and_on_one_vocab():
    # Not the pipeline of the other tests: the last component sets the function of the vocab.
    nlp = make_nlp()
    other = spacy.blank("en", vocab=nlp.vocab)
    other.add_pipe("noun_chunker", config={"pattern": NOUNS})
    third = spacy.blank("en")
    text = "she saw the old dog"
    assert chunks(nlp(tagged(nlp.vocab, text))) == ["she", "the old dog"]
    assert chunks(other(tagged(other.vocab, text))) == ["the old dog"]
    with pytest.raises(ValueError, match="E029"):
        list(third(tagged(third.vocab, text)).noun_chunks)


def test_a_pipeline_with_a_pattern_of_its_own_keeps_it(nlp):
    other = make_nlp(pattern=NOUNS)
    doc = tagged(other.vocab, "she saw the old dog")
    assert chunks(nlp(doc)) == ["she", "the old dog"]
    assert chunks(tagged(other.vocab, "she saw the old dog")) == ["the old dog"]


def test_a_sourced_component(nlp):
    other = spacy.blank("en")
    other.add_pipe("noun_chunker", source=nlp)
    assert chunks(other(tagged(other.vocab, "the old dog"))) == ["the old dog"]
    (read,) = DocBin(docs=[tagged(Vocab(), "the old dog")]).get_docs(other.vocab)
    assert chunks(read) == ["the old dog"]


@pytest.mark.parametrize("way", ["disk", "bytes", "pickle"])
def test_save_and_load(way, tmp_path):
    nlp = make_nlp(pattern=NOUNS)
    loaded = COPIES[way](nlp, tmp_path / "nlp")
    doc = tagged(loaded.vocab, "she saw the old dog")
    assert chunks(doc) == ["the old dog"]
    assert chunks(pickle.loads(pickle.dumps(doc))) == ["the old dog"]
    (read,) = DocBin(docs=[doc]).get_docs(loaded.vocab)
    assert chunks(read) == ["the old dog"]


@pytest.mark.slow
def test_processes(nlp):
    docs = [tagged(nlp.vocab, "she saw the old dog") for _ in range(4)]
    for doc in nlp.pipe(docs, n_process=2):
        assert chunks(doc) == ["she", "the old dog"]


def test_memory_zones():
    # Its strings do not have the label of a chunk yet.
    nlp = make_nlp()
    outside = tagged(nlp.vocab, "the old dog")
    for _ in range(2):
        with nlp.memory_zone():
            assert chunks(nlp(tagged(nlp.vocab, "she saw the old dog"))) == ["she", "the old dog"]
            kept = list(outside.noun_chunks)
    assert [chunk.label_ for chunk in kept] == ["NP"]


def test_another_language():
    nlp = make_nlp("xx", pattern=NOUNS)
    assert chunks(nlp(tagged(nlp.vocab, "she saw the old dog"))) == ["the old dog"]
    # A parse of a language for which spaCy has no rules.
    doc = tagged(nlp.vocab, "the old dog", heads=[2, 2, 2], deps=["det", "amod", "ROOT"])
    assert chunks(nlp(doc)) == ["the old dog"]


def test_a_pattern_of_tags():
    nlp = make_nlp(pattern="<DT>? <JJ>* <NN.*>+", attr="TAG")
    doc = Doc(nlp.vocab, words=["the", "dogs"], tags=["DT", "NNS"])
    assert chunks(nlp(doc)) == ["the dogs"]


def test_an_analysis_finds_no_problem_with_a_pattern_of_tags():
    nlp = spacy.blank("en")
    nlp.add_pipe("tagger")
    nlp.add_pipe("noun_chunker", config={"pattern": "<NN>+", "attr": "TAG"})
    assert nlp.analyze_pipes()["problems"] == {"tagger": [], "noun_chunker": []}


def test_tags_with_angle_brackets():
    nlp = make_nlp(pattern="<NN>+", attr="TAG")
    doc = Doc(nlp.vocab, words=["a", "b", "c", "d"], tags=["<NN>", "NN", "<>", "X"])
    assert chunks(nlp(doc)) == ["b"]


@pytest.mark.parametrize(
    ("lang", "config", "message"),
    [
        ("de", {}, "no pattern of its own for the language 'de'"),
        ("en", {"pattern": "<NN>"}, "'<NN>' has <NN>, which is no part of speech"),
        ("en", {"pattern": "NOUN"}, "'noun_chunker': the pattern 'NOUN' has no word such as"),
        ("en", {"pattern": "<NOUN>)"}, "'noun_chunker': the pattern '<NOUN>.' is no regular"),
        ("en", {"pattern": "<NOUN>{99999999999}"}, "'noun_chunker': the pattern .* is no regular"),
        ("en", {"pattern": r"<NOUN\|PROPN>"}, "'noun_chunker': .*Write a plain bar"),
        ("en", {"pattern": 5}, "pattern"),
        ("en", {"attr": "DEP"}, "attr"),
    ],
)
def test_config_values(lang, config, message):
    with pytest.raises(ValueError, match=message):
        spacy.blank(lang).add_pipe("noun_chunker", config=config)


@pytest.mark.parametrize(("word", "n_chunks"), [("two", 0), ("Ann", 500), ("the", 0)])
def test_long_rows_of_numbers_and_names(nlp, word, n_chunks):
    """A pattern that looks back over the whole row takes minutes."""
    doc = tagged(nlp.vocab, " ".join([word] * 11_000))
    assert len(list(doc.noun_chunks)) == n_chunks
