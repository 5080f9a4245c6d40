"""Saves and loads a component."""

import copy
from collections.abc import Callable, Container, Iterable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any, Self

import srsly
from spacy.vocab import Vocab

from .._compat import forget_rehearsal_model, gc_on_after_errors
from ..config_rules import check_type
from ..errors import explained_loading
from ..files import replace_together, saved_together, write_file
from ..models.shim import network_shim, network_shims
from ..models.tagger import is_lstm_tagger
from ..models.types import TaggerModel
from ..models.vocabulary import nodes_with_vocabulary, vocabulary_of
from .lexicon_entries import LEXICON_KEY, Entries, check_entries
from .loss import LabelSmoothing
from .tag_morphology import TAG_MORPHOLOGY_KEY

MODEL = "model"
CFG = "cfg"
VOCAB = "vocab"

# The types of the values in a saved cfg.
CFG_TYPES: dict[str, Any] = {
    "labels": list[str],
    "neg_prefix": str,
    "overwrite": bool,
    "label_smoothing": LabelSmoothing,
    LEXICON_KEY: dict[str, Entries],
    TAG_MORPHOLOGY_KEY: dict[str, str],
}


class SavedTagger:
    """Saving and loading, for a tagger. Saved weights know the labels of their rows by a digest, so
    files of different saves are refused."""

    name: str
    vocab: Vocab
    model: TaggerModel
    cfg: dict[str, Any]

    def lexicon_changed(self) -> None:
        """Read the lexicon in the component's cfg again at the next call."""
        raise NotImplementedError

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """Serialize the component to a bytestring.

        exclude (Iterable[str]): Fields to leave out: cfg, model, vocab.
        RETURNS (bytes): The component.
        """
        exclude = names_of(exclude)
        message: dict[str, Any] = self._dump(exclude)
        if VOCAB not in exclude:
            message[VOCAB] = self.vocab.to_bytes(exclude=exclude)
        return bytes(srsly.msgpack_dumps(message))

    def from_bytes(self, bytes_data: bytes, *, exclude: Iterable[str] = ()) -> Self:
        """Load the component from a bytestring. Raises a ValueError if it is damaged; load another
        one then.

        bytes_data (bytes): What `to_bytes` returned.
        exclude (Iterable[str]): Fields to leave out: cfg, model, vocab.
        RETURNS (LSTMTagger): Itself.
        """
        exclude = names_of(exclude)
        with gc_on_after_errors(), self._explained("a bytestring"):
            message = dict(srsly.msgpack_loads(bytes_data))
            parts = {name: message[name] for name in (MODEL, CFG) if name in message}
            load_vocab = None
            if VOCAB in message:
                load_vocab = partial(self.vocab.from_bytes, message[VOCAB], exclude=exclude)
            self._load(parts, load_vocab, exclude)
        return self

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Write the component to a directory. Its files replace the earlier ones together, when
        all are written.

        path (str | Path): The directory. It is created if it does not exist.
        exclude (Iterable[str]): Fields to leave out: cfg, model, vocab.
        """
        path = Path(path)
        exclude = names_of(exclude)
        parts = self._dump(exclude)
        with replace_together(path) as folder:
            for name, data in parts.items():
                write_file(folder / name, data)
            if VOCAB not in exclude:
                self.vocab.to_disk(folder / VOCAB, exclude=exclude)

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> Self:
        """Load the component from a directory. Raises a ValueError if files are damaged or were not
        saved together; load others then.

        path (str | Path): Where `to_disk` wrote it.
        exclude (Iterable[str]): Fields to leave out: cfg, model, vocab.
        RETURNS (LSTMTagger): Itself.
        """
        path = Path(path)
        exclude = names_of(exclude)
        names = [name for name in (MODEL, CFG) if name not in exclude]
        with gc_on_after_errors(), saved_together(path) as folder:
            parts = {name: (folder / name).read_bytes() for name in names}
            load_vocab = partial(self.vocab.from_disk, folder / VOCAB, exclude=exclude)
            with self._explained(path):
                self._load(parts, load_vocab, exclude)
        return self

    def _dump(self, exclude: tuple[str, ...]) -> dict[str, bytes]:
        parts: dict[str, bytes] = {}
        if MODEL not in exclude:
            name_rows(self.model, self.cfg["labels"])
            parts[MODEL] = self.model.to_bytes()
        if CFG not in exclude:
            parts[CFG] = srsly.json_dumps(self.cfg, indent=2).encode()
        return parts

    def _load(
        self, parts: dict[str, Any], load_vocab: Callable[[], Any] | None, exclude: tuple[str, ...]
    ) -> None:
        cfg = copy.deepcopy(self.cfg)
        state = ModelState(self.model)
        try:
            self._load_parts(parts, load_vocab, exclude)
        except Exception:
            self.cfg.clear()
            self.cfg.update(cfg)
            self.lexicon_changed()
            state.restore()
            raise
        forget_rehearsal_model(self)

    def _load_parts(
        self, parts: dict[str, Any], load_vocab: Callable[[], Any] | None, exclude: tuple[str, ...]
    ) -> None:
        if load_vocab is not None and VOCAB not in exclude:
            load_vocab()
        labels = None
        if CFG in parts and CFG not in exclude:
            cfg = srsly.json_loads(parts[CFG])
            check_cfg(cfg, self.cfg)
            labels = cfg["labels"]
            check_entries(cfg[LEXICON_KEY], labels)
            self.cfg.update(cfg)
            self.lexicon_changed()
        if MODEL in parts and MODEL not in exclude:
            name_rows(self.model, labels)
            if labels is not None:
                # The model may have got tags since the files were saved.
                set_n_tags(self.model, None)
            self.model.from_bytes(parts[MODEL])
            n_tags = self.model.maybe_get_dim("nO")
            # Files of 0.1.0 and 0.2.0 have no digest of the labels.
            if labels is not None and n_tags not in (None, len(labels)):
                raise ValueError(f"its cfg has {len(labels)} labels, its model {n_tags}.")

    def _explained(self, source: str | Path) -> AbstractContextManager[None]:
        """Name the source of the component in an error while it is loaded."""
        return explained_loading(
            self.name,
            source,
            "Load the config and the files that were saved together. (In Thinc's errors, nO of "
            "lstm_tok2vec is its width, and nO of tag_log_probs the number of tags.)",
        )


def names_of(exclude: Iterable[str]) -> tuple[str, ...]:
    """The fields to leave out. One may be a string."""
    return (exclude,) if isinstance(exclude, str) else tuple(exclude)


def check_cfg(cfg: dict[str, Any], known: Container[str]) -> None:
    """Raise a ValueError that names a key of a saved cfg which is unknown or has a wrong value."""
    for key, value in cfg.items():
        if key not in known:
            raise ValueError(f"its cfg has the unknown key {key!r}.")
        # A subclass may have keys of its own.
        check_type(f"cfg[{key!r}]", value, CFG_TYPES.get(key, Any))


class ModelState:
    """What a model knows, to go back to if other files are refused.

    model (TaggerModel): The model.
    """

    def __init__(self, model: TaggerModel) -> None:
        self._model = model
        self._n_tags = model.maybe_get_dim("nO")
        self._weights = [(shim, shim.weights()) for shim in network_shims(model)]
        self._vocabularies = [(node, vocabulary_of(node)) for node in nodes_with_vocabulary(model)]
        self._params = [
            (node, name, node.get_param(name))
            for node in model.walk()
            for name in node.param_names
            if node.has_param(name)
        ]

    def restore(self) -> None:
        """Go back to it."""
        set_n_tags(self._model, self._n_tags)
        for node, name, value in self._params:
            node.set_param(name, value)
        for node, vocabulary in self._vocabularies:
            node.attrs["vocabulary"] = vocabulary
        for shim, weights in self._weights:
            if weights is None:
                shim.from_bytes(b"")
            else:
                shim.load(weights)


def set_n_tags(model: TaggerModel, n_tags: Any) -> None:
    """Say how many tags a model has, None for as many as it will load. If its config says how many,
    that stays."""
    if is_lstm_tagger(model) and "resize_output" in model.attrs:
        for layer in (model, model.get_ref("output_layer")):
            layer.set_dim("nO", n_tags, force=True)


def name_rows(model: TaggerModel, labels: list[str] | None) -> None:
    """Tell the output layer what its rows stand for, before it is saved or loaded."""
    if is_lstm_tagger(model):
        network_shim(model.get_ref("output_layer")).row_names = labels
