#!/usr/bin/env python3
# test_cli.py: the command line by itself, with a backend that reads devices from a file
# SPDX-License-Identifier: LGPL-2.1-or-later
import csv
import io
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import threading
import unittest

import ostiarylib
from ostiarylib import OSTIARY

# What outside programs read of a device, in the order of CSV.
FIELDS = """connection device_id guid identity mailbox user_display_name primary_smtp_address friendly_name model type os
os_language phone_number imei user_agent client_type client_version access_state access_reason access_rule policy_applied
policy_status first_sync last_sync_attempt last_success_sync wipe_status wipe_requested wipe_acknowledged wanted_state
wanted_reason enforceable personal_allow personal_block list_entry_owner override missing_since reported_state_since
statistics_read""".split()
VERBS = {"check", "sync", "devices", "status", "events", "plugins", "config", "setup", "disconnect", "demo"}

# Names as they come from phones whose owners mean no good, or just have a name.
HOSTILE = ["plain", "\033[2J\033[31mowned\007", "a\u009b31mb", "right\u202eleft", "山田のiPhone", "e\u0301" * 9,
           "=HYPERLINK(\"http://x\")", "comma, \"quote\"", "+49 1", "👩\u200d👩\u200d👧", "tab\there"]


def guid(number):
    return f"8d7c5a10-0000-0000-0000-{number:012x}"


class CliTest(unittest.TestCase):
    def setUp(self):
        self.home = ostiarylib.Instance({})
        self.addCleanup(self.home.close)
        self.list = self.home.folder / "devices.txt"
        self.write_devices(HOSTILE)
        self.home.write({"ex": self.connection()})

    def connection(self, **keys):
        return {"environment": "example", "devices-file": self.list, **keys}

    def write_devices(self, names):
        self.list.write_bytes(b"".join(
            f"{guid(i)};ID{i};{name}\n".encode() for i, name in enumerate(names, 1)))

    def run_plain(self, *arguments, **options):
        """Without a configuration of ours."""
        return subprocess.run([OSTIARY, *arguments], env=self.home.env, capture_output=True, text=True,
                              encoding="utf-8", stdin=subprocess.DEVNULL, timeout=60, **options)

    def assertPureJson(self, result, status):
        self.assertEqual(status, result.returncode, result.stderr)
        self.assertTrue(result.stdout.endswith("\n"))
        return json.loads(result.stdout)


class Usage(CliTest):
    def test_wrong_command_lines(self):
        for line in ("", "nonsense", "sync", "sync a b", "devices --nonsense", "--user x devices", "devices --user",
                     "devices --format xml", "sync ex --full --quick",
                     "events --from x", "devices --limit -1", "events --follow", "disconnect ex", "setup"):
            with self.subTest(line=line):
                result = self.home.run(*line.split(), status=2)
                self.assertEqual("", result.stdout)
                self.assertTrue(result.stderr.startswith("ostiary: "), result.stderr)
                document = self.assertPureJson(self.home.run("--json", *line.split(), status=2), 2)
                self.assertEqual("invalid", document["error"]["code"])

    def test_two_formats(self):
        self.assertPureJson(self.home.run("devices", "--json", "--format", "csv", status=2), 2)
        self.assertEqual([], self.home.json("devices", "--format", "json")["devices"])

    def test_unknown_connections(self):
        for line in ("sync nobody --once", "check nobody", "devices --connection nobody", "status nobody",
                     "disconnect nobody --exchange=keep"):
            with self.subTest(line=line):
                error = self.home.run(*line.split(), status=2).stderr
                self.assertRegex(error, r"nobody.*\bex\b")

    def test_help_and_version(self):
        text = self.run_plain("--help").stdout
        for verb in VERBS:
            self.assertRegex(text, rf"(?m)^  {verb} +\w")
            verb_text = self.run_plain(verb, "--help").stdout
            self.assertIn(f"Usage: ostiary {verb}", verb_text)
        document = self.assertPureJson(self.run_plain("--json", "--help"), 0)
        self.assertEqual(VERBS, {verb["name"] for verb in document["verbs"]})
        version = self.assertPureJson(self.run_plain("--version", "--json"), 0)["version"]
        self.assertEqual(f"ostiary {version}\n", self.run_plain("--version").stdout)

    def test_globals_stand_anywhere(self):
        config = str(self.home.config)
        for line in ((["--config", config, "--json", "status"]), (["status", "--json", f"--config={config}"])):
            document = self.assertPureJson(self.run_plain(*line), 0)
            self.assertEqual("ex", document["connections"][0]["name"])

    def test_wrong_configurations(self):
        self.home.config.write_text(self.home.config.read_text() + "nonsense=1\nquick-sync-interval=5\n")
        for verb in ("config", "devices", "status", "events", "sync ex --once", "check"):
            result = self.home.run("--json", *verb.split(), status=2)
            message = self.assertPureJson(result, 2)["error"]["message"]
            self.assertIn("nonsense", message)
            self.assertIn("5min", message)
            self.assertRegex(message, rf"{self.home.config}:\d+: ")
            self.assertIn("nonsense", result.stderr)
        missing = self.run_plain("--config", "/nonexistent/ostiary.conf", "devices")
        self.assertEqual(2, missing.returncode)

    def test_german(self):
        result = subprocess.run([OSTIARY, "--help"], capture_output=True, text=True, encoding="utf-8",
                                env={**self.home.env, "LC_ALL": "C.UTF-8", "LANGUAGE": "de"})
        self.assertIn("Aufruf: ostiary", result.stdout)
        self.assertIn("zeigt, wie es um die Verbindungen steht", result.stdout)
        # Scripts read the same in every language.
        one = self.assertPureJson(self.home.run("--json", "status"), 0)["connections"]
        self.home.env["LANGUAGE"] = "de"
        self.assertEqual(one, self.assertPureJson(self.home.run("--json", "status"), 0)["connections"])

    def test_completion(self):
        script = pathlib.Path(os.environ["OSTIARY_COMPLETION"])
        verbs = json.loads(self.run_plain("--json", "--help").stdout)["verbs"]

        def complete(*words):
            line = " ".join(words)
            code = (f"source {script}; COMP_WORDS=({' '.join(repr(word) for word in words)}); "
                    f"COMP_CWORD={len(words) - 1}; COMP_LINE={line!r}; _ostiary; printf '%s\\n' \"${{COMPREPLY[@]}}\"")
            result = subprocess.run(["bash", "-c", code], capture_output=True, text=True, check=True)
            return set(result.stdout.split())

        self.assertLessEqual(VERBS, complete("ostiary", ""))
        for verb in verbs:
            options = {f"--{option['name']}" for option in verb["options"]}
            self.assertLessEqual(options, complete("ostiary", verb["name"], "--"), verb["name"])
        self.assertEqual({"table", "json", "csv"}, complete("ostiary", "devices", "--format", ""))
        self.assertEqual({"keep", "restore"}, complete("ostiary", "disconnect", "ex", "--exchange", ""))


    def test_manual(self):
        """The manual tells of every verb and option, and of none that is not there."""
        manual = pathlib.Path(os.environ["OSTIARY_MANUAL"]).read_text()
        table = json.loads(self.run_plain("--json", "--help").stdout)
        options = {option["name"] for row in (table, *table["verbs"]) for option in row["options"]}
        told = set(re.findall(r"\*(?:\w+ )?--([a-z-]+)", manual))
        self.assertEqual(options - {"follow"}, told)
        for verb in table["verbs"]:
            self.assertRegex(manual, rf"(?m)^\*{verb['name']}\b")


class Plugins(CliTest):
    def test_list(self):
        document = self.home.json("plugins")
        found = {(plugin["kind"], plugin["name"]): plugin for plugin in document["plugins"]}
        self.assertIn(("store", "sqlite"), found)
        example = found["backend", "example"]
        self.assertEqual("1.0", example["version"])
        self.assertEqual("1.0", example["abi"])
        self.assertTrue(example["file"].endswith("/libostiary-backend-example.so"))
        self.assertIn("Devices from a text file", self.home.run("plugins").stdout)

    def test_without_or_with_a_wrong_configuration(self):
        absent = self.run_plain("--config", "/nonexistent/ostiary.conf", "plugins", "--json")
        self.assertTrue(self.assertPureJson(absent, 0)["plugins"])
        self.home.config.write_text("nonsense\n")
        result = self.home.run("--json", "plugins")
        self.assertTrue(json.loads(result.stdout)["plugins"])
        self.assertIn("nonsense", result.stderr.replace("this line", "nonsense"))

    def test_refused(self):
        folder = self.home.folder / "plugins"
        folder.mkdir()
        (folder / "libostiary-backend-bad.so").write_bytes(b"no shared object")
        self.home.env["OSTIARY_PLUGIN_PATH"] += f":{folder}"
        result = self.home.run("--json", "plugins")
        self.assertIn("libostiary-backend-bad.so", json.loads(result.stdout)["problems"][0]["file"])
        self.assertIn("libostiary-backend-bad.so", result.stderr)


class Inventory(CliTest):
    def test_before_the_first_synchronisation(self):
        self.assertEqual([], self.home.devices())
        self.assertEqual([], self.home.json("events")["events"])
        status = self.home.json("status")["connections"][0]
        self.assertEqual(("ex", "new", None), (status["name"], status["state"], status["last_successful_sync"]))
        self.assertFalse(self.home.state.exists(), "reading has made something")

    def test_synchronisation(self):
        report = self.home.sync("ex", "--full")
        self.assertEqual("ex", report["connection"])
        self.assertEqual("full", report["kind"])
        self.assertEqual(len(HOSTILE), report["devices"])
        self.assertEqual(len(HOSTILE), report["added"])
        self.assertTrue(report["complete"])
        for name in ("changed", "removed", "held", "seconds", "bytes_received", "bytes_sent", "requests"):
            self.assertIn(name, report)
        self.assertEqual(0, self.home.sync("ex", "--full")["added"])

    def test_fields(self):
        self.home.sync("ex")
        rows = self.home.devices()
        self.assertEqual(len(HOSTILE), len(rows))
        for row in rows:
            self.assertLessEqual(set(FIELDS), set(row))
            self.assertIsNone(row["phone_number"])
            self.assertNotIn("", row.values())
        self.assertEqual(rows, json.loads(self.home.run("devices", "--format", "json").stdout)["devices"])

    def test_filters(self):
        self.home.sync("ex")
        self.assertEqual(["ID2"], [row["device_id"] for row in self.home.devices("--device", "id2")])
        self.assertEqual(3, len(self.home.devices("--limit", "3")))
        self.assertEqual([], self.home.devices("--state", "Blocked"))
        self.assertEqual([], self.home.devices("--user", "nobody"))
        empty = self.home.run("devices", "--state", "Blocked")
        self.assertEqual("", empty.stdout)
        self.assertIn("no such device", empty.stderr)

    def test_table_shows_hostile_names_tamed(self):
        self.home.sync("ex")
        result = self.home.run("devices")
        lines = result.stdout.splitlines()
        self.assertEqual(len(HOSTILE) + 1, len(lines))
        for character in result.stdout:
            self.assertTrue(character == "\n" or character.isprintable() or character == "\u200d", repr(character))
        self.assertIn("\\u001b[2J", result.stdout)
        self.assertIn("right\\u202eleft", result.stdout)

    def test_csv(self):
        self.home.sync("ex")
        text = subprocess.run(self.home.command("devices", "--format", "csv"), env=self.home.env,
                              capture_output=True, check=True).stdout.decode()
        self.assertIn("\r\n", text)
        rows = list(csv.reader(io.StringIO(text, newline="")))
        self.assertEqual(FIELDS, rows[0])
        models = {row["device_id"]: row["model"] for row in self.home.devices()}
        self.assertEqual(len(HOSTILE) + 1, len(rows))
        for row in rows[1:]:
            found = dict(zip(FIELDS, row))
            model = models[found["device_id"]]
            self.assertEqual(("'" if model[0] in "=+-@\t\r\n" else "") + model, found["model"])
            self.assertEqual("", found["phone_number"])

    def test_output_that_cannot_be_written(self):
        self.home.sync("ex")
        for arguments in (["devices"], ["devices", "--json"], ["status", "--json"], ["--help"], ["events"]):
            with open("/dev/full", "w") as full:
                result = subprocess.run(self.home.command(*arguments), env=self.home.env, stdout=full,
                                        stderr=subprocess.PIPE, text=True)
            self.assertEqual(1, result.returncode, arguments)
            self.assertIn("cannot write the output", result.stderr)

    def test_reader_that_goes_away(self):
        self.write_devices([f"phone {i}" for i in range(5000)])
        self.home.sync("ex")
        process = subprocess.Popen(self.home.command("devices", "--json"), env=self.home.env,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        process.stdout.read(10)
        process.stdout.close()
        self.assertEqual(b"", process.stderr.read())
        process.stderr.close()
        self.assertEqual(1, process.wait(20))

    def test_events(self):
        self.home.sync("ex")
        events = self.home.json("events")["events"]
        self.assertEqual(list(range(1, len(events) + 1)), [event["seq"] for event in events])
        for event in events:
            for name in ("time", "kind", "connection", "device_id", "who", "hash"):
                self.assertIn(name, event)
        self.assertEqual(events[2:4], self.home.json("events", "--from", "3", "--limit", "2")["events"])
        verdict = self.home.json("events", "--verify")
        self.assertEqual((len(events), None), (verdict["verified"], verdict["broken"]))
        self.assertEqual(events[-1]["hash"], verdict["head"])

    def test_failures(self):
        self.home.sync("ex")
        self.list.unlink()
        result = self.home.run("--json", "sync", "ex", "--once", status=1)
        error = self.assertPureJson(result, 1)["error"]
        self.assertEqual("unavailable", error["code"])
        self.assertIn("ex", error["message"])
        self.assertEqual(len(HOSTILE), len(self.home.devices()))
        self.assertIn(error["message"], self.home.json("status")["connections"][0]["last_error"])

    def test_no_service(self):
        result = self.home.run("sync", "ex", status=1)
        self.assertIn(str(self.home.socket), result.stderr)
        self.assertIn("--once", result.stderr)

    def test_many_rows_take_no_memory(self):
        self.write_devices([f"phone {i}" for i in range(30000)])
        self.home.sync("ex")
        peaks = []
        # What a sanitizer holds back is none of ours.
        self.home.env["ASAN_OPTIONS"] += ":quarantine_size_mb=0:thread_local_quarantine_size_kb=0"
        for limit in ("100", "30000"):
            process = subprocess.Popen(self.home.command("devices", "--limit", limit), env=self.home.env,
                                       stdout=subprocess.DEVNULL)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = status
            self.assertEqual(0, status)
            peaks.append(usage.ru_maxrss)
        self.assertLess(peaks[1] - peaks[0], 8192, peaks)


class Checking(CliTest):
    def test_steps(self):
        report = self.home.json("check", "ex")
        self.assertEqual("ex", report["connection"])
        self.assertTrue(report["steps"])
        for step in report["steps"]:
            self.assertEqual({"id", "ok", "detail", "remedy"}, set(step))
        self.assertIn("  ok", self.home.run("check").stdout)

    def test_several(self):
        self.home.write({"one": self.connection(), "two": self.connection()})
        reports = self.home.json("check")["connections"]
        self.assertEqual(["one", "two"], [report["connection"] for report in reports])

    def test_none(self):
        self.home.write({})
        self.assertEqual({"connections": []}, self.home.json("check"))


class Configuration(CliTest):
    def test_valid(self):
        document = self.home.json("config")
        self.assertEqual(str(self.home.config), document["file"])
        self.assertEqual(["ex"], [connection["name"] for connection in document["connections"]])
        self.assertIn("1 connection", self.home.run("config").stdout)

    def test_dump_reads_as_a_configuration(self):
        dump = self.home.run("config", "--dump").stdout
        self.assertIn("[connection ex]", dump)
        self.assertEqual(dump, self.home.json("config", "--dump")["dump"])
        copy = self.home.folder / "copy.conf"
        copy.write_text(dump)
        again = self.run_plain("--config", str(copy), "config", "--dump")
        strip = lambda text: re.sub(r"(?m)^#.*\n", "", text)  # noqa: E731
        self.assertEqual(strip(dump), strip(again.stdout))


class Service(CliTest):
    def test_tasks_run_in_the_service(self):
        self.home.start()
        self.home.wait_for(self.home.devices, "the first synchronisation")
        self.write_devices(["one more", *HOSTILE])
        report = self.home.json("sync", "ex", "--full")
        self.assertEqual(len(HOSTILE) + 1, report["devices"])
        self.assertTrue(self.home.json("check", "ex")["steps"])
        self.list.unlink()
        error = self.assertPureJson(self.home.run("--json", "sync", "ex", "--full", status=1), 1)["error"]
        self.assertEqual("unavailable", error["code"])
        refused = self.home.run("sync", "ex", "--once", status=1)
        self.assertIn("ostiaryd", refused.stderr)

    @unittest.skipUnless(os.geteuid() == 0 and shutil.which("setpriv"), "takes root, to be somebody else")
    def test_who_may_not_read_the_store_asks_the_service(self):
        self.home.folder.chmod(0o711)
        self.home.config.write_text(self.home.config.read_text().replace("[api]\n", "[api]\nviewers=root\n"))
        self.home.config.chmod(0o644)
        other = ["setpriv", "--reuid=65534", "--regid=0", "--clear-groups"]

        def run(*arguments):
            return subprocess.run([*other, *self.home.command(*arguments)], env=self.home.env, timeout=60,
                                  capture_output=True, text=True, encoding="utf-8", stdin=subprocess.DEVNULL)

        if run("config").returncode != 0:
            self.skipTest("another user cannot run what was built here")
        self.write_devices([*HOSTILE, *(f"phone {i}" for i in range(2000))])
        self.home.sync("ex")
        # As the unit makes it: the group sees what is configured, and the owner alone the store.
        self.home.state.chmod(0o750)
        denied = run("devices")
        self.assertEqual(1, denied.returncode)
        self.assertIn("cannot", denied.stderr)
        self.home.start()
        os.chown(self.home.socket, -1, 0)
        for arguments in (["devices", "--json"], ["devices"], ["devices", "--format", "csv"], ["events", "--limit", "3", "--json"],
                          ["events", "--from", "5", "--json"], ["devices", "--limit", "700"], ["devices", "--device", "id7"],
                          ["devices", "--user", "nobody & co?", "--json"]):
            with self.subTest(arguments=arguments):
                asked = run(*arguments)
                self.assertEqual(0, asked.returncode, asked.stderr)
                self.assertEqual(self.home.run(*arguments).stdout, asked.stdout)
        status = json.loads(run("status", "ex", "--json").stdout)["connections"][0]
        self.assertEqual(len(HOSTILE) + 2000, status["devices"])
        self.assertIn("ex: ", run("status").stdout)
        # Reading is not acting.
        self.assertEqual(1, run("sync", "ex").returncode)
        self.assertEqual(1, run("disconnect", "ex", "--exchange=keep").returncode)


class FalseService(CliTest):
    """Whatever answers on the socket, the command line ends, and says so."""

    def answer(self, *answers):
        """Answers each connection that says something with the next of the texts."""
        server = socket.socket(socket.AF_UNIX)
        self.addCleanup(server.close)
        server.bind(str(self.home.socket))
        server.listen(8)
        remaining = list(answers)

        def serve():
            while remaining:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    request = b""
                    while chunk := connection.recv(65536):
                        request += chunk
                        if b"\r\n\r\n{" in request and request.endswith(b"}"):
                            break
                    try:
                        if request:
                            connection.sendall(remaining.pop(0))
                    except OSError:
                        pass

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()

    @staticmethod
    def http(body, status="200 OK", kind="application/x-ndjson"):
        return (f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nConnection: close\r\n\r\n").encode() + body

    def test_answers(self):
        progress = b'{"progress":{"phase":"\\u001b[2J","done":1,"expected":0,"per_second":1,"seconds_left":-1}}\n'
        for answer, code, words in (
                (b"", "unavailable", "broke off"),
                (b"SSH-2.0-OpenSSH_9.2\r\n", "unavailable", "broke off"),
                (self.http(b""), "incomplete", "without saying how it went"),
                (self.http(progress), "incomplete", "without saying how it went"),
                (self.http(b"nonsense\n"), "protocol", "no JSON"),
                (self.http(b"[" * 100000 + b"\n"), "protocol", "no JSON"),
                (self.http(b"x" * 5000000), "protocol", "does not end"),
                (self.http(b'{"error":{"code":"sign-in","message":"no such user","remedy":"look there"}}\n'), "sign-in", "look there"),
                (self.http(b'{"error":7}\n'), "protocol", "without a word"),
                (self.http(b'{"report":[]}\n'), "incomplete", "without saying"),
                (self.http(b"<html>", "502 Bad Gateway", "text/html"), "protocol", "502"),
                (self.http(b'{"title":"no","detail":"not now","code":"throttled","remedy":"wait"}', "503 Later",
                           "application/problem+json"), "throttled", "not now")):
            with self.subTest(answer=answer[:200]):
                self.home.socket.unlink(missing_ok=True)
                self.answer(answer)
                result = self.home.run("--json", "sync", "ex", status=1)
                error = self.assertPureJson(result, 1)["error"]
                self.assertEqual(code, error["code"], error)
                self.assertIn(words, result.stderr)
                self.assertNotIn("\033[2J", result.stderr)

    def test_a_socket_that_nobody_serves(self):
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(str(self.home.socket))
        self.assertIn("no service answers", self.home.run("sync", "ex", status=1).stderr)
        self.assertEqual(len(HOSTILE), self.home.sync("ex")["devices"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
