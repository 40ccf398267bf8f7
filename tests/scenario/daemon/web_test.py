# SPDX-License-Identifier: MPL-2.0
"""HTTP and WebSocket through every room: sign-in and its refusals, booking, link, lobby,
admission, and what the origin rules turn away."""

import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from broker import Broker, totp

PROGRAMS = sys.argv.pop(1)


class SignIn(unittest.TestCase):
  def test_a_code_is_good_once(self):
    with Broker(PROGRAMS) as b:
      trial = b.trial()
      status, me = b.browser().sign_in(trial)
      self.assertEqual((status, me["trial"], me["name"]), (200, True, "Mette"))
      status, answer = b.browser().sign_in(trial)
      self.assertEqual((status, answer), (401, {"error": "sign_in_refused"}))

  def test_wrong_name_password_and_code_are_one_answer(self):
    with Broker(PROGRAMS) as b:
      trial = b.trial()
      answers = [b.browser().sign_in(trial, **other) for other in (
        {"username": "nobody"}, {"password": "x" * 20}, {"code": "000000"})]
      self.assertEqual(answers, [(401, {"error": "sign_in_refused"})] * 3)

  def test_an_account_is_locked_after_too_many_tries(self):
    with Broker(PROGRAMS, started=False, options=["--set", "staff.failures_until_lock=3"]) as b:
      b.start()
      trial = b.trial()
      for _ in range(3):
        self.assertEqual(b.browser().sign_in(trial, password="y" * 20)[0], 401)
      status, answer = b.browser().sign_in(trial)
      self.assertEqual((status, answer["error"]), (429, "locked_out"))
      self.assertGreater(answer["retry_after_s"], 0)

  def test_a_set_up_link_makes_an_account_that_can_sign_in(self):
    with Broker(PROGRAMS) as b:
      printed = b.samtale("user", "add", "anna", "--given", "Anna", "--team", "Jobcenter")
      token = printed.splitlines()[0].split("#setup=")[1]
      person = b.browser()
      status, start = person.call("POST", "/staff/setup/start", {"token": token})
      self.assertEqual((status, start["username"]), (200, "anna"))
      status, end = person.call("POST", "/staff/setup/finish", {
        "token": token, "password": "hest batteri korrekt", "code": totp(start["secret"])})
      self.assertEqual((status, len(end["recovery"])), (200, 10))
      self.assertEqual(person.call("POST", "/staff/setup/start", {"token": token})[0], 404)
      status, _ = person.call("POST", "/staff/sign-in", {
        "username": "Anna", "password": "hest batteri korrekt", "code": end["recovery"][0]})
      self.assertEqual(status, 200)
      b.samtale("user", "disable", "anna")
      self.assertEqual(person.call("GET", "/staff/me")[0], 401)


class Pages(unittest.TestCase):
  def test_the_banner_goes_when_an_auditor_of_its_own_came(self):
    with tempfile.TemporaryDirectory() as folder:
      keys = Path(folder)
      (keys / "passphrase").write_text("kun en prøve\n", encoding="utf-8")
      (keys / "passphrase").chmod(0o600)
      subprocess.run([Path(PROGRAMS) / "samtale", "audit", "keygen", keys / "dpo",
                      "--passphrase-file", keys / "passphrase"], check=True,
                     stdout=subprocess.DEVNULL, timeout=20)
      with Broker(PROGRAMS, init=("--auditors", keys / "dpo.auditor.pub")) as b:
        pages = {path: b.browser().ask("GET", path)[1]
                 for path in ("/", "/staff", "/privatliv", "/accessibility", "/nowhere")}
    for path, page in pages.items():
      self.assertIn(b"<title>", page, path)
      self.assertNotIn(b'class="trial"', page, path)


class Origins(unittest.TestCase):
  def test_another_site_reads_and_writes_nothing(self):
    with Broker(PROGRAMS) as b:
      browser = b.browser()
      browser.sign_in(b.trial())
      for headers in ({"Origin": "https://evil.test"}, {"Origin": None},
                      {"Sec_Fetch_Site": "same-site"}, {"Sec_Fetch_Site": "cross-site"}):
        status, answer = browser.call("POST", "/staff/sign-out", {}, **headers)
        self.assertEqual((status, answer["error"]), (403, "wrong_origin"), headers)
      for site, expected in (("cross-site", 403), ("same-site", 403), ("same-origin", 200)):
        self.assertEqual(browser.call("GET", "/staff/me", Sec_Fetch_Site=site)[0], expected)

  def test_a_body_that_is_not_json_is_refused(self):
    with Broker(PROGRAMS) as b:
      status, answer = b.browser().call("POST", "/link/peek", {}, Content_Type="text/plain")
      self.assertEqual((status, answer["error"]), (415, "not_json"))
      self.assertEqual(b.browser().call("GET", "/nowhere")[0], 404)
      self.assertEqual(b.browser().call("GET", "/link/peek")[0], 405)


class Meeting(unittest.TestCase):
  def test_from_booking_to_a_started_talk(self):
    with Broker(PROGRAMS) as b:
      staff, citizen = b.browser(), b.browser()
      self.assertEqual(staff.sign_in(b.trial())[0], 200)
      status, made = staff.book()
      self.assertEqual(status, 200)
      meeting = made["card"]["id"]
      token = made["invitation"]["link"].split("/j#")[1]
      status, peek = citizen.call("POST", "/link/peek", {"token": token})
      self.assertEqual((status, peek["consultant"], peek["when"]), (200, "Mette", "now"))
      self.assertEqual(citizen.cookies, {}) # peeking leaves nothing behind
      status, seat = citizen.call("POST", "/link/redeem", {"token": token})
      self.assertEqual(status, 200)

      one, two = staff.socket(), citizen.socket()
      one.send({"type": "hello", "role": "staff", "build": b.build()})
      one.until("welcome")
      two.send({"type": "hello", "role": "citizen", "seat": seat["seat"], "build": b.build(),
                "epoch": 0, "lang": "da"})
      self.assertEqual(two.until("state")["place"], "lobby")
      one.send({"type": "enter", "meeting": meeting, "epoch": 0})
      entry = one.until("state")["guests"][0]["entry"]
      one.send({"type": "admit", "entry": entry})
      self.assertEqual(one.until("start")["role"], "offer")
      start = two.until("start")
      self.assertEqual((start["role"], start["meeting"]), ("answer", meeting))
      one.send({"type": "end", "outcome": "technical"})
      self.assertEqual(two.until("ended")["outcome_kind"], "other")
      one.close()
      two.close()

  def test_a_talk_survives_kill_9(self):
    import signal
    with Broker(PROGRAMS, started=False) as b:
      import socket
      with socket.create_server(("127.0.0.1", 0)) as s:
        b.write_config(listener_port=str(s.getsockname()[1]))
      b.start()
      staff, citizen = b.browser(), b.browser()
      staff.sign_in(b.trial())
      made = staff.book()[1]
      token = made["invitation"]["link"].split("#")[1]
      seat = citizen.call("POST", "/link/redeem", {"token": token})[1]["seat"]
      hello = {"type": "hello", "role": "citizen", "seat": seat, "build": b.build(), "epoch": 0,
               "lang": "da"}
      one, two = staff.socket(), citizen.socket()
      one.send({"type": "hello", "role": "staff", "build": b.build()})
      two.send(hello)
      two.until("state")
      one.send({"type": "enter", "meeting": made["card"]["id"], "epoch": 0})
      one.send({"type": "admit", "entry": one.until("state")["guests"][0]["entry"]})
      epoch = two.until("start")["epoch"]
      time.sleep(1.2) # the live record is saved within a second
      b.end(signal.SIGKILL)
      one.close()
      two.close()
      b.start()
      two = citizen.socket()
      two.send({**hello, "epoch": epoch})
      self.assertEqual(two.until("state")["place"], "admitted")
      two.close()

  def test_contact_data_dies_on_its_date(self):
    with Broker(PROGRAMS, options=["--test-clock"]) as b:
      staff = b.browser()
      staff.sign_in(b.trial())
      made = staff.book()[1]
      path = f"/staff/meetings/{made['card']['id']}"
      self.assertEqual(staff.call("GET", path + "/invitation")[0], 200)
      b.samtale("clock", "shift", str(8 * 86400 * 1000)) # five working days and more
      b.wait_said("RETENTION_RAN")
      trial = b.trial()
      self.assertEqual(staff.sign_in(trial, code=totp(trial["secret"],
                                                      time.time() + 8 * 86400 + 30))[0], 200)
      status, card = staff.call("GET", path)
      self.assertEqual((status, card["card"]["contact_gone"], card["card"]["label"]),
                       (200, True, ""))
      self.assertEqual(staff.call("GET", path + "/invitation")[0], 410)
      token = made["invitation"]["link"].split("#")[1]
      self.assertEqual(staff.call("POST", "/link/peek", {"token": token})[0], 404)


class Metrics(unittest.TestCase):
  def test_figures_hold_no_id_and_count_what_happened(self):
    import http.client
    import re
    import socket
    with Broker(PROGRAMS, started=False) as b:
      with socket.create_server(("127.0.0.1", 0)) as s:
        port = s.getsockname()[1]
      b.write_config(metrics_address=f"127.0.0.1:{port}")
      b.start()
      staff = b.browser()
      staff.sign_in(b.trial())
      made = staff.book(label="Kanariefugl")[1]
      wire = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
      wire.request("GET", "/metrics")
      text = wire.getresponse().read().decode()
      wire.close()
      for name in ("samtale_connections ", 'samtale_audit_total{what="SIGN_IN"} 1',
                   'samtale_events_total{event="STARTED"} 1', "samtale_resident_bytes ",
                   "samtale_descriptors ", "samtale_store_queue "):
        self.assertIn(name, text)
      rows = [line.rsplit(" ", 1)[0] for line in text.splitlines()]
      self.assertEqual(len(rows), len(set(rows)), "a series stands there twice")
      for secret in ("Kanariefugl", made["card"]["id"], made["card"]["number"], "demo"):
        self.assertNotIn(secret, text + b.said())
      for line in text.splitlines():
        self.assertRegex(line, r'^(# (HELP|TYPE) .*|samtale_\w+(\{\w+="\w+"\})? \d+)$')
      self.assertTrue(int(re.search(r"samtale_resident_bytes (\d+)", text)[1]) > 10 ** 6)


if __name__ == "__main__":
  unittest.main(verbosity=2)
