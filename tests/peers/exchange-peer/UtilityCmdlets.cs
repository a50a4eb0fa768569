// Stand-ins for the few Microsoft.PowerShell.Utility cmdlets a restricted session shows; that assembly is published only inside PowerShell's own SDK package.
// SPDX-License-Identifier: LGPL-2.1-or-later
using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

[Cmdlet(VerbsCommon.Select, "Object")]
public sealed class SelectObjectCommand : PSCmdlet
{
    [Parameter(ValueFromPipeline = true)] public PSObject? InputObject { get; set; }
    [Parameter(Position = 0)] public string[]? Property { get; set; }
    [Parameter] public string[] ExcludeProperty { get; set; } = [];
    [Parameter] public string? ExpandProperty { get; set; }
    [Parameter] public int First { get; set; } = int.MaxValue;
    [Parameter] public int Skip { get; set; }

    private int seen, written;

    protected override void ProcessRecord()
    {
        if (InputObject is null || seen++ < Skip) return;
        if (written++ < First) WriteObject(ExpandProperty is not null ? InputObject.Properties[ExpandProperty]?.Value : Property is null ? InputObject : Project(InputObject), ExpandProperty is not null);
        if (written >= First && First != int.MaxValue) throw StopUpstream();
    }

    private PSObject Project(PSObject input)
    {
        var result = new PSObject();
        result.TypeNames.Insert(0, "Selected." + input.BaseObject.GetType());
        foreach (var name in Property!)
            if (!WildcardPattern.ContainsWildcardCharacters(name)) Add(result, name, input.Properties[name]);
            else foreach (var p in input.Properties.Match(name)) Add(result, p.Name, p);
        return result;
    }

    private void Add(PSObject result, string name, PSPropertyInfo? source)
    {
        if (ExcludeProperty.Contains(name, StringComparer.OrdinalIgnoreCase) || result.Properties[name] is not null) return;
        result.Properties.Add(new PSNoteProperty(source?.Name ?? name, source?.Value));
    }

    // What the engine's own Select-Object throws to stop the commands before it; internal there.
    private Exception StopUpstream() => (Exception)Activator.CreateInstance(
        typeof(PSObject).Assembly.GetType("System.Management.Automation.StopUpstreamCommandsException", true)!,
        System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.NonPublic, null, [this], null)!;
}

public sealed record GenericMeasureInfo(int Count)
{
    public double? Average => null;
    public double? Sum => null;
    public double? Maximum => null;
    public double? Minimum => null;
    public string? Property => null;
}

[Cmdlet(VerbsDiagnostic.Measure, "Object")]
public sealed class MeasureObjectCommand : PSCmdlet
{
    [Parameter(ValueFromPipeline = true)] public PSObject? InputObject { get; set; }
    private int count;
    protected override void ProcessRecord() { if (InputObject is not null) count++; }
    protected override void EndProcessing() => WriteObject(new GenericMeasureInfo(count));
}

[Cmdlet(VerbsCommon.Get, "FormatData")]
public sealed class GetFormatDataCommand : PSCmdlet
{
    [Parameter(Position = 0)] public string[]? TypeName { get; set; }
    [Parameter] public Version? PowerShellVersion { get; set; }
}
