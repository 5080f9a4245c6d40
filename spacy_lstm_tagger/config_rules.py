"""Rules for config values, written once: in the annotations of a function's arguments."""

import inspect
from collections.abc import Callable
from contextlib import suppress
from functools import cache, wraps
from typing import Any, ParamSpec, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

P = ParamSpec("P")
R = TypeVar("R")

STRICT = ConfigDict(strict=True, allow_inf_nan=False, arbitrary_types_allowed=True)


def check_config(function: Callable[P, R]) -> Callable[P, R]:
    """Decorate a function that a config names, so that it checks the types of its arguments.

        @check_config
        def make_layer(width: Annotated[int, Gt(0)], dropout: float | None = None): ...

    The rules come from the package annotated-types. A whole number is never True or False, and
    every number is finite. A wrong value raises a ValueError that names the key, the value and the
    rule, whether it comes from a config or from a program. A valid value is passed on unchanged.
    """
    signature = inspect.signature(function)

    @wraps(function)
    def check_and_call(*args: P.args, **kwargs: P.kwargs) -> R:
        for key, value in signature.bind(*args, **kwargs).arguments.items():
            check_type(key, value, signature.parameters[key].annotation)
        return function(*args, **kwargs)

    # Confection 0.1.5 converts values to the annotated types, 1.5 to 1 for an int, and confection
    # 1.3.4 has errors of its own. So neither of them sees the types.
    untyped = [parameter.replace(annotation=Any) for parameter in signature.parameters.values()]
    wrapper: Any = check_and_call
    wrapper.__signature__ = signature.replace(parameters=untyped)
    wrapper.__annotations__ = dict.fromkeys(signature.parameters, Any)
    return check_and_call


def check_type(key: str, value: Any, annotation: Any) -> None:
    """Raise a ValueError if a value does not follow the rules of an annotation."""
    try:
        type_adapter(annotation).validate_python(value)
    except ValidationError as error:
        errors = error.errors()
        first = errors[0]
        # A value that may have several types has an error for each of them.
        rules = [rule_of(other) for other in errors if other["input"] is first["input"]]
        place = key + place_of(value, first)
        raise invalid_value(place, first["input"], " or ".join(dict.fromkeys(rules))) from None


@cache
def type_adapter(annotation: Any) -> TypeAdapter[Any]:
    return TypeAdapter(Any if annotation is inspect.Parameter.empty else annotation, config=STRICT)


def place_of(value: Any, error: ErrorDetails) -> str:
    """The place of an error inside a value of the config, as in "['web']"."""
    place = ""
    for part in error["loc"]:
        # The name of one of several types, which Pydantic has tried, is no place in the value.
        with suppress(LookupError, TypeError):
            value = value[part]
            place += f"[{part!r}]"
    return place


def rule_of(error: ErrorDetails) -> str:
    """What a value has to do. Pydantic says "Input should be greater than 0"."""
    message = error["msg"]
    if "Sequence" in message:
        return "be a list"
    _, _, rule = message.partition(" should ")
    return rule or f"follow a rule of Pydantic ({message})"


def invalid_value(key: str, value: Any, rule: str) -> ValueError:
    """The error for a wrong value. A rule that no annotation can say, such as one about two values,
    is checked where the values are known, and raises this.

    key (str): The key in the config.
    value (Any): Its value.
    rule (str): What the value has to do, such as "be greater than 0".
    """
    return ValueError(f"Invalid config value {key} = {value!r}: it has to {rule}.")
