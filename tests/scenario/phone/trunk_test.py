# SPDX-License-Identifier: MPL-2.0
"""Stories of one trunk: the program trunk_probe on one side, a SIP server that the story
plays on the other, both on loopback. `trunk_test.py PROBE [name…]` runs all or some."""
import os
import re
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import tell_together  # noqa: E402
from sip_peer import Peer, Sound, digest_is_right  # noqa: E402
from trunk_world import certificates, dns_name, name_server  # noqa: E402
from trunk_stage import (  # noqa: E402
  NUMBER, PROBE, STARTED, USER, Probe, peer_hears, placed, start, talking, with_telephone)

# -- stories ---------------------------------------------------------------------------
def story_dns_failover():
  """In a network and a mount namespace of its own: it needs port 53 and resolv.conf."""
  if os.environ.get("TRUNK_TEST_INSIDE") != "1":
    inside = subprocess.run(
      ["unshare", "-nm", sys.executable, os.path.abspath(__file__), os.path.abspath(PROBE), "dns_failover"],
      env={**os.environ, "TRUNK_TEST_INSIDE": "1"}, capture_output=True, text=True, timeout=60)
    assert inside.returncode == 0, inside.stdout + inside.stderr
    return ()
  subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
  with tempfile.NamedTemporaryFile("w") as resolv:
    resolv.write("nameserver 127.0.0.1\n")
    resolv.flush()
    subprocess.run(["mount", "--bind", resolv.name, "/etc/resolv.conf"], check=True)
    srv = lambda priority, port, name: struct.pack("!HHH", priority, 1, port) + dns_name(name)
    name_server({
      ("_sip._udp.trunk.test", 33): [srv(20, 5072, "b.trunk.test"), srv(10, 5071, "a.trunk.test")],
      ("a.trunk.test", 1): [bytes([127, 0, 0, 2])],
      ("b.trunk.test", 1): [bytes([127, 0, 0, 3])],
      ("only.test", 1): [bytes([127, 0, 0, 2])],
    })
    first, second = Peer(host="127.0.0.2", port=5071), Peer(host="127.0.0.3", port=5072)
    probe = Probe(first, "phone.address=127.0.0.1", server="trunk.test")
    probe.expect("trunk up none")
    assert first.options_seen == 1 and second.options_seen == 0, "the lower priority comes first"
    invite = placed(first, probe)
    first.reply(invite, 486, "Busy")
    probe.expect("over busy")
    first.silent = True
    time.sleep(2.2)
    probe.say(f"dial {NUMBER}")
    probe.expect("trunk trying none", 7)
    probe.expect("trunk up none")
    invite = second.expect("INVITE")  # the call moved with the line
    assert f"sip:{NUMBER}@trunk.test" in invite.first
    sound = Sound(host="127.0.0.3")
    sound.to = invite.rtp()
    second.accept_call(invite, sound.sdp())
    second.expect("ACK")
    probe.hears(440)
    probe.say("end")
    second.reply(second.expect("BYE"), 200, "OK")
    probe.close()
    plain = Peer(host="127.0.0.2", port=5060)
    probe = Probe(plain, "phone.address=127.0.0.1", server="only.test")
    probe.expect("trunk up none")
    probe.close()
    probe = Probe(plain, "phone.address=127.0.0.1", server="nowhere.test")
    probe.expect("trunk down line_down", 12)
    probe.close()
  return ()


def story_invite_flood():
  """Running calls lose nothing while the trunk itself sends more than we take."""
  peer, probe = start("phone.calls=2")
  sound = Sound()
  invite = talking(peer, probe, sound)
  probe.hears(440)
  packets, begin = sound.packets, time.monotonic()
  uri = f"sip:samtale@127.0.0.1:{probe.port}"
  body = Sound().sdp()
  for i in range(3000):
    peer.invite(invite.reply_to, uri, body)
    if i % 30 == 0:
      time.sleep(0.01)
  took = time.monotonic() - begin
  time.sleep(0.2)
  assert sound.packets - packets >= (took + 0.2) * 50 - 10, f"{sound.packets - packets} packets in {took:.1f} s"
  probe.hears(440)
  probe.say("end")
  peer.reply(peer.expect("BYE", 20), 200, "OK")
  return peer, probe, sound


def story_baresip():
  with tempfile.TemporaryDirectory() as folder:
    for thing in with_telephone(folder, None)[::-1]:
      thing.close()


def story_baresip_tls_sdes():
  with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as keys:
    certificate = certificates(keys, "IP:127.0.0.1")
    for thing in with_telephone(folder, certificate, f"phone.ca_file={certificate[0]}", "phone.srtp=on")[::-1]:
      thing.close()


class Sipp:
  """SIPp as the operator; it sends our sound back."""

  transport = "udp"

  def __init__(self, folder):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
      s.bind(("127.0.0.1", 0))
      self.port = s.getsockname()[1]
    scenario = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sip_echo.xml")
    self.child = subprocess.Popen(
      ["sipp", "-sf", scenario, "-i", "127.0.0.1", "-p", str(self.port), "-nostdin", "-rtp_echo",
      "-mp", str(31000 + self.port % 4000 * 2)],
      cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    STARTED.append(self.child)

  def close(self):
    self.child.terminate()
    self.child.wait(5)


def story_sipp():
  with tempfile.TemporaryDirectory() as folder:
    sipp = Sipp(folder)
    probe = Probe(sipp)
    probe.expect("trunk up none", 12)
    for _ in range(2):
      probe.say(f"dial {NUMBER}")
      probe.expect("progress ringing")
      probe.expect("progress answered")
      probe.hears(700)
      probe.say("end")
      time.sleep(0.3)
    probe.close()
    sipp.close()


def story_too_large():
  """64 kB is the most that one message may have; a running call does not notice."""
  peer, probe = start(transport="tcp")
  sound = Sound()
  talking(peer, probe, sound)
  probe.hears(440)
  with socket.create_connection(("127.0.0.1", probe.port)) as s:
    s.settimeout(3)
    try:
      for _ in range(40):
        s.sendall(b"OPTIONS sip:x SIP/2.0\r\n" + b"X: " + b"y" * 3000)
        time.sleep(0.01)
      assert s.recv(10) == b"", "it is still open"
    except (ConnectionResetError, BrokenPipeError):
      pass
  probe.hears(440)
  for garbage in (b"\0" * 100, b"INVITE\r\n\r\n", b"\r\n\r\n\r\n", os.urandom(3000)):
    with socket.create_connection(("127.0.0.1", probe.port)) as s:
      s.sendall(garbage)
  probe.hears(440)
  probe.say("end")
  peer.reply(peer.expect("BYE"), 200, "OK")
  return peer, probe, sound


def story_ipv6():
  peer = Peer("udp", host="::1")
  probe = Probe(peer, server=f"[::1]:{peer.port}")
  probe.expect("trunk up none")
  probe.say(f"dial {NUMBER}")
  invite = peer.expect("INVITE")
  assert f"sip:{NUMBER}@[::1]" in invite.first and "c=IN IP6 ::1" in invite.body, invite.first
  peer.reply(invite, 486, "Busy")
  peer.expect("ACK")
  probe.expect("over busy")
  return peer, probe


def story_sdes_is_required():
  """A trunk that is to be encrypted does not talk without."""
  with tempfile.TemporaryDirectory() as keys:
    ca, cert, key = certificates(keys, "IP:127.0.0.1")
    peer = Peer("tls", certificate=(cert, key))
    probe = Probe(peer, f"phone.ca_file={ca}", "phone.srtp=on")
    probe.expect("trunk up none")
    sound = Sound()
    invite = placed(peer, probe)
    assert re.search(r"m=audio \d+ RTP/SAVP 8 0 101", invite.body)
    assert "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" in invite.body
    peer.accept_call(invite, sound.sdp())
    peer.expect("ACK")
    peer.reply(peer.expect("BYE"), 200, "OK")
    probe.expect("over bad_media")
    invite = placed(peer, probe)
    peer.accept_call(invite, sound.sdp().replace("RTP/AVP", "RTP/SAVP"))
    peer.expect("ACK")
    peer.reply(peer.expect("BYE"), 200, "OK")
    probe.expect("over bad_media")
  return peer, probe, sound


def outgoing(pt, law):
  peer, probe = start()
  sound = Sound(hz=440, pt=pt)
  invite = placed(peer, probe)
  assert f"sip:{NUMBER}@" in invite.first
  assert not any(word in str(invite.lines) for word in ("100rel", "timer", "Supported"))
  assert invite.get("P-Asserted-Identity").startswith("<sip:+4570101010@")
  assert "+4570101010" in invite.get("From")
  peer.reply(invite, 180, "Ringing")
  probe.expect("progress ringing")
  sound.to = invite.rtp()
  peer.accept_call(invite, sound.sdp())
  peer.expect("ACK")
  probe.expect("progress answered")
  probe.expect(f"open {law}")
  probe.hears(440)
  peer_hears(sound, 700)
  assert sound.last_pt == pt
  time.sleep(5)
  assert sound.reports >= 1, "no RTCP on the RTCP port"
  probe.say("end")
  bye = peer.expect("BYE")
  peer.reply(bye, 200, "OK")
  return peer, probe, sound


def story_outgoing_pcma():
  return outgoing(8, "pcma")


def story_outgoing_pcmu():
  return outgoing(0, "pcmu")


def come_in(peer, probe, sound, headers=(), caller="<sip:+4587654321@peer>", sdp=None):
  uri = f"sip:samtale@127.0.0.1:{probe.port}"
  send = peer.gateway
  dialog = peer.invite(send, uri, sound.sdp() if sdp is None else sdp, headers, caller)
  return send, dialog


def story_incoming():
  peer, probe = start()
  sound = Sound(hz=500)
  send, dialog = come_in(peer, probe, sound)
  probe.expect(r"incoming \+4587654321")
  peer.expect(180)
  probe.say("answer")
  ok = peer.expect(200)
  peer.established(dialog, ok)
  peer.ack(send, dialog)
  sound.to = ok.rtp()
  probe.expect("open pcma")
  probe.hears(500)
  peer_hears(sound, 700)
  peer.request("BYE", send, dialog)
  peer.expect(200)
  probe.expect("over hung_up")
  return peer, probe, sound


def story_no_sound_without_ack():
  """An INVITE under the trunk's address alone makes us send nothing to whom its SDP names."""
  peer, probe = start()
  third = Sound()
  send, dialog = come_in(peer, probe, third)
  probe.expect(r"incoming \+4587654321")
  probe.say("answer")
  ok = peer.expect(200)
  time.sleep(1.2)
  assert third.packets == 0, f"{third.packets} packets before the ACK"
  peer.established(dialog, ok)
  peer.ack(send, dialog)
  probe.expect("open pcma")
  peer_hears(third, 700)
  return peer, probe, third


def story_incoming_without_offer():
  peer, probe = start()
  sound = Sound(hz=500)
  send, dialog = come_in(peer, probe, sound, sdp="")
  probe.expect(r"incoming \+4587654321")
  probe.say("answer")
  ok = peer.expect(200)
  peer.established(dialog, ok)
  sound.to = ok.rtp()
  peer.ack(send, dialog, sound.sdp())
  probe.expect("open pcma")
  probe.hears(500)
  peer_hears(sound, 700)
  probe.say("end")
  peer.reply(peer.expect("BYE"), 200, "OK")
  return peer, probe, sound


def refused(status, cause, headers=()):
  peer, probe = start()
  invite = placed(peer, probe)
  peer.reply(invite, status, "No", list(headers))
  peer.expect("ACK")
  probe.expect(f"over {cause}")
  return peer, probe


def story_busy():
  return refused(486, "busy")


def story_declined():
  return refused(603, "declined")


def story_unknown_number():
  return refused(404, "unknown_number")


def story_reason_says_more():
  return refused(480, "busy", ['Reason: Q.850;cause=17;text="user busy"'])


def story_trunk_trouble():
  return refused(503, "line_down")


def story_no_answer():
  peer, probe = start("phone.ring_seconds=10")
  invite = placed(peer, probe)
  peer.reply(invite, 180, "Ringing")
  probe.expect("progress ringing")
  cancel = peer.expect("CANCEL", 12)
  peer.reply(cancel, 200, "OK")
  peer.reply(invite, 487, "Request Terminated")
  peer.expect("ACK")
  probe.expect("over no_answer")
  return peer, probe


def story_answer_crosses_cancel():
  peer, probe = start()
  sound = Sound()
  invite = placed(peer, probe)
  peer.reply(invite, 180, "Ringing")
  probe.expect("progress ringing")
  probe.say("end")
  cancel = peer.expect("CANCEL")
  peer.accept_call(invite, sound.sdp())  # sent before the CANCEL came, as far as it can tell
  peer.reply(cancel, 200, "OK")
  peer.expect("ACK")
  peer.reply(peer.expect("BYE"), 200, "OK")
  return peer, probe, sound


def story_early_media():
  peer, probe = start()
  sound = Sound(hz=600)
  invite = placed(peer, probe)
  sound.to = invite.rtp()
  peer.reply(invite, 183, "Progress", [f"Contact: {peer.contact()}"], sound.sdp())
  probe.expect("progress early")
  probe.expect("open pcma")
  probe.hears(600)
  peer.reply(invite, 486, "Busy Here")
  peer.expect("ACK")
  probe.expect("over busy")
  return peer, probe, sound


def story_remote_bye():
  peer, probe = start()
  sound = Sound()
  invite = talking(peer, probe, sound)
  probe.hears(440)
  peer.request("BYE", invite.reply_to, peer.dialog_of(invite))
  peer.expect(200)
  probe.expect("over hung_up")
  return peer, probe, sound


def story_hold_and_resume():
  peer, probe = start("phone.silence_seconds=5")
  sound = Sound()
  invite = talking(peer, probe, sound)
  dialog, send = peer.dialog_of(invite), invite.reply_to
  for body in (sound.sdp("sendonly"), sound.sdp("sendrecv", "0.0.0.0"), sound.sdp("inactive")):
    peer.request("INVITE", send, dialog, body=body)
    ok = peer.expect(200)
    assert "a=sendrecv" not in ok.body or "0.0.0.0" in body, ok.body
    peer.ack(send, dialog)
    probe.expect("held 1")
    target, sound.to = sound.to, None
    time.sleep(0.3)
    count = sound.packets
    time.sleep(6.5 if "inactive" in body else 0.5)
    assert sound.packets == count, "it sends while on hold"
    sound.to = target
    peer.request("INVITE", send, dialog, body=sound.sdp())
    peer.expect(200)
    peer.ack(send, dialog)
    probe.expect("held 0")
    probe.hears(440)
    peer_hears(sound, 700)
  probe.say("end")
  peer.reply(peer.expect("BYE"), 200, "OK")
  return peer, probe, sound


def story_moves_to_other_port_and_codec():
  peer, probe = start()
  first, second = Sound(hz=440, pt=8), Sound(hz=900, pt=0)
  invite = talking(peer, probe, first)
  probe.hears(440)
  dialog, send = peer.dialog_of(invite), invite.reply_to
  peer.request("INVITE", send, dialog, body=second.sdp())
  ok = peer.expect(200)
  peer.ack(send, dialog)
  second.to = ok.rtp()
  probe.hears(900)
  peer_hears(second, 700)
  assert second.last_pt == 0
  time.sleep(0.3)
  count = first.packets
  time.sleep(0.5)
  assert first.packets == count
  probe.say("end")
  peer.reply(peer.expect("BYE"), 200, "OK")
  return peer, probe, first, second


def story_update():
  peer, probe = start()
  sound, second = Sound(), Sound(hz=900)
  invite = talking(peer, probe, sound)
  dialog, send = peer.dialog_of(invite), invite.reply_to
  peer.request("UPDATE", send, dialog, ["Session-Expires: 90;refresher=uac"])
  ok = peer.expect(200)
  assert not ok.body and "Session-Expires" not in str(ok.lines)
  peer.request("UPDATE", send, dialog, body=second.sdp())
  second.to = peer.expect(200).rtp()
  probe.hears(900)
  peer_hears(second, 700)
  peer.request("INVITE", send, dialog, ["Session-Expires: 90;refresher=uac"], second.sdp())
  peer.expect(200)
  peer.ack(send, dialog)
  probe.hears(900)
  peer.request("UPDATE", send, {**dialog, "id": "nobody"})
  peer.expect(481)
  probe.say("end")
  peer.reply(peer.expect("BYE"), 200, "OK")
  return peer, probe, sound, second


def challenged(algorithm, status=401, password="hemmelig ord", more=()):
  peer = Peer("udp")
  probe = Probe(peer, *USER)
  probe.expect("trunk up none")
  sound = Sound()
  nonce = "f00=-" + os.urandom(8).hex()
  name = "WWW-Authenticate" if status == 401 else "Proxy-Authenticate"
  offer = (f'{name}: Digest realm="trunk x", nonce="{nonce}", algorithm={algorithm}, '
           'qop="auth,auth-int", opaque="op"')
  invite = placed(peer, probe)
  peer.reply(invite, status, "Who are you", [*more, offer])
  peer.expect("ACK")
  again = peer.expect("INVITE")
  header = again.get("Authorization" if status == 401 else "Proxy-Authorization")
  good = digest_is_right(header, "INVITE", "borger", password, algorithm)
  return peer, probe, sound, again, good, offer


def story_challenge_md5():
  for status in (401, 407):
    peer, probe, sound, again, good, _ = challenged("MD5", status)
    assert good
    sound.to = again.rtp()
    peer.accept_call(again, sound.sdp())
    peer.expect("ACK")
    probe.hears(440)
    probe.say("end")
    peer.reply(peer.expect("BYE"), 200, "OK")
    probe.close()
    peer.close()
    sound.close()


def story_challenge_sha256():
  for status in (401, 407):
    peer, probe, sound, again, good, _ = challenged("SHA-256", status)
    assert good
    sound.to = again.rtp()
    peer.accept_call(again, sound.sdp())
    peer.expect("ACK")
    probe.hears(440)
    probe.say("end")
    bye = peer.expect("BYE")
    header = bye.get("Authorization" if status == 401 else "Proxy-Authorization")
    assert digest_is_right(header, "BYE", "borger", "hemmelig ord", "SHA-256") and "nc=00000002" in header
    peer.reply(bye, 200, "OK")
    probe.close()
    peer.close()
    sound.close()


def story_several_challenges():
  """The strongest that we know, whatever comes first (RFC 8760)."""
  other = 'WWW-Authenticate: Digest realm="trunk x", nonce="other", algorithm='
  for answered, beside in (("SHA-256", "MD5"), ("MD5", "SHA-512-256"), ("SHA-256", "SHA-512-256")):
    peer, probe, sound, again, good, _ = challenged(answered, more=[other + beside])
    assert good, f"{answered} beside {beside}"
    peer.reply(again, 486, "Busy")
    probe.expect("over busy")
    for thing in (probe, peer, sound):
      thing.close()


def story_wrong_password():
  for algorithm in ("MD5", "SHA-256"):
    peer, probe, sound, again, good, offer = challenged(algorithm, password="another")
    assert not good
    peer.reply(again, 401, "No", [offer])
    peer.expect("ACK")
    probe.expect("over line_down")
    peer.none("INVITE", 0.5)
    probe.close()
    peer.close()
    sound.close()


def story_registers():
  for algorithm in ("MD5", "SHA-256"):
    peer = Peer("udp")

    def ask(m):
      header = m.get("Authorization")
      if header and digest_is_right(header, "REGISTER", "borger", "hemmelig ord", algorithm):
        peer.reply(m, 200, "OK", [f"Contact: {m.get('Contact')};expires=120"])
      else:
        peer.reply(m, 401, "Who", [f'WWW-Authenticate: Digest realm="r", nonce="n1", '
                                   f'algorithm={algorithm}, qop="auth"'])

    peer.register = ask
    probe = Probe(peer, *USER)
    probe.expect("trunk up none")
    assert len(peer.registered) == 2
    probe.close()
    assert "expires=0" in peer.registered[-1].get("Contact"), "it left without a word"
    peer.close()


def story_registration_refused():
  peer = Peer("udp")
  peer.register = lambda m: peer.reply(m, 401, "Who", ['WWW-Authenticate: Digest realm="r", nonce="n1"'])
  probe = Probe(peer, *USER)
  probe.expect("trunk down line_down")
  probe.say(f"dial {NUMBER}")
  probe.expect("dialled no 1")
  assert len(peer.registered) == 2, "a wrong password is not tried again and again"
  return peer, probe


def story_trunk_down_udp():
  peer, probe = start()
  peer.silent = True
  time.sleep(2.2)
  begin = time.monotonic()
  probe.say(f"dial {NUMBER}")
  probe.expect("dialled yes 0")
  probe.expect("over line_down", 7)
  took = time.monotonic() - begin
  assert took < 6, took
  probe.say(f"dial {NUMBER}")
  probe.expect("dialled no 1")
  peer.silent = False
  probe.expect("trunk up none", 12)
  peer.inbox.queue.clear()
  refused_call = placed(peer, probe)
  peer.reply(refused_call, 486, "Busy")
  probe.expect("over busy")
  return peer, probe


def down_and_back(certificate=None, *settings):
  transport = "tls" if certificate else "tcp"
  peer, sound = Peer(transport, certificate=certificate), Sound()
  probe = Probe(peer, *settings)
  probe.expect("trunk up none")
  talking(peer, probe, sound)
  probe.hears(440)
  probe.say("end")
  peer.reply(peer.expect("BYE"), 200, "OK")
  port = peer.port
  time.sleep(2.1)  # an answer that is no news
  peer.close()
  probe.expect("trunk down line_down", 2)  # at once, not with the next ping
  probe.say(f"dial {NUMBER}")
  probe.expect("dialled no 1")
  again = Peer(transport, port=port, certificate=certificate)
  probe.expect("trunk up none", 12)
  return again, probe, sound


def story_trunk_down_tcp():
  return down_and_back()


def story_trunk_down_tls():
  with tempfile.TemporaryDirectory() as folder:
    ca, *pair = certificates(folder, "IP:127.0.0.1")
    return down_and_back(tuple(pair), f"phone.ca_file={ca}")


def story_idle_connection_closed():
  """Any server may do that: we come again, and the line was never down."""
  peer, probe = start(transport="tcp")
  for wait in (0, 2.2):
    time.sleep(wait)
    asked = peer.options_seen
    peer.conns.pop(0).shutdown(socket.SHUT_RDWR)
    end = time.monotonic() + 4
    while peer.options_seen == asked:
      assert time.monotonic() < end, "nobody came again"
      time.sleep(0.05)
  probe.none("trunk down .*", 0.3)
  return peer, probe


def story_any_answer_is_life():
  """But 408 and 503, by which a proxy says that nothing is behind it."""
  for status, alive in ((403, True), (404, True), (405, True), (481, True), (501, True), (503, False)):
    peer = Peer()
    peer.options_status = status
    probe = Probe(peer)
    probe.expect("trunk up none" if alive else "trunk down line_down")
    probe.close()
    peer.close()


def soak_five_hundred_calls():
  """No descriptor is left, and no memory that grows with the number of calls."""
  peer, probe = start()
  sound = Sound()

  def resident():
    with open(f"/proc/{probe.p.pid}/statm", encoding="ascii") as f:
      return int(f.read().split()[1]) * 4

  def some_calls(n):
    for _ in range(n):
      invite = placed(peer, probe)
      peer.accept_call(invite, sound.sdp())
      peer.expect("ACK")
      probe.expect("open .*")
      probe.say("end")
      peer.reply(peer.expect("BYE"), 200, "OK")

  files = len(os.listdir(f"/proc/{probe.p.pid}/fd"))
  some_calls(250)
  time.sleep(33)  # what SIP keeps for retransmissions (Timer B, 64 T1)
  before = resident()
  some_calls(250)
  time.sleep(33)
  assert len(os.listdir(f"/proc/{probe.p.pid}/fd")) == files
  assert resident() - before < 400, f"{resident() - before} kB more"
  return peer, probe, sound


def story_tls():
  folder = tempfile.TemporaryDirectory
  with folder() as good, folder() as other, folder() as wrong:
    ca, cert, key = certificates(good, "IP:127.0.0.1")
    foreign, _, _ = certificates(other, "IP:127.0.0.1")
    ca2, cert2, key2 = certificates(wrong, "DNS:elsewhere.example")
    sound = Sound()
    peer = Peer("tls", certificate=(cert, key))
    probe = Probe(peer, f"phone.ca_file={ca}")
    probe.expect("trunk up none")
    talking(peer, probe, sound)
    probe.hears(440)
    peer_hears(sound, 700)
    probe.say("end")
    peer.reply(peer.expect("BYE"), 200, "OK")
    probe.close()
    for authority, chain in ((foreign, (cert, key)), (ca2, (cert2, key2))):
      untrusted = Peer("tls", certificate=chain)
      probe = Probe(untrusted, f"phone.ca_file={authority}")
      probe.expect("trunk down line_down")
      assert untrusted.options_seen == 0, "it spoke to an untrusted server"
      assert any("certificate" in line for line in probe.all), probe.all
      probe.close()
      untrusted.close()
    peer.close()
    sound.close()


def story_redirected():
  peer, probe = start()
  trap = Peer("udp")
  invite = placed(peer, probe)
  peer.reply(invite, 302, "Moved", [f"Contact: <sip:{NUMBER}@127.0.0.1:{trap.port}>"])
  probe.expect("over declined")
  trap.none("INVITE", 1)
  trap.close()
  return peer, probe


def story_redirected_after_ringing():
  peer, probe = start(transport="tcp")
  trap = Peer("tcp")
  invite = placed(peer, probe)
  peer.reply(invite, 180, "Ringing")
  probe.expect("progress ringing")
  peer.reply(invite, 302, "Moved", [f"Contact: <sip:{NUMBER}@127.0.0.1:{trap.port}>"])
  probe.expect("over declined")
  trap.none("INVITE", 1)
  trap.close()
  return peer, probe


def story_refer():
  peer, probe = start()
  sound = Sound()
  invite = talking(peer, probe, sound)
  peer.request("REFER", invite.reply_to, peer.dialog_of(invite), ["Refer-To: <sip:+4599999999@elsewhere>"])
  peer.expect(405)
  probe.hears(440)
  probe.say("end")
  peer.reply(peer.expect("BYE"), 200, "OK")
  return peer, probe, sound


def story_required_extension():
  peer, probe = start()
  sound = Sound()
  come_in(peer, probe, sound, ["Require: 100rel"])
  no = peer.expect(420)
  assert no.get("Unsupported") == "100rel"
  probe.none("incoming.*", 0.5)
  return peer, probe, sound


def story_who_calls():
  peer, probe = start()
  sound = Sound()
  asserted = "P-Asserted-Identity: <sip:004511223344@peer;user=phone>"
  for headers, caller, seen in (
    ([asserted], '"X" <sip:99@peer>', r"\+4511223344"),
    (["P-Asserted-Identity: <tel:+4511223344>"], "<sip:99@peer>", r"\+4511223344"),
    ([asserted, "Privacy: id"], "<sip:anonymous@anonymous.invalid>", "hidden"),
    ([asserted, "Privacy: id"], "<sip:+4511223344@peer>", "hidden"),
    ([asserted], "<sip:anonymous@anonymous.invalid>", "hidden"),
    ([], "<sip:12345678@peer>", r"\+4512345678"),
    ([], "<sip:alice@peer>", "hidden"),
  ):
    send, dialog = come_in(peer, probe, sound, headers, caller)
    probe.expect(f"incoming {seen}")
    probe.say("decline")
    no = peer.expect(603)
    dialog["to"] = no.get("To")
    peer.ack(send, dialog)
  invite = placed(peer, probe, "hide")
  assert invite.get("Privacy") == "id" and "anonymous" in invite.get("From")
  assert "4570101010" not in invite.get("From")
  assert "+4570101010" in invite.get("P-Asserted-Identity")
  peer.reply(invite, 486, "Busy")
  probe.expect("over busy")
  return peer, probe, sound


def story_foreign_sip():
  peer, probe = start()
  sound = Sound()
  foreign = Peer("udp", host="127.0.0.9")
  send = lambda b: foreign.sock.sendto(b, ("127.0.0.1", probe.port))
  foreign.invite(send, f"sip:samtale@127.0.0.1:{probe.port}", sound.sdp())
  foreign.request("OPTIONS", send, {"uri": "sip:x", "from": "<sip:a@b>;tag=1", "to": "<sip:x>", "id": "1"})
  probe.none("incoming.*", 1)
  assert foreign.inbox.empty(), "a foreign source got an answer"
  tcp_peer, tcp_probe = start(transport="tcp")
  s = socket.socket()
  s.bind(("127.0.0.9", 0))
  s.settimeout(1)
  try:
    s.connect(("127.0.0.1", tcp_probe.port))
    raise AssertionError("a foreign source was let in")
  except (socket.timeout, ConnectionRefusedError):
    pass
  s.close()
  tcp_probe.close()
  tcp_peer.close()
  foreign.close()
  allowed = Probe(peer, "phone.sources=10.0.0.0/8 127.0.0.8/31")
  allowed.expect("trunk up none")
  friend = Peer("udp", host="127.0.0.9")
  friend.invite(lambda b: friend.sock.sendto(b, ("127.0.0.1", allowed.port)),
                f"sip:samtale@127.0.0.1:{allowed.port}", sound.sdp())
  allowed.expect(r"incoming \+4587654321")
  allowed.close()
  friend.close()
  return peer, probe, sound


def story_foreign_sip_without_the_kernel():
  """Kernels that take no filter from who has no rights: strangers are not parsed either."""
  peer = Peer()
  probe = Probe(peer, rights=False)
  probe.expect("trunk up none")
  foreign = Peer("udp", host="127.0.0.9")
  send = lambda b: foreign.sock.sendto(b, ("127.0.0.1", probe.port))
  foreign.invite(send, f"sip:samtale@127.0.0.1:{probe.port}", "v=0")
  foreign.request("OPTIONS", send, {"uri": "sip:x", "from": "<sip:a@b>;tag=1", "to": "<sip:x>", "id": "1"})
  send(b"\0\1\0\0\x21\x12\xa4\x42" + bytes(12))  # STUN, which libre answers to anybody
  send(b"INVITE nonsense")
  probe.none("incoming.*|sip:.*", 0.5)
  assert foreign.inbox.empty(), "a foreign source got an answer"
  foreign.sock.setblocking(False)
  foreign.close()
  return peer, probe


def story_foreign_rtp():
  peer, probe = start()
  sound = Sound()
  invite = talking(peer, probe, sound)
  probe.hears(440)
  foreign = Sound(hz=1500)
  foreign.to = invite.rtp()
  same_port = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
  same_port.bind(("127.0.0.9", sound.port))
  for i in range(50):  # right port, wrong address; then right address, wrong SSRC
    same_port.sendto(sound.packet(i, i * 160, b"\x00" * 160), invite.rtp())
    sound.sock.sendto(foreign.packet(i, i * 160, b"\x00" * 160), invite.rtp())
  time.sleep(1)
  probe.say("figures")
  m = probe.expect(r"figures in (\d+) out (\d+) refused (\d+) law pcma")
  assert int(m.group(3)) > 120, m.group(0)
  while not probe.lines.empty():
    probe.lines.get()
  for _ in range(3):
    probe.hears(440, 2)
  foreign.close()
  same_port.close()
  probe.say("end")
  peer.reply(peer.expect("BYE"), 200, "OK")
  return peer, probe, sound


def story_sender_changes():
  """Announcement, then the person: another SSRC from the same address, without a word."""
  peer, probe = start()
  sound = Sound()
  talking(peer, probe, sound)
  probe.hears(440)
  target, sound.to = sound.to, None
  time.sleep(0.5)
  sound.ssrc ^= 0xFFFF
  sound.to = target
  probe.hears(440)
  probe.say("end")
  peer.reply(peer.expect("BYE"), 200, "OK")
  return peer, probe, sound


def story_trusted_media_source():
  """Sound from another address of the operator's is taken and answered there; the first
  one is kept."""
  peer, probe = start("phone.media_sources=127.0.0.8/31")
  announced, real, late = Sound(), Sound(host="127.0.0.9", hz=900), Sound(host="127.0.0.8", hz=1500)
  invite = placed(peer, probe)
  peer.accept_call(invite, announced.sdp())
  peer.expect("ACK")
  probe.expect("open pcma")
  real.to = invite.rtp()
  probe.hears(900)
  peer_hears(real, 700)
  late.to = invite.rtp()
  time.sleep(0.3)
  for _ in range(3):
    probe.hears(900, 1)
  assert late.packets == 0
  probe.say("end")
  peer.reply(peer.expect("BYE"), 200, "OK")
  return peer, probe, announced, real, late


def story_sound_ends():
  peer, probe = start("phone.silence_seconds=5")
  sound = Sound()
  talking(peer, probe, sound)
  probe.hears(440)
  sound.to = None
  probe.expect("over silent", 8)
  peer.reply(peer.expect("BYE"), 200, "OK")
  return peer, probe, sound


def story_bad_media():
  peer, probe = start()
  sound = Sound()
  invite = placed(peer, probe)
  peer.accept_call(invite, sound.sdp(formats="18").replace("RTP/AVP 18 101", "RTP/AVP 18"))
  peer.expect("ACK")
  peer.reply(peer.expect("BYE"), 200, "OK")
  probe.expect("over bad_media")
  come_in(peer, probe, sound, sdp=sound.sdp(formats="9"))
  peer.expect(488)
  sound2 = Sound()
  invite = talking(peer, probe, sound2)
  dialog, send = peer.dialog_of(invite), invite.reply_to
  fax = sound2.sdp().split("m=audio")[0] + "m=image 4000 udptl t38\r\na=T38FaxVersion:0\r\n"
  peer.request("INVITE", send, dialog, body=fax)
  peer.expect(488)
  probe.hears(440)
  peer_hears(sound2, 700)
  probe.say("end")
  peer.reply(peer.expect("BYE"), 200, "OK")
  return peer, probe, sound, sound2


def story_info_keys():
  peer, probe = start("phone.dtmf=info")
  sound = Sound()
  invite = talking(peer, probe, sound)
  dialog, send = peer.dialog_of(invite), invite.reply_to
  peer.request("INFO", send, dialog, body="Signal=5\r\nDuration=160\r\n", ctype="application/dtmf-relay")
  probe.expect("key 5")
  peer.request("INFO", send, dialog, body="Signal= #\r\n", ctype="application/dtmf-relay")
  probe.expect("key #")
  sound.sock.sendto(sound.packet(9, 9, b"\x07\x0a\x00\xa0", 101), sound.to)
  probe.expect("event 7")
  probe.say("end")
  peer.reply(peer.expect("BYE"), 200, "OK")
  return peer, probe, sound


def story_our_options_answer():
  peer, probe = start()
  peer.request("OPTIONS", peer.gateway, {"uri": f"sip:127.0.0.1:{probe.port}",
                                         "from": "<sip:a@b>;tag=1", "to": "<sip:x>", "id": "o1"})
  ok = peer.expect(200)
  assert "UPDATE" in ok.get("Allow") and "REFER" not in ok.get("Allow") and not ok.get("Supported")
  return peer, probe


def story_incoming_cancelled():
  peer, probe = start()
  sound = Sound()
  send, dialog = come_in(peer, probe, sound)
  peer.expect(180)
  probe.expect(r"incoming .*")
  uri = f"sip:samtale@127.0.0.1:{probe.port}"
  branch = f"z9hG4bKcancel{time.monotonic_ns()}"
  via = f"Via: SIP/2.0/UDP {peer.host}:{peer.port};branch={branch};rport"
  probe.say("decline")
  peer.expect(603)
  head = f"From: <sip:+4587654321@peer>;tag=c2\r\nTo: <{uri}>\r\nCall-ID: {branch}\r\n"
  body = sound.sdp()
  send((f"INVITE {uri} SIP/2.0\r\n{via}\r\n{head}CSeq: 1 INVITE\r\nContact: {peer.contact()}\r\n"
     f"Content-Type: application/sdp\r\nContent-Length: {len(body)}\r\n\r\n{body}").encode())
  probe.expect("incoming .*")
  send(f"CANCEL {uri} SIP/2.0\r\n{via}\r\n{head}CSeq: 1 CANCEL\r\nContent-Length: 0\r\n\r\n".encode())
  peer.expect(487)
  probe.expect("over hung_up")
  return peer, probe, sound


def main():
  stories = {k[6:]: v for k, v in globals().items() if k.startswith("story_")}
  stories["five_hundred_calls"] = soak_five_hundred_calls
  chosen = sys.argv[2:]
  bad = 0
  if not chosen:
    alone = ["invite_flood"]  # counts packets
    together = [n for n in stories if n not in alone and n != "five_hundred_calls"]
    good = tell_together(together, 4)
    return 0 if tell_together(alone, 1) and good else 1
  for name in chosen:
    begin = time.monotonic()
    try:
      things = stories[name]() or ()
      for thing in sorted(things, key=lambda t: not isinstance(t, Probe)):
        thing.close()
      print(f"ok {name} {time.monotonic() - begin:.1f} s", flush=True)
    except AssertionError as e:
      bad += 1
      print(f"NOT OK {name}: {e}", flush=True)
    for child in STARTED:
      if child.poll() is None:
        child.kill()
        child.wait()
    STARTED.clear()
  return bad


if __name__ == "__main__":
  sys.exit(1 if main() else 0)
