"""Broken forms of bodies: what members, forms, bytes and multipart can have wrong with them."""
import json
import re
import urllib.parse

WRONG_VALUES = [
    None, True, False, 0, -1, 1.5, 10**30, "", " ", "\u0000", "x" * 70000, [], {}, [[]], [None], {"a": {"b": []}},
    "' OR 1=1 --", "${7*7}", "../../etc/passwd", "\ud800".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
    9007199254740993, "9" * 400, ["x"] * 2000,
]


def leaf_paths(value, path=()):
    """Every place in a JSON value, itself included."""
    yield path
    if isinstance(value, dict):
        for key in value:
            yield from leaf_paths(value[key], path + (key,))
    elif isinstance(value, list):
        for index in range(min(len(value), 4)):
            yield from leaf_paths(value[index], path + (index,))


def with_value(value, path, new):
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = with_value(value[path[0]], path[1:], new)
    return copy


def without(value, path):
    copy = dict(value) if isinstance(value, dict) else list(value)
    if len(path) == 1:
        del copy[path[0]]
    else:
        copy[path[0]] = without(value[path[0]], path[1:])
    return copy


def keep_secret(path):
    """A request without its credential is refused at the door; a few of those are enough."""
    return path[:1] in (("security",), ("omflow_restapi",))


def json_mutations(body, rng):
    value = json.loads(body)
    paths = list(leaf_paths(value))
    for path in paths:
        if path:
            yield json.dumps(without(value, path)).encode()
        chosen = rng.sample(WRONG_VALUES, 3) if keep_secret(path) else WRONG_VALUES
        for wrong in chosen:
            yield json.dumps(with_value(value, path, wrong)).encode()
    yield json.dumps({**value, "unknown": {"deep": [1] * 50}}).encode() if isinstance(value, dict) else b"[]"
    yield (b'{"a":' * 500) + b"1" + b"}" * 500


def form_mutations(body, rng):
    pairs = urllib.parse.parse_qsl(body.decode("ascii", "replace"), keep_blank_values=True)
    for index, (key, text) in enumerate(pairs):
        yield urllib.parse.urlencode(pairs[:index] + pairs[index + 1:]).encode()
        for wrong in ["", "[", "{}", "null", "System.Object[]", "-1", "9" * 40, "x" * 70000, "\u0000"]:
            changed = pairs[:index] + [(key, wrong)] + pairs[index + 1:]
            yield urllib.parse.urlencode(changed).encode()
        yield urllib.parse.urlencode(pairs + [(key, text)]).encode()
    yield body + b"&formdata=%ff%fe&x=%zz&&&==="
    yield b"&".join([b"a=b"] * 20000)


def byte_mutations(body, rng):
    for _ in range(6):
        if body:
            yield body[: rng.randrange(len(body))]
    for bad in (b"\xff", b"\x00", b"\xc3\x28", b"\xed\xa0\x80"):
        at = rng.randrange(len(body) + 1)
        yield body[:at] + bad + body[at:]
    for _ in range(6):
        if body:
            at = rng.randrange(len(body))
            yield body[:at] + bytes([body[at] ^ (1 << rng.randrange(8))]) + body[at + 1:]
    yield b""


def multipart_mutations(body, boundary, rng):
    end = b"--" + boundary + b"--"
    yield body.replace(end, b"")
    yield body.replace(b"\r\n\r\n", b"\r\n")
    yield body.replace(b'name="', b'name=')
    yield body.replace(b'name="formdata"', b'name="formdata"; filename="f.json"')
    yield body.replace(b'filename="', b'filename="../../../tmp/')
    yield re.sub(rb'name="[^"]*"', b'name=""', body)
    yield body.replace(b"form-data", b"attachment")
    yield body.replace(end, b"--" + boundary + b"\r\n" + end)
    yield body * 3
