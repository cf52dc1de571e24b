using System.Text;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace FalcoStreamer.Knowledge;

/// <summary>Reads a knowledge file's frame: bytes that are bounded, UTF-8, and one YAML document without anchors.</summary>
internal static class YamlFile
{
    /// <summary>The largest file, in bytes.</summary>
    public const int Largest = 1024 * 1024;

    /// <exception cref="BehaviourFileException">It is no such file; the message says what to do.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static YamlMapping Read(Stream stream, string file)
    {
        var content = ReadBounded(stream, file);
        RefuseOtherEncodings(content, file);
        using var reader = new StreamReader(new MemoryStream(content), Encoding.UTF8);
        var yaml = new YamlStream();
        try
        {
            yaml.Load(new GuardedYamlParser(new Parser(reader), file));
        }
        catch (YamlException exception)
        {
            throw new BehaviourFileException(file, exception.Start.Line, $"this is not YAML: {exception.Message}");
        }

        return yaml.Documents.Count == 1
            ? new YamlMapping(yaml.Documents[0].RootNode, file)
            : throw new BehaviourFileException(file, 1, "the file must hold one YAML document");
    }

    private static byte[] ReadBounded(Stream stream, string file)
    {
        // One byte more than it may have, so that a file that grows while it is read cannot take more.
        var content = new byte[Largest + 1];
        var length = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
        return length <= Largest
            ? content[..length]
            : throw new BehaviourFileException(file, 1, $"the file is larger than {Largest / 1024} KiB; divide it into several files");
    }

    private static void RefuseOtherEncodings(ReadOnlySpan<byte> content, string file)
    {
        for (var offset = 0; offset < content.Length;)
        {
            if (Rune.DecodeFromUtf8(content[offset..], out _, out var length) != System.Buffers.OperationStatus.Done)
            {
                var line = content[..offset].Count((byte)'\n') + 1;
                throw new BehaviourFileException(file, line, $"the byte at offset {offset} (0x{content[offset]:X2}) is not UTF-8; save the file as UTF-8");
            }

            offset += length;
        }
    }
}
