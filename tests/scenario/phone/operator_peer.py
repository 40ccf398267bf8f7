# SPDX-License-Identifier: MPL-2.0
"""The operator's end of a SIP trunk and the telephones behind it, in one thread: it answers
the way a story says, places calls, speaks tones, presses keys, keeps what it hears. Not a
SIP stack: just enough to be exact about times and packets, where baresip and SIPp are not."""

import random
import re
import secrets
import select
import socket
import struct
import threading
import time

from sound import TICK, decode, encode, tone

STEP_S = 0.02


class Call:
  """One call of one telephone. heard: samples since the answer, by RTP time stamps."""

  def __init__(self, operator, number, hertz):
    self.operator, self.number, self.hertz = operator, number, hertz
    self.rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    self.rtp.bind(("127.0.0.1", 0))
    self.rtp.setblocking(False)
    self.far = None  # where its sound goes
    self.law = 8
    self.speaks = False
    self.seq, self.ts, self.ssrc = 100, secrets.randbelow(2 ** 31), secrets.randbelow(2 ** 32)
    self.sound, self.at = encode(tone(hertz, 1)), 0  # a whole number of periods
    self.claps, self.clapped, self.loud = False, 0, 0  # one loud packet; when; heard one when
    self.ahead = []  # payloads that it says before it goes on with its tone
    self.keys = []  # packets of RFC 4733 still to be sent
    self.loss, self.jitter_s, self.late = 0, 0, []  # a bad line: share, at most, on their way
    self.is_silent = False  # says comfort noise (RFC 3389), a packet a second
    self.heard, self.packets, self.arrivals = [], [], []
    self.states = []  # words: ringing answered cancelled over
    self.is_closed = False
    self.code = 0  # the final one of a call that we placed
    self.dialog = {}

  # -- what a story does ------------------------------------------------------------------
  def press(self, keys):
    for key in keys:
      self.keys.append(key)

  def press_in_sound(self, keys):
    """As tones of 100 ms each, with pauses."""
    rows, columns = (697, 770, 852, 941), (1209, 1336, 1477)
    for key in keys:
      row, column = divmod("123456789*0#".index(key), 3)
      both = [a + b for a, b in zip(tone(rows[row], 0.1, 0.2), tone(columns[column], 0.1, 0.2))]
      part = encode(both + [0] * 800, self.law)
      self.ahead += [part[i:i + TICK] for i in range(0, len(part), TICK)]

  def press_by_info(self, keys):
    for key in keys:
      self.operator.info(self, f"Signal={key}\r\nDuration=160\r\n")
      time.sleep(0.05)

  def hang_up(self):
    self.operator.bye(self)

  def newest(self, seconds=0.4):
    return self.heard[-int(seconds * 8000):]

  def has(self, word):
    return word in self.states

  # -- RTP --------------------------------------------------------------------------------
  def send_rtp(self, payload, kind, marker=False, ts=None):
    head = struct.pack(">BBHII", 0x80, kind | (0x80 if marker else 0), self.seq & 0xffff,
                       (self.ts if ts is None else ts) & 0xffffffff, self.ssrc)
    self.seq += 1
    if self.loss and random.random() < self.loss:
      return
    self.late.append((time.monotonic() + random.random() * self.jitter_s, head + payload))
    self.send_late()

  def send_late(self):
    """In their order in time, which with jitter is not the one of their numbers."""
    now = time.monotonic()
    for due, packet in sorted(p for p in self.late if p[0] <= now):
      self.rtp.sendto(packet, self.far)
    self.late = [p for p in self.late if p[0] > now]

  def step(self):
    """Every 20 ms."""
    self.send_late()
    if self.speaks and self.far:
      part = (self.sound * 2)[self.at:self.at + TICK]
      self.at = (self.at + TICK) % len(self.sound)
      if self.keys:
        self.step_key()
      elif self.is_silent:
        if self.ts // TICK % 50 == 0:
          self.send_rtp(bytes([60]), 13)
      elif self.ahead:
        self.send_rtp(self.ahead.pop(0), self.law)
      elif self.claps:
        self.claps, self.clapped = False, time.monotonic()
        self.send_rtp(encode([30000] * TICK, self.law), self.law)
      else:
        self.send_rtp(part, self.law)
    self.ts += TICK

  def step_key(self):
    """Five packets of an event, three of them its end, then a pause."""
    if isinstance(self.keys[0], str):
      code = "0123456789*#ABCD".index(self.keys.pop(0))
      self.keys[0:0] = [(code, self.ts, i) for i in range(8)]
    code, ts, i = self.keys.pop(0)
    if i < 5:
      self.send_rtp(struct.pack(">BBH", code, 0x80 * (i >= 2) | 10, 160 * (i + 1)), 101,
                    marker=i == 0, ts=ts)

  def take_rtp(self):
    while True:
      try:
        packet, _ = self.rtp.recvfrom(2048)
      except (BlockingIOError, ConnectionRefusedError):
        return
      _, kind, seq, ts, ssrc = struct.unpack(">BBHII", packet[:12])
      if kind & 127 in (0, 8):
        self.packets.append((seq, ts, ssrc, kind & 127, bool(kind & 128)))
        self.arrivals.append(time.monotonic())
        part = decode(packet[12:], kind & 127)
        if max(part) > 20000:
          self.loud = time.monotonic()
        self.heard.extend(part)


class Operator:
  """plans: number → word: answer, busy, ring, early, unknown, silent; default answer."""

  def __init__(self):
    self.sip = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    self.sip.bind(("127.0.0.1", 0))
    self.port = self.sip.getsockname()[1]
    self.plans, self.tones = {}, {}
    self.calls = []
    self.gateway = None  # the address of its SIP port
    self.mute = False  # answers nothing at all
    self.forgets = False  # closes the sound's sockets with the call
    self.lock = threading.RLock()
    self.running = True
    self.thread = threading.Thread(target=self.run, daemon=True)
    self.thread.start()

  def close(self):
    self.running = False
    self.thread.join()
    self.sip.close()
    for call in self.calls:
      call.rtp.close()

  def call_to(self, number, at=-1):
    """The calls that the gateway placed to it."""
    found = [c for c in self.calls if c.number == number]
    return found[at] if found else None

  # -- the loop ---------------------------------------------------------------------------
  def run(self):
    due = time.monotonic()
    while self.running:
      wait = max(0, due - time.monotonic())
      for call in self.calls:
        if call.is_closed:
          call.rtp.close()  # by nobody but this thread, which waits on it
      live = [c for c in self.calls if not c.is_closed]
      ready, _, _ = select.select([self.sip] + [c.rtp for c in live], [], [], wait)
      with self.lock:
        if self.sip in ready:
          self.take_sip()
        for call in live:
          call.take_rtp()
        if time.monotonic() >= due:
          for call in live:
            call.step()
          due += STEP_S

  def take_sip(self):
    text, source = self.sip.recvfrom(65536)
    if self.mute or not text.strip():
      return
    self.gateway = source
    head, _, body = text.decode().partition("\r\n\r\n")
    lines = head.split("\r\n")
    fields = {}
    for line in lines[1:]:
      name, _, value = line.partition(":")
      fields.setdefault(name.strip().lower(), []).append(value.strip())
    if lines[0].startswith("SIP/2.0"):
      self.take_answer(int(lines[0].split()[1]), fields, body)
    else:
      self.take_request(lines[0].split()[0], lines[0].split()[1], fields, body)

  # -- calls that come from the gateway -----------------------------------------------------
  def take_request(self, method, uri, fields, body):
    call = next((c for c in self.calls if c.dialog.get("id") == fields["call-id"][0]), None)
    if method == "INVITE" and not call:
      self.take_invite(uri, fields, body)
    elif method == "BYE" and call:
      self.answer(fields, 200, "OK")
      self.end(call)
    elif method == "CANCEL" and call:
      self.answer(fields, 200, "OK")
      self.answer(call.dialog["invite"], 487, "Request Terminated", call)
      call.states.append("cancelled")
    elif method == "OPTIONS":
      self.answer(fields, 200, "OK")
    elif method not in ("ACK", "INVITE"):
      self.answer(fields, 481, "No Such Call")

  def take_invite(self, uri, fields, body):
    number = re.match(r"sip:([^@;]+)", uri)[1]
    plan = self.plans.get(number, "answer")
    call = Call(self, number, self.tones.get(number, 440))
    call.dialog = {"id": fields["call-id"][0], "invite": fields, "body": body,
                   "tag": secrets.token_hex(4)}
    self.calls.append(call)
    self.take_sdp(call, body)
    if plan == "silent":
      return
    refused = {"busy": (486, "Busy Here"), "unknown": (404, "Not Found"),
               "decline": (603, "Decline")}.get(plan)
    if refused:
      self.answer(fields, *refused, call)
      return
    self.answer(fields, 100, "Trying")
    if plan == "early":
      self.answer(fields, 183, "Session Progress", call, self.sdp(call))
      call.speaks = True
      return
    self.answer(fields, 180, "Ringing", call)
    call.states.append("ringing")
    if plan == "answer":
      self.pick_up(call)

  def pick_up(self, call):
    with self.lock:
      call.speaks = True
      call.states.append("answered")
      self.answer(call.dialog["invite"], 200, "OK", call, self.sdp(call))

  def answer(self, fields, code, words, call=None, body=""):
    to = fields["to"][0]
    if call:
      to += f";tag={call.dialog['tag']}"
    lines = [f"SIP/2.0 {code} {words}"]
    lines += [f"Via: {via}" for via in fields["via"]]
    lines += [f"From: {fields['from'][0]}", f"To: {to}", f"Call-ID: {fields['call-id'][0]}",
              f"CSeq: {fields['cseq'][0]}", f"Contact: <sip:trunk@127.0.0.1:{self.port}>"]
    self.send(lines, body)

  # -- calls that come to the gateway -------------------------------------------------------
  def dial(self, gateway_port, to="+4570101010", number="+4520304050", hertz=600):
    """number None: hidden."""
    call = Call(self, number or "anonymous", hertz)
    user = f"sip:{number}@127.0.0.1" if number else "sip:anonymous@anonymous.invalid"
    call.dialog = {"id": secrets.token_hex(8), "tag": secrets.token_hex(4), "ours": True,
                   "from": f"<{user}>", "to": f"<sip:{to}@127.0.0.1:{gateway_port}>",
                   "uri": f"sip:{to}@127.0.0.1:{gateway_port}", "seq": 1}
    with self.lock:
      self.gateway = ("127.0.0.1", gateway_port)
      self.calls.append(call)
      self.request(call, "INVITE", self.sdp(call))
    return call

  def info(self, call, body):
    with self.lock:
      call.dialog["seq"] += 1
      self.request(call, "INFO", body, kind="application/dtmf-relay")

  def request(self, call, method, body="", seq=None, kind="application/sdp"):
    d = call.dialog
    lines = [f"{method} {d['uri']} SIP/2.0",
             f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};branch=z9hG4bK{secrets.token_hex(6)};rport",
             f"From: {d['from']};tag={d['tag']}", f"To: {d['to']}", f"Call-ID: {d['id']}",
             f"CSeq: {seq or d['seq']} {method}", "Max-Forwards: 70",
             f"Contact: <sip:trunk@127.0.0.1:{self.port}>"]
    self.send(lines, body, kind)

  def take_answer(self, code, fields, body):
    call = next((c for c in self.calls if c.dialog.get("id") == fields["call-id"][0]), None)
    if not call or "INVITE" not in fields["cseq"][0] or not call.dialog.get("ours"):
      return
    if body:
      self.take_sdp(call, body)
    if code == 180:
      call.states.append("ringing")
    if code < 200:
      return
    call.dialog["to"] = fields["to"][0]
    if code < 300:
      call.dialog["uri"] = re.search(r"<([^>]+)>", fields["contact"][0])[1]
    self.request(call, "ACK", seq=1)
    if not call.code:
      call.code = code
      call.speaks = code == 200
      call.states.append("answered" if code == 200 else "over")

  # -- both ---------------------------------------------------------------------------------
  def bye(self, call):
    with self.lock:
      d = call.dialog
      if not d.get("ours"):
        invite = d["invite"]
        d.update({"uri": re.search(r"<([^>]+)>", invite["contact"][0])[1], "seq": 100,
                  "from": re.sub(r";tag=.*", "", invite["to"][0]), "to": invite["from"][0]})
      d["seq"] += 1
      self.request(call, "BYE")
      self.end(call)

  def end(self, call):
    call.speaks = False
    call.states.append("over")
    call.is_closed = self.forgets

  def take_sdp(self, call, body):
    address = re.search(r"^c=IN IP4 (\S+)", body, re.M)[1]
    media = re.search(r"^m=audio (\d+) \S+ (\d+)", body, re.M)
    call.far = (address, int(media[1]))
    call.law = int(media[2]) if media[2] in ("0", "8") else 8
    call.sound = encode(tone(call.hertz, 1), call.law)

  def sdp(self, call):
    return "".join(line + "\r\n" for line in (
      "v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0",
      f"m=audio {call.rtp.getsockname()[1]} RTP/AVP {call.law} 101",
      f"a=rtpmap:{call.law} {'PCMA' if call.law == 8 else 'PCMU'}/8000",
      "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15", "a=ptime:20", "a=sendrecv"))

  def send(self, lines, body, kind="application/sdp"):
    if body:
      lines = lines + [f"Content-Type: {kind}"]
    text = "\r\n".join(lines + [f"Content-Length: {len(body)}", "", body])
    self.sip.sendto(text.encode(), self.gateway)
