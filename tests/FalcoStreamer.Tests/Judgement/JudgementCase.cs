using System.Text.Json.Nodes;

namespace FalcoStreamer.Tests.Judging;

/// <summary>What a labelled case is in truth.</summary>
public enum Form
{
    /// <summary>The harmless behaviour itself.</summary>
    Harmless,

    /// <summary>Something that looks like it.</summary>
    Imitation,

    /// <summary>What people do: nobody can say from the alert whether they may.</summary>
    Person,

    /// <summary>An attack.</summary>
    Attack,

    /// <summary>Nothing that is known.</summary>
    Unknown,
}

/// <summary>One labelled case of the folder Cases; README.md there describes the files.</summary>
/// <param name="Id">The file's name, a slash, and the case's own name.</param>
/// <param name="Behaviour">The behaviour that the worst of its incidents must name, or null where none is asked for.</param>
/// <param name="Alerts">Falco's alerts as its HTTP output sends them, in order.</param>
/// <param name="Pods">The pods that exist, as the API server shows them.</param>
/// <param name="Objects">The revisions of their owners that exist, as the API server shows them.</param>
public sealed record JudgementCase(
    string Id, Form Form, string? Behaviour, IReadOnlyList<JsonObject> Alerts, IReadOnlyList<JsonObject> Pods, IReadOnlyList<JsonObject> Objects)
{
    public override string ToString() => Id;
}
