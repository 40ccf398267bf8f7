# SPDX-License-Identifier: MPL-2.0
"""docs/performance.md from the figures of one run: each line held against what it is to reach,
and a line that is not reached says so."""

import os
import platform
import re
import subprocess
import time

import log_load
import phone_load

# What, figure, unit, digits, [(other server, at most this ratio)].
COMPARED = (
  ("CPU per 1000 connection set-ups", "setup_s", "s", 3,
   (("floor", 1.25), ("mosquitto", 1.0), ("ws", 0.35))),
  ("CPU per 1000 whole meetings", "meeting_s", "s", 3, (("floor", 1.6), ("ws", 0.8))),
  ("memory per idle participant, {crowd:,} of them", "rss_kib", "KiB", 1,
   (("floor", 1.35), ("mosquitto", 1.0), ("ws", 0.4))),
  ("relay, median one way, {crowd:,} clients, {rate} messages/s", "relay_p50_us", "µs", 0,
   (("floor", 1.5), ("ws", 0.8))),
)
# What, figure, unit, digits, at most.
ALONE = (
  ("start to `ready`", "ready_ms", "ms", 1, 50),
  ("private memory at rest, all processes", "rest_mib", "MiB", 1, 15),
  ("memory 3 s after {crowd:,} clients left, over that before they came", "left_mib", "MiB", 1, 5),
  ("installed, stripped", "installed_mib", "MiB", 2, 2),
  ("descriptors used up: CPU", "full_percent", "%", 2, 2),
  ("descriptors used up: lines in the log", "full_lines", "a second", 2, 1.1),
)
# What, figure, unit, digits: nothing to reach, for those who plan a machine.
OWN = (
  ("CPU per 1000 links redeemed", "redeem_s", "s", 3),
  ("CPU per 1000 bookings made", "booking_s", "s", 3),
  ("CPU per 100 sign-ins with a password (Argon2id, 64 MiB)", "sign_in_s", "s", 1),
)
# Parts that can be written anew by themselves: their marks on the page.
MARKS = {"phone": ("<!-- the telephone -->", "<!-- end of the telephone -->"),
         "log": ("<!-- the sealed log -->", "<!-- end of the sealed log -->")}
NAMES = {"floor": "floor", "mosquitto": "mosquitto", "ws": "Node ws", "samtale": "Samtale"}


def verdict(ratio, most):
  return f"ok {ratio:.2f} ≤ {most:g}" if ratio <= most else f"MISS {ratio:.2f} > {most:g}"


def show(value, digits):
  return f"{value:.{digits}f}" if value is not None else "–"


def compared(results, plan):
  others = [n for n in ("floor", "mosquitto", "ws") if n in results]
  ours = results.get("samtale", {})
  yield "| what | " + " | ".join(["Samtale", *(NAMES[n] for n in others), "to reach"]) + " |"
  yield "|---|" + "---|" * (len(others) + 2)
  for what, key, unit, digits, limits in COMPARED:
    cells = [show(ours.get(key), digits)]
    cells += [show(results[n].get(key), digits) for n in others]
    held = [f"{verdict(ours[key] / results[n][key], most)} × {NAMES[n]}"
            for n, most in limits if n in results and results[n].get(key) and key in ours]
    yield f"| {what.format(**plan)}, {unit} | " + " | ".join([*cells, "; ".join(held)]) + " |"


def alone(ours, plan):
  yield "| what | Samtale | to reach |\n|---|---|---|"
  ratio = ours["meeting_idle_s"] / ours["meeting_s"]
  yield (f"| CPU per 1000 meetings beside {plan['idle_crowd']:,} idle clients, s "
         f"| {ours['meeting_idle_s']:.3f} | {verdict(ratio, 1.1)} × without them |")
  for what, key, unit, digits, most in ALONE:
    value = ours[key]
    held = f"ok ≤ {most:g}" if value <= most else f"MISS {value:.{digits}f} > {most:g}"
    yield f"| {what.format(**plan)}, {unit} | {value:.{digits}f} | {held} |"
  clear = ours["full_clear"]
  yield (f"| descriptors used up: refused with a clear word, % | {clear:.0f} "
         f"| {'ok' if clear == 100 else f'MISS {clear:.0f} < 100'} |")
  for what, key, unit, digits in OWN:
    yield f"| {what}, {unit} | {ours[key]:.{digits}f} | – |"


def first_line(*command):
  try:
    out = subprocess.run(command, capture_output=True, text=True, timeout=10)
    return (out.stdout + out.stderr).strip().splitlines()[0]
  except (OSError, IndexError):
    return "unknown"


def machine():
  with open("/proc/cpuinfo", encoding="utf-8") as f:
    model = re.search(r"model name\s*: (.*)", f.read())
  with open("/etc/os-release", encoding="utf-8") as f:
    system = re.search(r'PRETTY_NAME="(.*)"', f.read())
  return (f"{os.cpu_count()} cores ({model.group(1) if model else platform.machine()}), "
          f"{system.group(1) if system else platform.system()}, Linux {platform.release()}")


def versions(bench):
  yield first_line(bench.build / "broker/samtale-broker", "--version")
  yield "libwebsockets " + first_line("pkg-config", "--modversion", "libwebsockets")
  yield first_line("openssl", "version").split(" (")[0]
  if bench.mosquitto:
    yield first_line(bench.mosquitto, "-h")
  if bench.node:
    yield "Node " + first_line(bench.node, "--version")
    lock = (bench.here / "package-lock.json").read_text(encoding="utf-8")
    yield "ws " + re.search(r'"node_modules/ws": \{\s*"version": "([^"]+)"', lock).group(1)


def page(results, bench, runs, missing):
  plan, ours = bench.plan, results.get("samtale", {})
  errors = {NAMES[n]: f["errors"] for n, f in results.items() if f["errors"]}
  lines = [
    "# Performance", "",
    f"Written by `sh tests/bench/run.sh` on {time.strftime('%-d %B %Y')}, {runs} "
    f"run{'s' if runs > 1 else ''} of each. {machine()}.", "",
    ", ".join(versions(bench)) + ".", *disturbed(bench.load_before), "", "## Beside others", "", *compared(results, plan), ""]
  lines += [f"Left out: {why}." for why in missing.values()]
  if errors:
    lines += ["Errors, which make a line doubtful: "
              + ", ".join(f"{n} {e:.0f}" for n, e in errors.items()) + ".", ""]
  if ours:
    lines += ["## Alone", "", *alone(ours, plan), "", *asides(results), ""]
  for name in MARKS:
    if has_part(name, bench):
      lines += [*part(name, bench), ""]
  lines += ["", METHOD.format(**plan).strip(), ""]
  return "\n".join(lines)


def has_part(name, bench):
  return bool(bench.log.results if name == "log" else bench.phone.results["samtale"])


def part(name, bench, measured=()):
  begin, end = MARKS[name]
  section = log_load.section(bench.log) if name == "log" else phone_load.section(bench.phone)
  return [begin, *section, *measured, "", end]


def part_page(name, page, bench, runs):
  """The page with one part written anew."""
  begin, end = MARKS[name]
  rest = re.sub(f"{begin}.*?{end}\n*", "", page, flags=re.S)
  head, mark, tail = rest.partition("## What a figure means")
  lines = part(name, bench, [
    "", f"Measured by `sh tests/bench/run.sh --only {name}` on {time.strftime('%-d %B %Y')}, {runs} "
    f"run{'s' if runs > 1 else ''} of each.", *disturbed(bench.load_before)])
  return head.rstrip("\n") + "\n\n" + "\n".join(lines) + "\n\n" + mark + tail


def disturbed(load):
  if load > os.cpu_count() / 2:
    yield ""
    yield (f"**The machine was busy**: load average {load:.1f} before the start. Seconds and latencies are too high, "
           "for the broker's threads more than for others' one; run it again on a quiet machine.")


def asides(results):
  yield ("Beside these: the slowest of a hundred messages needs "
         + ", ".join(f"{f['relay_p99_us']:.0f} µs ({NAMES[n]})" for n, f in results.items())
         + "; CPU while relaying "
         + ", ".join(f"{f['relay_percent']:.1f} % ({NAMES[n]})" for n, f in results.items())
         + "; CPU while the crowd is idle "
         + ", ".join(f"{f['idle_percent']:.1f} % ({NAMES[n]})" for n, f in results.items()) + ".")


METHOD = """
## What a figure means

- Everything runs on one machine over loopback, one server at a time, with one load generator (`tests/bench/load.c`, plain OpenSSL and epoll).
  Ratios within one run mean something; seconds mean this machine.
- Every figure is the median of its runs.
- CPU is user and system time of all processes of the server, from the kernel's clock of each process. Memory is the resident set of all its
  processes from `smaps_rollup`, less what it was at the start, before any link was redeemed; the kernel's socket buffers are in neither. "After
  they left" counts from when the links were redeemed: these meetings stay open, so that everybody can come back, at 2.6 KiB each.
- **Set-up**: TCP, full TLS 1.3 handshake (X25519, ECDSA P-256, no resumption), WebSocket, the server's own log-in, close. For Samtale every
  second one is a consultant with the sign-in's cookie, the others a citizen with the device's, both found in the database.
- **Meeting**: two set-ups, both into one room, an offer of 4 KB, an answer of 3 KB, 20 candidates each way in a message of their own, leave,
  close. For Samtale: `hello`, `enter`, lobby, `admit`, `start`, every message decoded, filtered and encoded anew, every step of the meeting sealed
  and saved. The others pass bytes on and know no rule.
- **floor** is the same relay on bare OpenSSL and epoll (`floor.c`): no rule, no limit, no timeout. **Node ws** is the relay that one would write
  (`peer_ws.mjs`), **mosquitto** an MQTT broker over WebSocket, two topics per meeting. Nobody resumes
  a session here; Samtale hands out its ticket with a page, the floor none.
- Samtale runs with its default settings but for `staff.totp = false` (a code is good once, a benchmark signs in often). Clients come from 1,000
  loopback addresses, so that the cap per address prefix stays as it is.
- **Relay**: {rate} messages a second from random clients, from just before the sender's write to just after the receiver's read.
- **Descriptors used up**: a limit of {descriptors}, twice as many clients, then 100 knocks a second. A clear word is a TLS alert.
- Admission to first picture, the pages' weight and speed are measured where browsers are: `tests/browser` and `tests/web/budget.mjs`.

## What is not reached, and why

- **Set-ups and meetings.** By instructions the broker is at 1.12 (set-up) and 1.45 (meeting) times the floor; the rest is the kernel: two to three saves of
  a sealed record per meeting, about 20 writes and 0.8 `fdatasync` each, and 42 changes of an `epoll` set where the floor needs none. The floor keeps nothing and
  can forget a meeting; the broker may not. Next to try: fewer saves while two sides arrive, and writing at the end of a turn without waiting for *writable*.
- **Relay, median.** The broker decodes, filters and encodes every message anew and writes when the socket says that it can; the floor copies bytes at once. The same remedy as above.
- **What the sealed log costs.** Beside the same broker without it, in turns on one machine: set-ups 0.95, meetings 0.96 times the CPU, memory and
  relay the same, for what happens in talks goes to the vault in groups, and nobody waits. What may not be answered before its record is on the
  disk has a question and an `fdatasync` of its own: links redeemed 1.41, bookings 1.6 times the CPU, two thirds of that in the kernel's way to
  the disk. After a start the keys of every open meeting are asked for one by one: a thousand of them take a thousand syncs.
- **Installed.** Broker 1.34, telephone gateway 0.19 and command 0.53 MiB; the spoken sentences of the telephone, as sound, are the rest.
- **Node ws × 0.35 for set-ups.** The floor itself is at 0.34 of it: a TLS handshake costs what it costs.
"""
