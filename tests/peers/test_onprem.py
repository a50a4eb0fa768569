#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test_onprem.py: backend onprem against Microsoft's PowerShell engine, field by field."""
import re
import unittest
from datetime import datetime, timezone

import peerlib
import probelib

LISTED = {
    'guid': 'Guid', 'device_id': 'DeviceId', 'identity': 'Identity',
    'distinguished_name': 'DistinguishedName', 'friendly_name': 'FriendlyName',
    'model': 'DeviceModel', 'type': 'DeviceType', 'os': 'DeviceOS',
    'os_language': 'DeviceOSLanguage', 'phone_number': 'DeviceTelephoneNumber',
    'imei': 'DeviceImei', 'mobile_operator': 'DeviceMobileOperator',
    'user_agent': 'DeviceUserAgent', 'client_type': 'ClientType',
    'client_version': 'ClientVersion', 'access_state': 'DeviceAccessState',
    'access_reason': 'DeviceAccessStateReason', 'access_rule': 'DeviceAccessControlRule',
    'originating_server': 'OriginatingServer',
    'first_sync': 'FirstSyncTime', 'created': 'WhenCreatedUTC', 'changed': 'WhenChangedUTC',
}
STATISTICS = {
    'guid': 'Guid', 'device_id': 'DeviceID', 'identity': 'Identity',
    'friendly_name': 'DeviceFriendlyName', 'model': 'DeviceModel', 'type': 'DeviceType',
    'os': 'DeviceOS', 'os_language': 'DeviceOSLanguage', 'phone_number': 'DevicePhoneNumber',
    'imei': 'DeviceImei', 'user_agent': 'DeviceUserAgent', 'client_type': 'ClientType',
    'client_version': 'ClientVersion', 'first_sync': 'FirstSyncTime',
    'last_sync_attempt': 'LastSyncAttemptTime', 'last_success_sync': 'LastSuccessSync',
    'last_policy_update': 'LastPolicyUpdateTime', 'policy_applied': 'DevicePolicyApplied',
    'policy_status': 'DevicePolicyApplicationStatus', 'folders_synced': 'NumberOfFoldersSynced',
    'wipe_status': 'Status', 'wipe_requested': 'DeviceWipeRequestTime',
    'wipe_sent': 'DeviceWipeSentTime', 'wipe_acknowledged': 'DeviceWipeAckTime',
}
MAILBOX = {
    'guid': 'Guid', 'distinguished_name': 'DistinguishedName', 'identity': 'Identity',
    'name': 'Name', 'display_name': 'DisplayName', 'primary_smtp_address': 'PrimarySmtpAddress',
    'addresses': 'EmailAddresses', 'sam_account_name': 'SamAccountName',
    'activesync_enabled': 'ActiveSyncEnabled', 'has_partnership': 'HasActiveSyncDevicePartnership',
    'policy': 'ActiveSyncMailboxPolicy', 'policy_is_defaulted': 'ActiveSyncMailboxPolicyIsDefaulted',
    'allowed_device_ids': 'ActiveSyncAllowedDeviceIDs',
    'blocked_device_ids': 'ActiveSyncBlockedDeviceIDs', 'changed': 'WhenChangedUTC',
    'server': 'ServerName',
}
RECIPIENT = {
    'guid': 'Guid', 'distinguished_name': 'DistinguishedName', 'identity': 'Identity',
    'name': 'Name', 'display_name': 'DisplayName', 'primary_smtp_address': 'PrimarySmtpAddress',
    'addresses': 'EmailAddresses', 'sam_account_name': 'SamAccountName', 'alias': 'Alias',
    'has_partnership': 'HasActiveSyncDevicePartnership', 'changed': 'WhenChangedUTC',
    'recipient_type': 'RecipientTypeDetails', 'organisational_unit': 'OrganizationalUnit',
}
OLDER = ('Get-MobileDevice,Get-MobileDeviceStatistics,Clear-MobileDevice,Remove-MobileDevice,'
         'Get-MobileDeviceMailboxPolicy')
TIME = re.compile(r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)$')


def microseconds(text):
    """RFC 3339 with .NET's seven digits."""
    whole, _, rest = text.rstrip('Z').removesuffix('+00:00').partition('.')
    moment = datetime.strptime(whole, '%Y-%m-%dT%H:%M:%S').replace(tzinfo=timezone.utc)
    return int(moment.timestamp()) * 1000000 + int((rest + '000000')[:6])


def expected(truth, names):
    """What our object of one of the peer's must be: null and empty are unknown."""
    result = {}
    for ours, theirs in names.items():
        value = truth[theirs]
        if value is None or value == '':
            continue
        if isinstance(value, str) and TIME.match(value):
            value = microseconds(value)
        result[ours] = value
    return result


class Case(unittest.TestCase):
    maxDiff = 3000

    def assert_same(self, found, truths, names, without=()):
        """Every object is there once, with these fields and no others."""
        wanted = {truth['Guid']: expected(truth, names) for truth in truths}
        self.assertEqual(len(found), len(wanted))
        for thing in found:
            mine = {name: value for name, value in thing.items() if name not in without}
            self.assertEqual(mine, wanted.pop(thing['guid']))
        self.assertEqual(wanted, {})

    def assert_done(self, answer):
        self.assertTrue(answer.ok, answer)
        return answer

    def assert_failed(self, answer, code, *words):
        self.assertFalse(answer.ok, answer)
        self.assertEqual(answer.code, code, answer.error)
        for word in ('connection ‘peer’', 'localhost', *words):
            self.assertIn(word, answer.error)
        return answer

    def peer(self, **options):
        peer = peerlib.Peer(**options)
        self.addCleanup(peer.stop)
        return peer

    def probe(self, peer, **settings):
        probe = probelib.Probe(peer, **settings)
        self.addCleanup(probe.stop)
        return probe

    def opened(self, peer, **settings):
        probe = self.probe(peer, **settings)
        self.assert_done(probe.open())
        return probe


class Reading(Case):
    """A world with awkward names, values of 60 kB, half surrogate pairs and odd ids."""

    @classmethod
    def setUpClass(cls):
        cls.shared = peerlib.Peer(mailboxes=60, devices_per_mailbox=3, hazards='on', ous=4,
                                  odd_ids='on', filter_whenchanged='on')
        cls.addClassCleanup(cls.shared.stop)

    def setUp(self):
        self.shared.reset()
        self.backend = self.opened(self.shared)

    def truth(self):
        return list(self.shared.devices())

    def test_every_device_and_every_field(self):
        answer = self.assert_done(self.backend.run('list', 'device'))
        devices = [line['Device'] for line in self.truth()]
        self.assert_same(answer.objects, devices, LISTED, without=('owner_dn',))
        self.assertEqual(answer.warnings, [])
        self.assertEqual(answer.notes['domain-controller'], 'DC01.contoso.com')
        texts = [device.get('friendly_name', '') for device in answer.objects]
        self.assertTrue(any('\ufffd' in text for text in texts))
        self.assertTrue(any('\uffff' in text for text in texts))
        self.assertTrue(any(len(device.get('user_agent', '')) > 60000
                            for device in answer.objects))

    def test_owner_is_the_mailbox(self):
        mailboxes = {line['Alias']: line['CASMailbox'] for line in self.shared.mailboxes()}
        owners = {line['Device']['Guid']: mailboxes[line['Alias']]['DistinguishedName']
                  for line in self.truth()}
        for device in self.backend.run('list', 'device').objects:
            self.assertEqual(device['owner_dn'], owners[device['guid']])

    def test_slices_are_everything(self):
        prefixes = [*'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ']
        found = {}
        for prefix in prefixes:
            answer = self.assert_done(self.backend.run('list', 'device', prefix=prefix))
            found |= {device['guid']: device for device in answer.objects}
        rest = self.assert_done(self.backend.run('list', 'device', **{'except': prefixes}))
        self.assertGreater(len(rest.objects), 0)
        found |= {device['guid']: device for device in rest.objects}
        self.assert_same(list(found.values()), [line['Device'] for line in self.truth()], LISTED,
                         without=('owner_dn',))

    def test_one_device(self):
        truth = self.truth()[7]
        answer = self.assert_done(self.backend.run('get', 'device', truth['Device']['Guid']))
        self.assert_same(answer.objects, [truth['Device']], LISTED, without=('owner_dn',))
        answer = self.backend.run('get', 'device', truth['Device']['Guid'], view='statistics')
        self.assert_done(answer)
        self.assert_same(answer.objects, [truth['Statistics']], STATISTICS)
        self.assert_failed(self.backend.run('get', 'device', '11111111-2222-3333-4444-555555555555'),
                           'not-found', 'Get-MobileDevice')

    def test_statistics_of_every_mailbox(self):
        for line in self.shared.mailboxes():
            answer = self.backend.run('list', 'device', view='statistics',
                                      mailbox=line['CASMailbox']['Guid'])
            self.assert_done(answer)
            truth = [device['Statistics'] for device in self.shared.devices(line['Alias'])]
            self.assert_same(answer.objects, truth, STATISTICS)

    def test_devices_of_one_mailbox(self):
        for line in list(self.shared.mailboxes())[:14]:
            for identity in (line['CASMailbox']['Guid'], line['CASMailbox']['DistinguishedName']):
                answer = self.assert_done(self.backend.run('list', 'device', mailbox=identity))
                truth = [device['Device'] for device in self.shared.devices(line['Alias'])]
                self.assert_same(answer.objects, truth, LISTED, without=('owner_dn',))

    def test_mailboxes(self):
        self.shared.churn(mailboxes=5)
        truth = list(self.shared.mailboxes())
        answer = self.assert_done(self.backend.run('list', 'mailbox'))
        self.assert_same(answer.objects, [line['CASMailbox'] for line in truth], MAILBOX)
        answer = self.assert_done(self.backend.run('list', 'mailbox', view='recipient'))
        self.assert_same(answer.objects, [line['Recipient'] for line in truth], RECIPIENT)
        for line in truth[:14]:
            for identity in (line['CASMailbox']['Guid'], line['CASMailbox']['DistinguishedName']):
                answer = self.assert_done(self.backend.run('get', 'mailbox', identity))
                self.assert_same(answer.objects, [line['CASMailbox']], MAILBOX)
                answer = self.backend.run('get', 'mailbox', identity, view='recipient')
                self.assert_same(self.assert_done(answer).objects, [line['Recipient']], RECIPIENT)
        self.assert_failed(
            self.backend.run('get', 'mailbox', 'CN=Nobody,CN=Users,DC=contoso,DC=com'), 'not-found')

    def test_what_changed(self):
        touched = self.shared.churn(add=3, change=4, quarantine=2, mailboxes=3)
        since = microseconds(touched['time'])
        new = {device['guid'] for device in touched['added'] + touched['quarantined']}
        changed = new | {device['guid'] for device in touched['changed']}
        answer = self.assert_done(self.backend.run('list', 'device', changed_since=since))
        self.assertEqual({device['guid'] for device in answer.objects}, changed)
        answer = self.assert_done(self.backend.run('list', 'device', first_sync_since=since))
        self.assertEqual({device['guid'] for device in answer.objects}, new)
        answer = self.assert_done(self.backend.run('list', 'device', state='Quarantined'))
        self.assertEqual({device['guid'] for device in answer.objects},
                         {device['guid'] for device in touched['quarantined']})
        answer = self.assert_done(self.backend.run('list', 'mailbox', changed_since=since))
        self.assertEqual(len(answer.objects), 3)
        later = since + 2000000
        self.assertEqual(self.backend.run('list', 'device', changed_since=later).objects, [])

    def test_limit(self):
        self.assert_failed(self.backend.run('list', 'device', limit=10), 'incomplete', '10 objects')
        answer = self.backend.run('list', 'device', limit=10)
        self.assertEqual(len(answer.objects), 10)
        self.assert_done(self.backend.run('list', 'device', limit=100000))

    def test_configuration(self):
        self.shared.churn(quarantine=1)
        state = self.shared.state()['world']
        rules = self.assert_done(self.backend.run('list', 'access-rule')).objects
        self.assertEqual([(rule['query_string'], rule['characteristic'], rule['level'])
                          for rule in rules],
                         [(rule['queryString'], rule['characteristic'], rule['accessLevel'])
                          for rule in state['rules']])
        policies = self.assert_done(self.backend.run('list', 'mailbox-policy')).objects
        self.assertEqual([(policy['name'], policy['is_default'], policy['password_enabled'],
                           policy['allow_non_provisionable']) for policy in policies],
                         [(policy['name'], policy['isDefault'], policy['passwordEnabled'],
                           policy['allowNonProvisionableDevices']) for policy in state['policies']])
        settings, = self.assert_done(self.backend.run('list', 'organisation-settings')).objects
        self.assertEqual(settings['default_level'], state['organization']['defaultAccessLevel'])
        self.assertEqual(settings['admin_recipients'], state['organization']['adminMailRecipients'])
        self.assertEqual(settings['user_mail_insert'], state['organization']['userMailInsert'])
        classes = self.assert_done(self.backend.run('list', 'device-class')).objects
        self.assertIn(('iPhone', 'iPhone15C2'), {(c['type'], c['model']) for c in classes})
        servers = self.assert_done(self.backend.run('list', 'server')).objects
        self.assertEqual([server['fqdn'] for server in servers],
                         ['ex01.contoso.com', 'ex02.contoso.com'])
        one = self.assert_done(self.backend.run('get', 'access-rule', rules[0]['guid'])).objects
        self.assertEqual(one, rules)

    def test_nothing_else_is_done(self):
        guid = '11111111-2222-3333-4444-555555555555'
        for verb in ('create', 'update', 'remove', 'allow', 'block', 'release', 'wipe',
                     'cancel-wipe'):
            self.assert_failed(self.backend.run(verb, 'device', guid), 'not-supported')
        self.assert_failed(self.backend.run('list', 'group'), 'not-supported')
        changes = [change['cmdlet'] for change in self.shared.state()['world']['changes']]
        self.assertEqual(set(changes), {'Set-ADServerSettings'})

    def test_a_reader_that_has_enough(self):
        answer = self.backend.run('list', 'device', options={'stop-after': 5})
        self.assertEqual((answer.code, len(answer.objects)), ('cancelled', 5))
        self.assert_done(self.backend.run('list', 'device'))

    def test_closing_deletes_the_shell_and_nothing_was_sent_twice(self):
        self.assert_done(self.backend.run('list', 'device'))
        self.assertEqual(len(self.shared.state()['shells']), 1)
        self.backend.close()
        state = self.shared.state()
        self.assertEqual(state['shells'], [])
        self.assertEqual(state['ledger']['repeated'], 0)


class Rights(Case):
    def test_only_the_older_names(self):
        peer = self.peer(mailboxes=20, deny=OLDER)
        backend = self.opened(peer)
        truth = list(peer.devices())
        answer = self.assert_done(backend.run('list', 'device'))
        self.assert_same(answer.objects, [line['Device'] for line in truth], LISTED,
                         without=('owner_dn',))
        self.assertEqual(answer.warnings, [])
        mailbox = next(peer.mailboxes())['CASMailbox']['Guid']
        answer = self.assert_done(backend.run('list', 'device', view='statistics', mailbox=mailbox))
        self.assert_same(answer.objects, [line['Statistics'] for line in peer.devices('ann')],
                         STATISTICS)
        policies = self.assert_done(backend.run('list', 'mailbox-policy')).objects
        self.assertEqual([policy['password_enabled'] for policy in policies], [False, True])
        steps = self.assert_done(backend.run('list', 'grant')).steps
        self.assertTrue(steps['cmdlet:Get-MobileDevice']['ok'])
        self.assertIn('other name', steps['cmdlet:Get-MobileDevice']['detail'])

    def test_what_is_missing_is_named_with_its_role(self):
        peer = self.peer(mailboxes=5, deny='Get-Recipient,Set-CASMailbox:ActiveSyncBlockedDeviceIDs,'
                                           'Get-CASMailbox:Filter,Clear-MobileDevice')
        backend = self.opened(peer, mode='enforce')
        answer = self.assert_done(backend.run('list', 'device'))
        self.assertTrue(any('Get-Recipient is not granted' in text for text in answer.warnings))
        answer = self.assert_failed(backend.run('list', 'mailbox', view='recipient'), 'denied',
                                    'Get-Recipient')
        self.assertIn('likely ‘Mail Recipients’', answer.remedy)
        self.assert_failed(backend.run('list', 'mailbox'), 'denied', 'Get-CASMailbox')
        answer = self.assert_done(backend.run('list', 'grant'))
        self.assertFalse(answer.steps['cmdlet:Get-Recipient']['ok'])
        step = answer.steps['cmdlet:Set-CASMailbox']
        self.assertEqual((step['ok'], step['detail']),
                         (False, 'granted without -ActiveSyncBlockedDeviceIDs'))
        self.assertIn('likely ‘Organization Client Access’', step['remedy'])
        self.assertEqual(answer.steps['cmdlet:Clear-MobileDevice']['detail'],
                         'not granted, not needed')
        self.assertTrue(answer.steps['cmdlet:Clear-MobileDevice']['ok'])
        grants = {(grant['cmdlet'], grant.get('parameter')): grant for grant in answer.objects}
        self.assertEqual(len(grants), len(answer.objects))
        self.assertFalse(grants['Get-CASMailbox', 'Filter']['granted'])
        self.assertTrue(grants['Get-CASMailbox', 'Filter']['needed'])
        self.assertTrue(grants['Get-CASMailbox', None]['granted'])

    def test_no_pre_flight_is_no_end(self):
        for deny in ('Get-Command', 'Get-Command,' + OLDER):
            with self.subTest(deny):
                peer = self.peer(mailboxes=2, deny=deny)
                backend = self.opened(peer)
                answer = self.assert_done(backend.run('list', 'device'))
                self.assertEqual(len(answer.objects), 4)
                self.assertTrue(any('not known what' in text for text in answer.warnings))
                self.assert_done(backend.run('list', 'mailbox-policy'))
                self.assert_failed(backend.run('list', 'grant'), 'denied', 'Get-Command')

    def test_no_devices_at_all(self):
        peer = self.peer(mailboxes=2, deny='Get-MobileDevice,Get-ActiveSyncDevice')
        backend = self.opened(peer)
        self.assert_failed(backend.run('list', 'device'), 'denied', 'Get-MobileDevice')
        steps = self.assert_done(backend.run('list', 'grant')).steps
        self.assertFalse(steps['cmdlet:Get-MobileDevice']['ok'])

    def test_no_view_of_the_forest(self):
        peer = self.peer(mailboxes=2, deny='Set-ADServerSettings')
        backend = self.probe(peer)
        answer = self.assert_done(backend.open())
        self.assertFalse(answer.steps['view-entire-forest']['ok'])
        for kind in ('device', 'mailbox'):
            answer = self.assert_failed(backend.run('list', kind), 'denied', 'Set-ADServerSettings')
            self.assertIn('view-entire-forest=no', answer.remedy)
        self.assert_done(backend.run('list', 'access-rule'))
        self.assertFalse(self.assert_done(backend.run('list', 'grant'))
                         .steps['cmdlet:Set-ADServerSettings']['ok'])
        backend = self.opened(peer, view_entire_forest='no')
        self.assert_done(backend.run('list', 'device'))

    def test_a_scope_that_the_view_lifts(self):
        peer = self.peer(mailboxes=20, ous=2, scope='contoso.com/Users')
        everything = {line['Device']['Guid'] for line in peer.devices()}
        backend = self.opened(peer)
        answer = self.assert_done(backend.run('list', 'device'))
        self.assertEqual({device['guid'] for device in answer.objects}, everything)
        backend = self.opened(peer, view_entire_forest='no')
        answer = self.assert_done(backend.run('list', 'device'))
        self.assertLess(len(answer.objects), len(everything))

    def test_no_version_is_no_end(self):
        peer = self.peer(mailboxes=2, deny='Get-ExchangeServer')
        backend = self.probe(peer)
        answer = self.assert_done(backend.open())
        self.assertTrue(any('not known' in text for text in answer.warnings))
        self.assert_done(backend.run('list', 'device'))


class Check(Case):
    def test_steps(self):
        peer = self.peer(mailboxes=2, filter_whenchanged='on')
        backend = self.probe(peer)
        opened = self.assert_done(backend.open())
        self.assertEqual(list(opened.steps),
                         ['authentication', 'shell', 'view-entire-forest', 'version'])
        self.assertEqual(opened.notes['server'], 'ex01.contoso.com (addressed as localhost)')
        self.assertEqual(opened.notes['version'], 'Version 15.2 (Build 1544.9)')
        self.assertEqual(opened.notes['account'], 'admin')
        answer = self.assert_done(backend.run('list', 'grant'))
        self.assertTrue(all(step['ok'] for step in answer.steps.values()), answer.steps)
        self.assertIn('can be asked for', answer.steps['filter:WhenChangedUTC']['detail'])

    def test_a_server_that_cannot_filter_by_change(self):
        peer = self.peer(mailboxes=2)
        backend = self.opened(peer)
        self.assert_failed(backend.run('list', 'device', changed_since=0), 'not-supported')
        # The second time it is known, and nothing is sent.
        answer = self.assert_failed(backend.run('list', 'device', changed_since=0), 'not-supported')
        self.assertEqual(answer.end['requests'], 0)
        self.assert_done(backend.run('list', 'device', first_sync_since=0))
        step = self.assert_done(backend.run('list', 'grant')).steps['filter:WhenChangedUTC']
        self.assertIn('cannot filter', step['detail'])

    def test_a_second_session_asks_for_less(self):
        peer = self.peer(mailboxes=2)
        backend = self.probe(peer)
        first = self.assert_done(backend.open())
        self.assert_done(backend.run('list', 'device'))
        backend.close()
        second = self.assert_done(backend.open())
        self.assertLess(second.end['requests'], first.end['requests'])
        self.assertEqual(second.notes, first.notes)
        self.assertLess(self.assert_done(backend.run('list', 'device')).end['requests'], 6)


class Trouble(Case):
    @classmethod
    def setUpClass(cls):
        cls.shared = peerlib.Peer(mailboxes=400, devices_per_mailbox=2)
        cls.addClassCleanup(cls.shared.stop)

    def setUp(self):
        self.shared.reset()

    def test_wrong_password_is_one_attempt(self):
        here = self.shared.https_url
        servers = f'{here};{here}/PowerShell/;{here.replace("localhost", "127.0.0.1")}'
        backend = self.probe(self.shared, server=servers, password='wrong')
        answer = backend.open()
        self.assert_failed(answer, 'sign-in')
        self.assertFalse(answer.steps['authentication']['ok'])
        self.assertEqual(self.shared.state()['ledger']['unauthenticated'], 1)

    def test_the_next_server_after_one_that_is_away(self):
        backend = self.probe(self.shared, server=f'localhost:9;{self.shared.https_url}')
        answer = self.assert_done(backend.open())
        self.assertTrue(answer.steps['shell']['ok'])
        self.assert_done(backend.run('list', 'device'))
        backend = self.probe(self.shared, server='localhost:9;127.0.0.1:9')
        answer = self.assert_failed(backend.open(), 'unavailable', '127.0.0.1')

    def test_a_shell_that_ended_meanwhile_is_replaced(self):
        backend = self.opened(self.shared)
        self.assert_done(backend.run('list', 'device'))
        self.shared.fault('kill-shells', action='Command')
        answer = self.assert_done(backend.run('list', 'device'))
        self.assertEqual(len(answer.objects), 800)
        self.assertEqual(len(self.shared.state()['shells']), 1)

    def test_a_shell_that_ends_in_the_middle(self):
        backend = self.opened(self.shared)
        self.assert_done(backend.run('list', 'device', limit=100000))
        self.shared.fault('kill-shell', action='Receive', after=4)
        answer = self.assert_failed(backend.run('list', 'device'), 'incomplete')
        self.assertLess(len(answer.objects), 800)
        self.assert_done(backend.run('list', 'device'))

    def test_lost_replies(self):
        for kind in ('drop', 'drop-after', 'truncate', 'doctype', 'short-base64', 'fragment-order',
                     'payload'):
            with self.subTest(kind):
                self.shared.reset()
                backend = self.opened(self.shared)
                keys = {'body': '<S>not a device</S>'} if kind == 'payload' else {}
                self.assert_done(backend.run('list', 'mailbox-policy'))
                self.shared.fault(kind, action='Receive', after=3, **keys)
                answer = backend.run('list', 'device')
                self.assertFalse(answer.ok)
                self.assertIn(answer.code, ('incomplete', 'protocol'))
                self.assertLess(len(answer.objects), 800)
                self.shared.clear_faults()
                self.assertEqual(len(self.assert_done(backend.run('list', 'device')).objects), 800)
                self.assertEqual(self.shared.state()['ledger']['repeated'], 0)
                backend.close()

    def test_a_command_of_unknown_outcome(self):
        backend = self.opened(self.shared)
        self.shared.fault('drop-after', action='Command')
        self.assert_failed(backend.run('list', 'access-rule'), 'timed-out')
        self.assert_done(backend.run('list', 'access-rule'))

    def test_busy_and_refused(self):
        self.shared.fault('status', status=503, action='Create')
        answer = self.probe(self.shared).open()
        self.assertFalse(answer.ok)
        self.assertIn(answer.code, ('unavailable', 'throttled'))
        self.shared.fault('denied', action='Create')
        self.assert_failed(self.probe(self.shared).open(), 'denied')

    def test_too_many_shells(self):
        peer = self.peer(mailboxes=1, max_shells=1)
        self.opened(peer)
        self.assert_failed(self.probe(peer).open(), 'throttled')

    def test_a_shell_that_a_crash_left_is_ended(self):
        first = probelib.Probe(self.shared)
        identity, detail = self.assert_done(first.open()).kept[0]
        first.kill()
        first.stop()
        self.assertEqual(len(self.shared.state()['shells']), 1)
        second = self.probe(self.shared)
        second.left_over(identity, detail)
        self.assert_done(second.open())
        shells = self.shared.state()['shells']
        self.assertEqual(len(shells), 1)
        self.assertNotIn(identity.lower(), str(shells).lower())

    def test_slow_exchange_says_so(self):
        peer = self.peer(mailboxes=1, budget='2/60/20')
        backend = self.opened(peer)
        answer = self.assert_done(backend.run('list', 'access-rule'))
        self.assertTrue(any('slows this account down' in text for text in answer.warnings))


if __name__ == '__main__':
    peerlib.run_tests()
