#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test_peer.py: how exchange-peer is controlled, what it counts, and its faults."""
import http.client
import os
import select
import socket
import subprocess
import sys
import time
import unittest
import urllib.parse
import xml.etree.ElementTree as ElementTree

import peerlib
import rawclient
from peertest import PeerTest

RECEIVE, SIGNAL = rawclient.WINDOWS + 'Receive', rawclient.WINDOWS + 'Signal'


def receive(command):
    return f'<r:Receive><r:DesiredStream CommandId="{command}">stdout</r:DesiredStream></r:Receive>'


def terminate(command):
    return f'<r:Signal CommandId="{command}"><r:Code>{rawclient.WINDOWS}signal/terminate</r:Code></r:Signal>'


class Control(PeerTest):
    options = {'mailboxes': 40, 'devices_per_mailbox': 2}

    def test_truth_lists_every_device_once(self):
        guids = self.truth()
        self.assertEqual(len(guids), 80)
        self.assertEqual(len(set(guids)), 80)
        self.assertEqual(len(self.truth(mailbox='ann')), 2)

    def test_unknown_mailboxes_and_units_are_refused(self):
        for query in ({'mailbox': 'nobody'}, {'ou': 'nowhere'}):
            with self.assertRaises(peerlib.ControlError):
                self.truth(**query)

    def test_churn_is_seen_in_the_truth_and_undone_by_reset(self):
        before = set(self.truth())
        touched = self.peer.churn(add=3, remove=2)
        after = set(self.truth())
        self.assertEqual(after - before, {device['guid'] for device in touched['added']})
        self.assertEqual(before - after, {device['guid'] for device in touched['removed']})
        self.peer.reset()
        self.assertEqual(set(self.truth()), before)

    def test_faults_are_armed_and_cleared(self):
        self.peer.fault('drop', action='Receive', count=2)
        self.assertEqual(self.peer.state()['faults'][0]['kind'], 'drop')
        self.peer.clear_faults()
        self.assertEqual(self.peer.state()['faults'], [])

    def test_misspelt_control_requests_are_refused(self):
        for keys in ({'kind': 'dorp'}, {'kind': 'drop', 'action': 'Recieve'}, {'kind': 'payload'},
                     {'kind': 'drop', 'cuont': 1}, {'kind': 'bad-base64', 'action': 'Create'}):
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
                  'print(peer.pid, peer.folder, flush=True); os._exit(1)')
        done = subprocess.run([sys.executable, '-c', script], capture_output=True, text=True,
                              cwd=peerlib.HERE)
        pid, folder = done.stdout.split()
        self.addCleanup(subprocess.run, ['rm', '-rf', folder])
        # The process was reparented, so it cannot be waited for but through its descriptor.
        try:
            descriptor = os.pidfd_open(int(pid))
        except ProcessLookupError:
            return
        with os.fdopen(descriptor):
            self.assertTrue(select.select([descriptor], [], [], 10)[0], 'the peer lives on')


class Ledgers(PeerTest):
    options = {'mailboxes': 10}

    def ledger(self):
        return self.peer.state()['ledger']

    def test_a_client_that_repeats_nothing(self):
        with self.shell() as shell:
            for _ in range(3):
                shell.run('Get-MobileDevice')
        ledger = self.ledger()
        self.assertEqual((ledger['repeated'], ledger['repeats']), (0, []))
        self.assertEqual(ledger['messages']['Command'],
                         {'requests': 3, 'messageIds': 3, 'bodies': 3, 'commandIds': 3})
        self.assertEqual(ledger['messages']['Delete']['requests'], 1)
        self.assertEqual(ledger['psrp'], {'SESSION_CAPABILITY': {'sent': 1, 'distinct': 1},
                                          'INIT_RUNSPACEPOOL': {'sent': 1, 'distinct': 1},
                                          'CREATE_PIPELINE': {'sent': 3, 'distinct': 3}})
        self.peer.reset()
        self.assertEqual(self.ledger()['messages'], {})

    def test_a_request_sent_again_and_one_said_again_are_seen(self):
        shell = self.shell()
        command = shell.start('Get-MobileDevice', {})
        same = shell.envelope(SIGNAL, terminate(command))
        shell.post(same)
        self.assertEqual(self.ledger()['repeated'], 0)
        for envelope, whats in ((same, ['messageIds', 'bodies']),
                                (shell.envelope(SIGNAL, terminate(command)), ['bodies'])):
            before = self.ledger()['repeated']
            with self.assertRaises(rawclient.Fault):
                shell.post(envelope)
            ledger = self.ledger()
            self.assertEqual([item['what'] for item in ledger['repeats'][before:]], whats)
            self.assertEqual(ledger['repeats'][-1]['action'], 'Signal')
        self.assertEqual(ledger['messages']['Signal'], {'requests': 3, 'messageIds': 2, 'bodies': 1})

    def test_a_pipeline_sent_again_as_another_command_is_seen(self):
        shell = self.shell()
        first = shell.envelope(rawclient.WINDOWS + 'Command', shell.command_line('first-name', 'Get-MobileDevice', {}))
        shell.post(first)
        again = first.replace('first-name', 'other-name').replace('uuid:', 'uuid:again-')
        try:
            shell.post(again)
        except rawclient.Fault:
            pass
        ledger = self.ledger()
        self.assertEqual([(item['action'], item['what']) for item in ledger['repeats']],
                         [('Command', 'CREATE_PIPELINE')])
        self.assertEqual(ledger['psrp']['CREATE_PIPELINE'], {'sent': 2, 'distinct': 1})

    def test_what_a_fault_met_is_counted(self):
        for kind in ('drop', 'drop-after'):
            self.peer.fault(kind, action='Command')
            with self.assertRaises((ConnectionError, http.client.HTTPException)):
                self.shell().run('Get-MobileDevice')
        self.assertEqual(self.ledger()['messages']['Command']['requests'], 2)
        self.assertEqual(self.ledger()['repeated'], 0)

    def test_a_wrong_password_is_counted_apart(self):
        with self.assertRaises(rawclient.Fault):
            self.shell(password='wrong')
        self.assertEqual(self.ledger()['unauthenticated'], 1)
        self.assertEqual(self.ledger()['messages'], {})


class Faults(PeerTest):
    options = {'mailboxes': 10}

    def answer(self, kind, **keys):
        """The first reply to a Receive of a listing, spoilt by a fault."""
        shell = self.shell()
        command = shell.start('Get-MobileDevice', {})
        self.peer.fault(kind, **keys)
        return shell.post(shell.envelope(RECEIVE, receive(command)))

    def raw(self, kind, seconds=0.5, **keys):
        """What comes back for a Delete in that time, with its head, and whether the connection ended."""
        shell = self.shell()
        self.peer.fault(kind, action='Delete', **keys)
        address = urllib.parse.urlsplit(self.peer.http_url)
        body = shell.envelope(rawclient.TRANSFER + 'Delete', '').encode()
        head = (f'POST /PowerShell HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n'
                f'Authorization: {shell.headers["Authorization"]}\r\n\r\n')
        with socket.create_connection((address.hostname, address.port)) as connection:
            connection.sendall(head.encode() + body)
            received, until = b'', time.monotonic() + seconds
            try:
                while len(received) < 5_000_000 and (left := until - time.monotonic()) > 0:
                    connection.settimeout(left)
                    part = connection.recv(65536)
                    if not part:
                        return received, True
                    received += part
            except ConnectionResetError:
                return received, True
            except TimeoutError:
                pass
            return received, False

    def test_replies_that_are_no_replies(self):
        with self.assertRaises(rawclient.Fault) as caught:
            self.answer('redirect')
        self.assertEqual(caught.exception.status, 307)
        self.assertIn(b'<html>', self.answer('garbage'))
        self.assertEqual(self.answer('garbage', body='{}', type='text/plain'), b'{}')
        self.assertTrue(self.answer('doctype').startswith(b'<!DOCTYPE'))
        with self.assertRaises(ElementTree.ParseError):
            ElementTree.fromstring(self.answer('entity-bomb'))

    def test_spoilt_output(self):
        for kind, error in (('bad-base64', 'base64'), ('short-base64', 'padding|multiple of 4'),
                            ('fragment-order', 'fragment 1 of'), ('fragment-object', 'fragment 1 of'),
                            ('fragment-length', 'fragment 0 of .* 1000000000 bytes')):
            with self.subTest(kind):
                self.peer.reset()
                shell = self.shell()
                self.peer.fault(kind)
                with self.assertRaisesRegex(ValueError, error):
                    shell.run('Get-MobileDevice')
                self.assertEqual(self.peer.state()['faults'], [])

    def test_payload_reaches_the_client_as_an_object(self):
        shell = self.shell()
        self.peer.fault('payload', body='<Obj RefId="0"><Props><S N="Guid">mine</S></Props></Obj>')
        self.assertEqual(shell.run('Get-MobileDevice', ResultSize=2).objects[0], {'Guid': 'mine'})

    def test_a_fault_of_output_waits_for_output(self):
        shell = self.shell()
        self.peer.fault('payload', body='<S>x</S>', count=2)
        shell.run('Get-MobileDevice', Identity='nobody')
        self.assertEqual([fault['count'] for fault in self.peer.state()['faults']], [2])

    def test_how_replies_travel(self):
        self.assertEqual(self.raw('hang'), (b'', False))
        self.assertEqual(len(self.peer.state()['shells']), 1, 'nothing was deleted')
        self.peer.reset()
        self.assertEqual(self.raw('hang-after'), (b'', False))
        self.assertEqual(len(self.peer.state()['shells']), 0, 'it was deleted')
        received, ended = self.raw('drip', ms=20)
        self.assertTrue(0 < len(received.partition(b'\r\n\r\n')[2]) < 100)
        received, ended = self.raw('no-length')
        self.assertTrue(ended)
        self.assertNotIn(b'Content-Length', received)
        self.assertNotIn(b'chunked', received)
        self.assertTrue(received.endswith(b'</s:Envelope>'))
        received, ended = self.raw('long-length')
        self.assertFalse(ended)
        self.assertIn(b'Content-Length: 1000000000\r\n', received)
        received, ended = self.raw('endless')
        self.assertGreaterEqual(len(received), 5_000_000)
        received, ended = self.raw('truncate')
        self.assertTrue(ended)
        self.assertNotIn(b'</s:Envelope>', received)

    def test_no_length_over_tls(self):
        self.assertTrue(self.answer('no-length').endswith(b'</s:Envelope>'))


if __name__ == '__main__':
    peerlib.run_tests()
