#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""Holds meeting after meeting with one broker and watches that nothing grows.

After a first quarter to warm up, the resident set may end at most one per cent (and a
quarter MiB) above where it was, and no descriptor may stay open. Called by ../soak.sh.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from bench import Bench, Samtale, memory_kib

PEOPLE = 200
SLACK_KIB = 256


def descriptors(pids):
  return sum(len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in pids)


def soak(server, minutes):
  """One (seconds, KiB, descriptors, meetings so far) after each round."""
  begun, rounds, meetings = time.monotonic(), [], 0
  while time.monotonic() - begun < minutes * 60:
    result = server.load("meeting", count=PEOPLE, at_once=16, settle=3)
    meetings += PEOPLE
    if result.get("errors"):
      raise SystemExit(f"soak: {result['errors']} meetings failed")
    at = time.monotonic() - begun
    rounds.append((at, memory_kib(server.pids, "Rss"), descriptors(server.pids), meetings))
    print("  %5.1f min  %6d meetings  %6d KiB  %4d descriptors" %
          (at / 60, meetings, rounds[-1][1], rounds[-1][2]), flush=True)
  return rounds


def verdict(rounds):
  """Sentences about what grew; none: all is well."""
  later = rounds[len(rounds) // 4:]
  if len(later) < 4:
    return ["too short to tell: four rounds after the first quarter are needed"]
  first, last = later[0], later[-1]
  faults = []
  if last[1] > first[1] * 1.01 + SLACK_KIB:
    faults.append(f"memory grew from {first[1]} to {last[1]} KiB")
  if last[2] > first[2]:
    faults.append(f"descriptors grew from {first[2]} to {last[2]}")
  return faults


def main():
  parser = argparse.ArgumentParser()
  parser.add_argument("--build", required=True)
  parser.add_argument("minutes", type=float)
  arguments = parser.parse_args()
  arguments.smoke = arguments.quick = arguments.keep = None
  with tempfile.TemporaryDirectory(prefix="samtale-soak-") as work:
    with Samtale(Bench(arguments, work), PEOPLE) as server:
      faults = verdict(soak(server, arguments.minutes))
  for fault in faults:
    print("soak: " + fault)
  print(f"{0 if faults else 1} passed, {len(faults)} failed")
  return 1 if faults else 0


if __name__ == "__main__":
  sys.exit(main())
