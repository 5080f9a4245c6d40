"""A web page that tags what somebody types: pip install gradio && python examples/app.py"""

import gradio
import spacy
from spacy import displacy

nlp = spacy.load("en_lstm_web", config={"components.tagger.log_probs": True})


def draw(text: str) -> str:
    """Draw each word with its tag. An uncertain word is orange, and has two tags."""
    ents = []
    for token in nlp(text):
        if token.is_space:
            continue
        uncertain = token._.tag_prob < 0.9
        others = [tag for tag, _ in token._.best_tags(2) if tag != token.tag_]
        label = " or ".join([token.tag_, *others[:uncertain]])
        color = {"bg": "#f908" if uncertain else "#8883"}
        ent = {"start": token.idx, "end": token.idx + len(token), "label": label}
        ents.append({**ent, "params": color})
    return displacy.render({"text": text, "ents": ents}, style="ent", manual=True)


with gradio.Blocks() as page:
    box = gradio.Textbox("They can fish. omg the food was soo good", max_length=5000, label="Text")
    gradio.HTML(draw, inputs=box)
page.launch()
