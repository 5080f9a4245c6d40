"""Saves and loads a tagger."""

import copy
from typing import Any, cast

import srsly
from spacy.vocab import Vocab

from .._compat import forget_rehearsal_model
from ..models.shim import network_shim
from ..models.tagger import is_lstm_tagger
from ..models.types import TaggerModel
from .saved_whole import SavedWhole


class SavedTagger(SavedWhole):
    """Mixin for a tagger. Saved weights have a digest of the component's cfg, so that files of
    different saves are refused."""

    remedy = (
        "Load the config and the files that were saved together. (In Thinc's errors, nO of "
        "lstm_tok2vec is its width, and nO of tag_log_probs the number of tags.)"
    )

    vocab: Vocab
    model: TaggerModel
    cfg: dict[str, Any]

    def before_save(self) -> None:
        """Give the weights the digest of the cfg."""
        # JSON rounds numbers and has no tuples.
        tell_cfg(self.model, srsly.json_loads(srsly.json_dumps(self.cfg)))

    def load(self, method: str, source: Any, exclude: tuple[str, ...]) -> None:
        """Load the component. If its files are refused, it stays as it is."""
        # A copy goes first, with a vocab of its own: loading into a Vocab can't be undone.
        trial = copy.copy(self)
        trial.cfg = copy.deepcopy(self.cfg)
        trial.model = copy.deepcopy(self.model)
        trial.vocab = Vocab()
        trial._load(method, source, exclude)
        self._load(method, source, exclude)
        forget_rehearsal_model(self)

    def _load(self, method: str, source: Any, exclude: tuple[str, ...]) -> None:
        known = set(self.cfg)
        has_cfg = "cfg" not in exclude
        if has_cfg and method == "from_bytes":
            has_cfg = "cfg" in srsly.msgpack_loads(source)
        # spaCy loads the cfg into this dict, then the weights, which are checked against it.
        tell_cfg(self.model, self.cfg if has_cfg else None)
        can_grow = is_lstm_tagger(self.model) and "resize_output" in self.model.attrs
        if can_grow and has_cfg:
            # The model may have got tags since the files were saved. A number in its config stays.
            set_n_tags(self.model, None)
        try:
            super().load(method, source, exclude)
        finally:
            tell_cfg(self.model, None)
        if can_grow and self.model.maybe_get_dim("nO") is None:
            # The model was left out.
            output_layer = self.model.get_ref("output_layer")
            set_n_tags(self.model, network_shim(output_layer).settings.n_tags)
        unknown = sorted(set(self.cfg) - known)
        if unknown:
            raise ValueError(f"its cfg has the unknown key {unknown[0]!r}.")


def set_n_tags(model: TaggerModel, n_tags: int | None) -> None:
    """Say how many tags a model has; None for as many as it will load."""
    for layer in (model, model.get_ref("output_layer")):
        layer.set_dim("nO", cast(int, n_tags), force=True)


def tell_cfg(model: TaggerModel, cfg: dict[str, Any] | None) -> None:
    """Tell the output layer the cfg with which it is saved or loaded next, or None if that is not
    known."""
    if is_lstm_tagger(model):
        network_shim(model.get_ref("output_layer")).saved_with = cfg
