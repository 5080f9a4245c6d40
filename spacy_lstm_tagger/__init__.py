"""A spaCy component that tags parts of speech with an LSTM.

spaCy finds the component by itself. These names are for programs that do more than `spacy.load`.
Each is imported when it is first used, so `import spacy_lstm_tagger` costs nothing:

- `LSTMTagger`: the component, and `Lexicon`, the tags that its words may have.
- `TagLemmatizer`: finds lemmas by words and tags.
- `report`: reports how well a pipeline tags. Needs the extra `report`.
- `install_extensions`: lets a program read the log-probabilities of saved Docs.
- `set_num_threads`, `get_num_threads`: the number of threads that tag a batch.
"""

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .lemmatizer.tag_lemmatizer import TagLemmatizer as TagLemmatizer
    from .models.numpy_network import get_num_threads as get_num_threads
    from .models.numpy_network import set_num_threads as set_num_threads
    from .pipeline.lexicon import Lexicon as Lexicon
    from .pipeline.log_probs import install_extensions as install_extensions
    from .pipeline.lstm_tagger import LSTMTagger as LSTMTagger
    from .tools.reporting import report as report

__version__ = version("spacy-lstm-tagger")

# Not in __all__, which would let `import *` need every extra.
MODULES = {
    "LSTMTagger": "pipeline.lstm_tagger",
    "Lexicon": "pipeline.lexicon",
    "TagLemmatizer": "lemmatizer.tag_lemmatizer",
    "get_num_threads": "models.numpy_network",
    "install_extensions": "pipeline.log_probs",
    "report": "tools.reporting",
    "set_num_threads": "models.numpy_network",
}


def __dir__() -> list[str]:
    return sorted([*MODULES, "__version__"])


def __getattr__(name: str) -> Any:
    if name not in MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{MODULES[name]}", __name__), name)
