# ostiarylib.py: an Ostiary of its own for a test: configuration, command line, service
# SPDX-License-Identifier: LGPL-2.1-or-later
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

# Set by meson: the programs that were built, and the folders of their plugins.
OSTIARY = os.environ.get("OSTIARY", "ostiary")
OSTIARYD = os.environ.get("OSTIARYD", "ostiaryd")


class Failed(AssertionError):
    """A command that did not end as the test expects; tells what it printed."""


class Instance:
    """A configuration and a state folder of its own, removed at the end."""

    def __init__(self, connections, service=None, env=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="ostiary-test-"))
        self.state = self.folder / "state"
        self.socket = self.folder / "api.sock"
        self.config = self.folder / "ostiary.conf"
        self.env = {**os.environ, "LC_ALL": "C.UTF-8", **(env or {})}
        self.daemon = None
        self.service = dict(service or {})
        self.write(connections)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()

    def close(self):
        if self.daemon is not None:
            self.stop(check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def secret(self, name, value):
        """Puts a secret where only we can read it; returns the reference to it."""
        path = self.folder / f"secret-{name}"
        path.write_text(value, encoding="utf-8")
        path.chmod(0o600)
        return f"file:{path}"

    def write(self, connections):
        """Writes the configuration: {name: {key: value}}; a password becomes a reference."""
        groups = [("service", {"state-dir": self.state, **self.service}), ("api", {"socket": self.socket})]
        for name, keys in connections.items():
            keys = dict(keys)
            if "password" in keys:
                keys["password-secret"] = self.secret(name, keys.pop("password"))
            groups.append((f"connection {name}", keys))
        text = "\n".join(
            f"[{group}]\n" + "".join(f"{key}={value}\n" for key, value in keys.items()) for group, keys in groups)
        self.config.write_text(text, encoding="utf-8")

    def command(self, *arguments):
        return [OSTIARY, "--config", str(self.config), *arguments]

    def run(self, *arguments, status=0, timeout=300):
        """Runs the command line and returns what it printed; status None takes any."""
        result = subprocess.run(self.command(*arguments), env=self.env, timeout=timeout,
                                capture_output=True, text=True, encoding="utf-8", stdin=subprocess.DEVNULL)
        if status is not None and result.returncode != status:
            raise Failed(f"ostiary {' '.join(arguments)}: {result.returncode}, not {status}\n"
                         f"{result.stdout[-4000:]}\n{result.stderr[-4000:]}")
        return result

    def json(self, *arguments, status=0, timeout=300):
        return json.loads(self.run("--json", *arguments, status=status, timeout=timeout).stdout)

    def sync(self, name, *arguments, status=0, timeout=600):
        return self.json("sync", name, "--once", *arguments, status=status, timeout=timeout)

    def devices(self, *arguments):
        return self.json("devices", *arguments)["devices"]

    def start(self, timeout=20):
        """Starts the service and waits until its socket answers."""
        self.log = open(self.folder / "ostiaryd.log", "wb")
        self.daemon = subprocess.Popen([OSTIARYD, "--config", str(self.config)], env=self.env,
                                       stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if self.daemon.poll() is not None:
                raise Failed(f"ostiaryd ended with {self.daemon.returncode}: {self.read_log()}")
            try:
                with socket.socket(socket.AF_UNIX) as probe:
                    probe.connect(str(self.socket))
                return self.daemon
            except OSError:
                time.sleep(0.02)
        raise Failed(f"ostiaryd does not answer: {self.read_log()}")

    def read_log(self):
        return (self.folder / "ostiaryd.log").read_text(errors="replace")[-8000:]

    def stop(self, check=True, timeout=30):
        """Ends the service in order; returns how many seconds that took."""
        began = time.monotonic()
        self.daemon.send_signal(signal.SIGTERM)
        try:
            status = self.daemon.wait(timeout)
        except subprocess.TimeoutExpired:
            self.daemon.kill()
            self.daemon.wait()
            status = None
        self.daemon = None
        self.log.close()
        if check and status != 0:
            raise Failed(f"ostiaryd ended with {status}: {self.read_log()}")
        return time.monotonic() - began

    def kill(self):
        self.daemon.kill()
        self.daemon.wait()
        self.daemon = None
        self.log.close()

    def wait_for(self, condition, what, timeout=60):
        """Waits until condition() is true, which it returns."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            value = condition()
            if value:
                return value
            time.sleep(0.1)
        raise Failed(f"in {timeout} s never: {what}" + (f"\n{self.read_log()}" if self.daemon else ""))


def skip(reason):
    """Ends the test program as skipped, with the reason."""
    print(f"skipped: {reason}", file=sys.stderr)
    sys.exit(77)
