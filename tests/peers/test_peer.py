#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test_peer.py: exchange-peer itself, as far as it is ours: control routes and the data."""
import os
import select
import subprocess
import sys
import unittest

import peerlib


class Control(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.peer = peerlib.Peer(mailboxes=40, devices_per_mailbox=2)
        cls.addClassCleanup(cls.peer.stop)

    def setUp(self):
        self.peer.reset()

    def test_truth_lists_every_device_once(self):
        guids = [line['Device']['Guid'] for line in self.peer.devices()]
        self.assertEqual(len(guids), 80)
        self.assertEqual(len(set(guids)), 80)
        self.assertEqual(len(list(self.peer.devices(mailbox='ann'))), 2)

    def test_unknown_mailbox_is_refused(self):
        with self.assertRaises(peerlib.ControlError):
            next(self.peer.devices(mailbox='nobody'))

    def test_churn_is_seen_in_the_truth_and_undone_by_reset(self):
        before = {line['Device']['Guid'] for line in self.peer.devices()}
        touched = self.peer.churn(add=3, remove=2)
        after = {line['Device']['Guid'] for line in self.peer.devices()}
        self.assertEqual(after - before, {device['guid'] for device in touched['added']})
        self.assertEqual(before - after, {device['guid'] for device in touched['removed']})
        self.peer.reset()
        self.assertEqual({line['Device']['Guid'] for line in self.peer.devices()}, before)

    def test_faults_are_armed_and_cleared(self):
        self.peer.fault('drop', action='Receive', count=2)
        self.assertEqual(self.peer.state()['faults'][0]['kind'], 'drop')
        self.peer.clear_faults()
        self.assertEqual(self.peer.state()['faults'], [])

    def test_misspelt_control_requests_are_refused(self):
        for keys in ({'kind': 'dorp'}, {'kind': 'drop', 'action': 'Recieve'}, {'kind': 'drop', 'cuont': 1}):
            with self.subTest(keys), self.assertRaises(peerlib.ControlError):
                self.peer.fault(**keys)
        with self.assertRaises(peerlib.ControlError):
            self.peer.churn(ad=1)


class Life(unittest.TestCase):
    def test_bad_option_fails_at_once_and_says_why(self):
        with self.assertRaisesRegex(RuntimeError, 'usage'):
            peerlib.Peer(mailbxoes=3)

    def test_peer_ends_with_its_test(self):
        script = ('import os, peerlib; peer = peerlib.Peer(mailboxes=1);'
                  'print(peer.pid, flush=True); os._exit(1)')
        done = subprocess.run([sys.executable, '-c', script], capture_output=True, text=True,
                              cwd=peerlib.HERE)
        pid = int(done.stdout)
        # The process was reparented, so it cannot be waited for but through its descriptor.
        try:
            descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            return
        with os.fdopen(descriptor):
            self.assertTrue(select.select([descriptor], [], [], 10)[0], 'the peer lives on')


if __name__ == '__main__':
    peerlib.run_tests()
