// Where mailboxes live: in Users and, with --ous, in organizational units, some inside others; and what of that a session sees.
// SPDX-License-Identifier: LGPL-2.1-or-later
using System.Text.RegularExpressions;
using Microsoft.Exchange.Configuration.Tasks;
using Microsoft.Exchange.Data.Directory;

namespace ExchangePeer;

public sealed record OrganizationalUnit(int Index, OrganizationalUnit? Parent, ADObjectId Id)
{
    public bool IsWithin(OrganizationalUnit other) => this == other || Parent?.IsWithin(other) == true;
}

/// <summary>Units by number: the ones whose mailboxes are meant.</summary>
public sealed class UnitSet(bool[] units)
{
    public bool Holds(int mailbox) => units[mailbox % units.Length];
    public UnitSet And(UnitSet? other) => other is null ? this : new([.. units.Select((u, i) => u && other.Holds(i))]);
}

/// <summary>What a session sees of the recipients: nothing but these units, unless it asked for the entire forest and that helps.</summary>
public sealed record Scope(string Name, UnitSet Units, bool Hard);

public sealed class Units
{
    // Names that need care in a canonical or a distinguished name; the innermost share one, so that it alone is ambiguous.
    private static readonly string[] Names = ["Staff", "Vertrieb, Süd", "R/D", "Équipe + Co", "営業部"];
    private static readonly ADObjectId Domain = new("contoso.com", "DC=contoso,DC=com", new Guid("0c0ffee0-0000-4000-8000-000000000000"), "contoso");

    private readonly OrganizationalUnit[] all;

    public Units(int count)
    {
        all = new OrganizationalUnit[Math.Max(count, 1)];
        all[0] = new(0, null, Child(Domain, "Users", new Guid("0c0ffee0-0000-4000-8000-000000000001")));
        for (var i = 1; i < all.Length; i++)
        {
            var parent = i % 3 == 1 ? null : all[i - 1];
            var name = i % 3 == 0 ? "Archive" : $"{Names[(i / 3 + i % 3 - 1) % Names.Length]} {i}";
            all[i] = new(i, parent, Child(parent?.Id ?? Domain, name, new Guid(i, 0x0ff1, 0x4ce0, 0x80, 0, 0, 0, 0, 0, 0, 1), "OU"));
        }
    }

    public IReadOnlyList<OrganizationalUnit> All => all;
    public ADObjectId Of(int mailbox) => all[mailbox % all.Length].Id;

    public static ADObjectId Child(ADObjectId parent, string name, Guid guid, string attribute = "CN") =>
        new($"{parent}/{name.Replace("/", "\\/")}", $"{attribute}={EscapeRdn(name)},{parent.DistinguishedName}", guid, name);

    public static string EscapeRdn(string name) => Regex.Replace(name, "[,+\"\\\\<>;=]", @"\$0");

    /// <summary>A unit (or the domain) and all within it, by canonical name, distinguished name, guid or name; null when there is none.</summary>
    public UnitSet? Find(string identity)
    {
        var text = identity.Trim().TrimEnd('/');
        bool Is(string s) => string.Equals(s, text, StringComparison.OrdinalIgnoreCase);
        bool Names(ADObjectId id) => Is(id.ToString()) || Is(id.DistinguishedName) || Is(id.Name) || (Guid.TryParse(text, out var guid) && guid == id.ObjectGuid);
        if (Names(Domain)) return new([.. all.Select(_ => true)]);
        var found = all.Where(u => Names(u.Id)).ToArray();
        if (found.Length > 1) throw new ManagementObjectAmbiguousException($"The operation couldn't be performed because '{identity}' matches multiple entries.");
        return found.Length == 0 ? null : new([.. all.Select(u => u.IsWithin(found[0]))]);
    }
}
