using System.Globalization;
using FalcoStreamer.Alerts;
using FalcoStreamer.Knowledge;

namespace FalcoStreamer.Correlation;

/// <summary>How closely a request to the API server fits what Falco saw in the pod; the surer, the later.</summary>
internal enum AttributionMatch
{
    /// <summary>Pod and time alone.</summary>
    Time,

    /// <summary>The program too; the request's arguments are not known.</summary>
    Program,

    /// <summary>The whole command.</summary>
    Command,
}

/// <summary>Who was behind an incident, by the API server's audit log. Immutable.</summary>
/// <param name="Requests">The requests that fit best, one an account, the nearest in time first.</param>
/// <param name="Match">How well they fit.</param>
/// <param name="Distance">How long before the alert the first of them was; negative where the audit log's time is later.</param>
/// <param name="Objection">What speaks against the account of a program; null where nothing does.</param>
internal sealed record Attribution(IReadOnlyList<AuditRequest> Requests, AttributionMatch Match, TimeSpan Distance, string? Objection = null)
{
    private const double WeightOfObjection = 6;

    private static readonly TimeSpan Near = TimeSpan.FromSeconds(10);

    private readonly IReadOnlyList<Evidence> _evidence =
    [
        .. Objection is null ? (IReadOnlyList<Evidence>)[] : [new Evidence(Objection, WeightOfObjection)],
        .. Requests.Select(request => Say(request, Match, Distance, Requests.Count == 1)),
    ];

    /// <summary>The accounts for a sentence: <c>alice</c>, or <c>alice or bob</c> where either may be meant.</summary>
    public string Accounts { get; } = string.Join(" or ", Requests.Select(request => request.Account));

    /// <summary>True for one account whose request fits in more than its pod; otherwise it is only the most probable.</summary>
    public bool IsSure => Requests.Count == 1 && (Match == AttributionMatch.Command || Distance.Duration() <= Near);

    /// <summary>True where no person's account is among them.</summary>
    public bool IsProgram => Requests.All(request => !request.IsPerson);

    /// <summary>True where only programs' accounts are among them and something speaks against these.</summary>
    public bool IsSuspect => IsProgram && Objection is not null;

    /// <summary>Whether the accounts are those that the judgement speaks of: Velero's, for a hook that the pod's annotations give it.</summary>
    public bool Confirms(Judgement judgement) => judgement is { IsImitation: false } && IsHook(judgement) && Objection is null && Requests.All(ProgramAccount.IsVeleros);

    /// <summary>Whether it is thought to be a command that the pod's annotations give a backup tool.</summary>
    public static bool IsHook(Judgement judgement) =>
        judgement is { Behaviour.Nature: BehaviourNature.Harmless, SpecPlace: "preHookAnnotation" or "postHookAnnotation" };

    /// <summary>The judgement with what the audit log adds to it; what an earlier attribution added goes.</summary>
    public Judgement Apply(Judgement judgement)
    {
        var earlier = judgement.Attribution?._evidence ?? [];
        List<Evidence> reasonsFor = [.. judgement.For.Except(earlier, ReferenceEqualityComparer.Instance).Cast<Evidence>()];
        List<Evidence> reasonsAgainst = [.. judgement.Against.Except(earlier, ReferenceEqualityComparer.Instance).Cast<Evidence>()];
        var isHarmless = judgement.Behaviour is { Nature: BehaviourNature.Harmless };
        var isConfirmed = Confirms(judgement);
        // What the kubelet does by itself nobody asks the API server for.
        (!isConfirmed && (isHarmless || IsSuspect) ? reasonsAgainst : reasonsFor).AddRange(_evidence);
        var (pointsFor, pointsAgainst) = (reasonsFor.Sum(reason => reason.Weight), reasonsAgainst.Sum(reason => reason.Weight));
        var verdict = (isConfirmed, IsSuspect) switch
        {
            (true, _) => judgement.Verdict,
            (_, true) => Verdict.Suspicious,
            // A name is no permission, a program's no more than a person's.
            _ => judgement.Verdict < Verdict.Undetermined ? Verdict.Undetermined : judgement.Verdict,
        };
        return judgement with
        {
            Verdict = verdict,
            Confidence = verdict == Verdict.Suspicious && (IsSuspect || judgement.IsImitation) ? Confidence.From(pointsAgainst, 0) : Confidence.From(pointsFor, pointsAgainst),
            For = [.. reasonsFor.OrderByDescending(reason => reason.Weight)],
            Against = [.. reasonsAgainst.OrderByDescending(reason => reason.Weight)],
            Attribution = this,
        };
    }

    private static Evidence Say(AuditRequest request, AttributionMatch match, TimeSpan distance, bool isOnly)
    {
        var what = request.Command is { } command ? $"{request.Subresource} of \"{(command.Length > 120 ? command[..120] + "…" : command)}\"" : request.Subresource;
        var fit = match switch
        {
            AttributionMatch.Command => ", and the command is exactly this one",
            AttributionMatch.Program => ", and the program is this one",
            _ => "",
        };
        var weight = isOnly ? 3 + (int)match : 2;
        return new Evidence($"The API server's audit log names {request.Caller}: {what} into this pod, {Ago(distance)}{fit}", weight);
    }

    private static string Ago(TimeSpan distance) => distance.Duration() < TimeSpan.FromSeconds(1)
        ? "at the same second"
        : string.Create(CultureInfo.InvariantCulture, $"{distance.Duration().TotalSeconds:0} s {(distance > TimeSpan.Zero ? "before" : "after")} the alert");
}
