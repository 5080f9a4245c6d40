"""Names of spaCy and Thinc that are private, each with the versions in which it was seen.
No other file of this package imports or reads such names. The one exception is `TagLemmatizer`,
which overrides `_validate_tables` and reads `_validated` of spaCy's `Lemmatizer`, 3.8.7 to 3.8.18.
"""

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

# What spaCy's commands are made of, in spaCy 3.8.7 to 3.8.18. `import spacy` imports this module.
from spacy.cli._util import Arg, Opt, app, import_code, setup_gpu
from thinc.api import Shim

# In thinc.layers since 8.0, with this signature in 8.3.4 to 8.3.14.
from thinc.layers.softmax import forward as softmax_forward
from thinc.layers.with_array import forward as with_array_forward

# Other files import these names from here.
__all__ = [
    "Arg",
    "Opt",
    "app",
    "import_code",
    "setup_gpu",
    "softmax_forward",
    "with_array_forward",
]

# The name of a model that listens to a transformer, in spacy-transformers 1.3 and 1.4.
TRANSFORMER_LISTENER = "transformer-listener"


def check_extra_label(pipe: Any) -> None:
    """Raise a ValueError if a component can't get another label. spaCy 3.8.7 to 3.8.18."""
    pipe._allow_extra_label()


@contextmanager
def gc_on_after_errors() -> Iterator[None]:
    """Turn Python's garbage collector on after an error: srsly turns it off while it reads
    MessagePack, and leaves it off if the data are damaged. What it was before is not asked, since
    another thread may be reading. srsly 2.4.5 to 2.5.6."""
    try:
        yield
    except BaseException:
        gc.enable()
        raise


def rehearsal_model(pipe: Any) -> Any:
    """The copy of a component's model that `nlp.resume_training` made; None if there is none.
    spaCy 3.8.7 to 3.8.18."""
    return pipe._rehearsal_model


def forget_rehearsal_model(pipe: Any) -> None:
    """Forget that copy, whose labels may be others than the labels that were loaded.
    spaCy 3.8.7 to 3.8.18."""
    pipe._rehearsal_model = None


def forget_batch(listeners: Iterable[Any]) -> None:
    """Let listeners read the Docs of the next batch, and not what their component has sent in
    training. spaCy 3.8.7 to 3.8.18."""
    for listener in listeners:
        listener._batch_id = None


def underscore_key(name: str) -> Any:
    """The key of a custom attribute of a Doc in `Doc.user_data`. spaCy 3.8.7 to 3.8.18."""
    return ("._.", name, None, None)


def new_shim_id() -> int:
    """An id that no other shim has: Thinc draws it in the constructor. Thinc 8.3.4 to 8.3.14."""
    return int(Shim(None).id)
