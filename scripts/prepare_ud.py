"""Prepares a treebank of Universal Dependencies for training.

    python scripts/prepare_ud.py assets/UD_Czech-CLTT training/UD_Czech-CLTT --lang cs

It converts the .conllu files of a folder to train.spacy, dev.spacy and test.spacy, and writes
config.cfg, which fits the language and what is annotated. If spaCy's own tokenizer splits the
language, it writes the folder `tokenizer`, too: a pipeline whose tokenizer has learned from
train.spacy how words are split. Training copies it.

Words that are written as one, such as zu and dem of German zum, are one token if the tokenizer
can't split them. Its tag and its lemma are joined: APPR+ART, zu+der.
"""

from collections import Counter
from pathlib import Path
from typing import Annotated

import spacy
import typer
from convert_ud import convert_treebank
from package_ud import package_name
from spacy.language import Language
from spacy.tokenizer import Tokenizer
from split_rules import words_f
from thinc.api import Config
from wasabi import msg

from spacy_lstm_tagger.training.corpus import SentenceCorpus

CONFIG = Path(__file__).parent.parent / "configs" / "shared.cfg"
# From this share of words on, a language writes spaces between the syllables of a word.
WITH_SPACES = 0.01
# A tokenizer that finds fewer words (F) is worth a warning.
MIN_WORDS_F = 0.95
# Sentences in a piece of the training data and in a Doc of the dev data: a component that finds
# where a sentence begins needs several.
TRAIN_SENTS = 6
DEV_SENTS = 10
# Letters tell more of unknown words than endings do, and most treebanks are so small that many
# words of other text are unknown.
CHAR_WIDTH = 100
# Steps without a better score. Tags that learn with their parts are at their best early.
PATIENCE = 800

SENTER = {
    "factory": "senter",
    "overwrite": False,
    "model": {
        "@architectures": "spacy_lstm_tagger.SoftmaxTagger.v1",
        "nO": None,
        "normalize": False,
        "tok2vec": {
            "@architectures": "spacy.Tok2VecListener.v1",
            "width": "${components.tok2vec.model.width}",
            "upstream": "*",
        },
    },
}
# A sentence begins after an empty line.
AFTER_EMPTY_LINE = {
    "patterns": [[{"TEXT": {"REGEX": r"\n\s*\n"}}, {"IS_SPACE": False}]],
    "attrs": {"SENT_START": 1},
    "index": 1,
}
COPY_TOKENIZER = {
    "@callbacks": "spacy.copy_from_base_model.v1",
    "tokenizer": "${paths.tokenizer}",
    "vocab": None,
}


def main(
    folder: Path = typer.Argument(..., help="Folder of one treebank, with its .conllu files"),
    output: Path = typer.Argument(..., help="Folder to write", file_okay=False),
    lang: str = typer.Option(..., help="Code of the language in spaCy, such as cs"),
    package: Annotated[str, typer.Option(help="Name of the package")] = "ud_tagger",
) -> None:
    """Convert a treebank, and write the config to train with."""
    try:
        package_name(lang, package)
        paths = find_parts(folder)
        nlp = blank(lang)
        output.mkdir(parents=True, exist_ok=True)
        counts = convert_treebank(paths, output, nlp)
    except (OSError, ValueError) as error:
        msg.fail("Can't prepare the treebank", str(error), exits=1)
    config = choose_config(counts["train"])
    config["nlp"]["lang"] = lang
    config["nlp"]["tokenizer"] = nlp.config["nlp"]["tokenizer"]
    if isinstance(nlp.tokenizer, Tokenizer):
        nlp.to_disk(output / "tokenizer")
        config["paths"]["tokenizer"] = str(output / "tokenizer")
        config["initialize"]["after_init"] = COPY_TOKENIZER
    warn_of_words(nlp, output / "dev.spacy")
    config.to_disk(output / "config.cfg", interpolate=False)
    msg.good(f"{output / 'config.cfg'}: {describe(counts['train'])}")
    if paths["test"] == paths["dev"]:
        msg.warn(
            "There is no test part, so test.spacy is the dev part",
            "Training picks the model that is best on it, so its figures are slightly too good.",
        )
    msg.info(
        "To stop the training, press Ctrl+C",
        "To package the best pipeline so far, repeat your command with ud-finish instead of ud.",
    )


def find_parts(folder: Path) -> dict[str, Path]:
    """Find the .conllu files of a treebank by the end of their names: train, dev and test. Without
    a test file, dev stands for it. Raises a ValueError that says what is missing."""
    if not folder.is_dir():
        raise ValueError(
            f"There is no folder {folder}. Download the treebank, or name the folder that it is "
            "in: --vars.treebanks FOLDER --vars.treebank NAME"
        )
    paths = {}
    for part in ("train", "dev", "test"):
        found = sorted(folder.glob(f"*-{part}.conllu"))
        if len(found) > 1:
            raise ValueError(
                f"{folder} has more than one treebank: {', '.join(path.name for path in found)}. "
                "Put the files of each treebank in a folder of its own."
            )
        if found:
            paths[part] = found[0]
        elif part != "test":
            has = ", ".join(sorted(path.name for path in folder.iterdir())) or "nothing"
            raise ValueError(f"There is no *-{part}.conllu file in {folder}, which has {has}.")
    paths.setdefault("test", paths["dev"])
    return paths


def blank(lang: str) -> Language:
    """A blank pipeline of a language, with its tokenizer, or with spaCy's own if a package is
    missing that the language's tokenizer needs. Raises a ValueError if spaCy doesn't know the
    language."""
    try:
        return spacy.blank(lang)
    except ImportError as error:
        if "E048" in str(error):
            raise ValueError(
                f"spaCy has no language {lang!r}. Take its code from "
                "https://spacy.io/usage/models#languages, or xx for any other language: "
                "--vars.lang xx"
            ) from None
        reason = " ".join(str(error).split()).rstrip(".")
        msg.warn(
            f"The tokenizer of {lang!r} needs another package",
            f"{reason}. The pipeline splits text at spaces and punctuation instead.",
        )
        tokenizer = spacy.blank("xx").config["nlp"]["tokenizer"]
        return spacy.blank(lang, config={"nlp": {"tokenizer": tokenizer}})


def warn_of_words(nlp: Language, path: Path) -> None:
    """Warn if the tokenizer finds other words in the text of a .spacy file than the treebank."""
    docs = list(SentenceCorpus(path).docs(nlp.vocab))
    score = words_f(docs, (nlp.tokenizer(doc.text) for doc in docs))
    if score < MIN_WORDS_F:
        msg.warn(
            f"In raw text, the tokenizer finds the treebank's words with an F-score of {score:.0%}",
            "All figures on raw text are as low. They are better if the pipeline gets words: "
            "nlp(Doc(nlp.vocab, words=[…])).",
        )


def choose_config(has: Counter[str]) -> Config:
    """Make the config that learns what a treebank has, out of shared.cfg."""
    config = Config().from_disk(CONFIG, interpolate=False)
    components = config["components"]
    ruler = config["initialize"]["components"]["attribute_ruler"]
    weights = config["training"]["score_weights"]
    tok2vec = components["tok2vec"]["model"]
    tok2vec["syllables"] = has_syllables(has)
    tok2vec["char_width"] = CHAR_WIDTH
    config["training"]["patience"] = PATIENCE
    if not has["pos"]:
        config["nlp"]["pipeline"].remove("morphologizer")
        del components["morphologizer"]
        ruler["patterns"] = []
        weights["tag_acc"] = 1.0
        weights["pos_acc"] = None
    elif has["morph"]:
        # A score with the weight 0 is shown.
        weights["morph_acc"] = 0.0
    place = config["nlp"]["pipeline"].index("attribute_ruler")
    config["nlp"]["pipeline"].insert(place, "senter")
    components["senter"] = SENTER
    ruler["patterns"].append(AFTER_EMPTY_LINE)
    # White space at the beginning of a text belongs to its first sentence.
    components["attribute_ruler"]["factory"] = "space_ruler"
    weights |= {"sents_f": 0.0, "sents_p": None, "sents_r": None}
    config["corpora"]["train"]["max_sents"] = TRAIN_SENTS
    config["corpora"]["dev"]["max_sents"] = DEV_SENTS
    if has["lemma"]:
        config["nlp"]["pipeline"].append("tag_lemmatizer")
        components["tag_lemmatizer"] = {"factory": "tag_lemmatizer"}
        weights["lemma_acc"] = 0.0
    return config


def has_syllables(has: Counter[str]) -> bool:
    return has["space"] >= WITH_SPACES * has["token"]


def describe(has: Counter[str]) -> str:
    """Say what the pipeline learns."""
    learned = ["tag_ from XPOS" if has["xpos"] else "tag_ from UPOS"]
    if has["pos"]:
        learned.append("pos_ from UPOS")
    if has["pos"] and has["morph"]:
        learned.append("morph from FEATS")
    if has["lemma"]:
        learned.append("lemma_ from LEMMA")
    learned.append("sentences")
    if has_syllables(has):
        learned.append("words have spaces in them")
    return "; ".join(learned)


if __name__ == "__main__":
    typer.run(main)
