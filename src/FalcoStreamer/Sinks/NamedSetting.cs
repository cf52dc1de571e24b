namespace FalcoStreamer.Sinks;

/// <summary>A setting together with the name that a person knows it by.</summary>
internal readonly record struct NamedSetting(string Name, string Value);
