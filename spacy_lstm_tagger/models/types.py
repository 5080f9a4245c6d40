"""Types that pass between the layers."""

from typing import Any

import numpy
from numpy.typing import NDArray
from spacy.tokens import Doc
from thinc.api import Model
from thinc.types import Floats2d

Keys = NDArray[numpy.uint64]
Ids = NDArray[numpy.int64]
Mask = NDArray[numpy.bool_]
Floats = NDArray[numpy.float32]
Array = NDArray[Any]

Tok2Vec = Model[list[Doc], list[Floats2d]]
TaggerModel = Model[list[Doc], list[Floats2d]]
