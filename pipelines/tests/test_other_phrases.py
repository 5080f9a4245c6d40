"""Sentences of a treebank with other phrases."""

import random

from gold import Token
from other_phrases import exchange, main, phrases_of
from spacy.tokens import DocBin
from spacy.vocab import Vocab

# Number, word, XPOS, head, relation, features.
ROWS = """
1 The DT 3 det Definite=Def
2 old JJ 3 amod Degree=Pos
3 dog NN 4 nsubj Number=Sing
4 saw VBD 0 root Tense=Past
5 Anna NNP 4 obj Number=Sing
6 . . 4 punct _

1 We PRP 2 nsubj Number=Plur
2 heard VBD 0 root Tense=Past
3 a DT 4 det Definite=Ind
4 noise NN 2 obj Number=Sing
5 today NN 2 obl:unmarked Number=Sing
6 . . 2 punct _

1 Trees NNS 3 obj Number=Plur
2 we PRP 3 nsubj Number=Plur
3 like VBP 0 root Tense=Pres
"""


def read(block):
    rows = [line.split() for line in block.splitlines()]
    return [
        Token(
            word,
            word,
            "X",
            xpos,
            "" if feats == "_" else feats,
            int(head),
            relation,
            number != len(rows),
        )
        for number, (_, word, xpos, head, relation, feats) in enumerate(rows, start=1)
    ]


SAW, HEARD, LIKE = map(read, ROWS.strip().split("\n\n"))


def text(sentence):
    return " ".join(token.word for token in sentence)


def test_the_phrases_of_a_sentence():
    assert phrases_of(SAW) == {
        (0, 3): ("nsubj", "NN"),
        (1, 2): ("amod", "JJ"),
        (4, 5): ("obj", "NNP"),
    }
    assert phrases_of(HEARD) == {
        (0, 1): ("nsubj", "PRP"),
        (2, 4): ("obj", "NN"),
        (4, 5): ("obl:unmarked", "NN"),
    }


def test_a_phrase_whose_words_are_apart_stays():
    cut = [
        token if token.word != "old" else token.__class__(**{**vars(token), "head": 4})
        for token in SAW
    ]
    assert (0, 3) not in phrases_of(cut)


def test_phrases_are_exchanged_and_keep_their_tags():
    pool = {("obj", "NNP"): [[LIKE[0]]], ("nsubj", "NN"): [HEARD[2:4]], ("amod", "JJ"): [[SAW[1]]]}
    draw = random.Random(0)
    copies = [exchange(SAW, pool, draw) for _ in range(200)]
    assert {text(copy) for copy in copies} == {
        "The old dog saw Anna .",
        "The old dog saw Trees .",
        "A noise saw Anna .",
        "A noise saw Trees .",
    }
    tags = {token.word: token.xpos for copy in copies for token in copy}
    assert (tags["A"], tags["noise"], tags["Trees"]) == ("DT", "NN", "NNS")


def test_a_phrase_that_stood_at_the_beginning_loses_its_capital(tmp_path):
    """The subject of one sentence stands inside of another, and the other way round."""
    folder = tmp_path / "xx"
    folder.mkdir()
    blocks = []
    for sentence in (HEARD, LIKE) * 20:
        lines = [
            f"{i}\t{t.word}\t{t.word}\tX\t{t.xpos}\t{t.feats or '_'}\t{t.head}\t{t.relation}\t_\t_"
            for i, t in enumerate(sentence, start=1)
        ]
        blocks.append("\n".join(lines))
    (folder / "xx-train.conllu").write_text("\n\n".join(blocks) + "\n\n", encoding="utf8")
    main(folder, tmp_path / "out/phrases.spacy", copies=3, seed=0)
    docs = list(DocBin().from_disk(tmp_path / "out/phrases.spacy").get_docs(Vocab()))
    sents = [sent for doc in docs for sent in doc.sents]
    assert len(sents) == 3 * len(blocks)
    assert all(sent[0].text in ("We", "Trees") for sent in sents)
    assert {token.text for sent in sents for token in sent[1:]} >= {"we", "like", "heard"}
    assert "We" not in {token.text for sent in sents for token in sent[1:]}
