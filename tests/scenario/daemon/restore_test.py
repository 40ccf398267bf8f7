#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""The restore drill: backups made while it serves, a case erased afterwards, and what a
new installation made of them shows."""
import os
import shutil
import sqlite3
import sys
import time
import unittest

from broker import Broker

PROGRAMS = None
WEEKS_MS = 28 * 86400000


def vault_of(data):
  return data.with_name(data.name + "-vault")


class Drill:
  """A broker that serves, with three meetings: kept, erased after the backup, and one that
  fell due meanwhile."""

  def __init__(self, b):
    self.b = b
    self.staff = b.browser()
    self.staff.sign_in(b.trial())
    self.kept = self.book("SAG-KEPT", "Kanariefugl")
    self.erased = self.book("SAG-ERASED", "Papegøje")
    self.due = self.book("SAG-DUE", "Undulat")
    with sqlite3.connect(b.data / "samtale.db") as db: # while it serves
      db.execute("UPDATE booking SET starts = starts - ? WHERE id = ?",
                 (WEEKS_MS, int(self.due)))
    b.samtale("key", "backup-keygen", b.folder / "offline")
    os.rename(b.folder / "offline.pub", b.data / "backup.pub")
    b.samtale("backup", b.folder / "data.sealed")
    b.samtale("key", "backup", b.folder / "keys.before")
    b.samtale("audit", "shred", "--case", "SAG-ERASED", "--yes")
    b.samtale("key", "backup", b.folder / "keys.newest")

  def book(self, case, label):
    tomorrow = int(time.time() + 86400) * 1000
    status, answer = self.staff.book(now=False, starts=tomorrow, case_ref=case, label=label)
    assert status in (200, 201), answer
    return answer["card"]["id"]

  def make_vault(self, to):
    """What the vault needs beside keys.db is brought from the safe; returns the data folder."""
    new = self.b.folder / to
    vault_of(new).mkdir(mode=0o700)
    for name in ("node.key", "signing.key", "signing.pub", "auditors"):
      shutil.copy(vault_of(self.b.data) / name, vault_of(new) / name)
    return new

  def words(self, keys, new):
    return ("restore", self.b.folder / "data.sealed", "--keys", self.b.folder / keys, "--key",
            self.b.folder / "offline.key", "--to", new)

  def restore(self, keys, to):
    """Into an empty folder."""
    new = self.make_vault(to)
    return new, self.b.samtale(*self.words(keys, new))

  def serve(self, folder):
    if self.b.child:
      self.b.end()
    self.b.write_config(data_folder=folder)
    self.b.start()

  def label(self, meeting):
    """None when there is no such meeting any more."""
    status, answer = self.staff.call("GET", f"/staff/meetings/{meeting}")
    return answer["card"].get("label", "") if status == 200 else None


class Restore(unittest.TestCase):
  def test_what_was_erased_after_the_backup_stays_unreadable(self):
    with Broker(PROGRAMS) as b:
      drill = Drill(b)
      new, said = drill.restore("keys.newest", "new")
      self.assertRegex(said, r"contact +[1-9]") # replayed before anybody is served
      with sqlite3.connect(new / "samtale.db") as db:
        rows = dict(db.execute("SELECT id, contact_gone FROM booking"))
      self.assertEqual(rows[int(drill.due)], 1)
      drill.serve(new)
      self.assertEqual(drill.label(drill.kept), "Kanariefugl")
      self.assertFalse(drill.label(drill.erased))
      self.assertFalse(drill.label(drill.due))

  def test_an_older_key_backup_would_bring_it_back_so_only_the_newest_is_kept(self):
    with Broker(PROGRAMS) as b: # the limit that docs/gdpr.md tells: it is a real one
      drill = Drill(b)
      new, _ = drill.restore("keys.before", "old")
      drill.serve(new)
      self.assertEqual(drill.label(drill.erased), "Papegøje")

  def test_a_copy_of_the_log_that_ends_too_early_goes_on_when_the_loss_is_accepted(self):
    with Broker(PROGRAMS) as b:
      drill = Drill(b)
      b.end() # the last checkpoint counts every record
      new = drill.make_vault("new")
      copy = vault_of(new) / "audit"
      shutil.copytree(vault_of(b.data) / "audit", copy, ignore=shutil.ignore_patterns("reserve"))
      last = max(copy.glob("*.seg"))
      os.truncate(last, last.stat().st_size - 292)
      words = drill.words("keys.newest", new)
      refused = b.run(*words)
      self.assertEqual((refused.returncode, (new / "samtale.db").exists()), (1, False))
      self.assertIn("shorter than its last checkpoint", refused.stderr)
      b.samtale(*words, "--accept-loss")
      b.write_config(data_folder=new)
      verdict = b.run("audit", "verify")
      self.assertEqual(verdict.returncode, 3, verdict.stdout)
      drill.serve(new)
      self.assertEqual(drill.label(drill.kept), "Kanariefugl")


if __name__ == "__main__":
  PROGRAMS = sys.argv.pop(1)
  unittest.main()
