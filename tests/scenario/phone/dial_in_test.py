# SPDX-License-Identifier: MPL-2.0
"""Somebody calls in: right digits and wrong ones, a known number, no digits at all, and what
happens in the lobby and when the caller is let in. Also by SIPp and baresip."""

import struct
import time

from harness import Baresip, Gateway, hears, hears_no, run_stories, until
from sound import rms, strength

ROOM, CALLER = 88, "+4520304050"


def call_in(gateway, operator, **more):
  call = operator.dial(gateway.sip_port, **more)
  incoming = gateway.link.expect("INCOMING")
  assert incoming.leg & 0x80000000
  return call, incoming


def type_digits(gateway, call, leg, number="12345678", pin="654321", tries=1):
  call.press(number)
  until("the number was typed", lambda: not call.keys)
  call.press(pin)
  digits = gateway.link.expect("DIGITS", leg=leg)
  assert (digits.text, digits.more, digits.value) == (number, pin, tries), "other digits came"


def story_right_digits_lead_into_the_talk(programs, operator):
  with Gateway(programs, operator) as gateway:
    call, incoming = call_in(gateway, operator)
    assert incoming.text == CALLER and not incoming.flags & {"HIDDEN"}
    time.sleep(0.3)
    assert not call.has("answered"), "answered before it was ordered"
    gateway.link.order("ANSWER", leg=incoming.leg, word="ASK")
    until("answered", lambda: call.has("answered"))
    until("the caller is welcomed", lambda: rms(call.newest()) > 500)
    type_digits(gateway, call, incoming.leg)
    gateway.link.order("VERDICT", leg=incoming.leg, word="LOBBY", room=ROOM)
    # Somebody is in the room already: nothing of it reaches the lobby, nor the other way.
    operator.tones["+4521111111"] = 700
    gateway.link.order("DIAL", leg=1, room=ROOM, text="+4521111111", word="KEY", value=30)
    gateway.link.expect("PROGRESS", leg=1, word="ANSWERED")
    other = operator.call_to("+4521111111")
    other.press("1")
    gateway.link.expect("PROGRESS", leg=1, word="TALKING")
    hears_no(other, 600)
    hears_no(call, 700)
    gateway.link.order("ADMIT", leg=incoming.leg, room=ROOM)
    hears(other, 600)
    hears(call, 700)
    gateway.link.order("CLOSE_ROOM", room=ROOM)
    gateway.link.expect("ENDED", leg=incoming.leg, word="CANCELLED", within=20)
    until("the caller is hung up", lambda: call.has("over"))


def story_waiting_in_the_lobby_is_not_silent(programs, operator):
  with Gateway(programs, operator) as gateway:
    call, incoming = call_in(gateway, operator, number=None)
    assert "HIDDEN" in incoming.flags and not incoming.text
    gateway.link.order("ANSWER", leg=incoming.leg, word="LOBBY", room=ROOM)
    until("answered", lambda: call.has("answered"))
    time.sleep(28)  # both languages, then tones
    waited = call.heard[-20 * 8000:]
    loud = [rms(waited[i:i + 1600]) > 100 for i in range(0, len(waited), 1600)]
    assert any(loud), "dead silence"
    longest = max(len(run) for run in "".join("x" if v else "." for v in loud).split("x"))
    assert longest * 0.2 < 10, f"{longest * 0.2} s of silence"
    call.hang_up()
    ended = gateway.link.expect("ENDED", leg=incoming.leg, word="HUNG_UP")
    assert ended.value >= 28


def story_who_waited_in_vain_is_not_thanked_for_a_talk(programs, operator):
  with Gateway(programs, operator) as gateway:
    call, incoming = call_in(gateway, operator)
    gateway.link.order("ANSWER", leg=incoming.leg, word="LOBBY", room=ROOM)
    until("answered", lambda: call.has("answered"))
    until("the lobby speaks", lambda: rms(call.newest()) > 500)
    before = len(call.heard)
    gateway.link.order("CLOSE_ROOM", room=ROOM)
    until("the caller is hung up", lambda: call.has("over"), within=20)
    # The thanks last 3.6 s, what is said to who never talked 5.9 s.
    assert (len(call.heard) - before) / 8000 > 5, "thanked for a talk that there was not"


def story_three_times_wrong(programs, operator):
  with Gateway(programs, operator) as gateway:
    call, incoming = call_in(gateway, operator)
    gateway.link.order("ANSWER", leg=incoming.leg, word="ASK")
    until("answered", lambda: call.has("answered"))
    for i in (1, 2, 3):
      type_digits(gateway, call, incoming.leg, tries=i)
      gateway.link.order("VERDICT", leg=incoming.leg, word="WRONG" if i < 3 else "CALL_BACK")
    gateway.link.expect("ENDED", leg=incoming.leg, word="NOT_CONFIRMED", within=20)
    until("hung up", lambda: call.has("over"))
    assert "123456" not in gateway.logged() and CALLER[3:] not in gateway.logged()


def story_who_types_nothing_is_called_back(programs, operator):
  with Gateway(programs, operator) as gateway:
    call, incoming = call_in(gateway, operator)
    gateway.link.order("ANSWER", leg=incoming.leg, word="ASK")
    until("answered", lambda: call.has("answered"))

    call.press("#")  # one language takes half the time
    def is_given_up():
      gateway.later(10)
      gateway.link.read()
      return any(r.kind == "DIGITS" for r in gateway.link.reports)
    until("the broker is told", is_given_up, within=60, every=0.5)
    digits = gateway.link.expect("DIGITS", leg=incoming.leg)
    assert (digits.text, digits.more, digits.value) == ("", "", 3), "digits of nobody"
    gateway.link.order("VERDICT", leg=incoming.leg, word="CALL_BACK")
    gateway.link.expect("ENDED", leg=incoming.leg, word="NOT_CONFIRMED", within=20)


def story_digits_come_as_the_operator_sends_them(programs, operator):
  for way in ("info", "inband"):
    with Gateway(programs, operator, dtmf=way) as gateway:
      call, incoming = call_in(gateway, operator, hertz=0)
      gateway.link.order("ANSWER", leg=incoming.leg, word="ASK")
      until("answered", lambda: call.has("answered"))
      (call.press_by_info if way == "info" else call.press_in_sound)("12345678654321")
      digits = gateway.link.expect("DIGITS", leg=incoming.leg)
      assert (digits.text, digits.more) == ("12345678", "654321"), f"other digits came by {way}"


def story_a_flood_of_calls_leaves_a_running_one_alone(programs, operator):
  with Gateway(programs, operator, calls=2) as gateway:
    call, incoming = call_in(gateway, operator)
    gateway.link.order("ANSWER", leg=incoming.leg, word="LOBBY", room=ROOM)
    until("answered", lambda: call.has("answered"))
    time.sleep(0.5)
    at, flood = len(call.packets), []
    for i in range(300):
      flood.append(operator.dial(gateway.sip_port, number=f"+4530{i:06d}", hertz=0))
      time.sleep(0.002)
    time.sleep(1)
    packets = call.packets[at:]
    assert len(packets) > 50 and all(b[0] - a[0] == 1 and b[1] - a[1] == 160
                                     for a, b in zip(packets, packets[1:])), "sound was lost"
    refused = sum(other.code in (486, 503) for other in flood)
    assert refused >= 290, refused  # one is let ring, the trunk may lose a few of a flood


def story_a_refused_call_and_one_that_gives_up(programs, operator):
  with Gateway(programs, operator) as gateway:
    call, incoming = call_in(gateway, operator)
    gateway.link.order("ANSWER", leg=incoming.leg, word="REFUSE")
    gateway.link.expect("ENDED", leg=incoming.leg, word="BUSY", value=0)
    until("refused", lambda: call.code == 486)
    call, second = call_in(gateway, operator)
    assert second.leg != incoming.leg
    gateway.link.order("ANSWER", leg=second.leg, word="ASK")
    until("answered", lambda: call.has("answered"))
    call.hang_up()
    gateway.link.expect("ENDED", leg=second.leg, word="HUNG_UP")


def story_unknown_callers_leave_lines_to_call_with(programs, operator):
  with Gateway(programs, operator, calls=4) as gateway:
    for i in range(3):
      call_in(gateway, operator, number=f"+452030405{i}")
    fourth = operator.dial(gateway.sip_port, number="+4520304059")
    until("the fourth is refused", lambda: fourth.code in (486, 503))
    gateway.link.order("DIAL", leg=1, room=ROOM, word="OWNER", value=10, text="+4521436587")
    gateway.link.expect("PROGRESS", leg=1, word="ANSWERED")


def story_a_flood_of_keys_is_no_finger(programs, operator):
  with Gateway(programs, operator) as gateway:
    call, incoming = call_in(gateway, operator)
    gateway.link.order("ANSWER", leg=incoming.leg, word="LOBBY", room=ROOM)
    until("answered", lambda: call.has("answered"))
    gateway.link.order("ADMIT", leg=incoming.leg, room=ROOM)
    time.sleep(0.5)
    for i in range(2000):  # *6*6*6… in two seconds
      with operator.lock:
        call.send_rtp(struct.pack(">BBH", (10, 6)[i % 2], 0x8a, 800), 101, ts=call.ts + 1600 * i)
      time.sleep(0.001)
    time.sleep(0.3)
    gateway.link.read()
    pressed = sum(r.kind == "KEY" for r in gateway.link.reports)
    assert 1 <= pressed <= 40, pressed


def story_nonsense_fills_no_log(programs, operator):
  with Gateway(programs, operator) as gateway:
    before = gateway.logged()
    for i in range(50):
      operator.sip.sendto(b"INVITE %s%n\r\n" + bytes(i), ("127.0.0.1", gateway.sip_port))
    call_in(gateway, operator)  # all that came before it was read
    assert gateway.logged() == before, gateway.logged()


def story_a_full_house_refuses_and_goes_on(programs, operator):
  with Gateway(programs, operator, calls=2) as gateway:
    calls = [call_in(gateway, operator, number=f"+452030405{i}") for i in range(2)]
    for _, incoming in calls:
      gateway.link.order("ANSWER", leg=incoming.leg, word="ASK")
    third = operator.dial(gateway.sip_port, number="+4520304059")
    until("the third is refused", lambda: third.code in (486, 503))
    gateway.link.never("INCOMING", during=0.2)
    for call, _ in calls:
      until("welcomed", lambda: rms(call.newest()) > 500)


def story_a_real_telephone_types_its_digits(programs, operator):
  phone = Baresip(CALLER, 500)
  operator.port, ours = phone.port, operator.port
  try:
    with Gateway(programs, operator) as gateway:
      phone.command("dial", f"sip:+4570101010@127.0.0.1:{gateway.sip_port}")
      incoming = gateway.link.expect("INCOMING")
      gateway.link.order("ANSWER", leg=incoming.leg, word="ASK")
      gateway.link.expect("MEDIA", leg=incoming.leg)
      until("it is welcomed", lambda: rms(phone.newest()) > 500)
      phone.press("12345678")
      phone.press("654321")
      digits = gateway.link.expect("DIGITS", leg=incoming.leg)
      assert (digits.text, digits.more) == ("12345678", "654321"), "other digits came"
      gateway.link.order("VERDICT", leg=incoming.leg, word="LATER")
      gateway.link.expect("ENDED", leg=incoming.leg, word="NOT_CONFIRMED", within=20)
  finally:
    operator.port = ours
    phone.close()


run_stories(globals())
