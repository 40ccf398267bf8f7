#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""Style test: what the compiler does not check and reviewers should not have to.

Reads the table of rooms in docs/architecture.md, so the page is true or the build is red.
Prints `ok` or `FAIL file:line: why` for each check; exits 1 on any FAIL. `--self-test`
plants one violation of each kind in a scratch tree and fails when one is not found.
Looks at the files as they lie in the tree; never asks git, never writes.
"""

import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

FILE_LINES = 400
FUNCTION_LINES = 60
FUNCTION_LINES_WISHED = 40
PARAMETERS = 6

BANNED = ("strcpy strcat sprintf vsprintf strncpy strncat stpcpy strtok atoi atol atoll atof "
          "scanf fscanf sscanf gets alloca system popen").split()

# What a header of a library is called, and which library that is. Headers that no row
# knows must be the C library's (see LIBC).
LIBRARY_HEADERS = (
  (r"ini\.h", "inih"),
  (r"pthread\.h", "pthread"),
  (r"sodium(\.h|/.*)", "sodium"),
  (r"openssl/(ssl|tls1|err|pem|x509_vfy|x509v3)\.h", "libssl"),
  (r"openssl/.*", "libcrypto"),
  (r"sqlite3\.h", "sqlite3"),
  (r"libpq.*", "libpq"),
  (r"jansson\.h", "jansson"),
  (r"libwebsockets(\.h|/.*)", "libwebsockets"),
  (r"ev\.h", "libev"),
  (r"seccomp\.h", "seccomp"),
  (r"curl/.*", "libcurl"),
  (r"(re|rem|srtp2)/.*", "libre"),
  (r"cmocka\.h", "cmocka"),
)
LIBC = re.compile(r"(sys|netinet|arpa|net|linux|asm)/\w+\.h|[a-z0-9]+\.h")

# Modules without a unit test of their own. Each row says where they are tried instead.
# A row for a module that has gone, or that has a test by now, is a failure too.
UNTESTED = {
  "base/settings_manual.c": "unit/base/test_settings.c",
  # One contract suite asks both stores: tests/unit/store/test_contract.c.
  "store/memory_call.c": "unit/store/test_call.c",
  "store/memory_meeting.c": "unit/store/test_contract.c",
  "store/memory_retention.c": "unit/store/test_contract.c",
  "store/memory_store.c": "unit/store/test_contract.c",
  "store/memory_user.c": "unit/store/test_contract.c",
  "store/query.c": "unit/store/test_contract.c",
  "store/schema.c": "unit/store/test_contract.c",
  "store/sqlite_call.c": "unit/store/test_call.c",
  "store/sqlite_meeting.c": "unit/store/test_contract.c",
  "store/sqlite_record.c": "unit/store/test_contract.c",
  "store/sqlite_retention.c": "unit/store/test_contract.c",
  "store/sqlite_store.c": "unit/store/test_contract.c",
  "store/sqlite_user.c": "unit/store/test_contract.c",
  # The shelf's two forms share theirs.
  "store/memory_shelf.c": "unit/store/test_keys_db.c",
  # Each action is tried through the questions that ask for it.
  "custody/action.c": "unit/custody/test_group.c",
  # Around libwebsockets and sockets: asked from outside, byte by byte.
  "listener/certificate.c": "scenario/listener/limits_test.py",
  "listener/conn.c": "scenario/listener/limits_test.py",
  "listener/door.c": "scenario/listener/limits_test.py",
  "listener/exchange.c": "scenario/listener/guards_test.py",
  "listener/listener.c": "scenario/listener/guards_test.py",
  "listener/metrics.c": "scenario/listener/limits_test.py",
  "listener/request.c": "scenario/listener/guards_test.py",
  "listener/socket.c": "scenario/listener/guards_test.py",
  "listener/tls.c": "scenario/listener/limits_test.py",
  "listener/tls_ask.c": "scenario/daemon/doctor_phone_test.py",
  # What only a whole broker can show is told as stories against the real binaries.
  "cli/audit_bundle.c": "scenario/audit.test.mjs",
  "cli/audit_change.c": "scenario/audit.test.mjs",
  "cli/audit_export.c": "scenario/audit.test.mjs",
  "cli/audit_keys.c": "scenario/audit.test.mjs",
  "cli/audit_names.c": "scenario/audit.test.mjs",
  "cli/audit_open.c": "scenario/audit.test.mjs",
  "cli/audit_proofs.c": "scenario/audit.test.mjs",
  "cli/audit_read.c": "scenario/audit.test.mjs",
  "cli/audit_sample.c": "scenario/audit.test.mjs",
  "cli/audit_self.c": "scenario/audit.test.mjs",
  "cli/audit_shred.c": "scenario/audit.test.mjs",
  "cli/audit_status.c": "scenario/audit.test.mjs",
  "cli/audit_verify.c": "scenario/audit.test.mjs",
  "cli/audit_view.c": "scenario/audit.test.mjs",
  "cli/client.c": "scenario/daemon/phrases_test.py",
  "cli/doctor.c": "scenario/daemon/phrases_test.py",
  "cli/doctor_phone.c": "scenario/daemon/doctor_phone_test.py",
  "cli/doctor_ports.c": "scenario/daemon/doctor_phone_test.py",
  "cli/doctor_vault.c": "scenario/daemon/phrases_test.py",
  "cli/main.c": "scenario/daemon/phrases_test.py",
  "cli/meeting.c": "scenario/daemon/phrases_test.py",
  "cli/minutes.c": "scenario/daemon/minutes_test.py",
  "cli/note.c": "scenario/audit.test.mjs",
  "cli/restore.c": "scenario/audit.test.mjs",
  "cli/retention.c": "scenario/daemon/phrases_test.py",
  "cli/session.c": "scenario/daemon/phrases_test.py",
  "cli/setup.c": "scenario/daemon/phrases_test.py",
  "cli/stats.c": "scenario/daemon/phrases_test.py",
  "cli/trial.c": "scenario/daemon/phrases_test.py",
  "cli/user.c": "scenario/daemon/phrases_test.py",
  "daemon/custodian_link.c": "unit/daemon/test_custodian.c",
  "daemon/remote.c": "unit/daemon/test_custodian.c",
  "daemon/process.c": "scenario/daemon/vault_test.py",
  "daemon/vault_child.c": "scenario/daemon/vault_test.py",
  "daemon/way.c": "scenario/daemon/vault_test.py",
  "daemon/assemble.c": "scenario/daemon/life_test.py",
  "daemon/child.c": "scenario/daemon/gateway_test.py",
  "daemon/control.c": "scenario/daemon/phrases_test.py",
  "daemon/errand.c": "scenario/daemon/phrases_test.py",
  "daemon/figures.c": "scenario/daemon/web_test.py",
  "daemon/gateway.c": "scenario/daemon/gateway_test.py",
  "daemon/health.c": "scenario/daemon/life_test.py",
  "daemon/keeper.c": "scenario/daemon/web_test.py",
  "daemon/main.c": "scenario/daemon/life_test.py",
  "daemon/opening.c": "scenario/daemon/life_test.py",
  "daemon/parent.c": "scenario/daemon/life_test.py",
  "daemon/reload.c": "scenario/daemon/life_test.py",
  "daemon/serve.c": "scenario/daemon/life_test.py",
  "daemon/sockets.c": "scenario/daemon/web_test.py",
  "daemon/web.c": "scenario/daemon/web_test.py",
  # The gateway's loop and sockets: stories against the real samtale-phone.
  "meeting/form.c": "unit/meeting/test_talk.c",
  "meeting/unpack.c": "unit/meeting/test_pack.c",
  "phone/gateway.c": "scenario/phone/life_test.py",
  "phone/hooks.c": "scenario/phone/outgoing_test.py",
  "phone/leg.c": "unit/phone/test_talk.c",
  "phone/main.c": "scenario/phone/life_test.py",
  "phone/orders.c": "scenario/phone/outgoing_test.py",
  "phone/party.c": "scenario/phone/dial_in_test.py",
  "phone/reports.c": "scenario/phone/life_test.py",
  "phone/wire.c": "scenario/phone/life_test.py",
  # The operator's line: stories of trunk_probe against a SIP server.
  "phone/call.c": "scenario/phone/trunk_test.py",
  "phone/call_rtp.c": "scenario/phone/trunk_test.py",
  "phone/call_sdp.c": "scenario/phone/trunk_test.py",
  "phone/call_session.c": "scenario/phone/trunk_test.py",
  "phone/trunk.c": "scenario/phone/trunk_test.py",
  "phone/trunk_auth.c": "scenario/phone/trunk_test.py",
  "phone/trunk_lookup.c": "scenario/phone/trunk_test.py",
  "phone/trunk_ping.c": "scenario/phone/trunk_test.py",
  "phone/trunk_register.c": "scenario/phone/trunk_test.py",
  "phone/trunk_requests.c": "scenario/phone/trunk_test.py",
  "phone/trunk_settings.c": "scenario/phone/trunk_test.py",
  "phone/trunk_tls.c": "scenario/phone/trunk_test.py",
}

# Handlers whose parameters a library decides.
FOREIGN_HANDLERS = {"on_trace"}  # libre's sip_trace_h

# Words that belong to how a tree was made, not to what it is. In pieces, so that this
# file does not find itself.
FOREIGN = re.compile("|".join((
  r"/wo" r"rk/", r"/ro" r"ot/", r"\bcl" r"aude\b", r"\banthro" r"pic\b", r"\bchat" r"gpt\b",
  r"\bopen" r"ai\b", r"\bco" r"pilot\b", r"\bl" r"lms?\b", r"\blanguage mo" r"del\b",
  r"\bA" r"I\b", r"\bA" r"I-generated\b", r"\bai assis" r"tant\b", r"\bsub" r"agent\b",
)), re.IGNORECASE)
FOREIGN_CASE = re.compile(r"^A" r"I$", re.IGNORECASE)

WEB_BANNED = re.compile(r"\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write(ln)?"
                        r"|eval|new Function)\b|\bdangerouslySetInnerHTML\b")
SPDX = "SPDX-License-Identifier: MPL-2.0"
SPDX_SUFFIXES = {".c", ".h", ".def", ".ts", ".tsx", ".js", ".mjs", ".css", ".html", ".py", ".sh",
                 ".sql", ".build"}
SKIPPED_FOLDERS = {".git", "node_modules", "__pycache__", ".samtale", "subprojects"}
TEXT_SUFFIXES = SPDX_SUFFIXES | {".md", ".json", ".yaml", ".yml", ".txt", ".ini", ".service",
                                 ".conf", ".sed", ".1", ".8"}


# -- reading --------------------------------------------------------------------------------
def tree_files(root):
  for at, folders, names in os.walk(root):
    # Not even entered: they hold a hundred times as many files.
    folders[:] = sorted(f for f in folders if f not in SKIPPED_FOLDERS
                        and not f.startswith("build"))
    for path in (Path(at) / name for name in sorted(names)):
      if path.is_file() and not path.is_symlink():
        yield path


def read(path):
  return path.read_text(encoding="utf-8", errors="replace")


def without_comments(text):
  """C or TypeScript with comments and the insides of literals blanked, lines kept."""
  def blank(m):
    s = m.group(0)
    if s[0] in "\"'":
      return s[0] + " " * (len(s) - 2) + s[-1]
    return re.sub(r"[^\n]", " ", s)
  return re.sub(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", blank, text,
                flags=re.S)


def line_of(text, at):
  return text.count("\n", 0, at) + 1


class Rooms:
  """The table of docs/architecture.md."""

  def __init__(self, root):
    self.may, self.door = {}, {}
    page = root / "docs/architecture.md"
    for line in read(page).splitlines() if page.exists() else []:
      cells = [c.strip() for c in line.strip().strip("|").split("|")]
      m = re.fullmatch(r"`(\w+)`", cells[0]) if len(cells) == 4 else None
      if not m:
        continue
      room = m.group(1)
      names = lambda cell: [] if cell in ("–", "-", "") else re.split(r",\s*", cell)
      may = names(cells[2])
      self.may[room] = set(self.may) if may == ["everything above"] else set(may)
      self.may[room].add(room)
      for library in names(cells[3]):
        self.door.setdefault(library, set()).add(room)


def room_of(root, path):
  parts = path.relative_to(root).parts
  if parts[0] == "broker" and len(parts) > 2:
    return parts[1]
  if parts[:2] == ("include", "samtale") and len(parts) > 3:
    return parts[2]
  return None


# -- functions of a C file ------------------------------------------------------------------
FUNCTION = re.compile(r"^(?!typedef\b|struct \w+ \{|enum |union |#)([A-Za-z_][^;{}#=]*\))\s*\{",
                      re.M)


def parameter_list(head):
  """Where the last balanced pair of parentheses of a function's head opens."""
  depth = 0
  for at in range(len(head) - 1, -1, -1):
    depth += (head[at] == ")") - (head[at] == "(")
    if depth == 0:
      return at
  return 0


def functions(text):
  """(name, line, lines between the braces, parameters) of each function, brace in column 0."""
  code = without_comments(text)
  for m in FUNCTION.finditer(code):
    end = code.find("\n}", m.end() - 1)
    if end < 0:
      continue
    head = m.group(1)
    opens = parameter_list(head)
    name = re.search(r"(\w+)\s*$", head[:opens])
    inside, depth, count = head[opens + 1:-1], 0, 1
    for c in inside:
      depth += (c == "(") - (c == ")")
      count += c == "," and depth == 0
    if inside.strip() in ("", "void"):
      count = 0
    lines = max(0, code.count("\n", m.end(), end))
    yield name.group(1) if name else "?", line_of(code, m.start()), lines, count


# -- checks: each yields (path, line, why) --------------------------------------------------
def check_rooms_known(root):
  rooms = Rooms(root)
  if not rooms.may:
    yield root / "docs/architecture.md", 1, "no table of rooms found"
  for room in sorted({room_of(root, p) for p in c_files(root)} - {None} - set(rooms.may)):
    yield root / "docs/architecture.md", 1, f"room {room} is not in the table"


def c_files(root):
  for path in tree_files(root):
    if path.suffix in (".c", ".h", ".def") and path.relative_to(root).parts[0] in ("broker",
                                                                                  "include"):
      yield path


def check_include_direction(root):
  rooms = Rooms(root)
  for path in c_files(root):
    room = room_of(root, path)
    for n, line in enumerate(read(path).splitlines(), 1):
      m = re.match(r'\s*#\s*include\s+["<]([^">]+)[">]', line)
      if not m or room is None:
        continue
      included = m.group(1)
      ours = re.match(r"samtale/(\w+)/", included)
      if ours and ours.group(1) not in rooms.may.get(room, {room}):
        yield path, n, f"{room} may not include {included}"
      if not ours and ".." in included:
        yield path, n, f"include by a way up: {included}"


def check_one_door(root):
  rooms = Rooms(root)
  for path in c_files(root):
    room = room_of(root, path)
    for n, line in enumerate(read(path).splitlines(), 1):
      m = re.match(r"\s*#\s*include\s+<([^>]+)>", line)
      if not m:
        continue
      library = next((l for rx, l in LIBRARY_HEADERS if re.fullmatch(rx, m.group(1))), None)
      if library and room not in rooms.door.get(library, set()):
        yield path, n, f"{room} is not the door to {library}"
      if not library and not LIBC.fullmatch(m.group(1)):
        yield path, n, f"<{m.group(1)}> is of no known library"


def check_spdx(root):
  for path in tree_files(root):
    if path.suffix in SPDX_SUFFIXES and SPDX not in "\n".join(read(path).splitlines()[:4]):
      yield path, 1, "no SPDX line"


def check_banned(root):
  rx = re.compile(r"\b(" + "|".join(BANNED) + r")\s*\(")
  for path in tree_files(root):
    if path.suffix in (".c", ".h"):
      code = without_comments(read(path))
      for m in rx.finditer(code):
        yield path, line_of(code, m.start()), f"{m.group(1)}() is banned"


def check_file_length(root):
  for path in tree_files(root):
    lines = read(path).count("\n") if path.suffix in (".c", ".h") else 0
    if lines > FILE_LINES and path.relative_to(root).parts[0] in ("broker", "include"):
      yield path, lines, f"{lines} lines, at most {FILE_LINES}"


def check_functions(root):
  for path in c_files(root):
    for name, line, lines, parameters in functions(read(path)):
      if lines > FUNCTION_LINES:
        yield path, line, f"{name}() has {lines} lines, at most {FUNCTION_LINES}"
      if parameters > PARAMETERS and name not in FOREIGN_HANDLERS:
        yield path, line, f"{name}() has {parameters} parameters, at most {PARAMETERS}"


def check_has_test(root):
  seen = set()
  for path in c_files(root):
    if path.suffix != ".c":
      continue
    module = str(path.relative_to(root / "broker"))
    test = Path("tests/unit") / Path(module).parent / f"test_{path.stem}.c"
    seen.add(module)
    if not (root / test).exists() and module not in UNTESTED:
      yield path, 1, f"no {test}"
    if (root / test).exists() and module in UNTESTED:
      yield path, 1, "has a test now: strike its row in UNTESTED"
  for module in sorted(set(UNTESTED) - seen):
    yield root / "tests/style/style.py", 1, f"UNTESTED names {module}, which has gone"
  registered = "\n".join(read(p) for p in (root / "tests/unit").rglob("meson.build"))
  for test in sorted((root / "tests/unit").rglob("test_*.c")):
    stem = test.stem.removeprefix("test_")
    if not re.search(rf"\b(test_)?{stem}\b", registered):
      yield test, 1, "registered in no tests/unit/**/meson.build"


def check_header_alone(root):
  command = ["gcc", "-fsyntax-only", "-std=gnu17", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror",
             "-I", str(root / "include"), "-x", "c", "/dev/null", "-include"]
  def compiled(path):
    return subprocess.run([*command, str(path)], capture_output=True, text=True, timeout=60)

  headers = [path for path in c_files(root) if path.suffix == ".h"]
  with ThreadPoolExecutor(max_workers=2) as pool:
    results = list(pool.map(compiled, headers))
  for path, done in zip(headers, results):
    if done.returncode:
      why = next((l for l in done.stderr.splitlines() if "error:" in l), "error: unknown")
      yield path, 1, "does not compile alone: " + why.split("error:")[1].strip()
    if "#pragma once" not in read(path):
      yield path, 1, "no #pragma once"


def check_foreign_words(root):
  for path in tree_files(root):
    if path.suffix not in TEXT_SUFFIXES and path.name != "meson_options.txt":
      continue
    for n, line in enumerate(read(path).splitlines(), 1):
      for m in FOREIGN.finditer(line):
        if FOREIGN_CASE.match(m.group(0)) and not m.group(0).isupper():
          continue
        yield path, n, f"foreign word {m.group(0)!r}"


def check_web_source(root):
  for path in tree_files(root / "web/src"):
    if path.suffix in (".ts", ".tsx", ".js", ".mjs"):
      code = without_comments(read(path))
      for m in WEB_BANNED.finditer(code):
        yield path, line_of(code, m.start()), f"{m.group(0)} is banned"


def check_web_pages(root):
  inline = re.compile(r"<style\b|\sstyle\s*=|\son\w+\s*=\s*[\"']|javascript:"
                      r"|<script\b(?![^>]*\bsrc=)", re.I)
  for path in tree_files(root / "web"):
    if path.suffix == ".html":
      text = re.sub(r"<!--.*?-->", lambda m: re.sub(r"[^\n]", " ", m.group(0)), read(path),
                    flags=re.S)
      for m in inline.finditer(text):
        yield path, line_of(text, m.start()), f"inline script or style: {m.group(0).strip()}"


CHECKS = {
  "every room is in the table of docs/architecture.md": check_rooms_known,
  "rooms include only what the table allows": check_include_direction,
  "each library has one door": check_one_door,
  "every source has its SPDX line": check_spdx,
  "no banned function": check_banned,
  f"no file over {FILE_LINES} lines": check_file_length,
  f"no function over {FUNCTION_LINES} lines or {PARAMETERS} parameters": check_functions,
  "every module has a registered test": check_has_test,
  "every header compiles alone": check_header_alone,
  "no foreign words": check_foreign_words,
  "web sources set text, never markup": check_web_source,
  "web pages have no inline script or style": check_web_pages,
}


def run(root, out=print):
  failures = []
  for title, check in CHECKS.items():
    found = list(check(root))
    for path, line, why in found:
      out(f"FAIL {path.relative_to(root)}:{line}: {why}")
      failures.append((check, str(path.relative_to(root)), line))
    if not found:
      out(f"ok   {title}")
  long = sum(lines > FUNCTION_LINES_WISHED
             for p in c_files(root) for _, _, lines, _ in functions(read(p)))
  out(f"note functions over {FUNCTION_LINES_WISHED} lines: {long}")
  return failures


# -- self-test ------------------------------------------------------------------------------
C = f"/* {SPDX} */\n"
H = C + "#pragma once\n"
TABLE = """| room | role | may include (plus itself) | only door to |
|---|---|---|---|
| `base` | x | – | inih |
| `store` | x | base | sqlite3 |
| `daemon` | x | everything above | – |
"""
# A tree in which nothing is wrong, with what a careless rule would stumble over.
GOOD = {
  "docs/architecture.md": TABLE,
  "include/samtale/base/a.h": H + "int a(int x);\n",
  "broker/base/a.c": C + '#include "samtale/base/a.h"\n#include <ini.h>\n#include <stdio.h>\n'
    '/* strcpy(a) said "so" */\nstatic int f(int (*g)(int, int), int b)\n{\n\treturn g(b, 1);\n}\n',
  "broker/daemon/main.c": C + '#include "samtale/base/a.h"\n',
  "tests/unit/base/test_a.c": C,
  "tests/unit/daemon/test_main.c": C,
  "tests/unit/base/meson.build": f"# {SPDX}\nforeach m : ['a', 'main']\n",
  "web/src/a.ts": f"// {SPDX} no innerHTML here\nel.textContent = 'innerHTML';\n",
  "web/a.html": f"<!-- {SPDX} --><script src='/a.js'></script>\n",
  "docs/rails.md": "Said and maintained by email.\n",
}
LONG = "int l(void)\n{\n" + "\t;\n" * (FUNCTION_LINES + 1) + "}\n"
MANY = "static void\nm(" + ", ".join(f"int p{i}" for i in range(PARAMETERS + 1)) + ")\n{\n}\n"
# (check, file, its content, line that must be named)
BAD = (
  (check_rooms_known, "broker/attic/a.c", C, 1),
  (check_include_direction, "broker/base/a.c", C + '#include "samtale/store/s.h"\n', 2),
  (check_include_direction, "broker/base/a.c", C + '#include "../store/s.h"\n', 2),
  (check_include_direction, "include/samtale/base/a.h", H + '#include "samtale/daemon/d.h"\n', 3),
  (check_one_door, "broker/daemon/main.c", C + "#include <sqlite3.h>\n", 2),
  (check_one_door, "broker/base/a.c", C + "#include <unheard/of.h>\n", 2),
  (check_spdx, "broker/base/a.c", "int x;\n", 1),
  (check_spdx, "web/src/a.ts", "let x;\n", 1),
  (check_banned, "broker/base/a.c", C + "void f(void)\n{\n\tstrcpy(a, b);\n}\n", 4),
  (check_banned, "tests/unit/base/test_a.c", C + "int x = atoi (s);\n", 2),
  (check_file_length, "broker/base/a.c", C + "\n" * FILE_LINES, FILE_LINES + 1),
  (check_functions, "broker/base/a.c", C + LONG, 2),
  (check_functions, "broker/base/a.c", C + MANY, 2),
  (check_functions, "broker/base/a.c", C + MANY.replace("void", "void printf_like(1, 2)"), 2),
  (check_functions, "broker/base/a.c", C + LONG.replace("\n{", " {"), 2),
  (check_has_test, "broker/base/b.c", C, 1),
  (check_has_test, "broker/store/a.c", C, 1),
  (check_has_test, "tests/unit/base/test_b.c", C, 1),
  (check_header_alone, "include/samtale/base/a.h", H + "size_t a(void);\n", 1),
  (check_header_alone, "include/samtale/base/a.h", C + "int a(void);\n", 1),
  (check_foreign_words, "docs/a.md", "x\nmade by A" "I\n", 2),
  (check_foreign_words, "broker/base/a.c", C + "/* see /wo" "rk/main */\n", 2),
  (check_web_source, "web/src/a.ts", f"// {SPDX}\nel.inner" "HTML = x;\n", 2),
  (check_web_source, "web/src/a.ts", f"// {SPDX}\nev" "al(x);\n", 2),
  (check_web_source, "web/src/a.ts", f"// {SPDX}\ndocument.wri" "te(x);\n", 2),
  (check_web_source, "web/src/a.ts", f"// {SPDX}\nel.insertAdjacent" "HTML('x', y);\n", 2),
  (check_web_source, "web/src/a.ts", f"// {SPDX}\nel.outer" "HTML = x;\n", 2),
  (check_web_pages, "web/a.html", f"<!-- {SPDX} -->\n<p style='x'>\n", 2),
  (check_web_pages, "web/a.html", f"<!-- {SPDX} -->\n<script>x</script>\n", 2),
  (check_web_pages, "web/a.html", f"<!-- {SPDX} -->\n<style>x</style>\n", 2),
  (check_web_pages, "web/a.html", f"<!-- {SPDX} -->\n<p onclick='x'>\n", 2),
)


def plant(root, files):
  for name, content in files.items():
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")


def self_test():
  UNTESTED.clear()
  wrong = 0
  with tempfile.TemporaryDirectory() as folder:
    plant(Path(folder), GOOD)
    for check, name, line in run(Path(folder), out=lambda s: None):
      print(f"FAIL a good tree: {check.__name__} found {name}:{line}")
      wrong += 1
  for check, name, content, line in BAD:
    with tempfile.TemporaryDirectory() as folder:
      plant(Path(folder), {**GOOD, name: content})
      found = {(str(p.relative_to(folder)), n) for p, n, _ in check(Path(folder))}
      where = "docs/architecture.md" if check is check_rooms_known else name
      seen = found == {(where, line)}
      print(f"{'ok  ' if seen else 'FAIL'} {check.__name__} sees {name}:{line}"
            + ("" if seen else f", found {sorted(found)}"))
      wrong += not seen
  for check in set(CHECKS.values()) - {row[0] for row in BAD}:
    print(f"FAIL {check.__name__} has no planted violation")
    wrong += 1
  return wrong


def main(arguments):
  if arguments == ["--self-test"]:
    return 1 if self_test() else 0
  root = Path(arguments[0] if arguments else Path(__file__).parents[2]).resolve()
  failures = run(root)
  print(f"{len(failures)} failures" if failures else "all ok")
  return 1 if failures else 0


if __name__ == "__main__":
  sys.exit(main(sys.argv[1:]))
