using System.Reflection;
using System.Runtime.CompilerServices;

namespace FalcoStreamer.Tests.Architecture;

public sealed class ImportTests
{
    /// <summary>The road: a stage may use those before it and itself. Telemetry is open to all.</summary>
    private static readonly string[] Road =
        ["Alerts", "Sources", "Storage", "Enrichment", "Knowledge", "Correlation", "Reporting", "Sinks", "Pipeline", "Configuration", "Commands"];

    [Fact]
    public void PointUpstreamOnly()
    {
        var wrong = Types()
            .SelectMany(type => UsedBy(type).Select(used => (From: type, To: used)))
            .Where(use => Stage(use.To) is { } to && Stage(use.From) is { } from && to > from)
            .Select(use => $"{use.From.FullName} uses {use.To.FullName}")
            .Distinct()
            .Order()
            .ToList();

        Assert.Empty(wrong);
    }

    [Fact]
    public void NeverGoFromOneSinkOrSourceToAnother()
    {
        var wrong = Types()
            .Where(type => Folder(type) == "Sinks" && Folders(type).Length > 1)
            .SelectMany(type => UsedBy(type).Select(used => (From: type, To: used)))
            .Where(use => Folder(use.To) == "Sinks" && Folders(use.To).Length > 1 && Folders(use.To)[1] != Folders(use.From)[1])
            .Select(use => $"{use.From.FullName} uses {use.To.FullName}")
            .Distinct()
            .ToList();

        Assert.Empty(wrong);
    }

    [Fact]
    public void KnowEveryFolder()
    {
        var folders = Types().Select(Folder).Distinct().Except([.. Road, "Telemetry", "Protos", ""]);

        Assert.Empty(folders);
    }

    private static IEnumerable<Type> Types() => typeof(FalcoStreamer.Alerts.FalcoAlert).Assembly.GetTypes()
        .Where(type => type.Namespace?.StartsWith("FalcoStreamer", StringComparison.Ordinal) == true
            && type.GetCustomAttribute<CompilerGeneratedAttribute>() is null);

    private static string[] Folders(Type type) => type.Namespace!.Split('.')[1..];

    private static string Folder(Type type) => Folders(type) is [var first, ..] ? first : "";

    private static int? Stage(Type type) => Array.IndexOf(Road, Folder(type)) is >= 0 and var stage ? stage : null;

    /// <summary>The types in a type's signatures, fields and method bodies' locals.</summary>
    private static IEnumerable<Type> UsedBy(Type type)
    {
        const BindingFlags all = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        var methods = type.GetMethods(all).Cast<MethodBase>().Concat(type.GetConstructors(all)).ToList();
        return type.GetFields(all).Select(field => field.FieldType)
            .Concat(methods.SelectMany(method => method.GetParameters().Select(parameter => parameter.ParameterType)))
            .Concat(type.GetMethods(all).Select(method => method.ReturnType))
            .Concat(methods.SelectMany(method => method.GetMethodBody()?.LocalVariables.Select(local => local.LocalType) ?? []))
            .Concat(type.GetInterfaces())
            .SelectMany(used => used.IsGenericType ? used.GetGenericArguments().Append(used) : [used])
            .Where(used => used.Namespace?.StartsWith("FalcoStreamer", StringComparison.Ordinal) == true);
    }
}
