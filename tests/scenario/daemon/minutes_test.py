# SPDX-License-Identifier: MPL-2.0
"""Minutes of a meeting, from the page's API and from `samtale`, are checked by openssl as
docs/minutes.md says, with the key that the broker publishes; every way to have none is a
sentence. Also while nobody serves."""

import json
import subprocess
import sys
import time
import unittest

from broker import ROOT, WAIT_S, Broker

PROGRAMS = sys.argv.pop(1)
KEY = "/.well-known/samtale-signing-key"


def commands(page):
  """The commands of docs/minutes.md, as they stand there."""
  text = (ROOT / "docs/minutes.md").read_text(encoding="utf-8")
  return text.split("<!-- " + page + " -->\n\n```sh\n")[1].split("```")[0]


class Minutes(unittest.TestCase):
  @classmethod
  def setUpClass(cls):
    cls.b = Broker(PROGRAMS)
    cls.staff = cls.b.browser()
    cls.staff.sign_in(cls.b.trial())

  @classmethod
  def tearDownClass(cls):
    cls.b.close()

  def over(self, case_ref):
    """A meeting that is over; what is kept of it is saved a moment after the answer."""
    card = self.staff.book(case_ref=case_ref)[1]["card"]
    status, _ = self.staff.call("POST", f"/staff/meetings/{card['id']}/cancel",
                                {"version": card["version"]})
    self.assertEqual(status, 200)
    until = time.monotonic() + WAIT_S
    while self.staff.call("GET", f"/staff/meetings/{card['id']}/minutes")[0] != 200:
      self.assertLess(time.monotonic(), until)
      time.sleep(0.02)
    return card["id"]

  def refused(self, pattern, *words):
    done = self.b.run(*words)
    self.assertEqual(done.returncode, 1, done)
    self.assertRegex(done.stderr, pattern)

  def openssl(self, text):
    (self.b.folder / "minutes.txt").write_text(text, encoding="utf-8")
    return subprocess.run(["sh", "-e", "-c", commands("openssl")], cwd=self.b.folder,
                          capture_output=True, text=True, timeout=20)

  def test_openssl_agrees_with_the_published_key(self):
    status, key, headers = self.b.browser().ask("GET", KEY)
    self.assertEqual(status, 200)
    self.assertEqual(headers["Content-Type"], "application/x-pem-file")
    (self.b.folder / "signing.pub").write_bytes(key)
    meeting = self.over("Sag 1-1")
    status, said = self.staff.call("GET", f"/staff/meetings/{meeting}/minutes")
    self.assertEqual(status, 200)
    text = said["minutes"]
    self.assertIn("\ncase: Sag 1-1\n", text)
    self.assertIn("\noutcome: cancelled\n", text)
    self.assertRegex(text, r"\nlog: samtale-checkpoint 1 ")
    self.assertIn("Signature Verified Successfully", self.openssl(text).stdout)
    forged = self.openssl(text.replace("outcome: cancelled", "outcome: no_show"))
    self.assertNotEqual(forged.returncode, 0)

  def test_the_command_gives_them_out_and_checks_them(self):
    b, meeting = self.b, self.over("Sag 2-2")
    file = b.folder / "given.txt"
    file.write_text(b.samtale("meeting", "minutes", "--case", "sag 2-2"))
    self.assertEqual(b.samtale("meeting", "verify", str(file)), f"{file}: genuine\n")
    self.over("Sag 2-2")
    file.write_text(b.samtale("meeting", "minutes", "--case", "Sag 2-2"))
    self.assertEqual(b.samtale("meeting", "verify", str(file)),
                     f"{file}: genuine, 2 minutes\n")
    rows = json.loads(b.samtale("meeting", "minutes", meeting, "--json"))
    self.assertEqual([rows[0][k] for k in ("meeting", "case", "outcome")],
                     [meeting, "Sag 2-2", "cancelled"])
    file.write_text(rows[0]["text"].replace("\n", "\r\n"))
    b.samtale("meeting", "verify", str(file))
    file.write_text(rows[0]["text"].replace("2-2", "2-3"))
    self.refused("changed after it was signed", "meeting", "verify", str(file))
    file.write_text("Hej")
    self.refused("no minutes of Samtale", "meeting", "verify", str(file))
    self.refused("cannot be read", "meeting", "verify", str(b.folder / "none"))

  def test_another_installations_key_is_told(self):
    b, file = self.b, self.b.folder / "ours.txt"
    file.write_text(b.samtale("meeting", "minutes", self.over("Sag 3-3")))
    with Broker(PROGRAMS, started=False) as other:
      done = other.run("meeting", "verify", str(file))
      self.assertRegex(done.stderr, "another installation's key")
      (other.folder / "key").write_bytes(b.browser().ask("GET", KEY)[1])
      other.samtale("meeting", "verify", str(file), "--key", str(other.folder / "key"))

  def test_a_copy_of_them_anchors_the_log(self):
    file = self.b.folder / "anchor.txt"
    file.write_text(self.b.samtale("meeting", "minutes", self.over("Sag 7-7")))
    found = self.b.run("audit", "verify", "--anchors", str(file), "--json")
    self.assertIn(found.returncode, (0, 3, 4), found)
    self.assertEqual(json.loads(found.stdout)["anchors"], 1, found)

  def test_a_receipt_is_compared(self):
    b, meeting = self.b, self.over("Sag 4-4")
    receipt = self.staff.call("GET", f"/staff/meetings/{meeting}/minutes")[1]["receipt"]
    typed = receipt.replace("-", " ").lower()
    self.assertIn(meeting, b.samtale("meeting", "receipt", typed, "--id", meeting))
    self.assertIn(meeting, b.samtale("meeting", "receipt", receipt, "--case", "Sag 4-4"))
    self.refused("does not belong to that meeting", "meeting", "receipt", "0000-0000",
                 "--id", meeting)
    self.refused("does not belong to any", "meeting", "receipt", "0000-0000", "--case",
                 "Sag 4-4")

  def test_what_is_not_over_or_unknown_says_so(self):
    card = self.staff.book(case_ref="Sag 5-5")[1]["card"]
    status, said = self.staff.call("GET", f"/staff/meetings/{card['id']}/minutes")
    self.assertEqual((status, said["error"]), (409, "not_ended"))
    self.refused("is not over", "meeting", "minutes", card["id"])
    self.refused("No meeting of that case is over", "meeting", "minutes", "--case",
                 "Sag 5-5")
    self.refused("No meeting of that case is kept", "meeting", "minutes", "--case", "Sag 0")
    self.refused("no such meeting", "meeting", "minutes", "4711")
    self.refused("Either a meeting's id or --case", "meeting", "minutes")

  def test_without_a_broker_it_is_the_same(self):
    meeting = self.over("Sag 6-6")
    self.b.end()
    try:
      file = self.b.folder / "alone.txt"
      file.write_text(self.b.samtale("meeting", "minutes", meeting))
      self.assertRegex(file.read_text(), r"\nlog: samtale-checkpoint 1 ")
      self.b.samtale("meeting", "verify", str(file))
    finally:
      self.b.start()


if __name__ == "__main__":
  unittest.main()
