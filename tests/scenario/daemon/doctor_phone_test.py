# SPDX-License-Identifier: MPL-2.0
"""What `samtale doctor` says about the telephone, with SIP servers that behave and others."""

import json
import os
import re
import socket
import ssl
import subprocess
import sys
import threading
import time
import unittest

from broker import Broker, certificates, free_port

PROGRAMS = sys.argv.pop(1)


class Server:
  """Answers OPTIONS with a status; transport: udp, tcp or tls. status 0: never; a text is
  sent as it is. What it was asked is in `asked`."""

  def __init__(self, transport, status=200, certificate=None):
    self.status, self.asked, self.over = status, [], False
    kind = socket.SOCK_DGRAM if transport == "udp" else socket.SOCK_STREAM
    self.socket = socket.socket(socket.AF_INET, kind)
    self.socket.bind(("127.0.0.1", 0))
    self.socket.settimeout(0.1)
    self.port = self.socket.getsockname()[1]
    self.tls = None
    if transport == "tls":
      self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
      self.tls.load_cert_chain(*certificate)
    if kind == socket.SOCK_STREAM:
      self.socket.listen()
    self.thread = threading.Thread(target=self.udp if transport == "udp" else self.stream)
    self.thread.start()

  def answer(self, request):
    self.asked.append(request.decode("latin-1"))
    if isinstance(self.status, str):
      return self.status.encode()
    kept = [line for line in request.decode("latin-1").split("\r\n")
            if line.split(":")[0] in ("Via", "From", "To", "Call-ID", "CSeq")]
    return ("\r\n".join([f"SIP/2.0 {self.status} Whatever", *kept,
                         "Content-Length: 0", "", ""])).encode()

  def udp(self):
    while not self.over:
      try:
        request, who = self.socket.recvfrom(4096)
      except TimeoutError:
        continue
      if self.status:
        self.socket.sendto(self.answer(request), who)

  def stream(self):
    while not self.over:
      try:
        wire, _ = self.socket.accept()
      except TimeoutError:
        continue
      try:
        wire.settimeout(5)
        wire = self.tls.wrap_socket(wire, server_side=True) if self.tls else wire
        request = wire.recv(4096)
        if request and self.status:
          wire.sendall(self.answer(request))
          time.sleep(0.05)
      except OSError:
        pass
      wire.close()

  def __enter__(self):
    return self

  def __exit__(self, *why):
    self.over = True
    self.thread.join()
    self.socket.close()


def self_signed(folder, name, days):
  """A certificate that is its own authority, and its key."""
  certificate, key, request, names = (folder / f"own.{end}" for end in
                                      ("pem", "key", "csr", "cnf"))
  names.write_text(f"subjectAltName={name}\n", encoding="ascii")
  subprocess.run(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt",
                  "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=own", "-keyout", key,
                  "-out", request], check=True, capture_output=True)
  subprocess.run(["openssl", "x509", "-req", "-in", request, "-signkey", key, "-days", str(days),
                  "-extfile", names, "-out", certificate], check=True, capture_output=True)
  return certificate, key


class Case(unittest.TestCase):
  @classmethod
  def setUpClass(cls):
    cls.b = Broker(PROGRAMS, started=False)

  @classmethod
  def tearDownClass(cls):
    cls.b.close()

  def findings(self, **settings):
    self.b.settings = {}
    self.b.write_config(**{"phone_number": "+4512345678", "phone_transport": "udp",
                           "phone_sip_port": str(free_port()), **settings})
    rows = json.loads(self.b.run("doctor", "--json").stdout)
    return [f"{row['mark']} {row['finding']}" for row in rows if row["topic"] == "phone"]

  def says(self, pattern, **settings):
    found = self.findings(**settings)
    self.assertTrue([f for f in found if re.search(pattern, f)],
                    "\n".join([pattern, *found]))
    return found


class Operator(Case):
  def test_without_a_trunk_one_line_says_so(self):
    self.assertEqual(self.findings(phone_server=None), [
      "ok No trunk is set: consultants place calls by hand."])

  def test_a_server_that_answers(self):
    for transport in ("udp", "tcp"):
      with Server(transport) as s:
        self.says(rf"^ok 127.0.0.1:{s.port} answers \(200\)\.",
                  phone_server=f"127.0.0.1:{s.port}", phone_transport=transport)
        self.assertRegex(s.asked[0], r"^OPTIONS sip:127.0.0.1 SIP/2.0\r\n")
        self.assertIn("From: <sip:+4512345678@127.0.0.1>;tag=", s.asked[0])
        self.assertIn(f"Via: SIP/2.0/{transport.upper()} 127.0.0.1:", s.asked[0])

  def test_what_its_answer_means(self):
    for status, user, pattern in (
        (401, None, r"^bad .* wants to know who calls: set phone.user"),
        (407, "samtale", r"^ok .* wants to know who calls \(407\)"),
        (403, None, r"^bad .* does not let us in.*\(403\)"),
        (404, None, r"^ok .* answers \(404\)"),
        (503, None, r"^bad .* has trouble of its own.*\(503\)"),
        ("HTTP/1.1 400 Bad Request\r\n\r\n", None, r"^bad .* not in SIP"),
        (0, None, r"^bad .* does not answer")):
      with Server("udp", status) as s:
        self.says(pattern, phone_server=f"127.0.0.1:{s.port}", phone_user=user)

  def test_a_lost_packet_is_asked_for_again(self):
    with Server("udp", 0) as s:
      threading.Timer(0.3, lambda: setattr(s, "status", 200)).start()
      self.says("^ok .* answers", phone_server=f"127.0.0.1:{s.port}")

  def test_nobody_there(self):
    for transport in ("udp", "tcp", "tls"):
      self.says(r"^bad .* refuses", phone_server=f"127.0.0.1:{free_port()}",
                phone_transport=transport)

  def test_a_name_without_address(self):
    self.says(r"^bad nobody\.invalid is a name without an address",
              phone_server="nobody.invalid")

  def test_a_server_that_is_none(self):
    self.says(r'^bad phone.server: "sip:a.dk/" is not a host', phone_server="sip:a.dk/")


class Tls(Case):
  """The certificate is checked as the gateway will."""

  def tls(self, pattern, server="127.0.0.1", certificate=None, status=200, **settings):
    own = certificates() + "/server.pem", certificates() + "/server.key"
    with Server("tls", status, certificate or own) as s:
      settings.setdefault("phone_ca_file", certificates() + "/ca.pem")
      self.says(pattern, phone_server=f"{server}:{s.port}", phone_transport="tls", **settings)
      return s.asked

  def test_the_right_one(self):
    self.assertEqual(len(self.tls(r"^ok .* answers \(200\)")), 1)
    self.assertEqual(len(self.tls(r"^ok .* answers", server="localhost")), 1)

  def test_an_authority_that_nobody_trusts(self):
    self.assertEqual(self.tls("^bad .* nobody we trust has signed", phone_ca_file=None), [])

  def test_another_name(self):
    pair = self_signed(self.b.folder, "DNS:other.example", 2)
    self.assertEqual(self.tls("^bad .* certificate for another name", certificate=pair,
                              phone_ca_file=pair[0]), [])

  def test_one_that_is_over(self):
    pair = self_signed(self.b.folder, "IP:127.0.0.1", -1)
    self.assertEqual(self.tls("^bad .* not valid today", certificate=pair,
                              phone_ca_file=pair[0]), [])

  def test_a_file_of_authorities_that_is_none(self):
    self.tls("^bad .* phone.ca_file is no PEM file", phone_ca_file="/nowhere.pem")

  def test_a_server_without_tls(self):
    with Server("tcp", "SIP/2.0 400 Bad Request\r\n\r\n") as s:
      self.says("^bad .* not in TLS", phone_server=f"127.0.0.1:{s.port}",
                phone_transport="tls")


class Settings(Case):
  def test_the_form_of_our_number(self):
    for number, good in (("+4512345678", True), ("+451234567", False), ("12345678", False),
                         ("+441212345678", True), ("+45 12 34 56 78", False)):
      self.says("^ok Our number is" if good else "^bad phone.number",
                phone_server="127.0.0.1:9", phone_number=number)
    self.says("^bad phone.number is empty", phone_server="127.0.0.1:9", phone_number=None)
    self.says("cannot call back", phone_server="127.0.0.1:9", phone_caller_id="hidden")

  def test_what_is_encrypted(self):
    for transport, srtp, pattern in (
        ("udp", "on", "^bad phone.srtp = on needs"), ("tcp", "off", "^warn phone.transport"),
        ("tls", "off", "^warn phone.srtp = off"), ("tls", "on", "^ok SIP and sound")):
      self.says(pattern, phone_server="127.0.0.1:9", phone_transport=transport, phone_srtp=srtp)

  def test_the_password_is_there_and_closed(self):
    path = self.b.folder / "password"
    path.write_text("hemmelig\n", encoding="ascii")
    os.chmod(path, 0o600)
    user = {"phone_server": "127.0.0.1:9", "phone_user": "samtale"}
    found = self.says("^ok The trunk's password is there", phone_password_file=path, **user)
    self.assertNotIn("hemmelig", "".join(found))
    os.chmod(path, 0o644)
    self.says("^bad The trunk's password .* chmod 600", phone_password_file=path, **user)
    self.says("^bad The trunk's password .* missing", phone_password_file="/nowhere", **user)
    self.says("^bad The trunk's password is missing", phone_password_file=None, **user)

  def test_lists_of_prefixes(self):
    self.says(r"^bad phone.sources: 10.0.0.1/8 is not", phone_server="127.0.0.1:9",
              phone_sources="192.0.2.0/24 10.0.0.1/8")
    self.says(r"^bad phone.refused: 90 is not the beginning", phone_server="127.0.0.1:9",
              phone_refused="+451 90")

  def test_ports_that_are_taken(self):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
      s.bind(("0.0.0.0", 0))
      self.says(r"^bad Port \d+ of phone.sip_port is taken", phone_server="127.0.0.1:9",
                phone_sip_port=str(s.getsockname()[1]))
      port = s.getsockname()[1] // 2 * 2 - 200
      if port >= 1024:
        self.says(r"^(warn|bad) \d+ of the 1000 UDP ports", phone_server="127.0.0.1:9",
                  phone_media_port=str(min(port, 61000)))

  def test_addresses(self):
    self.says("^bad phone.address: 192.0.2.7 is no address of this machine",
              phone_server="127.0.0.1:9", phone_address="192.0.2.7")
    self.says("^ok phone.public_address: 192.0.2.7 is told", phone_server="127.0.0.1:9",
              phone_public_address="192.0.2.7")
    self.says("^warn phone.public_address: 10.1.2.3 is private", phone_server="127.0.0.1:9",
              phone_public_address="10.1.2.3")
    self.says("^bad phone.public_address6: x is not an IPv6", phone_server="127.0.0.1:9",
              phone_public_address6="x")
    self.says("^warn 127.0.0.1 is private, and phone.public_address is empty",
              phone_server="127.0.0.1:9", phone_address="127.0.0.1")

  def test_recordings_of_ones_own(self):
    folder = self.b.folder / "sentences"
    (folder / "da").mkdir(parents=True, exist_ok=True)
    self.says("^warn phone.prompts: .* the standard sentences", phone_server="127.0.0.1:9",
              phone_prompts=folder)
    (folder / "da/greeting.wav").write_bytes(b"RIFF\x24\0\0\0WAVEfmt ")
    self.says("^ok 1 own sentences", phone_server="127.0.0.1:9", phone_prompts=folder)
    (folder / "da/welcome.wav").write_bytes(b"ID3")
    self.says("^bad phone.prompts: .*welcome.wav is not a WAV", phone_server="127.0.0.1:9",
              phone_prompts=folder)


if __name__ == "__main__":
  unittest.main(verbosity=2)
