# SPDX-License-Identifier: MPL-2.0
"""The telephone gateway's part of the benchmark, beside rtpengine under the same load: runs
bench-phone (phone/bench.c) and makes a table. Figures are the medians of the runs."""

import json
import shutil
import statistics
import subprocess
import sys

KB_PER_KIB = 1.024
FULL = {"rooms": 100, "few": 20, "many": 300, "seconds": 20}
QUICK = {"rooms": 50, "few": 20, "many": 100, "seconds": 10}
SMOKE = {"rooms": 2, "few": 2, "many": 2, "seconds": 2, "only": ("relayed", "mixed")}
# Name of a load: bench-phone's room and suite, the plan's number of rooms, also of rtpengine.
LOADS = {
  "relayed": ("call", "gcm", "rooms", True),
  "relayed_sha1": ("call", "sha1", "rooms", True),
  "relayed_few": ("call", "gcm", "few", True),
  "mixed": ("mixed", "gcm", "rooms", False),
  "mixed_sha1": ("mixed", "sha1", "rooms", False),
  "mixed_few": ("mixed", "gcm", "few", False),
  "phones": ("phones", "gcm", "rooms", False),
  "browsers": ("browsers", "gcm", "rooms", False),
  "many": ("mixed", "gcm", "many", False),
}


class Phone:
  def __init__(self, build, plan):
    self.plan, self.tool = plan, build / "tests/bench/phone/bench-phone"
    self.gateway, self.prompts = build / "broker/phone/samtale-phone", build / "packaging/prompts"
    self.engine = shutil.which("rtpengine", path="/usr/bin:/usr/sbin:/usr/local/bin")
    self.results = {"samtale": {}, "rtpengine": {}}

  def missing(self):
    """Why there is no table; empty: there is one."""
    if not self.tool.exists() or not self.gateway.exists():
      return "samtale-phone was not built: libre and libsrtp2 are needed"
    if not (self.prompts / "da").exists():
      return "the sentences of samtale-phone were not built: espeak-ng and sox are needed"
    return ""

  def load(self, room, suite, rooms, program):
    command = [self.tool, "--rooms", str(self.plan[rooms]), "--seconds",
               str(self.plan["seconds"]), "--room", room, "--suite", suite, *program]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    if done.returncode:
      print(f"bench: {' '.join(map(str, command))}\n{done.stderr}", file=sys.stderr)
      return {}
    return json.loads(done.stdout)

  def note(self, server, name, figures):
    for key, value in figures.items():
      self.results[server].setdefault(f"{name}.{key}", []).append(value)
    print(f"  {server}, {name}: " + ", ".join(f"{k} {v:g}" for k, v in figures.items()),
          flush=True)

  def run(self):
    ours = ["--prompts", self.prompts, self.gateway]
    for name in self.plan.get("only", LOADS):
      room, suite, rooms, both = LOADS[name]
      self.note("samtale", name, self.load(room, suite, rooms, ours))
      if both and self.engine:
        self.note("rtpengine", name, self.load(room, suite, rooms, [self.engine]))

  def figure(self, server, key):
    values = self.results[server].get(key)
    return statistics.median(values) if values else None

  def faults(self):
    """A benchmark that measures nothing must not look like a good one."""
    for server in self.results if self.engine else ("samtale",):
      for name in self.plan.get("only", LOADS):
        if server == "rtpengine" and not LOADS[name][-1]:
          continue
        heard = self.figure(server, f"{name}.heard_percent")
        if heard is None or not 20 < heard < 120:
          yield f"{server}, {name}: {heard} % of the sound was heard"
        for way in ("to_phone", "to_browser"):
          if self.figure(server, f"{name}.{way}_p50_ms") is None or \
             self.figure(server, f"{name}.{way}_p50_ms") < 0:
            yield f"{server}, {name}: nothing loud was heard, {way}"


# -- the table --------------------------------------------------------------------------------
# What, figure, unit, digits, at most; None: for information.
ROWS = (
  ("CPU per relayed call-minute, AES-GCM", "relayed.cpu_per_room_minute", "s", 3, 0.07),
  ("the same, AES-CM and SHA1-80", "relayed_sha1.cpu_per_room_minute", "s", 3, None),
  ("CPU per mixed call-minute, AES-GCM", "mixed.cpu_per_room_minute", "s", 3, 0.09),
  ("the same, AES-CM and SHA1-80", "mixed_sha1.cpu_per_room_minute", "s", 3, None),
  ("CPU per minute of a room of a browser and two telephones", "phones.cpu_per_room_minute",
   "s", 3, None),
  ("CPU per minute of a room of two browsers and a telephone", "browsers.cpu_per_room_minute",
   "s", 3, None),
  ("{many} mixed calls at once: CPU", "many.cpu_percent", "%", 1, 100),
  ("{many} mixed calls at once: packets lost, both ways", "many.lost_all", "", 0, 0),
  ("memory per relayed call", "relayed.kb", "kB", 0, 140),
  ("memory per mixed call", "mixed.kb", "kB", 0, 140),
  ("order to INVITE on the wire, median", "relayed_few.invite_ms", "ms", 2, 50),
  ("confirmed to sound both ways, median", "relayed_few.both_ways_ms", "ms", 0, 300),
  ("added delay, relayed, median", "relayed_few.delay_p50", "ms", 2, 2),
  ("added delay, relayed, slowest of a hundred", "relayed_few.delay_p99", "ms", 2, 2),
  ("added delay, mixed, median", "mixed_few.delay_p50", "ms", 1, 40),
  ("added delay, mixed, slowest of a hundred", "mixed_few.delay_p99", "ms", 1, 40),
)


def value_of(phone, server, key):
  name, what = key.split(".")
  get = lambda k: phone.figure(server, f"{name}.{k}")
  if get("heard_percent") is None:
    return None
  if what == "kb":
    return get("kib_per_room") * KB_PER_KIB
  if what == "lost_all":
    return get("lost") + get("dropped")
  if what.startswith("delay_"):
    return max(get(f"to_phone_{what[6:]}_ms"), get(f"to_browser_{what[6:]}_ms"))
  value = get(what)
  return value if value >= 0 else None


def show(value, digits):
  return "–" if value is None else f"{value:.{digits}f}"


def held(value, digits, most):
  if most is None:
    return "–"
  if value is None:
    return "MISS: the calls did not come up"
  return f"ok ≤ {most:g}" if value <= most else f"MISS {value:.{digits}f} > {most:g}"


def table(phone):
  other = bool(phone.engine)
  yield "| what | Samtale |" + (" rtpengine |" if other else "") + " to reach |"
  yield "|---|---|---|" + ("---|" if other else "")
  for what, key, unit, digits, most in ROWS:
    value = value_of(phone, "samtale", key)
    cells = [f"{what.format(**phone.plan)}{', ' if unit else ''}{unit}", show(value, digits)]
    if other:
      cells.append(show(value_of(phone, "rtpengine", key), digits))
    yield "| " + " | ".join([*cells, held(value, digits, most)]) + " |"
  calls = 60 / (value_of(phone, "samtale", "mixed.cpu_per_room_minute") or float("inf"))
  yield (f"| mixed calls per core, from their CPU | {calls:.0f} |" + (" – |" if other else "")
         + (" ok ≥ 300 |" if calls >= 300 else f" MISS {calls:.0f} < 300 |"))


def doubtful(phone):
  """Who is not let run skips work, and looks cheaper than it is."""
  poor = [f"{name} ({phone.figure('samtale', f'{name}.heard_percent'):.0f} %)" for name in LOADS
          if (phone.figure("samtale", f"{name}.heard_percent") or 100) < 99]
  if poor:
    yield (f"**Doubtful**, as less than 99 % of the sound was heard, on a machine that was too busy: "
           f"{', '.join(poor)}. Delays are too long there, CPU too low.")
    yield ""


def engine_version(phone):
  done = subprocess.run([phone.engine, "--version"], capture_output=True, text=True, timeout=10)
  return "rtpengine " + (done.stdout + done.stderr).strip().removeprefix("Version: ")


def section(phone):
  late = phone.figure("samtale", "many.late_p99_ms") or 0
  lines = ["## The telephone", "", *table(phone), "", *doubtful(phone)]
  if phone.engine:
    lines += [f"{engine_version(phone)}, in user space, is told by its control protocol what a SIP "
              "server would tell it; it cannot mix.", ""]
  else:
    lines += ["Left out: rtpengine is not installed.", ""]
  lines += [f"With {phone.plan['many']} calls the load generator itself was up to {late:.0f} ms late "
            "(slowest of a hundred slots).", "", METHOD.format(**phone.plan).strip()]
  return lines


METHOD = """
- **A call** is a browser (ICE, DTLS-SRTP) and a telephone (SIP, RTP, A-law) in one room, 50 packets a second each way, packets of different
  calls spread over the 20 ms. Two such are relayed by themselves once sound flows. Figures per call are of {rooms} calls at once, delays of {few}.
- **A mixed call** is the same, kept from being relayed by a third leg: a telephone on hold, which says nothing and is sent its waiting
  tones, 50 packets a second. Its packets are in the figure, so that a mixed pair alone costs a little less.
- CPU is user and system time of the process with all its threads; memory is its private memory, less what it was before the first call, for the
  held leg too.
- **Lost** is holes in the numbers of what the peers were sent, and datagrams that the kernel threw away as the server was late to read them.
- **Delay** is from just before a loud packet is sent to just after it was heard; the hops over loopback are in it. A mixed one waits for its
  tick and one more, 20 to 40 ms.
"""


def main():
  """Alone: python3 phone_load.py BUILD [quick]."""
  from pathlib import Path
  phone = Phone(Path(sys.argv[1]).resolve(), QUICK if "quick" in sys.argv else FULL)
  phone.run()
  print("\n".join(section(phone)))


if __name__ == "__main__":
  main()
