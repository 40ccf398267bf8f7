# SPDX-License-Identifier: MPL-2.0
"""The real broker with a fresh data folder, and what a story needs around it: the
administrator's command, HTTP as one browser does it, WebSockets, authenticator codes.
Standard library only. Everything lies in one scratch folder that close() removes."""

import base64
import hashlib
import hmac
import http.client
import json
import os
import re
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# Made once for all stories of a file; each copies them, because some spoil theirs.
CERTIFICATES = []
ROOT = Path(__file__).resolve().parents[3]
WAIT_S = 10


def totp(secret, at=None):
  counter = struct.pack(">Q", int(at if at is not None else time.time()) // 30)
  key = base64.b32decode(secret + "=" * (-len(secret) % 8))
  digest = hmac.new(key, counter, hashlib.sha1).digest()
  number = struct.unpack(">I", digest[digest[19] & 15:][:4])[0] & 0x7fffffff
  return f"{number % 1000000:06d}"


def certificates():
  if not CERTIFICATES:
    CERTIFICATES.append(tempfile.TemporaryDirectory(prefix="samtale-certs-"))
    subprocess.run(["sh", ROOT / "certs/make-dev-ca.sh", CERTIFICATES[0].name], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
  return CERTIFICATES[0].name


def free_port():
  with socket.create_server(("127.0.0.1", 0)) as s:
    return s.getsockname()[1]


class Broker:
  """started=False only lays the folder out."""

  def __init__(self, programs, started=True, init=("--trial",), options=()):
    self.programs = Path(programs)
    self.folder = Path(tempfile.mkdtemp(prefix="samtale-daemon-"))
    self.data = self.folder / "data"
    self.vault = self.folder / "data-vault"
    (self.folder / "etc").mkdir() # what lies beside it the serving process may read
    self.config = self.folder / "etc/samtale.ini"
    self.options = list(options)
    self.settings = {}
    self.child = None
    self.log = open(self.folder / "log", "w+", encoding="utf-8")
    shutil.copytree(certificates(), self.folder / "certs")
    self.write_config()
    if init is not None:
      self.samtale("init", *init)
    if started:
      self.start()

  def write_config(self, **more):
    """more: section_key=value over what is there; None takes a setting out."""
    base = {"org": {"phone": "70 10 20 30"},
            "listener": {"port": "0", "certificate": self.folder / "certs/server.pem",
                         "private_key": self.folder / "certs/server.key"},
            "data": {"folder": self.data}}
    self.settings.update(more)
    for name, value in self.settings.items():
      section, key = name.split("_", 1)
      base.setdefault(section, {})[key] = value
    self.config.write_text("".join(
      f"[{section}]\n" + "".join(f"{k} = {v}\n" for k, v in rows.items() if v is not None)
      for section, rows in base.items()), encoding="utf-8")

  # -- life -------------------------------------------------------------------------------
  def spawn(self, config=None):
    return subprocess.Popen(
      [self.programs / "samtale-broker", "--config", config or self.config, *self.options],
      stdout=subprocess.PIPE, stderr=self.log, text=True)

  def start(self):
    begun = time.monotonic()
    self.child = self.spawn()
    line = self.child.stdout.readline()
    self.ready_ms = (time.monotonic() - begun) * 1000
    assert line.startswith("ready https://"), (line, self.said())
    self.origin = line.split()[1]
    self.port = int(self.origin.rsplit(":", 1)[1])

  def end(self, number=signal.SIGTERM):
    self.child.send_signal(number)
    code = self.child.wait(WAIT_S)
    self.child.stdout.close()
    self.child = None
    return code

  def said(self):
    self.log.flush()
    return (self.folder / "log").read_text(encoding="utf-8")

  def wait_said(self, pattern, count=1):
    until = time.monotonic() + WAIT_S
    while len(re.findall(pattern, self.said())) < count:
      assert time.monotonic() < until, f"never said {pattern}:\n{self.said()}"
      time.sleep(0.02)

  def pid_of(self, name):
    """Of the child of that name; None while there is none."""
    children = Path(f"/proc/{self.child.pid}/task/{self.child.pid}/children").read_text()
    for pid in children.split():
      try:
        if Path(f"/proc/{pid}/comm").read_text().strip() == name:
          return int(pid)
      except FileNotFoundError:
        pass # it ended meanwhile
    return None

  def serving_pid(self):
    return self.pid_of("samtale-serve")

  def vault_pid(self):
    return self.pid_of("samtale-vault")

  def kill_vault(self):
    """kill -9; returns when the next one answers."""
    before = self.said().count("AUDIT_CHECKPOINT line=samtale-checkpoint 1 unclean")
    os.kill(self.vault_pid(), signal.SIGKILL)
    self.wait_said("AUDIT_CHECKPOINT line=samtale-checkpoint 1 unclean", before + 1)

  def bring_keys(self, data):
    """What lies in the safe, into the vault's folder of a data folder to be restored."""
    vault = Path(f"{data}-vault")
    vault.mkdir(mode=0o700)
    for name in ("node.key", "signing.key", "signing.pub", "auditors"):
      shutil.copy(self.vault / name, vault / name)
    return vault

  def checkpoints(self):
    return (self.vault / "audit/checkpoints").read_text(encoding="ascii").splitlines()

  def close(self):
    if self.child and self.child.poll() is None:
      self.child.kill()
      self.child.wait()
    if self.child:
      self.child.stdout.close()
    self.log.close()
    shutil.rmtree(self.folder, ignore_errors=True)

  def __enter__(self):
    return self

  def __exit__(self, *why):
    if why[0]:
      print(self.said(), file=sys.stderr)
    self.close()

  # -- the command --------------------------------------------------------------------------
  def run(self, *words):
    return subprocess.run([self.programs / "samtale", "--config", self.config, *words],
                          capture_output=True, text=True, timeout=60)

  def samtale(self, *words):
    done = self.run(*words)
    assert done.returncode == 0, (words, done.stdout, done.stderr)
    return done.stdout

  def trial(self):
    return json.loads(self.samtale("trial", "--json"))

  # -- HTTP ---------------------------------------------------------------------------------
  def browser(self):
    return Browser(self)

  def metrics(self, port):
    wire = http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT_S)
    wire.request("GET", "/metrics")
    text = wire.getresponse().read().decode()
    wire.close()
    return text

  def build(self):
    """Of the pages; a client of another build is sent away with 4004."""
    return re.search(rb'data-build="(\w+)"', self.browser().ask("GET", "/")[1])[1].decode()

  def tls(self):
    context = ssl.create_default_context(cafile=self.folder / "certs/ca.pem")
    raw = socket.create_connection(("127.0.0.1", self.port), timeout=WAIT_S)
    return context.wrap_socket(raw, server_hostname="localhost")


class Browser:
  """Keeps cookies, sends the right Origin."""

  def __init__(self, broker):
    self.broker, self.cookies = broker, {}

  def ask(self, method, path, body=None, **headers):
    wire = http.client.HTTPSConnection(
      "localhost", self.broker.port, timeout=WAIT_S, context=ssl.create_default_context(
        cafile=self.broker.folder / "certs/ca.pem"))
    sent = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
    if method != "GET":
      sent["Origin"] = self.broker.origin
    if body is not None:
      sent["Content-Type"] = "application/json"
    sent.update({k.replace("_", "-"): v for k, v in headers.items()})
    wire.request(method, path, None if body is None else json.dumps(body),
                 {k: v for k, v in sent.items() if v})
    answer = wire.getresponse()
    text = answer.read()
    for name, value in answer.getheaders():
      if name.lower() == "set-cookie":
        key, rest = value.split("=", 1)
        self.cookies[key] = rest.split(";")[0]
    wire.close()
    return answer.status, text, answer.headers

  def call(self, method, path, body=None, **headers):
    status, text, _ = self.ask(method, "/api/v1" + path, body, **headers)
    return status, json.loads(text)

  def sign_in(self, trial, **other):
    return self.call("POST", "/staff/sign-in", {
      "username": trial["name"], "password": trial["password"], "code": trial["code"], **other})

  def book(self, **more):
    return self.call("POST", "/staff/meetings", {
      "now": True, "minutes": 30, "form": "video", "chosen_by": "citizen", "way": "speech",
      "language": "da", "label": "Prøve", "phone": "20 30 40 50", **more})

  def socket(self):
    return Socket(self)


class Socket:
  """A WebSocket client: text frames, the close code."""

  def __init__(self, browser):
    self.wire = browser.broker.tls()
    cookie = "; ".join(f"{k}={v}" for k, v in browser.cookies.items())
    self.wire.sendall((
      f"GET /ws HTTP/1.1\r\nHost: localhost:{browser.broker.port}\r\n"
      f"Origin: {browser.broker.origin}\r\nCookie: {cookie}\r\nUpgrade: websocket\r\n"
      "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
      "Sec-WebSocket-Protocol: samtale.v1\r\n\r\n").encode())
    head = b""
    while b"\r\n\r\n" not in head:
      head += self._some(1)
    self.head = head.decode()
    self.left = b""
    self.close_code = None

  def _some(self, n):
    part = self.wire.recv(n)
    if not part:
      raise EOFError
    return part

  def _take(self, n):
    data = b""
    while len(data) < n:
      data += self._some(n - len(data))
    return data

  def send(self, message):
    data = json.dumps(message).encode()
    mask = os.urandom(4)
    size = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + struct.pack(">H", len(data))
    self.wire.sendall(b"\x81" + size + mask + bytes(c ^ mask[i % 4] for i, c in enumerate(data)))

  def receive(self):
    """The next message; None after a close frame, whose code is in close_code."""
    while True:
      first, size = self._take(2)
      size &= 0x7f
      if size == 126:
        size = struct.unpack(">H", self._take(2))[0]
      elif size == 127:
        size = struct.unpack(">Q", self._take(8))[0]
      data = self._take(size)
      if first & 15 == 1:
        return json.loads(data)
      if first & 15 == 8:
        self.close_code = struct.unpack(">H", data[:2])[0]
        return None

  def until(self, kind):
    while True:
      message = self.receive()
      assert message is not None, f"closed with {self.close_code} before {kind}"
      if message["type"] == kind:
        return message

  def close(self):
    self.wire.close()
