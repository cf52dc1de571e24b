namespace FalcoStreamer.Knowledge;

/// <summary>Reads a file of rule guides. Whatever it does not know in it is an error, as in <see cref="BehaviourFile"/>.</summary>
internal static class RuleFile
{
    public const string Schema = "falcostreamer/rules/v1";

    private static readonly Dictionary<string, RuleMaturity> Maturities = Enum.GetValues<RuleMaturity>()
        .ToDictionary(maturity => maturity.ToString().ToLowerInvariant(), StringComparer.Ordinal);

    private static readonly Dictionary<string, RuleFamily> Families = Enum.GetValues<RuleFamily>()
        .ToDictionary(family => family.ToString().ToLowerInvariant(), StringComparer.Ordinal);

    /// <inheritdoc cref="Read(YamlMapping, string)"/>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static IReadOnlyList<RuleGuide> Read(Stream stream, string file) => Read(YamlFile.Read(stream, file), file);

    /// <summary>Reads the guides of a file.</summary>
    /// <exception cref="BehaviourFileException">The file is wrong; nothing of it is returned.</exception>
    public static IReadOnlyList<RuleGuide> Read(YamlMapping root, string file)
    {
        if (root.Text("schema") is var schema && schema != Schema)
        {
            throw root.Error($"the schema is \"{schema}\", this version reads \"{Schema}\"");
        }

        var guides = root.Mappings("rules").Select(yaml => ReadGuide(yaml) with { File = file, Line = yaml.Line }).ToList();
        root.RefuseOtherKeys();
        var repeated = guides.SelectMany(guide => guide.Aliases.Prepend(guide.Rule)).GroupBy(name => name, RuleLibrary.NameComparer).FirstOrDefault(group => group.Count() > 1);
        return repeated is null ? guides : throw root.Error($"the rule \"{repeated.Key}\" is given twice");
    }

    private static RuleGuide ReadGuide(YamlMapping yaml)
    {
        var family = ReadWord(yaml, "family", Families);
        var exceptionFields = yaml.Texts("exceptionFields");
        var guide = new RuleGuide
        {
            Rule = yaml.Text("rule"),
            Aliases = yaml.Texts("aliases"),
            Maturity = ReadWord(yaml, "maturity", Maturities),
            Family = family,
            Happened = yaml.Texts("happened"),
            Detects = yaml.Text("detects"),
            UsualCauses = ReadAdvice(yaml, "usualCauses"),
            SeriousWhen = ReadAdvice(yaml, "seriousWhen"),
            CheckFirst = ReadAdvice(yaml, "checkFirst"),
            Actions = ReadAdvice(yaml, "actions"),
            ExceptionFields = exceptionFields.Count > 0 ? exceptionFields : FieldsOf(family),
            Attack = yaml.Texts("attack"),
            Note = yaml.OptionalText("note"),
            Sources = yaml.Texts("sources"),
        };
        yaml.RefuseOtherKeys();
        PlaceholderCheck.Refuse(yaml, "happened", guide.Happened);
        PlaceholderCheck.Refuse(yaml, "detects", guide.Detects);
        PlaceholderCheck.Refuse(yaml, "usualCauses", TextsOf(guide.UsualCauses));
        PlaceholderCheck.Refuse(yaml, "seriousWhen", TextsOf(guide.SeriousWhen));
        PlaceholderCheck.Refuse(yaml, "checkFirst", TextsOf(guide.CheckFirst));
        PlaceholderCheck.Refuse(yaml, "actions", TextsOf(guide.Actions));
        PlaceholderCheck.Refuse(yaml, "note", guide.Note);
        return guide.Happened.Count > 0 ? guide : throw yaml.Error($"\"{guide.Rule}\" needs \"happened\"");
    }

    /// <summary>
    /// What tells one alert of a family from another, in fields that the stock rules' alerts carry: Falco's <c>fd.sport</c> is not among them,
    /// <c>fd.rport</c> is.
    /// </summary>
    private static IReadOnlyList<string> FieldsOf(RuleFamily family) => family switch
    {
        RuleFamily.Exec => ["container.image.repository", "k8s.ns.name", "proc.pname", "proc.name", "proc.cmdline"],
        RuleFamily.File => ["container.image.repository", "k8s.ns.name", "proc.name", "fd.name"],
        RuleFamily.Net => ["container.image.repository", "k8s.ns.name", "proc.name", "fd.rport"],
        RuleFamily.Syscall => ["container.image.repository", "k8s.ns.name", "proc.pname", "proc.name", "proc.exepath"],
        RuleFamily.Start => ["container.image.repository", "k8s.ns.name"],
        RuleFamily.Host => ["container.id", "proc.pname", "proc.name", "proc.cmdline"],
        _ => [],
    };

    private static IReadOnlyList<string?> TextsOf(IReadOnlyList<Advice> advice) => [.. advice.Select(item => item.Text)];

    private static IReadOnlyList<Advice> ReadAdvice(YamlMapping yaml, string key) => [.. yaml.TextsOrMappings(key).Select(item => item switch
    {
        ({ } text, _) => new Advice(text, IsCommand: false, []),
        (_, { } mapping) => ReadAdvice(mapping),
        _ => throw yaml.Error($"\"{key}\" holds something that is neither a text nor a mapping"),
    })];

    private static Advice ReadAdvice(YamlMapping yaml)
    {
        var (text, command) = (yaml.OptionalText("text"), yaml.OptionalText("command"));
        var when = PredicateReader.ReadAll(yaml, "when");
        var onlyLive = yaml.OptionalText("onlyLive") switch
        {
            null or "false" => false,
            "true" => true,
            _ => throw yaml.Error("\"onlyLive\" must be true or false"),
        };
        yaml.RefuseOtherKeys();
        return text is null == command is null
            ? throw yaml.Error("a mapping here has either \"text\" or \"command\"")
            : new Advice(text ?? command!, command is not null, when, onlyLive);
    }

    private static T ReadWord<T>(YamlMapping yaml, string key, Dictionary<string, T> words) =>
        words.TryGetValue(yaml.Text(key), out var word)
            ? word
            : throw yaml.Error($"\"{key}\" is \"{yaml.Text(key)}\"; it must be one of {string.Join(", ", words.Keys)}");
}
