"""Entries of a lexicon that are not valid, in files and in Python."""

import copy

import pytest
from helpers import write


@pytest.fixture
def nlp(trained):
    return copy.deepcopy(trained)


@pytest.fixture
def lexicon(nlp):
    return nlp.get_pipe("lstm_tagger").lexicon


BAD_TSV = {
    "an unknown tag": ("dog\tNN\napple\tNN XX\n", r"line 2: the word 'apple' has the tag 'XX'"),
    "no tags": ("\ndog\t\n", "line 2: the word 'dog' has no tags"),
    "no tab": ("dog NN\n", r"line 1: the word 'dog NN' has no tags.* a tab stands between"),
    "a third column": ("dog\tNN\tany\n", "line 1: .* has no tags.* optionally a tab and any_case"),
    "four columns": ("dog\tNN\tany_case\t\n", "line 1: .* optionally a tab and any_case"),
    "no word": ("\tNN\n", "line 1: '' is not a word"),
    "white space": (" \tNN\n", "line 1: ' ' is not a word"),
    "white space behind a word": ("dog \tNN\n", "line 1: 'dog ' is not a word"),
    "a feature twice": (
        "dog\tNN Number=Sing|Number=Plur\n",
        r"the tag 'Number=Sing\|Number=Plur', .* nor a part of speech and features",
    ),
    "an unknown part of speech": ("dog\tNN POS=FOO\n", "the tag 'POS=FOO'"),
    "twice": ("dog\tNN\nape\tV\ndog\tV\n", "line 3: the word 'dog' is listed twice"),
    "twice in any case": (
        "dog\tNN\nDog\tV\tany_case\nDOG\tV\tany_case\n",
        "line 3: the word 'DOG' is listed twice",
    ),
}
BAD_JSON = {
    "an unknown tag": ('{"dog": "NN",\n\n"ape": ["NN", "XX"]}', "the word 'ape' .* 'XX'"),
    "no tags": ('{"a": "V",\n"dog": []}', "the word 'dog' has no tags"),
    "null": ('{"dog":\nnull}', "the word 'dog' has no tags"),
    "no word": ('{\n"a": "V", "": "NN"}', ": '' is not a word"),
    "a number": ('{"a": "V",\n"dog": [1]}', r"the word 'dog' has the tag 1"),
    "twice": ('{"dog": "NN", "ape": "V", "dog": "V"}', "the word 'dog' is listed twice"),
    "an object": ('{"a": "V", "dog": {"NN": 1}}', "the word 'dog' has"),
    "a list": ('["dog"]', "not a JSON object"),
    "an empty list": ("[]", "not a JSON object"),
    "no JSON": ('{"dog": "NN",\n}', "line 2"),
    "half a character": ('{"dog": "NN",\n"\\ud83d": "NN"}', "surrogates not allowed"),
}


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        *(pytest.param("words.tsv", *bad, id=f"tsv-{why}") for why, bad in BAD_TSV.items()),
        *(pytest.param("words.json", *bad, id=f"json-{why}") for why, bad in BAD_JSON.items()),
    ],
)
def test_an_error_names_the_entry_and_changes_nothing(nlp, lexicon, tmp_path, name, text, message):
    lexicon["dog"] = ["V"]
    before = nlp.get_pipe("lstm_tagger").to_bytes()
    with pytest.raises(ValueError, match=rf"{name}.*{message}"):
        lexicon.from_disk(write(tmp_path / name, text))
    assert nlp.get_pipe("lstm_tagger").to_bytes() == before


def test_a_file_of_another_encoding_and_one_that_is_missing(lexicon, tmp_path):
    (tmp_path / "words.tsv").write_bytes("Äpfel\tNN".encode("latin1"))
    with pytest.raises(ValueError, match=r"words.tsv: 'utf-8' codec can't decode"):
        lexicon.from_disk(tmp_path / "words.tsv")
    with pytest.raises(FileNotFoundError, match=r"other.tsv"):
        lexicon.from_disk(tmp_path / "other.tsv")


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"ape": ["NN"], "dog": ["XX"]}, "component 'lstm_tagger': the word 'dog' .* 'XX'"),
        ({"ape": ["NN"], "dog": []}, "the word 'dog' has no tags"),
        ({"ape": ["NN"], "dog": None}, "the word 'dog' has no tags"),
        ({"ape": ["NN"], " ": ["NN"]}, "' ' is not a word"),
        ({"ape": ["NN"], 5: ["NN"]}, "5 is not a word"),
        ({"dog": ["NN", "POS=DOG"]}, "the word 'dog' has the tag 'POS=DOG'"),
        ({"dog": ["NN", "POS="]}, "the word 'dog' has the tag 'POS='"),
        ({"dog": ["POS=NOUN"]}, "the word 'dog' has .* behind one tag alone"),
        ({"dog": ["NN", "V", "POS=NOUN"]}, "the word 'dog' has .* behind one tag alone"),
        ({"dog": ["NN", "POS=NOUN", "Number=Sing"]}, "the word 'dog' has .* behind one tag alone"),
    ],
)
def test_an_error_in_python_names_the_word_and_changes_nothing(lexicon, entries, message):
    with pytest.raises(ValueError, match=message):
        lexicon.update(entries)
    with pytest.raises(ValueError, match=r"'DOG' is listed twice"):
        lexicon.any_case.update({"dog": "NN", "DOG": "V"})
    assert (len(lexicon), len(lexicon.any_case)) == (0, 0)
    with pytest.raises(KeyError, match="dog"):
        lexicon["dog"]
