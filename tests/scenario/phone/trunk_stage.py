# SPDX-License-Identifier: MPL-2.0
"""What the stories of a trunk are played with: the program trunk_probe, a SIP server of our
own, baresip as a real telephone."""
import os
import queue
import re
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from sip_peer import Peer, Sound  # noqa: E402
from sound import read_wav, strength, tone, write_wav  # noqa: E402

PROBE = sys.argv[1] if len(sys.argv) > 1 else "trunk_probe"
NUMBER = "+4512345678"
USER = ["phone.user=borger", "password=hemmelig ord"]


STARTED = []  # processes, so that a story that fails leaves none behind


class Probe:
  def __init__(self, peer, *settings, server=None, rights=True):
    base = {
      "phone.server": server or f"127.0.0.1:{peer.port}",
      "phone.transport": peer.transport if peer else "udp",
      "phone.sip_port": "0",
      "phone.number": "+4570101010",
      "phone.media_port": str(20000 + os.getpid() % 20 * 1000),
    }
    more = dict(s.split("=", 1) for s in settings)
    args = [f"{k}={v}" for k, v in {**base, **more}.items()]
    drop = [] if rights else ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]
    self.p = subprocess.Popen([*drop, PROBE, *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
    STARTED.append(self.p)
    self.lines, self.all = queue.Queue(), []
    self.reader = threading.Thread(target=self.read, daemon=True)
    self.reader.start()
    self.port = int(self.expect(r"port (\d+)").group(1))

  def read(self):
    for line in self.p.stdout:
      self.all.append(line.rstrip())
      self.lines.put(line.rstrip())

  def say(self, line):
    self.p.stdin.write(line + "\n")
    self.p.stdin.flush()

  def expect(self, pattern, timeout=6):
    end = time.monotonic() + timeout
    while True:
      left = end - time.monotonic()
      try:
        line = self.lines.get(timeout=max(0.001, left))
      except queue.Empty:
        if left <= 0:
          raise AssertionError(f"no {pattern!r} in {self.all[-12:]}") from None
        continue
      found = re.fullmatch(pattern, line)
      if found:
        return found

  def none(self, pattern, seconds):
    try:
      self.expect(pattern, seconds)
    except AssertionError:
      return
    raise AssertionError(f"{pattern!r} came")

  def hears(self, hz, timeout=4):
    end = time.monotonic() + timeout
    while time.monotonic() < end:
      m = self.expect(r"heard (\d+) rms (\d+)", timeout)
      if abs(int(m.group(1)) - hz) <= 30 and int(m.group(2)) > 1000:
        return
    raise AssertionError(f"{hz} Hz was not heard: {self.all[-8:]}")

  def close(self):
    try:
      self.say("quit")
      self.p.wait(8)
      self.reader.join(2)
    except (subprocess.TimeoutExpired, OSError):
      self.p.kill()
      raise AssertionError("the probe did not end") from None
    finally:
      self.p.stdin.close()
    text = "\n".join(self.all)
    assert self.p.returncode == 0 and "ended" in text, f"it crashed: {text[-600:]}"
    for private in ("12345678", "87654321", "hemmelig", "unhandel"):
      assert private not in "\n".join(l for l in self.all if not l.startswith("incoming")), text[-600:]


def peer_hears(sound, hz, timeout=4):
  end = time.monotonic() + timeout
  while time.monotonic() < end:
    time.sleep(0.3)
    got = sound.hears()
    if abs(got[0] - hz) <= 20 and got[1] > 1000:
      return
  raise AssertionError(f"{hz} Hz was not heard by the peer but {sound.hears()}, {sound.packets} packets")


def placed(peer, probe, order="dial"):
  probe.say(f"{order} {NUMBER}")
  probe.expect("dialled yes 0")
  invite = peer.expect("INVITE")
  peer.reply(invite, 100, "Trying")
  return invite


def talking(peer, probe, sound):
  invite = placed(peer, probe)
  sound.to = invite.rtp()
  peer.accept_call(invite, sound.sdp())
  peer.expect("ACK")
  probe.expect("open .*")
  return invite


def start(*settings, transport="udp"):
  peer = Peer(transport)
  probe = Probe(peer, *settings)
  probe.expect("trunk up none")
  return peer, probe


class Telephone:
  """baresip as the operator: a real phone that answers at once, speaks a tone and records
  what it hears; over TLS with SDES where it has a certificate."""

  transport = "udp"

  def __init__(self, folder, hertz, certificate=None):
    with socket.socket() as s:
      s.bind(("127.0.0.1", 0))
      sip = s.getsockname()[1]
    self.folder, self.port = folder, sip
    write_wav(os.path.join(folder, "speaks.wav"), tone(hertz, 60))
    more, account = [], ""
    if certificate:
      self.transport, self.port = "tls", sip + 1
      pem = os.path.join(folder, "both.pem")
      with open(pem, "w", encoding="ascii") as f:
        for name in certificate[1:]:
          f.write(open(name, encoding="ascii").read())
      more, account = [f"sip_certificate {pem}", "module srtp.so"], ";mediaenc=srtp-mand"
    rtp = 30000 + 2 * (sip % 4000)
    config = [
      f"sip_listen 127.0.0.1:{sip}", "audio_player aubridge,ear", f"audio_source aufile,{folder}/speaks.wav",
      "audio_alert aubridge,bell", "ausrc_srate 8000", "auplay_srate 8000", "ausrc_channels 1", "auplay_channels 1",
      f"rtp_ports {rtp}-{rtp + 40}", "module_path /usr/lib/baresip/modules", "module g711.so", "module aufile.so",
      "module aubridge.so", "module sndfile.so", f"snd_path {folder}", "module_tmp account.so",
      "module_app menu.so", "net_interface 127.0.0.1", *more, "",
    ]
    for name, text in (("contacts", ""), ("config", "\n".join(config)),
             ("accounts", f"<sip:{NUMBER}@127.0.0.1>;regint=0;answermode=auto;audio_codecs=pcma{account}\n")):
      with open(os.path.join(folder, name), "w", encoding="ascii") as f:
        f.write(text)
    self.child = subprocess.Popen(["baresip", "-f", folder], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    STARTED.append(self.child)

  def hears(self, hz, timeout=5):
    end = time.monotonic() + timeout
    while time.monotonic() < end:
      time.sleep(0.3)
      files = sorted(f for f in os.listdir(self.folder) if f.endswith("-dec.wav"))
      if files and strength(read_wav(os.path.join(self.folder, files[-1]))[-3200:], hz) > 0.05:
        return
    raise AssertionError(f"the telephone does not hear {hz} Hz")

  def close(self):
    self.child.terminate()
    self.child.wait(5)


def with_telephone(folder, certificate, *settings):
  phone = Telephone(folder, 500, certificate)
  probe = Probe(phone, f"phone.transport={phone.transport}", *settings)
  probe.expect("trunk up none", 12)
  probe.say(f"dial {NUMBER}")
  probe.expect("progress answered")
  probe.hears(500)
  phone.hears(700)
  time.sleep(6)  # past an RTCP report, protected where the sound is
  probe.hears(500)
  probe.say("end")
  return phone, probe
