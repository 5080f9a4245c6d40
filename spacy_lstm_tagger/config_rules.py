"""Rules for config values, written once: in the annotations of a function's arguments."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache, wraps
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, ParamSpec, TypeVar, Union, get_args, get_origin

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

P = ParamSpec("P")
R = TypeVar("R")

SCALARS = (bool, int, float, str)
CONTAINERS = (list, tuple, dict, Sequence, Mapping)
# Keys and indices.
Place = tuple[int | str, ...]
# What Pydantic puts behind a key of a dict if the key itself is wrong.
WRONG_KEY = "[key]"

# For each type of Pydantic's errors, what a value has to do. The fields come from its context.
RULES = {
    "bool_type": "be a valid boolean",
    "dict_type": "be a valid dictionary",
    "finite_number": "be a finite number",
    "float_type": "be a valid number",
    "greater_than": "be greater than {gt:.10g}",
    "greater_than_equal": "be greater than or equal to {ge:.10g}",
    "int_type": "be a valid integer",
    "is_instance_of": "be a list",
    "less_than": "be less than {lt:.10g}",
    "less_than_equal": "be less than or equal to {le:.10g}",
    "list_type": "be a valid list",
    "literal_error": "be {expected}",
    "multiple_of": "be a multiple of {multiple_of:.10g}",
    "sequence_str": "be a list",
    "string_too_short": "have a length of {min_length} or more",
    "string_type": "be a valid string",
    "too_long": "have a length of {max_length} or less",
    "too_short": "have a length of {min_length} or more",
}


def check_config(function: Callable[P, R]) -> Callable[P, R]:
    """Decorate a function that a config names, so that it checks its arguments.

        @check_config
        def make_layer(width: Annotated[int, Gt(0)], dropout: float | None = None): ...

    The checked arguments are numbers, strings, true or false, and lists and dicts of these; each
    may also be None. The rules come from the package annotated-types. A whole number is never
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
        for key, value in given.items():
            if key in checked:
                check_type(key, value, checked[key])
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
        raise wrong_value(key, value, annotation, error.errors()) from None


def wrong_value(
    key: str, value: Any, annotation: Any, errors: Sequence[ErrorDetails]
) -> ValueError:
    """The error for what Pydantic found first. Of a value that may have several types, it finds an
    error for each of them."""
    first = errors[0]
    loc = first["loc"]
    place = place_in(value, loc)
    if loc[-1:] == (WRONG_KEY,) and place == place_in(value, loc[:-1]):
        place = place_in(value, loc[:-2])
        return invalid_value(f"{shown(key, place)}, a key", first["input"], rule_of(first))
    # A type of which only a part is wrong says more than another one.
    places = [place_in(value, other["loc"]) for other in errors]
    place = max((other for other in places if other[: len(place)] == place), key=len)
    same = [error for error, other in zip(errors, places, strict=True) if other == place]
    rule = " or ".join(dict.fromkeys(map(rule_of, same)))
    if not place and NoneType in get_args(annotation):
        rule += ", or null"
    return invalid_value(shown(key, place), same[0]["input"], rule)


def place_in(value: Any, loc: Place) -> Place:
    """The keys and indices of a location. Between and behind them, Pydantic names the types that
    were tried, and says if a key is wrong."""
    place = []
    for part in loc:
        with suppress(LookupError, TypeError):
            value = value[part]
            place.append(part)
    return tuple(place)


def shown(key: str, place: Place) -> str:
    """A key of the config, and a place in its value, as in `shares['web']`."""
    return key + "".join(f"[{part!r}]" for part in place)


def rule_of(error: ErrorDetails) -> str:
    """What a value has to do, for one of Pydantic's errors."""
    if error["type"] in RULES:
        return RULES[error["type"]].format(**error.get("ctx", {}))
    return f"follow a rule of Pydantic ({error['msg']})"


@cache
def type_adapter(annotation: Any) -> TypeAdapter[Any]:
    return TypeAdapter(annotation, config=ConfigDict(strict=True, allow_inf_nan=False))


def invalid_value(key: str, value: Any, rule: str) -> ValueError:
    """The error for a wrong value. A rule that no annotation can say, such as one about two values,
    is checked where the values are known, and raises this.

    key (str): The key in the config.
    value (Any): Its value.
    rule (str): What the value has to do, such as "be greater than 0".
    """
    return ValueError(f"Invalid config value {key} = {value!r}: it has to {rule}.")
