# SPDX-License-Identifier: MPL-2.0
"""The life of the broker: start, ready, reload, graceful end, kill -9, what stops a start."""

import os
import signal
import sys
import time
import unittest
from pathlib import Path

from broker import WAIT_S, Broker, free_port

PROGRAMS = sys.argv.pop(1)


class Life(unittest.TestCase):
  def test_it_is_ready_soon_and_small(self):
    with Broker(PROGRAMS) as b:
      first = b.ready_ms
      b.end()
      b.start()
      self.assertLess(min(first, b.ready_ms), 500)
      private = 0
      for pid in (b.child.pid, b.serving_pid(), b.vault_pid()):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
          if line.startswith("Private_"):
            private += int(line.split()[1])
      self.assertLess(private, 15 * 1024, "private KiB of all processes")

  def test_health_and_readiness_are_told(self):
    with Broker(PROGRAMS) as b:
      status, text, _ = b.browser().ask("GET", "/healthz")
      self.assertEqual((status, text), (200, b"ok\n"))
      status, text, _ = b.browser().ask("GET", "/readyz")
      self.assertEqual(status, 200, text)
      os.rename(b.folder / "certs/server.key", b.folder / "certs/away.key")
      status, text, _ = b.browser().ask("GET", "/readyz")
      self.assertEqual(status, 503)
      self.assertIn(b'"certificate":false', text)

  def test_pages_carry_the_organisation_escaped_and_the_trial_banner(self):
    with Broker(PROGRAMS, started=False) as b:
      b.write_config(org_name="Å & <b>Ø</b>")
      b.start()
      for path in ("/", "/j", "/staff"):
        status, text, headers = b.browser().ask("GET", path)
        self.assertEqual(status, 200)
        self.assertIn("Å &amp; &lt;b&gt;Ø&lt;/b&gt;".encode(), text)
        self.assertIn("Kun til afprøvning – ikke til rigtige borgere".encode(), text)
        self.assertNotIn(b"{{", text)
      self.assertIn(b"70 10 20 30", b.browser().ask("GET", "/")[1])
      self.assertEqual(b.browser().ask("GET", "/nowhere")[0], 404)
      self.assertEqual(b.browser().ask("GET", "/.well-known/security.txt")[0], 404)

  def test_security_txt_is_served_where_a_contact_is_named(self):
    with Broker(PROGRAMS, started=False) as b:
      b.write_config(org_security_contact="mailto:a@example.dk")
      b.start()
      status, text, _ = b.browser().ask("GET", "/.well-known/security.txt")
      self.assertEqual(status, 200)
      self.assertRegex(text.decode(), r"Contact: mailto:a@example.dk\nExpires: 2\d\d\d-")

  def test_a_graceful_end_tells_clients_to_come_back(self):
    with Broker(PROGRAMS) as b:
      browser = b.browser()
      self.assertEqual(browser.sign_in(b.trial())[0], 200)
      talk = browser.socket()
      talk.send({"type": "hello", "role": "staff", "build": b.build()})
      talk.until("welcome")
      begun = time.monotonic()
      b.child.send_signal(signal.SIGTERM)
      while talk.receive() is not None:
        pass
      self.assertEqual(talk.close_code, 4005)
      talk.close()
      self.assertEqual(b.child.wait(WAIT_S), 0)
      self.assertLess(time.monotonic() - begun, 6)
      self.assertIn("STOPPED open=0", b.said())

  def test_the_terminals_interrupt_is_a_graceful_end(self):
    with Broker(PROGRAMS) as b:
      self.assertEqual(b.end(signal.SIGINT), 0)
      self.assertIn("STOPPED open=0", b.said())

  def test_a_second_signal_ends_it_at_once(self):
    with Broker(PROGRAMS) as b:
      idle = b.browser().socket() # nobody yet: it would be waited for
      b.child.send_signal(signal.SIGSTOP)
      b.child.send_signal(signal.SIGCONT)
      begun = time.monotonic()
      b.child.send_signal(signal.SIGTERM)
      time.sleep(0.05)
      b.child.send_signal(signal.SIGTERM)
      self.assertEqual(b.child.wait(WAIT_S), 0)
      self.assertLess(time.monotonic() - begun, 2)
      idle.close()

  def test_a_killed_child_is_started_again_and_loses_no_booking(self):
    with Broker(PROGRAMS, started=False) as b:
      b.write_config(listener_port=str(free_port()))
      b.start()
      browser = b.browser()
      browser.sign_in(b.trial())
      status, made = browser.book()
      self.assertEqual(status, 200)
      os.kill(b.serving_pid(), signal.SIGKILL)
      b.wait_said("CHILD_DIED")
      b.wait_said("STARTED", 2)
      status, again = browser.call("GET", f"/staff/meetings/{made['card']['id']}")
      self.assertEqual(status, 200)
      self.assertEqual(again["card"]["number"], made["card"]["number"])

  def test_kill_9_and_a_new_start_keep_booking_and_sign_in(self):
    with Broker(PROGRAMS, started=False) as b:
      b.write_config(listener_port=str(free_port()))
      b.start()
      browser = b.browser()
      browser.sign_in(b.trial())
      _, made = browser.book()
      self.assertEqual(b.end(signal.SIGKILL), -9)
      b.start() # at once: the killed one's processes give way
      status, again = browser.call("GET", f"/staff/meetings/{made['card']['id']}")
      self.assertEqual(status, 200)
      token = made["invitation"]["link"].split("#")[1]
      self.assertEqual(b.browser().call("POST", "/link/peek", {"token": token})[0], 200)


class Reload(unittest.TestCase):
  def test_a_good_configuration_is_taken_and_a_bad_one_is_not(self):
    with Broker(PROGRAMS) as b:
      b.write_config(org_name="Nybyen")
      b.child.send_signal(signal.SIGHUP)
      b.wait_said(" RELOADED")
      self.assertIn(b"Nybyen", b.browser().ask("GET", "/")[1])
      b.write_config(org_name="Gammelbyen", org_colour="red")
      b.child.send_signal(signal.SIGHUP)
      b.wait_said("RELOAD_REFUSED")
      self.assertRegex(b.said(), r"samtale\.ini:\d+: .*org\.colour")
      self.assertIn(b"Nybyen", b.browser().ask("GET", "/")[1])

  def test_a_bad_certificate_is_refused_and_the_old_one_serves_on(self):
    with Broker(PROGRAMS) as b:
      pair = (b.folder / "certs/server.pem").read_bytes()
      (b.folder / "certs/server.pem").write_text("not a certificate\n")
      b.child.send_signal(signal.SIGHUP)
      b.wait_said("CERTIFICATE_REFUSED")
      self.assertEqual(b.browser().ask("GET", "/healthz")[0], 200)
      (b.folder / "certs/server.pem").write_bytes(pair)
      b.child.send_signal(signal.SIGHUP)
      b.wait_said("CERTIFICATE_CHANGED")

  def test_a_setting_that_needs_a_restart_is_named_as_such(self):
    with Broker(PROGRAMS) as b:
      b.write_config(listener_connections="500")
      b.child.send_signal(signal.SIGHUP)
      b.wait_said("NEEDS_RESTART")


class Refusals(unittest.TestCase):
  """Each ends with 1 and one clear sentence."""

  def refused(self, b, sentence, config=None):
    child = b.spawn(config)
    self.assertEqual(child.wait(WAIT_S), 1, b.said())
    child.stdout.close()
    self.assertRegex(b.said(), sentence)

  def test_an_unknown_key_is_named_with_file_and_line(self):
    with Broker(PROGRAMS, started=False) as b:
      b.write_config(org_colour="red")
      self.refused(b, r"samtale\.ini:\d+: .*org\.colour")

  def test_a_value_out_of_range_is_named_with_what_was_expected(self):
    with Broker(PROGRAMS, started=False) as b:
      b.write_config(meeting_open_before_minutes="1")
      self.refused(b, r"samtale\.ini:\d+: .*open_before_minutes.*5.*240")

  def test_a_time_zone_that_does_not_exist(self):
    with Broker(PROGRAMS, started=False) as b:
      b.write_config(org_timezone="Europe/Hedensted")
      self.refused(b, r"org\.timezone")

  def test_a_second_broker_in_the_same_folder(self):
    with Broker(PROGRAMS) as b:
      self.refused(b, "in use by another broker")
      self.assertEqual(b.browser().ask("GET", "/readyz")[0], 200)

  def test_a_busy_port(self):
    with Broker(PROGRAMS) as b, Broker(PROGRAMS, started=False) as other:
      other.write_config(listener_port=str(b.port))
      self.refused(other, "another program has it already")

  def test_a_missing_data_folder(self):
    with Broker(PROGRAMS, started=False, init=None) as b:
      self.refused(b, "folder .* is missing; `samtale init`")

  def test_a_node_key_that_is_missing_or_open_to_others(self):
    with Broker(PROGRAMS, started=False) as b:
      os.chmod(b.vault / "node.key", 0o644)
      self.refused(b, "node key .*(others than its owner|chmod 600)")
      os.remove(b.vault / "node.key")
      self.refused(b, "node key .* is missing")

  def test_a_certificate_that_is_missing_or_of_another_key(self):
    with Broker(PROGRAMS, started=False) as b:
      b.write_config(listener_private_key=b.folder / "certs/ca.key")
      self.refused(b, "(?i)certificate|key")
      b.write_config(listener_certificate="/nowhere.pem")
      self.refused(b, "/nowhere.pem")

  def test_a_database_that_is_none_of_ours(self):
    with Broker(PROGRAMS, started=False) as b:
      (b.data / "samtale.db").write_bytes(b"x" * 8192)
      self.refused(b, "damaged or not one of Samtale's")

  def test_a_database_of_a_newer_version(self):
    import sqlite3
    with Broker(PROGRAMS, started=False) as b:
      db = sqlite3.connect(b.data / "samtale.db")
      db.execute("PRAGMA user_version = 900")
      db.close()
      self.refused(b, "newer version")

  def test_a_turn_server_without_its_secret(self):
    with Broker(PROGRAMS, started=False) as b:
      b.write_config(media_turn_urls="turn:turn.test:3478")
      self.refused(b, "turn_secret_file")

  def test_a_wrong_command_line(self):
    with Broker(PROGRAMS, started=False) as b:
      b.options = ["--fast"]
      child = b.spawn()
      self.assertEqual(child.wait(WAIT_S), 2)
      child.stdout.close()
      self.assertIn("unknown option", b.said())


class Lockdown(unittest.TestCase):
  def test_the_serving_process_has_given_everything_up(self):
    with Broker(PROGRAMS) as b:
      for task in Path(f"/proc/{b.serving_pid()}/task").iterdir():
        status = dict(line.split(":\t", 1) for line in
                      (task / "status").read_text().splitlines() if ":\t" in line)
        self.assertEqual(status["Seccomp"], "2", task)
        self.assertEqual(status["NoNewPrivs"], "1", task)
        self.assertEqual(int(status["CapEff"], 16), 0, task)

  def test_the_control_socket_is_its_owners_alone(self):
    with Broker(PROGRAMS) as b:
      self.assertEqual((b.data / "control.sock").stat().st_mode & 0o777, 0o600)
      self.assertEqual(b.data.stat().st_mode & 0o777, 0o700)


class Watchdog(unittest.TestCase):
  def test_the_service_manager_hears_of_everything(self):
    import socket
    with Broker(PROGRAMS, started=False) as b:
      manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
      manager.settimeout(WAIT_S)
      manager.bind(str(b.folder / "notify"))
      os.environ.update(NOTIFY_SOCKET=str(b.folder / "notify"), WATCHDOG_USEC="200000")
      try:
        b.start()
      finally:
        del os.environ["NOTIFY_SOCKET"], os.environ["WATCHDOG_USEC"]

      def hear(word):
        while True:
          lines = manager.recv(4096).decode()
          if word in lines:
            return lines

      hear("READY=1")
      hear("WATCHDOG=1")
      b.child.send_signal(signal.SIGHUP)
      self.assertIn("MONOTONIC_USEC=", hear("RELOADING=1"))
      hear("READY=1")
      b.child.send_signal(signal.SIGTERM)
      hear("STOPPING=1")
      self.assertEqual(b.child.wait(WAIT_S), 0)
      manager.close()


if __name__ == "__main__":
  unittest.main(verbosity=2)
