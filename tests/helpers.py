"""What tests share."""

import contextlib
import gc
import json
import types
from pathlib import Path

import numpy
import pytest
import spacy
from spacy.cli import app
from spacy.tokens import DocBin
from spacy.training import Example
from thinc.api import fix_random_seed
from thinc.util import is_torch_array
from typer.testing import CliRunner

from spacy_lstm_tagger.pipeline.serialize import checksums

ROOT = Path(__file__).parent.parent
TAGGED = [
    ("The dog ate the apple", ["DET", "NN", "V", "DET", "NN"]),
    ("Everybody read that book", ["NN", "V", "DET", "NN"]),
]

# Text to label, one on each line.
RAW_TEXTS = ["The dog ate the apple", "Everybody read that book", "", "The book", "The dog read"]

# Training takes a third of the time that the default takes.
SMALL_TABLES = {"tok2vec": {"feature_rows": 500}}

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


def make_examples(nlp, data=TAGGED):
    return [Example.from_dict(nlp.make_doc(text), {"tags": tags}) for text, tags in data]


def make_nlp(data=TAGGED, n_updates=0, seed=0, model=SMALL_TABLES, **config):
    """A pipeline of an lstm_tagger, initialized on the data and trained on it."""
    pytest.importorskip("torch")
    fix_random_seed(seed)
    nlp = spacy.blank("en")
    nlp.add_pipe("lstm_tagger", config={"model": model, **config})
    examples = make_examples(nlp, data)
    optimizer = nlp.initialize(lambda: examples)
    for _ in range(n_updates):
        nlp.update(examples, sgd=optimizer)
    return nlp


def write_checksums(folder):
    """Make the checksums of a component's files right again."""
    parts = {name: (folder / name).read_bytes() for name in ("cfg", "model")}
    (folder / "checksums.json").write_text(json.dumps(checksums(parts)))


def tags(doc):
    return [token.tag_ for token in doc]


def docs_in(folder, nlp):
    for path in sorted(folder.glob("*.spacy")):
        yield from DocBin().from_disk(path).get_docs(nlp.vocab)


def run_command(*args, cwd=".", text=None):
    """Run a command of spaCy's, or of ours, in this process, which is some seconds faster."""
    spacy.registry.cli.get_all()  # as `python -m spacy` does
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
    seen, todo, size = {id(model)}, [model], 0
    while todo:
        found = todo.pop()
        if isinstance(found, numpy.ndarray) or is_torch_array(found):
            size += found.nbytes
        for referent in gc.get_referents(found):
            if id(referent) not in seen and not isinstance(referent, shared):
                seen.add(id(referent))
                todo.append(referent)
    return size


def shared_config(component, **tok2vec):
    """A config, as text, of an lstm_tagger and another component that listen to one LSTM."""
    sizes = "\n".join(f"{key} = {value}" for key, value in tok2vec.items())
    return f"""
[nlp]
lang = "en"
pipeline = ["tok2vec","lstm_tagger","{component}"]

[components]

[components.tok2vec]
factory = "tok2vec"

[components.tok2vec.model]
@architectures = "spacy_lstm_tagger.LSTMTok2Vec.v1"
{sizes}

[components.lstm_tagger]
factory = "lstm_tagger"

[components.lstm_tagger.model]
@architectures = "spacy_lstm_tagger.LSTMTagger.v1"

[components.lstm_tagger.model.tok2vec]
@architectures = "spacy.Tok2VecListener.v1"
width = ${{components.tok2vec.model.width}}

[components.{component}]
factory = "{component}"

[components.{component}.model]
@architectures = "spacy.Tagger.v2"

[components.{component}.model.tok2vec]
@architectures = "spacy.Tok2VecListener.v1"
width = ${{components.tok2vec.model.width}}
"""
