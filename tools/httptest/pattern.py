"""Body and text patterns of transcripts: JSON compared by structure, with holes, captures and exact digits."""
import json
import re

KINDS = {
    "any": r"[\s\S]*",
    "string": r"[\s\S]*",
    "nonempty": r"[\s\S]+",
    "int": r"-?\d+",
    "digits": r"\d+",
    "number": r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?",
    "bool": r"true|false",
    "uuid": r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
    "hex24": r"[0-9a-f]{24}",
    "hex32": r"[0-9a-f]{32}",
    "time": r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?",
}
HOLE = re.compile(r"<(?:([A-Za-z_]\w*)=)?(?:re:((?:[^<>\\]|\\.)+)|(" + "|".join(KINDS) + r"))>")
MISMATCHES_MAX = 20


class PatternError(Exception):
    """The pattern itself is wrong; the message says where."""


class Number(str):
    """A JSON number kept as its digits: 1 and 1.0 are different answers."""


class Members(list):
    """A JSON object as (key, value) pairs, so that order and repeated keys stay visible."""


class Hole:
    def __init__(self, name, kind, regex):
        self.name, self.kind, self.regex = name, kind, regex

    def __repr__(self):
        return f"<{self.name + '=' if self.name else ''}{self.kind or 're:' + self.regex}>"


class Rest:
    """`...`: further members or elements are allowed here."""

    def __repr__(self):
        return "..."


def parse_json(text):
    """An answer's body. Raises ValueError when it is no JSON."""
    return json.loads(text, parse_int=Number, parse_float=Number, object_pairs_hook=Members,
                      parse_constant=lambda name: (_ for _ in ()).throw(ValueError(f"{name} is no JSON")))


class Parser:
    """JSON with `<kind>` holes and `...`."""

    def __init__(self, text):
        self.text, self.at = text, 0

    def parse(self):
        value = self.value()
        self.skip()
        if self.at != len(self.text):
            self.fail("unexpected text after the value")
        return value

    def fail(self, what):
        line = self.text.count("\n", 0, self.at) + 1
        raise PatternError(f"body pattern line {line}: {what} at {self.text[self.at:self.at + 20]!r}")

    def skip(self):
        while self.at < len(self.text) and self.text[self.at] in " \t\r\n":
            self.at += 1

    def take(self, token):
        self.skip()
        if self.text.startswith(token, self.at):
            self.at += len(token)
            return True
        return False

    def value(self):
        self.skip()
        if self.take("..."):
            return Rest()
        if self.take("{"):
            return self.members()
        if self.take("["):
            return self.elements()
        hole = HOLE.match(self.text, self.at)
        if hole:
            self.at = hole.end()
            return Hole(hole.group(1), hole.group(3), hole.group(2))
        if self.text.startswith('"', self.at):
            return self.string()
        word = re.compile(r"-?\d[\d.eE+-]*|true|false|null").match(self.text, self.at)
        if not word:
            self.fail("expected a JSON value, <kind> or ...")
        self.at = word.end()
        return parse_json(word.group(0))

    def string(self):
        try:
            value, self.at = json.decoder.scanstring(self.text, self.at + 1, False)
        except ValueError as error:
            self.fail(str(error))
        return value

    def members(self):
        found = Members()
        while not self.take("}"):
            if found and not self.take(","):
                self.fail("expected , or }")
            if self.take("..."):
                found.append((None, Rest()))
                continue
            self.skip()
            if not self.text.startswith('"', self.at):
                self.fail("expected a key")
            key = self.string()
            if not self.take(":"):
                self.fail("expected :")
            found.append((key, self.value()))
        return found

    def elements(self):
        found = []
        while not self.take("]"):
            if found and not self.take(","):
                self.fail("expected , or ]")
            found.append(self.value())
        return found


def show(value):
    """JSON text of a parsed answer or pattern, on one line."""
    if isinstance(value, Members):
        return "{" + ", ".join(show(item) if key is None else f"{json.dumps(key, ensure_ascii=False)}: {show(item)}"
                               for key, item in value) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(show(item) for item in value) + "]"
    if isinstance(value, (Number, Hole, Rest)):
        return str(value) if isinstance(value, Number) else repr(value)
    return json.dumps(value, ensure_ascii=False)


def as_text(value):
    """What {{name}} puts into a later request."""
    return value if isinstance(value, str) else show(value)


class Match:
    """Compares an answer with a pattern. After `run`: `mismatches` (one line each) and `captures`."""

    def __init__(self, ordered=False):
        self.ordered = ordered
        self.mismatches = []
        self.captures = {}

    def run(self, pattern, actual, path="body"):
        self.compare(pattern, actual, path)
        return not self.mismatches

    def miss(self, path, expected, actual):
        if len(self.mismatches) < MISMATCHES_MAX:
            self.mismatches.append(f"{path}: expected {expected}, got {actual}")

    def compare(self, pattern, actual, path):
        if isinstance(pattern, Hole):
            self.compare_hole(pattern, actual, path)
        elif isinstance(pattern, Members):
            if isinstance(actual, Members):
                self.compare_members(pattern, actual, path)
            else:
                self.miss(path, "an object", show(actual))
        elif isinstance(pattern, list):
            if isinstance(actual, list) and not isinstance(actual, Members):
                self.compare_elements(pattern, actual, path)
            else:
                self.miss(path, "an array", show(actual))
        elif isinstance(pattern, str) and not isinstance(pattern, Number):
            if not isinstance(actual, str) or isinstance(actual, Number):
                self.miss(path, f"the string {show(pattern)}", show(actual))
            elif not self.compare_text(pattern, actual):
                self.miss(path, show(pattern), show(actual))
        elif type(pattern) is not type(actual) or pattern != actual:
            self.miss(path, show(pattern), show(actual))

    def compare_hole(self, hole, actual, path):
        is_number = isinstance(actual, Number)
        is_string = isinstance(actual, str) and not is_number
        if hole.kind in ("int", "digits", "number"):
            right = is_number and re.fullmatch(KINDS[hole.kind], actual)
        elif hole.kind == "bool":
            right = isinstance(actual, bool)
        elif hole.kind == "any":
            right = True
        else:
            right = is_string and re.fullmatch(hole.regex or KINDS[hole.kind], actual)
        if not right:
            self.miss(path, repr(hole), show(actual))
        elif hole.name:
            self.captures[hole.name] = as_text(actual)

    def compare_text(self, pattern, actual):
        """A string whose holes stand between literal text."""
        regex, names, end = "", [], 0
        for hole in HOLE.finditer(pattern):
            regex += re.escape(pattern[end:hole.start()])
            # Holes are lazy, or the first would swallow the text of the next.
            body = hole.group(2) or KINDS[hole.group(3)].replace("]*", "]*?").replace("]+", "]+?")
            regex += f"({body})"
            names.append((hole.group(1), re.compile(f"({body})").groups))
            end = hole.end()
        found = re.fullmatch(regex + re.escape(pattern[end:]), actual)
        if not found:
            return False
        index = 1
        for name, groups in names:
            if name:
                self.captures[name] = found.group(index)
            index += groups
        return True

    def compare_members(self, pattern, actual, path):
        open_end = any(key is None for key, _ in pattern)
        wanted = [(key, value) for key, value in pattern if key is not None]
        have = dict(actual)
        keys = [key for key, _ in actual]
        for key in sorted({key for key in keys if keys.count(key) > 1}):
            self.miss(f"{path}.{key}", "one member", f"{keys.count(key)} of the same name")
        for key, value in wanted:
            if key in have:
                self.compare(value, have[key], f"{path}.{key}")
            else:
                self.miss(f"{path}.{key}", show(value), "no such member")
        names = {key for key, _ in wanted}
        if not open_end:
            for key in keys:
                if key not in names:
                    self.miss(f"{path}.{key}", "no such member", show(have[key]))
        if self.ordered:
            order = [key for key in keys if key in names]
            asked = [key for key, _ in wanted if key in have]
            if order != asked:
                self.miss(path, f"members in the order {' '.join(asked)}", " ".join(order))

    def compare_elements(self, pattern, actual, path):
        gaps = [index for index, item in enumerate(pattern) if isinstance(item, Rest)]
        if not gaps:
            if len(pattern) != len(actual):
                self.miss(path, f"{len(pattern)} elements", f"{len(actual)}: {show(actual)}")
            for index, (item, value) in enumerate(zip(pattern, actual)):
                self.compare(item, value, f"{path}[{index}]")
        elif gaps == [len(pattern) - 1]:
            if len(actual) < len(pattern) - 1:
                self.miss(path, f"at least {len(pattern) - 1} elements", f"{len(actual)}: {show(actual)}")
            for index, (item, value) in enumerate(zip(pattern[:-1], actual)):
                self.compare(item, value, f"{path}[{index}]")
        elif not self.compare_with_gaps(pattern, actual):
            self.miss(path, show(pattern), show(actual))

    def compare_with_gaps(self, pattern, actual):
        """`...` in front or in the middle: the elements between gaps follow one another; earliest fit wins."""
        todo = [(0, 0, {})]
        while todo:
            at, index, captures = todo.pop()
            if at == len(pattern):
                if index == len(actual):
                    self.captures.update(captures)
                    return True
            elif isinstance(pattern[at], Rest):
                todo += [(at + 1, later, captures) for later in range(len(actual), index - 1, -1)]
            elif index < len(actual):
                inner = Match(self.ordered)
                if inner.run(pattern[at], actual[index]):
                    todo.append((at + 1, index + 1, {**captures, **inner.captures}))
        return False


def pick(value, path):
    """`items[0].title`, `items.length`, `[2]`, or "" for the whole. Raises KeyError with the part that is missing."""
    for part in re.findall(r"[^.\[\]]+|\[\d+\]", path):
        if part.startswith("["):
            index = int(part[1:-1])
            if not isinstance(value, list) or isinstance(value, Members) or index >= len(value):
                raise KeyError(part)
            value = value[index]
        elif isinstance(value, Members) and part in dict(value):
            value = dict(value)[part]
        elif part == "length" and isinstance(value, list):
            value = Number(len(value))
        else:
            raise KeyError(part)
    return value
