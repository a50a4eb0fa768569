# SPDX-License-Identifier: LGPL-2.1-or-later
"""peerlib.py: starts exchange-peer for a test and talks to its control routes.

    with peerlib.Peer(mailboxes=100, filter_whenchanged='on') as peer:
        run_the_client(peer.https_url, peer.cert, peer.user, peer.password)
        peer.fault('drop-after', action='Command')
        truth = {line['Device']['Guid']: line for line in peer.devices()}

Options of the peer are keyword arguments with underscores for hyphens. Where the peer cannot be
built because something is not installed, Peer() raises Skipped; run_tests() turns that into exit
status 77, so that a test is skipped by name and never passes silently.
"""
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.parse
import weakref

HERE = pathlib.Path(__file__).resolve().parent
SKIP_STATUS = 77
START_SECONDS = 60


class Skipped(unittest.SkipTest):
    """The peer cannot be built here; the text says what is missing."""


def default_build_folder():
    """Where the peer is built: $OSTIARY_PEER_BUILD, else a folder in the user's cache."""
    named = os.environ.get('OSTIARY_PEER_BUILD')
    if named:
        return pathlib.Path(named)
    cache = os.environ.get('XDG_CACHE_HOME') or pathlib.Path.home() / '.cache'
    return pathlib.Path(cache) / 'ostiary' / 'exchange-peer'


def build(folder=None):
    """Builds the peer where that is needed, and returns the path of its DLL."""
    done = subprocess.run([sys.executable, str(HERE / 'build-peer'),
                           str(folder or default_build_folder())],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode == SKIP_STATUS:
        raise Skipped(done.stderr.strip())
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip())
    return done.stdout.strip()


def run_tests():
    """unittest.main() for a test of the peer: exits with 77 where the peer cannot be built."""
    try:
        build()
    except Skipped as reason:
        print(f'SKIP {pathlib.Path(sys.argv[0]).name}: {reason}', file=sys.stderr)
        sys.exit(SKIP_STATUS)
    unittest.main()


class ControlError(Exception):
    """The peer refused a control request; the text is its answer."""


class Peer:
    """One running exchange-peer, on free ports of 127.0.0.1."""

    def __init__(self, *, build_folder=None, user='admin', password='secret', **options):
        library = build(build_folder)
        self.user, self.password = user, password
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='exchange-peer-'))
        self.cert = str(self.folder / 'peer.pem')
        self.log_path = self.folder / 'log'
        given = {name.replace('_', '-'): str(value) for name, value in options.items()}
        settings = {'http': 'any', 'https': 'any', 'until-eof': 'on', 'cert': self.cert,
                    'user': user, 'password': password} | given
        arguments = [part for name, value in settings.items() for part in (f'--{name}', value)]
        with open(self.log_path, 'wb') as log:
            # Of a group of its own; it also ends when the pipe to its standard input closes.
            self.process = subprocess.Popen(['dotnet', library, *arguments], stdin=subprocess.PIPE,
                                            stdout=subprocess.PIPE, stderr=log, text=True,
                                            cwd=self.folder, start_new_session=True)
        self._cleanup = weakref.finalize(self, end, self.process, self.folder)
        self.https_url = self.http_url = None
        self._await_ready()

    def _await_ready(self):
        timer = threading.Timer(START_SECONDS, self.process.kill)
        timer.start()
        try:
            line = next((text for text in self.process.stdout if ' ready after ' in text), None)
        finally:
            timer.cancel()
        if line is None:
            self.process.wait()
            log = self.log()
            self.stop()
            raise RuntimeError(f'exchange-peer ended or was not ready in {START_SECONDS} s: {log}')
        for scheme, address in re.findall(r'(https?)://(\S+)', line):
            setattr(self, f'{scheme}_url', f'{scheme}://localhost:{address.rpartition(":")[2]}')

    def log(self):
        """What the peer wrote to standard error."""
        return self.log_path.read_text(errors='replace')

    @property
    def pid(self):
        return self.process.pid

    def cpu_seconds(self):
        """User and system time that the peer has used."""
        fields = pathlib.Path(f'/proc/{self.pid}/stat').read_text().rpartition(')')[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')

    # ---- control ---------------------------------------------------------------------------

    def _open(self, method, path, body=None):
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(self.http_url).netloc)
        connection.request(method, path, None if body is None else json.dumps(body),
                           {'Content-Type': 'application/json'})
        response = connection.getresponse()
        if response.status != 200:
            text = response.read().decode(errors='replace').strip()
            connection.close()
            raise ControlError(f'{method} {path}: {response.status} {text}')
        return connection, response

    def _control(self, method, path, body=None):
        connection, response = self._open(method, path, body)
        try:
            return response.read()
        finally:
            connection.close()

    def state(self):
        """Changes to the world, shells, requests, messages seen twice, armed faults."""
        return json.loads(self._control('GET', '/__state'))

    def _lines(self, path, **query):
        given = urllib.parse.urlencode({k: v for k, v in query.items() if v is not None})
        connection, response = self._open('GET', path + (given and '?' + given))
        try:
            for line in response:
                yield json.loads(line)
        finally:
            connection.close()

    def devices(self, mailbox=None, ou=None):
        """Iterates over what a client ought to know: a dictionary for each device there is."""
        return self._lines('/__devices', mailbox=mailbox, ou=ou)

    def mailboxes(self, ou=None):
        """Iterates over the mailboxes: CASMailbox and Recipient of each."""
        return self._lines('/__mailboxes', ou=ou)

    def churn(self, **counts):
        """Lets the world move on (add, change, remove, quarantine, mailboxes); returns what was touched."""
        return json.loads(self._control('POST', '/__churn', counts))

    def fault(self, kind, **keys):
        """Arms a fault for the next request, or as count, action and after say."""
        self._control('POST', '/__fault', {'kind': kind} | keys)

    def clear_faults(self):
        self._control('DELETE', '/__fault')

    def scope(self, ou=None, hard=False):
        """Trims what sessions see to a unit (None: to nothing), from now on."""
        self._control('POST', '/__scope', {'ou': ou, 'hard': hard})

    def reset(self):
        """Forgets all changes, shells, faults and counts."""
        self._control('POST', '/__reset')

    # ---- end -------------------------------------------------------------------------------

    def stop(self):
        self._cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.stop()


def end(process, folder):
    """Ends a peer's process group and removes its folder."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()
    process.stdin.close()
    process.stdout.close()
    shutil.rmtree(folder, ignore_errors=True)
