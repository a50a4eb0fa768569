#!/usr/bin/env python3
# test_cli_setup.py: connections are set up and taken away; questions, signals and progress on a terminal
# SPDX-License-Identifier: LGPL-2.1-or-later
import json
import os
import pathlib
import pty
import re
import select
import signal
import stat
import subprocess
import time
import unittest

import ostiarylib
import simlib

PASSWORD = "Tr0ub4dor-&-3"


class Terminal:
    """A command on a pseudo-terminal, which sees what a person sees."""

    def __init__(self, command, env):
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, close_fds=True,
                                        env={**env, "TERM": "xterm"}, start_new_session=True,
                                        preexec_fn=lambda: __import__("fcntl").ioctl(0, __import__("termios").TIOCSCTTY, 0))
        os.close(slave)
        self.seen = ""

    def read(self, seconds=0.2):
        ready, _, _ = select.select([self.master], [], [], seconds)
        if not ready:
            return True
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return False
        self.seen += data.decode(errors="replace")
        return bool(data)

    def wait_for(self, pattern, timeout=60):
        """Reads until the pattern appears; returns what came up to it."""
        deadline = time.monotonic() + timeout
        while not (match := re.search(pattern, self.seen)):
            if time.monotonic() > deadline or not self.read():
                raise AssertionError(f"never seen: {pattern}\n{self.seen}")
        text, self.seen = self.seen[:match.end()], self.seen[match.end():]
        return text

    def type(self, text):
        os.write(self.master, text.encode())

    def finish(self, timeout=60):
        deadline = time.monotonic() + timeout
        while self.read():
            if time.monotonic() > deadline:
                self.process.kill()
                raise AssertionError(f"does not end\n{self.seen}")
            if self.process.poll() is not None and not select.select([self.master], [], [], 0)[0]:
                break
        status = self.process.wait(timeout)
        os.close(self.master)
        return status


class SetupTest(unittest.TestCase):
    def setUp(self):
        self.home = ostiarylib.Instance({})
        self.addCleanup(self.home.close)
        self.list = self.home.folder / "devices.txt"
        self.list.write_text("8d7c5a10-0000-0000-0000-000000000001;ID1;iPhone\n")
        self.stored = self.home.folder / "ostiary.conf.d/ex.conf"

    def simulator(self, **options):
        simulator = simlib.Simulator(**options)
        self.addCleanup(simulator.stop)
        return simulator

    def answers(self, name="ex", **keys):
        keys = {"environment": "example", "devices-file": self.list, **{key.replace("_", "-"): value for key, value in keys.items()}}
        path = self.home.folder / "answers"
        path.write_text(f"[connection {name}]\n" + "".join(f"{key}={value}\n" for key, value in keys.items() if value))
        return str(path)

    def terminal(self, *arguments):
        return Terminal(self.home.command(*arguments), self.home.env)


class Answers(SetupTest):
    def test_stored(self):
        document = self.home.json("setup", "--answers", self.answers())
        self.assertEqual(("ex", True, False, str(self.stored)),
                         tuple(document[key] for key in ("connection", "stored", "replaced", "file")))
        self.assertTrue(all(step["ok"] for step in document["check"]["steps"]))
        self.assertEqual(["ex"], [one["name"] for one in self.home.json("config")["connections"]])
        self.assertEqual(1, self.home.sync("ex")["devices"])

    def test_replaced_after_confirmation_alone(self):
        self.home.run("setup", "--answers", self.answers())
        self.home.sync("ex")
        answers = self.answers(full_sync_interval="7d")
        self.assertIn("--yes", self.home.run("setup", "--answers", answers, status=4).stderr)
        self.assertNotIn("7d", self.stored.read_text())
        self.assertTrue(self.home.json("setup", "ex", "--answers", answers, "--yes")["replaced"])
        self.assertIn("7d", self.stored.read_text())
        self.assertEqual(1, len(self.home.devices()), "the inventory belongs to the name")

    def test_wrong_answers(self):
        for keys in ({"nonsense": "1"}, {"quick_sync_interval": "5"}, {"environment": "none-such"}, {"devices_file": ""}):
            with self.subTest(keys=keys):
                self.home.run("setup", "--answers", self.answers(**keys), status=2)
                self.assertFalse(self.stored.exists())
        self.home.run("setup", "--answers", "/nonexistent", status=2)
        self.home.run("setup", "other", "--answers", self.answers(), status=2)
        self.home.run("setup", "--answers", self.answers(name="../up"), status=2)

    def test_a_connection_that_does_not_work_is_not_stored(self):
        simulator = self.simulator(mailboxes=2)
        keys = simulator.connection(password_secret=self.home.secret("one", "wrong"))
        del keys["password"]
        answers = self.answers(devices_file="", **{key.replace("-", "_"): value for key, value in keys.items()})
        result = self.home.run("--json", "setup", "--answers", answers, status=1)
        document = json.loads(result.stdout)
        self.assertFalse(document["stored"])
        self.assertFalse(all(step["ok"] for step in document["check"]["steps"]))
        self.assertFalse(self.stored.exists())
        self.assertTrue(self.home.json("setup", "--no-check", "--answers", answers)["stored"])
        self.assertFalse(simulator.state()["shells"])

    def test_a_running_service_takes_it_up(self):
        self.home.start()
        self.assertTrue(self.home.json("setup", "--answers", self.answers())["reloaded"])
        self.home.wait_for(self.home.devices, "the first synchronisation")


class Questions(SetupTest):
    def test_a_person_answers(self):
        simulator = self.simulator(mailboxes=3, password=PASSWORD)
        terminal = self.terminal("setup")
        terminal.wait_for("Name of the connection.*: ")
        terminal.type("contoso\n")
        terminal.wait_for("environment.*: ")
        terminal.type("onprem\n")
        terminal.wait_for("server: ")
        terminal.type("\n")
        terminal.wait_for("server: ")
        terminal.type(f"{simulator.url}\n")
        terminal.wait_for("user: ")
        terminal.type(f"{simulator.user}\n")
        text = terminal.wait_for("password-secret: ")
        terminal.type("wronx\x7fg\n")
        text += terminal.wait_for("tls-ca-file: ")
        terminal.type(f"{simulator.cert}\n")
        text += terminal.wait_for("tls-pin: ")
        terminal.type("\n")
        text += terminal.wait_for("try again.*: ")
        self.assertNotIn("wrong", text)
        terminal.type("yes\n")
        for key in ("environment", "server", "user"):
            terminal.wait_for(rf"{key} \[.*\]: ")
            terminal.type("\n")
        text = terminal.wait_for("password-secret: ")
        terminal.type(f"{PASSWORD}\n")
        for key in ("tls-ca-file", "tls-pin"):
            text += terminal.wait_for(rf"{key}.*: ")
            terminal.type("\n")
        text += terminal.wait_for("stored in")
        self.assertEqual(0, terminal.finish())
        self.assertNotIn(PASSWORD, text + terminal.seen)
        secret = self.home.state / "secrets/contoso-password-secret"
        self.assertEqual(PASSWORD, secret.read_text())
        self.assertEqual(0o600, stat.S_IMODE(secret.stat().st_mode))
        stored = self.home.folder / "ostiary.conf.d/contoso.conf"
        self.assertIn(f"password-secret=file:{secret}\n", stored.read_text())
        self.assertNotIn(PASSWORD, stored.read_text())
        self.assertEqual(len(simulator.devices()), self.home.sync("contoso")["devices"])
        self.assertFalse(simulator.state()["shells"])

    def test_interrupted_at_the_password(self):
        simulator = self.simulator(mailboxes=1)
        for key in "\x03", "\x04":
            terminal = self.terminal("setup", "contoso")
            terminal.wait_for("environment.*: ")
            terminal.type("onprem\n")
            terminal.wait_for("server: ")
            terminal.type(f"{simulator.url}\n")
            terminal.wait_for("user: ")
            terminal.type("x\n")
            terminal.wait_for("password-secret: ")
            terminal.type(key)
            terminal.wait_for("nothing was done")
            self.assertEqual(1, terminal.finish())
        self.assertFalse((self.home.folder / "ostiary.conf.d/contoso.conf").exists())

    def test_interrupted_between_two_tries(self):
        simulator = self.simulator(mailboxes=1)
        keys = simulator.connection(password_secret=self.home.secret("one", "wrong"))
        terminal = self.terminal("setup", "contoso")
        for key, value in (("environment", "onprem"), ("server", keys["server"]), ("user", keys["user"]),
                           ("password-secret", "wrong"), ("tls-ca-file", keys["tls-ca-file"]), ("tls-pin", "")):
            terminal.wait_for(rf"{key}.*: ")
            terminal.type(f"{value}\n")
        terminal.wait_for("try again.*: ")
        terminal.type("\x03")
        self.assertNotEqual(0, terminal.finish(10))
        self.assertFalse((self.home.folder / "ostiary.conf.d/contoso.conf").exists())

    def test_replacing_is_confirmed(self):
        self.home.run("setup", "--answers", self.answers(full_sync_interval="7d"))
        for answer, status in (("no", 4), ("", 4), ("yes", 0)):
            terminal = self.terminal("setup", "ex")
            terminal.wait_for(r"environment \[example\]: ")
            terminal.type("\n")
            terminal.wait_for(r"devices-file \[.*\]: ")
            terminal.type("\n")
            for key in ("tls-ca-file", "tls-pin"):
                terminal.wait_for(rf"{key}: ")
                terminal.type("\n")
            terminal.wait_for("be replaced.*: ")
            terminal.type(f"{answer}\n")
            self.assertEqual(status, terminal.finish(), terminal.seen)
        # What nobody was asked about stayed.
        self.assertIn("7d", self.stored.read_text())


class Secrets(SetupTest):
    def test_from_the_environment_only_in_this_process(self):
        simulator = self.simulator(mailboxes=2, password=PASSWORD)
        keys = simulator.connection(password_secret="env:OSTIARY_TEST_SECRET", statistics="none")
        del keys["password"]
        self.home.write({"contoso": keys})
        self.home.env["OSTIARY_TEST_SECRET"] = PASSWORD
        self.assertEqual(4, self.home.sync("contoso")["devices"])
        self.assertTrue(all(step["ok"] for step in self.home.json("check", "contoso")["steps"]))
        del self.home.env["OSTIARY_TEST_SECRET"]
        self.assertIn("OSTIARY_TEST_SECRET", self.home.run("sync", "contoso", "--once", status=1).stderr)


class Disconnecting(SetupTest):
    def setUp(self):
        super().setUp()
        self.home.run("setup", "--answers", self.answers())
        self.home.sync("ex")

    def assertGone(self, archive):
        self.assertFalse(self.stored.exists())
        self.assertEqual([], self.home.devices())
        self.assertEqual([], self.home.json("status")["connections"])
        kept = json.loads(archive.read_text())
        self.assertEqual(0o600, stat.S_IMODE(archive.stat().st_mode))
        self.assertEqual("ex", kept["connection"])
        self.assertEqual(["ID1"], [row["device_id"] for row in kept["devices"]])
        self.assertIn("device-added", [event["kind"] for event in kept["events"]])
        self.assertIn(str(self.list), kept["configuration"])
        events = self.home.json("events")["events"]
        self.assertEqual([event["hash"] for event in kept["events"]],
                         [event["hash"] for event in events][:len(kept["events"])], "the audit trail stays")
        self.assertIn(kept["audit"]["head"], [event["hash"] for event in events])
        self.home.run("events", "--verify")

    def archive(self, document):
        self.assertEqual(("ex", "keep"), (document["connection"], document["exchange"]))
        return self.home.state / "archive" / document["archive"].rsplit("/", 1)[1]

    def test_kept(self):
        self.assertGone(self.archive(self.home.json("disconnect", "ex", "--exchange=keep")))

    def test_in_the_service(self):
        self.home.start()
        self.home.wait_for(lambda: self.home.json("status")["connections"][0]["state"] == "connected", "the service at work")
        archive = self.archive(self.home.json("disconnect", "ex", "--exchange=keep"))
        self.assertGone(archive)
        self.home.stop()
        self.assertGone(archive)

    def test_what_was_left_behind(self):
        self.stored.unlink()
        archive = self.archive(self.home.json("disconnect", "ex", "--exchange=keep"))
        self.assertEqual(["ID1"], [row["device_id"] for row in json.loads(archive.read_text())["devices"]])
        self.home.run("disconnect", "ex", "--exchange=keep", status=2)

    def test_the_service_refuses(self):
        self.home.start()
        get = ["curl", "-s", "-X", "DELETE", "--unix-socket", str(self.home.socket), "-o", "/dev/null", "-w", "%{http_code}"]
        for path, status in (("ex", 400), ("ex?exchange=maybe", 400), ("ex?exchange=restore", 501),
                             ("nobody?exchange=keep", 404)):
            url = f"http://localhost/api/v1/connections/{path}"
            self.assertEqual(str(status), subprocess.run([*get, url], capture_output=True, text=True).stdout, path)
        self.assertTrue(self.stored.exists())
        deep = ["curl", "-s", "-d", "@-", *get[4:], "http://localhost/api/v1/connections/ex/sync"]
        for body in ("[" * 65000, '{"kind":' + "[/*]*/" * 10000, '{"kind":"some"}', "nonsense"):
            self.assertEqual("400", subprocess.run(deep, input=body, capture_output=True, text=True).stdout, body[:20])
        self.assertIsNone(self.home.daemon.poll())

    def test_restore_cannot_be_done_yet(self):
        before = self.stored.read_text()
        error = json.loads(self.home.run("--json", "disconnect", "ex", "--exchange=restore", status=1).stdout)["error"]
        self.assertEqual("not-supported", error["code"])
        self.assertEqual(before, self.stored.read_text())
        self.assertEqual(1, len(self.home.devices()))

    def test_beside_another_process(self):
        simulator = self.simulator(mailboxes=30)
        self.home.write({"slow": simulator.connection(statistics="all")})
        simulator.fault("slow", ms=1500, count=1000)
        other = subprocess.Popen(self.home.command("sync", "slow", "--once"), env=self.home.env,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.home.wait_for(lambda: simulator.state()["shells"], "the shells")
        try:
            self.assertIn(str(other.pid), self.home.run("disconnect", "ex", "--exchange=keep", status=1).stderr)
            self.assertTrue(self.stored.exists())
        finally:
            other.send_signal(signal.SIGTERM)
            other.wait(30)

    def test_a_file_of_a_person_is_left(self):
        self.stored.unlink()
        self.home.write({"ex": {"environment": "example", "devices-file": self.list}})
        before = self.home.config.read_text()
        self.home.run("disconnect", "ex", "--exchange=keep", status=1)
        self.assertEqual(before, self.home.config.read_text())
        self.assertEqual(1, len(self.home.devices()))


class Partly(SetupTest):
    def test_held_removals(self):
        simulator = self.simulator(mailboxes=20)
        self.home.write({"contoso": simulator.connection(statistics="none")})
        self.home.sync("contoso")
        simulator.churn(remove=10)
        report = self.home.sync("contoso", "--full", status=3)
        self.assertEqual((10, 0), (report["held"], report["removed"]))
        self.assertEqual(40, len(self.home.devices()))

    def test_one_of_two_connections_works(self):
        simulator = self.simulator(mailboxes=2)
        good = simulator.connection()
        self.home.write({"good": good, "bad": {**good, "server": "https://127.0.0.1:1/PowerShell/"}})
        result = self.home.run("--json", "check", status=3)
        reports = {report["connection"]: report for report in json.loads(result.stdout)["connections"]}
        self.assertTrue(all(step["ok"] for step in reports["good"]["steps"]))
        failed = [step for step in reports["bad"]["steps"] if not step["ok"]]
        self.assertTrue(failed[0]["remedy"])
        self.assertIn(failed[0]["remedy"], result.stderr)
        self.home.run("check", "bad", status=1)
        self.home.run("check", "good")


class Watching(SetupTest):
    def test_progress_on_a_terminal(self):
        simulator = self.simulator(mailboxes=4000)
        self.home.write({"contoso": simulator.connection(statistics="none")})
        self.home.sync("contoso")
        terminal = self.terminal("sync", "contoso", "--once", "--full")
        self.assertEqual(0, terminal.finish())
        self.assertRegex(terminal.seen, r"\r\033\[K.*of \d+ devices, \d+ a second")
        # The result does not stand behind what is left of the progress.
        self.assertRegex(terminal.seen, r"\r\033\[Kcontoso: full synchronisation: \d+ devices")

    def test_no_color(self):
        self.home.run("setup", "--answers", self.answers())
        coloured = self.terminal("check", "ex")
        coloured.finish()
        self.assertIn("\033[32m", coloured.seen)
        self.home.env["NO_COLOR"] = "1"
        plain = self.terminal("check", "ex")
        plain.finish()
        self.assertNotIn("\033[3", plain.seen)
        self.assertIn("  ok", plain.seen)

    def test_nothing_hostile_reaches_a_terminal(self):
        self.list.write_text("8d7c5a10-0000-0000-0000-000000000001;ID1;\033[2J\u009b31m\u202e\U000e0041\n")
        self.home.run("setup", "--answers", self.answers())
        self.home.sync("ex")
        for arguments in ([], ["--format", "csv"], ["--json"]):
            terminal = self.terminal("devices", *arguments)
            self.assertEqual(0, terminal.finish())
            shown = re.sub("\033\\[[01]m", "", terminal.seen)
            for character in shown:
                self.assertTrue(character in "\r\n" or character.isprintable(), (arguments, character))
            if arguments == ["--json"]:
                self.assertEqual("\033[2J\u009b31m\u202e\U000e0041", json.loads(shown)["devices"][0]["model"])

    def test_signals_end_it_in_order(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            simulator = self.simulator(mailboxes=200)
            self.home.write({"contoso": simulator.connection(statistics="all")})
            simulator.fault("slow", ms=300, count=100000, after=12)
            process = subprocess.Popen(self.home.command("sync", "contoso", "--once", "--json"), env=self.home.env,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            self.home.wait_for(lambda: simulator.state()["shells"], "the shells")
            began = time.monotonic()
            process.send_signal(number)
            out, err = process.communicate(timeout=30)
            self.assertLess(time.monotonic() - began, 5)
            self.assertEqual(1, process.returncode, err)
            self.assertEqual("cancelled", json.loads(out)["error"]["code"])
            self.assertFalse(simulator.state()["shells"])
            # The store is free again.
            self.home.run("check", "contoso", status=None)
            simulator.stop()

    def test_a_signal_ends_it_in_the_service_too(self):
        simulator = self.simulator(mailboxes=200)
        self.home.write({"contoso": simulator.connection(statistics="all")})
        simulator.fault("slow", ms=300, count=100000, after=12)
        self.home.start()
        process = subprocess.Popen(self.home.command("sync", "contoso", "--full"), env=self.home.env,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        caught = lambda: int(re.search(r"SigCgt:\s*(\w+)", pathlib.Path(  # noqa: E731
            f"/proc/{process.pid}/status").read_text())[1], 16) & 1 << signal.SIGINT - 1
        self.home.wait_for(caught, "the handler")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
        self.assertEqual(1, process.returncode, err)
        self.assertIn("interrupted", err)


class Demonstration(SetupTest):
    def run_demo(self, *arguments):
        return subprocess.run([ostiarylib.OSTIARY, "demo", "--mailboxes", "20", *arguments], env=self.env(),
                              capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120)

    def env(self):
        folder = self.home.folder / "tmp"
        folder.mkdir(exist_ok=True)
        return {**self.home.env, "TMPDIR": str(folder)}

    def assertNothingLeft(self):
        self.assertEqual([], list((self.home.folder / "tmp").iterdir()))
        found = subprocess.run(["pgrep", "-f", str(self.home.folder)], capture_output=True, text=True).stdout.split()
        self.assertEqual([], found)

    def test_it_ends_without_a_terminal(self):
        result = self.run_demo()
        self.assertEqual(0, result.returncode, result.stdout + result.stderr)
        for text in ("$ ostiary check", "  ok ", "full synchronisation: 40 devices", "Quarantined", "$ ostiary status",
                     "from another terminal"):
            self.assertIn(text, result.stdout)
        self.assertNothingLeft()

    def test_json(self):
        result = self.run_demo("--json")
        self.assertTrue(json.loads(result.stdout)["complete"])
        self.assertNothingLeft()

    def test_it_stays_until_interrupted(self):
        terminal = Terminal([ostiarylib.OSTIARY, "demo", "--mailboxes", "20"], self.env())
        terminal.wait_for("until Ctrl-C", 90)
        terminal.type("\n")
        terminal.wait_for("found it: device ID")
        terminal.type("\x03")
        self.assertEqual(0, terminal.finish())
        self.assertNothingLeft()

    def test_interrupted_early(self):
        terminal = Terminal([ostiarylib.OSTIARY, "demo", "--mailboxes", "3000"], self.env())
        terminal.wait_for("sync demo --full", 60)
        terminal.type("\x03")
        self.assertEqual(1, terminal.finish())
        self.assertNothingLeft()

    def test_what_is_missing_is_named(self):
        env = {**self.env(), "OSTIARY_EXCHANGE_SIM": "/nonexistent/sim"}
        result = subprocess.run([ostiarylib.OSTIARY, "demo"], env=env, capture_output=True, text=True,
                                stdin=subprocess.DEVNULL, timeout=60)
        self.assertEqual(1, result.returncode)
        self.assertIn("/nonexistent/sim", result.stderr)
        self.assertNothingLeft()


if __name__ == "__main__":
    unittest.main(verbosity=2)
