# truth.py: compares our inventory with what the peer says is true, field by field
# SPDX-License-Identifier: LGPL-2.1-or-later
import datetime

# Our field: the peer's part and property.
LISTED = {
    "guid": ("Device", "Guid"),
    "device_id": ("Device", "DeviceId"),
    "identity": ("Device", "Identity"),
    "distinguished_name": ("Device", "DistinguishedName"),
    "friendly_name": ("Device", "FriendlyName"),
    "model": ("Device", "DeviceModel"),
    "type": ("Device", "DeviceType"),
    "os": ("Device", "DeviceOS"),
    "os_language": ("Device", "DeviceOSLanguage"),
    "mobile_operator": ("Device", "DeviceMobileOperator"),
    "user_agent": ("Device", "DeviceUserAgent"),
    "client_type": ("Device", "ClientType"),
    "client_version": ("Device", "ClientVersion"),
    "access_state": ("Device", "DeviceAccessState"),
    "access_reason": ("Device", "DeviceAccessStateReason"),
    "access_rule": ("Device", "DeviceAccessControlRule"),
    "originating_server": ("Device", "OriginatingServer"),
}
PERSONAL = {"phone_number": ("Device", "DeviceTelephoneNumber"), "imei": ("Device", "DeviceImei")}
LISTED_TIMES = {
    "first_sync": ("Device", "FirstSyncTime"),
    "created": ("Device", "WhenCreatedUTC"),
    "changed": ("Device", "WhenChangedUTC"),
}
STATISTICS = {
    "policy_applied": ("Statistics", "DevicePolicyApplied"),
    "policy_status": ("Statistics", "DevicePolicyApplicationStatus"),
    "wipe_status": ("Statistics", "Status"),
    "folders_synced": ("Statistics", "NumberOfFoldersSynced"),
}
STATISTICS_TIMES = {
    "last_sync_attempt": ("Statistics", "LastSyncAttemptTime"),
    "last_success_sync": ("Statistics", "LastSuccessSync"),
    "last_policy_update": ("Statistics", "LastPolicyUpdateTime"),
    "wipe_requested": ("Statistics", "DeviceWipeRequestTime"),
    "wipe_sent": ("Statistics", "DeviceWipeSentTime"),
    "wipe_acknowledged": ("Statistics", "DeviceWipeAckTime"),
}


def when(text):
    """A time in milliseconds since 1970; the peer's have no more."""
    if text is None:
        return None
    moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return round(moment.timestamp() * 1000)


def wanted(line, part, name):
    value = line[part].get(name)
    return None if value == "" else value


def differences(ours, truth, personal=False, statistics=True):
    """What differs between our devices and the peer's, as sentences; empty where nothing does."""
    found = []
    ours = {row["guid"]: row for row in ours}
    truth = {line["Device"]["Guid"]: line for line in truth}
    found += [f"lost {guid} of {truth[guid]['Alias']}" for guid in truth.keys() - ours.keys()]
    found += [f"invented {guid}" for guid in ours.keys() - truth.keys()]
    texts = {**LISTED, **(PERSONAL if personal else {}), **(STATISTICS if statistics else {})}
    times = {**LISTED_TIMES, **(STATISTICS_TIMES if statistics else {})}
    for guid in truth.keys() & ours.keys():
        row, line = ours[guid], truth[guid]
        for field, (part, name) in texts.items():
            if row[field] != wanted(line, part, name):
                found.append(f"{guid} {field}: {row[field]!r}, not {wanted(line, part, name)!r}")
        for field, (part, name) in times.items():
            if when(row[field]) != when(line[part].get(name)):
                found.append(f"{guid} {field}: {row[field]!r}, not {line[part].get(name)!r}")
        if row["primary_smtp_address"] != line["Smtp"]:
            found.append(f"{guid} primary_smtp_address: {row['primary_smtp_address']!r}, not {line['Smtp']!r}")
    return found
