using System.IO.Hashing;
using FalcoStreamer.Enrichment;

namespace FalcoStreamer.Correlation;

/// <summary>Remembers the probes and hooks of the containers that alerts came from, so that their commands are known again where they do not belong.</summary>
/// <remarks>
/// Bounded: <see cref="MostTexts"/> of them; the oldest make room. The other containers of a pod are always compared. Another pod's command is known only
/// after alerts of that pod: this stage is given alerts and no list of pods. So what it finds may only speak against an alert, and what it does not
/// find speaks for nothing; both orders end in something that is not harmless.
/// </remarks>
internal sealed class SpecElsewhere
{
    /// <summary>How many commands are remembered.</summary>
    public const int MostTexts = 2048;

    // The containers of one pod that are compared; more are no pod that a person wrote.
    private const int MostContainers = 32;

    private const int ShortestScript = 10;

    private readonly Dictionary<UInt128, (string PodUid, string Where)> _places = [];
    private readonly Queue<UInt128> _order = new();

    /// <summary>Remembers what may be sent into <paramref name="container"/>.</summary>
    public void Remember(PodFacts pod, ContainerFacts container, SpecForms forms)
    {
        foreach (var form in forms.All)
        {
            if (!IsTelling(form) || form.IsScript)
            {
                continue;
            }

            var text = XxHash128.HashToUInt128(form.Text);
            if (_places.Count >= MostTexts && !_places.ContainsKey(text))
            {
                _places.Remove(_order.Dequeue());
            }

            if (_places.TryAdd(text, (pod.Uid, $"{form.Place} of container {container.Name} of pod {pod.Namespace}/{pod.Name}")))
            {
                _order.Enqueue(text);
            }
        }
    }

    /// <summary>Whose command this is, when it is that of another container of the pod or of another pod; null when it is nobody's.</summary>
    public string? Find(ReadOnlySpan<byte> commandLine, PodFacts pod, ContainerFacts own, Func<ContainerFacts, SpecForms> formsOf)
    {
        for (var i = 0; i < Math.Min(pod.Containers.Count, MostContainers); i++)
        {
            var container = pod.Containers[i];
            if (container.Name == own.Name || container.SpecCommands.Count == 0)
            {
                continue;
            }

            foreach (var form in formsOf(container).All)
            {
                if (IsTelling(form) && form.Is(commandLine, out _))
                {
                    return $"{form.Place} of container {container.Name}";
                }
            }
        }

        return _places.TryGetValue(XxHash128.HashToUInt128(commandLine), out var place) && place.PodUid != pod.Uid ? place.Where : null;
    }

    private static bool IsTelling(SpecForm form) => form is { IsSentIn: true, IsPart: false, IsCut: false } && (form.Core is not null || (form.IsScript && form.Text.Length >= ShortestScript));
}
