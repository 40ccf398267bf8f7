# SPDX-License-Identifier: MPL-2.0
"""Lines that lose packets, deliver them late and in another order, or say nothing but comfort
noise: what the other end hears, by its tone."""

import time

from harness import Gateway, hears, run_stories
from sound import TICK, rms, strength

ROOM, A, B = 66, "+4521111111", "+4522222222"


def two_telephones(gateway, operator):
  operator.tones.update({A: 700, B: 440})
  for leg, number in ((1, A), (2, B)):
    gateway.link.order("DIAL", leg=leg, room=ROOM, text=number, word="KEY", value=30)
    gateway.link.expect("PROGRESS", leg=leg, word="ANSWERED")
    operator.call_to(number).press("1")
    gateway.link.expect("PROGRESS", leg=leg, word="TALKING")
  a, b = operator.call_to(A), operator.call_to(B)
  hears(a, 440)
  hears(b, 700)
  return a, b


def heard_of(telephone, hertz, seconds):
  """Share of pieces of 0.2 s in which the tone is there, and of ticks that are silent."""
  samples = telephone.newest(seconds)
  pieces = [samples[i:i + 1600] for i in range(0, len(samples) - 1599, 1600)]
  ticks = [samples[i:i + TICK] for i in range(0, len(samples) - TICK + 1, TICK)]
  return (sum(strength(p, hertz) > 0.05 for p in pieces) / len(pieces),
          sum(rms(t) < 100 for t in ticks) / len(ticks))


def bad_line(programs, operator, loss, jitter_s, silent_most):
  with Gateway(programs, operator) as gateway:
    a, b = two_telephones(gateway, operator)
    b.loss, b.jitter_s = loss, jitter_s
    time.sleep(4)
    there, silent = heard_of(a, 440, 3)
    print(f"  {loss:.0%} lost, {jitter_s * 1000:.0f} ms: heard in {there:.0%}, silent {silent:.0%}")
    assert there > 0.85, there
    assert silent < silent_most, silent
    for key in "*1":  # five packets of each key, three of them its end
      b.press(key)
    assert "ON" in gateway.link.expect("KEY", leg=2, word="HAND").flags
    hears(b, 700)
    b.loss, b.jitter_s = 0, 0
    hears(a, 440)


def story_five_of_a_hundred_are_lost(programs, operator):
  bad_line(programs, operator, 0.05, 0, 0.05)


def story_twenty_of_a_hundred_are_lost(programs, operator):
  bad_line(programs, operator, 0.2, 0, 0.15)


def story_loss_and_jitter_together(programs, operator):
  bad_line(programs, operator, 0.1, 0.06, 0.25)


def story_comfort_noise_is_no_sound_and_no_end(programs, operator):
  with Gateway(programs, operator, silence_seconds=5) as gateway:
    a, b = two_telephones(gateway, operator)
    b.is_silent = True
    gateway.link.never("ENDED", during=7)  # our own sentences to A are over by then
    level = rms(a.newest())
    assert level < 300, f"it is played as sound: {level}"
    hears(b, 700)
    b.is_silent = False
    hears(a, 440)


run_stories(globals())
