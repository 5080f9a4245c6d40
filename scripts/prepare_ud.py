"""Prepares a treebank of Universal Dependencies for training.

    python scripts/prepare_ud.py assets/UD_Czech-CLTT training/UD_Czech-CLTT --lang cs

It converts the .conllu files of a folder to train.spacy, dev.spacy and test.spacy, and writes
config.cfg, which fits the language and what is annotated.
"""

from collections import Counter
from pathlib import Path

import spacy
import typer
from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab
from thinc.api import Config
from wasabi import msg

from spacy_lstm_tagger.cli.convert import convert_tags

CONFIGS = Path(__file__).parent.parent / "configs"
WITH_SPACES = 0.01  # From this share of words on, a language writes spaces inside its words.


def main(
    folder: Path = typer.Argument(..., help="Folder of one treebank, with its .conllu files"),
    output: Path = typer.Argument(..., help="Folder to write", file_okay=False),
    lang: str = typer.Option(..., help="Code of the language in spaCy, such as cs"),
) -> None:
    """Convert a treebank, and write the config to train with."""
    try:
        parts = find_parts(folder)
        nlp = blank_config(lang)
        output.mkdir(parents=True, exist_ok=True)
        for name, path in parts.items():
            _, n_tokens = convert_tags(path, output / f"{name}.spacy")
            msg.good(f"{output / name}.spacy from {path.name} ({n_tokens} tokens)")
        docs = list(DocBin().from_disk(output / "train.spacy").get_docs(Vocab()))
        config, what = choose_config(docs, parts["train"])
    except (OSError, ValueError) as error:
        msg.fail("Can't prepare the treebank", str(error), exits=1)
    config["nlp"]["lang"] = lang
    config["nlp"]["tokenizer"] = nlp["tokenizer"]
    config.to_disk(output / "config.cfg", interpolate=False)
    msg.good(f"{output / 'config.cfg'}: {what}")
    if parts["test"] == parts["dev"]:
        msg.warn(
            "There is no test part, so test.spacy is the dev part",
            "Training picks the model that is best on it, so its figures are slightly too good.",
        )


def find_parts(folder: Path) -> dict[str, Path]:
    """The .conllu files of a treebank by the end of their names: train, dev and test. Without a
    test file, dev stands for it. Raises a ValueError that says what is missing."""
    if not folder.is_dir():
        raise ValueError(
            f"There is no folder {folder}. Download the treebank, or name the folder that it is "
            "in: --vars.treebanks FOLDER --vars.treebank NAME"
        )
    parts = {}
    for name in ("train", "dev", "test"):
        found = sorted(folder.glob(f"*-{name}.conllu"))
        if len(found) > 1:
            raise ValueError(
                f"{folder} has more than one treebank: {', '.join(path.name for path in found)}. "
                "Put the files of each treebank in a folder of its own."
            )
        if found:
            parts[name] = found[0]
        elif name != "test":
            has = ", ".join(sorted(path.name for path in folder.iterdir())) or "nothing"
            raise ValueError(f"There is no *-{name}.conllu file in {folder}, which has {has}.")
    parts.setdefault("test", parts["dev"])
    return parts


def blank_config(lang: str) -> Config:
    """The settings of a language, with its tokenizer, or with spaCy's own if a package is missing
    that the language's tokenizer needs. Raises a ValueError if spaCy doesn't know the language."""
    try:
        return spacy.blank(lang).config["nlp"]
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
        return spacy.blank("xx").config["nlp"]


def choose_config(docs: list[Doc], path: Path) -> tuple[Config, str]:
    """The config that learns what a treebank has, and what that is."""
    n_words = sum(map(len, docs))
    has: Counter[str] = Counter()
    for token in (token for doc in docs for token in doc):
        has["tag"] += bool(token.tag_)
        has["pos"] += bool(token.pos_)
        has["xpos"] += token.tag_ != token.pos_
        has["morph"] += bool(str(token.morph))
        has["word"] += token.text != "_"
        has["lemma"] += bool(token.lemma_)
        has["space"] += " " in token.text
    if not has["word"]:
        raise ValueError(
            f"{path} has no words: each is _, because their licence doesn't let the treebank "
            "include them. Its README says how to get them."
        )
    if not has["tag"]:
        raise ValueError(f"{path} has no tags: its columns UPOS and XPOS are empty.")
    name = "shared" if has["pos"] else "default"
    config = Config().from_disk(CONFIGS / f"{name}.cfg", interpolate=False)
    has_parts = has["space"] >= WITH_SPACES * n_words
    components = config["components"]
    tagger = components["lstm_tagger"]["model"]
    tok2vec = components["tok2vec"]["model"] if has["pos"] else tagger["tok2vec"]
    tok2vec["parts"] = has_parts
    config["initialize"]["after_init"] = {
        "@callbacks": "spacy_lstm_tagger.learn_tokenizer.v1",
        "path": "${paths.train}",
        "min_freq": 2,
        "min_share": 0.6,
    }
    if has["lemma"]:
        config["nlp"]["pipeline"].append("tag_lemmatizer")
        components["tag_lemmatizer"] = {"factory": "tag_lemmatizer"}
        config["training"]["score_weights"]["lemma_acc"] = 0.0
    learned = [f"tag_ from {'XPOS' if has['xpos'] else 'UPOS'}"]
    learned += ["pos_ from UPOS"] * bool(has["pos"])
    learned += ["morph from FEATS"] * bool(has["pos"] and has["morph"])
    learned += ["lemma_ from LEMMA"] * bool(has["lemma"])
    learned += ["words have spaces in them"] * has_parts
    return config, "; ".join(learned)


if __name__ == "__main__":
    typer.run(main)
