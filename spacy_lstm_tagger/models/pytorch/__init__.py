"""The networks, in plain PyTorch. Together they are the tagger:

    import torch
    from spacy_lstm_tagger.models.pytorch import TagLogProbs, WordEmbedding, WordNetwork
    from spacy_lstm_tagger.models.word_inputs import WordInputs

    embedding = WordEmbedding(n_words=9, word_width=6)
    network = WordNetwork(embedding, width=6, depth=1, bidirectional=False)
    tag_layer = TagLogProbs(n_in=6, n_tags=3)

    words = WordInputs(torch.tensor([5, 2, 7]), None, None, None, None)  # the, dog, ate
    index = torch.tensor([0, 1, 2, 0])  # the dog ate the
    hidden, state = network(words, index, torch.tensor([4]))  # (n_tokens, 6)
    log_probs = tag_layer(hidden)  # (n_tokens, 3)

Read network.py first, then embedding.py, lstm.py and tags.py. hidden_layer.py and adversary.py are
optional parts. recurrence.py and gather.py compute what torch has, faster or in a fixed order.
tests/models/pytorch/test_lesson.py compares the network with nn.LSTM, which reads
word by word, as in the lesson.
"""

from .adversary import Adversary
from .embedding import WordEmbedding
from .lstm import SequenceLSTM
from .network import WordNetwork
from .tags import TagLogProbs

__all__ = [
    "Adversary",
    "SequenceLSTM",
    "TagLogProbs",
    "WordEmbedding",
    "WordNetwork",
]
