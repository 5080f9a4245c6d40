"""The server of deploy.md, called as FastAPI calls it: functions with `def` in many threads."""

import inspect
import re
import sys
import types
from concurrent.futures import ThreadPoolExecutor

import pytest
import spacy
from helpers import ROOT

# An import would find the folder in pipelines/, too.
pytestmark = pytest.mark.skipif(
    not spacy.util.is_package("en_lstm_web"), reason="needs en_lstm_web"
)

TEXTS = [
    "They are waiting for the last train.",
    "omg the food was soo good",
    "Xylophonists frobnicated seventeen quuxes in Zzyzx.",
]


class FastAPI:
    """Registers nothing."""

    def get(self, path):
        return lambda function: function

    post = exception_handler = get


FAKES = {
    "fastapi": {"FastAPI": FastAPI, "Request": object},
    "fastapi.exceptions": {"RequestValidationError": ValueError},
    "fastapi.responses": {"JSONResponse": dict},
}


@pytest.fixture(scope="module")
def server():
    page = (ROOT / "docs/deploy.md").read_text(encoding="utf8")
    code = next(
        block for block in re.findall(r"```python\n(.*?)```", page, re.S) if "@app" in block
    )
    module = types.ModuleType("server")
    with pytest.MonkeyPatch.context() as patch:
        for name, names in FAKES.items():
            patch.setitem(sys.modules, name, types.SimpleNamespace(**names))
        patch.setitem(sys.modules, "server", module)
        exec(code, vars(module))
        yield module


def test_requests_that_come_at_once_get_their_tags(server):
    """The page calls the real FastAPI, once it is installed."""
    requests = [server.Texts(texts=[text] * 5) for text in TEXTS]
    alone = [server.tag(request) for request in requests]
    assert [tag for _, tag in alone[0][0]] == ["PRP", "VBP", "VBG", "IN", "DT", "JJ", "NN", "."]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(server.tag, requests * 20)) == alone * 20
    # The event loop answers it meanwhile.
    assert inspect.iscoroutinefunction(server.health)
    with pytest.raises(ValueError, match="100 characters stand without a space"):
        server.Texts(texts=["(" * 101])
