// The devices that a world begins with, sorted by device id, as a directory's index has them.
// SPDX-License-Identifier: LGPL-2.1-or-later
using System.Text;

namespace ExchangePeer;

/// <summary>
/// It never changes: who has gone is found out when an object is made, and who came later is asked for apart. Ids that are not ASCII are
/// candidates for every beginning, since what is equal but for case is a question of more than one character there.
/// </summary>
public sealed class DeviceIndex
{
    private readonly string[] ids;
    private readonly long[] keys;
    private readonly (string Id, long Key)[] others;

    public DeviceIndex(IEnumerable<(string Id, long Key)> devices)
    {
        var all = devices.ToArray();
        others = [.. all.Where(d => !Ascii.IsValid(d.Id))];
        ids = new string[all.Length - others.Length];
        keys = new long[ids.Length];
        var at = 0;
        foreach (var (id, key) in all)
            if (Ascii.IsValid(id)) (ids[at], keys[at++]) = (id, key);
        Array.Sort(ids, keys, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>All whose id can begin like that.</summary>
    public IEnumerable<(string Id, long Key)> Candidates(string prefix)
    {
        for (var i = FirstNotBelow(prefix); i < ids.Length && ids[i].StartsWith(prefix, StringComparison.OrdinalIgnoreCase); i++) yield return (ids[i], keys[i]);
        foreach (var other in others) yield return other;
    }

    private int FirstNotBelow(string prefix)
    {
        var (low, high) = (0, ids.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (string.Compare(ids[middle], prefix, StringComparison.OrdinalIgnoreCase) < 0) low = middle + 1; else high = middle;
        }
        return low;
    }
}
