"""Saves and loads a component."""

import copy
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any, Self, cast

import srsly
from spacy.vocab import Vocab

from .._compat import forget_rehearsal_model, gc_on_after_errors
from ..errors import explained_loading
from ..files import replace_files, write_file
from ..models.shim import network_shim
from ..models.tagger import is_lstm_tagger
from ..models.types import TaggerModel
from .lexicon_entries import LEXICON_KEY, check_entries

MODEL = "model"
CFG = "cfg"
VOCAB = "vocab"


class SavedTagger:
    """Saving and loading, for a tagger. Saved weights have a digest of the component's cfg, so that
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
        """Load the component from a bytestring. Raises a ValueError if it is damaged.

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
        """Write the component to a directory. Each file replaces the earlier one, or a link, when
        all are written.

        path (str | Path): The directory. It is created if it does not exist.
        exclude (Iterable[str]): Fields to leave out: cfg, model, vocab.
        """
        path = Path(path)
        exclude = names_of(exclude)
        parts = self._dump(exclude)
        with replace_files(path) as folder:
            for name, data in parts.items():
                write_file(folder / name, data)
            if VOCAB not in exclude:
                self.vocab.to_disk(folder / VOCAB, exclude=exclude)

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> Self:
        """Load the component from a directory. Raises a ValueError if files are damaged or were not
        saved together.

        path (str | Path): Where `to_disk` wrote it.
        exclude (Iterable[str]): Fields to leave out: cfg, model, vocab.
        RETURNS (LSTMTagger): Itself.
        """
        path = Path(path)
        exclude = names_of(exclude)
        names = [name for name in (MODEL, CFG) if name not in exclude]
        parts = {name: (path / name).read_bytes() for name in names}
        load_vocab = partial(self.vocab.from_disk, path / VOCAB, exclude=exclude)
        with gc_on_after_errors(), self._explained(path):
            self._load(parts, load_vocab, exclude)
        return self

    def _dump(self, exclude: tuple[str, ...]) -> dict[str, bytes]:
        parts: dict[str, bytes] = {}
        cfg = srsly.json_dumps(self.cfg, indent=2)
        if MODEL not in exclude:
            tell_cfg(self.model, srsly.json_loads(cfg))
            parts[MODEL] = self.model.to_bytes()
        if CFG not in exclude:
            parts[CFG] = cfg.encode()
        return parts

    def _load(
        self, parts: dict[str, Any], load_vocab: Callable[[], Any] | None, exclude: tuple[str, ...]
    ) -> None:
        if load_vocab is not None and VOCAB not in exclude:
            load_vocab()
        cfg = None
        if CFG in parts and CFG not in exclude:
            cfg = dict(srsly.json_loads(parts[CFG]))
        if MODEL in parts and MODEL not in exclude:
            # A copy goes first: if it refuses the weights, the component stays as it is.
            for model in (copy.deepcopy(self.model), self.model):
                load_model(model, parts[MODEL], cfg)
        if cfg is not None:
            for key in cfg:
                if key not in self.cfg:
                    raise ValueError(f"its cfg has the unknown key {key!r}.")
            check_entries(cfg[LEXICON_KEY], cfg["labels"])
            self.cfg.update(cfg)
            self.lexicon_changed()
        forget_rehearsal_model(self)

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


def load_model(model: TaggerModel, data: bytes, cfg: dict[str, Any] | None) -> None:
    """Load a model. Raises a ValueError if it was saved with another cfg, unless that is None."""
    tell_cfg(model, cfg)
    if cfg is not None and is_lstm_tagger(model) and "resize_output" in model.attrs:
        # The model may have got tags since the files were saved. A number in its config stays.
        for layer in (model, model.get_ref("output_layer")):
            layer.set_dim("nO", cast(int, None), force=True)
    model.from_bytes(data)


def tell_cfg(model: TaggerModel, cfg: dict[str, Any] | None) -> None:
    """Tell the output layer the cfg with which it is saved or loaded next."""
    if is_lstm_tagger(model):
        network_shim(model.get_ref("output_layer")).saved_with = cfg
