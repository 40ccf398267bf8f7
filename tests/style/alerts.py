#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""docs/alerts.md and what the broker says are the same.

The tables of events and of refusals are printed from events.def and refusals.def; the
figures on the page are those that broker/daemon/figures.c writes, both ways.

Usage: alerts.py ROOT            compares
       alerts.py --write ROOT    prints the tables anew into the page
"""
import pathlib
import re
import sys

EVENT = re.compile(r'^EVENT\((\w+), LOG_E_(\w+), "(.*)"\)$', re.M)
REFUSAL = re.compile(r'^REFUSAL\((\w+), (\d+), "(\w+)", "(.*)"\)$', re.M)
FIGURE = re.compile(r'\b(?:one|head)\(\w+, "(\w+)"')
ON_PAGE = re.compile(r"`samtale_(\w+)")
ORDER = ("ERROR", "WARNING", "PROOF", "INFO", "DEBUG")
LOUD = ("ERROR", "WARNING")


def events_of(root):
    text = (root / "include/samtale/base/events.def").read_text(encoding="utf-8")
    rows = EVENT.findall(text)
    if len(rows) != text.count("\nEVENT("):
        raise SystemExit("FAIL events.def: a row is not on one line of its own")
    return sorted(rows, key=lambda row: ORDER.index(row[1]))


def event_table(root):
    yield "| event | level | what it means | what to do |"
    yield "|---|---|---|---|"
    for name, level, sentence in events_of(root):
        means, _, do = sentence.replace('\\"', '"').partition(" Do: ")
        yield f"| `{name}` | {level.lower()} | {means} | {do or 'Nothing.'} |"


def refusal_table(root):
    text = (root / "include/samtale/listener/refusals.def").read_text(encoding="utf-8")
    yield "| `why` | HTTP status | what it means |"
    yield "|---|---|---|"
    for _, status, code, sentence in REFUSAL.findall(text):
        yield f"| `{code}` | {'–' if status == '0' else status} | {sentence} |"


def printed(page, root):
    """The page with its two tables as they should be."""
    for mark, table in (("events", event_table), ("refusals", refusal_table)):
        begin, end = f"<!-- {mark} -->\n", f"<!-- end of {mark} -->"
        before, found, rest = page.partition(begin)
        _, ends, after = rest.partition(end)
        if not found or not ends:
            raise SystemExit(f"FAIL docs/alerts.md: no marks around {mark}")
        page = before + begin + "".join(f"{line}\n" for line in table(root)) + end + after
    return page


def faults_of(root):
    page = (root / "docs/alerts.md").read_text(encoding="utf-8")
    if page != printed(page, root):
        yield "its tables are old: python3 tests/style/alerts.py --write ."
    for name, level, sentence in events_of(root):
        if level in LOUD and " Do: " not in sentence:
            yield f"{name} does not say what to do"
    written = set(FIGURE.findall((root / "broker/daemon/figures.c").read_text()))
    named = set(ON_PAGE.findall(page))
    if not written:
        yield "no figure found in broker/daemon/figures.c"
    for name in sorted(written - named):
        yield f"samtale_{name} is not on the page"
    for name in sorted(named - written):
        yield f"samtale_{name} is written nowhere"


def main(arguments):
    root = pathlib.Path(arguments[-1])
    page = root / "docs/alerts.md"
    if arguments[0] == "--write":
        page.write_text(printed(page.read_text(encoding="utf-8"), root), encoding="utf-8")
        return 0
    faults = list(faults_of(root))
    for fault in faults:
        print(f"FAIL docs/alerts.md: {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
