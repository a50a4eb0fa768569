#!/usr/bin/env python3
# test_service.py: what an administrator does, with the service, the command line and the simulator
# SPDX-License-Identifier: LGPL-2.1-or-later
import http.client
import json
import os
import pathlib
import signal
import socket
import sqlite3
import stat
import subprocess
import time
import unittest

import ostiarylib
import simlib

# Looked for in everything that a run leaves behind.
PASSWORD = "Correct-Horse-7391-Battery"


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=60)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(60)
        self.sock.connect(self.path)


class ServiceTest(unittest.TestCase):
    def simulator(self, **options):
        simulator = simlib.Simulator(**options)
        self.addCleanup(simulator.stop)
        return simulator

    def instance(self, connections, **keys):
        instance = ostiarylib.Instance(connections, **keys)
        self.addCleanup(instance.close)
        return instance

    def get(self, instance, path, method="GET", body=None):
        client = UnixConnection(instance.socket)
        self.addCleanup(client.close)
        client.request(method, path, body)
        response = client.getresponse()
        return response.status, response.getheader("Content-Type"), response.read().decode()


class Living(ServiceTest):
    def test_a_day_in_short(self):
        simulator = self.simulator(mailboxes=40)
        home = self.instance({"contoso": simulator.connection(quick_sync_interval="1s")})
        home.start()
        home.wait_for(lambda: len(home.devices()) == len(simulator.devices()), "the first synchronisation")
        truth = {line["Device"]["Guid"]: line for line in simulator.devices()}
        for row in home.devices():
            self.assertEqual(truth[row["guid"]]["Device"]["DeviceId"], row["device_id"])
            self.assertEqual(truth[row["guid"]]["Smtp"], row["primary_smtp_address"])
        simulator.churn(add=1)
        home.wait_for(lambda: len(home.devices()) == len(simulator.devices()), "the new phone")
        status = home.json("status", "contoso")["connections"][0]
        self.assertEqual("connected", status["state"])
        self.assertIsNone(status["last_error"])
        self.assertLess(home.stop(), 3)
        self.assertFalse(simulator.state()["shells"])
        self.assertEqual(0, home.run("events", "--verify").returncode)

    def test_the_api_says_the_same(self):
        simulator = self.simulator(mailboxes=1500)
        home = self.instance({"contoso": simulator.connection(statistics="none")})
        home.start()
        home.wait_for(lambda: home.json("status")["connections"][0]["last_full_sync"], "the first synchronisation")
        status, kind, text = self.get(home, "/api/v1/devices?connection=contoso")
        self.assertEqual((200, "application/json"), (status, kind))
        key = lambda row: row["guid"]  # noqa: E731
        self.assertEqual(sorted(json.loads(text)["devices"], key=key), sorted(home.devices(), key=key))
        status, kind, text = self.get(home, "/api/v1/connections/nobody/sync", "POST")
        self.assertEqual((404, "application/problem+json"), (status, kind))
        self.assertIn("contoso", json.loads(text)["detail"])
        self.assertEqual(405, self.get(home, "/api/v1/devices", "DELETE")[0])
        self.assertEqual(404, self.get(home, "/api/v1/nothing")[0])
        self.assertEqual(413, self.get(home, "/api/v1/connections/contoso/sync", "POST", "x" * 100000)[0])
        self.assertEqual(400, self.get(home, "/api/v1/connections/contoso/sync", "POST", "{\"kind\":\"some\"}")[0])
        lines = self.get(home, "/api/v1/connections/contoso/sync", "POST", "{\"kind\":\"full\"}")[2].splitlines()
        self.assertTrue(json.loads(lines[-1])["report"]["complete"])
        self.assertEqual((200, "ok\n"), self.get(home, "/healthz")[::2])

    def test_reload(self):
        simulator = self.simulator(mailboxes=10)
        one = simulator.connection(statistics="none")
        home = self.instance({"one": one})
        daemon = home.start()
        home.write({"one": one, "two": simulator.connection(statistics="none", shells="1")})
        daemon.send_signal(signal.SIGHUP)
        home.wait_for(lambda: home.devices("--connection", "two"), "the new connection")
        home.config.write_text(home.config.read_text() + "nonsense=1\n")
        daemon.send_signal(signal.SIGHUP)
        home.wait_for(lambda: "nonsense" in home.read_log(), "the complaint")
        self.assertIsNone(daemon.poll())
        home.write({"two": simulator.connection(statistics="none", shells="1")})
        daemon.send_signal(signal.SIGHUP)
        home.wait_for(lambda: [c["name"] for c in home.json("status")["connections"]] == ["two"], "the connection gone")

    def test_the_other_holds_the_store(self):
        simulator = self.simulator(mailboxes=10)
        home = self.instance({"contoso": simulator.connection()})
        home.start()
        refused = home.run("sync", "contoso", "--once", status=1)
        self.assertIn("ostiaryd", refused.stderr)
        second = subprocess.run([ostiarylib.OSTIARYD, "--config", str(home.config)], env=home.env,
                                capture_output=True, text=True, timeout=30)
        self.assertEqual(1, second.returncode, second.stderr)


class Guarding(ServiceTest):
    def test_no_secret_is_left_anywhere(self):
        simulator = self.simulator(mailboxes=10, password=PASSWORD)
        home = self.instance({"contoso": simulator.connection()}, env={"G_MESSAGES_DEBUG": "all"})
        daemon = home.start()
        home.wait_for(lambda: home.devices(), "the first synchronisation")
        for name in ("cmdline", "environ"):
            self.assertNotIn(PASSWORD.encode(), pathlib.Path(f"/proc/{daemon.pid}/{name}").read_bytes())
        home.run("check", "contoso")
        home.run("config", "--dump")
        home.stop()
        for path in home.folder.rglob("*"):
            if path.is_file() and not path.name.startswith("secret-"):
                self.assertNotIn(PASSWORD.encode(), path.read_bytes(), path)

    def test_no_core(self):
        simulator = self.simulator(mailboxes=2)
        home = self.instance({"contoso": simulator.connection()})
        daemon = home.start()
        limits = pathlib.Path(f"/proc/{daemon.pid}/limits").read_text()
        self.assertRegex(limits, r"Max core file size\s+0\s+0")

    def test_the_chain_is_checked(self):
        simulator = self.simulator(mailboxes=5)
        home = self.instance({"contoso": simulator.connection(statistics="none")})
        home.sync("contoso", "--full")
        self.assertTrue(home.json("events", "--verify")["verified"])
        database = next(path for path in home.state.iterdir() if path.suffix == ".db" and "staging" not in path.name)
        with sqlite3.connect(database) as tampering:
            tampering.execute("UPDATE event SET kind = 'nothing' WHERE seq = (SELECT min (seq) FROM event)")
        home.run("events", "--verify", status=1)

    def test_modes(self):
        simulator = self.simulator(mailboxes=5)
        home = self.instance({"contoso": simulator.connection(statistics="none")})
        home.start()
        self.assertEqual(0o660, stat.S_IMODE(home.socket.stat().st_mode))
        for path in home.state.rglob("*"):
            if path.is_file():
                self.assertEqual(0, stat.S_IMODE(path.stat().st_mode) & 0o007, path)

    def test_a_credential_is_tried_once(self):
        simulator = self.simulator(mailboxes=5)
        keys = simulator.connection(statistics="none", quick_sync_interval="1s")
        keys["password"] = "wrong"
        home = self.instance({"contoso": keys})
        home.start()
        home.wait_for(lambda: home.json("status")["connections"][0]["state"] == "sign-in-refused", "the refusal")
        time.sleep(3)
        home.stop()
        home.start()
        time.sleep(1)
        self.assertEqual(1, simulator.state()["ledger"]["unauthenticated"])
        home.secret("contoso", "secret")
        home.wait_for(lambda: home.devices(), "the right password to be taken up")

    def test_configuration_errors_all_at_once(self):
        home = self.instance({})
        home.config.write_text(f"[service]\nstate-dir={home.state}\ncolour=red\n[connection a]\nenvironment=onprem\n"
                               "server=x\nquick-sync-interval=5\npassword-secret=hunter2\n[nonsense]\n")
        for program in ([ostiarylib.OSTIARYD, "--config", str(home.config)], home.command("status")):
            result = subprocess.run(program, env=home.env, capture_output=True, text=True, timeout=30)
            self.assertEqual(2, result.returncode, result.stderr)
            for word in ("colour", "quick-sync-interval", "5min", "nonsense", f"{home.config}:"):
                self.assertIn(word, result.stderr)
            self.assertNotIn("hunter2", result.stderr)


class SettingUp(ServiceTest):
    def test_setup_and_disconnect(self):
        simulator = self.simulator(mailboxes=8)
        home = self.instance({})
        answers = home.folder / "answers"
        keys = {key: value for key, value in simulator.connection(statistics="none").items() if key != "password"}
        keys["password-secret"] = home.secret("contoso", simulator.password)
        answers.write_text("[connection contoso]\n" + "".join(f"{key}={value}\n" for key, value in keys.items()))
        home.run("setup", "--answers", str(answers))
        self.assertEqual("new", home.json("status")["connections"][0]["state"])
        home.sync("contoso", "--full")
        self.assertTrue(home.devices())
        wrong = answers.read_text().replace(simulator.url, simulator.url.replace("127.0.0.1", "127.0.0.2"))
        answers.write_text(wrong.replace("connection contoso", "connection other"))
        self.assertNotEqual(0, home.run("setup", "--answers", str(answers), status=None).returncode)
        home.run("disconnect", "contoso", status=2)
        self.assertNotEqual(0, home.run("disconnect", "contoso", "--exchange=restore", status=None).returncode)
        home.run("disconnect", "contoso", "--exchange=keep")
        self.assertEqual([], home.json("status")["connections"])

    def test_demo(self):
        began = time.monotonic()
        result = subprocess.run([ostiarylib.OSTIARY, "demo", "--mailboxes", "20"], env={**os.environ, "LC_ALL": "C.UTF-8"},
                                stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
        self.assertEqual(0, result.returncode, result.stdout + result.stderr)
        self.assertLess(time.monotonic() - began, 60)
        self.assertIn("authentication", result.stdout + result.stderr)


if __name__ == "__main__":
    unittest.main()
