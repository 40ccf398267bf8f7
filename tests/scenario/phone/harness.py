# SPDX-License-Identifier: MPL-2.0
"""The real samtale-phone with a parent and a broker that are the story: descriptor 3, links
passed over it, orders and reports by name. The words come from phone.def, so that a
story cannot speak an older language than the program."""

import array
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from operator_peer import Operator
from sound import strength, tone, read_wav, write_wav

ROOT = Path(__file__).resolve().parents[3]
WAIT_S = 10
HEAD = struct.Struct(">IBI")
REPORT_READY, REPORT_BEAT, REPORT_LINK = 1, 3, 16
NUMBER = "+4570101010"


# -- the language -----------------------------------------------------------------------------
def _rows(group):
  text = (ROOT / "include/samtale/link/phone.def").read_text(encoding="utf-8")
  text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
  return re.findall(rf"^{group}\((\w+)", text, re.M)


def _flags():
  text = (ROOT / "include/samtale/link/phone.h").read_text(encoding="utf-8")
  return {n: int(v) for n, v in re.findall(r"PHONE_(\w+) = (\d+),", text) if n != "REPORTS_BEGIN"}


ORDERS = {name: i + 1 for i, name in enumerate(_rows("ORDER"))}
REPORTS = {i + 65: name for i, name in enumerate(_rows("REPORT"))}
WORDS = {group: _rows(group)
         for group in ("CONFIRM", "PROGRESS", "CAUSE", "TRUNK", "ANSWER_TO", "VERDICT", "KEY")}
FLAGS = _flags()
WORD_OF = {"DIAL": "CONFIRM", "HANG_UP": "CAUSE", "ANSWER": "ANSWER_TO", "VERDICT": "VERDICT",
           "STANDING": "PROGRESS", "TRUNK": "TRUNK", "PROGRESS": "PROGRESS", "ENDED": "CAUSE",
           "KEY": "KEY"}


def frame(kind, number, body=b""):
  return HEAD.pack(5 + len(body), kind, number) + body


def order(name, leg=0, room=0, word=None, flags=(), value=0, text="", more=""):
  word = WORDS[WORD_OF[name]].index(word) if word else 0
  bits = sum(FLAGS[f] for f in flags)
  text, more = text.encode(), more.encode()
  return frame(ORDERS[name], leg, struct.pack(">QBBI", room, word, bits, value) +
               struct.pack(">H", len(text)) + text + struct.pack(">H", len(more)) + more)


class Report:
  def __init__(self, kind, leg, body):
    self.kind, self.leg = REPORTS[kind], leg
    self.room, word, bits, self.value = struct.unpack(">QBBI", body[:14])
    size = struct.unpack(">H", body[14:16])[0]
    self.text = body[16:16 + size].decode()
    self.more = body[18 + size:].decode()
    self.word = WORDS[WORD_OF[self.kind]][word] if self.kind in WORD_OF else None
    self.flags = {name for name, bit in FLAGS.items() if bits & bit}

  def __repr__(self):
    return f"{self.kind} leg={self.leg:x} room={self.room} {self.word} {self.flags} {self.value}"


class Stream:
  """Frames out of a socket."""

  def __init__(self, sock):
    self.sock, self.left, self.over = sock, b"", False

  def read(self, wait_s):
    self.sock.settimeout(max(wait_s, 0.001))
    try:
      part = self.sock.recv(65536)
    except (socket.timeout, BlockingIOError):
      return []
    except ConnectionResetError:
      part = b""
    self.over = not part
    self.left += part
    found = []
    while len(self.left) >= HEAD.size:
      size, kind, number = HEAD.unpack(self.left[:HEAD.size])
      if len(self.left) < 4 + size:
        break
      found.append((kind, number, self.left[HEAD.size:4 + size]))
      self.left = self.left[4 + size:]
    return found


class Link:
  """The broker's end of a link."""

  def __init__(self):
    self.sock, self.theirs = socket.socketpair()
    self.stream, self.reports = Stream(self.sock), []

  def order(self, name, **fields):
    self.sock.settimeout(WAIT_S)
    self.sock.sendall(order(name, **fields))

  def expect(self, kind, within=WAIT_S, **fields):
    """The first report of that kind and fields; it and all before it of that kind are gone."""
    until = time.monotonic() + within
    while True:
      for report in self.reports:
        if report.kind == kind and all(getattr(report, k) == v for k, v in fields.items()):
          self.reports.remove(report)
          return report
      if time.monotonic() > until or self.stream.over:
        raise AssertionError(f"no {kind} {fields}; there are {self.reports}")
      self.read(0.05)

  def read(self, wait_s=0.001):
    self.reports += [Report(*f) for f in self.stream.read(wait_s)]

  def never(self, kind, during, **fields):
    until = time.monotonic() + during
    while time.monotonic() < until:
      self.read(0.05)
    for report in self.reports:
      if report.kind == kind and all(getattr(report, k) == v for k, v in fields.items()):
        raise AssertionError(f"unexpected {report}")

  def close(self):
    self.sock.close()


class NotReady(Exception):
  """code: how it ended; log: what it wrote."""

  def __init__(self, code, log):
    super().__init__(f"exit code {code}:\n{log}")
    self.code, self.log = code, log


class Gateway:
  """programs: the build's folder of broker/. settings: phone_key=value."""

  def __init__(self, programs, operator=None, linked=True, **settings):
    self.programs = Path(programs)
    self.folder = Path(tempfile.mkdtemp(prefix="samtale-phone-"))
    self.operator = operator
    self.log = open(self.folder / "log", "w+", encoding="utf-8")
    rows = {"server": f"127.0.0.1:{operator.port}" if operator else "", "transport": "udp",
            "number": NUMBER, "address": "127.0.0.1", "sip_port": free_port(),
            "media_port": 40000 + 2 * (os.getpid() * 7 % 5000), **settings}
    self.sip_port = rows["sip_port"]
    (self.folder / "samtale.ini").write_text(
      "[phone]\n" + "".join(f"{k} = {v}\n" for k, v in rows.items()), encoding="utf-8")
    self.parent, child = socket.socketpair()
    command = [self.programs / "phone/samtale-phone", "--config", self.folder / "samtale.ini"]
    prompts = self.programs / "../packaging/prompts"
    command += ["--prompts", prompts, "--test-clock"]
    self.child = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.DEVNULL, stderr=self.log,
                                  close_fds=False, env=environment(),
                                  preexec_fn=lambda: os.dup2(child.fileno(), 3))
    child.close()
    self.reports, self.links = Stream(self.parent), []
    self.wait_ready()
    self.link = self.give_link() if linked else None

  def wait_ready(self):
    until = time.monotonic() + WAIT_S
    while time.monotonic() < until and not self.reports.over:
      if any(kind == REPORT_READY for kind, _, _ in self.reports.read(0.1)):
        return
    log = self.logged()
    code = self.end()
    self.close_links()
    shutil.rmtree(self.folder)
    raise NotReady(code, log)

  def give_link(self):
    link = Link()
    fds = array.array("i", [link.theirs.fileno()])
    self.parent.sendmsg([frame(REPORT_LINK, 0)], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)])
    link.theirs.close()
    link.expect("HELLO", value=1)
    self.links.append(link)
    return link

  def logged(self):
    self.log.flush()
    return (self.folder / "log").read_text(encoding="utf-8")

  def later(self, seconds):
    """Moves its clock, by tens of seconds."""
    for _ in range(seconds // 10):
      self.child.send_signal(signal.SIGUSR1)
      time.sleep(0.01)  # two of the same at once are one

  def cpu_s(self):
    fields = Path(f"/proc/{self.child.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

  def memory_kb(self):
    text = Path(f"/proc/{self.child.pid}/smaps_rollup").read_text()
    return int(re.search(r"Private_Dirty: +(\d+)", text)[1])

  def descriptors(self):
    return len(os.listdir(f"/proc/{self.child.pid}/fd"))

  def end(self, how=signal.SIGTERM):
    """Its exit code, negative for a signal."""
    if self.child.poll() is None and how:
      self.child.send_signal(how)
    try:
      return self.child.wait(WAIT_S)
    except subprocess.TimeoutExpired:
      self.child.kill()
      self.child.wait()
      raise

  def close(self):
    code = self.end()
    self.close_links()
    text = self.logged()
    self.log.close()
    shutil.rmtree(self.folder)
    assert "Sanitizer" not in text and "runtime error" not in text, text
    return code

  def close_links(self):
    for link in self.links:
      link.close()
    self.parent.close()

  def __enter__(self):
    return self

  def __exit__(self, kind, value, trace):
    if kind:
      sys.stderr.write(self.logged())
      self.child.kill()
    code = self.close()
    assert kind or code == 0, f"exit code {code}"


# -- a real telephone ---------------------------------------------------------------------------
class Baresip:
  """One telephone that speaks a tone and records what it hears."""

  def __init__(self, number, hertz, answers=True, trunk_port=None):
    self.folder = Path(tempfile.mkdtemp(prefix="samtale-baresip-"))
    self.number = number
    self.port, self.control_port = free_port(), free_port(socket.SOCK_STREAM)
    rtp = 30000 + 2 * (self.port % 4000)
    modules = Path("/usr/lib/baresip/modules")
    write_wav(self.folder / "speaks.wav", tone(hertz, 60))
    (self.folder / "contacts").write_text("")
    (self.folder / "accounts").write_text(
      f"<sip:{number}@127.0.0.1:{self.port}>;regint=0;"
      f"answermode={'auto' if answers else 'manual'};audio_codecs=pcma\n")
    (self.folder / "config").write_text("\n".join((
      f"sip_listen 127.0.0.1:{self.port}", "call_max_calls 8", "audio_player aubridge,ear",
      f"audio_source aufile,{self.folder}/speaks.wav", "audio_alert aubridge,bell",
      "ausrc_srate 8000", "auplay_srate 8000", "ausrc_channels 1", "auplay_channels 1",
      f"rtp_ports {rtp}-{rtp + 40}", f"module_path {modules}", "module g711.so",
      "module aufile.so", "module aubridge.so", "module sndfile.so", f"snd_path {self.folder}",
      "module_tmp account.so", "module_app menu.so", "module_app ctrl_tcp.so",
      f"ctrl_tcp_listen 127.0.0.1:{self.control_port}", "net_interface 127.0.0.1", "")))
    self.child = subprocess.Popen(["baresip", "-f", self.folder], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    self.control = until("baresip is up", self.reach)

  def reach(self):
    try:
      return socket.create_connection(("127.0.0.1", self.control_port))
    except ConnectionRefusedError:
      return None

  def command(self, name, params=""):
    text = json.dumps({"command": name, "params": params})
    self.control.sendall(f"{len(text)}:{text},".encode())

  def press(self, keys):
    for key in keys:
      self.command("sndcode", key)
      time.sleep(0.22)
      self.command("sndcode", "\x04")
      time.sleep(0.08)

  def newest(self, seconds=0.4):
    files = sorted(self.folder.glob("*-dec.wav"))
    return read_wav(files[-1])[-int(seconds * 8000):] if files else []

  def close(self):
    self.control.close()
    self.child.terminate()
    self.child.wait(WAIT_S)
    shutil.rmtree(self.folder)


class Browser:
  """A browser's connection, played by browser_peer: speaks a tone, keeps what it hears."""

  def __init__(self, gateway, leg, room, hertz, owner=False):
    self.number, self.leg, self.link = f"browser {leg}", leg, gateway.link
    program = os.environ.get("BROWSER_PEER") or (
      gateway.programs / "../tests/scenario/phone/browser_peer")
    self.child = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  text=True, bufsize=1)
    offer = self.line("offer")[0]
    self.link.order("BROWSER", leg=leg, room=room, text=bytes.fromhex(offer).decode(),
                    flags=["OWNER"] if owner else [])
    answer = self.link.expect("SDP", leg=leg).text
    self.tell(f"answer {answer.encode().hex()}")
    self.tell(f"tone {hertz}")

  def tell(self, text):
    self.child.stdin.write(text + "\n")

  def line(self, word):
    """The words after the next line that begins with it; claps that come between are kept."""
    while True:
      words = self.child.stdout.readline().split()
      assert words, "the browser is gone"
      if words[0] == word:
        return words[1:]

  def look(self):
    """up, closed, packets, jumps of its time stamps, when it heard a clap; samples."""
    self.tell("heard")
    up, closed, packets, jumps, loud, samples = self.line("heard")
    return ((up == "1", closed == "1", int(packets), int(jumps), int(loud) / 1e6),
            list(struct.unpack(">4000h", bytes.fromhex(samples))))

  def newest(self, seconds=0.4):
    return self.look()[1][-int(seconds * 8000):]

  def clap(self):
    """Says one loud packet; returns when, by time.monotonic()."""
    self.tell("clap")
    return int(self.line("clap")[0]) / 1e6

  def leave(self):
    self.tell("leave")

  def close(self, how=signal.SIGTERM):
    if self.child.poll() is None:
      self.child.send_signal(how)
    self.child.wait(WAIT_S)
    self.child.stdin.close()
    self.child.stdout.close()


def sipp(scenario, port, *options):
  """Runs SIPp with a scenario's text against the gateway's port; returns the process."""
  folder = Path(tempfile.mkdtemp(prefix="samtale-sipp-"))
  (folder / "scenario.xml").write_text(scenario)
  return subprocess.Popen(["sipp", "-sf", folder / "scenario.xml", "-i", "127.0.0.1", "-m", "1",
                           "-nostdin", *options, f"127.0.0.1:{port}"], cwd=folder,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def environment():
  """The leak check of a sanitized build would trace the process, which is forbidden."""
  return {**os.environ, "ASAN_OPTIONS": "detect_leaks=0", "WATCHDOG_USEC": "3000000"}


# -- what every story needs ---------------------------------------------------------------------
def free_port(kind=socket.SOCK_DGRAM):
  with socket.socket(socket.AF_INET, kind) as s:
    s.bind(("127.0.0.1", 0))
    return s.getsockname()[1]


def until(what, look, within=WAIT_S, every=0.02):
  end = time.monotonic() + within
  while True:
    found = look()
    if found:
      return found
    if time.monotonic() > end:
      raise AssertionError(f"never: {what}")
    time.sleep(every)


def hears(telephone, hertz, within=WAIT_S):
  until(f"{telephone.number} hears {hertz} Hz",
        lambda: strength(telephone.newest(), hertz) > 0.05, within)


def hears_no(telephone, hertz, during=0.6):
  """After a moment, for what was on its way."""
  time.sleep(during)
  level = strength(telephone.newest(), hertz)
  assert level < 0.01, f"{telephone.number} hears {hertz} Hz at {level}"


def tell_one(story):
  began = time.monotonic()
  operator = Operator()
  try:
    story(sys.argv[1], operator)
    print(f"ok {story.__name__} {time.monotonic() - began:.1f} s", flush=True)
    return True
  except Exception as error:  # the next story is told all the same
    print(f"FAIL {story.__name__}: {type(error).__name__}: {error}", flush=True)
    if "-v" in sys.argv:
      raise
    return False
  finally:
    operator.close()


def tell_together(names, at_once, *arguments):
  """Each in a process of its own, so many at a time. False: one failed."""
  def tell(name):
    command = [sys.executable, "-B", os.path.abspath(sys.argv[0]), sys.argv[1], *arguments, name]
    told = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    sys.stdout.write(told.stdout)
    sys.stdout.flush()
    return told.returncode == 0

  with ThreadPoolExecutor(at_once) as pool:
    return all(list(pool.map(tell, names)))


def run_stories(scope, at_once=4):
  """Every story_* of a file, or those named, soak_* among them; the argument before them is
  the build's folder of broker/. Stories that measure time are not to be told together."""
  named = [a for a in sys.argv[2:] if a != "-v"]
  names = named or [n for n in scope if n.startswith("story_")]
  if named or at_once == 1:
    good = all([tell_one(scope[n]) for n in names])
  else:
    good = tell_together(names, at_once)
  sys.exit(0 if good else 1)
