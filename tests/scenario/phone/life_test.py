# SPDX-License-Identifier: MPL-2.0
"""The gateway's own life: a link that dies and a new one, the end, a parent that dies, a
broker that talks nonsense, and what a locked-down gateway cannot do any more."""

import os
import shutil
import signal
import struct
import tempfile
import time
from pathlib import Path

from harness import Gateway, NotReady, REPORT_BEAT, frame, hears, hears_no, run_stories, until
from sound import rms

ROOM = 99
A, B = "+4521111111", "+4522222222"


def talk_of_two(gateway, operator):
  operator.tones.update({A: 700, B: 440})
  for leg, number, flags in ((1, A, ["OWN_PHONE"]), (2, B, [])):
    gateway.link.order("DIAL", leg=leg, room=ROOM, text=number, word="KEY", value=30, flags=flags)
    gateway.link.expect("PROGRESS", leg=leg, word="ANSWERED")
    operator.call_to(number).press("1")
    gateway.link.expect("PROGRESS", leg=leg, word="TALKING")
  return operator.call_to(A), operator.call_to(B)


def story_calls_outlive_the_link(programs, operator):
  with Gateway(programs, operator) as gateway:
    a, b = talk_of_two(gateway, operator)
    gateway.link.expect("TRUNK", word="UP")
    gateway.link.close()
    until("the gateway noticed", lambda: "PHONE_LINK_LOST" in gateway.logged())
    hears(a, 440)
    hears(b, 700)
    b.press("*6")
    hears_no(a, 440, during=1.5)
    link = gateway.give_link()
    first = link.expect("STANDING", leg=1, room=ROOM, word="TALKING")
    assert first.flags == {"OWNER", "OWN_PHONE"}, first
    assert not link.expect("STANDING", leg=2, room=ROOM, word="TALKING").flags
    link.expect("SYNCED")
    link.expect("TRUNK", word="UP")
    link.expect("MEDIA", leg=1)
    assert link.expect("KEY", leg=2, word="MUTE").flags == {"ON"}, "pressed meanwhile"
    link.order("HANG_UP", leg=2)
    link.expect("ENDED", leg=2, word="CANCELLED")
    # Alone at the telephone, and the link goes: she is told.
    link.close()
    time.sleep(0.3)
    until("words for the one who is alone", lambda: rms(a.newest()) > 500)
    again = gateway.give_link()
    again.expect("STANDING", leg=1)
    again.expect("SYNCED")


def story_callers_outlive_the_link_too(programs, operator):
  with Gateway(programs, operator) as gateway:
    rings = operator.dial(gateway.sip_port, number="+4520304051")
    ringing = gateway.link.expect("INCOMING", text="+4520304051")
    waits = operator.dial(gateway.sip_port, number="+4520304052")
    waiting = gateway.link.expect("INCOMING", text="+4520304052")
    gateway.link.order("ANSWER", leg=waiting.leg, word="LOBBY", room=ROOM)
    types = operator.dial(gateway.sip_port, number="+4520304053")
    typing = gateway.link.expect("INCOMING", text="+4520304053")
    gateway.link.order("ANSWER", leg=typing.leg, word="ASK")
    until("answered", lambda: types.has("answered") and waits.has("answered"))
    types.press("12345678654321")
    gateway.link.expect("DIGITS", leg=typing.leg)
    gateway.link.close()
    link = gateway.give_link()
    link.expect("STANDING", leg=waiting.leg, room=ROOM, word="LOBBY", flags={"INCOMING"})
    link.expect("INCOMING", leg=ringing.leg, text="+4520304051")
    link.expect("INCOMING", leg=typing.leg, text="+4520304053")
    link.never("STANDING", during=0.1)
    link.order("ANSWER", leg=typing.leg, word="ASK")
    digits = link.expect("DIGITS", leg=typing.leg)
    assert (digits.text, digits.more) == ("12345678", "654321"), "other digits came"
    link.order("ANSWER", leg=ringing.leg, word="LOBBY", room=ROOM)
    until("the first is answered", lambda: rings.has("answered"))


def story_a_new_link_replaces_the_old_one(programs, operator):
  with Gateway(programs, operator) as gateway:
    talk_of_two(gateway, operator)
    second = gateway.give_link()
    second.expect("STANDING", leg=2)
    until("the old one is closed", lambda: gateway.link.read(0.01) or gateway.link.stream.over)
    second.order("HANG_UP", leg=1)
    second.expect("ENDED", leg=1)


def story_after_a_minute_without_a_link_all_is_hung_up(programs, operator):
  with Gateway(programs, operator) as gateway:
    a, b = talk_of_two(gateway, operator)
    gateway.link.close()
    until("the gateway noticed", lambda: "PHONE_LINK_LOST" in gateway.logged())
    gateway.later(50)
    time.sleep(1)
    hears(a, 440)
    gateway.later(10)
    until("both are hung up", lambda: a.has("over") and b.has("over"))
    link = gateway.give_link()
    link.expect("SYNCED")
    link.never("STANDING", during=0.2)


def story_the_end_hangs_everybody_up(programs, operator):
  for how in ("signal", "parent"):
    gateway = Gateway(programs, operator)
    a, b = talk_of_two(gateway, operator)
    began = time.monotonic()
    if how == "signal":
      code = gateway.end(signal.SIGTERM)
    else:
      gateway.parent.close()
      code = gateway.end(None)
    took = time.monotonic() - began
    assert code == 0 and took < 3, (how, code, took)
    until("both are hung up", lambda: a.has("over") and b.has("over"), within=1)
    gateway.close()


def story_nonsense_costs_the_link_and_no_call(programs, operator):
  bad = (frame(99, 1), frame(1, 1, b"x"), frame(65, 0, bytes(18)), struct.pack(">I", 1 << 30),
         frame(2, 2, struct.pack(">QBBI", 0, 200, 0, 0) + bytes(4)), b"\x00\x00\x00\x00")
  with Gateway(programs, operator) as gateway:
    a, b = talk_of_two(gateway, operator)
    for part in bad:
      link = gateway.give_link()
      link.sock.sendall(part)
      until("the link is closed", lambda: link.read(0.01) or link.stream.over)
    link = gateway.give_link()
    link.order("CONFIRM", leg=77)  # no such leg: nothing happens
    link.order("DIAL", leg=1, room=ROOM, text=A, word="KEY")  # is there already
    link.order("DIAL", leg=0x80000007, room=ROOM, text=A, word="KEY")  # not the broker's to name
    link.expect("STANDING", leg=2)
    link.never("ENDED", during=0.3)
    hears(a, 440)
    assert len(operator.calls) == 2


def story_a_broker_that_does_not_read_loses_the_link(programs, operator):
  with Gateway(programs, operator) as gateway:
    a, _ = talk_of_two(gateway, operator)
    try:
      for leg in range(100, 20000):
        gateway.link.order("DIAL", leg=leg, room=1, text="bad", word="KEY")
    except BrokenPipeError:
      pass
    until("the link is given up", lambda: "PHONE_LINK_LOST" in gateway.logged())
    hears(a, 440)
    gateway.give_link().expect("SYNCED")


def twenty_calls(gateway, operator):
  for leg in range(1, 21):
    gateway.link.order("DIAL", leg=leg, room=leg // 2, text=f"+45202020{leg:02d}", word="KEY",
                       value=30)
  for leg in range(1, 21):
    gateway.link.expect("PROGRESS", leg=leg, word="ANSWERED")
    if leg % 2:
      gateway.link.order("HANG_UP", leg=leg)
    else:
      operator.call_to(f"+45202020{leg:02d}").hang_up()
    gateway.link.expect("ENDED", leg=leg)


def story_calls_leave_no_descriptor_behind(programs, operator):
  operator.forgets = True
  with Gateway(programs, operator) as gateway:
    before = gateway.descriptors()
    for _ in range(4):
      twenty_calls(gateway, operator)
    until("all are closed", lambda: gateway.descriptors() == before)


def soak_five_hundred_calls_leave_nothing_behind(programs, operator):
  """Told by tests/soak.sh."""
  operator.forgets = True
  with Gateway(programs, operator) as gateway:
    for _ in range(13):
      twenty_calls(gateway, operator)
    time.sleep(34)  # SIP keeps what it answered for 32 s; from then on the room is used again
    early = gateway.memory_kb()
    for _ in range(12):
      twenty_calls(gateway, operator)
    grown = gateway.memory_kb() - early
    print(f"  memory: {grown:+} kB from the 260th to the 500th call")
    # A sanitizer keeps what was freed, and has its own check of leaks.
    assert grown < 100 or "libasan" in Path(f"/proc/{gateway.child.pid}/maps").read_text(), grown


def story_it_beats_and_says_nothing_else(programs, operator):
  with Gateway(programs, operator) as gateway:
    beats = []
    until("three beats", lambda: beats.extend(gateway.reports.read(0.1)) or len(beats) >= 3)
    assert {kind for kind, _, _ in beats} == {REPORT_BEAT}


def story_without_a_trunk_it_serves_browsers(programs, operator):
  with Gateway(programs) as gateway:
    gateway.link.expect("TRUNK", word="OFF")
    gateway.link.order("DIAL", leg=1, room=ROOM, text=A, word="KEY", value=30)
    gateway.link.expect("ENDED", leg=1, word="LINE_DOWN")
    gateway.link.order("BROWSER", leg=2, room=ROOM, text="v=0\r\n", flags=["OWNER"])
    gateway.link.expect("ENDED", leg=2, word="BAD_MEDIA")


def story_bad_settings_end_it_with_a_sentence(programs, operator):
  folder = tempfile.mkdtemp(prefix="samtale-own-")
  Path(folder, "da").mkdir()
  Path(folder, "da/welcome.wav").write_bytes(b"no sound")
  for settings, word in (({"ring_seconds": "never"}, "line"),
                         ({"user": "u", "password_file": "/nowhere/x"}, "password_file"),
                         ({"prompts": folder}, "welcome.wav"),
                         ({"srtp": "on"}, "phone")):
    try:
      Gateway(programs, operator, **settings).close()
    except NotReady as error:
      assert error.code == 78 and "samtale-phone: " in error.log and word in error.log, error
    else:
      raise AssertionError(f"it started with {settings}")
  shutil.rmtree(folder)


def story_it_is_locked_down(programs, operator):
  with Gateway(programs, operator) as gateway:
    status = Path(f"/proc/{gateway.child.pid}/status").read_text()
    for line in ("NoNewPrivs:\t1", "Seccomp:\t2", "CapEff:\t0000000000000000"):
      assert line in status, line
    limits = Path(f"/proc/{gateway.child.pid}/limits").read_text()
    assert "Max core file size        0" in limits
    command = Path(f"/proc/{gateway.child.pid}/cmdline").read_bytes()
    assert b"password" not in command
    opened = [os.readlink(f"/proc/{gateway.child.pid}/fd/{n}")
              for n in os.listdir(f"/proc/{gateway.child.pid}/fd")]
    files = [f for f in opened if f.startswith("/") and not f.startswith("/dev/null")]
    assert files == [str(gateway.folder / "log")], files


run_stories(globals())
