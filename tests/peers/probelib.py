# SPDX-License-Identifier: LGPL-2.1-or-later
"""probelib.py: drives a backend through backend-probe, one operation after the other.

    with probelib.Probe(peer, statistics='none') as probe:
        probe.open()
        devices = probe.run('list', 'device', prefix='A').objects
"""
import json
import os
import pathlib
import subprocess
import tempfile


class Answer:
    """What an operation gave: objects, warnings, notes, steps, kept sessions, and its end."""

    def __init__(self, lines):
        self.end = lines[-1]
        self.ok, self.code = self.end['ok'], self.end['code']
        self.error, self.remedy = self.end['error'], self.end['remedy']
        self.objects = [line['object'] for line in lines if 'object' in line]
        self.warnings = [line['warning'] for line in lines if 'warning' in line]
        self.notes = {line['note']: line['value'] for line in lines if 'note' in line}
        self.steps = {line['step']: line for line in lines if 'step' in line}
        self.kept = [(line['kept'], line['detail']) for line in lines if 'kept' in line]

    def __repr__(self):
        return f'{self.end} warnings={self.warnings}'


class Probe:
    """One process with one backend instance. Settings of the plugins are keyword arguments."""

    def __init__(self, peer, *, server=None, user=None, password=None, **settings):
        self.folder = tempfile.TemporaryDirectory(prefix='backend-probe-')
        secret = pathlib.Path(self.folder.name) / 'password'
        secret.write_text(peer.password if password is None else password)
        values = {'server': server or peer.https_url, 'user': user or peer.user,
                  'tls-ca-file': peer.cert}
        values |= {name.replace('_', '-'): value for name, value in settings.items()}
        self.log = open(pathlib.Path(self.folder.name) / 'log', 'w+')
        self.process = subprocess.Popen(
            [os.environ['OSTIARY_BACKEND_PROBE'], os.environ['OSTIARY_BACKEND'],
             os.environ['OSTIARY_TRANSPORT'], str(secret),
             *(f'{name}={value}' for name, value in values.items())],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True)

    def ask(self, **request):
        self.process.stdin.write(json.dumps(request) + '\n')
        self.process.stdin.flush()
        lines = []
        for line in self.process.stdout:
            lines.append(json.loads(line))
            if 'end' in lines[-1]:
                return Answer(lines)
        raise AssertionError(f'the probe ended with {self.process.wait()}: {self.read_log()}')

    def open(self):
        return self.ask(do='open')

    def close(self):
        return self.ask(do='close')

    def left_over(self, identity, detail):
        return self.ask(do='left-over', id=identity, detail=detail)

    def run(self, verb, kind, identity=None, *, options=None, **fields):
        request = {'do': 'run', 'verb': verb, 'kind': kind,
                   'fields': {name.replace('_', '-'): value if isinstance(value, list) else str(value)
                              for name, value in fields.items()}} | (options or {})
        return self.ask(**request | ({'id': identity} if identity else {}))

    def read_log(self):
        self.log.seek(0)
        return self.log.read()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        """Ends the process; what it says on standard error, such as leaks, is a failure."""
        self.process.stdin.close()
        self.process.stdout.read()
        self.process.stdout.close()
        status = self.process.wait()
        log = self.read_log()
        self.log.close()
        self.folder.cleanup()
        if status not in (0, -9) or 'ERROR' in log or 'CRITICAL' in log:
            raise AssertionError(f'the probe ended with {status}: {log}')

    def __enter__(self):
        return self

    def __exit__(self, kind, *unused):
        if kind is not None:
            self.process.kill()
        self.stop()
