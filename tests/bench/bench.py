#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""Starts one server at a time, puts load on it, collects figures; report.py makes the table.

Every server runs alone, in a folder of its own that is gone afterwards. Ends only what it
started, by process id. Called by run.sh, which builds and installs.
"""

import argparse
import json
import os
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import log_load
import phone_load
import report

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PASSWORD = "bench-password-1"
SERVERS = ("floor", "mosquitto", "ws", "samtale")
PHONE = "phone"  # the telephone gateway, beside rtpengine
LOG = "log"  # the sealed log
FULL = {"count": 1000, "crowd": 10000, "idle_crowd": 9000, "idle": 5, "hold": 10, "rate": 500,
        "sign_ins": 100, "starts": 5, "knock": 10, "descriptors": 400, "settle": 2}
QUICK = {**FULL, "count": 500, "crowd": 2000, "idle_crowd": 2000, "idle": 3, "hold": 3,
         "sign_ins": 20, "starts": 3, "knock": 5, "settle": 1}
SMOKE = {**QUICK, "count": 20, "crowd": 40, "idle_crowd": 40, "idle": 1, "hold": 1, "rate": 50,
         "sign_ins": 2, "starts": 1, "knock": 1, "descriptors": 100, "settle": 0}
WARM = 100


# -- processes --------------------------------------------------------------------------------
def free_port():
  with socket.socket() as s:
    s.bind(("127.0.0.1", 0))
    return s.getsockname()[1]


def family(pid):
  """The process and all its descendants."""
  pids = [pid]
  for task in Path(f"/proc/{pid}/task").iterdir():
    for child in (task / "children").read_text().split():
      pids += family(int(child))
  return pids


def memory_kib(pids, *names):
  total = 0
  for pid in pids:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
      if line.split(":")[0] in names:
        total += int(line.split()[1])
  return total


def await_port(port, process, log):
  end = time.monotonic() + 15
  while time.monotonic() < end and process.poll() is None:
    try:
      socket.create_connection(("127.0.0.1", port), 1).close()
      return
    except OSError:
      time.sleep(0.01)
  raise SystemExit(f"bench: a server did not start: {process.args}\n{log.read_text()}")


class Server:
  """One running server; `with Server(...) as s`."""
  speaks = "relay"

  def __init__(self, bench, descriptors=None):
    self.bench, self.descriptors, self.port = bench, descriptors, free_port()
    self.folder = Path(tempfile.mkdtemp(dir=bench.work))
    self.log = self.folder / "log"
    self.seats = None

  def command(self):
    raise NotImplementedError

  def start(self):
    def limit():
      if self.descriptors:
        resource.setrlimit(resource.RLIMIT_NOFILE, (self.descriptors, self.descriptors))
    with open(self.log, "wb") as log:
      return subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                              cwd=self.folder, preexec_fn=limit if self.descriptors else None)

  def __enter__(self):
    self.process = self.start()
    await_port(self.port, self.process, self.log)
    time.sleep(self.bench.plan["settle"] / 2)
    self.pids = family(self.process.pid)
    self.start_rss_kib = memory_kib(self.pids, "Rss")
    return self

  def __exit__(self, *_):
    self.process.terminate()
    try:
      self.process.wait(15)
    except subprocess.TimeoutExpired:
      self.process.kill()
      self.process.wait()
    shutil.rmtree(self.folder)

  def load(self, mode, **options):
    command = [self.bench.tool("load"), "--speaks", self.speaks, "--port", str(self.port),
               "--mode", mode]
    for pid in self.pids:
      command += ["--pid", str(pid)]
    if self.seats:
      options.setdefault("seats", self.seats)
    options.setdefault("settle", self.bench.plan["settle"])
    for name, value in options.items():
      command += ["--" + name.replace("_", "-"), str(value)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900)
    if done.returncode or not done.stdout:
      raise SystemExit(f"bench: {' '.join(command)}\n{done.stderr}")
    if done.stderr and mode != "full":
      print("  " + done.stderr.splitlines()[0], file=sys.stderr)
    return json.loads(done.stdout)


class Floor(Server):
  def command(self):
    return [self.bench.tool("floor"), str(self.port), *self.bench.certificate]


class Ws(Server):
  def command(self):
    return [self.bench.node, str(HERE / "peer_ws.mjs"), str(self.port), *self.bench.certificate]


class Mosquitto(Server):
  speaks = "mqtt"

  def command(self):
    certificate, key = self.bench.certificate
    config = self.folder / "mosquitto.conf"
    config.write_text(f"""per_listener_settings false
allow_anonymous true
{"user root" if os.getuid() == 0 else ""}
log_dest stderr
log_type error
persistence false
max_connections -1
set_tcp_nodelay true
listener {self.port} 127.0.0.1
protocol websockets
certfile {certificate}
keyfile {key}
tls_version tlsv1.3
listener {free_port()} 127.0.0.1
""")  # the last one is not used: mosquitto 2.0.11 does not start with WebSocket alone
    return [self.bench.mosquitto, "-c", str(config)]


class Samtale(Server):
  """The real broker with its default settings; `people` consultants with a meeting each."""
  speaks = "samtale"

  def __init__(self, bench, people=0, descriptors=None):
    super().__init__(bench, descriptors)
    self.people, self.config = people, self.folder / "samtale.conf"
    certificate, key = bench.certificate
    self.config.write_text(f"""[listener]
address = 127.0.0.1
port = {self.port}
certificate = {certificate}
private_key = {key}
[staff]
totp = false
[data]
folder = {self.folder / "data"}
""")
    subprocess.run([bench.build / "broker/samtale", "--config", self.config, "init",
                    "--auditors", bench.auditors()], check=True, stdout=subprocess.DEVNULL)
    if people:
      self.seats = self.folder / "seats"
      with open(self.seats, "w") as out:
        subprocess.run([bench.tool("prepare"), self.folder / "data", str(people), PASSWORD],
                       check=True, stdout=out)

  def command(self):
    return [self.bench.build / "broker/samtale-broker", "--foreground", "--config", self.config]

  def __enter__(self):
    super().__enter__()
    if self.seats:
      seated = self.folder / "seated"
      self.redeemed = self.load("redeem", count=self.people, at_once=8, seats_out=seated)
      self.seats = seated
    return self


# -- what is measured -------------------------------------------------------------------------
class Bench:
  def __init__(self, arguments, work):
    self.plan = SMOKE if arguments.smoke else QUICK if arguments.quick else FULL
    self.here, self.build, self.work = HERE, Path(arguments.build).resolve(), Path(work)
    self.phone = phone_load.Phone(self.build, phone_load.SMOKE if arguments.smoke else
                                  phone_load.QUICK if arguments.quick else phone_load.FULL)
    self.log = log_load.Log(self, log_load.SMOKE if arguments.smoke else
                            log_load.QUICK if arguments.quick else log_load.FULL)
    self.keep = open(arguments.keep, "a") if arguments.keep else None
    self.node, self.mosquitto = shutil.which("node"), shutil.which(
      "mosquitto", path=os.environ["PATH"] + ":/usr/sbin")
    self.results, self.load_before = {}, os.getloadavg()[1]
    subprocess.run(["sh", ROOT / "certs/make-dev-ca.sh", self.work / "certs"], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    self.certificate = (str(self.work / "certs/server.pem"), str(self.work / "certs/server.key"))

  def tool(self, name):
    return str(self.build / f"tests/bench/bench-{name}")

  def auditors(self):
    """The file of three, as a real installation has them."""
    lines, locked = self.work / "auditors", self.work / "passphrase"
    if not lines.exists():
      locked.touch(0o600)
      locked.write_text("bench-passphrase\n", encoding="utf-8")
      names = [self.work / f"auditor{i}" for i in range(3)]
      for name in names:
        subprocess.run([self.build / "broker/samtale", "audit", "keygen", name,
                        "--passphrase-file", locked], check=True, stdout=subprocess.DEVNULL)
      lines.write_text("".join(Path(f"{n}.auditor.pub").read_text("utf-8") for n in names),
                       encoding="utf-8")
    return lines

  def missing(self):
    """Server: why its column is left out."""
    gone = {}
    if not self.mosquitto:
      gone["mosquitto"] = "mosquitto is not installed"
    if not self.node or not (HERE / "node_modules/ws").exists():
      gone["ws"] = "Node's ws is not installed"
    if self.phone.missing():
      gone[PHONE] = self.phone.missing()
    return gone

  def note(self, server, **figures):
    for name, value in figures.items():
      self.results.setdefault(server, {}).setdefault(name, []).append(value)
    if self.keep:
      self.keep.write(json.dumps({"server": server, **figures}) + "\n")
      self.keep.flush()
    print(f"  {server}: " + ", ".join(f"{k} {v:.3f}" for k, v in figures.items()), flush=True)

  def make(self, name, people):
    if name == "samtale":
      return Samtale(self, people)
    return {"floor": Floor, "ws": Ws, "mosquitto": Mosquitto}[name](self)

  def connections(self, name):
    count = self.plan["count"]
    warm = min(WARM, count)
    with self.make(name, 2 * count + 2 * warm) as s:
      s.load("setup", count=warm)
      s.load("meeting", count=warm, first=warm)
      setup = s.load("setup", count=count, first=2 * warm)
      meeting = s.load("meeting", count=count, first=2 * warm + count)
      self.note(name, setup_s=setup["cpu_s"] * 1000 / setup["setups"],
                meeting_s=meeting["cpu_s"] * 1000 / meeting["talks"],
                errors=setup["errors"] + meeting["errors"])
      if name == "samtale":
        r = s.redeemed
        self.note(name, redeem_s=r["cpu_s"] * 1000 / r["requests"], errors=r["errors"])

  def beside_idle(self):
    crowd, count = self.plan["idle_crowd"], self.plan["count"]
    with self.make("samtale", crowd // 2 + count) as s:
      r = s.load("meeting", crowd=crowd, count=count)
      self.note("samtale", meeting_idle_s=r["cpu_s"] * 1000 / r["talks"], errors=r["errors"])

  def crowd(self, name):
    crowd = self.plan["crowd"]
    with self.make(name, crowd // 2) as s:
      r = s.load("crowd", crowd=crowd, rate=self.plan["rate"], idle=self.plan["idle"],
                 hold=self.plan["hold"])
      if r["alive"] != crowd:
        print(f"  {name}: only {r['alive']} of {crowd} clients stayed", file=sys.stderr)
      self.note(name, rss_kib=(r["full_rss_kib"] - s.start_rss_kib) / max(r["alive"], 1),
                left_mib=(r["left_rss_kib"] - r["rest_rss_kib"]) / 1024,
                idle_percent=100 * r["idle_cpu_s"] / r["idle_s"],
                relay_p50_us=r["latency_p50_us"], relay_p99_us=r["latency_p99_us"],
                relay_percent=100 * r["relay_cpu_s"] / r["relay_s"],
                late_p99_us=r["late_p99_us"], errors=r["errors"])

  def requests(self):
    count, sign_ins = self.plan["count"], self.plan["sign_ins"]
    with self.make("samtale", count) as s:
      sign_in = s.load("sign-in", count=sign_ins, at_once=4, password=PASSWORD)
      booking = s.load("booking", count=count, at_once=8)
      self.note("samtale", sign_in_s=sign_in["cpu_s"] * 100 / sign_in["requests"],
                booking_s=booking["cpu_s"] * 1000 / booking["requests"],
                errors=sign_in["errors"] + booking["errors"])

  def at_rest(self):
    s = Samtale(self)
    for _ in range(self.plan["starts"]):
      from_s = time.monotonic()
      process = subprocess.Popen(s.command(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
      line = process.stdout.readline()
      ready_ms = 1000 * (time.monotonic() - from_s)
      if not line.startswith(b"ready "):
        raise SystemExit("bench: the broker was not ready")
      time.sleep(1)
      pids = family(process.pid)
      self.note("samtale", ready_ms=ready_ms, processes=len(pids),
                rest_mib=memory_kib(pids, "Private_Clean", "Private_Dirty") / 1024)
      process.terminate()
      process.wait(15)
      process.stdout.close()
    shutil.rmtree(s.folder)

  def descriptors_used_up(self):
    limit, seconds = self.plan["descriptors"], self.plan["knock"]
    s = Samtale(self, people=2 * limit)
    s.descriptors = limit
    with s:
      lines, from_s = s.log.read_bytes().count(b"\n"), time.monotonic()
      r = s.load("full", crowd=2 * limit, rate=100, hold=seconds)
      lines = s.log.read_bytes().count(b"\n") - lines
      whole = r["refused_clear"] + r["refused_other"] + r["let_in"]
      self.note("samtale", full_percent=100 * r["cpu_s"] / r["wall_s"], full_alive=r["alive"],
                full_lines=lines / (time.monotonic() - from_s),
                full_clear=100 * r["refused_clear"] / max(whole, 1))

  def installed(self):
    folder = self.work / "installed"
    subprocess.run(["meson", "install", "-C", self.build, "--no-rebuild", "--strip", "--quiet",
                    "--destdir", folder], check=True, stdout=subprocess.DEVNULL)
    self.note("samtale", installed_mib=sum(
      f.stat().st_size for f in folder.rglob("*") if f.is_file() and not f.is_symlink()) / 2**20)

  def run(self, names, runs):
    with_phone, with_log = PHONE in names, LOG in names
    names = [n for n in names if n not in (PHONE, LOG)]
    for i in range(runs):
      print(f"run {i + 1} of {runs}", flush=True)
      if with_phone:
        self.phone.run()
      if with_log:
        self.log.run(Samtale)
      for name in names:
        self.connections(name)
      if "samtale" in names:
        self.beside_idle()
      for name in names:
        self.crowd(name)
    if "samtale" in names:
      self.requests()
      self.at_rest()
      self.descriptors_used_up()
      self.installed()
    return {server: {k: figure(k, v) for k, v in figures.items()}
            for server, figures in self.results.items()}


def figure(name, values):
  if name == "errors":
    return sum(values)
  return statistics.median(values)


def smoke_faults(results):
  """A benchmark that measures nothing must not look like a good one."""
  for server, figures in results.items():
    if figures["errors"]:
      yield f"{server}: {figures['errors']:.0f} errors"
    for name in ("setup_s", "meeting_s", "relay_p50_us", "relay_percent"):
      if figures[name] <= 0:
        yield f"{server}: {name} is {figures[name]}"
  for name in ("meeting_idle_s", "redeem_s", "sign_in_s", "booking_s", "ready_ms", "rest_mib"):
    if "samtale" in results and results["samtale"][name] <= 0:
      yield f"samtale: {name} is {results['samtale'][name]}"


def main():
  parser = argparse.ArgumentParser()
  parser.add_argument("--build", required=True)
  parser.add_argument("--quick", action="store_true")
  parser.add_argument("--smoke", action="store_true")
  parser.add_argument("--only")
  parser.add_argument("--keep")
  parser.add_argument("--runs", type=int)
  arguments = parser.parse_args()
  signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that every server is ended
  names = arguments.only.split(",") if arguments.only else [*SERVERS, PHONE, LOG]
  if set(names) - {*SERVERS, PHONE, LOG}:
    raise SystemExit(f"bench: servers are {', '.join([*SERVERS, PHONE, LOG])}")
  runs = arguments.runs or (1 if arguments.quick or arguments.smoke else 3)
  with tempfile.TemporaryDirectory(prefix="samtale-bench-") as work:
    bench = Bench(arguments, work)
    missing = {n: why for n, why in bench.missing().items() if n in names}
    for why in missing.values():
      print(f"bench: {why}; its column is left out")
    results = bench.run([n for n in names if n not in missing], runs)
  if arguments.smoke:
    faults = list(smoke_faults(results))
    if PHONE in names and PHONE not in missing:
      faults += bench.phone.faults()
    if LOG in names:
      faults += bench.log.faults()
    print("\n".join(faults) or "ok")
    return 1 if faults else 0
  text = ROOT / "docs/performance.md"
  alone = names in ([PHONE], [LOG])
  page = report.page(results, bench, runs, missing) if not alone else \
    report.part_page(names[0], text.read_text(encoding="utf-8"), bench, runs)
  print("\n" + page)
  if not arguments.quick and (not arguments.only or alone):
    text.write_text(page, encoding="utf-8")
  return 0


if __name__ == "__main__":
  sys.exit(main())
