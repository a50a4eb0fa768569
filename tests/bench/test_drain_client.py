#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test_drain_client.py PROGRAM: drain-client sends what it is told, once, and reads all of it."""
import json
import subprocess
import sys
import unittest

import peerlib
from peertest import PeerTest

PROGRAM = sys.argv.pop(1) if len(sys.argv) > 1 else 'drain-client'


class DrainClient(PeerTest):
    options = {'mailboxes': 500}

    def drain(self, pipelines, *options, password='secret', url=None):
        text = '\n'.join(json.dumps(pipeline) for pipeline in pipelines)
        return subprocess.run([PROGRAM, '--url', url or self.peer.https_url + '/PowerShell',
                               '--ca', self.peer.cert, '--user', self.peer.user,
                               '--password', password, *options],
                              input=text, capture_output=True, text=True, timeout=60)

    def test_pipelines_run_once_each_and_are_read_to_the_end(self):
        pipelines = [['Get-MobileDevice', {'ResultSize': 'Unlimited', 'Filter': f"DeviceId -like '{first}*'"}]
                     for first in '0123456789AS'] + [['Get-MobileDevice', {'ResultSize': 'Unlimited'}],
                                                    ['Get-CASMailbox', {'ResultSize': 7}], ['Get-ExchangeServer'],
                                                    ['Set-ADServerSettings', {'ViewEntireForest': True}]]
        with self.shell() as shell:
            wanted = sum(shell.drain(command, **(rest[0] if rest else {})) for command, *rest in pipelines)
        for parallel in (1, 3):
            with self.subTest(parallel=parallel):
                self.peer.reset()
                done = self.drain(pipelines, '--parallel', str(parallel))
                self.assertEqual((done.returncode, done.stderr), (0, ''))
                told, state = json.loads(done.stdout), self.peer.state()
                ledger = state['ledger']
                self.assertEqual(told['pipelines'], len(pipelines))
                self.assertEqual(told['requests'], sum(state['requests'].values()))
                self.assertEqual(told['bytes'], state['sent'])
                self.assertEqual(ledger['repeated'], 0)
                self.assertEqual(ledger['messages']['Command']['commandIds'], len(pipelines))
                self.assertEqual(ledger['messages']['Create']['requests'], parallel)
                self.assertEqual(state['shells'], [])
                # Heads of replies apart, it is what another client gets.
                self.assertAlmostEqual(told['bytes'], wanted, delta=wanted * 0.03 + 10_000 * parallel)

    def test_what_a_server_writes_of_a_command(self):
        self.drain([['Set-CASMailbox', {'Identity': 'ann', 'ActiveSyncAllowedDeviceIDs': '<&_x0041_\t"ü'}]])
        changed = self.peer.state()['world']['mailboxes']['ann']
        self.assertEqual(changed['allowed'], ['<&_x0041_\t"ü'])

    def test_failures_are_told(self):
        pipeline = [['Get-MobileDevice']]
        for done, text in ((self.drain(pipeline, password='wrong'), 'HTTP status 401'),
                           (self.drain(pipeline, url='https://localhost:1/'), 'connect')):
            self.assertEqual(done.returncode, 1)
            self.assertRegex(done.stderr, text)
        self.peer.fault('drop-after', action='Command')
        self.assertEqual(self.drain(pipeline).returncode, 1)
        self.peer.fault('garbage', action='Receive')
        self.assertEqual(self.drain(pipeline).returncode, 1)

    def test_bad_input_is_refused_before_anything_is_sent(self):
        for pipelines in (['Get-MobileDevice'], [[]], [[1]], [['a', 'b']], [['a', {}, {}]]):
            with self.subTest(pipelines):
                done = self.drain(pipelines)
                self.assertEqual(done.returncode, 2)
                self.assertIn('line 1', done.stderr)
        self.assertEqual(self.drain([], '--parallel', '0').returncode, 2)
        self.assertEqual(self.peer.state()['requests'], {})


if __name__ == '__main__':
    peerlib.run_tests()
