using System.Text;
using FalcoStreamer.Alerts;
using FalcoStreamer.Telemetry;

namespace FalcoStreamer.Enrichment;

/// <summary>Makes subjects of containers without a pod of ours out of what Falco says, one object for all equal words. For one thread.</summary>
internal sealed class FalcoSubjects(string? nodeName, AgentTelemetry telemetry)
{
    private const int Capacity = 1024;

    private readonly Dictionary<ulong, Subject> _kept = [];

    /// <summary>The subject that Falco's fields name, as far as they do.</summary>
    /// <param name="id">The alert's <c>container.id</c>.</param>
    public Subject Of(FalcoAlert alert, Utf8Text id)
    {
        var words = new Words(alert);
        var isContainer = ContainerIds.TryGetKey(id.Span, out var key);
        if (isContainer && _kept.TryGetValue(key, out var kept) && Ascii.Equals(id.Span, kept.ContainerId) && words.AreThoseOf(kept))
        {
            return kept;
        }

        var subject = words.IsPodNamed
            ? Nameless(id) with { Resolution = Resolution.Falco, Namespace = Text(words.Namespace), Name = Text(words.Pod), Container = Text(words.Container), Image = words.Image() }
            : Nameless(id) with { Container = Text(words.Container), Image = words.Image() };
        if (isContainer)
        {
            Keep(key, subject);
        }

        return subject;
    }

    /// <summary>A container of which only the ID is said.</summary>
    public Subject Nameless(Utf8Text id) => new()
    {
        Kind = SubjectKind.Unresolved,
        Resolution = Resolution.None,
        ContainerId = id.ToString(),
        Node = nodeName,
    };

    private static string? Text(Utf8Text text) => text.Span.IsEmpty ? null : text.ToString();

    private void Keep(ulong key, Subject subject)
    {
        if (_kept.Count == Capacity && !_kept.ContainsKey(key))
        {
            _kept.Clear();
            telemetry.Forgotten("subjects");
        }

        _kept[key] = subject;
    }

    /// <summary>What an alert says about its container.</summary>
    private readonly struct Words(FalcoAlert alert)
    {
        public readonly Utf8Text Namespace = alert.Field("k8s.ns.name"u8);
        public readonly Utf8Text Pod = alert.Field("k8s.pod.name"u8);
        public readonly Utf8Text Container = alert.Field("container.name"u8);
        private readonly Utf8Text _repository = alert.Field("container.image.repository"u8);
        private readonly Utf8Text _tag = alert.Field("container.image.tag"u8);

        public bool IsPodNamed => !Namespace.Span.IsEmpty && !Pod.Span.IsEmpty;

        /// <summary>Repository and tag, as a person writes it.</summary>
        public string? Image() => _repository.Span.IsEmpty || _tag.Span.IsEmpty ? Text(_repository) : $"{_repository}:{_tag}";

        /// <summary>Whether a subject of these words would be equal to <paramref name="subject"/>. Allocates nothing.</summary>
        public bool AreThoseOf(Subject subject) =>
            IsPodNamed == (subject.Resolution == Resolution.Falco)
            && (!IsPodNamed || (Ascii.Equals(Namespace.Span, subject.Namespace) && Ascii.Equals(Pod.Span, subject.Name)))
            && Ascii.Equals(Container.Span, subject.Container)
            && IsImage(subject.Image);

        private bool IsImage(ReadOnlySpan<char> image)
        {
            var repository = _repository.Span;
            if (repository.IsEmpty || _tag.Span.IsEmpty)
            {
                return Ascii.Equals(repository, image);
            }

            return image.Length == repository.Length + 1 + _tag.Span.Length
                && Ascii.Equals(repository, image[..repository.Length])
                && image[repository.Length] == ':'
                && Ascii.Equals(_tag.Span, image[(repository.Length + 1)..]);
        }
    }
}
