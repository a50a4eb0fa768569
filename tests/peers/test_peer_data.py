#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test_peer_data.py: what exchange-peer's cmdlets find: units, scopes, times and filters."""
import itertools
import re
import string

import peerlib
import rawclient
from peertest import PeerTest, guids, literal

EVERYTHING = {'ResultSize': 'Unlimited'}
DEVICE_DN = r'^CN=(\\.|[^,\\])*,CN=ExchangeActiveSyncDevices,'


class Units(PeerTest):
    options = {'mailboxes': 90, 'ous': 8, 'odd_ids': 'on'}

    def units(self):
        return self.peer.state()['world']['units']

    def test_a_unit_is_found_by_each_of_its_names_and_holds_what_is_inside(self):
        shell = self.shell()
        owners = {m['Alias']: m['CASMailbox']['DistinguishedName'] for m in self.peer.mailboxes()}
        devices = [(line['Device']['Guid'], owners[line['Alias']]) for line in self.peer.devices()]
        units = self.units()
        self.assertEqual(len(units), 8)
        for unit in units:
            suffix = ',' + unit['distinguishedName']
            wanted = sorted(guid for guid, owner in devices if owner.endswith(suffix))
            self.assertGreater(len(wanted), 0)
            self.assertEqual(self.truth(ou=unit['canonicalName']), wanted)
            names = [unit['canonicalName'], unit['distinguishedName'], unit['guid']]
            if unit['name'] != 'Archive':
                names.append(unit['name'])
            for name in names:
                with self.subTest(name):
                    seen = shell.run('Get-MobileDevice', OrganizationalUnit=name, **EVERYTHING)
                    self.assertEqual(guids(seen), wanted)
            for command in ('Get-CASMailbox', 'Get-Recipient'):
                seen = shell.run(command, OrganizationalUnit=unit['guid'], **EVERYTHING)
                self.assertEqual(sorted(item['DistinguishedName'] for item in seen.objects),
                                 sorted(name for name in owners.values() if name.endswith(suffix)))

    def test_the_outermost_units_are_together_everything(self):
        shell, seen = self.shell(), []
        for unit in self.units():
            if unit['canonicalName'].replace('\\/', '').count('/') == 1:
                seen += guids(shell.run('Get-MobileDevice', OrganizationalUnit=unit['guid'], **EVERYTHING))
        self.assertEqual(sorted(seen), self.truth())
        domain = shell.run('Get-MobileDevice', OrganizationalUnit='contoso.com', **EVERYTHING)
        self.assertEqual(guids(domain), self.truth())

    def test_unknown_and_ambiguous_units_are_errors(self):
        shell = self.shell()
        for name, text in (('contoso.com/Nowhere', 'was not found'), ('', 'was not found'),
                           ('Archive', 'matches multiple')):
            for command in ('Get-MobileDevice', 'Get-ActiveSyncDevice', 'Get-CASMailbox', 'Get-Recipient'):
                with self.subTest(command, name=name):
                    result = shell.run(command, OrganizationalUnit=name)
                    self.assertEqual(result.objects, [])
                    self.assertRegex(result.errors[0], text)

    def test_a_filter_counts_inside_a_unit(self):
        shell, unit = self.shell(), self.units()[1]['guid']
        inside = shell.run('Get-MobileDevice', OrganizationalUnit=unit, **EVERYTHING)
        wanted = sorted(d['Guid'] for d in inside.objects if d['DeviceId'].upper().startswith('A'))
        result = shell.run('Get-MobileDevice', OrganizationalUnit=unit, Filter="DeviceId -like 'a*'", **EVERYTHING)
        self.assertGreater(len(wanted), 0)
        self.assertEqual(guids(result), wanted)

    def test_each_object_is_found_by_each_of_its_names(self):
        shell = self.shell()
        for mailbox in itertools.islice(self.peer.mailboxes(), 20):
            found = mailbox['CASMailbox']
            for name in (found['Identity'], found['DistinguishedName'], found['Guid'], mailbox['Alias'], found['Name']):
                with self.subTest(name):
                    self.assertEqual(guids(shell.run('Get-CASMailbox', Identity=name)), [found['Guid']])
        elsewhere = found['DistinguishedName'].partition(',')[0] + ',OU=Elsewhere,DC=contoso,DC=com'
        self.assertRegex(shell.run('Get-CASMailbox', Identity=elsewhere).errors[0], "couldn't be found")
        for line in itertools.islice(self.peer.devices(), 40):
            device = line['Device']
            for name in (device['Identity'], device['DistinguishedName'], device['Guid']):
                with self.subTest(name):
                    self.assertEqual(guids(shell.run('Get-MobileDevice', Identity=name)), [device['Guid']])

    def test_a_device_lies_two_names_below_its_owner(self):
        owners = {m['Alias']: m['CASMailbox']['DistinguishedName'] for m in self.peer.mailboxes()}
        for line in self.peer.devices():
            name = line['Device']['DistinguishedName']
            self.assertRegex(name, DEVICE_DN)
            self.assertEqual(re.sub(DEVICE_DN, '', name), owners[line['Alias']])


class MailboxTimes(PeerTest):
    options = {'mailboxes': 60}

    def changed(self, shell, since, command='Get-CASMailbox'):
        return shell.run(command, Filter=f"WhenChangedUTC -gt '{since}'", **EVERYTHING).objects

    def test_truth_is_what_the_cmdlets_report(self):
        shell = self.shell()
        for command, kind in (('Get-CASMailbox', 'CASMailbox'), ('Get-Recipient', 'Recipient')):
            seen = {item['Guid']: item for item in shell.run(command, **EVERYTHING).objects}
            truth = {line[kind]['Guid']: line[kind] for line in self.peer.mailboxes()}
            self.assertEqual(seen.keys(), truth.keys())
            for guid, item in seen.items():
                for name in ('Name', 'WhenChangedUTC', 'WhenCreatedUTC', 'DistinguishedName', 'EmailAddresses'):
                    self.assertEqual(item[name], truth[guid][name], name)
                self.assertIsNotNone(item['WhenChanged'])
                self.assertLessEqual(item['WhenCreatedUTC'], item['WhenChangedUTC'])

    def test_a_change_moves_the_time_and_no_change_does_not(self):
        shell = self.shell()
        before = max(item['WhenChangedUTC'] for item in shell.run('Get-CASMailbox', **EVERYTHING).objects)
        self.assertEqual(self.changed(shell, before), [])
        for times in range(2):
            result = shell.run('Set-CASMailbox', Identity='ann', ActiveSyncAllowedDeviceIDs={'Add': ['X1']})
            self.assertEqual(len(result.warnings), times)
            seen = self.changed(shell, before)
            self.assertEqual([item['Name'] for item in seen], ['Ann'])
            self.assertEqual(seen[0]['ActiveSyncAllowedDeviceIDs'], ['X1'])
            self.assertEqual(len(self.changed(shell, seen[0]['WhenChangedUTC'])), 0)
            self.assertEqual(len(self.changed(shell, before, 'Get-Recipient')), 1)

    def test_recipients_are_chosen_by_kind_and_by_partnership(self):
        shell = self.shell()
        for device in list(self.peer.devices(mailbox='ann')):
            shell.run('Remove-MobileDevice', Identity=device['Device']['Guid'], Confirm=False)
        for command, more in (('Get-Recipient', {'RecipientTypeDetails': ['UserMailbox', 'LinkedMailbox']}),
                              ('Get-CASMailbox', {'ReadFromDomainController': True})):
            seen = shell.run(command, Filter='HasActiveSyncDevicePartnership -eq $true', **EVERYTHING | more)
            self.assertEqual((len(seen.objects), seen.errors), (59, []))
            self.assertNotIn('Ann', [item['Name'] for item in seen.objects])
        shared = shell.run('Get-Recipient', RecipientTypeDetails='SharedMailbox', **EVERYTHING)
        self.assertEqual((shared.objects, shared.errors), ([], []))

    def test_churn_of_mailboxes_is_found_by_its_time(self):
        shell = self.shell()
        for count, kind in ((5, 'ActiveSyncAllowedDeviceIDs'), (60, 'ActiveSyncBlockedDeviceIDs')):
            touched = self.peer.churn(mailboxes=count)
            self.assertEqual(len(touched['mailboxes']), count)
            found = shell.run('Get-CASMailbox', Filter=f"WhenChangedUTC -ge '{touched['time']}'", **EVERYTHING)
            seen = {item['Guid']: item for item in found.objects}
            self.assertEqual(seen.keys(), {item['guid'] for item in touched['mailboxes']})
            for item in touched['mailboxes']:
                self.assertIn(item['id'], seen[item['guid']][item['list']])
            self.assertTrue(any(item['list'] == kind for item in touched['mailboxes']))
        one = touched['mailboxes'][0]
        self.assertNotIn(one['id'], [device['Device']['DeviceId'] for device in self.peer.devices()])
        found = shell.run('Get-CASMailbox', Filter=f"{one['list']} -eq {literal(one['id'])}").objects
        self.assertEqual([item['Guid'] for item in found], [one['guid']])


class Scopes(PeerTest):
    options = {'mailboxes': 40, 'ous': 4, 'scope': 'Staff 1'}

    def test_a_session_sees_the_scope_until_it_asks_for_the_forest(self):
        shell, other = self.shell(), self.shell()
        inside = self.truth(ou='Staff 1')
        self.assertLess(len(inside), len(self.truth()))
        self.assertEqual(guids(shell.run('Get-MobileDevice', **EVERYTHING)), inside)
        self.assertEqual(shell.run('Get-ADServerSettings').objects[0]['ViewEntireForest'], 'false')
        shell.run('Set-ADServerSettings', ViewEntireForest=True)
        self.assertEqual(guids(shell.run('Get-MobileDevice', **EVERYTHING)), self.truth())
        self.assertEqual(shell.run('Get-ADServerSettings').objects[0]['ViewEntireForest'], 'true')
        self.assertEqual(guids(other.run('Get-MobileDevice', **EVERYTHING)), inside, 'it is of a runspace')

    def test_what_is_out_of_scope_cannot_be_found_at_all(self):
        shell = self.shell()
        for command in ('Get-CASMailbox', 'Get-Recipient'):
            self.assertEqual(len(shell.run(command, **EVERYTHING).objects), 30)
        device = next(self.peer.devices(ou='contoso.com/Users'))['Device']
        for command, parameters in (('Get-MobileDevice', {'Identity': device['Guid']}),
                                    ('Get-MobileDevice', {'Mailbox': 'ann'}),
                                    ('Get-MobileDeviceStatistics', {'Mailbox': 'ann'}),
                                    ('Get-MobileDeviceStatistics', {'Identity': device['Guid']}),
                                    ('Get-CASMailbox', {'Identity': 'ann'}),
                                    ('Remove-MobileDevice', {'Identity': device['Guid'], 'Confirm': False}),
                                    ('Set-CASMailbox', {'Identity': 'ann', 'ActiveSyncEnabled': False})):
            with self.subTest(command, **parameters):
                result = shell.run(command, **parameters)
                self.assertRegex(result.errors[0], "couldn't be found")
                self.assertEqual(result.objects, [])
        unit = shell.run('Get-MobileDevice', OrganizationalUnit='contoso.com/Users', **EVERYTHING)
        self.assertEqual((unit.objects, unit.errors), ([], []), 'a clean listing, and wrong')

    def test_a_hard_scope_comes_between_two_listings_of_one_session(self):
        self.peer.scope()
        shell = self.shell()
        shell.run('Set-ADServerSettings', ViewEntireForest=True)
        self.assertEqual(guids(shell.run('Get-MobileDevice', **EVERYTHING)), self.truth())
        self.peer.scope('contoso.com/Staff 1', hard=True)
        seen = shell.run('Get-MobileDevice', **EVERYTHING)
        self.assertEqual((guids(seen), seen.errors, seen.warnings), (self.truth(ou='Staff 1'), [], []))
        self.assertEqual(shell.run('Get-ADServerSettings').objects[0]['ViewEntireForest'], 'true')
        self.peer.scope()
        self.assertEqual(guids(shell.run('Get-MobileDevice', **EVERYTHING)), self.truth())
        self.peer.reset()
        self.assertEqual(self.peer.state()['world']['scope'], {'ou': 'Staff 1', 'hard': False})

    def test_a_view_root_trims_and_the_forest_lifts_it(self):
        self.peer.scope()
        shell = self.shell()
        shell.run('Set-ADServerSettings', RecipientViewRoot='contoso.com/Users')
        self.assertEqual(guids(shell.run('Get-MobileDevice', **EVERYTHING)), self.truth(ou='contoso.com/Users'))
        shell.run('Set-ADServerSettings', ViewEntireForest=True)
        self.assertEqual(guids(shell.run('Get-MobileDevice', **EVERYTHING)), self.truth())

    def test_unknown_scopes_are_refused(self):
        with self.assertRaises(peerlib.ControlError):
            self.peer.scope('contoso.com/Nowhere')
        with self.assertRaisesRegex(RuntimeError, 'no organizational unit Nowhere'):
            peerlib.Peer(mailboxes=1, scope='Nowhere')


class Slices(PeerTest):
    """Filters that together are everything, over ids that a client may stumble over."""
    options = {'mailboxes': 400, 'odd_ids': 'on', 'hazards': 'on', 'filter_whenchanged': 'on'}
    first = string.digits + string.ascii_uppercase

    def listing(self, shell, text=None):
        result = shell.run('Get-MobileDevice', **EVERYTHING | ({'Filter': text} if text else {}))
        self.assertEqual(result.errors, [])
        return result.objects

    def test_slices_are_together_exactly_everything(self):
        shell = self.shell()
        for turn in range(3):
            seen = []
            for first in self.first:
                if first == 'A':
                    seen += self.listing(shell, "DeviceId -like 'APPL*' -and DeviceId -notlike 'APPLF*'")
                    seen += self.listing(shell, "DeviceId -like 'APPLF*'")
                    seen += self.listing(shell, "DeviceId -like 'A*' -and DeviceId -notlike 'APPL*'")
                else:
                    seen += self.listing(shell, f"DeviceId -like '{first}*'")
            rest = self.listing(shell, ' -and '.join(f"DeviceId -notlike '{first}*'" for first in self.first))
            self.assertGreater(len(rest), 10)
            self.assertEqual(sorted(device['Guid'] for device in seen + rest), self.truth())
            self.assertEqual(sorted(device['Guid'] for device in self.listing(shell)), self.truth())
            touched = self.peer.churn(add=20, remove=20, change=5, quarantine=5)
            self.assertEqual(len(touched['removed']), 20)
            shell.run('Remove-MobileDevice', Identity=self.truth()[turn], Confirm=False)

    def test_a_filter_gives_what_a_look_at_every_object_gives(self):
        shell = self.shell()
        self.peer.churn(add=10, remove=10, change=5, quarantine=5)
        everything = self.listing(shell)

        def begins(*stems):
            # What else than ASCII folds to an ASCII letter is for the server to decide.
            return lambda device: device['DeviceId'].upper().startswith(stems) and device['DeviceId'].isascii()

        apple, samsung = begins('APPL'), begins('SEC')
        cases = (
            ("DeviceId -like 'appl*'", apple),
            ("-not (DeviceId -like 'appl*')", lambda d: not apple(d)),
            ("DeviceId -like '*'", lambda d: True),
            ("DeviceId -notlike '*'", lambda d: False),
            ("DeviceId -like '*E'", lambda d: d['DeviceId'].upper().endswith('E')),
            ("DeviceId -like '*E3*'", lambda d: 'E3' in d['DeviceId'].upper()),
            ("DeviceId -like '[a*'", begins('[A')),
            ("DeviceId -like '''*'", begins("'")),
            ("DeviceId -eq ''", lambda d: d['DeviceId'] == ''),
            ("DeviceId -eq 'VALIDATE'", lambda d: d['DeviceId'] == 'validate'),
            ("DeviceId -ne 'validate'", lambda d: d['DeviceId'] != 'validate'),
            ("DeviceId -like 'APPL*' -or DeviceId -like 'SEC*'", begins('APPL', 'SEC')),
            ("DeviceId -like 'APPL*' -and DeviceId -like 'SEC*'", lambda d: False),
            ("(DeviceId -like 'A*' -and DeviceId -like 'APPL*') -and DeviceType -eq 'iPad'",
             lambda d: apple(d) and d['DeviceType'] == 'iPad'),
            ("DeviceType -eq 'iPhone' -and DeviceOS -like 'iOS 18*'",
             lambda d: d['DeviceType'] == 'iPhone' and d['DeviceOS'].startswith('iOS 18')),
            ("DeviceOS -like 'iOS 18*' -or DeviceId -like 'SEC*'",
             lambda d: d['DeviceOS'].startswith('iOS 18') or samsung(d)),
            ("-not (DeviceOS -like 'iOS*' -or DeviceId -like 'SEC*')",
             lambda d: not (d['DeviceOS'].startswith('iOS') or samsung(d))),
            ("DeviceAccessState -eq 'Quarantined'", lambda d: d['DeviceAccessState'] == 'Quarantined'),
            ("DeviceId -like 'T*' -and DeviceAccessState -eq 'Quarantined'",
             lambda d: begins('T')(d) and d['DeviceAccessState'] == 'Quarantined'),
            ("ClientType -ne 'EAS'", lambda d: d['ClientType'] != 'EAS'),
            ("FirstSyncTime -eq $null", lambda d: d['FirstSyncTime'] is None),
            ("FirstSyncTime -ge '7/1/2024' -and FirstSyncTime -lt '2024-10-01T00:00:00Z'",
             lambda d: '2024-07' <= (d['FirstSyncTime'] or '') < '2024-10'),
            ("WhenChangedUTC -ge '1/1/2026'", lambda d: d['WhenChangedUTC'] >= '2026'),
            ("WhenCreatedUTC -lt '1/1/2025' -and DeviceId -like 'A*'",
             lambda d: d['WhenCreatedUTC'] < '2025' and begins('A')(d)),
        )
        for text, wanted in cases:
            with self.subTest(text):
                self.assertEqual(sorted(device['Guid'] for device in self.listing(shell, text)),
                                 sorted(device['Guid'] for device in everything if wanted(device)))

    def test_a_limit_counts_what_the_filter_lets_through(self):
        result = self.shell().run('Get-MobileDevice', Filter="DeviceId -like 'A*'", ResultSize=3)
        self.assertEqual(len(result.objects), 3)
        self.assertEqual(len(result.warnings), 1)

    def test_a_decision_moves_the_time_of_the_devices_it_touches(self):
        shell = self.shell()
        device = shell.run('Get-MobileDevice', Mailbox='ann').objects[0]
        query = "WhenChangedUTC -gt '1/1/2026'"
        self.assertEqual(self.listing(shell, query), [])
        shell.run('Set-CASMailbox', Identity='ann', ActiveSyncBlockedDeviceIDs={'Add': device['DeviceId']})
        self.assertEqual([(d['Guid'], d['DeviceAccessState']) for d in self.listing(shell, query)],
                         [(device['Guid'], 'Blocked')])

    def test_a_world_of_one_container_is_as_it_was(self):
        owners = {line['Device']['UserDisplayName'] for line in self.peer.devices()}
        self.assertTrue(all(re.fullmatch(r'contoso\.com/Users/(\\/|[^/])*', owner) for owner in owners))


if __name__ == '__main__':
    peerlib.run_tests()
