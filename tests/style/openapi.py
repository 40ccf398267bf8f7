#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""The routes in broker/api and the paths in docs/openapi.yaml are the same, both ways.

Usage: openapi.py ROOT
"""
import pathlib
import re
import sys

ROUTE = re.compile(r'\{\s*API_(GET|POST|PATCH),\s*"([^"]+)"')
PATH = re.compile(r"^  (/\S*):$")
METHOD = re.compile(r"^    (get|post|patch|put|delete):$")


def routes_of(root):
    found = set()
    for source in sorted((root / "broker" / "api").glob("*.c")):
        for method, path in ROUTE.findall(source.read_text()):
            found.add((method.lower(), "/" + path))
    return found


def paths_of(root):
    found, path = set(), None
    for line in (root / "docs" / "openapi.yaml").read_text().splitlines():
        if line.startswith("components:"):
            break
        if m := PATH.match(line):
            path = m.group(1)
        elif m := METHOD.match(line):
            found.add((m.group(1), path))
    return found


def main():
    root = pathlib.Path(sys.argv[1])
    routes, paths = routes_of(root), paths_of(root)
    bad = [("no such route in broker/api", x) for x in sorted(paths - routes)]
    bad += [("not in docs/openapi.yaml", x) for x in sorted(routes - paths)]
    for why, (method, path) in bad:
        print(f"FAIL {method} {path}: {why}")
    if not routes:
        print("FAIL: no route found; did the table change its shape?")
        return 1
    print(f"{'FAIL' if bad else 'ok'}: {len(routes)} routes, {len(paths)} documented")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
