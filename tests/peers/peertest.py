# SPDX-License-Identifier: LGPL-2.1-or-later
"""peertest.py: what tests of exchange-peer share."""
import unittest

import peerlib
import rawclient


def guids(result):
    return sorted(item['Guid'] for item in result.objects)


def literal(text):
    """Text as a filter quotes it."""
    return "'" + text.replace("'", "''") + "'"


class PeerTest(unittest.TestCase):
    """A test with one peer for all its cases, each of which begins with a world untouched."""
    options = {}

    @classmethod
    def setUpClass(cls):
        cls.peer = peerlib.Peer(**cls.options)
        cls.addClassCleanup(cls.peer.stop)

    def setUp(self):
        self.peer.reset()

    def shell(self, **keys):
        shell = rawclient.Shell(self.peer.https_url, self.peer.cert, **keys)
        self.addCleanup(shell.http.close)
        return shell

    def truth(self, **query):
        return sorted(line['Device']['Guid'] for line in self.peer.devices(**query))
