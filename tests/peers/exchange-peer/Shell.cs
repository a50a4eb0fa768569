// A WS-Management shell: an engine session, and the output waiting to be received from it and from its commands.
// SPDX-License-Identifier: LGPL-2.1-or-later
using System.Buffers.Binary;
using System.Collections.Concurrent;

namespace ExchangePeer;

/// <summary>Fragments waiting for Receive. The engine is held back when a client does not keep up.</summary>
public sealed class OutputQueue
{
    private const long HoldBackAt = 16 << 20;
    private readonly LinkedList<string> fragments = [];
    private readonly object gate = new();
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long size;
    private bool completed, abandoned;

    public void Add(string fragment, bool last)
    {
        lock (gate)
        {
            while (size > HoldBackAt && !abandoned) Monitor.Wait(gate);
            if (abandoned) return;
            fragments.AddLast(fragment);
            size += fragment.Length;
            completed |= last;
            if (fragments.Count == 1 || completed) Signal();
        }
    }

    public void Complete() { lock (gate) { completed = true; Signal(); } }

    /// <summary>Drops everything, now and later, and lets a waiting engine thread and a waiting Receive go on.</summary>
    public void Abandon() { lock (gate) { abandoned = completed = true; fragments.Clear(); Signal(); Monitor.PulseAll(gate); } }

    public bool Abandoned { get { lock (gate) return abandoned; } }

    private void Signal() { changed.TrySetResult(); changed = new(TaskCreationOptions.RunContinuationsAsynchronously); }

    /// <summary>Waits for output, then takes as many fragments as fit; null when nothing came in time.</summary>
    public async Task<(List<string> Fragments, bool Done)?> Take(int room, Func<string, int> cost, TimeSpan timeout, TimeSpan linger, CancellationToken aborted)
    {
        var until = DateTime.UtcNow + timeout;
        for (var lingered = false; ;)
        {
            Task wait;
            lock (gate)
            {
                if (completed || (fragments.Count > 0 && (lingered || size >= room))) return TakeNow(room, cost);
                wait = fragments.Count > 0 ? Task.Delay(linger, aborted) : changed.Task;
                lingered = fragments.Count > 0;
            }
            var left = until - DateTime.UtcNow;
            if (left <= TimeSpan.Zero) return null;
            await Task.WhenAny(wait, Task.Delay(left, aborted));
            aborted.ThrowIfCancellationRequested();
        }
    }

    private (List<string>, bool) TakeNow(int room, Func<string, int> cost)
    {
        var taken = new List<string>();
        while (fragments.First?.Value is { } next && (cost(next) <= room || taken.Count == 0))
        {
            fragments.RemoveFirst();
            if (cost(next) > room) // a small envelope: cut the base64 at a whole group, and leave the rest
            {
                var cut = (next.Length - (cost(next) - room)) / 4 * 4;
                fragments.AddFirst(next[cut..]);
                next = next[..cut];
            }
            taken.Add(next);
            size -= next.Length;
            room -= cost(next);
        }
        Monitor.PulseAll(gate);
        return (taken, completed && fragments.Count == 0);
    }
}

public sealed record Command(string Id, Guid Pipeline, OutputQueue Output);

public sealed class Shell
{
    private readonly Engine engine;
    private readonly ConcurrentDictionary<string, Command> commands = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<Guid, OutputQueue> outputs = new();

    public string Id { get; }
    public string Name { get; }
    public string ResourceUri { get; }
    public string Owner { get; }
    public string Cookie { get; } = Convert.ToBase64String(Guid.NewGuid().ToByteArray());
    public TimeSpan IdleTimeout { get; }
    public DateTime Created { get; } = DateTime.UtcNow;
    public DateTime LastUsed { get; set; } = DateTime.UtcNow;
    public int Busy;
    public OutputQueue PoolOutput { get; } = new();
    public int CommandCount => commands.Count;

    public Shell(string id, string name, string resourceUri, string owner, string url, TimeSpan idleTimeout)
    {
        (Id, Name, ResourceUri, Owner, IdleTimeout) = (id, name, resourceUri, owner, idleTimeout);
        outputs[Guid.Empty] = PoolOutput;
        engine = new Engine(resourceUri, owner, url, OnOutput);
    }

    private void OnOutput(Guid pipeline, string fragment)
    {
        if (outputs.TryGetValue(pipeline, out var queue)) queue.Add(fragment, IsPipelineState(fragment));
    }

    // A fragment is ObjectId(8) FragmentId(8) flags(1) length(4), then, in an object's first one, Destination(4) MessageType(4) ...
    private static bool IsPipelineState(string fragment)
    {
        Span<byte> head = stackalloc byte[30];
        return fragment.Length >= 40 && Convert.TryFromBase64Chars(fragment.AsSpan(0, 40), head, out _)
            && (head[16] & 1) != 0 && BinaryPrimitives.ReadUInt32LittleEndian(head[25..]) == 0x00041006;
    }

    private static Guid PipelineOf(byte[] fragments) => fragments.Length >= 61 ? new Guid(fragments.AsSpan(45, 16)) : throw new InvalidOperationException("The command's arguments hold no PSRP fragment.");

    public void SendToPool(byte[] fragments, string stream) => engine.SendToPool(fragments, stream);

    public Command Start(string? commandId, byte[] fragments)
    {
        var pipeline = PipelineOf(fragments);
        var command = new Command(commandId ?? Guid.NewGuid().ToString().ToUpperInvariant(), pipeline, new OutputQueue());
        if (!commands.TryAdd(command.Id, command)) throw new InvalidOperationException("The command identifier is already in use.");
        outputs[pipeline] = command.Output;
        engine.StartCommand(pipeline, fragments);
        return command;
    }

    public Command? Find(string commandId) => commands.GetValueOrDefault(commandId);

    public void Send(Command command, byte[] fragments, string stream) => engine.SendToCommand(command.Pipeline, fragments, stream);

    public void Stop(Command command) => engine.StopCommand(command.Pipeline);

    public void Terminate(Command command)
    {
        command.Output.Abandon();
        engine.StopCommand(command.Pipeline);
        commands.TryRemove(command.Id, out _);
        outputs.TryRemove(command.Pipeline, out _);
    }

    public void Close()
    {
        foreach (var command in commands.Values) command.Output.Abandon();
        PoolOutput.Abandon();
        foreach (var command in commands.Values) engine.StopCommand(command.Pipeline);
        engine.Close();
    }
}
