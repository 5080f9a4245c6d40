import numpy
import pytest
import torch
from spacy_lstm_tagger.models.numpy_lstm import numpy_lstm

from spacy_lstm_tagger.models.pytorch import SequenceLSTM


@pytest.mark.parametrize("depth", [1, 2])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("lengths", [[1], [7], [3, 3], [2, 7, 1, 5]])
def test_it_gives_what_torchs_lstm_gives(depth, bidirectional, lengths):
    torch.manual_seed(0)
    lstm = SequenceLSTM(
        5, width=8, depth=depth, bidirectional=bidirectional, precision="float32"
    ).eval()
    torch.nn.init.normal_(lstm.lstm.weight_hh_l0)
    inputs, index = torch.randn(4, 5) * 3, torch.randint(4, (sum(lengths),))
    expected, _ = lstm(inputs, index, torch.tensor(lengths))
    with torch.inference_mode():
        weights, projected = lstm.fused_weights(torch.float32), lstm.project(inputs)
        hidden = numpy_lstm(weights, projected, index.numpy(), numpy.array(lengths))
    torch.testing.assert_close(hidden, expected, rtol=0, atol=1e-6)


def test_gates_far_from_zero():
    lstm = SequenceLSTM(1, width=2, depth=1, bidirectional=False, precision="float32").eval()
    inputs = torch.tensor([[1e4], [-1e4]])
    index, lengths = torch.tensor([0, 1, 0, 1]), torch.tensor([4])
    expected, _ = lstm(inputs, index, lengths)
    with torch.inference_mode():
        projected = lstm.project(inputs)
        hidden = numpy_lstm(
            lstm.fused_weights(torch.float32), projected, index.numpy(), lengths.numpy()
        )
    torch.testing.assert_close(hidden, expected, rtol=0, atol=1e-6)
