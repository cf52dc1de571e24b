namespace FalcoStreamer.Knowledge;

/// <summary>A knowledge file is wrong. The message names the file, the line and the remedy.</summary>
internal sealed class BehaviourFileException(string file, long line, string problem)
    : Exception($"{file}:{line}: {problem}");
