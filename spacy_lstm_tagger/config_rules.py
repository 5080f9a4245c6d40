"""Rules for config values, written once: in the annotations of a function's arguments."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import cache, wraps
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, ParamSpec, TypeVar, Union, get_args, get_origin

from pydantic import ConfigDict, TypeAdapter, ValidationError

P = ParamSpec("P")
R = TypeVar("R")

SCALARS = (bool, int, float, str)
NO_SEQUENCE = ("is_instance_of", "sequence_str")  # Pydantic's errors for a Sequence
CONTAINERS = (list, tuple, dict, Sequence, Mapping)


def check_config(function: Callable[P, R]) -> Callable[P, R]:
    """Decorate a function that a config names, so that it checks its arguments.

        @check_config
        def make_layer(width: Annotated[int, Gt(0)], dropout: float | None = None): ...

    The checked arguments are numbers, strings, true or false, and lists and dicts of these; each
    may also be None. The rules are those of the package annotated-types. A whole number is never
    True or False, and every number is finite. A wrong value raises a ValueError that names the key,
    the value and the rule, whether it comes from a config or from a program.
    """
    signature = inspect.signature(function)
    checked = {
        name: parameter.annotation
        for name, parameter in signature.parameters.items()
        if is_config_type(parameter.annotation)
    }

    @wraps(function)
    def check_and_call(*args: P.args, **kwargs: P.kwargs) -> R:
        given = signature.bind(*args, **kwargs).arguments
        for key in given.keys() & checked.keys():
            check_type(key, given[key], checked[key])
        return function(*args, **kwargs)

    # Confection 0.1.5 converts values to the annotated types, 1.5 to 1 for an int, and confection
    # 1.3.4 has errors of its own. So neither of them sees the types that are checked here.
    parameters = [
        parameter.replace(annotation=Any) if name in checked else parameter
        for name, parameter in signature.parameters.items()
    ]
    wrapper: Any = check_and_call
    wrapper.__signature__ = signature.replace(parameters=parameters)
    wrapper.__annotations__ = {**function.__annotations__, **dict.fromkeys(checked, Any)}
    return check_and_call


def is_config_type(annotation: Any) -> bool:
    """Whether a type has only values that can be written in a config."""
    origin = get_origin(annotation)
    if origin is Literal:
        return True
    if origin is Annotated:
        return is_config_type(get_args(annotation)[0])
    parts = [part for part in get_args(annotation) if part not in (..., NoneType)]
    if origin in (Union, UnionType):
        return len(parts) == 1 and is_config_type(parts[0])
    if origin in CONTAINERS:
        return all(is_config_type(part) for part in parts)
    return annotation in SCALARS


def check_type(key: str, value: Any, annotation: Any) -> None:
    """Raise a ValueError if a value does not follow the rules of an annotation."""
    try:
        type_adapter(annotation).validate_python(value)
    except ValidationError as error:
        first = error.errors()[0]
        place = "".join(f"[{part!r}]" for part in first["loc"])
        # Pydantic says for example "Input should be greater than 0".
        _, _, rule = first["msg"].partition(" should ")
        if first["type"] in NO_SEQUENCE:
            rule = "be a list"
        if not place and NoneType in get_args(annotation):
            rule += ", or null"
        raise invalid_value(key + place, first["input"], rule) from None


@cache
def type_adapter(annotation: Any) -> TypeAdapter[Any]:
    return TypeAdapter(annotation, config=ConfigDict(strict=True, allow_inf_nan=False))


def check_value(key: str, value: Any, is_valid: bool, rule: str) -> None:
    """Raise a ValueError that names a config key, its value and the rule that it breaks. This is
    for a rule that an annotation can't say, such as one about two values.

    rule (str): What the value has to be.
    """
    if not is_valid:
        raise invalid_value(key, value, f"be {rule}")


def invalid_value(key: str, value: Any, rule: str) -> ValueError:
    return ValueError(f"Invalid config value {key} = {value!r}: it has to {rule}.")
