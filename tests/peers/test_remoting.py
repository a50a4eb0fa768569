#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test_remoting.py PROBE: our remoting against Microsoft's own PowerShell engine."""
import json
import subprocess
import sys
import unittest

import peerlib
from peertest import PeerTest

PROBE = sys.argv.pop(1) if len(sys.argv) > 1 else 'remoting-probe'
LISTING = [['Get-MobileDevice', {'ResultSize': 'Unlimited'}]]


class Probe:
    """A process that does what it is told with a session of its own."""

    def __init__(self, peer, url=None, password=None):
        self.process = subprocess.Popen(
            [PROBE, url or peer.https_url + '/PowerShell/', peer.cert, peer.user, password or peer.password],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def do(self, what, **keys):
        self.process.stdin.write(json.dumps({'do': what} | keys) + '\n')
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f'the probe ended with {self.process.wait()}')
        return json.loads(line)

    def run(self, *commands, **keys):
        return self.do('run', commands=[[name, *rest] for name, *rest in commands], **keys)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.process.stdin.close()
        self.process.wait(timeout=30)
        self.process.stdout.close()
        if sys.exc_info()[0] is None and self.process.returncode != 0:
            raise RuntimeError(f'the probe ended with {self.process.returncode}')


class RemotingTest(PeerTest):
    options = {'mailboxes': 400}

    def probe(self, **keys):
        probe = Probe(self.peer, **keys)
        self.addCleanup(probe.__exit__)
        return probe

    def opened(self):
        probe = self.probe()
        told = probe.do('open')
        self.assertIsNone(told['code'], told)
        return probe

    def assert_clean(self, shells=0, deletes=0):
        """Nothing was sent twice but so many Deletes of shells that were perhaps there still."""
        state = self.peer.state()
        self.assertEqual([(each['action'], each['what']) for each in state['ledger']['repeats']], [('Delete', 'bodies')] * deletes)
        self.assertEqual(len(state['shells']), shells, state['shells'])


class Engine(RemotingTest):
    def test_listing_is_whole(self):
        probe = self.opened()
        told = probe.run(*LISTING, show='Guid')
        self.assertEqual((told['code'], told['state'], told['outputs']), (None, 'completed', 800))
        self.assertEqual(sorted(told['shown']), self.truth())
        again = probe.run(*LISTING)
        self.assertEqual(again['sha256'], told['sha256'])
        told = probe.do('close')
        self.assertEqual(told['kept'], 0)
        self.assert_clean()
        ledger = self.peer.state()['ledger']['messages']
        self.assertEqual(ledger['Command']['requests'], 2)
        self.assertEqual(ledger['Signal']['requests'], 2)

    def test_commands(self):
        probe = self.opened()
        told = probe.run(['Get-Command', {'Name': ['*-MobileDevice', '*-CASMailbox']}], show='Name')
        self.assertIn('Get-MobileDevice', told['shown'])
        self.assertIn('Set-CASMailbox', told['shown'])
        told = probe.run(['Get-Command', {'Name': 'Get-MobileDevice'}], ['Select-Object', {'Property': ['Name', 'CommandType']}],
                         show='Name')
        self.assertEqual((told['code'], told['shown']), (None, ['Get-MobileDevice']))

    def test_failures(self):
        probe = self.opened()
        told = probe.run(['Get-NoSuchThing'])
        self.assertEqual((told['code'], told['state'], told['failure_id']), (None, 'failed', 'CommandNotFoundException'))
        self.assertEqual(told['failure_type'], 'System.Management.Automation.CommandNotFoundException')
        told = probe.run(['Get-MobileDevice', {'NoSuchParameter': 'x'}])
        self.assertEqual(told['state'], 'failed')
        self.assertTrue(told['failure_id'].startswith('NamedParameterNotFound'), told)
        told = probe.run(['Get-MobileDevice', {'Identity': 'nobody'}])
        self.assertEqual((told['state'], told['errors'], told['outputs']), ('completed', 1, 0), told)
        self.assertRegex(told['shown'][0], r'^error: .*nobody.*FailureCategory=Cmdlet-ManagementObjectNotFoundException')
        told = probe.run(['Get-MobileDevice', {'ResultSize': '5'}])
        self.assertEqual((told['outputs'], told['warnings']), (5, 1))
        self.assertRegex(told['shown'][0], '^warning: ')
        self.assertEqual(told['broken'], 0)

    def test_prompt_has_nobody_to_ask(self):
        probe = self.opened()
        guid = self.truth()[0]
        told = probe.run(['Remove-MobileDevice', {'Identity': guid}])
        self.assertEqual((told['code'], told['state']), (None, 'failed'), told)
        self.assertEqual(self.truth().count(guid), 1)
        told = probe.run(['Remove-MobileDevice', {'Identity': guid, 'Confirm': False}])
        self.assertEqual((told['code'], told['state'], told['errors']), (None, 'completed', 0), told)
        self.assertEqual(self.truth().count(guid), 0)

    def test_long_arguments_go_in_fragments(self):
        probe = self.opened()
        ids = [f'DEVICE{number:05}' + 'Ü' * 20 for number in range(1100)]
        told = probe.run(['Set-CASMailbox', {'Identity': 'ann', 'ActiveSyncAllowedDeviceIDs': ids}])
        self.assertEqual((told['code'], told['state'], told['errors']), (None, 'completed', 0), told)
        self.assertEqual(self.peer.state()['world']['mailboxes']['ann']['allowed'], ids)
        self.assertGreaterEqual(self.peer.state()['ledger']['messages']['Send']['requests'], 1)
        told = probe.run(['Set-CASMailbox', {'Identity': 'ann', 'ActiveSyncAllowedDeviceIDs':
                                             {'Add': ['NEW <&>\t"_x0041_'], 'Remove': ids[1:]}}])
        self.assertEqual((told['code'], told['state'], told['errors']), (None, 'completed', 0), told)
        self.assertEqual(self.peer.state()['world']['mailboxes']['ann']['allowed'], [ids[0], 'NEW <&>\t"_x0041_'])
        told = probe.run(['Set-CASMailbox', {'Identity': 'ann', 'ActiveSyncAllowedDeviceIDs': None}])
        self.assertEqual((told['code'], told['state'], told['errors']), (None, 'completed', 0), told)
        self.assertFalse(self.peer.state()['world']['mailboxes']['ann'].get('allowed'))
        self.assert_clean(shells=1)

    def test_stopping(self):
        probe = self.opened()
        for keys, code in (({'stop_at': 10}, 'not-found'), ({'cancel_at': 10}, 'g-io-error-quark')):
            with self.subTest(keys):
                told = probe.run(*LISTING, **keys)
                self.assertEqual((told['code'], told['state'], told['broken']), (code, 'stopped', 0), told)
                self.assertLess(told['milliseconds'], 2500)
                # The runspace is free again.
                told = probe.run(*LISTING)
                self.assertEqual((told['code'], told['outputs']), (None, 800), told)
        probe.do('close')
        self.assert_clean()

    def test_other_records(self):
        probe = self.opened()
        told = probe.run(['Get-Command', {'Name': 'Get-MobileDevice', 'Verbose': True, 'Debug': True}])
        self.assertEqual((told['code'], told['state']), (None, 'completed'), told)

    def test_identify(self):
        told = self.probe().do('identify')
        self.assertIsNone(told['code'], told)
        self.assertRegex(told['product'], r'^OS: 10\.0')
        self.assertEqual(self.probe(url=self.peer.https_url + '/Nowhere/').do('identify')['code'], 'invalid')

    def test_wrong_password(self):
        told = self.probe(password='wrong').do('open')
        self.assertEqual(told['code'], 'sign-in', told)
        self.assertEqual(told['kept'], 0)

    def test_wrong_address(self):
        told = self.probe(url=self.peer.https_url + '/Nowhere/').do('open')
        self.assertEqual(told['code'], 'invalid', told)
        told = self.probe(url='https://localhost:1/PowerShell/').do('open')
        self.assertEqual((told['code'], told['kept']), ('unavailable', 0), told)


class Slow(RemotingTest):
    """A server that takes its time."""
    options = {'mailboxes': 40, 'object_us': 20000}

    def test_cancelled_while_waiting(self):
        probe = self.opened()
        told = probe.run(*LISTING, cancel_ms=300)
        self.assertEqual((told['code'], told['state'], told['broken']), ('g-io-error-quark', 'stopped', 0), told)
        self.assertLess(told['milliseconds'], 2500)
        told = probe.run(*LISTING, timeout_ms=300)
        self.assertEqual((told['code'], told['state'], told['broken']), ('timed-out', 'stopped', 0), told)
        told = probe.run(['Get-MobileDevice', {'ResultSize': '1'}])
        self.assertEqual((told['code'], told['outputs']), (None, 1), told)
        probe.do('close')
        self.assert_clean()


class Faults(RemotingTest):
    """What goes wrong on the way: nothing is sent twice, and the error says what is known."""

    def drill(self, kind, action, do='run', **keys):
        """Arms a fault once a session is open (or for its opening), and does something."""
        self.peer.reset()
        probe = self.probe() if do == 'open' else self.opened()
        self.peer.fault(kind, action=action, **keys)
        told = probe.do('open') if do == 'open' else probe.run(*LISTING) if do == 'run' else probe.do(do)
        if do == 'run':
            self.assertEqual(told['broken'], 1 if told['code'] else 0, told)
            probe.do('close')
        state = self.peer.state()
        self.assertEqual(state['faults'], [], 'the fault did not happen')
        self.assertEqual(state['ledger']['repeated'], 0, state['ledger'])
        return told

    def test_connection_breaks(self):
        for action, do, code, may_have_run in (
                ('Create', 'open', 'timed-out', None), ('Receive', 'open', 'timed-out', None),
                ('Command', 'run', 'timed-out', 1), ('Receive', 'run', 'incomplete', 1)):
            for kind in ('drop-after', 'drop', 'truncate'):
                with self.subTest(kind=kind, action=action, do=do):
                    told = self.drill(kind, action, do)
                    self.assertEqual(told['code'], code, told)
                    self.assertIn('localhost', told['message'])
                    self.assertIn('‘contoso’', told['message'])
                    self.assertEqual(told.get('may_have_run'), may_have_run)
                    self.assert_clean()

    def test_connection_breaks_at_the_second_receive(self):
        told = self.drill('drop-after', 'Receive', after=1)
        self.assertEqual(told['code'], 'incomplete', told)
        self.assert_clean()

    def test_connection_breaks_at_the_end(self):
        # Terminate has nobody that waits for it; Delete leaves a session that has to be ended later.
        told = self.drill('drop-after', 'Signal')
        self.assertEqual((told['code'], told['outputs']), (None, 800))
        told = self.drill('drop-after', 'Delete', do='close')
        self.assertEqual(told['kept'], 1, told)
        self.assert_clean()

    def test_connection_breaks_in_the_middle_of_a_long_command(self):
        self.peer.reset()
        probe = self.opened()
        self.peer.fault('drop-after', action='Send')
        ids = ['x' * 50 + str(number) for number in range(1500)]
        told = probe.run(['Set-CASMailbox', {'Identity': 'ann', 'ActiveSyncAllowedDeviceIDs': ids}])
        self.assertEqual((told['code'], told['broken']), ('timed-out', 1), told)
        probe.do('close')
        self.assert_clean()

    def test_left_over(self):
        self.peer.reset()
        probe = self.opened()
        self.peer.fault('drop', action='Delete')
        self.assertEqual(probe.do('close')['kept'], 1)
        self.assertEqual(len(self.peer.state()['shells']), 1)
        self.assertEqual(probe.do('end')['kept'], 0)
        self.assert_clean(deletes=1)
        # It is gone, and that is a success too.
        probe.do('open')
        self.peer.fault('drop-after', action='Delete')
        self.assertEqual(probe.do('close')['kept'], 1)
        self.assertEqual(probe.do('end')['kept'], 0)
        self.assert_clean(deletes=2)

    def test_refusals(self):
        for action, do, kind, code, keys in (
                ('Create', 'open', 'status', 'unavailable', {}), ('Create', 'open', 'denied', 'denied', {}),
                ('Create', 'open', 'status', 'denied', {'status': 403, 'body': ''}),
                ('Create', 'open', 'redirect', 'invalid', {}), ('Create', 'open', 'garbage', 'protocol', {}),
                ('Create', 'open', 'timeout', 'timed-out', {}), ('Create', 'open', 'doctype', 'protocol', {}),
                ('Command', 'run', 'garbage', 'protocol', {}), ('Receive', 'run', 'status', 'incomplete', {}),
                ('Receive', 'run', 'redirect', 'invalid', {}), ('Receive', 'run', 'garbage', 'protocol', {}),
                ('Receive', 'run', 'kill-shell', 'incomplete', {})):
            with self.subTest(action=action, kind=kind, **keys):
                told = self.drill(kind, action, do, **keys)
                self.assertEqual(told['code'], code, told)
                self.assert_clean()

    def test_server_that_is_wrong(self):
        for kind in ('doctype', 'entity-bomb', 'bad-base64', 'short-base64', 'fragment-order', 'fragment-object', 'fragment-length'):
            with self.subTest(kind):
                told = self.drill(kind, 'Receive')
                self.assertEqual(told['code'], 'protocol', told)
                self.assert_clean()
        told = self.drill('payload', 'Receive', body='<Obj RefId="0">' * 10000)
        self.assertEqual(told['code'], 'protocol', told)
        told = self.drill('payload', 'Receive', body='<Obj RefId="0"><MS><Ref N="a" RefId="77"/></MS></Obj>')
        self.assertEqual(told['code'], 'protocol', told)
        told = self.drill('endless', 'Receive')
        self.assertEqual(told['code'], 'protocol', told)
        self.assertLess(told['peak_kib'], 400_000)

    def test_what_does_no_harm(self):
        for kind, action, keys in (('timeout', 'Receive', {'count': 3}), ('slow', 'Receive', {'ms': 200}),
                                   ('no-length', 'Receive', {}), ('slow', 'Signal', {'ms': 200})):
            with self.subTest(kind):
                told = self.drill(kind, action, **keys)
                self.assertEqual((told['code'], told['outputs']), (None, 800), told)
                self.assert_clean()

    def test_shell_that_is_gone(self):
        probe = self.opened()
        self.peer.fault('kill-shells', action='Command')
        told = probe.run(*LISTING)
        self.assertEqual((told['code'], told['broken'], told['may_have_run']), ('unavailable', 1, 0), told)
        self.assertEqual(probe.do('close')['kept'], 0)
        self.assertIsNone(probe.do('open')['code'])
        self.assertEqual(probe.run(*LISTING)['outputs'], 800)

    def test_stop_where_the_server_hangs(self):
        probe = self.opened()
        self.peer.fault('hang', action='Receive', count=5)
        told = probe.run(*LISTING, cancel_ms=200)
        self.assertEqual((told['code'], told['broken']), ('g-io-error-quark', 1), told)
        self.assertLess(told['milliseconds'], 3500)
        self.peer.clear_faults()
        self.assertEqual(probe.do('close')['kept'], 0)
        self.assert_clean()


class Limits(RemotingTest):
    options = {'mailboxes': 20, 'max_shells': 2}

    def test_too_many_shells(self):
        first, second, third = self.opened(), self.opened(), self.probe()
        told = third.do('open')
        self.assertEqual((told['code'], told['kept']), ('throttled', 0), told)
        self.assertGreater(told['retry_after'], 0)
        first.do('close')
        self.assertIsNone(third.do('open')['code'])
        second.do('close')
        third.do('close')
        self.assert_clean()


class Sticky(RemotingTest):
    """Each shell lives on a server that only its own cookie leads to."""
    options = {'mailboxes': 20, 'sticky': 'fault'}

    def test_each_session_has_its_own_cookies(self):
        # In one process, so that they share the transport and whatever it keeps.
        probe = self.opened()
        for name in ('second', 'third'):
            told = probe.do('open', name=name)
            self.assertIsNone(told['code'], told)
        for name in ('', 'second', 'third', 'second', ''):
            told = probe.run(*LISTING, name=name)
            self.assertEqual((told['code'], told['outputs']), (None, 40), told)
        self.peer.fault('drop', action='Delete')
        self.assertEqual(probe.do('close', name='third')['kept'], 3)
        self.assertEqual(probe.do('close', name='second')['kept'], 2)
        self.assertEqual(probe.do('close')['kept'], 1)
        # What was written down leads to the shell, too.
        self.assertEqual(probe.do('end')['kept'], 0)
        self.assert_clean(deletes=1)


if __name__ == '__main__':
    peerlib.run_tests()
