#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""Every test that the annex of the impact assessment or docs/gdpr.md names exists.

Usage: privacy_tests.py ROOT
       privacy_tests.py --self-test
"""
import pathlib
import re
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from security_page import NAMED, has_test  # noqa: E402

THREAT = re.compile(r'^THREAT\(.*?^\t"([^"]*)",$', re.M | re.S)
CELL = re.compile(r"(tests/\S+?)(?:::(.+?))?(?= tests/|$)")


def named(root):
    threats = (root / "broker/privacy/threats.def").read_text(encoding="utf-8")
    cells = THREAT.findall(threats)
    if len(cells) != len(re.findall(r"^THREAT\(\w+, \w+,$", threats, re.M)):
        yield "threats.def", "a row whose tests could not be read", ""
    for cell in cells:
        for file, name in CELL.findall(cell):
            yield "threats.def", file, name
    page = (root / "docs/gdpr.md").read_text(encoding="utf-8")
    for file, name in NAMED.findall(page):
        yield "docs/gdpr.md", file, name


def faults_of(root):
    count = 0
    for where, file, name in named(root):
        count += 1
        if not (root / file).is_file():
            yield f"{where}: {file} does not exist"
        elif name and not has_test(root / file, name):
            yield f"{where}: {file} has no test {name!r}"
    if count == 0:
        yield "no test is named"


def self_test():
    good = 'THREAT(ALWAYS, LOW,\n\tx,\n\t"tests/a.c::one tests/b.mjs::does it",\n\ty)\n'
    rows = [(good, "", 0), (good, "`tests/a.c::two`", 1), (good.replace("one", "no"), "", 1),
            (good.replace("it", "this"), "", 1), (good.replace("b.mjs", "c.mjs"), "", 1),
            (good.replace('",', '"'), "", 1), ("", "", 1)]
    for threats, page, count in rows:
        with tempfile.TemporaryDirectory() as folder:
            for name, text in {
                "tests/a.c": "static void one(void **s)\n{ }\nx = { one };\n",
                "tests/b.mjs": 'it("does it", () => {});\n',
                "broker/privacy/threats.def": threats, "docs/gdpr.md": page}.items():
                path = pathlib.Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            found = list(faults_of(pathlib.Path(folder)))
        if len(found) != count:
            print(f"FAIL {threats!r} {page!r}: expected {count} faults, found {found}")
            return 1
    return 0


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    faults = list(faults_of(pathlib.Path(arguments[0])))
    for fault in faults:
        print(f"FAIL {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
