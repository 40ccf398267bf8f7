# SPDX-License-Identifier: MPL-2.0
"""The data folder in trouble: its disk is full, it cannot be written, it is another user's.
Each needs root, for a small disk of its own or for another user; without it they skip."""

import json
import os
import subprocess
import sys
import unittest

from broker import WAIT_S, Broker

PROGRAMS = sys.argv.pop(1)
DISK_MIB = 4
NOBODY = 65534


class SmallDisk(Broker):
  """The data folder is a disk of its own."""

  def __init__(self, programs):
    super().__init__(programs, started=False, init=None)
    self.data.mkdir(mode=0o700)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m,mode=0700", "tmpfs",
                           self.data], capture_output=True, text=True)
    self.mounted = done.returncode == 0
    if not self.mounted:
      self.close()
      raise unittest.SkipTest(f"no disk can be mounted here: {done.stderr.strip()}")
    self.samtale("init", "--trial")

  def remount(self, how):
    subprocess.run(["mount", "-o", f"remount,{how}", self.data], check=True)

  def fill(self):
    with open(self.data / "filling", "wb", buffering=0) as f:
      try:
        while True:
          f.write(b"x" * 4096)
      except OSError:
        pass

  def empty(self):
    (self.data / "filling").unlink()

  def close(self):
    if self.child and self.child.poll() is None:
      self.end()
    if self.mounted:
      subprocess.run(["umount", self.data], check=True)
      self.mounted = False
    super().close()


@unittest.skipUnless(os.geteuid() == 0, "needs root")
class Disk(unittest.TestCase):
  def test_a_full_disk_refuses_what_is_new_and_loses_nothing(self):
    with SmallDisk(PROGRAMS) as b:
      b.start()
      staff = b.browser()
      self.assertEqual(staff.sign_in(b.trial())[0], 200)
      kept = [staff.book()[1]["card"]["id"] for _ in range(3)]
      b.fill()
      for _ in range(200): # what the log still had room for is kept as well
        status, answer = staff.book()
        if status != 200:
          break
        kept.append(answer["card"]["id"])
      self.assertEqual((status, answer["error"]), (507, "disk_full"))
      self.assertEqual(b.browser().ask("GET", "/readyz")[0], 503)
      self.assertEqual(staff.book()[0], 507)
      self.assertEqual(staff.call("GET", f"/staff/meetings/{kept[0]}")[0], 200)
      b.empty()
      status, answer = staff.book()
      self.assertEqual(status, 200, answer)
      kept.append(answer["card"]["id"])
      b.fill() # and in the middle of that it dies
      os.kill(b.serving_pid(), 9)
      b.wait_said("CHILD_DIED")
      b.empty()
      b.end()
      listed = {row["id"] for row in json.loads(b.samtale("meeting", "list", "--json"))}
      self.assertEqual(set(kept) - listed, set())

  def test_a_disk_that_is_mounted_read_only_is_said_in_one_sentence(self):
    with SmallDisk(PROGRAMS) as b:
      b.remount("ro")
      done = b.run("user", "list")
      self.assertEqual((done.returncode, done.stderr.count("\n")), (1, 1), done)
      self.assertIn("Read-only file system", done.stderr)
      child = b.spawn()
      self.assertEqual(child.wait(WAIT_S), 1)
      child.stdout.close()
      sentences = [line for line in b.said().splitlines() if str(b.data) in line]
      self.assertEqual(len(sentences), 1, b.said())
      self.assertIn("cannot be", sentences[0])
      b.remount("rw")

  def test_what_root_restores_is_the_folders_owners(self):
    with Broker(PROGRAMS, started=False) as b:
      os.chmod(b.folder, 0o755)
      b.samtale("key", "backup-keygen", b.folder / "offline")
      b.samtale("backup", b.folder / "b.sealed", "--to", b.folder / "offline.pub")
      new = b.folder / "new"
      new.mkdir(mode=0o700)
      vault = b.bring_keys(new)
      for path in (new, vault, *vault.iterdir()):
        os.chown(path, NOBODY, NOBODY)
      b.samtale("restore", b.folder / "b.sealed", "--key", b.folder / "offline.key", "--to", new)
      self.assertEqual({path.name: path.stat().st_uid for path in [*new.iterdir(), *vault.rglob("*")]
                        if path.stat().st_uid != NOBODY}, {})
      self.assertTrue((new / "samtale.db").exists())


if __name__ == "__main__":
  unittest.main(verbosity=2)
