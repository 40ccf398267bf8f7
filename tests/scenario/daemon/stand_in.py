#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""In the place of samtale-phone: speaks the report socket and the link as the gateway does
(include/samtale/link), places no call. How it behaves is in the file `behaviour` beside it,
what it saw goes line by line into `seen`."""

import os
import signal
import socket
import struct
import sys
import time
from pathlib import Path

READY, BEAT, LINK = 1, 3, 16
HELLO, SYNCED, TRUNK = 65, 67, 68
VERSION, UP = 1, 2
HERE = Path(sys.argv[0]).parent


def behaviour():
  return (HERE / "behaviour").read_text(encoding="utf-8").split()


def see(*words):
  with open(HERE / "seen", "a", encoding="utf-8") as f:
    f.write(" ".join(map(str, words)) + "\n")


def frame(kind, body=b"", number=0):
  return struct.pack(">IBI", 5 + len(body), kind, number) + body


def report(kind, value=0, word=0, number=0):
  return frame(kind, struct.pack(">QBBIHH", 0, word, 0, value, 0, 0), number)


def greet(link):
  if "rude" in behaviour():
    link.sendall(b"\xff" * 64)
  elif "deaf" in behaviour():
    link.sendall(report(HELLO, VERSION))
    time.sleep(1000)
  else:
    link.sendall(report(HELLO, VERSION) + report(SYNCED) + report(TRUNK, 0, UP))


def serve(parent):
  """Takes links until the parent is gone; beats as a watchdog wants, unless it is hung."""
  link = None
  parent.sendall(frame(READY))
  if "hung" not in behaviour():
    parent.settimeout(0.1)
  while True:
    try:
      data, fds, _, _ = socket.recv_fds(parent, 9, 4)
    except TimeoutError:
      parent.sendall(frame(BEAT))
      continue
    if not data:
      see("parent gone")
      return
    if data[4] == LINK and fds:
      see("link")
      link = socket.socket(fileno=fds[0])
      link.setblocking(True)
      greet(link)


def main():
  see("argv", *sys.argv[1:])
  see("pid", os.getpid())
  see("fds", *sorted(int(x) for x in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{x}")))
  how = behaviour()
  if "bad-settings" in how:
    print("samtale-phone: phone.number is not a number.", file=sys.stderr)
    return 78
  if "no-port" in how:
    print("samtale-phone: port 5060 is taken.", file=sys.stderr)
    return 1
  if "stubborn" in how:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
  else:
    signal.signal(signal.SIGTERM, lambda *_: (see("asked to end"), sys.exit(0)))
  serve(socket.socket(fileno=3))
  return 0


if __name__ == "__main__":
  sys.exit(main())
