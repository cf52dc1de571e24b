using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace FalcoStreamer.Knowledge;

/// <summary>
/// Refuses what makes a small file large in memory, before it becomes a tree: aliases, by which ten lines can stand for a billion nodes, and deep nesting.
/// </summary>
internal sealed class GuardedYamlParser(IParser parser, string file) : IParser
{
    // A knowledge file needs seven levels.
    private const int DeepestNesting = 16;

    private int _depth;

    public ParsingEvent? Current => parser.Current;

    public bool MoveNext()
    {
        var moved = parser.MoveNext();
        if (!moved || Current is not { } current)
        {
            return moved;
        }

        if (current is AnchorAlias or NodeEvent { Anchor.IsEmpty: false })
        {
            throw Error("anchors (&name) and aliases (*name) are not read; write the text out, and quote a text that begins with & or *");
        }

        _depth += current.NestingIncrease;
        return _depth <= DeepestNesting ? true : throw Error($"this is nested deeper than {DeepestNesting} levels");
    }

    private BehaviourFileException Error(string problem) => new(file, Current!.Start.Line, problem);
}
