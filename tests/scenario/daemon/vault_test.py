# SPDX-License-Identifier: MPL-2.0
"""The vault as a process of its own: killed under load, away for a while, without room, at
the end; and the way of its checkpoints off the host."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest
from pathlib import Path

from broker import WAIT_S, Broker, free_port

PROGRAMS = sys.argv.pop(1)
UNCLEAN = "AUDIT_CHECKPOINT line=samtale-checkpoint 1 unclean"


class Office(Broker):
  """A broker with a signed-in consultant, and one who sits in a talk of hers."""

  def __init__(self, **settings):
    self.talk = None
    super().__init__(PROGRAMS, started=False)
    self.write_config(listener_port=str(free_port()), **settings)

  def open(self):
    self.start()
    self.staff = self.browser()
    assert self.staff.sign_in(self.trial())[0] == 200
    self.talk = self.staff.socket()
    self.talk.send({"type": "hello", "role": "staff", "build": self.build()})
    self.talk.until("welcome")
    return self

  def end(self, number=signal.SIGTERM):
    if self.talk:
      self.talk.close() # else it is waited for
      self.talk = None
    return super().end(number)

  def close(self):
    if self.talk:
      self.talk.close()
    super().close()

  def talk_goes_on(self):
    """The connection of before answers."""
    self.talk.send({"type": "ping"})
    return self.talk.until("pong")["type"] == "pong"

  def search(self):
    """What staff reads, on record each time: the status and the answer."""
    return self.staff.call("POST", "/staff/find", {"text": "A-1"})

  def record(self):
    return json.loads(self.browser().ask("GET", "/readyz")[1])["record"]

  def wait_record(self, word):
    until = time.monotonic() + WAIT_S
    while self.record() != word:
      assert time.monotonic() < until, f"the record is never {word}:\n{self.said()}"
      time.sleep(0.02)

  def verify(self, *words):
    done = self.run("audit", "verify", *words)
    return done.returncode, done.stdout + done.stderr


class Process(unittest.TestCase):
  def test_it_has_no_right_no_port_and_no_file_but_its_own(self):
    with Office().open() as b:
      pid = b.vault_pid()
      status = dict(line.split(":\t", 1) for line in
                    Path(f"/proc/{pid}/status").read_text().splitlines() if ":\t" in line)
      self.assertEqual((status["Seccomp"], status["NoNewPrivs"], status["Threads"]),
                       ("2", "1", "1"))
      self.assertEqual(int(status["CapEff"], 16), 0)
      self.assertRegex(Path(f"/proc/{pid}/limits").read_text(), r"Max core file size +0 +0 ")
      opened = [os.readlink(fd) for fd in Path(f"/proc/{pid}/fd").iterdir()]
      network = Path(f"/proc/{pid}/net/tcp").read_text() + \
        Path(f"/proc/{pid}/net/udp").read_text()
      for fd in opened:
        if fd.startswith("/"):
          self.assertTrue(fd.startswith(str(b.vault)) or fd in ("/dev/null", str(b.folder / "log")),
                          fd)
        if fd.startswith("socket:"):
          self.assertNotIn(f" {fd[8:-1]} ", network)
      opened = [os.readlink(fd) for fd in Path(f"/proc/{b.serving_pid()}/fd").iterdir()]
      self.assertFalse([fd for fd in opened if str(b.vault) in fd])
      self.assertFalse((b.data / "keys.db").exists())


class Killed(unittest.TestCase):
  def test_under_load_nothing_acknowledged_is_lost_and_the_talk_goes_on(self):
    with Office().open() as b:
      kept, odd, over = [], set(), threading.Event()

      def book():
        while not over.is_set():
          status, answer = b.staff.book()
          if status == 200:
            kept.append(answer["card"]["id"])
          else:
            odd.add(status)

      load = threading.Thread(target=book)
      load.start()
      away = []
      for _ in range(5):
        time.sleep(0.2)
        begun = time.monotonic()
        b.kill_vault()
        b.wait_record("ok")
        away.append(time.monotonic() - begun)
        self.assertTrue(b.talk_goes_on())
      over.set()
      load.join()
      self.assertLess(min(away), 1)
      self.assertLessEqual(odd, {503})
      self.assertGreater(len(kept), 5)
      for meeting in kept: # its keys, too
        status, answer = b.staff.call("GET", f"/staff/meetings/{meeting}")
        self.assertEqual((status, answer["card"]["label"]), (200, "Prøve"))
      self.assertEqual(b.said().count(" STARTED"), 1)
      b.end()
      code, said = b.verify()
      self.assertEqual(code, 3, said) # five ends that were none

  def test_while_it_is_away_staff_reads_nothing_and_the_talk_goes_on(self):
    with Office().open() as b:
      auditors = b.vault / "auditors"
      text = auditors.read_text()
      auditors.unlink() # so that it cannot come back
      os.kill(b.vault_pid(), signal.SIGKILL)
      b.wait_said("CHILD_DIED child=vault signal=0")
      self.assertEqual(b.record(), "away")
      status, answer = b.search()
      self.assertEqual(status, 503, answer)
      self.assertTrue(b.talk_goes_on())
      auditors.write_text(text)
      b.wait_record("ok") # by itself
      self.assertEqual(b.search()[0], 200)
      self.assertEqual(b.said().count(" STARTED"), 1)

  def test_it_outlives_the_serving_process(self):
    with Office().open() as b:
      pid = b.vault_pid()
      _, made = b.staff.book()
      os.kill(b.serving_pid(), signal.SIGKILL)
      b.wait_said(" STARTED", 2)
      self.assertEqual(b.vault_pid(), pid)
      status, answer = b.staff.call("GET", f"/staff/meetings/{made['card']['id']}")
      self.assertEqual((status, answer["card"]["label"]), (200, "Prøve"))
      self.assertNotIn(UNCLEAN, b.said())

  def test_a_vault_that_hangs_is_started_anew(self):
    with Office() as b:
      os.environ["WATCHDOG_USEC"] = "600000"
      try:
        b.open()
      finally:
        del os.environ["WATCHDOG_USEC"]
      os.kill(b.vault_pid(), signal.SIGSTOP)
      b.wait_said("CHILD_DIED child=vault signal=9")
      b.wait_record("ok")
      self.assertTrue(b.talk_goes_on())


class End(unittest.TestCase):
  def ends_cleanly(self, b):
    self.assertEqual(b.checkpoints()[-1].split()[2], "end")
    self.assertNotIn("VAULT_LOST", b.said()) # it was there to the last
    size = [int(line.split()[4]) for line in b.checkpoints()]
    self.assertGreaterEqual(size[-1] - size[-2], 2) # at least what began and ended it
    code, text = b.verify()
    self.assertEqual(code, 4, text) # all holds; nothing anchored it

  def test_the_end_of_the_service_is_on_record_in_whatever_order_it_is_told(self):
    with Office().open() as b:
      b.end()
      self.ends_cleanly(b)
      b.start()
      for pid in (b.vault_pid(), b.serving_pid()): # as a manager without KillMode=mixed
        os.kill(pid, signal.SIGTERM)
      b.end()
      self.ends_cleanly(b)

  def test_a_killed_parent_leaves_no_process_behind(self):
    with Office().open() as b:
      pids = (b.vault_pid(), b.serving_pid())
      b.end(signal.SIGKILL)
      until = time.monotonic() + WAIT_S
      while any(Path(f"/proc/{pid}").exists() for pid in pids):
        self.assertLess(time.monotonic(), until)
        time.sleep(0.02)
      b.start()
      self.assertEqual(b.record(), "ok")


class Refusals(unittest.TestCase):
  """Each ends with 1 and one clear sentence."""

  def refused(self, b, sentence):
    child = b.spawn()
    self.assertEqual(child.wait(WAIT_S), 1, b.said())
    child.stdout.close()
    self.assertRegex(b.said(), sentence)
    self.assertNotIn(" STARTED", b.said())

  def test_what_stops_a_start(self):
    with Office() as b:
      os.rename(b.vault / "auditors", b.folder / "away")
      self.refused(b, "There are no auditors")
      os.rename(b.folder / "away", b.vault / "auditors")
      b.write_config(audit_syslog="10.0.0.5")
      self.refused(b, r"audit\.syslog: 10\.0\.0\.5 is not an address with a port")
      b.write_config(audit_syslog=None)
      shutil.move(b.vault, b.data / "vault")
      b.write_config(data_vault_folder=b.data / "vault")
      self.refused(b, "data.vault_folder: .* lies in the data folder")
      shutil.move(b.data / "vault", b.vault)
      b.write_config(data_vault_folder=None)
      sorted((b.vault / "audit").glob("*.seg"))[-1].unlink()
      self.refused(b, "samtale-broker: .*(?i:log).*accept-loss")


class Anchors(unittest.TestCase):
  def test_a_log_server_gets_what_verify_wants(self):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
      server.bind(("127.0.0.1", 0))
      server.settimeout(WAIT_S)
      port = free_port()
      with Office(log_level="error", audit_syslog=f"127.0.0.1:{server.getsockname()[1]}",
                  metrics_address=f"127.0.0.1:{port}").open() as b:
        lines = [server.recv(2048).decode()]
        self.assertRegex(lines[0], r"^<109>1 \S+Z \S+ samtale \d+ CHECKPOINT - samtale-checkpoint 1 ")
        b.samtale("user", "add", "karen", "--given", "Karen", "--team", "A") # at once: NOW
        lines.append(server.recv(2048).decode())
        text = b.metrics(port)
        self.assertIn("samtale_audit_off_host 1\n", text)
        self.assertRegex(text, r"samtale_audit_anchor_age_seconds [0-5]\n")
        self.assertIn("samtale_audit_up 1\n", text)
        self.assertIn("which is this host", b.run("doctor").stdout)
        auditors = b.vault / "auditors" # the trial's key under a name that raises no banner
        auditors.write_text(auditors.read_text().replace("DEVELOPMENT", "dpo"))
        self.assertIn("opens what was sealed to it", b.run("doctor").stdout)
        b.end()
        journal = re.findall("AUDIT_CHECKPOINT line=(.*)", b.said()) # whatever log.level is
        self.assertEqual(journal, b.checkpoints()[-len(journal):])
        anchors = b.folder / "anchors"
        anchors.write_text("".join(f"{line}\n" for line in lines))
        code, said = b.verify("--anchors", anchors)
        self.assertEqual((code, "2 anchors agree" in said), (0, True), said)
        anchors.write_text("".join(f"{line}\n" for line in journal))
        code, said = b.verify("--anchors", anchors)
        self.assertEqual(code, 0, said)


class SmallVault(Office):
  """The vault's folder is a disk of its own."""

  def __init__(self):
    super().__init__()
    kept = self.folder / "kept"
    shutil.move(self.vault, kept)
    self.vault.mkdir(mode=0o700)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=20m,mode=0700", "tmpfs", self.vault],
                          capture_output=True, text=True)
    self.mounted = done.returncode == 0
    if not self.mounted:
      self.close()
      raise unittest.SkipTest(f"no disk can be mounted here: {done.stderr.strip()}")
    shutil.copytree(kept, self.vault, dirs_exist_ok=True)

  def fill(self):
    with open(self.vault / "filling", "wb", buffering=0) as f:
      try:
        while True:
          f.write(b"x" * 4096)
      except OSError:
        pass

  def close(self):
    if self.child and self.child.poll() is None:
      self.end()
    if self.mounted:
      subprocess.run(["umount", self.vault], check=True)
      self.mounted = False
    super().close()


@unittest.skipUnless(os.geteuid() == 0, "needs root, to mount a small disk")
class Full(unittest.TestCase):
  def begins(self, b, made):
    """The citizen comes by the link, and is let in."""
    token = made["invitation"]["link"].split("#")[1]
    citizen = b.browser()
    status, seat = citizen.call("POST", "/link/redeem", {"token": token})
    self.assertEqual(status, 200, seat)
    lobby = citizen.socket()
    lobby.send({"type": "hello", "role": "citizen", "seat": seat["seat"], "build": b.build(),
                "epoch": 0, "lang": "da"})
    lobby.until("welcome")
    b.talk.send({"type": "enter", "meeting": made["card"]["id"], "epoch": 0})
    b.talk.send({"type": "admit", "entry": int(seat["seat"].split("-")[1])})
    lobby.until("start")
    lobby.close()

  def test_staff_reads_nothing_while_talks_go_on_and_citizens_come(self):
    with SmallVault() as b:
      b.open()
      status, made = b.staff.book()
      self.assertEqual(status, 200)
      b.fill()
      status, answer = b.search()
      for _ in range(2000): # what is set aside already is used up first
        if status != 200:
          break
        status, answer = b.search()
      self.assertEqual(status, 503, answer)
      self.assertEqual(b.record(), "full")
      self.assertTrue(b.talk_goes_on())
      self.begins(b, made) # and another one begins, on the log's reserve
      (b.vault / "filling").unlink()
      b.wait_record("ok")
      self.assertEqual(b.search()[0], 200)
      b.end()
      code, said = b.verify()
      self.assertEqual(code, 4, said)


if __name__ == "__main__":
  unittest.main(verbosity=2)
