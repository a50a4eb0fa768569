// -Filter: OPATH's comparisons with -and, -or, -not and parentheses, over one type's properties.
// SPDX-License-Identifier: LGPL-2.1-or-later
using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Exchange.Configuration.Tasks;

namespace ExchangePeer;

/// <summary>What a directory has indexed: known of an entry before its object is made.</summary>
public enum Indexed { None, DeviceId, DeviceType, DeviceModel, ClientType, FirstSyncTime, WhenCreated, WhenChanged }

/// <summary>An entry of the directory, whose object is made only when it is wanted.</summary>
public interface IEntry
{
    static readonly object Unknown = new();

    /// <summary>The value of an indexed attribute, or Unknown.</summary>
    object? Early(Indexed attribute);

    /// <summary>The object; null when it is gone.</summary>
    object? Make();
}

public sealed class OpathFilter
{
    private static readonly Regex Token = new(@"\G\s*(?<t>[(){}]|-[a-z]+|'(?:[^']|'')*'|""[^""]*""|[$\w.]+|-?\d+|$)", RegexOptions.IgnoreCase);
    private static readonly string[] Comparisons = ["-eq", "-ne", "-like", "-notlike", "-gt", "-ge", "-lt", "-le"];

    private readonly string text;
    private readonly Type type;
    private readonly IEnumerable<string> filterable;
    private Match token;
    private readonly Node? root;

    public OpathFilter(string text, Type type, IEnumerable<string> filterable)
    {
        (this.text, this.type, this.filterable) = (text, type, filterable);
        token = Token.Match(text);
        if (text.Trim() == "") return;
        root = Either();
        if (!Is("")) throw Invalid();
    }

    public bool Matches(object o) => root?.Matches(o) ?? true;

    /// <summary>What the indexed attributes alone tell: true, false, or null when the object has to be looked at.</summary>
    public bool? Early(IEntry entry) => root is null ? true : root.Early(entry);

    /// <summary>Whether it asks for device ids, and what they all begin with, as far as that is ASCII.</summary>
    public bool UsesDeviceId => root?.Uses(Indexed.DeviceId) == true;
    public string DeviceIdPrefix => root?.DeviceIdPrefix ?? "";

    // ---- the parts of a filter -----------------------------------------------------------------------------------

    private abstract class Node
    {
        public abstract bool Matches(object o);
        public abstract bool? Early(IEntry entry);
        public abstract bool Uses(Indexed attribute);
        public virtual string DeviceIdPrefix => "";
    }

    private sealed class And(Node a, Node b) : Node
    {
        public override bool Matches(object o) => a.Matches(o) && b.Matches(o);
        public override bool? Early(IEntry entry)
        {
            if (a.Early(entry) is not bool first) return b.Early(entry) is false ? false : null;
            return first ? b.Early(entry) : false;
        }
        public override bool Uses(Indexed attribute) => a.Uses(attribute) || b.Uses(attribute);
        public override string DeviceIdPrefix { get; } = a.DeviceIdPrefix.Length >= b.DeviceIdPrefix.Length ? a.DeviceIdPrefix : b.DeviceIdPrefix;
    }

    private sealed class Or(Node a, Node b) : Node
    {
        public override bool Matches(object o) => a.Matches(o) || b.Matches(o);
        public override bool? Early(IEntry entry)
        {
            if (a.Early(entry) is not bool first) return b.Early(entry) is true ? true : null;
            return first ? true : b.Early(entry);
        }
        public override bool Uses(Indexed attribute) => a.Uses(attribute) || b.Uses(attribute);
    }

    private sealed class Not(Node a) : Node
    {
        public override bool Matches(object o) => !a.Matches(o);
        public override bool? Early(IEntry entry) => !a.Early(entry);
        public override bool Uses(Indexed attribute) => a.Uses(attribute);
    }

    private sealed class Term(PropertyInfo? property, Func<object?, bool> test, string prefix) : Node
    {
        private readonly Indexed indexed = property?.Name switch
        {
            "DeviceId" => Indexed.DeviceId, "DeviceType" => Indexed.DeviceType, "DeviceModel" => Indexed.DeviceModel,
            "ClientType" => Indexed.ClientType, "FirstSyncTime" => Indexed.FirstSyncTime,
            "WhenCreated" or "WhenCreatedUTC" => Indexed.WhenCreated, "WhenChanged" or "WhenChangedUTC" => Indexed.WhenChanged,
            _ => Indexed.None,
        };

        public override bool Matches(object o) => test(property?.GetValue(o));
        public override bool? Early(IEntry entry)
        {
            if (indexed == Indexed.None) return null;
            var value = entry.Early(indexed);
            return ReferenceEquals(value, IEntry.Unknown) ? null : test(value);
        }
        public override bool Uses(Indexed attribute) => indexed == attribute;
        public override string DeviceIdPrefix => indexed == Indexed.DeviceId ? prefix : "";
    }

    // ---- parser --------------------------------------------------------------------------------------------------

    private bool Is(string word) => token.Success && token.Groups["t"].Value.Equals(word, StringComparison.OrdinalIgnoreCase);
    private bool Skip(string word) { var found = Is(word); if (found) Take(); return found; }

    private string Take()
    {
        if (!token.Success || Is("")) throw Invalid();
        var taken = token.Groups["t"].Value;
        token = Token.Match(text, token.Index + token.Length);
        return taken;
    }

    private InvalidFilterException Invalid() => new(
        $"Invalid filter syntax. For a description of the filter parameter syntax see the command help.\r\n\"{text}\" at position {(token.Success ? token.Groups["t"].Index + 1 : text.Length)}.");

    private Node Either()
    {
        var left = Both();
        while (Skip("-or")) left = new Or(left, Both());
        return left;
    }

    private Node Both()
    {
        var left = One();
        while (Skip("-and")) left = new And(left, One());
        return left;
    }

    private Node One()
    {
        if (Skip("-not")) return new Not(One());
        if (Is("(") || Is("{"))
        {
            var close = Take() == "(" ? ")" : "}";
            var inner = Either();
            return Skip(close) ? inner : throw Invalid();
        }
        var (name, op, raw) = (Take(), Take().ToLowerInvariant(), Take());
        if (!Comparisons.Contains(op)) throw Invalid();
        if (!filterable.Contains(name, StringComparer.OrdinalIgnoreCase))
            throw new InvalidFilterException($"\"{name}\" is not a recognized filterable property. Valid property names are: {string.Join(", ", filterable)}.");
        var property = type.GetProperty(name, BindingFlags.IgnoreCase | BindingFlags.Public | BindingFlags.Instance);
        string? value = raw.ToLowerInvariant() switch { "$true" => "True", "$false" => "False", "$null" => null, _ => raw[0] is '\'' or '"' ? raw[1..^1].Replace("''", "'") : raw };
        var stem = (op, value) switch { ("-like", not null) => value[..(value.IndexOf('*') is >= 0 and var at ? at : value.Length)], ("-eq", not null) => value, _ => "" };
        return new Term(property, Values(op is "-like" or "-notlike" ? Like(value ?? "", op == "-like") : Comparison(property, op, value), op), Ascii.IsValid(stem) ? stem : "");
    }

    // ---- comparisons ---------------------------------------------------------------------------------------------

    /// <summary>Of several values one has to match; the negative comparisons want that none is equal.</summary>
    private static Func<object?, bool> Values(Func<object?, bool> test, string op)
    {
        var negative = op is "-ne" or "-notlike";
        return v => v is IList many ? many.Count == 0 ? test(null) : negative ? many.Cast<object?>().All(test) : many.Cast<object?>().Any(test) : test(v);
    }

    /// <summary>The asterisk is OPATH's only wildcard. Most patterns are a beginning, and are tested without a pattern.</summary>
    private static Func<object?, bool> Like(string value, bool wanted)
    {
        var pattern = WildcardPattern.Get(WildcardPattern.Escape(value).Replace("`*", "*"), WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant);
        if (value.Length == 0 || value.IndexOf('*') != value.Length - 1 || !Ascii.IsValid(value)) return v => pattern.IsMatch(v?.ToString() ?? "") == wanted;
        var stem = value[..^1];
        return v =>
        {
            var text = v?.ToString() ?? "";
            return (Ascii.IsValid(text) ? text.StartsWith(stem, StringComparison.OrdinalIgnoreCase) : pattern.IsMatch(text)) == wanted;
        };
    }

    private static Func<object?, bool> Comparison(PropertyInfo? property, string op, string? value)
    {
        var type = Nullable.GetUnderlyingType(property?.PropertyType ?? typeof(string)) ?? property?.PropertyType;
        object? wanted = value;
        if (value is not null && type == typeof(DateTime)) // the UTC properties are compared in UTC, the others in the server's time zone
        {
            var zone = property!.Name is "WhenChanged" or "WhenCreated" ? DateTimeStyles.AssumeLocal : DateTimeStyles.AssumeUniversal;
            wanted = DateTime.TryParse(value, CultureInfo.GetCultureInfo("en-US"), zone | DateTimeStyles.AdjustToUniversal, out var time) ? time
                : throw new InvalidFilterException($"Cannot convert value \"{value}\" to type \"System.DateTime\".");
        }
        else if (value is not null && type?.IsEnum == true && !Enum.TryParse(type, value, true, out _))
            throw new InvalidFilterException($"Cannot convert value \"{value}\" to type \"{type}\".");

        return actual =>
        {
            // As LDAP has it, an absent attribute is neither less nor greater than anything.
            if (actual is null || wanted is null) return op switch { "-eq" => actual is null && wanted is null, "-ne" => actual is null != wanted is null, _ => false };
            var order = actual is DateTime t ? t.ToUniversalTime().CompareTo((DateTime)wanted)
                : actual is IComparable and not string and not Enum && LanguagePrimitives.TryCompare(actual, wanted, out var c) ? c
                : string.Compare(actual.ToString(), value, StringComparison.OrdinalIgnoreCase);
            return op switch { "-eq" => order == 0, "-ne" => order != 0, "-gt" => order > 0, "-ge" => order >= 0, "-lt" => order < 0, _ => order <= 0 };
        };
    }
}
