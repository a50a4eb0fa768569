// Output types shaped and named after Exchange's own, so that type names, enums and nested ids look right on the wire.
// SPDX-License-Identifier: LGPL-2.1-or-later
using System.Collections;

namespace Microsoft.Exchange.Data
{
    public enum ObjectState { New, Unchanged, Changed, Deleted }

    public abstract class ConfigurableObject
    {
        public abstract object Identity { get; }
        public bool IsValid => true;
        public ObjectState ObjectState => ObjectState.Unchanged;
        public override string ToString() => Identity?.ToString() ?? "";
    }

    /// <summary>A value or "Unlimited"; PowerShell converts strings through Parse.</summary>
    public readonly struct Unlimited<T> where T : struct, IParsable<T>
    {
        private readonly T? value;
        public Unlimited(T value) => this.value = value;
        public static Unlimited<T> UnlimitedValue => default;
        public bool IsUnlimited => value is null;
        public T Value => value ?? throw new InvalidOperationException("The value is unlimited.");
        public static Unlimited<T> Parse(string text) =>
            text.Trim().Equals("Unlimited", StringComparison.OrdinalIgnoreCase) ? default : new(T.Parse(text, null));
        public override string ToString() => value?.ToString() ?? "Unlimited";
    }

    /// <summary>A list; as a parameter value it may be a replacing list, or a hashtable of Add and Remove.</summary>
    public sealed class MultiValuedProperty<T> : List<T>
    {
        private readonly List<T>? added, removed;
        private readonly string? problem;
        public MultiValuedProperty() { }
        public MultiValuedProperty(object? value)
        {
            if ((value is System.Management.Automation.PSObject p ? p.BaseObject : value) is not IDictionary changes) { AddRange(Items(value)); return; }
            foreach (DictionaryEntry entry in changes)
                switch (entry.Key.ToString()!.ToLowerInvariant())
                {
                    case "add" or "+": added = [.. Items(entry.Value)]; break;
                    case "remove" or "-": removed = [.. Items(entry.Value)]; break;
                    // A constructor that throws would make PowerShell try the hashtable as a list's single element.
                    default: problem = $"The hash table contains invalid key \"{entry.Key}\". Valid keys are \"Add\" and \"Remove\"."; break;
                }
        }
        public override string ToString() => IsDelta ? $"@{{Add={string.Join(",", added ?? [])};Remove={string.Join(",", removed ?? [])}}}" : string.Join(",", this);
        public bool IsDelta => added is not null || removed is not null;

        public List<T> ApplyTo(List<T> current)
        {
            if (problem is not null) throw new ArgumentException(problem);
            if (!IsDelta) return [.. this];
            bool Same(T a, T b) => string.Equals(a?.ToString(), b?.ToString(), StringComparison.OrdinalIgnoreCase);
            var result = current.Where(x => removed is null || !removed.Any(r => Same(r, x))).ToList();
            result.AddRange((added ?? []).Where(a => !result.Any(x => Same(a, x))));
            return result;
        }

        private static IEnumerable<T> Items(object? value)
        {
            value = value is System.Management.Automation.PSObject p ? p.BaseObject : value;
            return value is null ? [] : value is IEnumerable many and not string
                ? many.Cast<object?>().Select(v => System.Management.Automation.LanguagePrimitives.ConvertTo<T>(v))
                : [System.Management.Automation.LanguagePrimitives.ConvertTo<T>(value)];
        }
    }

    public sealed class ServerVersion(int major, int minor, int build, int revision)
    {
        public int Major => major; public int Minor => minor; public int Build => build; public int Revision => revision;
        public override string ToString() => $"Version {major}.{minor} (Build {build}.{revision})";
    }
}

namespace Microsoft.Exchange.Data.Directory
{
    public sealed class ADObjectId(string canonicalName, string distinguishedName, Guid objectGuid, string name)
    {
        public string DistinguishedName => distinguishedName;
        public Guid ObjectGuid => objectGuid;
        public string Name => name;
        public bool IsDeleted => false;
        public int Depth => distinguishedName.Count(c => c == ',') + 1;
        public override string ToString() => canonicalName;
    }

    public abstract class ADRawEntry : ConfigurableObject
    {
        public ADObjectId Id { get; set; } = null!;
        public override object Identity => Id;
        public string DistinguishedName => Id.DistinguishedName;
        public Guid Guid => Id.ObjectGuid;
    }

    public abstract class ADObject : ADRawEntry
    {
        public virtual string Name { get => name ?? Id.Name; set => name = value; }
        private string? name;
        public string AdminDisplayName { get; set; } = "";
        public string ExchangeVersion => "0.10 (14.0.100.0)";
        public MultiValuedProperty<string> ObjectClass { get; set; } = ["top"];
        public DateTime? WhenChanged => WhenChangedUTC?.ToLocalTime();
        public DateTime? WhenCreated => WhenCreatedUTC?.ToLocalTime();
        public DateTime? WhenChangedUTC { get; set; }
        public DateTime? WhenCreatedUTC { get; set; }
        public string OrganizationId => "";
        public string OriginatingServer => "DC01.contoso.com";
    }
}

namespace Microsoft.Exchange.Data.Directory.SystemConfiguration
{
    public enum DeviceAccessState { Unknown, Allowed, Blocked, Quarantined, DeviceDiscovery }
    public enum DeviceAccessStateReason { Unknown, Global, Individual, DeviceRule, Policy, UserAgentsChanges }
    public enum DeviceAccessLevel { Allow, Block, Quarantine }
    public enum DeviceAccessCharacteristic { DeviceType, DeviceModel, DeviceOS, UserAgent, XMSWLHeader }
    public enum MobileClientType { EAS, MOWA, Outlook, REST }
    [Flags] public enum ServerRole { None = 0, Cafe = 1, Mailbox = 2, ClientAccess = 4, UnifiedMessaging = 16, HubTransport = 32 }

    public abstract class ADConfigurationObject : ADObject;

    public class MobileDevice : ADConfigurationObject
    {
        public string FriendlyName { get; set; } = "";
        public string? DeviceMobileOperator { get; set; }
        public string DeviceId { get; set; } = "";
        public string? DeviceImei { get; set; }
        public string DeviceOS { get; set; } = "";
        public string DeviceOSLanguage { get; set; } = "en";
        public string? DeviceTelephoneNumber { get; set; }
        public string DeviceType { get; set; } = "";
        public string DeviceUserAgent { get; set; } = "";
        public string DeviceModel { get; set; } = "";
        public DateTime? FirstSyncTime { get; set; }
        public string UserDisplayName { get; set; } = "";
        public DeviceAccessState DeviceAccessState { get; set; }
        public DeviceAccessStateReason DeviceAccessStateReason { get; set; }
        public ADObjectId? DeviceAccessControlRule { get; set; }
        public string ClientVersion { get; set; } = "16.1";
        public MobileClientType ClientType { get; set; }
        public bool IsManaged => false;
        public bool IsCompliant => false;
        public bool IsDisabled => false;
    }

    public sealed class ActiveSyncDevice : MobileDevice
    {
        public string DeviceActiveSyncVersion => ClientVersion;
    }

    public sealed class ActiveSyncDeviceAccessRule : ADConfigurationObject
    {
        public string QueryString { get; set; } = "";
        public DeviceAccessCharacteristic Characteristic { get; set; }
        public DeviceAccessLevel AccessLevel { get; set; }
    }

    public sealed class ActiveSyncDeviceClass : ADConfigurationObject
    {
        public string DeviceType { get; set; } = "";
        public string DeviceModel { get; set; } = "";
        public DateTime? LastUpdateTime { get; set; }
    }

    public sealed class ActiveSyncOrganizationSettings : ADConfigurationObject
    {
        public DeviceAccessLevel DefaultAccessLevel { get; set; } = DeviceAccessLevel.Allow;
        public string UserMailInsert { get; set; } = "";
        public bool AllowAccessForUnSupportedPlatform { get; set; }
        public MultiValuedProperty<string> AdminMailRecipients { get; set; } = [];
        public string OtaNotificationMailInsert { get; set; } = "";
        public bool IsIntuneManaged { get; set; }
    }

    public abstract class MailboxPolicy : ADConfigurationObject
    {
        public bool AllowNonProvisionableDevices { get; set; } = true;
        public bool AllowSimplePassword { get; set; } = true;
        public bool AttachmentsEnabled { get; set; } = true;
        public bool AllowBluetooth { get; set; } = true;
        public bool AllowBrowser { get; set; } = true;
        public bool AllowCamera { get; set; } = true;
        public bool AllowStorageCard { get; set; } = true;
        public bool AllowWiFi { get; set; } = true;
        public bool IrmEnabled { get; set; } = true;
        public bool IsDefault { get; set; }
        public bool RequireDeviceEncryption { get; set; }
        public bool RequireManualSyncWhenRoaming { get; set; }
        public bool RequireStorageCardEncryption { get; set; }
        public Unlimited<int> MaxEmailBodyTruncationSize { get; set; }
        public Unlimited<long> MaxAttachmentSize { get; set; }
        public Unlimited<TimeSpan> DevicePolicyRefreshInterval { get; set; }
        public MultiValuedProperty<string> ApprovedApplicationList { get; set; } = [];
        public MultiValuedProperty<string> UnapprovedInROMApplicationList { get; set; } = [];
    }

    public sealed class MobileMailboxPolicy : MailboxPolicy
    {
        public bool PasswordEnabled { get; set; }
        public bool AlphanumericPasswordRequired { get; set; }
        public bool PasswordRecoveryEnabled { get; set; }
        public int? MinPasswordLength { get; set; }
        public int PasswordHistory { get; set; }
        public Unlimited<TimeSpan> PasswordExpiration { get; set; }
        public Unlimited<TimeSpan> MaxInactivityTimeLock { get; set; }
        public Unlimited<int> MaxPasswordFailedAttempts { get; set; }
    }

    public sealed class ActiveSyncMailboxPolicy : MailboxPolicy
    {
        public bool DevicePasswordEnabled { get; set; }
        public bool AlphanumericDevicePasswordRequired { get; set; }
        public bool PasswordRecoveryEnabled { get; set; }
        public int? MinDevicePasswordLength { get; set; }
        public int DevicePasswordHistory { get; set; }
        public Unlimited<TimeSpan> DevicePasswordExpiration { get; set; }
        public Unlimited<TimeSpan> MaxInactivityTimeDeviceLock { get; set; }
        public Unlimited<int> MaxDevicePasswordFailedAttempts { get; set; }
    }
}

namespace Microsoft.Exchange.Data.Directory.Management
{
    using Microsoft.Exchange.Data.Directory.SystemConfiguration;

    public enum RecipientType { UserMailbox = 3 }
    public enum RecipientTypeDetails : long { UserMailbox = 1, LinkedMailbox = 2, SharedMailbox = 4, LegacyMailbox = 8, RoomMailbox = 16, EquipmentMailbox = 32, MailUser = 128, RemoteUserMailbox = 0x80000000 }

    public sealed class CASMailbox : ADObject
    {
        public MultiValuedProperty<string> EmailAddresses { get; set; } = [];
        public string LegacyExchangeDN { get; set; } = "";
        public string PrimarySmtpAddress { get; set; } = "";
        public string SamAccountName { get; set; } = "";
        public string ServerName => "ex01";
        public string DisplayName { get; set; } = "";
        public MultiValuedProperty<string> ActiveSyncAllowedDeviceIDs { get; set; } = [];
        public MultiValuedProperty<string> ActiveSyncBlockedDeviceIDs { get; set; } = [];
        public ADObjectId? ActiveSyncMailboxPolicy { get; set; }
        public bool ActiveSyncMailboxPolicyIsDefaulted { get; set; }
        public bool ActiveSyncDebugLogging => false;
        public bool ActiveSyncEnabled { get; set; } = true;
        public bool HasActiveSyncDevicePartnership { get; set; }
        public bool OWAEnabled => true;
        public bool PopEnabled => true;
        public bool ImapEnabled => true;
        public bool MAPIEnabled => true;
    }

    public sealed class ReducedRecipient : ADObject
    {
        public string Alias { get; set; } = "";
        public string DisplayName { get; set; } = "";
        public string PrimarySmtpAddress { get; set; } = "";
        public MultiValuedProperty<string> EmailAddresses { get; set; } = [];
        public RecipientType RecipientType => RecipientType.UserMailbox;
        public RecipientTypeDetails RecipientTypeDetails => RecipientTypeDetails.UserMailbox;
        public string SamAccountName { get; set; } = "";
        public bool HasActiveSyncDevicePartnership { get; set; }
        public string OrganizationalUnit { get; set; } = "";
    }

    public sealed class RunspaceServerSettingsPresentationObject : ConfigurableObject
    {
        public override object Identity => "";
        public string DefaultGlobalCatalog => "DC01.contoso.com";
        public string? RecipientViewRoot { get; set; }
        public bool ViewEntireForest { get; set; }
    }

    public sealed class ExchangeServer : ADObject
    {
        public string Fqdn { get; set; } = "";
        public string Edition => "Enterprise";
        public ServerVersion AdminDisplayVersion => new(15, 2, 1544, 9);
        public ServerRole ServerRole => ServerRole.Mailbox | ServerRole.ClientAccess;
        public ADObjectId? Site { get; set; }
        public string Domain => "contoso.com";
        public bool IsClientAccessServer => true;
        public bool IsMailboxServer => true;
    }
}

namespace Microsoft.Exchange.Data.Storage.Management
{
    using Microsoft.Exchange.Data.Directory;
    using Microsoft.Exchange.Data.Directory.SystemConfiguration;

    public enum DeviceRemoteWipeStatus { DeviceOk, DeviceBlocked, DeviceWipePending, DeviceWipeSucceeded }

    public class MobileDeviceConfiguration(MobileDevice device) : ConfigurableObject
    {
        public override object Identity => device.Id;
        public Guid Guid => device.Guid;
        public DateTime? FirstSyncTime => device.FirstSyncTime;
        public DateTime? LastPolicyUpdateTime { get; set; }
        public DateTime? LastSyncAttemptTime { get; set; }
        public DateTime? LastSuccessSync { get; set; }
        public string DeviceType => device.DeviceType;
        public string DeviceID => device.DeviceId;
        public string DeviceUserAgent => device.DeviceUserAgent;
        public DateTime? DeviceWipeSentTime { get; set; }
        public DateTime? DeviceWipeRequestTime { get; set; }
        public DateTime? DeviceWipeAckTime { get; set; }
        public bool AccountOnlyDeviceWipe { get; set; }
        public uint? LastPingHeartbeat => 480;
        public string RecoveryPassword => "********";
        public string DeviceModel => device.DeviceModel;
        public string? DeviceImei => device.DeviceImei;
        public string DeviceFriendlyName => device.FriendlyName;
        public string DeviceOS => device.DeviceOS;
        public string DeviceOSLanguage => device.DeviceOSLanguage;
        public string? DevicePhoneNumber => device.DeviceTelephoneNumber;
        public bool IsRemoteWipeSupported => true;
        public DeviceRemoteWipeStatus Status { get; set; }
        public string StatusNote => "";
        public DeviceAccessState DeviceAccessState => device.DeviceAccessState;
        public DeviceAccessStateReason DeviceAccessStateReason => device.DeviceAccessStateReason;
        public ADObjectId? DeviceAccessControlRule => device.DeviceAccessControlRule;
        public ADObjectId? DevicePolicyApplied { get; set; }
        public string DevicePolicyApplicationStatus => "AppliedInFull";
        public MultiValuedProperty<string> LastDeviceWipeRequestor { get; set; } = [];
        public string ClientVersion => device.ClientVersion;
        public MobileClientType ClientType => device.ClientType;
        public int NumberOfFoldersSynced { get; set; }
    }

    public sealed class ActiveSyncDeviceConfiguration(MobileDevice device) : MobileDeviceConfiguration(device)
    {
        public string DeviceActiveSyncVersion => ClientVersion;
    }
}

namespace Microsoft.Exchange.Configuration.Tasks
{
    public class IdParameter(object value)
    {
        public string RawIdentity { get; } = (value is System.Management.Automation.PSObject p ? p.BaseObject : value) switch
        {
            Data.ConfigurableObject o => o.Identity.ToString()!,
            var other => other?.ToString() ?? "",
        };
        public override string ToString() => RawIdentity;
    }
    public sealed class MobileDeviceIdParameter(object value) : IdParameter(value);
    public sealed class MailboxIdParameter(object value) : IdParameter(value);
    public sealed class MailboxPolicyIdParameter(object value) : IdParameter(value);
    public sealed class ActiveSyncDeviceAccessRuleIdParameter(object value) : IdParameter(value);

    public sealed class ManagementObjectNotFoundException(string message) : Exception(message);
    public sealed class ManagementObjectAmbiguousException(string message) : Exception(message);
    public sealed class ManagementObjectAlreadyExistsException(string message) : Exception(message);
    public sealed class InvalidFilterException(string message) : Exception(message);
}
