// One PowerShell remoting server session, hosted in this process. All PSRP bytes are made and read by PowerShell's own classes.
// SPDX-License-Identifier: LGPL-2.1-or-later
using System.Collections.Concurrent;
using System.Management.Automation;
using System.Management.Automation.Remoting;
using System.Reflection;
using System.Text;

namespace ExchangePeer;

/// <summary>
/// Drives PowerShell's out-of-process server transport the way its stdio mediator does, but in process: by reflection, since these classes
/// are internal. Output arrives as the transport's lines (&lt;Data Stream PSGuid&gt;base64 of one fragment&lt;/Data&gt;).
/// </summary>
public sealed class Engine
{
    private const BindingFlags Any = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
    private const string Remoting = "System.Management.Automation.Remoting.";
    private static readonly Assembly Sma = typeof(PSObject).Assembly;
    private static readonly Type WriterType = Sma.GetType(Remoting + "OutOfProcessTextWriter", true)!;
    private static readonly Type TransportType = Sma.GetType(Remoting + "Server.OutOfProcessServerSessionTransportManager", true)!;
    private static readonly Type CommandTransportType = Sma.GetType(Remoting + "Server.OutOfProcessServerTransportManager", true)!;
    private static readonly Type CryptoType = Sma.GetType("System.Management.Automation.Internal.PSRemotingCryptoHelperServer", true)!;
    private static readonly MethodInfo CreateSession = Sma.GetType(Remoting + "ServerRemoteSession", true)!.GetMethod("CreateServerRemoteSession", Any)!;
    private static readonly MethodInfo ProcessSession = Method(TransportType, "ProcessRawData", typeof(byte[]), typeof(string));
    private static readonly MethodInfo CloseSession = Method(TransportType, "Close", typeof(Exception));
    private static readonly MethodInfo AddCommand = Method(TransportType, "CreateCommandTransportManager", typeof(Guid));
    private static readonly MethodInfo FindCommand = Method(TransportType, "GetCommandTransportManager", typeof(Guid));
    private static readonly MethodInfo ProcessCommand = Method(CommandTransportType, "ProcessRawData", typeof(byte[]), typeof(string));
    private static readonly MethodInfo CloseCommand = Method(CommandTransportType, "Close", typeof(Exception));

    private static MethodInfo Method(Type type, string name, params Type[] parameters) => type.GetMethod(name, Any, parameters) ?? throw new MissingMethodException(type.Name, name);

    // How an endpoint names its PSSessionConfiguration to PowerShell; Exchange's web.config does the same.
    private static readonly string Initialization =
        $"<InitializationParameters><Param Name='assemblyname' Value='{typeof(ExchangeSession).Assembly.GetName().Name}'/>" +
        $"<Param Name='pssessionconfigurationtypename' Value='{typeof(ExchangeSession).FullName}'/></InitializationParameters>";

    private readonly object transport;
    private readonly Lock gate = new();
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource> starting = new();

    /// <param name="resourceUri">The resource the client asked for, e.g. .../powershell/Microsoft.Exchange.</param>
    /// <param name="output">Takes the pipeline id (empty for the pool) and one base64 fragment.</param>
    public Engine(string resourceUri, string user, string url, Action<Guid, string> output)
    {
        object Writer(TextWriter inner) => Activator.CreateInstance(WriterType, Any, null, [inner], null)!;
        transport = Activator.CreateInstance(TransportType, Any, null,
            [Writer(new LineSink(output, id => starting.GetValueOrDefault(id)?.TrySetResult())), Writer(new ErrorSink()), Activator.CreateInstance(CryptoType, Any, null, [], null)], null)!;
        var sender = new PSSenderInfo(new PSPrincipal(new PSIdentity("Basic", true, user, null), null), url);
        CreateSession.Invoke(null, [sender, resourceUri, Initialization, transport, null, null, null, null]);
    }

    public void SendToPool(byte[] fragments, string stream) { lock (gate) Call(ProcessSession, transport, fragments, stream); }

    /// <summary>
    /// Hands over a command and waits until the engine acknowledges it. The engine runs the pipeline on the thread that brought the
    /// command, so this thread is the pipeline's own.
    /// </summary>
    public void StartCommand(Guid pipeline, byte[] fragments)
    {
        var accepted = starting[pipeline] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate) Call(AddCommand, transport, pipeline);
        var thread = new Thread(() =>
        {
            try { SendToCommand(pipeline, fragments, "stdin"); accepted.TrySetResult(); }
            catch (InvalidOperationException e) { if (!accepted.TrySetException(e)) Console.Error.WriteLine(e); }
        }) { IsBackground = true, Name = "pipeline " + pipeline };
        thread.Start();
        try { accepted.Task.GetAwaiter().GetResult(); }
        finally { starting.TryRemove(pipeline, out _); }
    }

    public void SendToCommand(Guid pipeline, byte[] fragments, string stream)
    {
        if (Find(pipeline) is { } command) Call(ProcessCommand, command, fragments, stream);
    }

    public void StopCommand(Guid pipeline) { if (Find(pipeline) is { } command) Call(CloseCommand, command, [null]); }

    public void Close() { lock (gate) Call(CloseSession, transport, [null]); }

    private object? Find(Guid pipeline) { lock (gate) return FindCommand.Invoke(transport, [pipeline]); }

    private static void Call(MethodInfo method, object target, params object?[] arguments)
    {
        try { method.Invoke(target, arguments); }
        catch (TargetInvocationException e) { throw new InvalidOperationException(e.InnerException!.Message, e.InnerException); }
    }

    private sealed class LineSink(Action<Guid, string> output, Action<Guid> acknowledged) : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void WriteLine(string? line)
        {
            if (line is null) return;
            var id = Guid.Parse(line.AsSpan(line.IndexOf("PSGuid='", StringComparison.Ordinal) + 8, 36));
            if (line.StartsWith("<Data ", StringComparison.Ordinal)) output(id, line[(line.IndexOf('>') + 1)..^"</Data>".Length]);
            else if (line.StartsWith("<DataAck ", StringComparison.Ordinal)) acknowledged(id);
        }
    }

    private sealed class ErrorSink : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;
        public override void WriteLine(string? line) => Console.Error.WriteLine("engine: " + line);
    }
}
