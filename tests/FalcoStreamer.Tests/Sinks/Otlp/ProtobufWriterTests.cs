using FalcoStreamer.Sinks.Otlp;
using Google.Protobuf;
using OpenTelemetry.Proto.Common.V1;

namespace FalcoStreamer.Tests.Sinks.Otlp;

public sealed class ProtobufWriterTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 3)]
    [InlineData(127, 1)]
    [InlineData(128, 1)]
    [InlineData(128, 3)]
    [InlineData(16_383, 1)]
    [InlineData(16_384, 2)]
    [InlineData(2_097_152, 1)]
    public void GivesEachLengthTheFewestBytes_WhateverRoomWasGuessed(int length, int width)
    {
        var expected = new KeyValue { Key = "k", Value = new AnyValue { StringValue = new string('x', length) } };
        var writer = new ProtobufWriter(16);

        writer.WriteBytes(1, "k"u8);
        var nested = writer.Begin(2, width);
        writer.WriteBytes(1, System.Text.Encoding.UTF8.GetBytes(expected.Value.StringValue));
        writer.End(nested);

        Assert.Equal(expected.ToByteArray(), writer.Span.ToArray());
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(127UL)]
    [InlineData(128UL)]
    [InlineData(16_383UL)]
    [InlineData(16_384UL)]
    [InlineData(ulong.MaxValue)]
    public void KnowsTheSizeOfAVarint(ulong value)
    {
        var writer = new ProtobufWriter();

        writer.WriteVarint(value);

        Assert.Equal(CodedOutputStream.ComputeUInt64Size(value), writer.Length);
        Assert.Equal(writer.Length, ProtobufWriter.SizeOf(value));
    }
}
