using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using FalcoStreamer.Simulator.ApiServer;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Simulator;

/// <summary>The double against what the real API server said.</summary>
public sealed class EventStoreTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Calls()
    {
        var calls = new TheoryData<string>();
        foreach (var file in Directory.GetFiles(Recordings.PathOf("kubernetes/events"), "*.http").Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileNameWithoutExtension(file);
            // Patches need an Event to patch, and an Event of the old kind is legal only in core/v1: these have tests of their own.
            if (!name.StartsWith("patch-", StringComparison.Ordinal) && name is not ("v1-eventTime-absent" or "v1-eventTime-null" or "v1-conflict-same-name"))
            {
                calls.Add($"events/{name}");
            }
        }

        calls.Add("errors/403-event-core-in-terminating-namespace");
        calls.Add("errors/404-event-in-missing-namespace");
        calls.Add("errors/403-create-event-core");
        return calls;
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task AnswersAsRecorded_WhenAnEventIsCreated(string name)
    {
        await using var server = await EventServer.StartAsync(Cancellation);
        Prepare(server.Store, name);
        var call = RecordedCall.Read(name);

        var (code, answer, mediaType) = await SendAsync(server, call.Method, InCore(call.Path), call.MediaType, InCore(call.Body));

        Assert.Equal(call.Code, code);
        Assert.Equal(call.AnswerMediaType, mediaType);
        if (code != 201)
        {
            // The type is checked through events.k8s.io/v1 only.
            var expected = InCore(call.Answer)
                .Replace(", type: Invalid value: \\\"\\\": has invalid value: x", "", StringComparison.Ordinal)
                .Replace(",{\"reason\":\"FieldValueInvalid\",\"message\":\"Invalid value: \\\"\\\": has invalid value: x\",\"field\":\"type\"}", "", StringComparison.Ordinal);
            Assert.Equal(expected, answer);
        }
        else if (name.StartsWith("events/core-", StringComparison.Ordinal))
        {
            Assert.Equal(WithoutServerFields(call.Answer), WithoutServerFields(answer));
        }
    }

    [Fact]
    public async Task Refuses_WhatIsTooLarge()
    {
        await using var server = await EventServer.StartAsync(Cancellation);
        var name = RecordedCall.Read("events/core-with-eventTime-full");
        var tooLarge = Encoding.UTF8.GetBytes($$"""{"metadata":{"name":"x"},"message":"{{new string('x', 3 * 1024 * 1024)}}"}""");
        var tooLargeForEtcd = With(RecordedCall.Read("events/core-ok").Body, "message", new string('m', 1_600_000));
        var annotations = With(name.Body, "metadata", new JsonObject { ["name"] = "fake-a.big67", ["annotations"] = new JsonObject { ["a"] = new string('x', 262_144) } });

        Assert.Equal((413, Text("events/v1-body-too-large.body.json")), await AnswerAsync(server, tooLarge));
        Assert.Equal((500, Text("events/core-message-1600000.body.json")), await AnswerAsync(server, tooLargeForEtcd));
        Assert.Equal(
            (422, """{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Event \"fake-a.big67\" is invalid: metadata.annotations: Too long: may not be more than 262144 bytes","reason":"Invalid","details":{"name":"fake-a.big67","kind":"Event","causes":[{"reason":"FieldValueTooLong","message":"Too long: may not be more than 262144 bytes","field":"metadata.annotations"}]},"code":422}"""),
            await AnswerAsync(server, annotations));
    }

    [Fact]
    public async Task AnswersConflict_WhenTheNameIsTaken()
    {
        await using var server = await EventServer.StartAsync(Cancellation);
        var call = RecordedCall.Read("events/v1-conflict-same-name");
        await SendAsync(server, "POST", InCore(call.Path), call.MediaType, InCore(call.Body));

        var (code, answer, _) = await SendAsync(server, "POST", InCore(call.Path), call.MediaType, InCore(call.Body));

        Assert.Equal((409, InCore(call.Answer)), (code, answer));
    }

    [Theory]
    [InlineData("events/patch-core-message")]
    [InlineData("events/patch-core-count")]
    [InlineData("events/patch-not-found")]
    [InlineData("events/patch-plain-json-content-type")]
    [InlineData("events/patch-eventTime")]
    [InlineData("events/patch-wrong-uid")]
    [InlineData("events/patch-wrong-resourceVersion")]
    public async Task AnswersAsRecorded_WhenAnEventIsPatched(string name)
    {
        await using var server = await EventServer.StartAsync(Cancellation);
        var created = RecordedCall.Read("events/v1-conflict-same-name");
        await SendAsync(server, "POST", InCore(created.Path), created.MediaType, InCore(created.Body));
        var call = RecordedCall.Read(name);

        var (code, answer, _) = await SendAsync(server, call.Method, InCore(call.Path), call.MediaType, call.Body);

        Assert.Equal(call.Code, code);
        if (code == 200)
        {
            var patch = (JsonObject)JsonNode.Parse(call.Body)!;
            Assert.All(patch, member => Assert.True(JsonNode.DeepEquals(member.Value, JsonNode.Parse(answer)![member.Key])));
        }
        else
        {
            Assert.Equal(InCore(call.Answer), answer);
        }
    }

    [Fact]
    public async Task AnswersAsRecorded_WhenItIsScriptedToFail()
    {
        await using var server = await EventServer.StartAsync(Cancellation);
        server.Store.Fail(EventFault.TooManyRequests);
        server.Store.Fail(EventFault.Unauthorized);
        var (busy, unauthorized) = (RecordedCall.Read("errors/429-create-event"), RecordedCall.Read("errors/401-bad-token"));

        var first = await SendAsync(server, "POST", "/api/v1/namespaces/lab/events", "application/json", busy.Body);
        var second = await SendAsync(server, "POST", "/api/v1/namespaces/lab/events", "application/json", busy.Body);

        Assert.Equal((429, busy.Answer, busy.AnswerMediaType), (first.Code, first.Answer.TrimEnd('\n'), first.MediaType));
        Assert.Equal((401, unauthorized.Answer), (second.Code, second.Answer));
    }

    [Fact]
    public async Task Lists_WhatKubectlSelects()
    {
        await using var server = await EventServer.StartAsync(Cancellation);
        var call = RecordedCall.Read("events/core-with-eventTime-full");
        await SendAsync(server, "POST", call.Path, call.MediaType, call.Body);

        var found = await server.Client.GetStringAsync(
            "/api/v1/namespaces/fake/events?fieldSelector=involvedObject.uid%3D1f4ed8af-f194-4ad5-b4f3-d876ebd81364%2CinvolvedObject.name%3Dfake-a", Cancellation);
        var missed = await server.Client.GetStringAsync("/api/v1/events?fieldSelector=involvedObject.uid%3Dother", Cancellation);
        using var unknown = await server.Client.GetAsync(new Uri("/api/v1/events?fieldSelector=spec.bogus%3Dx", UriKind.Relative), Cancellation);

        Assert.Single(JsonNode.Parse(found)!["items"]!.AsArray());
        Assert.Empty(JsonNode.Parse(missed)!["items"]!.AsArray());
        Assert.Equal(RecordedCall.Read("errors/400-bad-field-selector").Answer, await unknown.Content.ReadAsStringAsync(Cancellation));
    }

    private static void Prepare(EventStore store, string name)
    {
        if (name.Contains("terminating", StringComparison.Ordinal))
        {
            store.TerminatingNamespaces["dying1795492774"] = true;
        }

        store.MissingNamespaces["none-such"] = true;
        if (name.Contains("403-create", StringComparison.Ordinal))
        {
            store.ForbiddenVerbs["create"] = true;
            store.User = "system:serviceaccount:lab:nobody";
        }
    }

    private static async Task<(int Code, string Answer)> AnswerAsync(EventServer server, byte[] body)
    {
        var (code, answer, _) = await SendAsync(server, "POST", "/api/v1/namespaces/fake/events", "application/json", body);
        return (code, answer);
    }

    private static async Task<(int Code, string Answer, string MediaType)> SendAsync(EventServer server, string method, string path, string mediaType, byte[] body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(mediaType);
        using var response = await server.Client.SendAsync(request, Cancellation);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(Cancellation), response.Content.Headers.ContentType!.ToString());
    }

    private static string Text(string name) => Encoding.UTF8.GetString(Recordings.Read($"kubernetes/{name}")).TrimEnd('\n');

    /// <summary>What went through events.k8s.io/v1, as it goes through core/v1: by the server's source the rules are the same, only the names differ.</summary>
    private static string InCore(string text) => text
        .Replace("/apis/events.k8s.io/v1/", "/api/v1/", StringComparison.Ordinal)
        .Replace("events.events.k8s.io", "events", StringComparison.Ordinal)
        .Replace("\"group\":\"events.k8s.io\",", "", StringComparison.Ordinal)
        .Replace("events.k8s.io/v1", "v1", StringComparison.Ordinal)
        .Replace("reportingController", "reportingComponent", StringComparison.Ordinal)
        .Replace("\"regarding\"", "\"involvedObject\"", StringComparison.Ordinal)
        .Replace("\"note\"", "\"message\"", StringComparison.Ordinal);

    private static byte[] InCore(byte[] body) => Encoding.Latin1.GetBytes(InCore(Encoding.Latin1.GetString(body)));

    private static byte[] With(byte[] body, string member, JsonNode value)
    {
        var changed = (JsonObject)JsonNode.Parse(body)!;
        changed[member] = value;
        return Encoding.UTF8.GetBytes(changed.ToJsonString());
    }

    /// <summary>An answer without what differs on every server and every day.</summary>
    private static string WithoutServerFields(string answer)
    {
        var read = (JsonObject)JsonNode.Parse(answer)!;
        foreach (var name in (string[])["uid", "resourceVersion", "creationTimestamp", "managedFields"])
        {
            ((JsonObject)read["metadata"]!).Remove(name);
        }

        return read.ToJsonString();
    }
}
