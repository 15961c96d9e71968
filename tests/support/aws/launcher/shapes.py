"""Request shapes as botocore's models of the services have them: who breaks one is refused as the services refuse."""

import functools
import re

import botocore.session

from .errors import Refused


@functools.cache
def model(service):
    """The model of a service, read once."""
    return botocore.session.get_session().get_service_model(service)


def without_null(value):
    """A null is an absent member to every service that speaks JSON."""
    if isinstance(value, dict):
        return {key: without_null(member) for key, member in value.items() if member is not None}
    return [without_null(member) for member in value if member is not None] if isinstance(value, list) else value


def check(service, operation, params, missing="InvalidParameterException"):
    """Refuses wrong types and absent members; members that the model does not know are left alone.

    `missing` is the code for what is of the right type and still not allowed.
    """
    shape = model(service).operation_model(operation).input_shape
    if shape is not None:
        _check(shape, params, "", missing)


def timestamps(service, operation, answer, convert):
    """The answer with every member that the model calls a timestamp converted."""
    shape = model(service).operation_model(operation).output_shape
    return _convert(shape, answer, convert) if shape is not None else answer


def _convert(shape, value, convert):
    kind = shape.type_name
    if kind == "structure" and isinstance(value, dict):
        return {
            name: _convert(shape.members[name], member, convert) if name in shape.members else member
            for name, member in value.items()
        }
    if kind == "list" and isinstance(value, list):
        return [_convert(shape.member, member, convert) for member in value]
    return convert(value) if kind == "timestamp" and value is not None else value


def _check(shape, value, path, missing):
    kind = shape.type_name
    if kind == "structure":
        if not isinstance(value, dict):
            raise _wrong(value, "Start of structure or map")
        for name in shape.required_members:
            if name not in value:
                raise _constraint(missing, _joined(path, name), None, "Member must not be null")
        for name, member in value.items():
            if name in shape.members:
                _check(shape.members[name], member, _joined(path, name), missing)
    elif kind == "list":
        if not isinstance(value, list):
            raise _wrong(value, "Start of list")
        for index, member in enumerate(value, 1):
            _check(shape.member, member, f"{path}.{index}.member", missing)
    elif kind == "map":
        if not isinstance(value, dict):
            raise _wrong(value, "Start of structure or map")
        for member in value.values():
            _check(shape.value, member, f"{path}.member", missing)
    else:
        _scalar(shape, value, path, missing)


def _scalar(shape, value, path, missing):
    kind = shape.type_name
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind == "string" and not isinstance(value, str):
        raise _wrong(value, "String")
    if kind in ("integer", "long") and (not number or value != int(value)):
        raise _wrong(value, "Integer" if kind == "integer" else "Long")
    if kind in ("double", "float") and not number:
        raise _wrong(value, "Double")
    if kind == "boolean" and not isinstance(value, bool):
        raise _wrong(value, "Boolean")
    allowed = shape.metadata.get("enum")
    if allowed and value not in allowed:
        raise _constraint(missing, path, value, f"Member must satisfy enum value set: [{', '.join(allowed)}]")
    pattern = _pattern(shape.metadata.get("pattern"))
    if pattern and kind == "string" and not pattern.search(value):
        raise _constraint(missing, path, value, f"Member must satisfy regular expression pattern: {pattern.pattern}")


@functools.cache
def _pattern(text):
    """The models' patterns are Java's; where Python cannot read one (`\\p{L}`), the service's own rules say the same."""
    try:
        return re.compile(text) if text else None
    except re.error:
        return None


def _joined(path, name):
    return f"{path}.{name}" if path else name


def _constraint(code, path, value, rule):
    told = "null" if value is None else f"'{value}'"
    return Refused(code, f"1 validation error detected: Value {told} at '{path}' failed to satisfy constraint: {rule}")


def _wrong(value, wanted):
    names = {bool: f"{str(value).upper()}_VALUE", str: "STRING_VALUE", int: "NUMBER_VALUE", float: "DECIMAL_VALUE"}
    if wanted.startswith("Start"):
        return Refused("SerializationException", "Unexpected field type")
    if type(value) not in names:
        return Refused("SerializationException", "Start of structure or map found where not expected.")
    return Refused("SerializationException", f"{names[type(value)]} can not be converted to {'an' if wanted[0] in 'IA' else 'a'} {wanted}")
