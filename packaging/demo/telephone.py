#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""The other end of a trial's telephone line, played by baresip: the operator's SIP server
and a citizen's telephone in one, on loopback. It rings twice, answers, speaks a sentence
again and again, and keeps what it hears. broker/run.sh --demo-phone starts it.

  telephone.py ports FOLDER                     choose free ports, print PORT=NUMBER lines
  telephone.py serve FOLDER BROKER-PID          be the telephone until that process is gone
  telephone.py call FOLDER [NUMBER PIN]         call in, key in the digits, talk
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

CITIZEN = "+4521436587"
STRANGER = "+4531425364" # whose number nobody knows: it is asked for digits
OURS = "+4570101010"
RINGS_S = 6 # two of the Danish cadence's
SAID = {"CALL_RINGING": "it rings", "CALL_ESTABLISHED": "answered", "CALL_CLOSED": "over"}
WORDS = "Hej. Du taler med borgerens telefon. Den siger det samme igen og igen."


def free_port(kind=socket.SOCK_DGRAM, first=0):
  with socket.socket(socket.AF_INET, kind) as s:
    s.bind(("127.0.0.1", first))
    return s.getsockname()[1]


def choose(folder):
  ports = {name: free_port() for name in ("server", "sip")}
  ports["control"] = free_port(socket.SOCK_STREAM)
  ports["media"] = 20000 + 1000 * (os.getpid() % 20)
  ports["rtp"] = 50000 + 100 * (os.getpid() % 100)
  (folder / "ports.json").write_text(json.dumps(ports), encoding="ascii")
  print("\n".join(f"{name}={port}" for name, port in ports.items()))


def speak(folder):
  """A WAV of five minutes; espeak-ng and sox are there, the prompts need them too."""
  path = folder / "speaks.wav"
  if path.exists():
    return
  subprocess.run(["espeak-ng", "-b", "1", "-v", "da", "-s", "150", "-w", folder / "once.wav",
                  "--", WORDS], check=True)
  subprocess.run(["sox", "-D", folder / "once.wav", "-b", "16", folder / "new.wav", "gain", "-6",
                  "rate", "8000", "channels", "1", "pad", "0", "1", "repeat", "50"], check=True)
  (folder / "new.wav").rename(path)


def configure(folder, ports):
  modules = sorted(Path("/usr/lib").glob("**/baresip/modules"))[0]
  (folder / "contacts").write_text("", encoding="ascii")
  (folder / "accounts").write_text("".join(
    f"<sip:{number}@127.0.0.1:{ports['server']}>;regint=0;answermode=manual;"
    "audio_codecs=pcma,pcmu\n" for number in (CITIZEN, STRANGER)), encoding="ascii")
  (folder / "config").write_text("\n".join((
    f"sip_listen 127.0.0.1:{ports['server']}", "call_max_calls 4",
    "audio_player aubridge,ear", f"audio_source aufile,{folder}/speaks.wav",
    "audio_alert aubridge,bell", "ausrc_srate 8000", "auplay_srate 8000", "ausrc_channels 1",
    "auplay_channels 1", f"rtp_ports {ports['rtp']}-{ports['rtp'] + 40}",
    f"module_path {modules}", "module g711.so", "module aufile.so", "module aubridge.so",
    "module sndfile.so", f"snd_path {folder}/heard", "module_tmp account.so",
    "module_app menu.so", "module_app ctrl_tcp.so",
    f"ctrl_tcp_listen 127.0.0.1:{ports['control']}", "net_interface 127.0.0.1", "")),
    encoding="ascii")


class Control:
  """baresip's control port: netstrings of JSON, commands down, events up."""

  def __init__(self, port):
    until = time.monotonic() + 10
    while True:
      try:
        self.wire = socket.create_connection(("127.0.0.1", port))
        break
      except OSError:
        if time.monotonic() > until:
          raise
        time.sleep(0.1)
    self.text = b""

  def say(self, command, params=""):
    text = json.dumps({"command": command, "params": params}).encode()
    self.wire.sendall(b"%d:%s," % (len(text), text))

  def hear(self):
    """The next message, None at the end."""
    while True:
      length, colon, rest = self.text.partition(b":")
      if colon and len(rest) > int(length):
        self.text = rest[int(length) + 1:]
        return json.loads(rest[:int(length)])
      part = self.wire.recv(4096)
      if not part:
        return None
      self.text += part

  def press(self, keys):
    for key in keys:
      self.say("sndcode", key)
      time.sleep(0.22)
      self.say("sndcode", "\x04") # lets go of the key
      time.sleep(0.08)


def answer_calls(ports):
  control = Control(ports["control"])
  while (message := control.hear()) is not None:
    if message.get("type") == "CALL_INCOMING":
      threading.Timer(RINGS_S, control.say, ["accept"]).start()


def alive(pid):
  """Also a zombie is gone."""
  try:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
  except OSError:
    return False


def serve(folder, broker):
  ports = json.loads((folder / "ports.json").read_text(encoding="ascii"))
  speak(folder)
  shutil.rmtree(folder / "heard", ignore_errors=True)
  (folder / "heard").mkdir()
  configure(folder, ports)
  with open(folder / "log", "w", encoding="utf-8") as log:
    baresip = subprocess.Popen(["baresip", "-f", folder], stdin=subprocess.DEVNULL, stdout=log,
                               stderr=log)
  threading.Thread(target=answer_calls, args=[ports], daemon=True).start()
  while alive(broker) and baresip.poll() is None:
    time.sleep(0.3)
  baresip.terminate()
  try:
    baresip.wait(5)
  except subprocess.TimeoutExpired:
    baresip.kill()
    baresip.wait()


def call(folder, digits):
  """With digits the caller is a stranger, who is asked for them."""
  ports = json.loads((folder / "ports.json").read_text(encoding="ascii"))
  control = Control(ports["control"])
  who = STRANGER if digits else CITIZEN
  control.say("uafind", f"sip:{who}@127.0.0.1:{ports['server']}")
  control.say("dial", f"sip:{OURS}@127.0.0.1:{ports['sip']}")
  print("calling; Ctrl-C hangs up", flush=True)
  try:
    while (message := control.hear()) is not None:
      kind = message.get("type", "")
      if kind in SAID:
        print(SAID[kind], flush=True)
      if kind == "CALL_ESTABLISHED":
        for wait, keys in zip((8, 8), digits): # after each question
          time.sleep(wait)
          control.press(keys)
      if kind == "CALL_CLOSED":
        return
  except (KeyboardInterrupt, SystemExit):
    control.say("hangup")
    time.sleep(0.2) # until it has left


def main(what, folder, *rest):
  signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
  folder = Path(folder)
  folder.mkdir(parents=True, exist_ok=True)
  if what == "ports":
    choose(folder)
  elif what == "serve":
    signal.signal(signal.SIGINT, signal.SIG_IGN) # the terminal's is for the broker
    serve(folder, int(rest[0]))
  else:
    call(folder, rest)


if __name__ == "__main__":
  main(*sys.argv[1:])
