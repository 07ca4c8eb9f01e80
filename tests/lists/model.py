"""What the list of instances has to answer: filters, orders and pages over rows in memory."""
import datetime
import decimal
import re

ZONE = datetime.timedelta(hours=8)
UTC = datetime.timezone.utc


class Refused(Exception):
    """The server has to answer 400."""


def lower_ascii(text):
    return "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in text)


def normal_guid(text):
    text = text.strip()
    if text.startswith("{") and text.endswith("}"):
        text = text[1:-1]
    text = lower_ascii(text)
    if re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text):
        text = text.replace("-", "")
    return text if re.fullmatch(r"[0-9a-f]{32}", text) else None


def millis(text):
    """Of the time that a row shows."""
    at = datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    return round(at.timestamp() * 1000)


def period(text):
    """First millisecond and the one behind the last that a literal stands for."""
    match = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,7}))?)?(Z|[+-]\d\d:\d\d)?)?", text.strip())
    if not match:
        raise Refused(text)
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    try:
        at = datetime.datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), tzinfo=UTC)
    except ValueError:
        raise Refused(text) from None
    offset = ZONE
    if zone == "Z":
        offset = datetime.timedelta()
    elif zone:
        sign = 1 if zone[0] == "+" else -1
        if int(zone[1:3]) > 23 or int(zone[4:6]) > 59:
            raise Refused(text)
        offset = sign * datetime.timedelta(hours=int(zone[1:3]), minutes=int(zone[4:6]))
    begin = round((at - offset).timestamp()) * 1000 + int(((fraction or "") + "000")[:3])
    return (begin, begin + 86_400_000) if hour is None else (begin, begin + 1)


class Column:
    """`value(row)` is None for an absent value."""

    def __init__(self, value):
        self.value = value

    def check(self, op, first, second):
        raise NotImplementedError

    def fits(self, row, op, first, second):
        value = self.value(row)
        if op == "empty":
            return value is None
        if op == "<>":
            return not self.fits(row, "=", first, second)
        if op == "not like":
            return not self.fits(row, "like", first, second)
        return value is not None and self.compare(value, op, first, second)


class Text(Column):
    def check(self, op, first, second):
        pass

    def fits(self, row, op, first, second):
        if op == "empty":
            return not self.value(row)
        return super().fits(row, op, first, second)

    def compare(self, value, op, first, second):
        if op == "=":
            return value == first
        if op == "like":
            return lower_ascii(first) in lower_ascii(value)
        if op == "range":
            return (first is None or value >= first) and (second is None or value <= second)
        return {">": value > first, ">=": value >= first, "<": value < first, "<=": value <= first}[op]


class Guid(Column):
    def check(self, op, first, second):
        if op in (">", ">=", "<", "<=", "range"):
            raise Refused(op)

    def compare(self, value, op, first, second):
        if op == "=":
            return normal_guid(first) == normal_guid(value)
        return lower_ascii(first) in value


class Flag(Column):
    NAMES = {"true": True, "1": True, "false": False, "0": False}

    def check(self, op, first, second):
        if op == "empty":
            return
        if op not in ("=", "<>") or lower_ascii(first.strip()) not in self.NAMES:
            raise Refused(op)

    def compare(self, value, op, first, second):
        return value == self.NAMES[lower_ascii(first.strip())]


class Whole(Column):
    def check(self, op, first, second):
        if op in ("empty", "like", "not like"):
            return
        for value in (first, second if op == "range" else None):
            if value is None:
                continue
            if not re.fullmatch(r"-?\d+", value.strip()) or abs(int(value)) >= 2 ** 63:
                raise Refused(value)

    def compare(self, value, op, first, second):
        if op == "like":
            return first in str(value)
        low = None if first is None else int(first)
        if op == "range":
            return (low is None or value >= low) and (second is None or value <= int(second))
        return {"=": value == low, ">": value > low, ">=": value >= low, "<": value < low, "<=": value <= low}[op]


class Time(Column):
    """Milliseconds; `texts` tells whether `like` is understood."""

    def __init__(self, value, has_like):
        super().__init__(value)
        self.has_like = has_like

    def check(self, op, first, second):
        if op == "empty":
            return
        if op in ("like", "not like"):
            if not self.has_like:
                raise Refused(first)
            return
        for value in (first, second if op == "range" else None):
            if value is not None:
                period(value)

    def compare(self, value, op, first, second):
        if op == "like":
            at = datetime.datetime.fromtimestamp(value / 1000, UTC)
            return lower_ascii(first) in lower_ascii(at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{value % 1000:03}Z")
        low = None if first is None else period(first)
        if op == "range":
            return (low is None or value >= low[0]) and (second is None or value < period(second)[1])
        return {"=": low[0] <= value < low[1], ">": value >= low[1], ">=": value >= low[0], "<": value < low[0],
                "<=": value < low[1]}[op]


class Number(Column):
    def check(self, op, first, second):
        if op == "empty":
            return
        if op in ("like", "not like"):
            raise Refused(op)
        for value in (first, second if op == "range" else None):
            if value is not None and not re.fullmatch(r"-?\d+(\.\d+)?(e\d+)?", value.strip()):
                raise Refused(value)

    def compare(self, value, op, first, second):
        low = None if first is None else decimal.Decimal(first.strip())
        if op == "range":
            return (low is None or value >= low) and (second is None or value <= decimal.Decimal(second.strip()))
        return {"=": value == low, ">": value > low, ">=": value >= low, "<": value < low, "<=": value <= low}[op]


class Day(Column):
    @staticmethod
    def day_of(literal):
        begin = datetime.datetime.fromtimestamp(period(literal)[0] / 1000, UTC) + ZONE
        return begin.strftime("%Y-%m-%d")

    def check(self, op, first, second):
        if op == "empty":
            return
        if op in ("like", "not like"):
            raise Refused(op)
        for value in (first, second if op == "range" else None):
            if value is not None:
                period(value)

    def compare(self, value, op, first, second):
        low = None if first is None else self.day_of(first)
        if op == "range":
            return (low is None or value >= low) and (second is None or value <= self.day_of(second))
        return {"=": value == low, ">": value > low, ">=": value >= low, "<": value < low, "<=": value <= low}[op]


def shown(name):
    return lambda row: row["shown"][name]


def field(name):
    return lambda row: row["fields"].get(name)


COLUMNS = {
    "id": Guid(shown("Id")),
    "title": Text(shown("Title")),
    "isimportant": Flag(shown("IsImportant")),
    "isurgent": Flag(shown("IsUrgent")),
    "status": Whole(shown("Status")),
    "wftplid": Guid(shown("WFTplId")),
    "currentnodeid": Guid(shown("CurrentNodeId")),
    "currentnodename": Text(shown("CurrentNodeName")),
    "currentactors": Text(shown("CurrentActors")),
    "creatorpositionid": Guid(shown("CreatorPositionId")),
    "creator": Guid(shown("Creator")),
    "creatorname": Text(shown("CreatorName")),
    "createtime": Time(lambda row: millis(row["shown"]["CreateTime"]), True),
    "note": Text(field("note")),
    "amount": Number(field("amount")),
    "day": Day(field("day")),
    "at": Time(lambda row: None if "at" not in row["fields"] else period(row["fields"]["at"])[0], False),
    "done": Flag(field("done")),
}
# In which order rows stand; the position of a row is the order in which they were started.
ORDERS = {
    "id": lambda row: row["position"],
    "title": shown("Title"),
    "isimportant": shown("IsImportant"),
    "isurgent": shown("IsUrgent"),
    "status": shown("Status"),
    "wftplid": lambda row: 0,
    "currentnodename": shown("CurrentNodeName"),
    "currentactors": shown("CurrentActors"),
    "creatorname": shown("CreatorName"),
    # Times are kept finer than they are shown, in the order of the starts.
    "createtime": lambda row: (millis(row["shown"]["CreateTime"]), row["position"]),
}


def matches(row, item):
    op = re.sub(r"\s+", " ", item["Operator"].strip().lower())
    return COLUMNS[item["Id"].lower()].fits(row, op, item.get("Value1"), item.get("Value2"))


def check(item):
    name = item["Id"].lower()
    op = re.sub(r"\s+", " ", item["Operator"].strip().lower())
    if name not in COLUMNS or op not in ("=", "<>", "like", "not like", ">", ">=", "<", "<=", "range", "empty"):
        raise Refused(name)
    first, second = item.get("Value1"), item.get("Value2")
    if op == "range":
        first, second = first or None, second or None
        if first is None and second is None:
            raise Refused("no value")
        item["Value1"], item["Value2"] = first, second
    elif op != "empty" and first is None:
        raise Refused("no value")
    COLUMNS[name].check(op, first, second)


def answer(rows, items, sort, start, limit):
    """(total, ids of the page); raises Refused."""
    for item in items:
        check(item)
    name = sort.strip().lstrip("-").strip().lower() if sort else "createtime"
    descending = sort.strip().startswith("-") if sort else True
    if name not in ORDERS:
        raise Refused(sort)
    found = [row for row in rows if all(matches(row, item) for item in items)]
    found.sort(key=lambda row: row["position"])
    order = ORDERS[name]
    there = [row for row in found if order(row) is not None]
    absent = [row for row in found if order(row) is None]
    # Stable: equal rows keep the order of their starts, also when descending.
    there.sort(key=order, reverse=descending)
    if descending:
        there = stable_descending(there, order)
    found = absent + there if descending else there + absent
    return len(found), [row["shown"]["Id"] for row in found[start:start + limit]]


def stable_descending(rows, order):
    groups = {}
    for row in rows:
        groups.setdefault(order(row), []).append(row)
    out = []
    for key in sorted(groups, reverse=True):
        out += sorted(groups[key], key=lambda row: row["position"])
    return out
