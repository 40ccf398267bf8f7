# SPDX-License-Identifier: MPL-2.0
"""A SIP server for stories, small enough to misbehave on purpose: it answers OPTIONS and
REGISTER by itself and puts everything else into a queue that the story reads. Sound is a
tone in G.711; what it hears is judged by frequency, never by state alone."""
import bisect
import hashlib
import math
import queue
import random
import re
import socket
import ssl
import struct
import threading
import time


def g711(alaw):
  """The decoder as a table, by the definition of the law."""
  table = []
  for byte in range(256):
    if alaw:
      b = byte ^ 0x55
      t = (b & 0x0F) << 4
      seg = (b & 0x70) >> 4
      t = t + 8 if seg == 0 else (t + 0x108) << (seg - 1)
      table.append(t if b & 0x80 else -t)
    else:
      b = ~byte & 0xFF
      t = (((b & 0x0F) << 3) + 0x84) << ((b & 0x70) >> 4)
      table.append(0x84 - t if b & 0x80 else t - 0x84)
  return table


TABLE = {8: g711(True), 0: g711(False)}


def encoder(pt):
  pairs = sorted((v, i) for i, v in enumerate(TABLE[pt]))
  values = [v for v, _ in pairs]
  def encode(sample):
    i = bisect.bisect_left(values, sample)
    best = min(pairs[max(0, i - 1) : i + 2], key=lambda p: abs(p[0] - sample))
    return best[1]

  return encode


def strongest(samples):
  """(frequency, rms) of the strongest tone, in steps of 20 Hz."""
  best, hz = 0.0, 0
  for f in range(100, 3500, 20):
    k = 2 * math.cos(2 * math.pi * f / 8000)
    a = b = 0.0
    for s in samples:
      a, b = s + k * a - b, a
    power = a * a + b * b - k * a * b
    if power > best:
      best, hz = power, f
  return hz, math.sqrt(sum(s * s for s in samples) / max(1, len(samples)))


class Sound:
  """One RTP end. Sends a tone to `to` while it is set, keeps what it hears."""

  def __init__(self, host="127.0.0.1", hz=440, pt=8):
    self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    self.rtcp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    while True:
      self.port = random.randrange(40000, 60000, 2)
      try:
        self.sock.bind((host, self.port))
        self.rtcp.bind((host, self.port + 1))
        break
      except OSError:
        self.sock.close()
        self.rtcp.close()
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.rtcp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    self.sock.settimeout(0.2)
    self.rtcp.settimeout(0.2)
    self.hz, self.pt, self.to, self.host = hz, pt, None, host
    self.ssrc = random.getrandbits(32)
    self.heard, self.packets, self.last_pt, self.reports = [], 0, None, 0
    self.stopped = False
    encode = encoder(pt)
    self.period = bytes(encode(int(8000 * math.sin(2 * math.pi * hz * i / 8000))) for i in range(8000))
    for body in (self.listen, self.play, self.listen_rtcp):
      threading.Thread(target=body, daemon=True).start()

  def listen(self):
    while not self.stopped:
      try:
        data = self.opened(self.sock.recvfrom(2000)[0])
      except (socket.timeout, OSError):
        continue
      if not data:
        continue
      self.packets += 1
      self.last_pt = data[1] & 0x7F
      if self.last_pt in TABLE:
        table = TABLE[self.last_pt]
        self.heard = (self.heard + [table[b] for b in data[12:]])[-4000:]

  def listen_rtcp(self):
    while not self.stopped:
      try:
        data, _ = self.rtcp.recvfrom(2000)
        self.reports += len(data) >= 28 and data[1] == 200
      except (socket.timeout, OSError):
        continue

  def packet(self, seq, ts, payload, pt=None):
    head = struct.pack("!BBHII", 0x80, self.pt if pt is None else pt, seq & 0xFFFF,
                       ts & 0xFFFFFFFF, self.ssrc)
    return head + payload

  def sealed(self, packet):
    """What goes on the wire: srtp_sound.py encrypts."""
    return packet

  def opened(self, packet):
    return packet

  def play(self):
    seq, ts, due = random.getrandbits(15), random.getrandbits(31), time.monotonic()
    while not self.stopped:
      due += 0.02
      time.sleep(max(0, due - time.monotonic()))
      ts += 160
      at = (ts * 1) % 8000 // 160 * 160
      if self.to:
        seq += 1
        try:
          self.sock.sendto(self.sealed(self.packet(seq, ts, self.period[at : at + 160])), self.to)
        except OSError:
          pass

  def hears(self):
    return strongest(list(self.heard[-2000:]))

  def sdp(self, direction="sendrecv", address=None, extra="", formats=None):
    formats = formats if formats is not None else str(self.pt)
    address = address or self.host
    return (
      f"v=0\r\no=- {random.getrandbits(30)} 1 IN IP4 {self.host}\r\ns=-\r\nc=IN IP4 {address}\r\nt=0 0\r\n"
      f"m=audio {self.port} RTP/AVP {formats} 101\r\na=rtpmap:101 telephone-event/8000\r\n"
      f"a=fmtp:101 0-15\r\na={direction}\r\n{extra}"
    )

  def close(self):
    self.stopped = True
    self.to = None
    self.sock.close()
    self.rtcp.close()


class Message:
  def __init__(self, text, reply_to):
    head, _, self.body = text.partition("\r\n\r\n")
    self.first, *lines = head.split("\r\n")
    self.lines = [(n.strip(), v.strip()) for n, _, v in (line.partition(":") for line in lines)]
    self.reply_to = reply_to
    self.method = None if self.first.startswith("SIP/") else self.first.split()[0]
    self.status = int(self.first.split()[1]) if not self.method else 0

  def get(self, name):
    return next((v for n, v in self.lines if n.lower() == name.lower()), None)

  def all(self, name):
    return [v for n, v in self.lines if n.lower() == name.lower()]

  def rtp(self):
    port = re.search(r"m=audio (\d+)", self.body)
    address = re.search(r"c=IN IP4 (\S+)", self.body)
    return (address.group(1), int(port.group(1))) if port and int(port.group(1)) else None


class Peer:
  """transport: udp, tcp or tls (certificate: (chain, key))."""

  def __init__(self, transport="udp", host="127.0.0.1", port=0, certificate=None):
    self.transport, self.host, self.inbox = transport, host, queue.Queue()
    self.options_status, self.silent, self.options_seen = 200, False, 0
    self.register, self.registered = None, []  # register: f(message) -> reply or None
    self.conns, self.stopped = [], False
    self.context = None
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    if transport == "udp":
      self.sock = socket.socket(family, socket.SOCK_DGRAM)
    else:
      self.sock = socket.socket(family, socket.SOCK_STREAM)
      self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if certificate:
      self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
      self.context.load_cert_chain(*certificate)
    self.sock.bind((host, port))
    self.port = self.sock.getsockname()[1]
    self.gateway = None
    if transport == "udp":
      threading.Thread(target=self.serve_udp, daemon=True).start()
    else:
      self.sock.listen()
      threading.Thread(target=self.accept, daemon=True).start()

  # -- transport ---------------------------------------------------------------------
  def serve_udp(self):
    while not self.stopped:
      try:
        data, source = self.sock.recvfrom(65536)
      except OSError:
        return
      self.take(data.decode("latin1"), lambda b, s=source: self.sock.sendto(b, s))

  def accept(self):
    while not self.stopped:
      try:
        conn, _ = self.sock.accept()
        if self.context:
          conn = self.context.wrap_socket(conn, server_side=True)
      except (OSError, ssl.SSLError):
        if self.sock.fileno() < 0:
          return
        continue
      self.conns.append(conn)
      threading.Thread(target=self.serve_stream, args=(conn,), daemon=True).start()

  def serve_stream(self, conn):
    buffer = b""
    while True:
      try:
        got = conn.recv(65536)
      except OSError:
        return
      if not got:
        return
      buffer += got
      while True:
        buffer = buffer.lstrip(b"\r\n")
        head, mark, rest = buffer.partition(b"\r\n\r\n")
        if not mark:
          break
        length = int(re.search(rb"(?im)^content-length:\s*(\d+)", head).group(1))
        if len(rest) < length:
          break
        self.take((head + mark + rest[:length]).decode("latin1"), conn.sendall)
        buffer = rest[length:]

  def take(self, text, reply_to):
    if self.silent or not text.strip():
      return
    m = Message(text, reply_to)
    if m.method == "OPTIONS":
      self.options_seen += 1
      self.gateway = reply_to
      if self.options_status:
        self.reply(m, self.options_status, "Answer")
    elif m.method == "REGISTER":
      self.registered.append(m)
      if self.register:
        self.register(m)
      else:
        self.reply(m, 200, "OK", [f"Contact: {m.get('Contact')}"])
    else:
      self.inbox.put(m)

  # -- words -------------------------------------------------------------------------
  def contact(self):
    more = "" if self.transport == "udp" else f";transport={self.transport}"
    return f"<sip:peer@{self.host}:{self.port}{more}>"

  def reply(self, m, status, reason, headers=(), body="", tag="peer"):
    to = m.get("To")
    if "tag=" not in to and status > 100:
      to += f";tag={tag}"
    lines = [f"SIP/2.0 {status} {reason}"] + [f"Via: {v}" for v in m.all("Via")]
    lines += [f"From: {m.get('From')}", f"To: {to}", f"Call-ID: {m.get('Call-ID')}", f"CSeq: {m.get('CSeq')}"]
    lines += list(headers)
    if body:
      lines.append("Content-Type: application/sdp")
    lines += [f"Content-Length: {len(body)}", "", body]
    m.reply_to("\r\n".join(lines).encode("latin1"))

  def accept_call(self, invite, body, status=200):
    self.reply(invite, status, "OK", [f"Contact: {self.contact()}"], body)

  def expect(self, what, timeout=5):
    """The next message of that method or status; others are dropped."""
    end = time.monotonic() + timeout
    while True:
      left = end - time.monotonic()
      if left <= 0:
        raise AssertionError(f"no {what} came")
      try:
        m = self.inbox.get(timeout=left)
      except queue.Empty:
        continue
      if what in (m.method, m.status):
        return m

  def none(self, what, seconds):
    try:
      self.expect(what, seconds)
    except AssertionError:
      return
    raise AssertionError(f"{what} came")

  def request(self, method, send, dialog, headers=(), body="", cseq=None, ctype="application/sdp"):
    dialog["cseq"] = dialog.get("cseq", 0) + 1 if cseq is None else cseq
    lines = [
      f"{method} {dialog['uri']} SIP/2.0",
      f"Via: SIP/2.0/{self.transport.upper()} {self.host}:{self.port}"
      f";branch=z9hG4bK{random.getrandbits(60):x};rport",
      "Max-Forwards: 70",
      f"From: {dialog['from']}",
      f"To: {dialog['to']}",
      f"Call-ID: {dialog['id']}",
      f"CSeq: {dialog['cseq']} {method}",
    ]
    if method in ("INVITE", "UPDATE"):
      lines.append(f"Contact: {self.contact()}")
    lines += list(headers)
    if body:
      lines.append(f"Content-Type: {ctype}")
    lines += [f"Content-Length: {len(body)}", "", body]
    send("\r\n".join(lines).encode("latin1"))

  def dialog_of(self, invite, tag="peer"):
    """Of a call that the gateway placed: we are the callee."""
    return {
      "uri": re.search(r"<(.*)>", invite.get("Contact")).group(1),
      "from": f"{invite.get('To')};tag={tag}",
      "to": invite.get("From"),
      "id": invite.get("Call-ID"),
      "cseq": 100,
    }

  def invite(self, send, uri, sdp, headers=(), caller="<sip:+4587654321@peer>"):
    dialog = {"uri": uri, "from": f"{caller};tag=caller", "to": f"<{uri}>", "id": f"{random.getrandbits(60):x}"}
    self.request("INVITE", send, dialog, headers, sdp)
    return dialog

  def established(self, dialog, answer):
    dialog["to"] = answer.get("To")
    contact = answer.get("Contact")
    if contact:
      dialog["uri"] = re.search(r"<(.*)>", contact).group(1)

  def ack(self, send, dialog, body=""):
    self.request("ACK", send, dialog, body=body, cseq=dialog["cseq"])

  def close(self):
    self.stopped = True
    for s in [self.sock] + self.conns:
      try:
        s.shutdown(socket.SHUT_RDWR)
      except OSError:
        pass
      s.close()


def digest_is_right(header, method, user, password, algorithm):
  """Whether an Authorization value answers its own nonce (RFC 7616)."""
  f = {k: v for k, v in re.findall(r'(\w+)="?([^",]*)"?', header.split(" ", 1)[1])}
  h = hashlib.md5 if algorithm == "MD5" else hashlib.sha256
  x = lambda *parts: h(":".join(parts).encode()).hexdigest()
  ha1, ha2 = x(user, f["realm"], password), x(method, f["uri"])
  if "qop" in f:
    want = x(ha1, f["nonce"], f["nc"], f["cnonce"], f["qop"], ha2)
  else:
    want = x(ha1, f["nonce"], ha2)
  return f["username"] == user and f["response"] == want and f.get("algorithm", "MD5") == algorithm
