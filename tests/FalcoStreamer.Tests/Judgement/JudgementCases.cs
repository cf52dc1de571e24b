using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace FalcoStreamer.Tests.Judging;

/// <summary>Reads the labelled set.</summary>
internal static class JudgementCases
{
    private static readonly string[] ContainerLists = ["containers", "initContainers", "ephemeralContainers"];
    private static readonly string[] ChangeMembers = ["change", "pods"];
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static IEnumerable<JudgementCase> All() =>
        Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Judgement", "Cases"), "*.yaml").Order(StringComparer.Ordinal).SelectMany(ReadFile);

    private static IEnumerable<JudgementCase> ReadFile(string file)
    {
        var root = YamlJson.Read(file);
        var pods = root["pods"]?.AsObject() ?? [];
        var read = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (var item in root["cases"]!.AsArray())
        {
            var written = item!.AsObject();
            var name = written["id"]!.GetValue<string>();
            var given = written["like"] is { } like ? Like(read[like.GetValue<string>()], written) : written;
            Assert.True(read.TryAdd(name, given), $"{file}: the case {name} is there twice");
            yield return Build($"{Path.GetFileNameWithoutExtension(file)}/{name}", given, pods);
        }
    }

    private static JsonObject Like(JsonObject known, JsonObject written)
    {
        var given = YamlJson.Merge(known, written)!.AsObject();
        foreach (var changes in ChangeMembers)
        {
            if (written[changes] is { } change)
            {
                given[changes] = YamlJson.Merge(known[changes], change, keepsNulls: true);
            }
        }

        return given;
    }

    private static JudgementCase Build(string id, JsonObject given, JsonObject pods)
    {
        var built = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        var objects = new List<JsonObject>();
        var changes = given["pods"]?.AsObject() ?? [];
        var age = TimeSpan.FromSeconds(given["age"]?.GetValue<long>() ?? 3600);
        foreach (var name in pods.Select(pod => pod.Key).Concat(changes.Select(change => change.Key)).Distinct())
        {
            var pod = YamlJson.Merge(pods[name], changes[name] ?? new JsonObject())!.AsObject();
            pod.Remove("template", out var template);
            built[name] = BuildPod(name, pod, age);
            if (template is JsonObject images)
            {
                objects.Add(BuildRevision(built[name]["metadata"]!.AsObject(), images, Start - age - TimeSpan.FromMinutes(1)));
            }
        }

        var time = Start;
        var alerts = new List<JsonObject>();
        foreach (var alert in given["alerts"]!.AsArray())
        {
            var merged = YamlJson.Merge(alert, given["change"] ?? new JsonObject())!.AsObject();
            time += TimeSpan.FromMilliseconds(merged["after"]?.GetValue<long>() ?? 0);
            alerts.Add(BuildAlert(merged, (merged["pod"] ?? given["pod"])?.GetValue<string>(), built, time));
        }

        var form = Enum.Parse<Form>(given["form"]!.GetValue<string>(), ignoreCase: true);
        // What nobody knows has no behaviour, also where it is like something that has one.
        var behaviour = form == Form.Unknown ? null : given["behaviour"]?.GetValue<string>();
        return new JudgementCase(id, form, behaviour, alerts, [.. built.Values], objects);
    }

    /// <summary>Completes what a case leaves out of a pod: UIDs, the owner reference, the statuses of its containers.</summary>
    private static JsonObject BuildPod(string name, JsonObject given, TimeSpan age)
    {
        var metadata = given["metadata"] as JsonObject ?? [];
        given["metadata"] = metadata;
        metadata["name"] ??= name;
        metadata["namespace"] ??= "default";
        metadata["uid"] ??= Digits(name, 36);
        metadata["creationTimestamp"] ??= Time(Start - age - TimeSpan.FromSeconds(5));
        if (given["owner"]?.GetValue<string>() is { } owner)
        {
            given.Remove("owner");
            AddOwner(metadata, owner.Split('/'));
        }

        var spec = given["spec"]!.AsObject();
        spec["nodeName"] ??= "node-1";
        var status = given["status"] as JsonObject ?? [];
        given["status"] = status;
        status["phase"] ??= "Running";
        AddStatuses(name, spec["containers"], status, "containerStatuses", age);
        AddStatuses(name, spec["initContainers"], status, "initContainerStatuses", age);
        AddStatuses(name, spec["ephemeralContainers"], status, "ephemeralContainerStatuses", age);
        return given;
    }

    /// <summary>A Deployment owns its pods through a ReplicaSet and a CronJob through a Job, as the real ones do.</summary>
    private static void AddOwner(JsonObject metadata, string[] owner)
    {
        var (kind, name) = (owner[0], owner[1]);
        if (kind == "Deployment")
        {
            var labels = metadata["labels"] as JsonObject ?? [];
            metadata["labels"] = labels;
            labels["pod-template-hash"] = "5d4f8c7b9d";
            (kind, name) = ("ReplicaSet", $"{name}-5d4f8c7b9d");
        }
        else if (kind == "CronJob")
        {
            (kind, name) = ("Job", $"{name}-29538240");
        }

        var group = kind is "Job" ? "batch/v1" : kind is "Node" ? "v1" : "apps/v1";
        metadata["ownerReferences"] = new JsonArray(new JsonObject
        {
            ["apiVersion"] = group,
            ["kind"] = kind,
            ["name"] = name,
            ["uid"] = Digits($"{kind}/{name}", 36),
            ["controller"] = true,
        });
    }

    /// <summary>The ReplicaSet or ControllerRevision that a pod was made from, with these images by container.</summary>
    private static JsonObject BuildRevision(JsonObject pod, JsonObject images, DateTimeOffset created)
    {
        var owner = pod["ownerReferences"]![0]!;
        var (kind, name) = (owner["kind"]!.GetValue<string>(), owner["name"]!.GetValue<string>());
        var containers = images.Select(image => new JsonObject { ["name"] = image.Key, ["image"] = image.Value!.DeepClone() });
        var spec = new JsonObject { ["template"] = new JsonObject { ["spec"] = new JsonObject { ["containers"] = new JsonArray([.. containers]) } } };
        if (kind == "ReplicaSet")
        {
            return new JsonObject { ["kind"] = kind, ["metadata"] = new JsonObject { ["name"] = name, ["uid"] = owner["uid"]!.DeepClone(), ["creationTimestamp"] = Time(created) }, ["spec"] = spec };
        }

        var labels = pod["labels"] as JsonObject ?? [];
        pod["labels"] = labels;
        labels["controller-revision-hash"] = kind == "StatefulSet" ? $"{name}-6c8d5" : "6c8d5";
        return new JsonObject
        {
            ["kind"] = "ControllerRevision",
            ["metadata"] = new JsonObject
            {
                ["name"] = $"{name}-6c8d5",
                ["uid"] = Digits($"revision/{name}", 36),
                ["creationTimestamp"] = Time(created),
                ["ownerReferences"] = new JsonArray(owner.DeepClone()),
            },
            ["data"] = new JsonObject { ["spec"] = spec },
        };
    }

    private static void AddStatuses(string pod, JsonNode? containers, JsonObject status, string member, TimeSpan age)
    {
        if (containers is null || status[member] is not null)
        {
            return;
        }

        status[member] = new JsonArray([.. containers.AsArray().Select(container => new JsonObject
        {
            ["name"] = container!["name"]!.GetValue<string>(),
            ["image"] = container["image"]?.DeepClone(),
            ["imageID"] = $"{container["image"]?.GetValue<string>().Split(':')[0]}@sha256:{Digits($"{container["image"]}", 64)}",
            ["containerID"] = $"containerd://{IdOf(pod, container["name"]!.GetValue<string>())}",
            ["restartCount"] = 0,
            ["state"] = new JsonObject { ["running"] = new JsonObject { ["startedAt"] = Time(Start - age) } },
        })]);
    }

    private static JsonObject BuildAlert(JsonObject given, string? podName, Dictionary<string, JsonObject> pods, DateTimeOffset time)
    {
        // A plugin's alert has no process and so no container.
        var isPlugins = given["source"]?.GetValue<string>() is not (null or "syscall" or "internal");
        var fields = isPlugins ? [] : new JsonObject { ["container.id"] = "host", ["container.name"] = "host" };
        if (!isPlugins && podName is not null && pods.TryGetValue(podName, out var pod))
        {
            var spec = pods[podName]["spec"]!;
            var containers = ContainerLists.SelectMany(kind => spec[kind]?.AsArray() ?? []).ToList();
            var container = given["container"] is { } named
                ? containers.Single(candidate => candidate!["name"]!.GetValue<string>() == named.GetValue<string>())! : containers[0]!;
            var name = container["name"]!.GetValue<string>();
            var image = (container["image"]?.GetValue<string>() ?? "").Split(':');
            fields = new JsonObject
            {
                ["container.id"] = IdOf(podName, name)[..12],
                ["container.name"] = name,
                ["container.image.repository"] = image[0],
                ["container.image.tag"] = image.ElementAtOrDefault(1) ?? "latest",
                ["k8s.ns.name"] = pod["metadata"]!["namespace"]!.DeepClone(),
                ["k8s.pod.name"] = pod["metadata"]!["name"]!.DeepClone(),
            };
        }

        fields["evt.time"] = time.ToUnixTimeMilliseconds() * 1_000_000;
        foreach (var (name, value) in given["fields"]?.AsObject() ?? [])
        {
            fields[name] = value?.DeepClone();
        }

        return new JsonObject
        {
            ["hostname"] = "node-1",
            ["time"] = Time(time),
            ["priority"] = given["priority"]?.DeepClone() ?? "Notice",
            ["rule"] = given["rule"]!.DeepClone(),
            ["source"] = given["source"]?.DeepClone() ?? "syscall",
            ["tags"] = given["tags"]?.DeepClone() ?? new JsonArray("container"),
            ["output"] = $"{given["rule"]} ({fields["proc.cmdline"]})",
            ["output_fields"] = fields,
        };
    }

    private static string IdOf(string pod, string container) => Digits($"{pod}/{container}", 64);

    private static string Digits(string text, int length) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..length];

    private static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", System.Globalization.CultureInfo.InvariantCulture);
}
