using System.CommandLine;
using FalcoStreamer.Configuration;
using FalcoStreamer.Knowledge;

namespace FalcoStreamer.Commands;

/// <summary>The commands, and how each of their failures ends.</summary>
/// <param name="output">Where reports go.</param>
/// <param name="errors">Where everything else goes.</param>
/// <param name="isTerminal">Whether a person reads <paramref name="output"/> as it comes.</param>
internal sealed class CommandLine(TextWriter output, TextWriter errors, bool isTerminal)
{
    /// <returns>The exit code; see <see cref="ExitCode"/>.</returns>
    public async Task<int> InvokeAsync(string[] args)
    {
        var config = new Option<string?>("--config")
        {
            Description = "A JSON file with settings; FALCOSTREAMER__SECTION__KEY in the environment goes above it",
            HelpName = "FILE",
            Recursive = true,
        };
        var run = new Command("run", "The agent: takes alerts from every enabled source until SIGTERM. Example: falcostreamer run --config agent.json");
        run.SetAction((parsed, stop) => RunCommand.RunAsync(Load(parsed.GetValue(config)), output, stop));
        var root = new RootCommand("Turns Falco's alerts into reports that people act on. Without a command: run.") { config, run, Replay(config), Knowledge(config), Inbox(config) };
        root.SetAction((parsed, stop) => RunCommand.RunAsync(Load(parsed.GetValue(config)), output, stop));

        var result = root.Parse(args);
        if (result.Errors.Count > 0)
        {
            foreach (var error in result.Errors)
            {
                await errors.WriteLineAsync($"falcostreamer: {error.Message}");
            }

            await errors.WriteLineAsync("falcostreamer: see --help");
            return ExitCode.Usage;
        }

        return await GuardAsync(
            () => result.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                // The agent drains for longer than the library would wait; it takes the signals itself.
                ProcessTerminationTimeout = null,
                Output = output,
                Error = errors,
            }));
    }

    private static AgentOptions Load(string? file) => AgentConfiguration.Load(file, Environment.GetEnvironmentVariables());

    private Command Replay(Option<string?> config)
    {
        var files = new Argument<string[]>("FILE") { Description = "Files of Falco's alerts, also .gz; - is standard input", Arity = ArgumentArity.OneOrMore };
        // An option that does not exist would otherwise be taken for a file.
        files.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => token.Value.Length > 1 && token.Value[0] == '-'))
            {
                result.AddError($"there is no option {token.Value}");
            }
        });
        var pods = new Option<string?>("--pods") { Description = "What `kubectl get pods -A -o json` prints", HelpName = "FILE" };
        var cluster = new Option<string?>("--cluster")
        {
            Description = "The same of other objects: `kubectl get replicasets,jobs,nodes,namespaces -A -o json`",
            HelpName = "FILE",
        };
        var knowledge = new Option<string?>("--knowledge") { Description = "A directory with behaviours of your own", HelpName = "DIR" };
        var format = new Option<string>("--output") { Description = "How the reports are written", DefaultValueFactory = _ => "markdown" };
        format.AcceptOnlyFromAmong("markdown", "json", "events");
        var minVerdict = new Option<string>("--min-verdict") { Description = "Leave out what is less worrying", DefaultValueFactory = _ => "benign" };
        minVerdict.AcceptOnlyFromAmong("benign", "likely-benign", "undetermined", "suspicious");
        var command = new Command(
            "replay", "Judges a finished file of alerts without a cluster. Example: falcostreamer replay alerts.jsonl --pods pods.json --output json")
        {
            files, pods, cluster, knowledge, format, minVerdict,
        };
        command.SetAction((parsed, stop) => new ReplayCommand(output, errors, isTerminal).RunAsync(
            new ReplayRequest(
                parsed.GetRequiredValue(files),
                parsed.GetValue(pods),
                parsed.GetValue(cluster),
                parsed.GetValue(knowledge),
                parsed.GetRequiredValue(format),
                parsed.GetRequiredValue(minVerdict),
                Load(parsed.GetValue(config))),
            stop));
        return command;
    }

    private Command Knowledge(Option<string?> config)
    {
        var knowledge = new Option<string?>("--knowledge") { Description = "A directory with behaviours and rules of your own", HelpName = "DIR", Recursive = true };
        var list = new Command("list", "Every behaviour and rule that is known. Example: falcostreamer knowledge list");
        list.SetAction((parsed, _) => new KnowledgeCommand(output, errors).ListAsync(DirectoryOf(parsed)));
        var id = new Argument<string>("ID") { Description = "A behaviour's ID or a rule's name" };
        var show = new Command("show", "One of them as it is written. Example: falcostreamer knowledge show calico-felix-xdp-tag") { id };
        show.SetAction((parsed, _) => new KnowledgeCommand(output, errors).ShowAsync(DirectoryOf(parsed), parsed.GetRequiredValue(id)));
        var directory = new Argument<string>("DIR") { Description = "A directory with *.yaml files" };
        var validate = new Command("validate", "Whether files of your own are sound. Example: falcostreamer knowledge validate ./knowledge") { directory };
        validate.SetAction((parsed, _) => new KnowledgeCommand(output, errors).ValidateAsync(parsed.GetRequiredValue(directory)));
        return new Command("knowledge", "What the agent knows, and whether your own files are sound. Example: falcostreamer knowledge list") { knowledge, list, show, validate };

        string? DirectoryOf(ParseResult parsed) => parsed.GetValue(knowledge) ?? Load(parsed.GetValue(config)).Knowledge.Path;
    }

    private Command Inbox(Option<string?> config)
    {
        var storage = new Option<string?>("--storage") { Description = "The directory of storage.path, where the configuration is not at hand", HelpName = "DIR", Recursive = true };
        var list = new Command("list", "What waits, and what was set aside. Example: falcostreamer inbox list --config agent.json");
        list.SetAction((parsed, _) => new InboxCommand(output, errors).ListAsync(DirectoryOf(parsed)));
        var id = new Argument<string>("ID") { Description = "The ID of an alert, or a record's log.record.uid" };
        var show = new Command("show", "One of them, whole. Example: falcostreamer inbox show 0123456789abcdef0123456789abcdef") { id };
        show.SetAction((parsed, _) => new InboxCommand(output, errors).ShowAsync(DirectoryOf(parsed), parsed.GetRequiredValue(id)));
        var export = new Command("export", "All of it, whole. Example: falcostreamer inbox export --storage /var/lib/falcostreamer > inbox.jsonl");
        export.SetAction((parsed, _) => new InboxCommand(output, errors).ExportAsync(DirectoryOf(parsed)));
        return new Command("inbox", "What waits on this node's disk, as JSON lines, also beside a running agent. Example: falcostreamer inbox list") { storage, list, show, export };

        string? DirectoryOf(ParseResult parsed) => parsed.GetValue(storage) ?? Load(parsed.GetValue(config)).Storage.Path;
    }

    private async Task<int> GuardAsync(Func<Task<int>> invoke)
    {
        try
        {
            return await invoke();
        }
        catch (CommandException exception)
        {
            await errors.WriteLineAsync($"falcostreamer: {exception.Message}");
            return exception.ExitCode;
        }
        catch (Exception exception) when (exception is ConfigurationException or BehaviourFileException)
        {
            await errors.WriteLineAsync($"falcostreamer: {exception.Message}");
            return ExitCode.Configuration;
        }
        catch (IOException exception)
        {
            // What cannot be written has been told by whoever writes; this is an input that broke while it was read.
            await errors.WriteLineAsync($"falcostreamer: the input cannot be read: {exception.Message}");
            return ExitCode.NoInput;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // The last edge: a fault of ours ends with its own code and everything that helps to find it.
            await errors.WriteLineAsync($"falcostreamer: a fault of the program itself: {exception}");
            return ExitCode.Fault;
        }
    }
}
