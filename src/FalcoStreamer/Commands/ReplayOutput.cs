using System.Buffers;
using System.Text;
using FalcoStreamer.Reporting;
using FalcoStreamer.Sinks.KubernetesEvents;

namespace FalcoStreamer.Commands;

/// <summary>Writes the reports of a replay in one of its forms; a closed pipe ends it quietly, anything else that stops the writing is an error.</summary>
internal abstract class ReplayOutput(TextWriter output)
{
    private readonly StringBuilder _pending = new();

    /// <summary>The writer for a value of <c>--output</c>.</summary>
    public static ReplayOutput For(string format, TextWriter output, bool isTerminal) => format switch
    {
        "json" => new JsonLines(output),
        "events" => new EventLines(output),
        _ when isTerminal => new TerminalPages(output),
        _ => new MarkdownPages(output),
    };

    public void Write(IncidentReport report)
    {
        Append(_pending, report);
        if (_pending.Length > 64 * 1024)
        {
            Push();
        }
    }

    /// <exception cref="CommandException">The output cannot be written.</exception>
    public async Task FlushAsync()
    {
        AppendEnd(_pending);
        Push();
        try
        {
            await output.FlushAsync();
        }
        catch (IOException exception)
        {
            throw CannotWrite(exception);
        }
    }

    /// <summary>Writes one report.</summary>
    protected abstract void Append(StringBuilder text, IncidentReport report);

    /// <summary>Writes what comes after the last report.</summary>
    protected virtual void AppendEnd(StringBuilder text)
    {
    }

    private static CommandException CannotWrite(IOException exception) =>
        new(ExitCode.NoOutput, $"the output cannot be written: {exception.Message}");

    private void Push()
    {
        try
        {
            output.Write(_pending);
            _pending.Clear();
        }
        catch (IOException exception)
        {
            throw CannotWrite(exception);
        }
    }

    private sealed class JsonLines(TextWriter output) : ReplayOutput(output)
    {
        private readonly ArrayBufferWriter<byte> _line = new();

        protected override void Append(StringBuilder text, IncidentReport report)
        {
            _line.ResetWrittenCount();
            IncidentJson.Write(_line, report);
            text.Append(Encoding.UTF8.GetString(_line.WrittenSpan)).Append('\n');
        }
    }

    private sealed class MarkdownPages(TextWriter output) : ReplayOutput(output)
    {
        private readonly ExceptionCollection _exceptions = new();
        private bool _hasPage;
        private int _withException;

        protected override void Append(StringBuilder text, IncidentReport report)
        {
            text.Append(_hasPage ? "\n---\n\n" : "").Append(MarkdownRenderer.Render(report));
            _hasPage = true;
            _withException += report.Exceptions.Count > 0 ? 1 : 0;
            _exceptions.Add(report.Exceptions);
        }

        protected override void AppendEnd(StringBuilder text)
        {
            // A single one stands in its report.
            if (_withException > 1)
            {
                text.Append("\n---\n\n").Append(MarkdownRenderer.RenderExceptions(_exceptions, _withException));
            }
        }
    }

    private sealed class TerminalPages(TextWriter output) : ReplayOutput(output)
    {
        private readonly TerminalRenderer _renderer = new(
            useColour: string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")), width: Math.Clamp(Console.WindowWidth, 60, 120));

        protected override void Append(StringBuilder text, IncidentReport report) => text.Append(_renderer.Render(report)).Append('\n');
    }

    private sealed class EventLines(TextWriter output) : ReplayOutput(output)
    {
        private readonly EventFactory _events = new(NoteRenderer.Render, MarkdownRenderer.Render, reportingInstance: "falcostreamer-replay", nodeName: null);

        protected override void Append(StringBuilder text, IncidentReport report)
        {
            if (EventFactory.HasObject(report.Incident.Subject))
            {
                text.Append(Encoding.UTF8.GetString(KubernetesEventWriter.Whole(_events.Create(report)).Span)).Append('\n');
            }
        }
    }
}
