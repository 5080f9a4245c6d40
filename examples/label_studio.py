"""Tags for Label Studio, and corrected tags back as training data.

    python examples/label_studio.py suggest texts.txt tasks.json
    python examples/label_studio.py convert export.json corrected.spacy

texts.txt has a text on each line. The labelling interface has `<Labels name="tag" toName="text">`
with the tags. The files are as Label Studio documents them: https://labelstud.io/guide/task_format
"""

import json
import sys
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc, DocBin


def make_task(doc: Doc) -> dict[str, Any]:
    """A task with the tags of a Doc as a prediction, whose score is the least probability."""
    words = [token for token in doc if not token.is_space]
    result = [
        {
            "from_name": "tag",
            "to_name": "text",
            "type": "labels",
            "score": word._.tag_prob,
            "value": {
                "start": word.idx,
                "end": word.idx + len(word),
                "text": word.text,
                "labels": [word.tag_],
            },
        }
        for word in words
    ]
    score = min((word._.tag_prob for word in words), default=1.0)
    return {"data": {"text": doc.text}, "predictions": [{"score": score, "result": result}]}


def read_task(nlp: Language, task: dict[str, Any]) -> Doc | None:
    """The Doc of an annotated task; None if nobody has annotated it, or somebody skipped it."""
    done = [one for one in task["annotations"] if not one.get("was_cancelled")]
    if not done:
        return None
    doc = nlp.make_doc(task["data"]["text"])
    for token, predicted in zip(doc, nlp(doc.text), strict=True):
        token.is_sent_start = predicted.is_sent_start
    for found in done[0]["result"]:
        value = found["value"]
        span = doc.char_span(value["start"], value["end"])
        if span is None or len(span) > 1:
            raise ValueError(f"Not a token: {value} in {doc.text!r}")
        span[0].tag_ = value["labels"][0]
    return doc


if __name__ == "__main__":
    command, source, target = sys.argv[1:]
    nlp = spacy.load("en_lstm_web", config={"components.tagger.log_probs": True})
    text = Path(source).read_text(encoding="utf8")
    if command == "suggest":
        tasks = [make_task(doc) for doc in nlp.pipe(text.splitlines())]
        Path(target).write_text(json.dumps(tasks), encoding="utf8")
    else:
        docs = [read_task(nlp, task) for task in json.loads(text)]
        annotated = [doc for doc in docs if doc is not None]
        DocBin(docs=annotated).to_disk(target)
        print(len(annotated), "texts;", len(docs) - len(annotated), "without annotation")
