# SPDX-License-Identifier: MPL-2.0
"""Trunks over TLS and TCP through the real gateway after it gave up files and rights: names are
looked up, connections made anew, certificates judged, sound encrypted, all without a file."""
import os
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

from harness import Browser, Gateway, hears, run_stories, until
from sip_peer import Peer, Sound, digest_is_right
from srtp_sound import SecureSound
from trunk_world import certificates, dns_name, name_server

ROOM, CITIZEN, CALLER = 71, "+4522222222", "+4587654321"
USER, PASSWORD = "borger", "hemmelig ord"


class Registrar:
  """Lets in who knows the password."""

  def __init__(self, peer):
    self.peer, self.nonce, self.let_in = peer, os.urandom(8).hex(), 0
    peer.register = self.take

  def take(self, m):
    header = m.get("Authorization")
    if header and self.nonce in header and digest_is_right(header, "REGISTER", USER, PASSWORD, "SHA-256"):
      self.let_in += 1
      self.peer.reply(m, 200, "OK", [f"Contact: {m.get('Contact')}"])
    else:
      self.peer.reply(m, 401, "Unauthorized", [
        f'WWW-Authenticate: Digest realm="x", nonce="{self.nonce}", algorithm=SHA-256, qop="auth"'])


def trunk(programs, peer, server=None, **settings):
  return Gateway(programs, transport=peer.transport, server=server or f"127.0.0.1:{peer.port}",
                 sip_port=0, media_port=20000 + os.getpid() % 20 * 1000, **settings)


def peer_hears(sound, hertz):
  def look():
    found, rms = sound.hears()
    return abs(found - hertz) <= 20 and rms > 500
  until(f"the telephone hears {hertz} Hz", look)


def place(gateway, peer, sound, leg=2):
  """A call to the citizen, answered."""
  gateway.link.order("DIAL", leg=leg, room=ROOM, text=CITIZEN, word="OWNER", value=30)
  invite = peer.expect("INVITE")
  peer.reply(invite, 100, "Trying")
  if isinstance(sound, SecureSound):
    sound.agree(invite.body)
  sound.to = invite.rtp()
  peer.accept_call(invite, sound.sdp())
  peer.expect("ACK")
  gateway.link.expect("PROGRESS", leg=leg, word="ANSWERED")
  return invite


def talk_and_hang_up(gateway, peer, make_sound):
  """Out and in, heard at both ends."""
  sound = make_sound(hz=700)
  browser = Browser(gateway, 1, ROOM, 440, owner=True)
  place(gateway, peer, sound)
  peer_hears(sound, 440)
  hears(browser, 700)
  gateway.link.order("HANG_UP", leg=2)
  peer.reply(peer.expect("BYE"), 200, "OK")
  gateway.link.expect("ENDED", leg=2, word="CANCELLED")
  sound.close()

  sound = make_sound(hz=1000)
  dialog = peer.invite(peer.gateway, f"sip:{USER}@127.0.0.1", sound.sdp(),
                       caller=f"<sip:{CALLER}@peer>")
  caller = gateway.link.expect("INCOMING", text=CALLER)
  gateway.link.order("ANSWER", leg=caller.leg, word="LOBBY", room=ROOM)
  answer = peer.expect(200)
  peer.established(dialog, answer)
  if isinstance(sound, SecureSound):
    assert "RTP/SAVP" in answer.body, answer.body
    sound.agree(answer.body)
  peer.ack(peer.gateway, dialog)
  sound.to = answer.rtp()
  gateway.link.order("ADMIT", leg=caller.leg, room=ROOM)
  hears(browser, 1000)
  peer_hears(sound, 440)
  peer.request("BYE", peer.gateway, dialog)
  gateway.link.expect("ENDED", leg=caller.leg, word="HUNG_UP")
  if isinstance(sound, SecureSound):
    assert sound.forged == 0, f"{sound.forged} packets were plain or wrong"
  sound.close()
  browser.close()


def with_password(folder):
  path = Path(folder, "password")
  path.write_text(PASSWORD + "\n", encoding="ascii")
  path.chmod(0o600)
  return {"user": USER, "password_file": path}


def story_tls_with_srtp_and_a_password(programs, _):
  with tempfile.TemporaryDirectory() as folder:
    ca, *pair = certificates(folder, "IP:127.0.0.1")
    peer = Peer("tls", certificate=pair)
    registrar = Registrar(peer)
    with trunk(programs, peer, srtp="on", ca_file=ca, **with_password(folder)) as gateway:
      gateway.link.expect("TRUNK", word="UP")
      assert registrar.let_in == 1
      talk_and_hang_up(gateway, peer, SecureSound)
      gateway.link.order("DIAL", leg=9, room=ROOM, text=CITIZEN, word="OWNER", value=30)
      invite = peer.expect("INVITE")
      peer.accept_call(invite, Sound().sdp())  # plain: not with us
      peer.expect("ACK")
      peer.reply(peer.expect("BYE"), 200, "OK")
      gateway.link.expect("ENDED", leg=9, word="BAD_MEDIA")
      gateway.give_link().expect("TRUNK", word="UP")
      gateway.link = gateway.links[-1]
      peer.close()
      gateway.link.expect("TRUNK", word="DOWN")
      again = Peer("tls", port=peer.port, certificate=pair)
      registrar = Registrar(again)
      gateway.link.expect("TRUNK", word="UP")
      assert registrar.let_in == 1, "it did not register anew"
      sound = SecureSound(hz=700)
      place(gateway, again, sound, leg=3)
      gateway.link.order("HANG_UP", leg=3)
      again.reply(again.expect("BYE"), 200, "OK")
      gateway.link.expect("ENDED", leg=3)
      sound.close()
      again.close()


def story_tcp(programs, _):
  peer = Peer("tcp")
  with trunk(programs, peer) as gateway:
    gateway.link.expect("TRUNK", word="UP")
    talk_and_hang_up(gateway, peer, Sound)
    peer.close()
    gateway.link.expect("TRUNK", word="DOWN")
    again = Peer("tcp", port=peer.port)
    gateway.link.expect("TRUNK", word="UP")
    again.close()


def story_a_foreign_authority_is_not_trusted(programs, _):
  with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as other:
    _, *pair = certificates(folder, "IP:127.0.0.1")
    foreign = certificates(other, "IP:127.0.0.1")[0]
    peer = Peer("tls", certificate=pair)
    for settings in ({"ca_file": foreign}, {}):  # the second: those of the system
      with trunk(programs, peer, **settings) as gateway:
        gateway.link.expect("TRUNK", word="DOWN")
        until("the log says why", lambda g=gateway: "why=certificate" in g.logged())
    assert peer.options_seen == 0, "it spoke to a server that it may not trust"
    peer.close()


def story_localhost_is_a_name(programs, _):
  peer = Peer("tcp")
  with trunk(programs, peer, server=f"localhost:{peer.port}") as gateway:
    gateway.link.expect("TRUNK", word="UP")
  peer.close()


def inside_namespaces(name, programs):
  """Tells the story again with a network and mounts of its own. False: this is inside."""
  if os.environ.get("SAMTALE_INSIDE") == "1":
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    return False
  inside = subprocess.run(
    ["unshare", "-nm", sys.executable, "-B", os.path.abspath(__file__), os.path.abspath(programs), name],
    env={**os.environ, "SAMTALE_INSIDE": "1"}, capture_output=True, text=True, timeout=60)
  assert inside.returncode == 0, inside.stdout + inside.stderr
  return True


def mount(folder, name, text, over):
  path = Path(folder, name)
  path.write_text(text, encoding="ascii")
  subprocess.run(["mount", "--bind", path, os.path.realpath(over)], check=True)


def story_names_are_looked_up_behind_the_lockdown(programs, _):
  """SRV and address from a name server, the authority from the system's bundle."""
  if inside_namespaces("story_names_are_looked_up_behind_the_lockdown", programs):
    return
  with tempfile.TemporaryDirectory() as folder:
    ca, *pair = certificates(folder, "DNS:sip.operator.test")
    mount(folder, "resolv.conf", "nameserver 127.0.0.1\n", "/etc/resolv.conf")
    mount(folder, "authorities", Path(ca).read_text(encoding="ascii"), "/etc/ssl/certs/ca-certificates.crt")
    first, second = Peer("tls", certificate=pair), Peer("tls", certificate=pair)
    srv = lambda priority, peer: struct.pack("!HHH", priority, 1, peer.port) + dns_name("one.operator.test")
    name_server({("_sips._tcp.sip.operator.test", 33): [srv(10, first), srv(20, second)],
                 ("one.operator.test", 1): [bytes((127, 0, 0, 1))]})
    with trunk(programs, first, server="sip.operator.test", srtp="on") as gateway:
      gateway.link.expect("TRUNK", word="UP")
      until("the first was asked", lambda: first.options_seen)
      assert second.options_seen == 0
      talk_and_hang_up(gateway, first, SecureSound)
      first.close()
      until("the second takes over", lambda: second.options_seen, within=12)
      gateway.link.expect("TRUNK", word="UP")
      sound = SecureSound()
      place(gateway, second, sound, leg=4)
      sound.close()
    second.close()


if __name__ == "__main__":
  run_stories(globals())
