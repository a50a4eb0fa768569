// The Exchange-like cmdlets. They are ordinary PowerShell cmdlets run by PowerShell's own engine.
// SPDX-License-Identifier: LGPL-2.1-or-later
using System.Collections.ObjectModel;
using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Internal;
using System.Reflection;
using System.Text.RegularExpressions;
using ExchangePeer;
using Microsoft.Exchange.Configuration.Tasks;
using Microsoft.Exchange.Data;
using Microsoft.Exchange.Data.Directory.Management;
using Microsoft.Exchange.Data.Directory.SystemConfiguration;
using Microsoft.Exchange.Data.Storage.Management;

namespace Microsoft.Exchange.Management.Tasks;

public abstract class ExchangeCmdlet : PSCmdlet, IDynamicParameters
{
    [Parameter] public string? DomainController { get; set; }

    protected static World World => World.Current;
    protected string Caller => (SessionState.PSVariable.GetValue("PSSenderInfo") as System.Management.Automation.Remoting.PSSenderInfo)?.UserInfo.Identity.Name ?? "";
    protected Dictionary<string, object> Bound => MyInvocation.BoundParameters;

    private readonly ManualResetEventSlim stop = new();
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private double due; // microseconds on the clock, when the last object is out

    protected override void BeginProcessing()
    {
        if (Behaviour.Current.Budget?.Charge(Caller) is { } charged)
        {
            Pause(charged.Delay);
            WriteWarning(charged.Warning);
        }
        Pause(Behaviour.Current.CmdletTime);
    }

    protected override void StopProcessing() => stop.Set();

    /// <summary>Every cmdlet may have them, so that Get-Command shows what the engine would bind, and not what reflection finds: see Denials.</summary>
    public virtual object? GetDynamicParameters() => null;

    protected void Pause(TimeSpan time)
    {
        if (time > TimeSpan.Zero && stop.Wait(time)) throw new PipelineStoppedException();
    }

    protected new void WriteObject(object? value)
    {
        if (Behaviour.Current.ObjectMicroseconds is > 0 and var each)
        {
            var now = clock.Elapsed.TotalMicroseconds;
            due = Math.Max(due, now - 5000) + each; // short sleeps are late, and are made up for
            if (due - now >= 1000) Pause(TimeSpan.FromMicroseconds(due - now));
        }
        base.WriteObject(value);
    }

    protected new void WriteObject(object value, bool enumerate)
    {
        if (enumerate) foreach (var item in (System.Collections.IEnumerable)value) WriteObject(item);
        else WriteObject(value);
    }

    protected void Fail(Exception exception, ErrorCategory category, object? target)
    {
        var name = exception.GetType().Name;
        var id = $"[Server=EX01,RequestId={Guid.NewGuid()},TimeStamp={DateTime.UtcNow:M/d/yyyy h:mm:ss tt}] [FailureCategory=Cmdlet-{name}] {(uint)StableHash(exception.Message):X}";
        WriteError(new ErrorRecord(exception, id, category, target));
    }

    protected void NotFound(IdParameter identity) => Fail(
        new ManagementObjectNotFoundException($"The operation couldn't be performed because object '{identity}' couldn't be found on 'DC01.contoso.com'."),
        ErrorCategory.NotSpecified, identity.RawIdentity);

    protected AdServerSettings ServerSettings
    {
        get => SessionState.PSVariable.GetValue(SettingsVariable) as AdServerSettings ?? new();
        set => SessionState.PSVariable.Set(SettingsVariable, value);
    }
    private const string SettingsVariable = "global:ExchangePeerServerSettings";

    /// <summary>The units that this session sees; null is all.</summary>
    protected UnitSet? View
    {
        get
        {
            var (scope, settings) = (World.Scope, ServerSettings);
            var root = settings.ViewEntireForest || settings.RecipientViewRoot is null ? null : World.Units.Find(settings.RecipientViewRoot);
            if (scope is { Hard: true }) return scope.Units.And(root);
            return settings.ViewEntireForest ? null : root ?? scope?.Units;
        }
    }

    /// <summary>Finds a unit, or writes an error.</summary>
    protected UnitSet? RequireUnit(string identity)
    {
        try
        {
            if (World.Units.Find(identity) is { } found) return found;
            Fail(new ManagementObjectNotFoundException($"Organizational unit \"{identity}\" was not found. Please make sure you have typed it correctly."), ErrorCategory.NotSpecified, identity);
        }
        catch (ManagementObjectAmbiguousException e) { Fail(e, ErrorCategory.NotSpecified, identity); }
        return null;
    }

    private static int StableHash(string text) => text.Aggregate(17, (h, c) => unchecked(h * 31 + c));

    protected void Record(string target) => World.Record(MyInvocation.MyCommand.Name, target, Bound.Where(p => p.Key is not "Identity"));

    protected Mailbox? RequireMailbox(IdParameter identity)
    {
        if (World.FindMailbox(identity.RawIdentity) is { } mailbox && View?.Holds(mailbox.Index) != false) return mailbox;
        NotFound(identity);
        return null;
    }

    protected (Mailbox Mailbox, MobileDevice Device)? RequireDevice(IdParameter identity, bool legacy = false)
    {
        if (World.FindDevice(identity.RawIdentity, legacy) is { } found && View?.Holds(found.Mailbox.Index) != false) return found;
        NotFound(identity);
        return null;
    }
}

/// <summary>A Get cmdlet with a result limit and a simple filter.</summary>
public abstract class GetCmdlet : ExchangeCmdlet
{
    [Parameter] public Unlimited<uint> ResultSize { get; set; } = new(1000);
    [Parameter] public string? Filter { get; set { Search = new(value ?? "", ResultType, Filterable); field = value; } }
    [Parameter] public string? SortBy { get; set; }
    [Parameter] public string? OrganizationalUnit { get; set; }

    private uint written;
    protected OpathFilter Search { get; private set; } = new("", typeof(object), []);

    private Type ResultType => GetType().GetCustomAttribute<OutputTypeAttribute>()!.Type[0].Type;
    protected virtual IEnumerable<string> Filterable => ResultType.GetProperties().Select(p => p.Name).Order();

    /// <summary>Writes what the filter lets through, and warns when the limit cuts the results short.</summary>
    protected void Write(IEnumerable<object> results) => WriteChecked(results.Where(Search.Matches));

    /// <summary>The same for entries: no object is made of one that its indexed attributes rule out.</summary>
    protected void Write(IEnumerable<IEntry> entries, Func<object, bool>? wanted = null)
    {
        WriteChecked(Results());

        IEnumerable<object> Results()
        {
            foreach (var entry in entries)
            {
                if (Stopping) yield break;
                var early = Search.Early(entry);
                if (early is not false && entry.Make() is { } made && (early is true || Search.Matches(made)) && (wanted?.Invoke(made) ?? true)) yield return made;
            }
        }
    }

    /// <summary>The units that -OrganizationalUnit names, as far as the session sees them (null is all); false, after an error, if there are none.</summary>
    protected bool Select(out UnitSet? units)
    {
        units = View;
        if (!Bound.ContainsKey(nameof(OrganizationalUnit))) return true;
        if (RequireUnit(OrganizationalUnit ?? "") is not { } named) return false;
        units = named.And(units);
        return true;
    }

    protected static bool Resolves(string? anr, params string[] names) => anr is null || Array.Exists(names, n => n.StartsWith(anr, StringComparison.OrdinalIgnoreCase));

    private void WriteChecked(IEnumerable<object> results)
    {
        foreach (var result in results)
        {
            if (Stopping) return;
            if (!ResultSize.IsUnlimited && written >= ResultSize.Value)
            {
                WriteWarning(Bound.ContainsKey("ResultSize")
                    ? "There are more results available than are currently displayed. To view them, increase the value for the ResultSize parameter."
                    : "By default, only the first 1000 items are returned. Use the ResultSize parameter to specify the number of items returned. To return all items, specify \"-ResultSize Unlimited\". Be aware that, depending on the actual number of items, returning all items can take a long time and consume a large amount of memory. Also, we don't recommend storing the results in a variable. Instead, pipe the results to another task or script to perform batch changes.");
                return;
            }
            written++;
            WriteObject(result);
        }
    }
}

// ---- devices -----------------------------------------------------------------------------------------------------

[Cmdlet(VerbsCommon.Get, "MobileDevice", DefaultParameterSetName = "Identity"), OutputType(typeof(MobileDevice))]
public class GetMobileDevice : GetCmdlet
{
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "Identity")] public MobileDeviceIdParameter? Identity { get; set; }
    [Parameter(Mandatory = true, ParameterSetName = "Mailbox")] public MailboxIdParameter? Mailbox { get; set; }
    [Parameter] public SwitchParameter ActiveSync { get; set; }
    [Parameter] public SwitchParameter OWAforDevices { get; set; }
    [Parameter] public SwitchParameter UniversalOutlook { get; set; }
    [Parameter] public SwitchParameter RestApi { get; set; }
    [Parameter] public SwitchParameter Monitoring { get; set; }
    protected virtual bool Legacy => false;

    private static readonly string[] Documented =
    [
        "ClientType", "DeviceAccessControlRule", "DeviceAccessState", "DeviceAccessStateReason", "DeviceActiveSyncVersion", "DeviceId", "DeviceImei", "DeviceMobileOperator", "DeviceModel",
        "DeviceOS", "DeviceOSLanguage", "DeviceTelephoneNumber", "DeviceType", "DeviceUserAgent", "FirstSyncTime", "FriendlyName", "ProvisioningFlags", "UserDisplayName",
    ];
    private static readonly string[] Undocumented = ["WhenChanged", "WhenChangedUTC", "WhenCreated", "WhenCreatedUTC"];
    protected override IEnumerable<string> Filterable => Behaviour.Current.FilterWhenChanged ? Documented.Concat(Undocumented) : Documented;

    protected override void ProcessRecord()
    {
        if (!Select(out var units)) return;
        if (Identity is not null)
        {
            if (RequireDevice(Identity, Legacy) is { } found && units?.Holds(found.Mailbox.Index) != false) Write([found.Device]);
        }
        else if (Mailbox is null) Write(World.DeviceEntries(units, Legacy, Search), Wanted);
        else if (RequireMailbox(Mailbox) is { } mailbox && units?.Holds(mailbox.Index) != false) Write(World.Devices(mailbox, Legacy).Where(Wanted));
    }

    private bool Wanted(object result) => result is MobileDevice device &&
        (!ActiveSync || device.ClientType == MobileClientType.EAS) && (!UniversalOutlook || device.ClientType == MobileClientType.Outlook) && !OWAforDevices && !RestApi;
}

[Cmdlet(VerbsCommon.Get, "ActiveSyncDevice", DefaultParameterSetName = "Identity"), OutputType(typeof(ActiveSyncDevice))]
public sealed class GetActiveSyncDevice : GetMobileDevice
{
    protected override bool Legacy => true;
    protected override void BeginProcessing()
    {
        WriteWarning("The Get-ActiveSyncDevice cmdlet will be removed in a future version of Exchange. Use the Get-MobileDevice cmdlet instead.");
        base.BeginProcessing();
    }
}

[Cmdlet(VerbsCommon.Get, "MobileDeviceStatistics", DefaultParameterSetName = "Identity"), OutputType(typeof(MobileDeviceConfiguration))]
public class GetMobileDeviceStatistics : ExchangeCmdlet
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "Identity")] public MobileDeviceIdParameter? Identity { get; set; }
    [Parameter(Mandatory = true, ParameterSetName = "Mailbox")] public MailboxIdParameter? Mailbox { get; set; }
    [Parameter] public SwitchParameter ActiveSync { get; set; }
    [Parameter] public SwitchParameter GetMailboxLog { get; set; }
    [Parameter] public SwitchParameter ShowRecoveryPassword { get; set; }
    protected virtual bool Legacy => false;

    protected override void ProcessRecord()
    {
        Pause(Behaviour.Current.StatisticsTime);
        if (Identity is not null)
        {
            if (RequireDevice(Identity, Legacy) is { } found) WriteObject(World.Statistics(found.Mailbox, found.Device));
        }
        else if (RequireMailbox(Mailbox!) is { } mailbox)
            foreach (var device in World.Devices(mailbox, Legacy)) WriteObject(World.Statistics(mailbox, device));
    }
}

[Cmdlet(VerbsCommon.Get, "ActiveSyncDeviceStatistics", DefaultParameterSetName = "Identity"), OutputType(typeof(ActiveSyncDeviceConfiguration))]
public sealed class GetActiveSyncDeviceStatistics : GetMobileDeviceStatistics
{
    protected override bool Legacy => true;
    protected override void BeginProcessing()
    {
        WriteWarning("The Get-ActiveSyncDeviceStatistics cmdlet will be removed in a future version of Exchange. Use the Get-MobileDeviceStatistics cmdlet instead.");
        base.BeginProcessing();
    }
}

[Cmdlet(VerbsCommon.Clear, "MobileDevice", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
public sealed class ClearMobileDevice : ExchangeCmdlet
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)] public MobileDeviceIdParameter Identity { get; set; } = null!;
    [Parameter] public SwitchParameter Cancel { get; set; }
    [Parameter] public SwitchParameter AccountOnly { get; set; }
    [Parameter] public MultiValuedProperty<string>? NotificationEmailAddresses { get; set; }

    protected override void ProcessRecord()
    {
        if (RequireDevice(Identity) is not { } found) return;
        if (!ShouldProcess($"Clearing mobile device \"{found.Device.Id}\".", $"Are you sure you want to perform this action?\nThe mobile device \"{found.Device.Id}\" will be remotely wiped.", "Confirm")) return;
        World.Wipe(found.Mailbox, found.Device, Caller, AccountOnly, Cancel);
        Record(found.Device.DeviceId);
    }
}

[Cmdlet(VerbsCommon.Remove, "MobileDevice", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveMobileDevice : ExchangeCmdlet
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)] public MobileDeviceIdParameter Identity { get; set; } = null!;

    protected override void ProcessRecord()
    {
        if (RequireDevice(Identity) is not { } found) return;
        if (!ShouldProcess($"Removing mobile device \"{found.Device.Id}\".", $"Are you sure you want to perform this action?\nRemoving mobile device \"{found.Device.Id}\".", "Confirm")) return;
        World.Remove(found.Device);
        Record(found.Device.DeviceId);
    }
}

[Cmdlet(VerbsCommon.Get, "ActiveSyncDeviceClass"), OutputType(typeof(ActiveSyncDeviceClass))]
public sealed class GetActiveSyncDeviceClass : GetCmdlet
{
    [Parameter(Position = 0, ValueFromPipeline = true)] public IdParameter? Identity { get; set; }
    protected override void ProcessRecord() => Write(World.Mailboxes().Take(50).SelectMany(m => World.Devices(m)).DistinctBy(d => (d.DeviceType, d.DeviceModel))
        .Select(d => new ActiveSyncDeviceClass { Id = World.ConfigurationId($"{d.DeviceType}§{d.DeviceModel}"), DeviceType = d.DeviceType, DeviceModel = d.DeviceModel, LastUpdateTime = d.WhenChangedUTC }));
}

// ---- mailboxes ---------------------------------------------------------------------------------------------------

[Cmdlet(VerbsCommon.Get, "CASMailbox"), OutputType(typeof(CASMailbox))]
public sealed class GetCASMailbox : GetCmdlet
{
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)] public MailboxIdParameter? Identity { get; set; }
    [Parameter] public string? Anr { get; set; }
    [Parameter] public SwitchParameter ReadFromDomainController { get; set; }
    [Parameter] public SwitchParameter IgnoreDefaultScope { get; set; }
    [Parameter] public SwitchParameter Monitoring { get; set; }
    [Parameter] public SwitchParameter RecalculateHasActiveSyncDevicePartnership { get; set; }

    protected override void ProcessRecord()
    {
        if (!Select(out var units)) return;
        if (Identity is null) Write(World.MailboxEntries(units, Of), o => o is CASMailbox m && Resolves(Anr, m.DisplayName, m.SamAccountName));
        else if (RequireMailbox(Identity) is { } mailbox && units?.Holds(mailbox.Index) != false) Write([Of(mailbox)]);
    }

    public static CASMailbox Of(Mailbox mailbox)
    {
        var (s, (created, changed)) = (World.SettingsOf(mailbox), World.TimesOf(mailbox.Index));
        return new()
        {
            Id = mailbox.Id, DisplayName = mailbox.DisplayName, SamAccountName = mailbox.Alias, PrimarySmtpAddress = mailbox.Smtp,
            EmailAddresses = ["SMTP:" + mailbox.Smtp, $"smtp:{mailbox.Alias}@mail.contoso.com"],
            LegacyExchangeDN = "/o=Contoso/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn=" + mailbox.Alias,
            ActiveSyncAllowedDeviceIDs = [.. s?.Allowed ?? []], ActiveSyncBlockedDeviceIDs = [.. s?.Blocked ?? []],
            ActiveSyncEnabled = s?.ActiveSyncEnabled ?? true, ActiveSyncMailboxPolicy = World.PolicyOf(mailbox).Id,
            ActiveSyncMailboxPolicyIsDefaulted = s?.Policy is null, HasActiveSyncDevicePartnership = World.HasDevices(mailbox),
            WhenCreatedUTC = created, WhenChangedUTC = changed,
        };
    }
}

[Cmdlet(VerbsCommon.Set, "CASMailbox", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
public sealed class SetCASMailbox : ExchangeCmdlet
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)] public MailboxIdParameter Identity { get; set; } = null!;
    [Parameter, AllowNull] public MultiValuedProperty<string>? ActiveSyncAllowedDeviceIDs { get; set; }
    [Parameter, AllowNull] public MultiValuedProperty<string>? ActiveSyncBlockedDeviceIDs { get; set; }
    [Parameter] public bool ActiveSyncEnabled { get; set; }
    [Parameter, AllowNull] public MailboxPolicyIdParameter? ActiveSyncMailboxPolicy { get; set; }
    [Parameter] public bool ActiveSyncDebugLogging { get; set; }
    [Parameter] public SwitchParameter IgnoreDefaultScope { get; set; }

    protected override void ProcessRecord()
    {
        if (RequireMailbox(Identity) is not { } mailbox) return;
        if (ActiveSyncMailboxPolicy is { } policy && !World.Policies.Exists(p => p.Name.Equals(policy.RawIdentity, StringComparison.OrdinalIgnoreCase))) { NotFound(policy); return; }
        if (!ShouldProcess(mailbox.Id.ToString(), "Set-CASMailbox")) return;
        var modified = World.Update(mailbox, s =>
        {
            if (Bound.ContainsKey(nameof(ActiveSyncAllowedDeviceIDs))) s.Allowed = ActiveSyncAllowedDeviceIDs?.ApplyTo(s.Allowed) ?? [];
            if (Bound.ContainsKey(nameof(ActiveSyncBlockedDeviceIDs))) s.Blocked = ActiveSyncBlockedDeviceIDs?.ApplyTo(s.Blocked) ?? [];
            if (Bound.ContainsKey(nameof(ActiveSyncEnabled))) s.ActiveSyncEnabled = ActiveSyncEnabled;
            if (Bound.ContainsKey(nameof(ActiveSyncMailboxPolicy))) s.Policy = ActiveSyncMailboxPolicy?.RawIdentity;
        });
        if (!modified) WriteWarning($"The command completed successfully but no settings of '{mailbox.Id}' have been modified.");
        Record(mailbox.Alias);
    }
}

[Cmdlet(VerbsCommon.Get, "Recipient"), OutputType(typeof(ReducedRecipient))]
public sealed class GetRecipient : GetCmdlet
{
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)] public MailboxIdParameter? Identity { get; set; }
    [Parameter] public string? Anr { get; set; }
    [Parameter] public RecipientType[]? RecipientType { get; set; }
    [Parameter] public RecipientTypeDetails[]? RecipientTypeDetails { get; set; }
    [Parameter] public SwitchParameter ReadFromDomainController { get; set; }
    [Parameter] public SwitchParameter IgnoreDefaultScope { get; set; }

    protected override void ProcessRecord()
    {
        if (!Select(out var units)) return;
        if (Identity is null) Write(World.MailboxEntries(units, Of), Wanted);
        else if (RequireMailbox(Identity) is { } mailbox && units?.Holds(mailbox.Index) != false) Write([Of(mailbox)]);
    }

    private bool Wanted(object result) => result is ReducedRecipient r && Resolves(Anr, r.DisplayName, r.Alias)
        && RecipientType?.Contains(r.RecipientType) != false && RecipientTypeDetails?.Contains(r.RecipientTypeDetails) != false;

    public static ReducedRecipient Of(Mailbox m)
    {
        var (created, changed) = World.TimesOf(m.Index);
        return new()
        {
            Id = m.Id, Alias = m.Alias, DisplayName = m.DisplayName, SamAccountName = m.Alias, PrimarySmtpAddress = m.Smtp, EmailAddresses = ["SMTP:" + m.Smtp],
            OrganizationalUnit = m.Unit.ToString(), HasActiveSyncDevicePartnership = World.HasDevices(m), WhenCreatedUTC = created, WhenChangedUTC = changed,
        };
    }
}

[Cmdlet(VerbsCommon.Get, "ExchangeServer"), OutputType(typeof(ExchangeServer))]
public sealed class GetExchangeServer : GetCmdlet
{
    [Parameter(Position = 0, ValueFromPipeline = true)] public IdParameter? Identity { get; set; }
    [Parameter] public SwitchParameter Status { get; set; }

    protected override void ProcessRecord()
    {
        string[] names = Identity is null ? ["EX01", "EX02"] : new[] { "EX01", "EX02" }.Where(n => n.Equals(Identity.RawIdentity, StringComparison.OrdinalIgnoreCase)).ToArray();
        if (names.Length == 0) NotFound(Identity!);
        Write(names.Select(n => new ExchangeServer { Id = World.ConfigurationId(n), Fqdn = n.ToLowerInvariant() + ".contoso.com", Site = World.SiteId("Default-First-Site-Name") }));
    }
}

[Cmdlet(VerbsCommon.Set, "ADServerSettings")]
public sealed class SetADServerSettings : ExchangeCmdlet
{
    [Parameter] public bool ViewEntireForest { get; set; }
    [Parameter] public string? RecipientViewRoot { get; set; }
    [Parameter] public string? PreferredGlobalCatalog { get; set; }

    protected override void ProcessRecord()
    {
        if (RecipientViewRoot is not null && RequireUnit(RecipientViewRoot) is null) return;
        var (view, root) = (ServerSettings.ViewEntireForest, ServerSettings.RecipientViewRoot);
        if (Bound.ContainsKey(nameof(ViewEntireForest))) (view, root) = (ViewEntireForest, ViewEntireForest ? null : root);
        if (RecipientViewRoot is not null) (view, root) = (false, RecipientViewRoot);
        ServerSettings = new() { ViewEntireForest = view, RecipientViewRoot = root };
        Record("");
    }
}

[Cmdlet(VerbsCommon.Get, "ADServerSettings"), OutputType(typeof(RunspaceServerSettingsPresentationObject))]
public sealed class GetADServerSettings : ExchangeCmdlet
{
    protected override void ProcessRecord() => WriteObject(new RunspaceServerSettingsPresentationObject
    {
        ViewEntireForest = ServerSettings.ViewEntireForest,
        RecipientViewRoot = ServerSettings.ViewEntireForest ? null : ServerSettings.RecipientViewRoot ?? (World.Scope is { Hard: false } scope ? scope.Name : "contoso.com"),
    });
}

/// <summary>What Set-ADServerSettings set in a runspace.</summary>
public sealed record AdServerSettings
{
    public bool ViewEntireForest { get; init; }
    public string? RecipientViewRoot { get; init; }
}

// ---- configuration -----------------------------------------------------------------------------------------------

/// <summary>Offers every settable property of a configuration object as a parameter, and copies the bound ones.</summary>
public abstract class ConfigurationCmdlet<T> : ExchangeCmdlet where T : ADConfigurationObject
{
    protected virtual string[] Hidden => [];
    private IEnumerable<PropertyInfo> Settable => typeof(T).GetProperties().Where(p => p.CanWrite && p.DeclaringType != typeof(Data.Directory.ADObject) && p.DeclaringType != typeof(Data.Directory.ADRawEntry) && !Hidden.Contains(p.Name) && !Behaviour.Current.Denied.Parameter(CmdletName, p.Name));
    private string CmdletName => GetType().GetCustomAttribute<CmdletAttribute>() is { } c ? $"{c.VerbName}-{c.NounName}" : "";

    public override object? GetDynamicParameters()
    {
        var parameters = new RuntimeDefinedParameterDictionary();
        foreach (var p in Settable)
            parameters.Add(p.Name, new(p.Name, p.PropertyType, new Collection<Attribute> { new ParameterAttribute(), new AllowNullAttribute(), new AllowEmptyStringAttribute(), new AllowEmptyCollectionAttribute() }));
        return parameters;
    }

    protected void CopyTo(T target)
    {
        foreach (var p in Settable.Where(p => Bound.ContainsKey(p.Name)))
            p.SetValue(target, Bound[p.Name] switch
            {
                MultiValuedProperty<string> m => new MultiValuedProperty<string>(m.ApplyTo((MultiValuedProperty<string>)p.GetValue(target)!)),
                null when p.PropertyType == typeof(MultiValuedProperty<string>) => new MultiValuedProperty<string>(),
                var value => value,
            });
        target.WhenChangedUTC = DateTime.UtcNow;
    }

    protected void Find<TItem>(List<TItem> items, IdParameter identity, Action<TItem> found) where TItem : ADConfigurationObject
    {
        lock (World.Gate)
            if (items.Find(i => i.Name.Equals(identity.RawIdentity, StringComparison.OrdinalIgnoreCase) || i.DistinguishedName.Equals(identity.RawIdentity, StringComparison.OrdinalIgnoreCase) || i.Guid.ToString() == identity.RawIdentity) is { } item) found(item);
            else NotFound(identity);
    }

    protected bool Add<TItem>(List<TItem> items, TItem item) where TItem : ADConfigurationObject
    {
        lock (World.Gate)
        {
            if (items.Exists(i => i.Name.Equals(item.Name, StringComparison.OrdinalIgnoreCase)))
            {
                Fail(new ManagementObjectAlreadyExistsException($"The object \"{item.Name}\" already exists."), ErrorCategory.ResourceExists, item.Name);
                return false;
            }
            item.WhenCreatedUTC = item.WhenChangedUTC = DateTime.UtcNow;
            items.Add(item);
            Record(item.Name);
            return true;
        }
    }
}

[Cmdlet(VerbsCommon.Get, "ActiveSyncOrganizationSettings"), OutputType(typeof(ActiveSyncOrganizationSettings))]
public sealed class GetActiveSyncOrganizationSettings : ExchangeCmdlet
{
    [Parameter(Position = 0)] public IdParameter? Identity { get; set; }
    protected override void ProcessRecord() => WriteObject(World.Organization);
}

[Cmdlet(VerbsCommon.Set, "ActiveSyncOrganizationSettings", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
public sealed class SetActiveSyncOrganizationSettings : ConfigurationCmdlet<ActiveSyncOrganizationSettings>
{
    [Parameter(Position = 0)] public IdParameter? Identity { get; set; }
    protected override void ProcessRecord()
    {
        if (!ShouldProcess("Mobile Mailbox Settings")) return;
        lock (World.Gate) CopyTo(World.Organization);
        Record("Mobile Mailbox Settings");
    }
}

[Cmdlet(VerbsCommon.Get, "ActiveSyncDeviceAccessRule"), OutputType(typeof(ActiveSyncDeviceAccessRule))]
public sealed class GetActiveSyncDeviceAccessRule : ConfigurationCmdlet<ActiveSyncDeviceAccessRule>
{
    [Parameter(Position = 0, ValueFromPipeline = true)] public ActiveSyncDeviceAccessRuleIdParameter? Identity { get; set; }
    protected override string[] Hidden => ["QueryString", "Characteristic", "AccessLevel"];
    protected override void ProcessRecord()
    {
        if (Identity is null) WriteObject(World.Rules.ToArray(), true); else Find(World.Rules, Identity, WriteObject);
    }
}

[Cmdlet(VerbsCommon.New, "ActiveSyncDeviceAccessRule", SupportsShouldProcess = true), OutputType(typeof(ActiveSyncDeviceAccessRule))]
public sealed class NewActiveSyncDeviceAccessRule : ConfigurationCmdlet<ActiveSyncDeviceAccessRule>
{
    [Parameter(Mandatory = true)] public string QueryString { get; set; } = "";
    [Parameter(Mandatory = true)] public DeviceAccessCharacteristic Characteristic { get; set; }
    [Parameter(Mandatory = true)] public DeviceAccessLevel AccessLevel { get; set; }
    protected override string[] Hidden => ["QueryString", "Characteristic", "AccessLevel"];
    protected override void ProcessRecord()
    {
        var name = $"{QueryString} ({Characteristic})";
        if (!ShouldProcess(name)) return;
        var rule = World.NewRule(QueryString, Characteristic, AccessLevel);
        if (Add(World.Rules, rule)) WriteObject(rule);
    }
}

[Cmdlet(VerbsCommon.Set, "ActiveSyncDeviceAccessRule", SupportsShouldProcess = true)]
public sealed class SetActiveSyncDeviceAccessRule : ConfigurationCmdlet<ActiveSyncDeviceAccessRule>
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)] public ActiveSyncDeviceAccessRuleIdParameter Identity { get; set; } = null!;
    protected override string[] Hidden => ["QueryString", "Characteristic"];
    protected override void ProcessRecord() => Find(World.Rules, Identity, rule => { if (ShouldProcess(rule.Name)) { CopyTo(rule); Record(rule.Name); } });
}

[Cmdlet(VerbsCommon.Remove, "ActiveSyncDeviceAccessRule", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveActiveSyncDeviceAccessRule : ConfigurationCmdlet<ActiveSyncDeviceAccessRule>
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)] public ActiveSyncDeviceAccessRuleIdParameter Identity { get; set; } = null!;
    protected override string[] Hidden => ["QueryString", "Characteristic", "AccessLevel"];
    protected override void ProcessRecord() => Find(World.Rules, Identity, rule => { if (ShouldProcess(rule.Name)) { World.Rules.Remove(rule); Record(rule.Name); } });
}

/// <summary>Mailbox policies are stored once; the ActiveSync cmdlets show and set them under their older property names.</summary>
public abstract class PolicyCmdlet<T> : ConfigurationCmdlet<T> where T : MailboxPolicy, new()
{
    private static string Plain(string name) => name.Replace("Device", "");

    protected static TOut Convert<TIn, TOut>(TIn policy) where TIn : MailboxPolicy where TOut : MailboxPolicy, new()
    {
        if (policy is TOut same) return same;
        var result = new TOut { Id = policy.Id, Name = policy.Name, WhenCreatedUTC = policy.WhenCreatedUTC, WhenChangedUTC = policy.WhenChangedUTC };
        foreach (var to in typeof(TOut).GetProperties().Where(p => p.CanWrite))
            if (Array.Find(typeof(TIn).GetProperties(), p => Plain(p.Name) == Plain(to.Name)) is { } from) to.SetValue(result, from.GetValue(policy));
        return result;
    }

    protected void Store(MobileMailboxPolicy old, T changed)
    {
        var stored = Convert<T, MobileMailboxPolicy>(changed);
        if (stored.IsDefault) foreach (var other in World.Policies) other.IsDefault = false;
        World.Policies[World.Policies.IndexOf(old)] = stored;
        stored.IsDefault = changed.IsDefault;
    }
}

public abstract class GetPolicy<T> : PolicyCmdlet<T> where T : MailboxPolicy, new()
{
    [Parameter(Position = 0, ValueFromPipeline = true)] public MailboxPolicyIdParameter? Identity { get; set; }
    protected override string[] Hidden => [.. typeof(T).GetProperties().Select(p => p.Name)];
    protected override void ProcessRecord()
    {
        if (Identity is null) WriteObject(World.Policies.Select(Convert<MobileMailboxPolicy, T>).ToArray(), true);
        else Find(World.Policies, Identity, p => WriteObject(Convert<MobileMailboxPolicy, T>(p)));
    }
}

public abstract class NewPolicy<T> : PolicyCmdlet<T> where T : MailboxPolicy, new()
{
    [Parameter(Mandatory = true, Position = 0)] public string Name { get; set; } = "";
    protected override string[] Hidden => ["Name"];
    protected override void ProcessRecord()
    {
        if (!ShouldProcess(Name)) return;
        var policy = new T { Id = World.ConfigurationId(Name), Name = Name };
        CopyTo(policy);
        if (Add(World.Policies, Convert<T, MobileMailboxPolicy>(policy))) WriteObject(policy);
    }
}

public abstract class SetPolicy<T> : PolicyCmdlet<T> where T : MailboxPolicy, new()
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)] public MailboxPolicyIdParameter Identity { get; set; } = null!;
    protected override void ProcessRecord() => Find(World.Policies, Identity, policy =>
    {
        if (!ShouldProcess(policy.Name)) return;
        var changed = Convert<MobileMailboxPolicy, T>(policy);
        CopyTo(changed);
        Store(policy, changed);
        Record(policy.Name);
    });
}

public abstract class RemovePolicy<T> : PolicyCmdlet<T> where T : MailboxPolicy, new()
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)] public MailboxPolicyIdParameter Identity { get; set; } = null!;
    [Parameter] public SwitchParameter Force { get; set; }
    protected override string[] Hidden => [.. typeof(T).GetProperties().Select(p => p.Name)];
    protected override void ProcessRecord() => Find(World.Policies, Identity, policy => { if (Force || ShouldProcess(policy.Name)) { World.Policies.Remove(policy); Record(policy.Name); } });
}

[Cmdlet(VerbsCommon.Get, "MobileDeviceMailboxPolicy"), OutputType(typeof(MobileMailboxPolicy))] public sealed class GetMobileDeviceMailboxPolicy : GetPolicy<MobileMailboxPolicy>;
[Cmdlet(VerbsCommon.Get, "ActiveSyncMailboxPolicy"), OutputType(typeof(ActiveSyncMailboxPolicy))] public sealed class GetActiveSyncMailboxPolicy : GetPolicy<ActiveSyncMailboxPolicy>;
[Cmdlet(VerbsCommon.New, "MobileDeviceMailboxPolicy", SupportsShouldProcess = true)] public sealed class NewMobileDeviceMailboxPolicy : NewPolicy<MobileMailboxPolicy>;
[Cmdlet(VerbsCommon.New, "ActiveSyncMailboxPolicy", SupportsShouldProcess = true)] public sealed class NewActiveSyncMailboxPolicy : NewPolicy<ActiveSyncMailboxPolicy>;
[Cmdlet(VerbsCommon.Set, "MobileDeviceMailboxPolicy", SupportsShouldProcess = true)] public sealed class SetMobileDeviceMailboxPolicy : SetPolicy<MobileMailboxPolicy>;
[Cmdlet(VerbsCommon.Set, "ActiveSyncMailboxPolicy", SupportsShouldProcess = true)] public sealed class SetActiveSyncMailboxPolicy : SetPolicy<ActiveSyncMailboxPolicy>;
[Cmdlet(VerbsCommon.Remove, "MobileDeviceMailboxPolicy", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)] public sealed class RemoveMobileDeviceMailboxPolicy : RemovePolicy<MobileMailboxPolicy>;
[Cmdlet(VerbsCommon.Remove, "ActiveSyncMailboxPolicy", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)] public sealed class RemoveActiveSyncMailboxPolicy : RemovePolicy<ActiveSyncMailboxPolicy>;
