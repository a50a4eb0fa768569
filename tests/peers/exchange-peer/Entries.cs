// The world as a directory is searched: entries whose indexed attributes are tested before an object is made of them.
// SPDX-License-Identifier: LGPL-2.1-or-later
using System.Globalization;
using Microsoft.Exchange.Data.Directory.SystemConfiguration;

namespace ExchangePeer;

public sealed partial class World
{
    // Beginnings of device ids that a client may stumble over: other scripts, what folds to an ASCII letter (Kelvin, long s, dotless i),
    // wildcards and quotes. One that begins with = is the whole id: two mailboxes have the same, and one id is empty.
    private static readonly string[] OddIds =
        ["'", "*", "=validate", "[a", "ä", "ß", "ı", "İ", "\u212a", "ſ", "-", "=", "_", "%", " ", "\\", "=validate", "山", "😀", "~", "\"", "e\u0301", "(", "appl"];

    private static readonly Lock IndexGate = new();
    private static (Shape? Shape, DeviceIndex? Index) cached;

    /// <summary>Made when a filter first asks for device ids; a world of the same shape, as after a reset, has the same.</summary>
    private DeviceIndex Index
    {
        get
        {
            lock (IndexGate)
            {
                if (cached.Shape != shape)
                    cached = (shape, new(from mailbox in Enumerable.Range(0, mailboxCount)
                                         from device in Enumerable.Range(0, devicesPerMailbox)
                                         let key = DeviceKey(mailbox, device)
                                         select (DeviceIdOf(key, BirthModelOf(key)), key)));
                return cached.Index!;
            }
        }
    }

    private Model BirthModelOf(long key) => Models[Hash(key, 2) % (ulong)Models.Length];

    private string? OddDeviceIdOf(long key)
    {
        var (mailbox, device) = ((int)(key >> 16), (int)(key & 0xFFFF));
        if (!shape.OddIds || mailbox >= special.Length || device >= devicesPerMailbox) return null;
        var odd = OddIds[(mailbox * devicesPerMailbox + device) % OddIds.Length];
        return odd.StartsWith('=') ? odd[1..] : odd + Scramble(key).ToString("X16", CultureInfo.InvariantCulture);
    }

    /// <summary>An odd id need not hold its number: such a device is looked for.</summary>
    private long? OddKeyOf(string text)
    {
        if (!shape.OddIds) return null;
        bool Is(string s) => string.Equals(s, text, StringComparison.OrdinalIgnoreCase);
        return (from index in Enumerable.Range(0, Math.Min(special.Length, mailboxCount))
                from device in Devices(MailboxAt(index))
                where Is(device.DeviceId) || Is(device.Id.Name) || Is(device.Id.ToString()) || Is(device.DistinguishedName)
                select (long?)KeyOf(device)).FirstOrDefault();
    }

    /// <summary>
    /// The devices of these units, of which the filter may want some. The same entry is handed out every time. With a filter on device ids
    /// they come in their order, else by mailbox: a directory promises no order.
    /// </summary>
    public IEnumerable<IEntry> DeviceEntries(UnitSet? units, bool legacy, OpathFilter filter)
    {
        var entry = new DeviceEntry(this, legacy);
        if (filter.UsesDeviceId)
        {
            (string, long)[] late;
            lock (Gate) late = [.. arrivals.Select(a => (DeviceIdOf(a.Key, a.Value.Model), a.Key))];
            foreach (var (id, key) in Index.Candidates(filter.DeviceIdPrefix).Concat(late))
                if (units?.Holds((int)(key >> 16)) ?? true) yield return entry.At(key, id);
            yield break;
        }
        for (var mailbox = 0; mailbox < mailboxCount; mailbox++)
        {
            if (units?.Holds(mailbox) == false) continue;
            for (var device = 0; device < DeviceCount(mailbox); device++) yield return entry.At(DeviceKey(mailbox, device), null);
        }
    }

    private sealed class DeviceEntry(World world, bool legacy) : IEntry
    {
        private long key;
        private string? id;
        private Mailbox? mailbox;

        public DeviceEntry At(long key, string? id) { (this.key, this.id) = (key, id); return this; }

        public object? Early(Indexed attribute) => attribute switch
        {
            Indexed.DeviceId => id ??= world.DeviceIdOf(key, world.ModelOf(key)),
            Indexed.DeviceType => world.ModelOf(key).Type,
            Indexed.DeviceModel => world.ModelOf(key).Name,
            Indexed.ClientType => world.ModelOf(key).Client,
            Indexed.FirstSyncTime => world.FirstSyncOf(key),
            Indexed.WhenCreated => world.CreatedOf(key),
            Indexed.WhenChanged => world.ChangedOf(key),
            _ => IEntry.Unknown,
        };

        public object? Make()
        {
            var index = (int)(key >> 16);
            if (mailbox?.Index != index) mailbox = world.MailboxAt(index);
            return world.DeviceAt(mailbox, (int)(key & 0xFFFF), legacy);
        }
    }

    /// <summary>The mailboxes of these units, each seen as <paramref name="view"/> makes it. The same entry is handed out every time.</summary>
    public IEnumerable<IEntry> MailboxEntries(UnitSet? units, Func<Mailbox, object> view)
    {
        var entry = new MailboxEntry(this, view);
        for (var mailbox = 0; mailbox < mailboxCount; mailbox++)
            if (units?.Holds(mailbox) ?? true) yield return entry.At(mailbox);
    }

    private sealed class MailboxEntry(World world, Func<Mailbox, object> view) : IEntry
    {
        private int index;
        public MailboxEntry At(int mailbox) { index = mailbox; return this; }
        public object? Early(Indexed attribute) => attribute switch
        {
            Indexed.WhenCreated => world.TimesOf(index).Created,
            Indexed.WhenChanged => world.TimesOf(index).Changed,
            _ => IEntry.Unknown,
        };
        public object? Make() => view(world.MailboxAt(index));
    }
}
