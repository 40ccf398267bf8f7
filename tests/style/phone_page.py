#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""The spoken sentences in docs/phone.md are those of prompt.def.

Usage: phone_page.py ROOT            compares
       phone_page.py --write ROOT    prints the table anew into the page
"""
import pathlib
import re
import sys

PROMPT = re.compile(r'^PROMPT\((\w+), "([^"]+)", "([^"]+)", "([^"]+)"\)$', re.M)
BEGIN, END = "<!-- sentences -->\n", "<!-- end of sentences -->"


def table(root):
    text = (root / "broker/phone/prompt.def").read_text(encoding="utf-8")
    rows = PROMPT.findall(text)
    if len(rows) != len(re.findall(r"^PROMPT\(", text, re.M)):
        raise SystemExit("FAIL prompt.def: a row is not on one line of its own")
    yield "| file | Danish | English |"
    yield "|---|---|---|"
    for _, name, danish, english in rows:
        if not name.startswith("number-"):
            yield f"| `{name}.wav` | {danish} | {english} |"
    numbers = [name for _, name, _, _ in rows if name.startswith("number-")]
    if numbers:
        yield f"| `{numbers[0]}.wav` … `{numbers[-1]}.wav` | the words of a time of day | the same |"


def printed(page, root):
    before, found, rest = page.partition(BEGIN)
    _, ends, after = rest.partition(END)
    if not found or not ends:
        raise SystemExit("FAIL docs/phone.md: no marks around the sentences")
    return before + BEGIN + "".join(f"{line}\n" for line in table(root)) + END + after


def main(arguments):
    root = pathlib.Path(arguments[-1])
    page = root / "docs/phone.md"
    text = page.read_text(encoding="utf-8")
    if arguments[0] == "--write":
        page.write_text(printed(text, root), encoding="utf-8")
    elif text != printed(text, root):
        print("FAIL docs/phone.md: its table is old: python3 tests/style/phone_page.py --write .")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
