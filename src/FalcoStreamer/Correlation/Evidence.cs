namespace FalcoStreamer.Correlation;

/// <summary>One reason for or against what an incident is taken for.</summary>
/// <param name="Text">A sentence for people.</param>
/// <param name="Weight">How much it counts; positive on both sides.</param>
internal sealed record Evidence(string Text, double Weight);
