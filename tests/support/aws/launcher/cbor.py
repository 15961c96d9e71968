"""The part of CBOR (RFC 8949) that the Smithy RPC v2 protocol uses: CodeDeploy speaks it beside JSON."""

import datetime
import io
import struct


def decode(data):
    """Bytes to Python values. Raises ValueError where they are no CBOR."""
    try:
        return _item(io.BytesIO(data))
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise ValueError(str(error)) from error


def _length(stream, low):
    if low < 24:
        return low
    width = {24: ">B", 25: ">H", 26: ">I", 27: ">Q"}[low]
    return struct.unpack(width, stream.read(struct.calcsize(width)))[0]


def _until_break(stream):
    while stream.read(1)[0] != 0xFF:
        stream.seek(-1, io.SEEK_CUR)
        yield _item(stream)


def _item(stream):
    first = stream.read(1)[0]
    major, low = first >> 5, first & 31
    if major == 7:
        return _simple(stream, low)
    if low == 31:
        parts = _until_break(stream)
        if major in (2, 3):
            return (b"" if major == 2 else "").join(parts)
        return list(parts) if major == 4 else {key: next(parts) for key in parts}
    length = _length(stream, low)
    if major in (0, 1):
        return length if major == 0 else -1 - length
    if major in (2, 3):
        data = stream.read(length)
        return data if major == 2 else data.decode()
    if major == 4:
        return [_item(stream) for _ in range(length)]
    if major == 5:
        return {_item(stream): _item(stream) for _ in range(length)}
    return _item(stream)  # A tag: the only one in use, 1, marks seconds since the epoch.


def _simple(stream, low):
    if low in (26, 27):
        width = ">f" if low == 26 else ">d"
        return struct.unpack(width, stream.read(struct.calcsize(width)))[0]
    return {20: False, 21: True}.get(low)


def encode(value):
    """Python values to bytes; a datetime becomes tagged seconds since the epoch."""
    if value is None or isinstance(value, bool):
        return {None: b"\xf6", False: b"\xf4", True: b"\xf5"}[value]
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, float):
        return b"\xfb" + struct.pack(">d", value)
    if isinstance(value, str):
        data = value.encode()
        return _head(3, len(data)) + data
    if isinstance(value, datetime.datetime):
        return b"\xc1" + encode(value.timestamp())
    if isinstance(value, dict):
        return _head(5, len(value)) + b"".join(encode(key) + encode(member) for key, member in value.items())
    return _head(4, len(value)) + b"".join(encode(member) for member in value)


def _head(major, length):
    if length < 24:
        return bytes([major << 5 | length])
    for low, width in ((24, ">B"), (25, ">H"), (26, ">I"), (27, ">Q")):
        if length < 1 << 8 * struct.calcsize(width):
            return bytes([major << 5 | low]) + struct.pack(width, length)
    raise ValueError("a number beyond 64 bits")
