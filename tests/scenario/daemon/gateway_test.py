# SPDX-License-Identifier: MPL-2.0
"""The telephone gateway as a child of the broker: started where it is configured, linked to
the serving child, started again, never able to take the broker with it."""

import json
import os
import re
import shutil
import signal
import sys
import time
import unittest
from pathlib import Path

from broker import WAIT_S, Broker, free_port

PROGRAMS = sys.argv.pop(1)


class Office(Broker):
  """A broker whose samtale-phone is a stand-in; behaviour: its words."""

  def __init__(self, *behaviour, started=True, installed=True, **settings):
    super().__init__(PROGRAMS, started=False)
    self.bin = self.folder / "bin"
    self.bin.mkdir()
    for name in ("samtale-broker", "samtale"):
      shutil.copy(Path(PROGRAMS) / name, self.bin / name)
    self.programs = self.bin
    self.behave(*behaviour)
    if installed:
      self.install()
    self.write_config(phone_server="127.0.0.1:9", phone_transport="udp",
                      phone_number="+4512345678", listener_port=str(free_port()), **settings)
    if started:
      self.start()

  def install(self):
    program = self.bin / "samtale-phone"
    shutil.copy(Path(__file__).parent / "stand_in.py", program)
    program.chmod(0o755)

  def behave(self, *words):
    (self.bin / "behaviour").write_text(" ".join(words), encoding="utf-8")

  def seen(self):
    path = self.bin / "seen"
    return path.read_text(encoding="utf-8") if path.exists() else ""

  def wait(self, what, condition):
    until = time.monotonic() + WAIT_S
    while not condition():
      assert time.monotonic() < until, f"never: {what}\n{self.seen()}\n{self.said()}"
      time.sleep(0.02)

  def wait_seen(self, pattern, count=1):
    self.wait(pattern, lambda: len(re.findall(pattern, self.seen())) >= count)

  def trunk(self):
    status, text, _ = self.browser().ask("GET", "/readyz")
    return status, json.loads(text)["trunk"]

  def wait_trunk(self, state):
    self.wait(f"trunk {state}", lambda: self.trunk() == (200, state))

  def phone_pid(self):
    return int(re.findall(r"^pid (\d+)$", self.seen(), re.M)[-1])


class Start(unittest.TestCase):
  def test_it_is_started_after_the_broker_serves_and_linked_to_it(self):
    with Office() as b:
      b.wait_seen("(?m)^link$")
      b.wait_trunk("up")
      self.assertIn(f"argv --config {b.config}\n", b.seen())
      # Its report socket and the terminal's three; one is the listing itself.
      self.assertRegex(b.seen(), r"(?m)^fds 0 1 2 3( \d+)?$")
      self.assertEqual(b.end(), 0)
      self.assertIn("asked to end", b.seen())

  def test_settings_of_the_command_line_reach_it(self):
    with Office(started=False) as b:
      b.options = ["--set", "phone.calls=3"]
      b.start()
      b.wait_seen("--set phone.calls=3\n")

  def test_without_a_trunk_there_is_no_such_process(self):
    with Office(started=False) as b:
      b.write_config(phone_server=None)
      b.start()
      self.assertEqual(b.trunk(), (200, "off"))
      self.assertEqual(b.seen(), "")
      self.assertNotIn("PHONE", b.said())

  def test_a_program_that_is_missing_is_told_once_and_changes_nothing(self):
    with Office(installed=False) as b:
      b.wait_said("PHONE_MISSING")
      self.assertEqual(b.trunk(), (200, "down"))
      b.install()
      b.child.send_signal(signal.SIGHUP)
      b.wait_trunk("up")
      self.assertEqual(b.said().count("PHONE_MISSING"), 1)

  def test_a_broker_that_cannot_start_has_not_called_anybody(self):
    with Office(started=False) as b:
      b.write_config(listener_certificate="/nowhere.pem")
      child = b.spawn()
      self.assertEqual(child.wait(WAIT_S), 1)
      child.stdout.close()
      self.assertEqual(b.seen(), "")

  def test_bad_settings_are_one_sentence_until_a_reload(self):
    with Office("bad-settings") as b:
      b.wait_said("PHONE_OFF")
      time.sleep(0.5)
      self.assertEqual(b.said().count("phone.number is not a number"), 1)
      self.assertEqual(b.trunk(), (200, "down"))
      b.behave()
      b.child.send_signal(signal.SIGHUP)
      b.wait_trunk("up")

  def test_a_start_that_fails_is_tried_again_after_longer_and_longer(self):
    with Office("no-port") as b:
      b.wait_said("PHONE_NOT_STARTED again_in=1000")
      b.wait_said("PHONE_NOT_STARTED again_in=2000")
      b.behave()
      b.wait_trunk("up")

  def test_a_trunk_that_changes_while_it_is_used_needs_a_restart(self):
    with Office() as b:
      b.wait_trunk("up")
      b.write_config(org_name="Nybyen")
      b.child.send_signal(signal.SIGHUP)
      b.wait_said(" RELOADED")
      self.assertNotIn("NEEDS_RESTART", b.said())
      for n, change in enumerate(({"phone_calls": "7"}, {"phone_allowed": "+45 +46"}), 1):
        b.write_config(**change)
        b.child.send_signal(signal.SIGHUP)
        b.wait_said("NEEDS_RESTART", n)
      self.assertEqual(b.trunk(), (200, "up"))


class Life(unittest.TestCase):
  def test_a_gateway_that_dies_is_started_again_and_linked_again(self):
    with Office() as b:
      b.wait_trunk("up")
      os.kill(b.phone_pid(), signal.SIGKILL)
      b.wait_said("CHILD_DIED child=phone signal=9")
      b.wait_seen("(?m)^link$", 2)
      b.wait_trunk("up")
      self.assertEqual(b.said().count("GATEWAY_LOST"), 1)
      self.assertEqual(b.said().count(" STARTED"), 1) # the broker never noticed otherwise

  def test_a_broker_that_dies_finds_its_gateway_again(self):
    with Office() as b:
      b.wait_trunk("up")
      pid = b.phone_pid()
      os.kill(b.serving_pid(), signal.SIGKILL)
      b.wait_said("STARTED", 2)
      b.wait_seen("(?m)^link$", 2)
      b.wait_trunk("up")
      self.assertEqual(b.phone_pid(), pid) # the same: its calls went on

  def test_the_gateway_ends_when_the_parent_is_killed(self):
    with Office("stubborn") as b:
      b.wait_trunk("up")
      b.end(signal.SIGKILL)
      b.wait_seen("parent gone")

  def test_a_gateway_that_does_not_end_is_killed(self):
    with Office("stubborn") as b:
      b.wait_trunk("up")
      pid = b.phone_pid()
      b.child.send_signal(signal.SIGTERM)
      self.assertEqual(b.child.wait(30), 0)
      self.assertFalse(Path(f"/proc/{pid}").exists())

  def test_a_gateway_whose_loop_hangs_is_started_anew(self):
    with Office("hung", started=False) as b:
      os.environ["WATCHDOG_USEC"] = "400000"
      try:
        b.start()
      finally:
        del os.environ["WATCHDOG_USEC"]
      b.wait_said("CHILD_DIED child=phone signal=9")
      b.behave()
      b.wait_trunk("up") # its stand-in beats as it should
      pid = b.phone_pid()
      time.sleep(1)
      self.assertEqual(b.phone_pid(), pid)

  def test_another_language_on_the_link_costs_the_link_and_brings_a_fresh_one(self):
    with Office("rude", started=False) as b:
      b.start()
      b.wait_said("GATEWAY_CLOSED")
      b.wait_seen("(?m)^link$", 2)
      self.assertEqual(b.trunk(), (200, "down"))


class Figures(unittest.TestCase):
  def test_the_trunk_is_in_the_metrics(self):
    with Office(started=False) as b:
      port = free_port()
      b.write_config(metrics_address=f"127.0.0.1:{port}")
      b.start()
      b.wait_trunk("up")
      text = b.metrics(port)
      self.assertIn('samtale_trunk{state="up"} 1\n', text)
      self.assertIn('samtale_trunk{state="off"} 0\n', text)
      for name in ("gateway_lost_total", "phone_calls", "phone_dials_total",
                   "phone_incoming_total", "phone_wrong_digits_total"):
        self.assertIn(f"samtale_{name} 0\n", text)
      self.assertIn('samtale_phone_refused_total{why="cap"} 0\n', text)
      self.assertIn('samtale_phone_ended_total{cause="busy"} 0\n', text)


  def test_status_and_doctor_say_what_the_trunk_does(self):
    with Office() as b:
      b.wait_trunk("up")
      self.assertIn("\ntrunk up none\n", b.samtale("status"))
      self.assertEqual(json.loads(b.samtale("status", "--json"))["trunk"], "up")
      said = b.run("doctor").stdout
      self.assertIn("The broker's trunk is up.", said)
      self.assertNotIn("ports", said) # they are the gateway's now
      b.behave("bad-settings")
      os.kill(b.phone_pid(), signal.SIGKILL)
      b.wait_said("PHONE_OFF")
      self.assertIn("The broker runs without its gateway", b.run("doctor").stdout)


if __name__ == "__main__":
  unittest.main(verbosity=2)
