from itertools import islice

from numpy.testing import assert_allclose

from spacy_lstm_tagger.training.schedules import warmup_cosine


def test_the_rate_rises_and_falls():
    rates = list(islice(warmup_cosine(0.1, 4, 12), 14))
    assert_allclose(rates[:5], [0.025, 0.05, 0.075, 0.1, 0.1])
    assert_allclose(rates[8], 0.05)  # half-way down
    assert rates[4:12] == sorted(rates[4:12], reverse=True)
    assert rates[12:] == [0.0, 0.0]


def test_without_warmup_it_starts_at_the_top():
    assert next(iter(warmup_cosine(0.1, 0, 10))) == 0.1
