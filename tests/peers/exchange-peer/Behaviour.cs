// How slow this Exchange is, how much it lets a user do, and what its RBAC leaves of the cmdlets.
// SPDX-License-Identifier: LGPL-2.1-or-later
using System.Collections;
using System.Management.Automation;
using System.Reflection;

namespace ExchangePeer;

public sealed record Behaviour(TimeSpan CmdletTime, TimeSpan StatisticsTime, double ObjectMicroseconds, Budget? Budget, bool FilterWhenChanged, bool OpenSelect, Denials Denied)
{
    public static Behaviour Current { get; set; } = new(TimeSpan.Zero, TimeSpan.Zero, 0, null, false, false, new(""));
}

/// <summary>Lets each user run so many cmdlets in a period; from then on each one is held up.</summary>
public sealed class Budget(int cmdlets, TimeSpan period, TimeSpan delay)
{
    private readonly Dictionary<string, Queue<DateTime>> used = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>"cmdlets/seconds", or "cmdlets/seconds/delay in ms"; null for "off".</summary>
    public static Budget? Parse(string text)
    {
        if (text == "off") return null;
        var parts = text.Split('/').Select(int.Parse).ToArray();
        return new(parts[0], TimeSpan.FromSeconds(parts[1]), TimeSpan.FromMilliseconds(parts.ElementAtOrDefault(2) is > 0 and var ms ? ms : 1000));
    }

    /// <summary>Counts a cmdlet; returns how long it has to wait, and the warning that tells so, once the budget is spent.</summary>
    public (TimeSpan Delay, string Warning)? Charge(string user)
    {
        int left;
        lock (used)
        {
            if (!used.TryGetValue(user, out var times)) used[user] = times = new();
            var now = DateTime.UtcNow;
            while (times.TryPeek(out var first) && now - first > period) times.Dequeue();
            times.Enqueue(now);
            left = cmdlets - times.Count;
        }
        var (ms, full) = ((long)delay.TotalMilliseconds, (long)(cmdlets * delay.TotalMilliseconds));
        return left >= 0 ? null : (delay, $"Micro delay applied. Actual delayed: {ms} msecs, Enforced: True, Capped delay: {ms} msecs, Required: False, Additional info: ; " +
            $"PolicyDN: CN=GlobalThrottlingPolicy,CN=Global Settings,CN=Contoso,CN=Microsoft Exchange,CN=Services,CN=Configuration,DC=contoso,DC=com;Snapshot: Owner: Sid~{user}~WSMan~false, " +
            $"BudgetType: WSMan, Balance: {left * ms}/{full}/{-full}, ExchangeCmdletsLeft: 0/{cmdlets}, CmdletTimePeriod: {(int)period.TotalSeconds}");
    }
}

/// <summary>Cmdlets and parameters that the session's role does not hold: "Cmdlet" and "Cmdlet:Parameter" by comma.</summary>
public sealed class Denials(string list)
{
    private readonly HashSet<string> entries = new(list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries), StringComparer.OrdinalIgnoreCase);

    public IEnumerable<string> Cmdlets => entries.Select(e => e.Split(':')[0]);
    public bool Cmdlet(string name) => entries.Contains(name);
    public bool Parameter(string cmdlet, string parameter) => entries.Contains(cmdlet + ":" + parameter);
    public IEnumerable<string> ParametersOf(string cmdlet) => entries.Where(e => e.StartsWith(cmdlet + ":", StringComparison.OrdinalIgnoreCase)).Select(e => e[(cmdlet.Length + 1)..]);

    /// <summary>
    /// Takes a cmdlet class's denied parameters out of the engine's metadata, which it makes once for each class and keeps: to the engine
    /// they do not exist. Dynamic parameters are left to the cmdlet.
    /// </summary>
    public void Trim(string cmdlet, Type type)
    {
        const BindingFlags any = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
        if (!ParametersOf(cmdlet).Any()) return;
        var metadata = typeof(PSObject).Assembly.GetType("System.Management.Automation.InternalParameterMetadata", true)!;
        var own = Activator.CreateInstance(metadata, any, null, [type, false], null)!;
        var parameters = (IDictionary)metadata.GetProperty("BindableParameters", any)!.GetValue(own)!;
        foreach (var name in ParametersOf(cmdlet)) parameters.Remove(name);
        ((IDictionary)metadata.GetField("s_parameterMetadataCache", any)!.GetValue(null)!)[type.AssemblyQualifiedName!] = own;
    }
}
