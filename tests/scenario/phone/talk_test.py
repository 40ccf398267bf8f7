# SPDX-License-Identifier: MPL-2.0
"""Browsers and telephones in one room: everyone hears all others, the delay, relay and mixer
and the change between them, the owner before and after she knows who it is, and browsers that
go away."""

import signal
import time

from harness import Browser, Gateway, hears, hears_no, run_stories, until

ROOM, CITIZEN, OTHER = 55, "+4522222222", "+4533333333"


def dial(gateway, operator, number=CITIZEN, leg=20, hertz=440, confirmed=True):
  operator.tones[number] = hertz
  gateway.link.order("DIAL", leg=leg, room=ROOM, text=number, word="OWNER", value=30)
  if confirmed:
    gateway.link.expect("PROGRESS", leg=leg, word="ANSWERED")
    gateway.link.order("CONFIRM", leg=leg)
    gateway.link.expect("PROGRESS", leg=leg, word="TALKING")
  return operator.call_to(number)


def arrival(when, sent):
  """None: it was lost or came so late that it was not played, as on a machine under load."""
  try:
    return until("it arrived", lambda: when() > sent and when(), within=0.5, every=0.01) - sent
  except AssertionError:
    return None


def delays(browser, phone, times):
  """Median of each way, s: claps are told apart by their pauses."""
  there, back = [], []
  for _ in range(times):
    there.append(arrival(lambda: phone.loud, browser.clap()))
    time.sleep(0.11)
    phone.claps = True
    until("the clap is on its way", lambda: not phone.claps)
    back.append(arrival(lambda: browser.look()[0][4], phone.clapped))
    time.sleep(0.11)
  assert there.count(None) + back.count(None) <= times // 3, (there, back)
  return [sorted(d for d in way if d is not None)[times // 2] for way in (there, back)]


def steady(phone, seconds=0.8):
  """The newest packets follow each other without a gap."""
  part = phone.packets[-int(seconds * 50):]
  return all(b[0] == (a[0] + 1) & 0xffff and b[1] - a[1] == 160 and a[2] == b[2]
             for a, b in zip(part, part[1:]))


def story_owner_and_citizen(programs, operator):
  operator.plans[CITIZEN] = "early"
  with Gateway(programs, operator) as gateway:
    owner = Browser(gateway, 1, ROOM, 700, owner=True)
    other = Browser(gateway, 2, ROOM, 1200)
    gateway.link.expect("MEDIA", leg=1)
    gateway.link.expect("MEDIA", leg=2)
    phone = dial(gateway, operator, confirmed=False) or until("it rings", lambda:
                                                              operator.call_to(CITIZEN))
    hears(owner, 440)  # the network speaks
    hears_no(other, 440)
    assert not phone.packets
    operator.pick_up(phone)
    gateway.link.expect("PROGRESS", leg=20, word="ANSWERED")
    hears(phone, 700)  # after the greeting
    hears_no(phone, 1200, during=0)
    hears(owner, 440)
    hears_no(other, 440, during=0)
    began = time.monotonic()
    gateway.link.order("CONFIRM", leg=20)
    hears(phone, 1200, within=1)
    hears(other, 440, within=1)
    assert time.monotonic() - began < 1
    for one, tones in ((owner, (440, 1200)), (other, (440, 700)), (phone, (700, 1200))):
      for hertz in tones:
        hears(one, hertz)
    hears_no(owner, 700)
    hears_no(other, 1200, during=0)
    hears_no(phone, 440, during=0)
    owner.close()
    other.close()


def story_one_browser_and_two_telephones(programs, operator):
  with Gateway(programs, operator) as gateway:
    browser = Browser(gateway, 1, ROOM, 700, owner=True)
    gateway.link.expect("MEDIA", leg=1)
    one = dial(gateway, operator)
    two = dial(gateway, operator, number=OTHER, leg=21, hertz=1500)
    for listener, tones in ((browser, (440, 1500)), (one, (700, 1500)), (two, (440, 700))):
      for hertz in tones:
        hears(listener, hertz)
    hears_no(one, 440)
    hears_no(two, 1500, during=0)
    hears_no(browser, 700, during=0)
    browser.close()


def story_relay_is_quick_and_the_mixer_is_quick_enough(programs, operator):
  with Gateway(programs, operator) as gateway:
    browser = Browser(gateway, 1, ROOM, 0, owner=True)
    gateway.link.expect("MEDIA", leg=1)
    phone = dial(gateway, operator, hertz=0)
    time.sleep(3)
    relayed = delays(browser, phone, 15)
    assert steady(phone)
    third = Browser(gateway, 2, ROOM, 0)
    gateway.link.expect("MEDIA", leg=2)
    time.sleep(0.5)
    mixed = delays(browser, phone, 15)
    print(f"  relayed {relayed[0] * 1000:.1f} {relayed[1] * 1000:.1f} ms, "
          f"mixed {mixed[0] * 1000:.1f} {mixed[1] * 1000:.1f} ms")
    third.close(signal.SIGKILL)
    browser.close()
    # 40 ms without jitter; a machine under load has some, and the mixer gives it a tick more.
    assert max(relayed) < 0.006 and max(mixed) < 0.062, (relayed, mixed)


def flaws(heard):
  """Of a steady tone: the weakest part of 5 ms, the highest leap from sample to sample."""
  weakest = min(max(abs(s) for s in heard[i:i + 40]) for i in range(0, len(heard) - 40, 40))
  return weakest, max(abs(a - b) for a, b in zip(heard, heard[1:]))


def story_the_way_to_relay_and_back_is_not_heard(programs, operator):
  with Gateway(programs, operator) as gateway:
    browser = Browser(gateway, 1, ROOM, 700, owner=True)
    gateway.link.expect("MEDIA", leg=1)
    phone = dial(gateway, operator)
    time.sleep(3)  # relayed by now
    found = []
    for leg in (2, 3, 4):  # a machine under load may be late once: a flaw of ours is in all
      third = Browser(gateway, leg, ROOM, 0)
      gateway.link.expect("MEDIA", leg=leg)
      time.sleep(0.5)
      third.leave()
      gateway.link.expect("ENDED", leg=leg, word="HUNG_UP")
      time.sleep(2)
      third.close()
      assert steady(phone, 3), "the time stamps jumped"
      found.append(flaws(phone.heard[-3 * 8000:]))
    # The tone alone leaps by 5400.
    assert any(weakest > 8500 and leap < 6400 for weakest, leap in found), found
    browser.close()


def story_browsers_go_away(programs, operator):
  with Gateway(programs, operator) as gateway:
    killed = Browser(gateway, 1, ROOM, 700, owner=True)
    gateway.link.expect("MEDIA", leg=1)
    phone = dial(gateway, operator)
    hears(phone, 700)
    killed.close(signal.SIGKILL)
    gateway.link.expect("MEDIA", leg=1, flags=set(), within=5)
    gateway.link.expect("ENDED", leg=1, word="SILENT", within=20)
    back = Browser(gateway, 3, ROOM, 900, owner=True)
    hears(phone, 900)
    hears(back, 440)
    gateway.link.order("HANG_UP", leg=3)
    gateway.link.expect("ENDED", leg=3, word="CANCELLED")
    until("it was told so", lambda: back.look()[0][1])
    assert not phone.has("over"), "the telephone was hung up too"
    back.close()


run_stories(globals(), at_once=1)  # delays are measured
