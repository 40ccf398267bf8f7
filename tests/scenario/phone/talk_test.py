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


def delays(browser, phone, times):
  """Median of each way, s: claps are told apart by their pauses."""
  there, back = [], []
  for _ in range(times):
    sent = browser.clap()
    there.append(until("the phone heard the clap", lambda: phone.loud > sent and phone.loud) - sent)
    time.sleep(0.11)
    phone.claps = True
    time.sleep(0.15)
    loud = browser.look()[0][4]
    assert loud > phone.clapped, "the browser heard no clap"
    back.append(loud - phone.clapped)
    time.sleep(0.07)
  return sorted(there)[times // 2], sorted(back)[times // 2]


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
    # A packet is looked for every millisecond at both ends.
    assert max(relayed) < 0.006 and max(mixed) < 0.046, (relayed, mixed)


def story_the_way_to_relay_and_back_is_not_heard(programs, operator):
  with Gateway(programs, operator) as gateway:
    browser = Browser(gateway, 1, ROOM, 700, owner=True)
    gateway.link.expect("MEDIA", leg=1)
    phone = dial(gateway, operator)
    time.sleep(3)  # relayed by now
    third = Browser(gateway, 2, ROOM, 0)
    gateway.link.expect("MEDIA", leg=2)
    time.sleep(0.5)
    third.leave()
    gateway.link.expect("ENDED", leg=2, word="HUNG_UP")
    time.sleep(2)
    heard = phone.heard[-int(5 * 8000):]
    assert steady(phone, 5), "the time stamps jumped"
    # 700 Hz all the time: no part of 20 ms is weak, no sample leaps.
    weakest = min(max(abs(s) for s in heard[i:i + 160]) for i in range(0, len(heard) - 160, 160))
    leap = max(abs(a - b) for a, b in zip(heard, heard[1:]))
    assert weakest > 9000, f"a hole: {weakest}"
    assert leap < 9830 * 0.65, f"a click: {leap}"
    third.close()
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


run_stories(globals())
