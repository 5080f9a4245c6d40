"""Callbacks for the config."""

from collections.abc import Callable, Iterable

from spacy.language import Language
from spacy.training import Example
from spacy.util import registry
from thinc.api import Config, Model
from wasabi import msg

from ..config_rules import check_config
from ..models.shim import is_initialized, network_shims
from ..models.vocabulary import count_vocabulary
from ..models.weights import Rounding


def count_words(
    corpus: Callable[[Language], Iterable[Example]],
) -> Callable[[Language], None]:
    """For `[initialize.before_init]`: count the vocabulary of every LSTMTok2Vec in the pipeline.

    Without it, `lstm_tagger` and `lstm_morphologizer` count their own, over the data that spaCy
    shows them: of a stream, a hundred examples. spaCy's `tok2vec` component passes only ten Docs to
    its model, and `spacy pretrain` passes only one.

    corpus (Callable[[Language], Iterable[Example]]): Reader of the corpus, `${corpora.train}`. If
        it has no path, the raw text of `spacy pretrain` is counted, `[corpora.pretrain]`.
    RETURNS (Callable[[Language], None]): The callback.
    """

    def callback(nlp: Language) -> None:
        read = corpus
        has_no_path = hasattr(corpus, "path") and corpus.path is None
        if has_no_path and "pretrain" in nlp.config["corpora"]:
            paths = {"paths": nlp.config["paths"], "corpora": nlp.config["corpora"]}
            config = Config(paths).interpolate()
            read = registry.resolve({"corpus": config["corpora"]["pretrain"]})["corpus"]
        # Reading a large corpus takes minutes, in which spaCy prints nothing.
        msg.info("Counting the words of the training data")
        for name, pipe in nlp.components:
            # Frozen and sourced components are disabled now. They keep their vocabulary, which
            # fits their weights. `spacy pretrain` disables all, but none has weights yet.
            model = getattr(pipe, "model", None)
            if isinstance(model, Model) and (name in nlp.pipe_names or not is_initialized(model)):
                count_vocabulary(model, (example.predicted for example in read(nlp)))
        # If the data is a stream, spaCy reads only a hundred examples here. `spacy pretrain` has
        # disabled all components.
        if nlp.pipe_names and nlp.config["training"].get("max_epochs") != -1:
            msg.info(f"Each component reads the training data: {', '.join(nlp.pipe_names)}")

    return callback


@check_config
def round_weights(tables: Rounding = "float16") -> Callable[[Language], Language]:
    """For `[training.before_to_disk]`: save the weights of every LSTM in half precision. They take
    half the space, and the pipeline tags in single precision as before. Weights of more than three
    digits are rounded, so about one tag in ten thousand changes.

    tables (Literal["float16", "int8"]): Number format of the embeddings of words, features and
        characters. In "int8" they take a quarter of their space in single precision: each value is
        one of 255 multiples of its row's scale. About two tags in ten thousand change.
    RETURNS (Callable[[Language], Language]): The callback.
    """

    def callback(nlp: Language) -> Language:
        for _, pipe in nlp.components:
            model = getattr(pipe, "model", None)
            if isinstance(model, Model):
                for shim in network_shims(model):
                    shim.rounding = tables
        return nlp

    return callback
