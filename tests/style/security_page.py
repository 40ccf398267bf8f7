#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""Every test that docs/security.md names exists, and every fuzz target is named there.

Usage: security_page.py ROOT      `file::name` is a function of a .c or .py file, or the
                                  title of a test in a .mjs or .ts file; `file` alone must
                                  exist.
       security_page.py --self-test
"""
import pathlib
import re
import sys
import tempfile

NAMED = re.compile(r"`(tests/[\w/.-]+\.(?:c|py|mjs|ts))(?:::([^`]+))?`")


def has_test(path, name):
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".c":
        defined = re.search(rf"^static void {name}\(", text, re.M)
        return defined and len(re.findall(rf"\b{name}\b", text)) > 1  # and registered
    if path.suffix == ".py":
        return re.search(rf"^\s+def {name}\(", text, re.M)
    return f'it("{name}"' in text


def faults_of(root):
    page = (root / "docs/security.md").read_text(encoding="utf-8")
    named = NAMED.findall(page)
    if not named:
        yield "names no test"
    for file, name in named:
        path = root / file
        if not path.exists():
            yield f"{file} does not exist"
        elif name and not has_test(path, name):
            yield f"{file} has no test {name!r}"
    for target in sorted((root / "tests/fuzz").glob("*.c")):
        if "LLVMFuzzerTestOneInput(const" in target.read_text(encoding="utf-8"):
            if f"tests/fuzz/{target.name}" not in page:
                yield f"the fuzz target {target.name} is not named"


def self_test():
    files = {
        "tests/a.c": "static void one(void **s)\n{ }\nstatic void two(void **s)\n{ }\n"
                     "x = { cmocka_unit_test(one) };\n",
        "tests/b.py": "class T:\n  def test_one(self):\n    pass\n",
        "tests/c.mjs": 'it("does one", () => {});\n',
        "tests/fuzz/d.c": "int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)\n",
    }
    good = "`tests/a.c::one` `tests/b.py::test_one` `tests/c.mjs::does one` `tests/fuzz/d.c`"
    rows = [(good, 0), ("", 2), (good + "`tests/a.c::two`", 1), (good + "`tests/a.c::no`", 1),
            (good + "`tests/b.py::test_no`", 1), (good + "`tests/c.mjs::does`", 1),
            (good + "`tests/e.c`", 1), (good.replace("`tests/fuzz/d.c`", ""), 1)]
    for page, count in rows:
        with tempfile.TemporaryDirectory() as folder:
            for name, text in {**files, "docs/security.md": page}.items():
                path = pathlib.Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            found = list(faults_of(pathlib.Path(folder)))
        if len(found) != count:
            print(f"FAIL {page!r}: expected {count} faults, found {found}")
            return 1
    return 0


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    faults = list(faults_of(pathlib.Path(arguments[0])))
    for fault in faults:
        print(f"FAIL docs/security.md: {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
