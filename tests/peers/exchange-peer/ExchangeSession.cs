// The session configuration: what Exchange itself plugs into PowerShell's remoting server, a PSSessionConfiguration.
// SPDX-License-Identifier: LGPL-2.1-or-later
using System.Management.Automation;
using System.Management.Automation.Remoting;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace ExchangePeer;

public sealed class ExchangeSession : PSSessionConfiguration
{
    private static string[] Genuine => [.. new[] { "Get-Command", "Get-Help", "Out-Default", "Exit-PSSession" }, .. Behaviour.Current.OpenSelect ? Array.Empty<string>() : ["Select-Object"]];
    private static readonly Lazy<InitialSessionState> Restricted = new(Build);

    public override InitialSessionState GetInitialSessionState(PSSenderInfo senderInfo) => Restricted.Value.Clone();

    public override PSPrimitiveDictionary GetApplicationPrivateData(PSSenderInfo senderInfo) => new()
    {
        ["ImplicitRemoting"] = new PSPrimitiveDictionary { ["Hash"] = "exchange-peer" },
        ["SupportedVersions"] = "14.0.0.0-14.99.99.99;15.0.0.0-15.99.99.99",
    };

    private static IEnumerable<(string Name, Type Type)> Cmdlets =>
        from type in typeof(ExchangeSession).Assembly.GetTypes()
        let cmdlet = type.GetCustomAttribute<CmdletAttribute>()
        where cmdlet is not null && !type.IsAbstract
        select ($"{cmdlet.VerbName}-{cmdlet.NounName}", type);

    private static readonly string[] Aliases = ["Clear-ActiveSyncDevice", "Remove-ActiveSyncDevice"];

    public static IEnumerable<string> CommandNames => [.. Cmdlets.Select(c => c.Name), .. Genuine, .. Aliases];

    // The same steps as InitialSessionState.CreateRestricted(RemoteServer), which itself needs assemblies that are absent here.
    private static InitialSessionState Build()
    {
        var state = InitialSessionState.CreateDefault2();
        state.LanguageMode = PSLanguageMode.NoLanguage;
        state.ThrowOnRunspaceOpenError = true;
        foreach (var command in state.Commands) command.Visibility = SessionStateEntryVisibility.Private;
        foreach (var provider in state.Providers) provider.Visibility = SessionStateEntryVisibility.Private;
        var denied = Behaviour.Current.Denied;
        foreach (var (name, metadata) in CommandMetadata.GetRestrictedCommands(SessionCapabilities.RemoteServer))
        {
            if (!Genuine.Contains(name) || denied.Cmdlet(name)) continue;
            foreach (var parameter in denied.ParametersOf(name)) metadata.Parameters.Remove(parameter);
            state.Commands.Add(new SessionStateFunctionEntry(name, ProxyCommand.Create(metadata, "", false)));
        }
        foreach (var (name, type) in Cmdlets)
        {
            if (denied.Cmdlet(name)) continue;
            denied.Trim(name, type);
            // A cmdlet behind a proxy is there for the proxy alone.
            state.Commands.Add(new SessionStateCmdletEntry(name, type, null) { Visibility = Genuine.Contains(name) ? SessionStateEntryVisibility.Private : SessionStateEntryVisibility.Public });
        }
        foreach (var alias in Aliases)
            if (alias.Replace("ActiveSync", "Mobile") is var cmdlet && !denied.Cmdlet(alias) && !denied.Cmdlet(cmdlet))
                state.Commands.Add(new SessionStateAliasEntry(alias, cmdlet));
        return state;
    }
}
