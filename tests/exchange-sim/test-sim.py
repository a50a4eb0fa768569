#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test-sim.py: the simulated Exchange, seen by a client that shares no code with it."""
import sys
import unittest

from simclient import HttpError, Shell, Simulator

PROGRAM = sys.argv.pop(1) if len(sys.argv) > 1 else 'ostiary-exchange-sim'


class FirstSlice(unittest.TestCase):

    def test_lists_devices(self):
        with Simulator(PROGRAM, mailboxes=100) as sim, Shell(sim) as shell:
            devices = shell.get('Get-MobileDevice', ResultSize='Unlimited')
            self.assertEqual(len(devices), 200)
            truth = sim.devices()
            self.assertEqual([d['Guid'] for d in devices], [t['Device']['Guid'] for t in truth])


if __name__ == '__main__':
    unittest.main()
