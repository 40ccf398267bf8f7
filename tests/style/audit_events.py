#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""docs/audit-events.md and what the broker records are the same.

The tables of events and of routes are printed from audit_events.def and from the tables
of routes in broker/api.

Usage: audit_events.py ROOT            compares
       audit_events.py --write ROOT    prints the tables anew into the page
       audit_events.py --self-test
"""
import pathlib
import re
import sys

ROW = re.compile(r'^AUDIT\((\w+), (\w+), (\w+), ([\w |]+), (\w+),\n((?:\s+"[^\n]*\n)+)', re.M)
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
ROUTE = re.compile(
    r'\{\s*API_(GET|POST|PATCH),\s*"([^"]+)",\s*[\w\s|]+,\s*'
    r'(?:RECORD\((\w+)\)|NO_RECORD\(((?:\s*"[^"]*")+)\s*\))')
ANY_ROUTE = re.compile(r'\{\s*API_(?:GET|POST|PATCH),')
WHO = {
    "BY_SYSTEM": "the service",
    "BY_CITIZEN": "citizen",
    "BY_STAFF": "staff",
    "BY_ADMIN": "administrator",
    "BY_ANYBODY": "whoever asked",
}
WHEN = {"FIRST": "before", "SOON": "queued"}


def texts_of(part):
    """C strings in a row's arguments; neighbours without a comma are one."""
    joined, texts = False, []
    for piece in re.finditer(r'"((?:[^"\\]|\\.)*)"\s*(,?)', part):
        text = piece.group(1).replace('\\"', '"')
        if joined:
            texts[-1] += text
        else:
            texts.append(text)
        joined = not piece.group(2)
    return texts


def events_of(text):
    for name, when, seal, who, most, rest in ROW.findall(text):
        yield name, when, seal, who, most, texts_of(rest)


def event_table(root):
    text = (root / "include/samtale/audit/audit_events.def").read_text(encoding="utf-8")
    rows = list(events_of(text))
    if len(rows) != len(re.findall(r"^AUDIT\(", text, re.M)):
        raise SystemExit("FAIL audit_events.def: a row has another form than its comment says")
    yield "| no. | event | what happened | value | who | when | sealed | for the citizen |"
    yield "|---|---|---|---|---|---|---|---|"
    for number, (name, when, seal, who, _, texts) in enumerate(rows):
        if len(texts) != 3:
            raise SystemExit(f"FAIL audit_events.def: {name} has {len(texts)} sentences")
        sentence, value, danish = texts
        by = ", ".join(WHO[part.strip()] for part in who.split("|"))
        now = "at once" if seal == "NOW" else "epoch"
        yield (f"| {number} | `{name}` | {sentence} | {value or '–'} | {by} | {WHEN[when]} | "
               f"{now} | {danish} |")


def routes_of(text):
    for method, path, event, why in ROUTE.findall(text):
        yield method, path, event, "".join(STRING.findall(why))


def route_table(root):
    yield "| route | leaves |"
    yield "|---|---|"
    for source in sorted((root / "broker/api").glob("*.c")):
        text = source.read_text(encoding="utf-8")
        rows = list(routes_of(text))
        if len(rows) != len(ANY_ROUTE.findall(text)):
            raise SystemExit(f"FAIL {source.name}: a route does not say what it leaves")
        for method, path, event, why in rows:
            yield f"| `{method} /{path}` | {f'`{event}`' if event else f'nothing: {why}'} |"


def printed(page, root):
    """The page with its two tables as they should be."""
    for mark, table in (("events", event_table), ("routes", route_table)):
        begin, end = f"<!-- {mark} -->\n", f"<!-- end of {mark} -->"
        before, found, rest = page.partition(begin)
        _, ends, after = rest.partition(end)
        if not found or not ends:
            raise SystemExit(f"FAIL docs/audit-events.md: no marks around {mark}")
        page = before + begin + "".join(f"{line}\n" for line in table(root)) + end + after
    return page


def self_test():
    rows = list(events_of('AUDIT(A, FIRST, NOW, BY_STAFF | BY_ADMIN, 3,\n'
                          '\t"One "\n\t"two.", "",\n\t"Tre.")\n'))
    routes = list(routes_of('{ API_GET, "a/{id}", ROUTE_STAFF | ROUTE_EVEN_LOCKED,\n'
                            '\tRECORD(A), NULL },\n'
                            '{ API_POST, "b", ROUTE_PUBLIC,\n\tNO_RECORD("no "\n\t"one"), f },\n'
                            '{ API_POST, "c", ROUTE_PUBLIC, NULL },\n'))
    good = (rows == [("A", "FIRST", "NOW", "BY_STAFF | BY_ADMIN", "3", ["One two.", "", "Tre."])]
            and routes == [("GET", "a/{id}", "A", ""), ("POST", "b", "", "no one")])
    if not good:
        print(f"FAIL {rows} {routes}")
    return 0 if good else 1


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    root = pathlib.Path(arguments[-1])
    path = root / "docs/audit-events.md"
    page = path.read_text(encoding="utf-8")
    if arguments[0] == "--write":
        path.write_text(printed(page, root), encoding="utf-8")
        return 0
    if page == printed(page, root):
        return 0
    print("FAIL docs/audit-events.md: old: python3 tests/style/audit_events.py --write .")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
