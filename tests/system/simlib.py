# simlib.py: a simulated Exchange for a test, and its control routes
# SPDX-License-Identifier: LGPL-2.1-or-later
import http.client
import json
import os
import pathlib
import shutil
import ssl
import subprocess
import tempfile
import urllib.parse

PROGRAM = os.environ.get("OSTIARY_EXCHANGE_SIM", "ostiary-exchange-sim")


class Simulator:
    """One running ostiary-exchange-sim; ends with the test, whatever happens to it."""

    def __init__(self, user="admin", password="secret", **options):
        self.user, self.password = user, password
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="ostiary-sim-"))
        arguments = [part for name, value in options.items() for part in (f"--{name.replace('_', '-')}", str(value))]
        self.process = subprocess.Popen(
            [PROGRAM, "--port", "0", "--cert", str(self.folder / "sim.pem"), "--user", user, "--password", password,
             "--exit-with-stdin", *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(f"{PROGRAM} ended with {self.process.wait()}")
        self.ready = json.loads(line)
        self.url, self.cert, self.fingerprint = (self.ready[name] for name in ("url", "cert", "fingerprint"))

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.stop()

    def stop(self):
        self.process.stdin.close()
        self.process.wait(20)
        self.process.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def connection(self, **keys):
        """What a connection to it has in the configuration."""
        return {"environment": "onprem", "server": self.url, "user": self.user, "password": self.password,
                "tls-ca-file": self.cert, **{key.replace("_", "-"): value for key, value in keys.items()}}

    def control(self, method, path, body=None):
        address = urllib.parse.urlsplit(self.url)
        context = ssl.create_default_context(cafile=self.cert)
        context.check_hostname = False
        client = http.client.HTTPSConnection(address.hostname, address.port, context=context, timeout=30)
        try:
            client.request(method, path, None if body is None else json.dumps(body))
            response = client.getresponse()
            text = response.read().decode()
            if response.status != 200:
                raise AssertionError(f"{method} {path}: {response.status} {text}")
            return text
        finally:
            client.close()

    def churn(self, **counts):
        return json.loads(self.control("POST", "/__churn", counts))

    def fault(self, kind, **keys):
        self.control("POST", "/__fault", {"kind": kind, **keys})

    def state(self):
        return json.loads(self.control("GET", "/__state"))

    def devices(self):
        return [json.loads(line) for line in self.control("GET", "/__devices").splitlines() if line]
