# SPDX-License-Identifier: MPL-2.0
"""Calls that we place: what is told of them, who hears whom until it is known who holds the
telephone, and how they end. The owner is at her own telephone, so that all is heard here."""

import time

from harness import Baresip, Gateway, hears, hears_no, run_stories, until
from sound import rms

OWNER, CITIZEN, ROOM = "+4521111111", "+4522222222", 77


def owner_at_her_phone(gateway, operator, leg=1):
  operator.tones[OWNER] = 700
  gateway.link.order("DIAL", leg=leg, room=ROOM, text=OWNER, word="OWNER", value=30,
                     flags=["OWN_PHONE"])
  gateway.link.expect("PROGRESS", leg=leg, word="ANSWERED")
  phone = operator.call_to(OWNER)
  phone.press("5")
  gateway.link.expect("PROGRESS", leg=leg, word="TALKING")
  return phone


def dial_citizen(gateway, operator, leg=2, word="OWNER", **more):
  operator.tones[CITIZEN] = 440
  gateway.link.order("DIAL", leg=leg, room=ROOM, text=CITIZEN, word=word, value=30, **more)


def story_two_telephones_hear_each_other(programs, operator):
  with Gateway(programs, operator) as gateway:
    owner = owner_at_her_phone(gateway, operator)
    dial_citizen(gateway, operator, more="10:00")
    for word in ("CALLING", "RINGING", "ANSWERED"):
      gateway.link.expect("PROGRESS", leg=2, word=word)
    citizen = operator.call_to(CITIZEN)
    until("the citizen is greeted", lambda: rms(citizen.newest()) > 500)
    hears(owner, 440)  # while it is greeted the owner hears it, it does not hear her
    hears(citizen, 700)  # after the greeting
    began = time.monotonic()
    gateway.link.order("CONFIRM", leg=2)
    gateway.link.expect("PROGRESS", leg=2, word="TALKING")
    assert time.monotonic() - began < 0.3
    hears(owner, 440)
    hears(citizen, 700)
    hears_no(citizen, 440)
    hears_no(owner, 700)
    # 50 packets a second, timestamps without a gap, one SSRC.
    part = citizen.packets[-40:]
    assert all(b[1] - a[1] == 160 and b[0] - a[0] == 1 and a[2] == b[2]
               for a, b in zip(part, part[1:])), part
    citizen.hang_up()
    ended = gateway.link.expect("ENDED", leg=2)
    assert ended.word == "HUNG_UP" and 1 <= ended.value <= 20, ended
    gateway.link.order("CLOSE_ROOM", room=ROOM)
    gateway.link.expect("ENDED", leg=1, word="CANCELLED", within=15)
    until("the owner's telephone is hung up", lambda: owner.has("over"))


def story_before_the_answer_nothing_is_sent(programs, operator):
  operator.plans[CITIZEN] = "early"
  with Gateway(programs, operator) as gateway:
    owner = owner_at_her_phone(gateway, operator)
    dial_citizen(gateway, operator)
    gateway.link.expect("PROGRESS", leg=2, word="EARLY")
    citizen = operator.call_to(CITIZEN)
    hears(owner, 440)
    time.sleep(1)
    assert not citizen.packets, "sound went out before the answer"
    gateway.link.order("HANG_UP", leg=2, word="CANCELLED")
    gateway.link.expect("ENDED", leg=2, word="CANCELLED", value=0)
    until("the call is cancelled", lambda: citizen.has("cancelled"))


def story_each_end_has_its_cause(programs, operator):
  with Gateway(programs, operator, calls=3) as gateway:
    for number, plan, cause in (("+4530000001", "busy", "BUSY"),
                                ("+4530000002", "decline", "DECLINED"),
                                ("+4530000003", "unknown", "UNKNOWN_NUMBER")):
      operator.plans[number] = plan
      gateway.link.order("DIAL", leg=5, room=ROOM, text=number, word="OWNER", value=30)
      gateway.link.expect("ENDED", leg=5, word=cause, value=0)
    for text in ("12345678", "+45", "+45123456789012345", "+45 1234567", "sip:x@y",
                 "+4590123456", "+4511223344", "+452011223", "+46701234567", "+881612345678"):
      gateway.link.order("DIAL", leg=5, room=ROOM, text=text, word="OWNER", value=30)
      gateway.link.expect("ENDED", leg=5, word="NOT_ALLOWED")
    operator.plans[CITIZEN] = "ring"
    for leg in (10, 11, 12):
      dial_citizen(gateway, operator, leg=leg)
      gateway.link.expect("PROGRESS", leg=leg, word="RINGING")
    dial_citizen(gateway, operator, leg=13)
    gateway.link.expect("ENDED", leg=13, word="FULL")
    gateway.link.order("CLOSE_ROOM", room=ROOM)
    for leg in (10, 11, 12):
      gateway.link.expect("ENDED", leg=leg, word="CANCELLED")
    assert len(operator.calls) == 6


def story_nobody_answers(programs, operator):
  operator.plans[CITIZEN] = "ring"
  with Gateway(programs, operator) as gateway:
    gateway.link.order("DIAL", leg=2, room=ROOM, text=CITIZEN, word="OWNER", value=2)
    gateway.link.expect("ENDED", leg=2, word="NO_ANSWER", within=5)


def story_a_key_confirms_and_a_voicemail_reaches_nobody(programs, operator):
  with Gateway(programs, operator) as gateway:
    owner = owner_at_her_phone(gateway, operator)
    dial_citizen(gateway, operator, word="KEY")
    gateway.link.expect("PROGRESS", leg=2, word="ANSWERED")
    citizen = operator.call_to(CITIZEN)
    hears_no(owner, 440, during=3)
    hears_no(citizen, 700)
    citizen.press("#")
    gateway.link.expect("PROGRESS", leg=2, word="TALKING")
    hears(owner, 440)
    hears(citizen, 700)
    dial_citizen(gateway, operator, leg=3, word="KEY")
    voicemail = until("it is called", lambda: operator.calls[-1] != citizen and operator.calls[-1])

    def is_given_up():
      gateway.later(10)  # nobody presses a key after any of the three questions
      return voicemail.has("over")
    until("the voicemail is hung up", is_given_up, within=45, every=0.5)
    gateway.link.expect("ENDED", leg=3, word="NOT_CONFIRMED")


def story_her_own_telephone_says_who_it_is(programs, operator):
  with Gateway(programs, operator) as gateway:
    owner = owner_at_her_phone(gateway, operator)
    owner.press("1")  # nobody is called yet
    gateway.link.never("KEY", during=1)
    dial_citizen(gateway, operator)
    gateway.link.expect("PROGRESS", leg=2, word="ANSWERED")
    owner.press("1")
    gateway.link.expect("KEY", leg=1, word="CITIZEN")
    gateway.link.order("CONFIRM", leg=2)
    gateway.link.expect("PROGRESS", leg=2, word="TALKING")
    citizen = operator.call_to(CITIZEN)
    hears(citizen, 700)
    citizen.press("*6")
    assert "ON" in gateway.link.expect("KEY", leg=2, word="MUTE").flags
    hears_no(owner, 440)
    hears(citizen, 700)
    citizen.press("*6")
    assert "ON" not in gateway.link.expect("KEY", leg=2, word="MUTE").flags
    hears(owner, 440)
    citizen.press("*1")
    assert "ON" in gateway.link.expect("KEY", leg=2, word="HAND").flags
    gateway.link.order("MUTE", leg=2, flags=["ON"])
    hears_no(owner, 440)
    gateway.link.order("MUTE", leg=2)
    hears(owner, 440)
    gateway.link.order("HOLD", leg=2, flags=["ON"])
    hears_no(owner, 440)
    hears_no(citizen, 700)
    until("a waiting tone", lambda: rms(citizen.newest(0.1)) > 300)
    gateway.link.order("HOLD", leg=2)
    hears(citizen, 700)


def story_a_real_telephone(programs, operator):
  """baresip at the far end, alone in its room and then with another."""
  phone = Baresip(CITIZEN, 500)
  operator.port, ours = phone.port, operator.port
  try:
    with Gateway(programs, operator) as gateway:
      gateway.link.order("DIAL", leg=1, room=ROOM, text=CITIZEN, word="KEY", value=30)
      gateway.link.expect("PROGRESS", leg=1, word="ANSWERED")
      gateway.link.expect("MEDIA", leg=1)
      until("it is greeted", lambda: rms(phone.newest()) > 500)
      phone.press("7")
      gateway.link.expect("PROGRESS", leg=1, word="TALKING")
      phone.command("hangup")
      gateway.link.expect("ENDED", leg=1, word="HUNG_UP")
  finally:
    operator.port = ours
    phone.close()


run_stories(globals())
