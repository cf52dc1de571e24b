using FalcoStreamer.Configuration;
using FalcoStreamer.Pipeline;
using FalcoStreamer.Reporting;
using FalcoStreamer.Sinks;
using FalcoStreamer.Sinks.Console;
using FalcoStreamer.Sinks.KubernetesEvents;
using FalcoStreamer.Sinks.Otlp;
using FalcoStreamer.Storage;
using FalcoStreamer.Telemetry;

namespace FalcoStreamer.Commands;

/// <summary>The sinks that the configuration asks for, each with a queue or an outbox of its own.</summary>
internal sealed class SinkComposition(ClusterView cluster, TextWriter output, TimeProvider clock, AgentTelemetry telemetry)
{
    /// <exception cref="ConfigurationException">A setting of a sink is wrong.</exception>
    public SinkFan Create(SinkSection options, ReportWriter reports, IStorage storage)
    {
        if (options.Forward.Enabled)
        {
            telemetry.SettingHasNoEffect("sinks.forward.enabled", "alerts are not forwarded");
        }

        ISink?[] fromMemory = [Events(options.KubernetesEvents, storage), options.Console.Enabled ? Console() : null];
        IOutboxSink?[] fromOutbox = [Otlp(options.Otlp)];
        var pace = new SinkQueueOptions();
        return new SinkFan(
            [.. fromMemory.OfType<ISink>().Select(sink => new SinkQueue(sink, pace, clock, telemetry))],
            [.. fromOutbox.OfType<IOutboxSink>().Select(sink => new OutboxSender(sink, storage.OutboxOf(sink.Name), pace, clock, telemetry))],
            reports,
            storage,
            telemetry);
    }

    private KubernetesEventSink? Events(KubernetesEventOptions options, IStorage storage)
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
        return new KubernetesEventSink(api, NoteRenderer.Render, MarkdownRenderer.Render, storage.ForgetAsync, options, clock, telemetry);
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
        catch (OtlpSettingsException exception)
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
