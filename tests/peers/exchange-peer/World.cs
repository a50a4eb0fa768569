// The deterministic directory: mailboxes and devices are computed from their numbers; only changes are stored.
// SPDX-License-Identifier: LGPL-2.1-or-later
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Exchange.Data;
using Microsoft.Exchange.Data.Directory;
using Microsoft.Exchange.Data.Directory.Management;
using Microsoft.Exchange.Data.Directory.SystemConfiguration;
using Microsoft.Exchange.Data.Storage.Management;

namespace ExchangePeer;

public sealed record Mailbox(int Index, string Name, string Alias, string DisplayName, Guid Guid, ADObjectId Unit)
{
    public string Smtp => Alias + "@contoso.com";
    public ADObjectId Id { get; } = Units.Child(Unit, Name, Guid);
}

public sealed class CasSettings
{
    public List<string> Allowed { get; set; } = [];
    public List<string> Blocked { get; set; } = [];
    public bool ActiveSyncEnabled { get; set; } = true;
    public string? Policy { get; set; }
}

public sealed record Wipe(string Mailbox, string DeviceId, DateTime Requested, string Requestor, bool AccountOnly);
public sealed record Change(DateTime Time, string Cmdlet, string Target, Dictionary<string, string> Parameters);

/// <summary>What a world is made of; two of the same shape begin the same.</summary>
public sealed record Shape(int Mailboxes, int DevicesPerMailbox, ulong Seed, bool Hazards = false, int Units = 1, bool OddIds = false);

public sealed partial class World(Shape shape, TimeSpan wipeDelay)
{
    public static World Current { get; set; } = new(new(1000, 2, 1), TimeSpan.Zero);

    private readonly int mailboxCount = shape.Mailboxes, devicesPerMailbox = shape.DevicesPerMailbox;
    private readonly ulong seed = shape.Seed;

    private sealed record Model(string Type, string Name, string Os, string UserAgent, string IdPrefix, MobileClientType Client);

    private static readonly Model[] Models =
    [
        new("iPhone", "iPhone15C2", "iOS 18.6.2 22G100", "Apple-iPhone15C2/2207.100", "APPL", MobileClientType.EAS),
        new("iPhone", "iPhone12C1", "iOS 17.7 21H16", "Apple-iPhone12C1/2108.16", "APPL", MobileClientType.EAS),
        new("iPad", "iPad13C4", "iOS 18.6.2 22G100", "Apple-iPad13C4/2207.100", "APPL", MobileClientType.EAS),
        new("Android", "SM-G991B", "Android 14", "Android-SAMSUNG-SM-G991B/101.140", "SEC", MobileClientType.EAS),
        new("Android", "Pixel 8", "Android 15", "Android/15-EAS-2.0", "androidc", MobileClientType.EAS),
        new("WindowsMail", "Virtual Machine", "Windows 10.0.19045", "MSFT-WIN-4/10.0.19045", "", MobileClientType.EAS),
        new("Outlook", "Outlook for iOS and Android", "iOS 18.6", "Outlook-iOS-Android/1.0", "0F1E2D3C4B5A6978", MobileClientType.Outlook),
        new("WP8", "RM-940_eu_Grüße", "Windows Phone 8.10.14219", "MSFT-WP/8.10.14219", "WP", MobileClientType.EAS),
    ];

    // What churn adds to wait for a decision: a type of its own, so that a rule can quarantine it and nothing else.
    private static readonly Model Unknown = new("Tizen", "SM-Z400F", "Tizen 3.0", "Tizen-SM-Z400F/3.0", "TIZ", MobileClientType.EAS);

    private static readonly (string Alias, string Name, string? Display)[] Special =
    [
        ("ann", "Ann", null), ("juergen", "Jürgen Groß", null), ("lukasz", "Łukasz Żółć", null), ("yamada", "山田 太郎", null),
        ("zoe", "Zoë O'Brien", null), ("smile", "Smile 😀 User", null), ("ctrl", "Control Chars", "Ctrl\u0001\u001f\ttab\r\nline\u007f\u0085end"),
        ("escape", "_x0041_ literal", "_x000D_ _X005F_ __x0020_"), ("comma", "Comma, Name", null), ("slash", "Slash/Name", null),
        ("longname", "Long Name", new string('L', 5000)), ("quote", "Quote \"&<>' Name", "]]> & <b>"),
    ];

    // What PowerShell sends for these is beyond strict parsers: half a surrogate pair, and a reference to a character XML does not have.
    private static readonly (string Alias, string Name, string? Display)[] Hazards =
        [("surrogate", "Lone Surrogate", "lone \ud83d here"), ("nonchar", "Non Character", "U+FFFF \uffff here")];

    private readonly (string Alias, string Name, string? Display)[] special = shape.Hazards ? [.. Special, .. Hazards] : Special;

    private static readonly string[] FirstNames = ["Anna", "Björn", "Chloé", "Dmitri", "Élise", "François", "Grażyna", "Håkon", "Ivana", "José", "Катя", "Lucía", "Müge", "Noël", "Ольга", "Paweł"];
    private static readonly string[] LastNames = ["Müller", "Smith", "Novák", "García", "Øberg", "Петров", "Şahin", "O'Neil", "Dvořák", "Lindström", "Weiß", "Nguyễn"];
    private static readonly DateTime Epoch = new(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly Dictionary<int, CasSettings> cas = [];
    private readonly HashSet<long> removed = [];
    private readonly Dictionary<long, Wipe> wipes = [];
    private readonly Dictionary<int, int> extraDevices = []; // by mailbox
    private readonly Dictionary<long, (DateTime Time, Model Model)> arrivals = [];
    private readonly Dictionary<long, (DateTime Time, int Times)> updates = [];
    private readonly Dictionary<long, DateTime> decisions = []; // devices whose access an administrator changed
    private readonly Dictionary<int, (DateTime Time, int Churned)> mailboxUpdates = [];
    private long churned;

    public Units Units { get; } = new(shape.Units);
    public Scope? Scope { get; set; }
    public Lock Gate { get; } = new();
    public int MailboxCount => mailboxCount;
    public List<Change> Changes { get; } = [];
    public List<ActiveSyncDeviceAccessRule> Rules { get; } = [];
    public List<MobileMailboxPolicy> Policies { get; } = [NewPolicy("Default", isDefault: true), NewPolicy("Executives", isDefault: false)];
    public ActiveSyncOrganizationSettings Organization { get; } = new()
    {
        Id = ConfigurationId("Mobile Mailbox Settings"),
        UserMailInsert = "Ihr Gerät wird geprüft.",
        AdminMailRecipients = ["admin@contoso.com", "postmaster@contoso.com"],
        WhenCreatedUTC = Epoch,
        WhenChangedUTC = Epoch,
    };

    // ---- ids -----------------------------------------------------------------------------------------------------

    public static ADObjectId SiteId(string name) => new("contoso.com/Configuration/Sites/" + name, $"CN={name},CN=Sites,CN=Configuration,DC=contoso,DC=com", Guid.Empty, name);

    public static ADObjectId ConfigurationId(string name) =>
        new(name, $"CN={Units.EscapeRdn(name)},CN=Mobile Mailbox Settings,CN=Contoso,CN=Microsoft Exchange,CN=Services,CN=Configuration,DC=contoso,DC=com",
            new Guid(System.Security.Cryptography.MD5.HashData(System.Text.Encoding.UTF8.GetBytes(name))), name);

    private static ulong Mix(ulong x)
    {
        x += 0x9E3779B97F4A7C15; x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9; x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }

    private ulong Hash(long key, int salt) => Mix((ulong)key * 64 + (ulong)salt + Mix(seed));

    // Device and mailbox ids hold their number times an odd constant, so that they look random and still can be found without an index.
    private const ulong Odd = 0xD1342543DE82EF95;
    private static readonly ulong OddInverse = Inverse(Odd);
    private static ulong Inverse(ulong a) { var x = a; for (var i = 0; i < 6; i++) x *= 2 - a * x; return x; }

    private static ulong Scramble(long key) => ((ulong)key ^ 0x5DEECE66D1234567) * Odd;
    private static long Unscramble(ulong value) => (long)(value * OddInverse ^ 0x5DEECE66D1234567);

    private Guid GuidOf(long key) => new([.. BitConverter.GetBytes(Scramble(key)), .. BitConverter.GetBytes(Hash(key, 63))]);

    private long? KeyOf(Guid guid)
    {
        var key = Unscramble(BitConverter.ToUInt64(guid.ToByteArray()));
        return key >= -mailboxCount && key < (long)mailboxCount << 16 && GuidOf(key) == guid ? key : null;
    }

    // ---- mailboxes -----------------------------------------------------------------------------------------------

    public Mailbox MailboxAt(int i)
    {
        var (guid, unit) = (GuidOf(-1 - i), Units.Of(i));
        if (i < special.Length)
            return new(i, special[i].Name, special[i].Alias, special[i].Display ?? special[i].Name, guid, unit);
        var h = Hash(i, 1);
        var name = $"{FirstNames[h % 16]} {LastNames[(h >> 8) % 12]} {i}";
        return new(i, name, $"user{i:D6}", name, guid, unit);
    }

    public Mailbox? FindMailbox(string identity)
    {
        int? index = null;
        var text = identity.Trim();
        if (Guid.TryParse(text, out var guid)) index = KeyOf(guid) is long key && key < 0 ? (int)(-1 - key) : null;
        if (text.EndsWith("@contoso.com", StringComparison.OrdinalIgnoreCase)) text = text[..^12];
        if (text.StartsWith("CONTOSO\\", StringComparison.OrdinalIgnoreCase)) text = text[8..];
        string? path = null; // a canonical or distinguished name: its last part is the mailbox's name, and the whole has to be its own
        if (text.StartsWith("contoso.com/", StringComparison.OrdinalIgnoreCase)) (path, text) = (text, Regex.Match(text, @"(?:\\/|[^/])*$").Value.Replace("\\/", "/"));
        else if (Regex.Match(text, @"^CN=((?:\\.|[^,\\])*),.*DC=com$", RegexOptions.IgnoreCase) is { Success: true } rdn) (path, text) = (text, Regex.Replace(rdn.Groups[1].Value, @"\\(.)", "$1"));
        bool Is(string? s) => string.Equals(s, text, StringComparison.OrdinalIgnoreCase);
        var known = Array.FindIndex(special, s => Is(s.Alias) || Is(s.Name) || Is(s.Display));
        if (known >= 0) index = known;
        else if (Regex.Match(text, @"^(user|.* )(\d{1,9})$", RegexOptions.IgnoreCase | RegexOptions.Singleline) is { Success: true } m)
            index = int.Parse(m.Groups[2].Value, CultureInfo.InvariantCulture);
        if (index is not int i || i < 0 || i >= mailboxCount) return null;
        var mailbox = MailboxAt(i);
        if (path is not null) return path.Equals(mailbox.Id.ToString(), StringComparison.OrdinalIgnoreCase) || path.Equals(mailbox.Id.DistinguishedName, StringComparison.OrdinalIgnoreCase) ? mailbox : null;
        return guid != Guid.Empty || Is(mailbox.Alias) || Is(mailbox.Name) || Is(mailbox.DisplayName) ? mailbox : null;
    }

    public IEnumerable<Mailbox> Mailboxes(UnitSet? units = null) => Enumerable.Range(0, mailboxCount).Where(i => units?.Holds(i) ?? true).Select(MailboxAt);

    public (DateTime Created, DateTime Changed) TimesOf(int mailbox)
    {
        var h = Hash(mailbox, 8);
        var created = Epoch.AddDays(-(double)(h % 900)).AddSeconds((h >> 20) % 86_400);
        lock (Gate) return (created, mailboxUpdates.TryGetValue(mailbox, out var update) ? update.Time : created.AddDays((h >> 40) % 300));
    }

    public CasSettings? SettingsOf(Mailbox mailbox, bool create = false)
    {
        lock (Gate)
        {
            if (!cas.TryGetValue(mailbox.Index, out var settings) && create) cas[mailbox.Index] = settings = new();
            return settings;
        }
    }

    // ---- devices -------------------------------------------------------------------------------------------------

    private static long DeviceKey(int mailbox, int device) => (long)mailbox << 16 | (uint)device;

    public IEnumerable<MobileDevice> Devices(Mailbox mailbox, bool legacy = false)
    {
        for (var j = 0; j < DeviceCount(mailbox.Index); j++)
            if (DeviceAt(mailbox, j, legacy) is { } device) yield return device;
    }

    public bool HasDevices(Mailbox mailbox)
    {
        lock (Gate) return Enumerable.Range(0, DeviceCount(mailbox.Index)).Any(j => !removed.Contains(DeviceKey(mailbox.Index, j)));
    }

    private int DeviceCount(int mailbox) { lock (Gate) return devicesPerMailbox + extraDevices.GetValueOrDefault(mailbox); }
    private Model ModelOf(long key) { lock (Gate) return arrivals.TryGetValue(key, out var arrival) ? arrival.Model : BirthModelOf(key); }
    private string DeviceIdOf(long key, Model model) => OddDeviceIdOf(key) ?? model.IdPrefix + Scramble(key).ToString("X16", CultureInfo.InvariantCulture);

    private MobileDevice? DeviceAt(Mailbox mailbox, int j, bool legacy)
    {
        var key = DeviceKey(mailbox.Index, j);
        lock (Gate) if (removed.Contains(key)) return null;
        var model = ModelOf(key);
        var id = DeviceIdOf(key, model);
        var h = Hash(key, 3);
        var device = legacy ? new ActiveSyncDevice() : new MobileDevice();
        device.Id = Units.Child(Units.Child(mailbox.Id, "ExchangeActiveSyncDevices", Guid.Empty), $"{model.Type}§{id}", GuidOf(key));
        device.ObjectClass = ["top", "msExchActiveSyncDevice"];
        device.WhenCreatedUTC = CreatedOf(key);
        device.WhenChangedUTC = ChangedOf(key);
        device.FriendlyName = mailbox.Index < special.Length ? $"{mailbox.DisplayName}'s {model.Type}" : j % 3 == 0 ? $"{mailbox.Name} – {model.Type}" : "";
        device.DeviceMobileOperator = (h & 3) == 0 ? "Telekom.de" : null;
        device.DeviceId = id;
        device.DeviceImei = (h & 4) == 0 ? (350000000000000 + (long)(h >> 20) % 9_999_999_999).ToString(CultureInfo.InvariantCulture) : null;
        device.DeviceOS = model.Os;
        device.DeviceOSLanguage = (h & 8) == 0 ? "en" : "de-DE";
        device.DeviceTelephoneNumber = (h & 0x30) == 0 ? "+49 *** " + (h >> 40) % 10000 : null;
        device.DeviceType = model.Type;
        device.DeviceModel = model.Name;
        device.DeviceUserAgent = mailbox.Alias == "longname" ? model.UserAgent + new string('u', 60_000) : model.UserAgent;
        device.FirstSyncTime = FirstSyncOf(key);
        device.UserDisplayName = mailbox.Id.ToString();
        device.ClientType = model.Client;
        lock (Gate)
            if (updates.TryGetValue(key, out var update))
            {
                device.FriendlyName = $"{device.FriendlyName} ({update.Times})".TrimStart();
                device.DeviceOS = Advance(device.DeviceOS, update.Times);
                device.DeviceUserAgent = Advance(device.DeviceUserAgent, update.Times);
            }
        (device.DeviceAccessState, device.DeviceAccessStateReason, device.DeviceAccessControlRule) = AccessOf(mailbox, device);
        return device;
    }

    private DateTime? ArrivalOf(long key) { lock (Gate) return arrivals.TryGetValue(key, out var arrival) ? arrival.Time : null; }
    private DateTime CreatedOf(long key) => ArrivalOf(key) ?? (Hash(key, 3) is var h ? Epoch.AddMinutes(h % 700_000).AddMilliseconds((h >> 20) % 60_000) : default);
    private DateTime? FirstSyncOf(long key) => NeverSynced(key) ? null : CreatedOf(key);

    private DateTime ChangedOf(long key)
    {
        lock (Gate)
        {
            var changed = ArrivalOf(key) ?? CreatedOf(key).AddDays((Hash(key, 3) >> 32) % 60);
            if (updates.TryGetValue(key, out var update)) changed = update.Time;
            return decisions.TryGetValue(key, out var decided) && decided > changed ? decided : changed;
        }
    }

    private bool NeverSynced(long key) => ArrivalOf(key) is null && Hash(key, 4) % 16 == 0;

    private static string Advance(string version, int by) =>
        Regex.Replace(version, @"\d+(?=\D*$)", m => (long.Parse(m.Value, CultureInfo.InvariantCulture) + by).ToString(CultureInfo.InvariantCulture));

    private (DeviceAccessState, DeviceAccessStateReason, ADObjectId?) AccessOf(Mailbox mailbox, MobileDevice device)
    {
        lock (Gate)
        {
            if (SettingsOf(mailbox) is { } s)
            {
                if (!s.ActiveSyncEnabled) return (DeviceAccessState.Blocked, DeviceAccessStateReason.Policy, null);
                if (s.Blocked.Contains(device.DeviceId, StringComparer.OrdinalIgnoreCase)) return (DeviceAccessState.Blocked, DeviceAccessStateReason.Individual, null);
                if (s.Allowed.Contains(device.DeviceId, StringComparer.OrdinalIgnoreCase)) return (DeviceAccessState.Allowed, DeviceAccessStateReason.Individual, null);
            }
            var rule = Rules.Where(r => string.Equals(r.QueryString, r.Characteristic switch
            {
                DeviceAccessCharacteristic.DeviceType => device.DeviceType,
                DeviceAccessCharacteristic.DeviceModel => device.DeviceModel,
                DeviceAccessCharacteristic.DeviceOS => device.DeviceOS,
                _ => device.DeviceUserAgent,
            }, StringComparison.OrdinalIgnoreCase)).MaxBy(r => r.AccessLevel switch { DeviceAccessLevel.Block => 3, DeviceAccessLevel.Quarantine => 2, _ => 1 });
            return (StateOf(rule?.AccessLevel ?? Organization.DefaultAccessLevel), rule is null ? DeviceAccessStateReason.Global : DeviceAccessStateReason.DeviceRule, rule?.Id);
        }
    }

    private static DeviceAccessState StateOf(DeviceAccessLevel level) => level switch
    {
        DeviceAccessLevel.Block => DeviceAccessState.Blocked,
        DeviceAccessLevel.Quarantine => DeviceAccessState.Quarantined,
        _ => DeviceAccessState.Allowed,
    };

    /// <summary>Finds a device by guid, device id, canonical name, or distinguished name.</summary>
    public (Mailbox Mailbox, MobileDevice Device)? FindDevice(string identity, bool legacy = false)
    {
        var text = identity.Trim();
        var key = Guid.TryParse(text, out var guid) ? KeyOf(guid) : null;
        key ??= OddKeyOf(text);
        if (key is null && Regex.Match(text, @"([0-9A-F]{16})(,CN=ExchangeActiveSyncDevices,.*)?$", RegexOptions.IgnoreCase | RegexOptions.Singleline) is { Success: true } m)
            key = Unscramble(ulong.Parse(m.Groups[1].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        if (key is not long k || k < 0 || k >> 16 >= mailboxCount || (k & 0xFFFF) >= DeviceCount((int)(k >> 16))) return null;
        var mailbox = MailboxAt((int)(k >> 16));
        if (DeviceAt(mailbox, (int)(k & 0xFFFF), legacy) is not { } device) return null;
        bool Is(string s) => string.Equals(s, text, StringComparison.OrdinalIgnoreCase);
        return guid != Guid.Empty || Is(device.DeviceId) || Is(device.Id.Name) || Is(device.Id.ToString()) || Is(device.DistinguishedName) ? (mailbox, device) : null;
    }

    private long KeyOf(MobileDevice device) => KeyOf(device.Guid)!.Value;

    public MobileDeviceConfiguration Statistics(Mailbox mailbox, MobileDevice device)
    {
        var key = KeyOf(device);
        var h = Hash(key, 5);
        DateTime? lastSync = NeverSynced(key) ? null : ArrivalOf(key) ?? Epoch.AddDays(600 + h % 90).AddSeconds((h >> 20) % 86_400);
        MobileDeviceConfiguration result = device is ActiveSyncDevice ? new ActiveSyncDeviceConfiguration(device) : new MobileDeviceConfiguration(device);
        result.LastSuccessSync = lastSync;
        result.LastSyncAttemptTime = lastSync?.AddSeconds((h >> 40) % 900);
        result.LastPolicyUpdateTime = ArrivalOf(key) ?? lastSync?.AddDays(-3);
        result.NumberOfFoldersSynced = (int)(h % 40);
        result.DevicePolicyApplied = PolicyOf(mailbox).Id;
        result.Status = device.DeviceAccessState == DeviceAccessState.Blocked ? DeviceRemoteWipeStatus.DeviceBlocked : DeviceRemoteWipeStatus.DeviceOk;
        lock (Gate)
        {
            if (!wipes.TryGetValue(key, out var wipe)) return result;
            var done = wipeDelay > TimeSpan.Zero && DateTime.UtcNow >= wipe.Requested + wipeDelay;
            result.DeviceWipeRequestTime = wipe.Requested;
            result.DeviceWipeSentTime = done ? wipe.Requested + wipeDelay / 2 : null;
            result.DeviceWipeAckTime = done ? wipe.Requested + wipeDelay : null;
            result.AccountOnlyDeviceWipe = wipe.AccountOnly;
            result.LastDeviceWipeRequestor = [wipe.Requestor];
            result.Status = done ? DeviceRemoteWipeStatus.DeviceWipeSucceeded : DeviceRemoteWipeStatus.DeviceWipePending;
        }
        return result;
    }

    public MobileMailboxPolicy PolicyOf(Mailbox mailbox)
    {
        lock (Gate)
        {
            var name = SettingsOf(mailbox)?.Policy;
            return Policies.Find(p => p.Name == name) ?? Policies.Find(p => p.IsDefault) ?? Policies[0];
        }
    }

    public static MobileMailboxPolicy NewPolicy(string name, bool isDefault) => new()
    {
        Id = ConfigurationId(name), Name = name, IsDefault = isDefault, WhenCreatedUTC = Epoch, WhenChangedUTC = Epoch,
        PasswordEnabled = !isDefault, MaxPasswordFailedAttempts = isDefault ? default : new(8),
        DevicePolicyRefreshInterval = isDefault ? default : new(TimeSpan.FromHours(24)),
    };

    // ---- changes -------------------------------------------------------------------------------------------------

    /// <summary>Changes a mailbox's settings; it, and each device whose access that changes, are then changed now. False if nothing did.</summary>
    public bool Update(Mailbox mailbox, Action<CasSettings> change)
    {
        lock (Gate)
        {
            var settings = SettingsOf(mailbox, create: true)!;
            string Text() => System.Text.Json.JsonSerializer.Serialize(settings);
            var (text, before) = (Text(), Access());
            change(settings);
            if (Text() == text) return false;
            var now = Now;
            mailboxUpdates[mailbox.Index] = (now, mailboxUpdates.GetValueOrDefault(mailbox.Index).Churned);
            foreach (var (key, access) in Access())
                if (access != before[key]) decisions[key] = now;
            return true;
        }

        Dictionary<long, (DeviceAccessState, DeviceAccessStateReason)> Access() => Devices(mailbox).ToDictionary(KeyOf, d => (d.DeviceAccessState, d.DeviceAccessStateReason));
    }

    private static DateTime Now => new(DateTime.UtcNow.Ticks / TimeSpan.TicksPerMillisecond * TimeSpan.TicksPerMillisecond, DateTimeKind.Utc);

    /// <summary>Lets others work on mailboxes' lists: each one gains the id of a device that has never been seen, allowed or blocked in turn.</summary>
    private List<object> ChurnMailboxes(int count, DateTime now)
    {
        if (count <= 0) return [];
        var start = (long)(Hash(++churned, 9) % (ulong)mailboxCount);
        return [.. Enumerable.Range(0, Math.Min(count, mailboxCount)).Select(i => (int)((start + i) % mailboxCount)).Select(index =>
        {
            var (mailbox, times) = (MailboxAt(index), mailboxUpdates.GetValueOrDefault(index).Churned + 1);
            var settings = SettingsOf(mailbox, create: true)!;
            var (list, id) = (times % 2 == 1 ? settings.Allowed : settings.Blocked, $"NEVERSEEN{index:X6}{times:X2}");
            list.Add(id);
            mailboxUpdates[index] = (now, times);
            return new { mailbox = mailbox.Alias, mailbox.Guid, list = times % 2 == 1 ? "ActiveSyncAllowedDeviceIDs" : "ActiveSyncBlockedDeviceIDs", id };
        })];
    }

    public void Wipe(Mailbox mailbox, MobileDevice device, string requestor, bool accountOnly, bool cancel)
    {
        lock (Gate)
            if (cancel) wipes.Remove(KeyOf(device));
            else wipes[KeyOf(device)] = new(mailbox.Alias, device.DeviceId, DateTime.UtcNow, requestor, accountOnly);
    }

    public void Remove(MobileDevice device) { lock (Gate) { removed.Add(KeyOf(device)); wipes.Remove(KeyOf(device)); } }

    /// <summary>
    /// Lets the world move on without a client: new devices, changed ones, lost partnerships, and new ones of a type under a Quarantine rule.
    /// Which ones it touches follows from the seed and from what was touched before.
    /// </summary>
    public object Churn(int add, int change, int remove, int quarantine, int mailboxes)
    {
        lock (Gate)
        {
            var now = Now;
            var touched = new HashSet<long>();

            object? View(long key) => MailboxAt((int)(key >> 16)) is var mailbox && DeviceAt(mailbox, (int)(key & 0xFFFF), false) is { } d
                ? new { mailbox = mailbox.Alias, d.DeviceId, d.Guid, d.DeviceType, DeviceAccessState = d.DeviceAccessState.ToString() } : null;
            List<object?> Do(int times, Func<long?> next) => [.. Enumerable.Range(0, times).Select(_ => next() is long key && touched.Add(key) ? View(key) : null).Where(v => v is not null)];

            long? Arrive(Model? model)
            {
                var mailbox = (int)(Hash(++churned, 6) % (ulong)mailboxCount);
                if (DeviceCount(mailbox) > 0xFFFF) return null;
                var key = DeviceKey(mailbox, DeviceCount(mailbox));
                arrivals[key] = (now, model ?? ModelOf(key));
                extraDevices[mailbox] = extraDevices.GetValueOrDefault(mailbox) + 1;
                return key;
            }
            long? Existing() // the first one that this call has not touched, from a place drawn
            {
                var start = Hash(++churned, 7);
                for (var i = 0; i < mailboxCount; i++)
                {
                    var mailbox = (int)((start + (ulong)i) % (ulong)mailboxCount);
                    for (var (j, n) = (0, DeviceCount(mailbox)); j < n; j++)
                        if (DeviceKey(mailbox, (int)(((start >> 32) + (ulong)j) % (ulong)n)) is var key && !removed.Contains(key) && !touched.Contains(key)) return key;
                }
                return null;
            }

            if (quarantine > 0 && !Rules.Exists(r => r.Characteristic == DeviceAccessCharacteristic.DeviceType && r.QueryString == Unknown.Type))
                Rules.Add(NewRule(Unknown.Type, DeviceAccessCharacteristic.DeviceType, DeviceAccessLevel.Quarantine, now));
            var added = Do(add, () => Arrive(null));
            var quarantined = Do(quarantine, () => Arrive(Unknown));
            var changed = Do(change, () =>
            {
                if (Existing() is not long key) return null;
                updates[key] = (now, updates.GetValueOrDefault(key).Times + 1);
                return key;
            });
            var before = touched.ToHashSet();
            var lost = Do(remove, Existing);
            foreach (var key in touched.Except(before)) { removed.Add(key); wipes.Remove(key); }
            return new { time = now, churned, added, quarantined, changed, removed = lost, mailboxes = ChurnMailboxes(mailboxes, now) };
        }
    }

    public static ActiveSyncDeviceAccessRule NewRule(string query, DeviceAccessCharacteristic characteristic, DeviceAccessLevel level, DateTime? created = null)
    {
        var name = $"{query} ({characteristic})";
        return new() { Id = ConfigurationId(name), Name = name, QueryString = query, Characteristic = characteristic, AccessLevel = level, WhenCreatedUTC = created, WhenChangedUTC = created };
    }

    public void Record(string cmdlet, string target, IEnumerable<KeyValuePair<string, object>> parameters)
    {
        lock (Gate) Changes.Add(new(DateTime.UtcNow, cmdlet, target, parameters.ToDictionary(p => p.Key, p => p.Value switch
        {
            MultiValuedProperty<string> values => values.ToString(),
            System.Collections.IEnumerable many and not string => string.Join(",", many.Cast<object>()),
            var v => v?.ToString() ?? "",
        })));
    }

    public object Snapshot()
    {
        lock (Gate) return new
        {
            mailboxCount, devicesPerMailbox, seed, churned,
            units = Units.All.Select(u => new { u.Id.Name, canonicalName = u.Id.ToString(), u.Id.DistinguishedName, guid = u.Id.ObjectGuid }).ToList(),
            scope = Scope is { } scope ? new { ou = scope.Name, scope.Hard } : null,
            mailboxes = cas.ToDictionary(c => MailboxAt(c.Key).Alias, c => c.Value),
            wipes = wipes.Values.ToList(),
            removed = removed.Select(k => DeviceIdOf(k, ModelOf(k))).ToList(),
            rules = Rules.Select(r => new { r.Name, r.QueryString, Characteristic = r.Characteristic.ToString(), AccessLevel = r.AccessLevel.ToString() }).ToList(),
            policies = Policies.Select(p => new { p.Name, p.IsDefault, p.PasswordEnabled, p.AllowNonProvisionableDevices, MinPasswordLength = p.MinPasswordLength }).ToList(),
            organization = new { DefaultAccessLevel = Organization.DefaultAccessLevel.ToString(), AdminMailRecipients = Organization.AdminMailRecipients.ToList(), Organization.UserMailInsert },
            changes = Changes.ToList(),
        };
    }
}
