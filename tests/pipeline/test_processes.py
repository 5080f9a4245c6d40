import multiprocessing

import pytest
import spacy
import torch
from helpers import TAGGED, tags


@pytest.mark.parametrize("start_method", ["fork", "spawn"])
def test_several_processes_give_the_tags_of_one(trained, start_method, tmp_path):
    """Also after torch has used its threads, which a fork does not inherit."""
    torch.mm(torch.ones(1000, 1000), torch.ones(1000, 1000))
    trained.to_disk(tmp_path)
    before = multiprocessing.get_start_method(allow_none=True)
    multiprocessing.set_start_method(start_method, force=True)
    try:
        docs = spacy.load(tmp_path).pipe(
            [text for text, _ in TAGGED] * 5, n_process=2, batch_size=2
        )
        assert [tags(doc) for doc in docs] == [gold for _, gold in TAGGED] * 5
    finally:
        multiprocessing.set_start_method(before, force=True)
