# test_sync.py: full and quick synchronisation with the real engine, compared field by field
# SPDX-License-Identifier: LGPL-2.1-or-later
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "system"))
import ostiarylib  # noqa: E402
import peerlib  # noqa: E402
import truth  # noqa: E402


def guids(devices):
    return {device["guid"] for device in devices}


def connection(peer, **keys):
    return {
        "environment": "onprem",
        "server": f"{peer.https_url}/PowerShell/",
        "user": peer.user,
        "password": peer.password,
        "tls-ca-file": peer.cert,
        "statistics": "all",
        "personal-data": "yes",
        **{key.replace("_", "-"): value for key, value in keys.items()},
    }


class PeerTest(unittest.TestCase):
    maxDiff = 4000

    def peer(self, **options):
        peer = peerlib.Peer(**options)
        self.addCleanup(peer.stop)
        return peer

    def instance(self, peer, **keys):
        instance = ostiarylib.Instance({"contoso": connection(peer, **keys)})
        self.addCleanup(instance.close)
        return instance

    def assert_equal_to_truth(self, instance, peer, **options):
        ours = [row for row in instance.devices() if row["missing_since"] is None]
        found = truth.differences(ours, peer.devices(), **options)
        self.assertEqual([], found[:20], f"{len(found)} differences")

    def assert_nothing_repeated(self, peer, but=()):
        """Nothing was sent twice, except for a new request that says the same, of an action in `but`."""
        ledger = peer.state()["ledger"]
        for action, sent in ledger["messages"].items():
            self.assertEqual(sent["requests"], sent["messageIds"], (action, ledger))
        self.assertEqual([], [one for one in ledger["repeats"] if one["action"] not in but], ledger)

    def assert_no_shell_left(self, peer):
        shells = peer.state()["shells"]
        self.assertFalse(shells, shells)


class Synchronising(PeerTest):
    def test_full(self):
        """Every field of every device, with the awkward names and 60 kB values."""
        peer = self.peer(mailboxes=120, ous=7)
        instance = self.instance(peer)
        report = instance.sync("contoso", "--full")
        self.assertEqual((report["kind"], report["complete"], report["removed"], report["held"]),
                         ("full", True, 0, 0))
        self.assertEqual(report["devices"], len(list(peer.devices())))
        self.assertEqual(report["added"], report["devices"])
        self.assert_equal_to_truth(instance, peer, personal=True)
        self.assert_nothing_repeated(peer)
        self.assert_no_shell_left(peer)
        told = instance.json("status")["connections"][0]["statistics"]
        self.assertEqual(0, told["unread"])
        self.assertIsNotNone(told["oldest"])
        self.assertGreater(told["round_seconds"], 0)

    def test_hazards(self):
        """Half a surrogate pair becomes U+FFFD, U+FFFF is kept, and no device is lost."""
        peer = self.peer(mailboxes=30, hazards="on", odd_ids="on")
        instance = self.instance(peer)
        instance.sync("contoso", "--full")
        self.assert_equal_to_truth(instance, peer, personal=True)
        names = "".join(row["user_display_name"] or "" for row in instance.devices())
        self.assertIn("\ufffd", names)
        self.assertIn("\uffff", names)

    def test_personal_data(self):
        peer = self.peer(mailboxes=40)
        instance = self.instance(peer, personal_data="no")
        instance.sync("contoso", "--full")
        for row in instance.devices():
            self.assertIsNone(row["phone_number"])
            self.assertIsNone(row["imei"])

    def test_quick(self):
        """What appeared and what changed, in proportion to it; what vanished, with the next full."""
        peer = self.peer(mailboxes=300, filter_whenchanged="on")
        instance = self.instance(peer, statistics="none")
        full = instance.sync("contoso", "--full")
        churned = peer.churn(add=3, change=4, remove=2, quarantine=2)
        quick = instance.sync("contoso", "--quick")
        self.assertEqual((quick["kind"], quick["added"], quick["removed"]), ("quick", 5, 0))
        self.assertGreaterEqual(quick["changed"], 4)
        self.assertLess(quick["bytes_received"], full["bytes_received"] / 4)
        rows = {row["guid"]: row for row in instance.devices()}
        for line in peer.devices():
            guid = line["Device"]["Guid"]
            if guid in guids(churned["added"] + churned["changed"] + churned["quarantined"]):
                self.assertEqual([], truth.differences([rows[guid]], [line], statistics=False))
        again = instance.sync("contoso", "--full")
        self.assertEqual((again["added"], again["removed"], again["held"]), (0, 2, 0))
        missing = [row for row in instance.devices() if row["missing_since"] is not None]
        self.assertEqual(guids(missing), guids(churned["removed"]))
        self.assert_equal_to_truth(instance, peer, statistics=False)
        self.assert_nothing_repeated(peer)

    def test_quick_without_the_filter(self):
        """Exchange documents no filter by time: new and quarantined devices are found all the same."""
        peer = self.peer(mailboxes=200)
        instance = self.instance(peer, statistics="none")
        instance.sync("contoso", "--full")
        churned = peer.churn(add=3, change=4, remove=2, quarantine=2)
        quick = instance.sync("contoso", "--quick")
        self.assertEqual((quick["added"], quick["removed"]), (5, 0))
        rows = {row["guid"] for row in instance.devices()}
        self.assertLessEqual(guids(churned["added"] + churned["quarantined"]), rows)

    def test_old_cmdlet_names(self):
        """An account that was given the *-ActiveSyncDevice* family only."""
        peer = self.peer(mailboxes=30, deny="Get-MobileDevice,Get-MobileDeviceStatistics,"
                                            "Get-MobileDeviceMailboxPolicy")
        instance = self.instance(peer)
        report = instance.sync("contoso", "--full")
        self.assertTrue(report["complete"])
        eas = [line for line in peer.devices() if line["Device"]["ClientType"] == "EAS"]
        ours = {row["guid"] for row in instance.devices()}
        self.assertLessEqual({line["Device"]["Guid"] for line in eas}, ours)

    def test_slices(self):
        """More than 5,000 devices are listed in slices, with several shells, and none is lost."""
        peer = self.peer(mailboxes=3000, odd_ids="on")
        instance = self.instance(peer, statistics="none")
        report = instance.sync("contoso", "--full")
        self.assertTrue(report["complete"])
        self.assert_equal_to_truth(instance, peer, statistics=False)
        again = instance.sync("contoso", "--full")
        self.assertEqual((again["added"], again["changed"], again["removed"]), (0, 0, 0))
        self.assert_equal_to_truth(instance, peer, statistics=False)
        self.assert_nothing_repeated(peer)
        self.assert_no_shell_left(peer)


class WhenThingsAreBad(PeerTest):
    def setUp(self):
        self.sound = self.peer(mailboxes=60)
        self.home = self.instance(self.sound, statistics="none", shells="1")
        self.home.sync("contoso", "--full")
        self.before = self.home.devices()

    def assert_untouched(self):
        self.assertEqual(self.before, self.home.devices())

    def fail_with(self, kind, **keys):
        """A full synchronisation that meets a fault fails, says where, and changes nothing."""
        self.sound.fault(kind, count=1000, **keys)
        result = self.home.run("sync", "contoso", "--once", "--full", status=None, timeout=240)
        self.sound.clear_faults()
        self.assertEqual(1, result.returncode, result.stderr)
        self.assertIn("contoso", result.stderr)
        self.assertIn("localhost", result.stderr)
        self.assert_untouched()
        self.assert_nothing_repeated(self.sound)
        return result.stderr

    def test_wrong_bytes(self):
        for kind in ("garbage", "doctype", "entity-bomb", "bad-base64", "short-base64", "fragment-order",
                     "fragment-object", "fragment-length", "truncate", "redirect"):
            with self.subTest(kind):
                self.fail_with(kind, action="Receive", after=2)

    def test_wrong_objects(self):
        for payload in ("<Obj RefId=\"0\"><MS>" + "<Obj RefId=\"1\"><MS>" * 10000, "<Ref RefId=\"99\"/>",
                        "<!DOCTYPE x [<!ENTITY a \"b\">]><S>&a;</S>", "<html><body>503</body></html>", "<S>cut"):
            with self.subTest(payload[:30]):
                self.fail_with("payload", action="Receive", after=2, body=payload)

    def test_lost_replies(self):
        """Nothing that is not a read is sent twice, by us or by libcurl."""
        for action in ("Create", "Command", "Receive", "Send", "Signal", "Delete"):
            for kind in ("drop", "drop-after"):
                with self.subTest(f"{kind} {action}"):
                    self.sound.fault(kind, action=action, count=1)
                    self.home.run("sync", "contoso", "--once", "--full", status=None, timeout=240)
                    self.sound.clear_faults()
                    # Whether a shell was deleted whose Delete got no answer, only a later Delete can tell.
                    self.assert_nothing_repeated(self.sound, but=("Delete",))
                    self.assertEqual(len(self.before), len(self.home.devices()))

    def test_shell_that_vanishes(self):
        """A shell that the server drops in the middle costs a new one, not the synchronisation."""
        self.sound.fault("kill-shell", action="Receive", count=1, after=4)
        report = self.home.sync("contoso", "--full")
        self.assertTrue(report["complete"])
        self.assert_equal_to_truth(self.home, self.sound, statistics=False)

    def test_status_tells(self):
        self.sound.fault("status", status=503, count=1000)
        self.home.run("sync", "contoso", "--once", status=1)
        self.sound.clear_faults()
        status = self.home.json("status")["connections"][0]
        self.assertEqual("unreachable", status["state"])
        self.assertIn("503", status["last_error"])
        self.assertIsNotNone(status["last_successful_sync"])
        self.home.sync("contoso", "--quick")
        status = self.home.json("status")["connections"][0]
        self.assertEqual(("connected", None), (status["state"], status["last_error"]))

    def test_wrong_password(self):
        """One log-on, whatever is configured; then nothing until the secret changes."""
        self.sound.reset()
        home = self.instance(self.sound, password="wrong", shells="4", statistics="none")
        home.run("sync", "contoso", "--once", "--full", status=1)
        self.assertEqual(1, self.sound.state()["ledger"]["unauthenticated"])
        status = home.json("status")["connections"][0]
        self.assertEqual("sign-in-refused", status["state"])
        home.start()
        time.sleep(1)
        home.stop()
        self.assertEqual(1, self.sound.state()["ledger"]["unauthenticated"])

    def test_trimmed_scope(self):
        """A clean listing that lacks too much is held for a second one."""
        peer = self.peer(mailboxes=200, ous=5)
        home = self.instance(peer, statistics="none")
        full = home.sync("contoso", "--full")
        ou = next(line["Device"]["Identity"] for line in peer.devices()).split("/ExchangeActiveSync")[0].rpartition("/")[0]
        peer.scope(ou, hard=True)
        held = home.sync("contoso", "--full", status=3)
        self.assertGreater(held["held"], 0)
        self.assertEqual(0, held["removed"])
        self.assertTrue(all(row["missing_since"] is None for row in home.devices()))
        peer.scope()
        again = home.sync("contoso", "--full")
        self.assertEqual((full["devices"], 0, 0), (again["devices"], again["removed"], again["held"]))

    def test_denied(self):
        peer = self.peer(mailboxes=10, deny="Get-MobileDevice,Get-ActiveSyncDevice")
        home = self.instance(peer)
        result = home.run("sync", "contoso", "--once", "--full", status=1)
        self.assertIn("Get-MobileDevice", result.stderr)
        check = home.run("--json", "check", "contoso", status=1)
        self.assertIn("Get-MobileDevice", check.stdout)


class Checking(PeerTest):
    def test_all_steps(self):
        peer = self.peer(mailboxes=5)
        report = self.instance(peer).json("check", "contoso")
        self.assertEqual([], [step for step in report["steps"] if not step["ok"]])
        ids = [step["id"] for step in report["steps"]]
        for wanted in ("name", "tcp", "tls", "authentication", "cmdlet:Get-MobileDevice"):
            self.assertIn(wanted, ids)

    def test_unknown_issuer(self):
        """A server that signed its own certificate is refused; its fingerprint is the way in."""
        peer = self.peer(mailboxes=5)
        home = self.instance(peer)
        keys = connection(peer)
        del keys["tls-ca-file"]
        home.write({"contoso": keys})
        report = home.json("check", "contoso", status=1)
        failed = [step for step in report["steps"] if not step["ok"]]
        self.assertEqual("tls", failed[0]["id"])
        self.assertIn("tls-pin=", failed[0]["remedy"])
        keys["tls-pin"] = failed[0]["remedy"].partition("tls-pin=")[2].split()[0].strip("‘’'\",.;")
        home.write({"contoso": keys})
        self.assertTrue(all(step["ok"] for step in home.json("check", "contoso")["steps"]))

    def test_wrong_password(self):
        peer = self.peer(mailboxes=5)
        report = self.instance(peer, password="wrong").json("check", "contoso", status=1)
        failed = [step for step in report["steps"] if not step["ok"]]
        self.assertEqual("authentication", failed[0]["id"])
        self.assertNotIn("wrong", str(report))

    def test_nobody_there(self):
        peer = self.peer(mailboxes=5)
        for server, step in (("https://localhost:9/PowerShell/", "tcp"),
                             ("https://no.such.host.invalid/PowerShell/", "name")):
            report = self.instance(peer, server=server).json("check", "contoso", status=1)
            self.assertEqual(step, [s for s in report["steps"] if not s["ok"]][0]["id"])


class Serving(PeerTest):
    def test_service(self):
        """First a full one, then quick ones; it stops within two seconds and leaves no shell."""
        peer = self.peer(mailboxes=50, filter_whenchanged="on")
        home = self.instance(peer, statistics="none", quick_sync_interval="1s")
        home.start()
        home.wait_for(lambda: len(home.devices()) == len(list(peer.devices())), "a full synchronisation")
        added = peer.churn(add=1)["added"][0]["guid"]
        home.wait_for(lambda: added in {row["guid"] for row in home.devices()}, "the new device")
        refused = home.run("sync", "contoso", "--once", status=1)
        self.assertIn("ostiaryd", refused.stderr)
        report = home.json("sync", "contoso", "--full")
        self.assertTrue(report["complete"])
        self.assertLess(home.stop(), 3)
        self.assert_no_shell_left(peer)
        self.assert_nothing_repeated(peer)

    def test_stops_in_the_middle(self):
        peer = self.peer(mailboxes=20000, object_us=200)
        home = self.instance(peer, statistics="none")
        home.start()
        home.wait_for(lambda: peer.state()["shells"], "a shell")
        time.sleep(1)
        self.assertLess(home.stop(), 4)
        self.assert_no_shell_left(peer)

    def test_kill_and_resume(self):
        """What a killed process had listed is not listed again, and its shells are deleted."""
        peer = self.peer(mailboxes=4000, max_shells=18)
        home = self.instance(peer, statistics="none", shells="2")
        for _ in range(6):
            home.start()
            home.wait_for(lambda: peer.state()["shells"], "a shell")
            time.sleep(0.4)
            home.kill()
        home.start()
        home.wait_for(lambda: home.json("status")["connections"][0]["last_full_sync"], "a full synchronisation", 120)
        home.stop()
        self.assert_equal_to_truth(home, peer, statistics=False)
        self.assert_no_shell_left(peer)


if __name__ == "__main__":
    peerlib.run_tests()
