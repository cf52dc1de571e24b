using FalcoStreamer.Configuration;
using FalcoStreamer.Reporting;
using FalcoStreamer.Sinks;
using FalcoStreamer.Sinks.Console;
using FalcoStreamer.Sinks.Forward;
using FalcoStreamer.Sinks.KubernetesEvents;
using FalcoStreamer.Sinks.Otlp;
using FalcoStreamer.Telemetry;

namespace FalcoStreamer.Commands;

/// <summary>The sinks that the configuration asks for, each behind a queue of its own.</summary>
internal sealed class SinkComposition(ClusterView cluster, TextWriter output, TimeProvider clock, AgentTelemetry telemetry)
{
    /// <exception cref="ConfigurationException">A setting of a sink is wrong.</exception>
    public IReadOnlyList<SinkQueue> Create(SinkSection options)
    {
        ISink?[] sinks = [Events(options.KubernetesEvents), Otlp(options.Otlp), options.Console.Enabled ? Console() : null, Forward(options.Forward)];
        return [.. sinks.OfType<ISink>().Select(sink => new SinkQueue(sink, new SinkQueueOptions(), clock, telemetry))];
    }

    private KubernetesEventSink? Events(KubernetesEventOptions options)
    {
        if (!options.Enabled)
        {
            return null;
        }

        if (cluster.Api is not { } api)
        {
            telemetry.SinkOff("kubernetesEvents", "kubernetes.enabled is false");
            return null;
        }

        options.NodeName = cluster.NodeName;
        options.PodName ??= Environment.GetEnvironmentVariable("POD_NAME");
        options.PodNamespace ??= Environment.GetEnvironmentVariable("POD_NAMESPACE");
        return new KubernetesEventSink(api, NoteRenderer.Render, MarkdownRenderer.Render, options, clock, telemetry);
    }

    private OtlpLogSink? Otlp(OtlpOptions options)
    {
        if (!options.Enabled)
        {
            return null;
        }

        try
        {
            if (OtlpSettings.From(options, Environment.GetEnvironmentVariable) is not { } settings)
            {
                telemetry.OtlpIsOff();
                return null;
            }

            var content = new OtlpContent
            {
                Markdown = MarkdownRenderer.Render,
                Version = RunCommand.Version,
                ClusterUid = () => cluster.Facts.ClusterUid,
                ClusterName = options.ClusterName,
                IncludeCommandLine = options.IncludeCommandLine,
            };
            return new OtlpLogSink(OtlpTransport.Create(settings, clock), content, telemetry);
        }
        catch (SinkSettingsException exception)
        {
            throw new ConfigurationException(exception.Message);
        }
    }

    private ForwardSink? Forward(ForwardOptions options)
    {
        try
        {
            return options.Enabled ? new ForwardSink(ForwardSettings.From(options), clock, telemetry) : null;
        }
        catch (SinkSettingsException exception)
        {
            throw new ConfigurationException(exception.Message);
        }
    }

    private ConsoleSink Console()
    {
        var renderer = new TerminalRenderer(useColour: false);
        return new ConsoleSink(output, renderer.Render);
    }
}
