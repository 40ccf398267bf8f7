# SPDX-License-Identifier: MPL-2.0
"""The sealed log's part of the benchmark: how fast it takes records, through the vault process
and by its writer alone, how long its readers take, and that talks do not feel it. Makes a table.
Figures are the medians of the runs."""

import json
import statistics
import subprocess
from pathlib import Path

FULL = {"seconds": 5, "rate": 2000, "records": 1000000, "day": 25000, "crowd": 1000, "hold": 8,
        "sync_ms": 20, "stop_s": 5}
QUICK = {**FULL, "seconds": 2, "records": 100000, "crowd": 500}
QUIET, FLOODED, SLOW, STOPPED = "quiet", "flooded", "slow", "stopped"
SMOKE = {**QUICK, "seconds": 1, "rate": 200, "records": 1000, "day": 500, "crowd": 40, "hold": 3,
         "stop_s": 1, "only": (STOPPED,)}


class Log:
  def __init__(self, bench, plan):
    self.bench, self.plan, self.results = bench, plan, {}

  def note(self, name, figures):
    for key, value in figures.items():
      self.results.setdefault(f"{name}.{key}", []).append(value)
    print(f"  {name}: " + ", ".join(f"{k} {v:g}" for k, v in figures.items()), flush=True)

  def tool(self, name, *arguments):
    done = subprocess.run([self.bench.tool(name), *map(str, arguments)], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True, timeout=300, check=True)
    return json.loads(next(line for line in done.stdout.splitlines() if line.startswith("{")))

  def talks(self):
    return self.plan.get("only", (QUIET, FLOODED, SLOW, STOPPED))

  def relay(self, samtale, name):
    """Talks beside a vault that is asked by others, too; all but `flooded` once a second."""
    crowd, p = self.plan["crowd"], self.plan
    options = ["--serve", p["rate"] if name == FLOODED else 1,
               "--sync-ms", p["sync_ms"] if name == SLOW else 0]

    class Beside(samtale):
      def command(self):
        return [self.bench.tool("log-link"), str(self.config), *map(str, options)]
    with Beside(self.bench, crowd // 2) as s:
      more = {}
      if name == STOPPED:
        more = {"stop": next(pid for pid in s.pids if "samtale-vault" in
                             Path(f"/proc/{pid}/comm").read_text("utf-8")), "stop_s": p["stop_s"]}
      r = s.load("crowd", crowd=crowd, rate=500, idle=1, hold=p["hold"], **more)
      self.note(name, {"p50_us": r["latency_p50_us"], "p99_us": r["latency_p99_us"],
                       "lost": r["sent"] - r["latency_n"],
                       "gone": crowd - r["alive"], "errors": r["errors"]})

  def run(self, samtale):
    p = self.plan
    installed = samtale(self.bench)
    self.note("vault", self.tool("log-link", installed.config, "--seconds", p["seconds"],
                                 "--rate", p["rate"]))
    self.note("writer", self.tool("log", self.bench.work, p["seconds"], p["rate"]))
    self.note("readers", self.tool("log-read", self.bench.work, p["records"], p["day"]))
    for name in self.talks():
      self.relay(samtale, name)

  def figure(self, key):
    return statistics.median(self.results[key])

  def faults(self):
    """A benchmark that measures nothing must not look like a good one."""
    for key in ("vault.p99_ms", "writer.p99_ms", "readers.verify_s", "readers.read_s"):
      if self.figure(key) <= 0:
        yield f"log: {key} is {self.figure(key)}"
    for name in self.talks():
      if self.figure(f"{name}.p50_us") <= 0:
        yield f"log: nothing was relayed, {name}"
      for key in ("errors", "gone", "lost"):
        if self.figure(f"{name}.{key}") > 0:
          yield f"log, {name}: {self.figure(f'{name}.{key}'):.0f} {key}"


# -- the table --------------------------------------------------------------------------------
# What, figure, digits, at least, at most; None: for information.
ROWS = (
  ("records a second through the vault process, 64 asked for at once", "vault.together", 0, 2000,
   None),
  ("the same, one after the other", "vault.alone", 0, None, None),
  ("acknowledged at {rate:,} a second, median, ms", "vault.p50_ms", 2, None, None),
  ("acknowledged at {rate:,} a second, slowest of a hundred, ms", "vault.p99_ms", 2, None, 10),
  ("the writer alone, groups of 64: records a second", "writer.together", 0, None, None),
  ("the writer alone, one after the other", "writer.alone", 0, None, None),
  ("the writer alone at {rate:,} a second, slowest of a hundred, ms", "writer.p99_ms", 2, None, 10),
  ("verify of {records:,} records, s", "readers.verify_s", 2, None, 10),
  ("read of a day, {day:,} records, s", "readers.read_s", 2, None, 1),
  ("before it: bundle of that day, s", "readers.bundle_s", 2, None, None),
  ("before it: two auditors' shares, s", "readers.shares_s", 2, None, None),
)
TALKS = (
  (QUIET, "the log at rest"),
  (FLOODED, "{rate:,} records a second beside them"),
  (SLOW, "each sync of the vault's disk {sync_ms} ms longer"),
  (STOPPED, "the vault stands still for {stop_s} s"),
)


def section(log):
  yield "## The sealed log\n\n| what | Samtale | to reach |\n|---|---|---|"
  for what, key, digits, least, most in ROWS:
    value = log.figure(key)
    text, held = f"{value:,.{digits}f}", "–"
    if least is not None:
      held = f"ok ≥ {least:,}" if value >= least else f"MISS {text} < {least:,}"
    if most is not None:
      held = f"ok ≤ {most}" if value <= most else f"MISS {text} > {most}"
    yield f"| {what.format(**log.plan)} | {text} | {held} |"
  yield ("\n{crowd:,} people in talks, 500 messages a second among them, beside a log that has much "
         "to do:\n\n| while | median, µs | slowest of a hundred, µs | messages lost | talks lost |"
         "\n|---|---|---|---|---|").format(**log.plan)
  for name, what in TALKS:
    f = {key: log.figure(f"{name}.{key}") for key in ("p50_us", "p99_us", "lost", "gone")}
    yield (f"| {what.format(**log.plan)} | {f['p50_us']:.0f} | {f['p99_us']:.0f} "
           f"| {f['lost']:.0f} | {f['gone']:.0f} |")
  yield NOTES


NOTES = """
- **Through the vault process**: started and locked down as in service, asked over its link. Three of four
  questions are an event of a meeting, the fourth wants that meeting's keys; each is answered when it is on
  the disk. A rate is held whether the vault is ready or not, so a late answer is late for all who wait.
- **The writer alone** is the same without process, link and key file: what the disk allows.
- **Read** opens every record of the day and its meeting with the shares of two auditors; before it come the
  bundle, on the host, and the two shares, each at its auditor.
- Beside the talks the vault gets its questions from the benchmark over a link of its own; the broker uses
  the vault as ever."""
