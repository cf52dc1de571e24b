using FalcoStreamer.Knowledge;

namespace FalcoStreamer.Commands;

/// <summary>Shows what is known of behaviours and rules, and tries a user's own files.</summary>
internal sealed class KnowledgeCommand(TextWriter output, TextWriter errors)
{
    /// <summary>One line a behaviour or rule: what it is, its ID, its nature or maturity, where it comes from, and its title.</summary>
    public async Task<int> ListAsync(string? directory)
    {
        var knowledge = KnowledgeLoading.Load(directory);
        var width = knowledge.Behaviours.All.Max(behaviour => behaviour.Id.Length);
        foreach (var behaviour in knowledge.Behaviours.All.OrderBy(behaviour => behaviour.Id, StringComparer.Ordinal))
        {
            await output.WriteLineAsync(
                $"behaviour  {behaviour.Id.PadRight(width)}  {NatureOf(behaviour),-12}  {OriginOf(behaviour.File)}  {behaviour.Title}");
        }

        foreach (var guide in knowledge.Rules.All.OrderBy(guide => guide.Rule, StringComparer.Ordinal))
        {
            await output.WriteLineAsync($"rule       {guide.Rule}  ({guide.Maturity.ToString().ToLowerInvariant()}, {OriginOf(guide.File)})");
        }

        await output.FlushAsync();
        return ExitCode.Done;
    }

    /// <summary>Prints the entry of a behaviour or a rule as it is written, to be read or to be copied into a file of one's own.</summary>
    public async Task<int> ShowAsync(string? directory, string id)
    {
        var knowledge = KnowledgeLoading.Load(directory);
        if (knowledge.Behaviours.All.FirstOrDefault(behaviour => behaviour.Id == id) is { } behaviour)
        {
            await output.WriteAsync(KnowledgeText.Of(behaviour.File, behaviour.Line));
        }
        else if (knowledge.Rules.Find(id) is { } guide)
        {
            await output.WriteAsync(KnowledgeText.Of(guide.File, guide.Line));
        }
        else
        {
            var names = knowledge.Behaviours.All.Select(known => known.Id).Concat(knowledge.Rules.All.Select(known => known.Rule));
            var nearest = names.MinBy(name => EditDistance.Between(id, name));
            throw new CommandException(
                ExitCode.Usage,
                $"there is no behaviour and no rule called \"{id}\"; the nearest is \"{nearest}\". See: falcostreamer knowledge list");
        }

        await output.FlushAsync();
        return ExitCode.Done;
    }

    /// <summary>Reads a user's directory and names everything that is wrong in it.</summary>
    public async Task<int> ValidateAsync(string directory)
    {
        if (!Directory.Exists(directory))
        {
            throw new CommandException(ExitCode.NoInput, $"{directory}: there is no such directory");
        }

        var problems = 0;
        var knowledge = KnowledgeLoading.Load(directory, problem =>
        {
            problems++;
            errors.WriteLine($"falcostreamer: {problem.Message}");
        });
        var files = Directory.EnumerateFiles(directory, "*.yaml").Count();
        var behaviours = knowledge.Behaviours.All.Count(behaviour => IsOwn(behaviour.File));
        var rules = knowledge.Rules.All.Count(guide => IsOwn(guide.File));
        await output.WriteLineAsync($"{directory}: {files} files, {problems} of them wrong; {behaviours} behaviours and {rules} rules are sound");
        if (files == 0)
        {
            await errors.WriteLineAsync($"falcostreamer: {directory} has no *.yaml file");
        }

        await output.FlushAsync();
        return problems > 0 ? ExitCode.Fault : ExitCode.Done;

        bool IsOwn(string file) => Path.GetDirectoryName(file) == directory.TrimEnd('/') || file.StartsWith(directory, StringComparison.Ordinal);
    }

    private static string NatureOf(Behaviour behaviour) => behaviour.Nature.ToString().ToLowerInvariant();

    private static string OriginOf(string file) => KnowledgeText.IsShipped(file) ? "shipped" : file;
}
