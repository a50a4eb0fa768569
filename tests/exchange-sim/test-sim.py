#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test-sim.py: the simulated Exchange, seen by a client that shares no code with it."""
import base64
import datetime
import hashlib
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest
import uuid
import xml.etree.ElementTree as ElementTree

import simclient
from simclient import COMPLETED, FAILED, HttpError, Shell, Simulator

PROGRAM = sys.argv.pop(1) if len(sys.argv) > 1 else 'ostiary-exchange-sim'
RELEASE = os.environ.get('OSTIARY_RELEASE_BUILD')
FULL = os.environ.get('OSTIARY_TEST_FULL') == 'yes'
SHELL_GONE, TIMED_OUT, ABORTED = 2150858843, 2150858793, 995
LOST = (ConnectionError, http.client.HTTPException, OSError)


def is_sanitized(program):
    return b'__asan_init' in pathlib.Path(program).read_bytes()


def moment(text):
    """A time as CLIXML or JSON has it, in UTC; what says no zone is universal."""
    if text is None:
        return None
    text = re.sub(r'(\.\d+)', lambda m: m.group(1).ljust(7, '0')[:7], text.replace('Z', '+00:00'))
    parsed = datetime.datetime.fromisoformat(text)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=datetime.timezone.utc)


def normal(name, value):
    """The same value in both worlds: JSON has types, the client's objects are texts."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, str) and re.match(r'\d{4}-\d\d-\d\dT', value):
        return moment(value)
    return value


def normalized(record):
    return {name: normal(name, value) for name, value in record.items()}


class World(unittest.TestCase):
    """Tests that share one simulator, without TLS so that leaks are found."""

    options = {'mailboxes': 120, 'http': True}

    @classmethod
    def setUpClass(cls):
        cls.sim = Simulator(PROGRAM, **cls.options)

    @classmethod
    def tearDownClass(cls):
        status = cls.sim.stop()
        assert status == 0, f'the simulator ended with status {status}'

    def setUp(self):
        self.sim.control('POST', '/__reset')
        self.shell = Shell(self.sim)
        self.addCleanup(self.shell.__exit__)

    def assertFails(self, result, identifier, text=''):
        self.assertEqual(result.state, FAILED)
        self.assertTrue(result.failure['FullyQualifiedErrorId'].startswith(identifier), result.failure)
        self.assertIn(text, result.failure['Exception'])

    def assertFault(self, code, function, *arguments):
        with self.assertRaises(HttpError) as caught:
            function(*arguments)
        self.assertEqual(caught.exception.code, code, caught.exception)
        return caught.exception

    def device(self, shell, guid):
        return shell.get('Get-MobileDevice', Identity=guid)[0]


class Tls(unittest.TestCase):

    def test_lists_devices_over_tls(self):
        with Simulator(PROGRAM, mailboxes=100) as sim, Shell(sim) as shell:
            devices = shell.get('Get-MobileDevice', ResultSize='Unlimited')
            self.assertEqual(len(devices), 200)
            self.assertEqual([d['Guid'] for d in devices], [t['Device']['Guid'] for t in sim.devices()])

    def test_certificate_is_what_was_announced(self):
        with Simulator(PROGRAM, mailboxes=1) as sim:
            connection = simclient.connect(sim, 20)
            connection.connect()
            der = connection.sock.getpeercert(True)
            connection.close()
            self.assertEqual(hashlib.sha256(der).hexdigest(), sim.ready['fingerprint'])
            self.assertNotIn('PRIVATE', pathlib.Path(sim.cert).read_text())

    def test_faults_over_tls(self):
        with Simulator(PROGRAM, mailboxes=3) as sim:
            for kind in ('drop', 'drop-after', 'truncate'):
                with Shell(sim) as shell:
                    sim.fault(kind, action='Command')
                    with self.assertRaises(LOST):
                        shell.start(('Get-MobileDevice', {}))


class Objects(World):

    def test_every_property_is_the_truth(self):
        truth = {line['Device']['Guid']: line for line in self.sim.devices()}
        devices = self.shell.get('Get-MobileDevice', ResultSize='Unlimited')
        self.assertEqual(len(devices), 240)
        self.assertEqual({d['Guid'] for d in devices}, set(truth))
        for device in devices:
            self.assertEqual(normalized(device), normalized(truth[device['Guid']]['Device']))
        for alias in {line['Alias'] for line in truth.values()}:
            for row in self.shell.get('Get-MobileDeviceStatistics', Mailbox=alias):
                self.assertEqual(normalized(row), normalized(truth[row['Guid']]['Statistics']))
        one = devices[0]['Guid']
        self.assertEqual(normalized(self.shell.get('Get-MobileDeviceStatistics', Identity=one)[0]),
                         normalized(truth[one]['Statistics']))

    def test_mailboxes_are_the_truth(self):
        lines = [json.loads(line) for line in self.sim.control('GET', '/__mailboxes').splitlines()]
        for name, member in (('Get-CASMailbox', 'CASMailbox'), ('Get-Recipient', 'Recipient')):
            rows = self.shell.get(name, ResultSize='Unlimited')
            self.assertEqual([normalized(row) for row in rows],
                             [normalized(line[member]) for line in lines])

    def test_world_is_full_of_life(self):
        truth = self.sim.devices()
        columns = {name: {line['Device'][name] for line in truth} for name in truth[0]['Device']
                   if not isinstance(truth[0]['Device'][name], list)}
        self.assertGreater(len(columns['DeviceType']), 6)
        self.assertEqual(columns['DeviceAccessState'] & {'Allowed', 'Blocked', 'Quarantined'},
                         {'Allowed', 'Blocked', 'Quarantined'})
        for name in ('FirstSyncTime', 'DeviceImei', 'DeviceTelephoneNumber', 'DeviceAccessControlRule'):
            self.assertIn(None, columns[name])
            self.assertGreater(len(columns[name]), 1)
        identifiers = [line['Device']['DeviceId'] for line in truth]
        self.assertEqual(len(identifiers) - len(set(identifiers)), 1, 'one phone is in two mailboxes')
        self.assertEqual(len({line['Device']['Guid'] for line in truth}), len(truth))
        self.assertTrue(any('\n' in m['CASMailbox']['DisplayName'] for m in map(
            json.loads, self.sim.control('GET', '/__mailboxes').splitlines())))

    def test_local_and_plain_times(self):
        texts = [text for kind, text in self.shell.run(
            ('Get-MobileDeviceStatistics', {'Mailbox': self.sim.devices()[2]['Alias']})).messages]
        self.assertRegex(texts[0], r'<DT N="LastSuccessSync">[-0-9T:.]+</DT>')
        text = self.shell.run(('Get-MobileDevice', {'ResultSize': 1})).messages[0][1]
        self.assertRegex(text, r'<DT N="WhenChanged">[-0-9T:.]+\+01:00</DT>')
        self.assertRegex(text, r'<DT N="WhenChangedUTC">[-0-9T:.]+Z</DT>')

    def test_older_cmdlets(self):
        result = self.shell.run(('Get-ActiveSyncDevice', {'ResultSize': 'Unlimited'}))
        self.assertIn('will be removed', result.warnings[0])
        self.assertEqual({d['ClientType'] for d in result.objects}, {'EAS'})
        self.assertEqual({d['Guid'] for d in result.objects},
                         {line['Device']['Guid'] for line in self.sim.devices()
                          if line['Device']['ClientType'] == 'EAS'})
        self.assertIn('DeviceActiveSyncVersion', result.objects[0])
        rows = self.shell.run(('Get-ActiveSyncDeviceStatistics',
                               {'Identity': result.objects[0]['Guid']})).objects
        self.assertEqual(rows[0]['DeviceID'], result.objects[0]['DeviceId'])

    def test_identities(self):
        for line in self.sim.devices()[:4] + [d for d in self.sim.devices()
                                              if re.search(r'[^\w ./]', d['Device']['Identity'])][:12]:
            device = line['Device']
            for key in ('Guid', 'DistinguishedName', 'Identity'):
                self.assertEqual(self.device(self.shell, device[key])['Guid'], device['Guid'], device[key])
            result = self.shell.run(('Get-MobileDevice', {'Identity': device['DeviceId']}))
            self.assertIn('ManagementObjectNotFoundException',
                          result.errors[0]['FullyQualifiedErrorId'], 'a bare device ID is none')
        for line in map(json.loads, self.sim.control('GET', '/__mailboxes').splitlines()):
            mailbox = line['CASMailbox']
            names = [mailbox['Guid'], mailbox['DistinguishedName'], mailbox['Identity'],
                     mailbox['PrimarySmtpAddress'], mailbox['SamAccountName'], mailbox['Name'],
                     'CONTOSO\\' + mailbox['SamAccountName']]
            for name in names:
                found = self.shell.get('Get-CASMailbox', Identity=name)
                self.assertEqual(found[0]['Guid'], mailbox['Guid'], name)

    def test_rich_objects(self):
        with Simulator(PROGRAM, http=True, mailboxes=3, objects='rich') as sim, Shell(sim) as shell:
            result = shell.run(('Get-MobileDevice', {'ResultSize': 1}))
            root = ElementTree.fromstring(result.messages[0][1])
            state = root.find("Props/Obj[@N='DeviceAccessState']")
            self.assertEqual(state.findtext('ToString'), sim.devices()[0]['Device']['DeviceAccessState'])
            self.assertTrue(state.findtext('I32').isdigit())
            identity = root.find("Props/Obj[@N='Identity']")
            self.assertEqual(identity.findtext("Props/G[@N='ObjectGuid']"), result.objects[0]['Guid'])
            self.assertEqual(normalized(result.objects[0]), normalized(sim.devices()[0]['Device']))


class Filters(World):

    options = {'mailboxes': 400, 'http': True, 'filter-whenchanged': 'on', 'today': '2026-05-04'}

    def guids(self, **parameters):
        return [d['Guid'] for d in self.shell.get('Get-MobileDevice', ResultSize='Unlimited', **parameters)]

    def check(self, text, predicate):
        expected = [line['Device']['Guid'] for line in self.truth if predicate(line['Device'])]
        self.assertEqual(self.guids(Filter=text), expected, text)
        return len(expected)

    def setUp(self):
        super().setUp()
        self.truth = self.sim.devices()

    def test_comparisons(self):
        some = self.truth[11]['Device']
        day = moment('2025-11-01T00:00:00Z')
        cases = [
            (f"DeviceId -eq '{some['DeviceId'].lower()}'", lambda d: d['DeviceId'] == some['DeviceId']),
            ("DeviceType -eq 'iphone'", lambda d: d['DeviceType'] == 'iPhone'),
            ("DeviceType -ne 'iPhone'", lambda d: d['DeviceType'] != 'iPhone'),
            ("DeviceId -like 'A*'", lambda d: d['DeviceId'].upper().startswith('A')),
            ("DeviceId -notlike 'A*'", lambda d: not d['DeviceId'].upper().startswith('A')),
            ("DeviceOS -like '*18*'", lambda d: '18' in d['DeviceOS']),
            ("DeviceOS -like 'ios*g100'", lambda d: re.match('iOS.*G100$', d['DeviceOS'])),
            ("DeviceAccessState -eq 'Quarantined'", lambda d: d['DeviceAccessState'] == 'Quarantined'),
            ("DeviceAccessStateReason -eq 'Individual' -or DeviceAccessState -eq 'Blocked'",
             lambda d: d['DeviceAccessStateReason'] == 'Individual' or d['DeviceAccessState'] == 'Blocked'),
            ("-not (DeviceType -eq 'iPhone' -or DeviceType -eq 'iPad') -and ClientType -eq 'EAS'",
             lambda d: d['DeviceType'] not in ('iPhone', 'iPad') and d['ClientType'] == 'EAS'),
            ("{DeviceType -eq 'iPad'}", lambda d: d['DeviceType'] == 'iPad'),
            ('DeviceImei -eq $null', lambda d: d['DeviceImei'] is None),
            ('DeviceImei -ne $null', lambda d: d['DeviceImei'] is not None),
            ("FirstSyncTime -gt '11/1/2025 12:00:00 AM'",
             lambda d: d['FirstSyncTime'] and moment(d['FirstSyncTime']) > day),
            ("FirstSyncTime -le '2025-11-01T00:00:00Z'",
             lambda d: d['FirstSyncTime'] and moment(d['FirstSyncTime']) <= day),
            ("WhenChangedUTC -gt '11/01/2025 00:00:00'", lambda d: moment(d['WhenChangedUTC']) > day),
            ("WhenChanged -gt '11/01/2025 01:00:00'", lambda d: moment(d['WhenChangedUTC']) > day),
            ("FriendlyName -like '*’s *' -and FriendlyName -notlike '*iphone*'",
             lambda d: '’s ' in d['FriendlyName'] and 'iPhone' not in d['FriendlyName']),
            ("UserDisplayName -like 'contoso.com/staff/*'",
             lambda d: d['UserDisplayName'].startswith('contoso.com/Staff/')),
            ("UserDisplayName -like '*o''neill*'", lambda d: "O'Neill" in d['UserDisplayName']),
            ('ProvisioningFlags -eq $null', lambda d: True),
            ("WhenChangedUTC -gt '1/1/2090 1:00 PM'", lambda d: False),
        ]
        empty = [text for text, predicate in cases if self.check(text, predicate) == 0]
        self.assertEqual(empty, ["WhenChangedUTC -gt '1/1/2090 1:00 PM'"])

    def test_slices_are_everything(self):
        first = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'
        slices = [self.guids(Filter=f"DeviceId -like '{letter}*'") for letter in first]
        slices.append(self.guids(Filter=' -and '.join(f"DeviceId -notlike '{c}*'" for c in first)))
        self.assertGreater(len(slices[-1]), 4, 'some begin with no letter and no digit')
        joined = [guid for part in slices for guid in part]
        self.assertEqual(len(joined), len(set(joined)))
        self.assertEqual(set(joined), {line['Device']['Guid'] for line in self.truth})
        deeper = [self.guids(Filter=f"DeviceId -like 'S{c}*'") for c in first]
        deeper.append(self.guids(Filter="DeviceId -like 'S*' -and " + ' -and '.join(
            f"DeviceId -notlike 'S{c}*'" for c in first)))
        self.assertEqual(sum(map(len, deeper)), len(slices[first.index('S')]))

    def test_units_are_everything(self):
        units = self.sim.state()['world']['units']
        self.assertGreater(len(units), 4)
        tops = [u for u in units if u['canonicalName'].count('/') - u['canonicalName'].count('\\/') == 1]
        parts = [self.guids(OrganizationalUnit=u['canonicalName']) for u in tops]
        self.assertEqual(sorted(sum(parts, [])), sorted(line['Device']['Guid'] for line in self.truth))
        for unit in units:
            sets = [self.guids(OrganizationalUnit=unit[key])
                    for key in ('canonicalName', 'DistinguishedName', 'guid')]
            self.assertTrue(sets[0] == sets[1] == sets[2] and sets[0])
            below = [d['Device']['Guid'] for d in self.truth
                     if d['Device']['DistinguishedName'].endswith(',' + unit['DistinguishedName'])]
            self.assertEqual(sets[0], below)
        result = self.shell.run(('Get-MobileDevice', {'OrganizationalUnit': 'contoso.com/Nowhere'}))
        self.assertEqual((len(result.errors), result.objects), (1, []))

    def test_mailbox_filters(self):
        boxes = self.shell.get('Get-CASMailbox', ResultSize='Unlimited')
        listed = next(b for b in boxes if b['ActiveSyncBlockedDeviceIDs'])
        found = self.shell.get(
            'Get-CASMailbox', Filter=f"ActiveSyncBlockedDeviceIDs -eq '{listed['ActiveSyncBlockedDeviceIDs'][0]}'")
        self.assertEqual([b['Guid'] for b in found], [listed['Guid']])
        self.assertEqual(len(self.shell.get('Get-CASMailbox', Filter='HasActiveSyncDevicePartnership -eq $true',
                                            ResultSize='Unlimited')), len(boxes))
        disabled = self.shell.get('Get-CASMailbox', Filter='ActiveSyncEnabled -eq $false')
        self.assertEqual({b['Guid'] for b in disabled},
                         {b['Guid'] for b in boxes if b['ActiveSyncEnabled'] == 'false'})
        self.assertEqual(self.shell.get('Get-Recipient', RecipientTypeDetails='SharedMailbox'), [])
        self.assertEqual(len(self.shell.get('Get-Recipient', RecipientTypeDetails=['UserMailbox', 'SharedMailbox'],
                                            ResultSize='Unlimited')), len(boxes))

    def test_bad_filters(self):
        for text, problem in (("Foo -eq 'x'", '"Foo" is not a recognized filterable property'),
                              ("DeviceId -eq", 'Invalid filter syntax'),
                              ("DeviceId -is 'x'", 'Invalid filter syntax'),
                              ("(DeviceId -eq 'x'", 'Invalid filter syntax'),
                              ("DeviceId -eq 'x' junk", 'Invalid filter syntax'),
                              ("DeviceId -eq 'x", 'Invalid filter syntax'),
                              ("FirstSyncTime -gt 'soon'", 'System.DateTime'),
                              ("DeviceAccessState -eq 'Odd'", 'DeviceAccessState'),
                              ('(' * 5000, 'Invalid filter syntax'),
                              ('-not ' * 5000 + "DeviceId -eq 'x'", 'Invalid filter syntax')):
            result = self.shell.run(('Get-MobileDevice', {'Filter': text}))
            self.assertFails(result, 'ParameterBindingFailed,', problem)

    def test_changes_are_not_filterable_by_default(self):
        with Simulator(PROGRAM, http=True, mailboxes=3) as sim, Shell(sim) as shell:
            result = shell.run(('Get-MobileDevice', {'Filter': "WhenChangedUTC -gt '1/1/1990'"}))
            self.assertFails(result, 'ParameterBindingFailed,', 'Valid property names are: ClientType,')
            self.assertNotIn('WhenChanged,', result.failure['Exception'])


class Limits(World):

    options = {'mailboxes': 600, 'http': True}

    def test_result_size(self):
        result = self.shell.run(('Get-MobileDevice', {}))
        self.assertEqual((len(result.objects), result.state), (1000, COMPLETED))
        self.assertIn('only the first 1000 items', result.warnings[0])
        result = self.shell.run(('Get-MobileDevice', {'ResultSize': 7}))
        self.assertEqual(len(result.objects), 7)
        self.assertIn('more results available', result.warnings[0])
        result = self.shell.run(('Get-MobileDevice', {'ResultSize': '1200'}))
        self.assertEqual((len(result.objects), result.warnings), (1200, []))
        result = self.shell.run(('Get-MobileDevice', {'ResultSize': 'unlimited'}))
        self.assertEqual((len(result.objects), result.warnings), (1200, []))
        result = self.shell.run(('Get-CASMailbox', {'ResultSize': 5}))
        self.assertEqual((len(result.objects), len(result.warnings)), (5, 1))

    def test_envelopes(self):
        whole = self.shell.get('Get-MobileDevice', ResultSize=400)
        for size in (8192, 20000, 153600):
            with Shell(self.sim, max_envelope=size) as shell:
                self.assertEqual(shell.get('Get-MobileDevice', ResultSize=400), whole)
                self.assertLessEqual(shell.largest, size)
        with Shell(self.sim, max_envelope=4000, open_it=False) as shell:
            self.assertFault(2150858878, shell.create)

    def test_one_mailbox_with_many_devices(self):
        with Simulator(PROGRAM, http=True, mailboxes=2, devices_per_mailbox=3000) as sim, Shell(sim) as shell:
            alias = sim.devices()[0]['Alias']
            for name, rows in (('Get-MobileDevice', 3000), ('Get-MobileDeviceStatistics', 3000)):
                parameters = {'ResultSize': 'Unlimited'} if name == 'Get-MobileDevice' else {}
                self.assertEqual(len(shell.get(name, Mailbox=alias, **parameters)), rows)

    def test_shells(self):
        shells = []
        try:
            while len(shells) < 17:
                shells.append(Shell(self.sim))
            with Shell(self.sim, open_it=False) as one_more:
                fault = self.assertFault(2150859173, one_more.create)
                self.assertIn('exceeded the maximum number of connections allowed : 18', fault.text)
            shells.pop().__exit__()
            shells.append(Shell(self.sim))
            self.assertEqual(len(self.sim.state()['shells']), 18)
        finally:
            for shell in shells:
                shell.__exit__()

    def test_idle_shell_ends(self):
        with Simulator(PROGRAM, http=True, mailboxes=1, shell_idle=1) as sim, Shell(sim) as shell:
            self.assertEqual(len(sim.state()['shells']), 1)
            until = time.monotonic() + 20
            while sim.state()['shells'] and time.monotonic() < until:
                time.sleep(0.05)
            self.assertFault(SHELL_GONE, shell.start, ('Get-MobileDevice', {}))

    def test_bodies(self):
        connection = simclient.connect(self.sim, 20)
        connection.request('POST', '/PowerShell/', b'x' * 2000000, self.shell.headers)
        self.assertEqual(connection.getresponse().status, 413)
        connection.close()
        connection = simclient.connect(self.sim, 20)
        with self.assertRaises(LOST):
            connection.request('POST', '/PowerShell/', iter([b'x' * 100000] * 50), self.shell.headers,
                               encode_chunked=True)
            connection.getresponse()
        connection.close()
        self.assertEqual(len(self.shell.get('Get-MobileDevice', ResultSize=2)), 2)


class Refusals(World):

    def test_accounts(self):
        for user, password, good in (('CONTOSO\\admin', 'secret', True), ('ADMIN', 'secret', True),
                                     ('CONTOSO\\admin', 'Secret', False), ('admin', 'secrets', False),
                                     ('other', 'secret', False)):
            with Shell(self.sim, user=user, password=password, open_it=False) as shell:
                if good:
                    shell.open()
                else:
                    with self.assertRaises(HttpError) as caught:
                        shell.create()
                    self.assertEqual(caught.exception.status, 401)
        connection = simclient.connect(self.sim, 20)
        connection.request('POST', '/PowerShell/', b'')
        response = connection.getresponse()
        self.assertEqual(response.status, 401)
        self.assertTrue(response.getheader('WWW-Authenticate').startswith('Basic '))
        connection.close()
        self.assertGreater(self.sim.state()['ledger']['unauthenticated'], 2)

    def test_requests(self):
        self.shell.resource = 'http://schemas.microsoft.com/powershell/Microsoft.Other'
        self.assertFault(2150858811, self.shell.start, ('Get-MobileDevice', {}))
        self.shell.resource = simclient.RESOURCE
        self.assertFault(2150858753, self.shell.send, simclient.WINDOWS + 'Dance', '')
        for body, status in (('<a/>', 400), ('no XML', 400), ('', 400), ('<!DOCTYPE a []><a/>', 400)):
            with self.assertRaises(HttpError) as caught:
                self.shell.post(body)
            self.assertEqual((caught.exception.status, caught.exception.code), (status, 2150858817))
        with self.assertRaises(HttpError) as caught:
            self.shell.send(simclient.WINDOWS + 'Command',
                            '<r:CommandLine><r:Command/><r:Arguments>?</r:Arguments></r:CommandLine>')
        self.assertEqual(caught.exception.code, 2150858817)
        with self.assertRaises(HttpError) as caught:
            self.shell.send(simclient.WINDOWS + 'Command',
                            '<r:CommandLine><r:Command/><r:Arguments>AAAA</r:Arguments></r:CommandLine>')
        self.assertEqual(caught.exception.status, 500)
        identify = ('<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header/><s:Body>'
                    '<i:Identify xmlns:i="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"/>'
                    '</s:Body></s:Envelope>')
        self.assertIn(b'IdentifyResponse', self.shell.post(identify))

    def test_binding(self):
        run = self.shell.run
        self.assertFails(run(('Get-Nope', {})), 'CommandNotFoundException', "'Get-Nope' is not recognized")
        self.assertFails(run(('Get-MobileDevice', {'Nope': 1})), 'NamedParameterNotFound,',
                         "parameter name 'Nope'")
        self.assertFails(run(('Get-MobileDevice', {'Res': 1})), 'AmbiguousParameter,', '-RestApi -ResultSize')
        self.assertEqual(len(run(('get-mobiledevice', {'resultS': 3})).objects), 3)
        self.assertFails(run(('Get-MobileDevice', {'ResultSize': 'abc'})), 'CannotConvertArgumentNoMessage,')
        self.assertFails(run(('Get-MobileDevice', {'Mailbox': 'a', 'Identity': 'b'})), 'AmbiguousParameterSet,')
        self.assertFails(run(('Get-MobileDeviceStatistics', {})), 'MissingMandatoryParameter,', ': Identity.')
        self.assertFails(run(('Set-CASMailbox', {'Identity': 'a', 'ActiveSyncEnabled': 'yes'})),
                         'CannotConvertArgument,', "'System.Boolean' required by parameter 'ActiveSyncEnabled'")
        self.assertFails(run(('New-ActiveSyncDeviceAccessRule', {
            'QueryString': 'x', 'Characteristic': 'Colour', 'AccessLevel': 'Block'})),
            'CannotConvertArgumentNoMessage,', 'DeviceType, DeviceModel')
        self.assertFails(run(('Get-MobileDevice', {}), is_script=True), 'ScriptsNotAllowed', 'no-language')
        self.assertFails(run(('Get-MobileDevice', {}), ('Get-CASMailbox', {})), 'NotSupported')
        first = self.sim.devices()[0]['Device']['Guid']
        self.assertEqual(len(run(('Get-MobileDevice', {None: first})).objects), 1, 'by position')
        self.assertEqual(len(run(('Get-MobileDevice', {'Identity': None})).objects), 240, 'null is all')

    def test_errors(self):
        result = self.shell.run(('Get-MobileDevice', {'Identity': 'nobody'}))
        self.assertEqual((result.state, result.objects), (COMPLETED, []))
        error = result.errors[0]
        self.assertRegex(error['FullyQualifiedErrorId'],
                         r'^\[Server=EX01,RequestId=.*\] \[FailureCategory=Cmdlet-ManagementObjectNotFound'
                         r'Exception\] [0-9A-F]+,Microsoft\.Exchange\.Management\.Tasks\.GetMobileDevice$')
        self.assertEqual(error['ErrorCategory_Reason'], 'ManagementObjectNotFoundException')
        result = self.shell.run(('Get-MobileDevice', {'Identity': 'nobody', 'ErrorAction': 'Stop'}))
        self.assertFails(result, '[Server=EX01')
        result = self.shell.run(('Get-MobileDevice', {'Identity': 'x', 'ErrorAction': 'SilentlyContinue'}))
        self.assertEqual((result.state, result.errors), (COMPLETED, []))

    def test_denied(self):
        denied = 'Clear-MobileDevice,Set-CASMailbox:ActiveSyncBlockedDeviceIDs'
        with Simulator(PROGRAM, http=True, mailboxes=2, deny=denied) as sim, Shell(sim) as shell:
            self.assertFails(shell.run(('Clear-MobileDevice', {'Identity': 'x'})), 'CommandNotFoundException')
            self.assertFails(shell.run(('Set-CASMailbox', {'Identity': 'x', 'ActiveSyncBlockedDeviceIDs': 'y'})),
                             'NamedParameterNotFound,')
            result = shell.run(('Get-Command', {'Name': ['Clear-MobileDevice', 'Set-CASMailbox']}))
            self.assertEqual((len(result.errors), len(result.objects)), (1, 1))
            self.assertNotIn('ActiveSyncBlockedDeviceIDs', result.objects[0]['Parameters'])
            self.assertIn('ActiveSyncAllowedDeviceIDs', result.objects[0]['Parameters'])

    def test_get_command(self):
        result = self.shell.run(('Get-Command', {'Name': ['Get-MobileDevice', 'Get-Nix', '*-ADServerSettings'],
                                                 'CommandType': 'Cmdlet'}))
        self.assertEqual([o['Name'] for o in result.objects],
                         ['Get-MobileDevice', 'Set-ADServerSettings', 'Get-ADServerSettings'])
        self.assertEqual(result.errors[0]['FullyQualifiedErrorId'],
                         'CommandNotFoundException,Microsoft.PowerShell.Commands.GetCommandCommand')
        self.assertLessEqual({'Identity', 'Mailbox', 'Filter', 'ResultSize', 'OrganizationalUnit', 'ErrorAction',
                              'DomainController'}, set(result.objects[0]['Parameters']))
        chosen = ('Select-Object', {'Property': ['Name', 'CommandType', 'DefaultParameterSet', 'Parameters']})
        result = self.shell.run(('Get-Command', {'Name': 'Set-CASMailbox'}), chosen)
        self.assertEqual(list(result.objects[0]), ['Name', 'CommandType', 'DefaultParameterSet', 'Parameters'])
        self.assertEqual(result.objects[0]['CommandType'], 'Cmdlet')
        self.assertIn('Confirm', result.objects[0]['Parameters'])
        self.assertFails(self.shell.run(('Get-Command', {}), ('Select-Object', {'Property': 'DeviceId'})),
                         'ParameterArgumentValidationError,', 'does not belong to the set')
        self.assertGreater(len(self.shell.get('Get-Command')), 30)


class Changes(World):

    def setUp(self):
        super().setUp()
        self.sim_devices = self.sim.devices()
        self.line = next(line for line in self.sim_devices
                         if line['Device']['DeviceAccessStateReason'] in ('Global', 'DeviceRule')
                         and line['Device']['ClientType'] == 'EAS')
        self.guid, self.id = self.line['Device']['Guid'], self.line['Device']['DeviceId']
        self.mailbox = self.shell.get('Get-CASMailbox', Identity=self.line['Alias'])[0]['Guid']

    def set(self, **parameters):
        result = self.shell.run(('Set-CASMailbox', {'Identity': self.mailbox} | parameters))
        self.assertEqual((result.state, result.errors, result.objects), (COMPLETED, [], []))
        return result.warnings

    def lists(self):
        box = self.shell.get('Get-CASMailbox', Identity=self.mailbox)[0]
        return box['ActiveSyncAllowedDeviceIDs'], box['ActiveSyncBlockedDeviceIDs']

    def access(self):
        device = self.device(self.shell, self.guid)
        return device['DeviceAccessState'], device['DeviceAccessStateReason']

    def test_lists(self):
        before = self.device(self.shell, self.guid)
        allowed, blocked = self.lists()
        self.set(ActiveSyncAllowedDeviceIDs={'Add': ['X', self.id]}, ActiveSyncBlockedDeviceIDs={'Remove': self.id},
                 Confirm=False)
        self.assertEqual(self.lists(), (allowed + ['X', self.id], blocked))
        self.assertEqual(self.access(), ('Allowed', 'Individual'))
        after = self.device(self.shell, self.guid)
        self.assertGreater(moment(after['WhenChangedUTC']), moment(before['WhenChangedUTC']))
        self.assertIn('no settings of', self.set(ActiveSyncAllowedDeviceIDs={'add': 'x'})[0])
        self.set(ActiveSyncBlockedDeviceIDs={'Add': self.id})
        self.assertEqual(self.access(), ('Blocked', 'Individual'), 'block wins')
        self.set(ActiveSyncAllowedDeviceIDs='only')
        self.assertEqual(self.lists()[0], ['only'], 'a scalar replaces')
        self.set(ActiveSyncAllowedDeviceIDs=['a', 'b'], ActiveSyncBlockedDeviceIDs=None)
        self.assertEqual(self.lists(), (['a', 'b'], []))
        self.set(ActiveSyncEnabled=False)
        self.assertEqual(self.access(), ('Blocked', 'Policy'))
        result = self.shell.run(('Set-CASMailbox', {'Identity': self.mailbox,
                                                    'ActiveSyncAllowedDeviceIDs': {'Ad': 'x'}}))
        self.assertFails(result, 'System.ArgumentException', 'invalid key "Ad"')
        names = [change['Cmdlet'] for change in self.sim.state()['world']['changes']]
        self.assertEqual(set(names), {'Set-CASMailbox'})

    def test_rules_and_default(self):
        run, kind = self.shell.get, self.line['Device']
        for rule in self.shell.get('Get-ActiveSyncDeviceAccessRule'):
            run('Remove-ActiveSyncDeviceAccessRule', Identity=rule['Guid'], Confirm=False)
        self.assertEqual(self.access(), ('Allowed', 'Global'))
        run('Set-ActiveSyncOrganizationSettings', DefaultAccessLevel='Quarantine')
        self.assertEqual(self.access(), ('Quarantined', 'Global'))
        for characteristic, query, level in (('DeviceModel', kind['DeviceModel'], 'Allow'),
                                             ('DeviceOS', kind['DeviceOS'], 'Quarantine'),
                                             ('DeviceType', kind['DeviceType'].upper(), 'Block')):
            rule = run('New-ActiveSyncDeviceAccessRule', QueryString=query, Characteristic=characteristic,
                       AccessLevel=level)[0]
            self.assertEqual(rule['Name'], f'{query} ({characteristic})')
            state = {'Allow': 'Allowed', 'Quarantine': 'Quarantined', 'Block': 'Blocked'}[level]
            self.assertEqual(self.access(), (state, 'DeviceRule'))
            self.assertEqual(self.device(self.shell, self.guid)['DeviceAccessControlRule'], rule['Name'])
        result = self.shell.run(('New-ActiveSyncDeviceAccessRule', {
            'QueryString': kind['DeviceType'], 'Characteristic': 'DeviceType', 'AccessLevel': 'Allow'}))
        self.assertIn('AlreadyExists', result.errors[0]['FullyQualifiedErrorId'])
        run('Set-ActiveSyncDeviceAccessRule', Identity=rule['Guid'], AccessLevel='Allow')
        self.assertEqual(self.access(), ('Quarantined', 'DeviceRule'), 'Quarantine before Allow')
        self.assertFails(self.shell.run(('Remove-ActiveSyncDeviceAccessRule', {'Identity': rule['Guid']})),
                         'HostFunctionNotImplemented,')

    def test_organization_and_policies(self):
        run = self.shell.get
        run('Set-ActiveSyncOrganizationSettings', AdminMailRecipients={'Add': 'x@contoso.com'}, UserMailInsert='Hi')
        settings = run('Get-ActiveSyncOrganizationSettings')[0]
        self.assertEqual((settings['AdminMailRecipients'][-1], settings['UserMailInsert']), ('x@contoso.com', 'Hi'))
        result = self.shell.run(('Set-ActiveSyncOrganizationSettings', {'UserMailInsert': 'x' * 257}))
        self.assertIn('DataValidationException', result.errors[0]['FullyQualifiedErrorId'])
        run('New-MobileDeviceMailboxPolicy', Name='Strict', PasswordEnabled=True, MinPasswordLength=8,
            ApprovedApplicationList=['a', 'b'])
        policy = next(p for p in run('Get-ActiveSyncMailboxPolicy') if p['Name'] == 'Strict')
        self.assertEqual((policy['DevicePasswordEnabled'], policy['MinDevicePasswordLength'],
                          policy['ApprovedApplicationList']), ('true', '8', ['a', 'b']))
        run('Set-ActiveSyncMailboxPolicy', Identity='Strict', IsDefaultPolicy=True, MinDevicePasswordLength=None)
        policies = run('Get-MobileDeviceMailboxPolicy')
        self.assertEqual([p['Name'] for p in policies if p['IsDefault'] == 'true'], ['Strict'])
        self.assertIsNone(next(p for p in policies if p['Name'] == 'Strict')['MinPasswordLength'])
        run('Set-MobileDeviceMailboxPolicy', Identity='Executives', Name='Board')
        self.assertIn('Board', {b['ActiveSyncMailboxPolicy'] for b in run('Get-CASMailbox')})
        self.set(ActiveSyncMailboxPolicy='Default')
        box = run('Get-CASMailbox', Identity=self.mailbox)[0]
        self.assertEqual((box['ActiveSyncMailboxPolicy'], box['ActiveSyncMailboxPolicyIsDefaulted']),
                         ('Default', 'false'))
        self.set(ActiveSyncMailboxPolicy=None)
        box = run('Get-CASMailbox', Identity=self.mailbox)[0]
        self.assertEqual((box['ActiveSyncMailboxPolicy'], box['ActiveSyncMailboxPolicyIsDefaulted']),
                         ('Strict', 'true'))
        result = self.shell.run(('Remove-MobileDeviceMailboxPolicy', {'Identity': 'Strict', 'Force': True}))
        self.assertIn('InvalidOperation', result.errors[0]['FullyQualifiedErrorId'])
        self.assertGreater(len(run('Get-ActiveSyncDeviceClass')), 10)
        self.assertEqual({c['DeviceType'] for c in run('Get-ActiveSyncDeviceClass', Filter="DeviceType -eq 'iPad'")},
                         {'iPad'})
        self.assertEqual([s['Fqdn'] for s in run('Get-ExchangeServer', Identity='EX01')], ['ex01.contoso.com'])
        run('Set-ADServerSettings', ViewEntireForest=True)
        self.assertEqual(run('Get-ADServerSettings')[0]['ViewEntireForest'], 'true')
        with Shell(self.sim) as other:
            self.assertEqual(other.get('Get-ADServerSettings')[0]['ViewEntireForest'], 'false', 'it is per session')

    def test_wipe_and_remove(self):
        statistics = lambda: self.shell.get('Get-MobileDeviceStatistics', Identity=self.guid)[0]
        self.assertFails(self.shell.run(('Clear-MobileDevice', {'Identity': self.guid})),
                         'HostFunctionNotImplemented,', 'does not support user interaction')
        self.shell.get('Clear-MobileDevice', Identity=self.guid, WhatIf=True)
        self.assertIsNone(statistics()['DeviceWipeRequestTime'])
        self.shell.get('Clear-MobileDevice', Identity=self.guid, AccountOnly=True, Confirm=False)
        row = statistics()
        self.assertEqual((row['Status'], row['LastAccountOnlyDeviceWipeRequestor'], row['DeviceWipeRequestTime']),
                         ('AccountOnlyDeviceWipePending', 'CONTOSO\\admin', None))
        self.assertIsNotNone(row['AccountOnlyDeviceWipeRequestTime'])
        self.shell.get('Clear-MobileDevice', Identity=self.guid, Confirm=False)
        row = statistics()
        self.assertEqual((row['Status'], row['LastDeviceWipeRequestor'], row['AccountOnlyDeviceWipeRequestTime']),
                         ('DeviceWipePending', 'CONTOSO\\admin', None))
        self.assertEqual(len(self.sim.state()['world']['wipes']), 1)
        self.shell.get('Clear-MobileDevice', Identity=self.guid, Cancel=True, Confirm=False)
        self.assertIsNone(statistics()['DeviceWipeRequestTime'])
        self.shell.get('Remove-MobileDevice', Identity=self.guid, Confirm=False)
        result = self.shell.run(('Get-MobileDevice', {'Identity': self.guid}))
        self.assertEqual((len(result.errors), result.objects), (1, []))
        self.assertEqual(len(self.sim.devices()), len(self.sim_devices) - 1)
        result = self.shell.run(('Clear-MobileDevice', {'Identity': self.guid, 'Confirm': False}))
        self.assertIn('NotFound', result.errors[0]['FullyQualifiedErrorId'])
        with Simulator(PROGRAM, http=True, mailboxes=1, wipe_delay=1) as sim, Shell(sim) as shell:
            guid = sim.devices()[0]['Device']['Guid']
            shell.get('Clear-MobileDevice', Identity=guid, Confirm=False)
            until = time.monotonic() + 20
            status = None
            while status != 'DeviceWipeSucceeded' and time.monotonic() < until:
                status = shell.get('Get-MobileDeviceStatistics', Identity=guid)[0]['Status']
            self.assertEqual(status, 'DeviceWipeSucceeded')

    def test_churn(self):
        told = self.sim.churn(add=3, change=4, remove=2, quarantine=2, mailboxes=2)
        now = {line['Device']['Guid']: line for line in self.sim.devices()}
        before = {line['Device']['Guid'] for line in self.sim_devices}
        self.assertEqual({d['Guid'] for d in told['added'] + told['quarantined']}, set(now) - before)
        self.assertEqual({d['Guid'] for d in told['removed']}, before - set(now))
        for kind in ('added', 'quarantined', 'changed'):
            for device in told[kind]:
                self.assertEqual(now[device['Guid']]['Device']['WhenChangedUTC'], told['time'])
        self.assertEqual({d['DeviceAccessState'] for d in told['quarantined']}, {'Quarantined'})
        for device in told['changed']:
            self.assertIn('(1)', now[device['Guid']]['Device']['FriendlyName'])
        for box in told['mailboxes']:
            self.assertIn(box['id'], self.shell.get('Get-CASMailbox', Identity=box['Guid'])[0][box['list']])
        self.assertEqual(self.sim.state()['world']['devices'], len(now))
        self.sim.control('POST', '/__reset')
        again = self.sim.churn(add=3, change=4, remove=2, quarantine=2, mailboxes=2)
        untimed = lambda report: {k: v for k, v in report.items() if k != 'time'}
        self.assertEqual(untimed(again), untimed(told), 'it follows from the seed')
        with self.assertRaises(HttpError):
            self.sim.churn(adds=3)

    def test_seed_and_life(self):
        options = {'http': True, 'mailboxes': 30, 'today': '2026-05-04'}
        with Simulator(PROGRAM, seed=7, **options) as one, Simulator(PROGRAM, seed=7, **options) as two, \
                Simulator(PROGRAM, seed=8, **options) as three:
            self.assertEqual(one.devices(), two.devices())
            self.assertFalse({d['Device']['Guid'] for d in one.devices()}
                             & {d['Device']['Guid'] for d in three.devices()})
        with Simulator(PROGRAM, life=6000, **options) as sim:
            until = time.monotonic() + 20
            while sim.state()['world']['churned'] < 30 and time.monotonic() < until:
                time.sleep(0.05)
            self.assertGreaterEqual(sim.state()['world']['churned'], 30)


class Protocol(World):

    options = {'mailboxes': 3000, 'http': True}

    def test_opening(self):
        kinds = [kind for kind, _, _, _ in self.shell.opening]
        self.assertEqual(kinds, [simclient.CAPABILITY, simclient.PRIVATE_DATA, simclient.POOL_STATE])
        self.assertEqual([pool == bytes(16) for _, pool, _, _ in self.shell.opening], [True, False, False])
        self.shell.timeout = 0.3
        self.assertFault(TIMED_OUT, self.shell.receive)

    def test_fragmented_command(self):
        result = self.shell.run(('Get-MobileDevice', {'ResultSize': 2}), cut=300)
        self.assertEqual((len(result.objects), result.state), (2, COMPLETED))
        command = self.shell.start(('Get-MobileDevice', {'ResultSize': 2}))
        with self.assertRaises(HttpError) as caught:
            self.shell.send(simclient.WINDOWS + 'Send', (
                f'<r:Send><r:Stream Name="stdin" CommandId="{command}">'
                f'{base64.b64encode(bytes(30)).decode()}</r:Stream></r:Send>'))
        self.assertEqual(caught.exception.status, 500)
        self.assertFault(SHELL_GONE, self.shell.send, simclient.WINDOWS + 'Send',
                         f'<r:Send><r:Stream Name="stdin" CommandId="{uuid.uuid4()}">AAAA</r:Stream></r:Send>')

    def test_stop(self):
        command = self.shell.start(('Get-MobileDevice', {'ResultSize': 'Unlimited'}))
        stream, messages = simclient.Messages(), []
        messages += [m for data in self.shell.receive(command)[0] for m in stream.feed(data)]
        self.shell.signal(command, 'powershell/signal/crtl_c')
        done = False
        while not done:
            streams, done = self.shell.receive(command)
            messages += [m for data in streams for m in stream.feed(data)]
        self.assertEqual(messages[-1][0], simclient.STATE)
        self.assertIn('<I32 N="PipelineState">3</I32>', messages[-1][3])
        self.assertLess(len(messages), 6000)
        self.assertFault(SHELL_GONE, self.shell.receive, command)
        self.shell.signal(command)
        self.assertFault(SHELL_GONE, self.shell.signal, command)

    def test_receive_ends_with_its_command_and_shell(self):
        for end in ('terminate', 'delete', 'kill'):
            with Shell(self.sim) as shell:
                waiting = Shell(self.sim, open_it=False)
                waiting.id = shell.id
                faults = []

                def wait():
                    try:
                        waiting.receive()
                    except HttpError as fault:
                        faults.append(fault.code)

                thread = threading.Thread(target=wait)
                thread.start()
                until = time.monotonic() + 20
                while self.sim.state()['requests']['Receive'] < 2 and time.monotonic() < until:
                    pass
                time.sleep(0.2)
                if end == 'kill':
                    self.sim.fault('kill-shells', action='Signal')
                    with self.assertRaises(HttpError):
                        shell.signal(str(uuid.uuid4()))
                else:
                    shell.delete()
                thread.join()
                self.assertEqual(faults, [ABORTED])
                waiting.connection.close()
            self.sim.control('POST', '/__reset')

    def test_client_that_goes_while_it_waits(self):
        waiting = Shell(self.sim, open_it=False)
        waiting.id = self.shell.id
        waiting.connection.timeout = 0.3
        with self.assertRaises(OSError):
            waiting.receive()
        waiting.connection.close()
        self.assertEqual(len(self.shell.get('Get-MobileDevice', ResultSize=2)), 2)

    def test_others_shells(self):
        with Shell(self.sim) as other:
            self.shell.delete()
            self.assertFault(SHELL_GONE, self.shell.start, ('Get-MobileDevice', {}))
            self.assertFault(SHELL_GONE, self.shell.delete)
            self.assertFault(SHELL_GONE, other.receive, str(uuid.uuid4()).upper())
            self.shell.id = other.id
            self.assertFault(2150859223, self.shell.create)
            command = other.start(('Get-MobileDevice', {}))
            with self.assertRaises(HttpError) as caught:
                other.send(simclient.WINDOWS + 'Command', (
                    f'<r:CommandLine CommandId="{command}"><r:Command/><r:Arguments>AAAA</r:Arguments>'
                    '</r:CommandLine>'))
            self.assertEqual(caught.exception.code, 2150859222)

    def test_ledger(self):
        self.shell.get('Get-MobileDevice', ResultSize=1)
        self.assertEqual(self.sim.state()['ledger']['repeated'], 0)
        original = uuid.uuid4
        fixed = original()
        uuid.uuid4 = lambda: fixed
        try:
            for _ in range(2):
                with self.assertRaises(HttpError):
                    self.shell.signal(str(original()))
        finally:
            uuid.uuid4 = original
        ledger = self.sim.state()['ledger']
        self.assertEqual((ledger['repeated'], ledger['repeats'][0]['action']), (1, 'Signal'))


class Faults(World):

    options = {'mailboxes': 50, 'http': True}

    def receive_body(self, command):
        return simclient.ENVELOPE.format(
            url=self.shell.url, resource=simclient.RESOURCE, action=simclient.WINDOWS + 'Receive',
            envelope=512000, message=uuid.uuid4(), timeout=20,
            selector=f'<w:SelectorSet><w:Selector Name="ShellId">{self.shell.id}</w:Selector></w:SelectorSet>',
            body=f'<r:Receive><r:DesiredStream CommandId="{command}">stdout</r:DesiredStream></r:Receive>')

    def receive_raw(self):
        """The first Receive of a pipeline, as text."""
        command = self.shell.start(('Get-MobileDevice', {'ResultSize': 5}))
        return self.shell.post(self.receive_body(command))

    def reconnect(self):
        self.shell.connection.close()
        self.shell.connection = simclient.connect(self.sim, 20)

    def test_lost_connections(self):
        for kind, done in (('drop', 0), ('drop-after', 1), ('truncate', 1)):
            self.sim.control('POST', '/__reset')
            with Shell(self.sim) as shell:
                self.sim.fault(kind, action='Command')
                with self.assertRaises(LOST):
                    shell.start(('Get-MobileDevice', {}))
                shell.connection.close()
                state = self.sim.state()
                self.assertEqual((state['shells'][0]['commands'], state['faults']), (done, []), kind)
                shell.connection = simclient.connect(self.sim, 20)
                self.assertEqual(len(shell.get('Get-MobileDevice', ResultSize=1)), 1)

    def test_count_and_after(self):
        self.sim.fault('status', action='Command', status=503, body='busy', count=2, after=1)
        self.shell.start(('Get-MobileDevice', {}))
        for _ in range(2):
            with self.assertRaises(HttpError) as caught:
                self.shell.start(('Get-MobileDevice', {}))
            self.assertEqual((caught.exception.status, caught.exception.text), (503, 'busy'))
        self.shell.start(('Get-MobileDevice', {}))
        self.sim.fault('denied')
        self.sim.control('DELETE', '/__fault')
        self.shell.start(('Get-MobileDevice', {}))

    def test_faults_instead(self):
        self.sim.fault('timeout')
        self.assertFault(TIMED_OUT, self.shell.start, ('Get-MobileDevice', {}))
        self.sim.fault('denied')
        self.assertFault(5, self.shell.start, ('Get-MobileDevice', {}))
        self.sim.fault('kill-shell')
        self.assertFault(SHELL_GONE, self.shell.start, ('Get-MobileDevice', {}))
        self.sim.fault('html')
        with self.assertRaises(ElementTree.ParseError):
            self.shell.start(('Get-MobileDevice', {}))
        self.sim.fault('redirect')
        with self.assertRaises(HttpError) as caught:
            self.shell.start(('Get-MobileDevice', {}))
        self.assertEqual(caught.exception.status, 307)

    def test_slow(self):
        self.sim.fault('delay', action='Command', ms=300)
        begun = time.monotonic()
        self.shell.start(('Get-MobileDevice', {}))
        self.assertGreaterEqual(time.monotonic() - begun, 0.29)
        self.sim.fault('slow', action='Command', ms=20000)
        self.shell.connection.timeout = 0.3
        self.reconnect()
        self.shell.connection.timeout = 0.3
        with self.assertRaises(OSError):
            self.shell.start(('Get-MobileDevice', {}))
        self.reconnect()
        self.sim.fault('drip', action='Command', ms=1)
        self.shell.start(('Get-MobileDevice', {}))

    def test_wrong_lengths(self):
        self.sim.fault('no-length', action='Command')
        self.shell.start(('Get-MobileDevice', {}))
        for kind, done in (('hang', 0), ('hang-after', 1), ('long-length', 1)):
            before = self.sim.state()['shells'][0]['commands']
            self.reconnect()
            self.shell.connection.timeout = 0.5
            self.sim.fault(kind, action='Command')
            with self.assertRaises(TimeoutError):
                self.shell.start(('Get-MobileDevice', {}))
            state = self.sim.state()
            self.assertEqual((state['faults'], state['shells'][0]['commands'] - before), ([], done), kind)
        self.reconnect()
        self.sim.fault('endless', action='Receive')
        command = self.shell.start(('Get-MobileDevice', {'ResultSize': 5}))
        self.shell.connection.request('POST', self.shell.path, self.receive_body(command).encode(),
                                      self.shell.headers)
        response = self.shell.connection.getresponse()
        self.assertEqual(sum(len(response.read(65536)) for _ in range(40)), 40 * 65536)
        response.close()
        self.reconnect()
        self.assertEqual(len(self.shell.get('Get-MobileDevice', ResultSize=1)), 1)

    def test_hostile_xml(self):
        for kind, mark in (('doctype', b'<!DOCTYPE'), ('entity-bomb', b'&e10;'), ('deep', b'<rsp:x>' * 10000)):
            self.sim.fault(kind, action='Receive')
            self.assertIn(mark, self.receive_raw())

    def test_hostile_output(self):
        for kind in ('bad-base64', 'short-base64', 'fragment-order', 'fragment-object', 'fragment-length'):
            self.sim.fault(kind)
            streams = re.findall(rb'<rsp:Stream [^>]*>([^<]*)<', self.receive_raw())
            with self.assertRaises((AssertionError, ValueError, TypeError)):
                messages = simclient.Messages()
                for text in streams:
                    list(messages.feed(base64.b64decode(text, validate=True)))
                assert not messages.bytes and messages.open is None
        for kind, keys, mark in (('unknown-ref', {}, 'RefId="4711"'), ('deep-object', {}, '<Obj RefId="9999">'),
                                 ('payload', {'body': '<S>hi</S>'}, '<S>hi</S>')):
            self.sim.fault(kind, **keys)
            messages = simclient.Messages()
            texts = [m[3] for text in re.findall(rb'<rsp:Stream [^>]*>([^<]*)<', self.receive_raw())
                     for m in messages.feed(base64.b64decode(text, validate=True))]
            self.assertIn(mark, texts[0])

    def test_output_faults_wait_for_output(self):
        self.sim.fault('bad-base64')
        self.shell.timeout = 0.2
        self.assertFault(TIMED_OUT, self.shell.receive)
        self.assertEqual(len(self.sim.state()['faults']), 1)
        self.assertIn(b'!', self.receive_raw())
        self.assertEqual(self.sim.state()['faults'], [])

    def test_bad_orders(self):
        for body in ({'kind': 'nonsense'}, {}, {'kind': 'drop', 'acton': 'Create'}, {'kind': 'drop', 'count': -1},
                     {'kind': 'drop', 'action': 'Fly'}, {'kind': 7}, []):
            with self.assertRaises(HttpError) as caught:
                self.sim.control('POST', '/__fault', body)
            self.assertEqual(caught.exception.status, 400)
            self.assertIn('entity-bomb', caught.exception.text)
        for method, path, status in (('GET', '/__reset', 405), ('GET', '/__devices?mailbox=nobody', 404),
                                     ('GET', '/__nothing', 404), ('GET', '/PowerShell/', 405)):
            with self.assertRaises(HttpError) as caught:
                self.sim.control(method, path)
            self.assertEqual(caught.exception.status, status)


class Process(unittest.TestCase):

    def test_ends(self):
        for end in (signal.SIGTERM, signal.SIGINT, None):
            sim = Simulator(PROGRAM, http=True, mailboxes=5)
            shell = Shell(sim)
            command = shell.start(('Get-MobileDevice', {}))
            self.assertEqual(sim.ready['ready'], True)
            if end is None:
                self.assertEqual(sim.stop(), 0)
            else:
                sim.process.send_signal(end)
                self.assertEqual(sim.process.wait(20), 0)
                sim.stop()
            shell.connection.close()

    def test_bad_options(self):
        for arguments in (['--mailboxes', '0'], ['--objects', 'round'], ['--today', 'soon'], ['--nonsense'],
                          ['--port', '70000'], ['argument']):
            done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=60,
                                  stdin=subprocess.DEVNULL)
            self.assertNotEqual(done.returncode, 0, arguments)
            self.assertIn('ostiary-exchange-sim', done.stderr)
            self.assertNotIn('Sanitizer', done.stderr)

    def test_many_connections_at_once(self):
        with Simulator(PROGRAM, http=True, mailboxes=1) as sim:
            host, port = re.match(r'http://([\d.]+):(\d+)/', sim.url).groups()
            sockets = [socket.create_connection((host, int(port)), timeout=20) for _ in range(200)]
            for each in sockets:
                each.sendall(b'GET /__state HTTP/1.1\r\nHost: x\r\n\r\n')
            for each in sockets:
                self.assertTrue(each.recv(100).startswith(b'HTTP/1.1 200'))
                each.close()


class Million(unittest.TestCase):
    """1,000,000 devices, in a program without sanitizers."""

    def test_memory(self):
        program = PROGRAM
        if RELEASE:
            program = os.path.join(RELEASE, 'tests/exchange-sim/ostiary-exchange-sim')
        if not os.path.exists(program) or is_sanitized(program):
            self.skipTest('there is no build without sanitizers; set OSTIARY_RELEASE_BUILD')
        with Simulator(program, mailboxes=500000) as sim, Shell(sim) as shell:
            small = sim.memory()
            count = 0
            command = shell.start(('Get-MobileDevice', {'ResultSize': 'Unlimited'}))
            done = False
            while not done and (FULL or count < 60000):
                streams, done = shell.receive(command)
                count += sum(len(list(simclient.Messages().feed(data))) for data in streams)
            self.assertTrue(not FULL or count == 1000001, count)
            shell.signal(command)
            rest = ' -and '.join(f"DeviceId -notlike '{c}*'" for c in '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ')
            self.assertLess(len(shell.get('Get-MobileDevice', ResultSize='Unlimited', Filter=rest)), 100)
            sim.churn(add=500, change=500, remove=500)
            last = shell.get('Get-MobileDevice', ResultSize='Unlimited', Filter="DeviceId -like 'ZZ*'")
            self.assertLess(sim.memory(), 60 * 1024, 'KiB')
            print(f'# {count} devices, {sim.memory()} KiB at most ({small} at the start), '
                  f'{sim.cpu_seconds():.1f} s of CPU', file=sys.stderr)


if __name__ == '__main__':
    unittest.main()
