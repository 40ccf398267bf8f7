# SPDX-License-Identifier: MPL-2.0
"""Every phrase of `samtale`, with and without a broker that serves."""

import json
import os
import re
import socket
import sqlite3
import sys
import unittest
from pathlib import Path

from broker import ROOT, Broker

PROGRAMS = sys.argv.pop(1)


class Phrases(unittest.TestCase):
  @classmethod
  def setUpClass(cls):
    cls.b = Broker(PROGRAMS, options=["--test-clock"])

  @classmethod
  def tearDownClass(cls):
    cls.b.close()

  def refused(self, code, pattern, *words):
    done = self.b.run(*words)
    self.assertEqual(done.returncode, code, done)
    self.assertRegex(done.stderr, pattern)

  def test_help_is_printed_from_the_table(self):
    text = self.b.samtale("help")
    for phrase in ("user add <name>", "meeting end <id>", "doctor [--json]"):
      self.assertIn(phrase, text)
    users = self.b.samtale("help", "user")
    self.assertIn("user reset", users)
    self.assertNotIn("meeting", users)
    self.refused(1, "No phrase begins", "help", "xyzzy")

  def test_the_manual_page_is_the_table(self):
    page = (ROOT / "docs/man/samtale.1").read_text(encoding="utf-8")
    self.assertEqual(self.b.samtale("help", "--man"), page)

  def test_an_unknown_phrase_gets_the_nearest(self):
    self.refused(2, "did you mean `samtale user list", "user", "lst")
    self.refused(2, "`samtale help` prints all", "xyzzy")
    self.refused(2, "usage: samtale user add <name>", "user", "add", "anna")
    self.refused(2, "usage: samtale meeting list", "meeting", "list", "--week", "1")

  def test_version(self):
    self.assertRegex(self.b.samtale("version"), r"^samtale \d+\.\d+\.\d+\n$")

  def test_accounts_come_and_go(self):
    b = self.b
    link = b.samtale("user", "add", "Bo.Berg", "--given", "Bo", "--team", "Jobcenter",
                     "--phone", "20 30 40 50", "--leader")
    self.assertRegex(link, r"^https://localhost:\d+/staff#setup=[\w-]{22}\n")
    rows = {row["name"]: row for row in json.loads(b.samtale("user", "list", "--json"))}
    self.assertGreater(rows["bo.berg"].pop("id"), 0) # as the log names her
    self.assertEqual(rows["bo.berg"], {"name": "bo.berg", "state": "waits for set-up",
                                       "role": "leader"})
    self.assertIn("disabled", b.samtale("user", "disable", "bo.berg"))
    self.assertIn("bo.berg", b.samtale("user", "list"))
    self.assertIn("enabled", b.samtale("user", "enable", "bo.berg"))
    self.assertNotEqual(b.samtale("user", "reset", "bo.berg"), link)
    self.assertIn("is set", b.samtale("user", "phone", "bo.berg", "20 30 40 50"))
    self.refused(1, "eight digits", "user", "phone", "bo.berg", "2030405")
    self.assertIn("is forgotten", b.samtale("user", "phone", "bo.berg"))
    self.refused(1, "account bo.berg already", "user", "add", "bo.berg", "--given", "B",
                 "--team", "T")
    self.refused(1, "no account", "user", "disable", "nobody")
    self.refused(1, "eight digits", "user", "add", "c1", "--given", "C", "--team", "T",
                 "--phone", "112")
    self.refused(1, "sign-in name", "user", "add", "ø l", "--given", "C", "--team", "T")

  def test_meetings_without_personal_data(self):
    b = self.b
    staff = b.browser()
    staff.sign_in(b.trial())
    made = staff.book(label="Kanariefugl")[1]["card"]
    listed = b.samtale("meeting", "list", "--json")
    self.assertIn(made["id"], [row["id"] for row in json.loads(listed)])
    self.assertIn(made["id"], b.samtale("meeting", "list"))
    self.assertNotIn("Kanariefugl", listed + b.samtale("meeting", "show", made["id"]))
    self.assertEqual(b.samtale("meeting", "list", "--day", "2001-01-01"), "")
    self.assertEqual(b.samtale("meeting", "end", made["id"]), "ended\n")
    self.assertEqual(json.loads(b.samtale("meeting", "show", made["id"], "--json"))["state"],
                     "ended")
    self.refused(1, "ended already", "meeting", "end", made["id"])
    self.refused(1, "no such meeting", "meeting", "end", "123")
    self.refused(1, "no such meeting", "meeting", "show", "123")
    self.refused(1, "is a number", "meeting", "show", "x")
    self.refused(1, "2026-11-22", "meeting", "list", "--day", "yesterday")

  def test_the_configuration(self):
    self.assertIn("no error", self.b.samtale("config", "check"))
    self.assertIn("phone = 70 10 20 30", self.b.samtale("config", "show"))
    bad = self.b.folder / "bad.ini"
    bad.write_text("[org]\ncolour = red\n", encoding="utf-8")
    good, self.b.config = self.b.config, bad
    try:
      self.refused(1, r"bad\.ini:2: .*org\.colour", "config", "check")
    finally:
      self.b.config = good

  def test_retention(self):
    text = self.b.samtale("retention", "explain")
    self.assertIn("24 hours after a meeting that was held, else 5 working days", text)
    self.assertIn("35 days after the upgrade", text)
    self.assertIn("no phrase removes one", text)
    rows = json.loads(self.b.samtale("retention", "explain", "--json"))
    self.assertIn("24 hours", {row["id"]: row["until"] for row in rows}["CONTACT"])
    self.assertRegex(self.b.samtale("retention", "run", "--dry-run"), r"contact +\d+\n")
    copy = self.b.data / "samtale.db.before-9"
    copy.touch(mode=0o600)
    os.utime(copy, (0, 0))
    self.assertRegex(self.b.samtale("retention", "run"), r"session +\d+\ncopy +1\n")
    self.assertFalse(copy.exists())

  def test_doctor_says_what_it_is_and_what_is_wrong(self):
    findings = {row["topic"]: row for row in json.loads(self.b.samtale("doctor", "--json"))}
    self.assertIn("Kun til afprøvning – ikke til rigtige borgere",
                  findings["trial"]["finding"])
    self.assertEqual(findings["certificate"]["mark"], "ok")
    self.assertEqual(findings["service"]["mark"], "ok")
    self.assertEqual((findings["vault"]["mark"], findings["log room"]["mark"]), ("ok", "ok"))
    self.assertIn("audit.syslog", findings["anchors"]["finding"])
    self.assertEqual(findings["turn"]["mark"], "warn")
    self.assertEqual(findings["security.txt"]["mark"], "warn")
    self.assertNotIn("*", self.b.samtale("doctor"))
    os.chmod(self.b.data, 0o755)
    self.refused(1, "^$", "doctor")
    os.chmod(self.b.data, 0o700)

  def test_doctor_knows_a_secret_that_only_the_service_sees(self):
    with Broker(PROGRAMS, started=False) as b:
      seen = b.folder / "credentials"
      seen.mkdir(mode=0o700)
      os.rename(b.vault / "node.key", seen / "node_key")
      (seen / "turn_secret").write_text("a" * 32 + "\n", encoding="ascii")
      os.chmod(seen / "turn_secret", 0o600)
      b.write_config(media_turn_urls="turn:127.0.0.1:9?transport=tcp")

      def look():
        rows = json.loads(b.run("doctor", "--json").stdout)
        return [(row["mark"], "credential to the service" in row["finding"])
                for row in rows if row["topic"] in ("node key", "turn")]

      self.assertEqual(look()[:2], [("bad", False)] * 2)
      os.environ["CREDENTIALS_DIRECTORY"] = str(seen)
      try:
        b.start()
      finally:
        del os.environ["CREDENTIALS_DIRECTORY"]
      self.assertEqual(look()[:2], [("ok", True)] * 2)
      (b.vault / "node.key").write_bytes(b"short")
      os.chmod(b.vault / "node.key", 0o600)
      self.assertEqual(look()[0], ("bad", False))

  def test_statistics_hide_small_cells_and_small_teams(self):
    self.assertEqual(self.b.samtale("stats", "--csv", "--from", "2001-W01", "--to", "2001-W02"),
                     "week,team,form,outcome,hand_off,waiting,meetings\n")
    self.refused(1, "2026-W47", "stats", "--csv", "--from", "now")
    self.refused(2, "usage", "stats")

  def test_status_and_trial(self):
    self.assertIn("serving https://localhost:", self.b.samtale("status"))
    self.assertTrue(json.loads(self.b.samtale("status", "--json"))["trial"])
    text = self.b.samtale("trial")
    self.assertRegex(text, r"(?m)^ready https://localhost:\d+$")
    self.assertRegex(text, r"(?m)^sign-in demo \S{22} \d{6}$")
    self.assertRegex(text, r"(?m)^citizen https://localhost:\d+/j#[\w-]{22}$")

  def test_the_clock_moves_forward_only(self):
    self.refused(1, "forward only", "clock", "shift", "-5")
    self.assertRegex(self.b.samtale("clock", "shift", "1000"), r"^\d{13}\n$")


def noted(b, *events):
  """How often each was put on record, of the broker's metrics."""
  with socket.socket(socket.AF_UNIX) as s:
    s.connect(str(b.data / "metrics.sock"))
    s.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
    text = b"".join(iter(lambda: s.recv(65536), b"")).decode()
  return [int(re.search(rf'audit_total{{what="{event}"}} (\d+)', text)[1]) for event in events]


class Backup(unittest.TestCase):
  def test_a_backup_of_the_serving_broker_can_be_restored_elsewhere(self):
    with Broker(PROGRAMS, started=False) as b:
      b.write_config(metrics_address=b.data / "metrics.sock")
      b.start()
      staff = b.browser()
      staff.sign_in(b.trial())
      made = staff.book(label="Kanariefugl")[1]["card"]
      done = b.run("backup", b.folder / "b.sealed")
      self.assertEqual(done.returncode, 1)
      self.assertIn("key backup-keygen", done.stderr)
      b.samtale("key", "backup-keygen", b.folder / "offline")
      os.rename(b.folder / "offline.pub", b.data / "backup.pub")
      b.samtale("backup", b.folder / "b.sealed")
      b.samtale("key", "backup", b.folder / "k.sealed")
      self.assertNotIn(b"SQLite", (b.folder / "b.sealed").read_bytes())
      self.assertEqual(noted(b, "BACKUP", "KEY_BACKUP"), [1, 1])
      new = b.folder / "new"
      words = ("restore", b.folder / "b.sealed", "--keys", b.folder / "k.sealed", "--key",
               b.folder / "offline.key", "--to", new)
      done = b.run(*words)
      self.assertEqual((done.returncode, "node key" in done.stderr), (1, True), done)
      b.bring_keys(new)
      self.assertIn("is restored", b.samtale(*words))
      done = b.run(*words)
      self.assertEqual((done.returncode, "already" in done.stderr), (1, True), done)
      b.end()
      b.write_config(data_folder=new)
      b.start()
      self.assertEqual(staff.call("GET", f"/staff/meetings/{made['id']}")[1]["card"]["label"],
                       "Kanariefugl")

  def test_a_restore_deletes_what_fell_due_before_it_serves(self):
    with Broker(PROGRAMS) as b:
      staff = b.browser()
      staff.sign_in(b.trial())
      staff.book()
      b.end()
      db = sqlite3.connect(b.data / "samtale.db") # the backup is four weeks old
      db.execute("UPDATE booking SET starts = starts - 28 * 86400000")
      db.commit()
      db.close()
      b.samtale("key", "backup-keygen", b.folder / "o")
      b.samtale("backup", b.folder / "b", "--to", b.folder / "o.pub")
      b.samtale("key", "backup", b.folder / "k", "--to", b.folder / "o.pub")
      new = b.folder / "new"
      b.bring_keys(new)
      said = b.samtale("restore", b.folder / "b", "--keys", b.folder / "k", "--key",
                       b.folder / "o.key", "--to", new)
      self.assertRegex(said, r"contact +[1-9]")

  def test_a_wrong_key_or_a_cut_file_opens_nothing(self):
    with Broker(PROGRAMS, started=False) as b:
      b.samtale("key", "backup-keygen", b.folder / "a")
      b.samtale("key", "backup-keygen", b.folder / "z")
      b.samtale("backup", b.folder / "b", "--to", b.folder / "a.pub")
      new = b.folder / "new"
      b.bring_keys(new)
      whole = (b.folder / "b").read_bytes()
      (b.folder / "cut").write_bytes(whole[:-100])
      for file, key in ((b.folder / "b", "z.key"), (b.folder / "cut", "a.key")):
        done = b.run("restore", file, "--key", b.folder / key, "--to", new)
        self.assertEqual(done.returncode, 1)
        self.assertIn("does not open", done.stderr)
        self.assertFalse((new / "samtale.db").exists())


class WithoutBroker(unittest.TestCase):
  def test_init_is_content_the_second_time(self):
    with Broker(PROGRAMS, started=False) as b:
      key = (b.vault / "node.key").read_bytes()
      self.assertIn("ready already", b.samtale("init", "--trial"))
      self.assertEqual((b.vault / "node.key").read_bytes(), key)
      for file in b.data.iterdir():
        self.assertEqual(file.stat().st_mode & 0o077, 0, file)

  def test_the_database_can_be_asked_while_nothing_serves(self):
    with Broker(PROGRAMS, started=False) as b:
      b.samtale("user", "add", "anna", "--given", "Anna", "--team", "T")
      self.assertIn("anna", b.samtale("user", "list"))
      self.assertEqual(b.samtale("meeting", "list"), "")
      for words in (("status",), ("trial",), ("meeting", "end", "1"), ("clock", "shift", "1")):
        done = b.run(*words)
        self.assertEqual((done.returncode, "No broker serves" in done.stderr), (1, True), done)

  def test_a_folder_without_init_is_named(self):
    with Broker(PROGRAMS, started=False, init=None) as b:
      done = b.run("user", "list")
      self.assertEqual(done.returncode, 1)
      self.assertIn("`samtale init` makes it", done.stderr)

  def test_the_real_clock_cannot_be_moved(self):
    with Broker(PROGRAMS) as b:
      done = b.run("clock", "shift", "1")
      self.assertEqual((done.returncode, "--test-clock" in done.stderr), (1, True))

  def test_garbage_at_the_control_socket_costs_only_its_sender(self):
    with Broker(PROGRAMS) as b:
      for garbage in (b"GET / HTTP/1.0\r\n\r\n", b"\xff" * 64, b"\x00\x00\x00\x06\x01\x00\x00\x00\x01\x00"):
        with socket.socket(socket.AF_UNIX) as s:
          s.connect(str(b.data / "control.sock"))
          s.settimeout(5)
          s.sendall(garbage)
          self.assertEqual(s.recv(1), b"")
      self.assertIn("serving", b.samtale("status"))


if __name__ == "__main__":
  unittest.main(verbosity=2)
