namespace FalcoStreamer.Sinks.KubernetesEvents;

/// <summary>
/// How many writes the cluster must bear from this agent: per object a burst of 25, then one per 5 min, as client-go does it; in all 5 a second
/// with a burst of 50 (design.md, figures; decision 10).
/// </summary>
/// <remarks>
/// Whoever is urgent and finds a budget empty may take from a small reserve of its own: per object 5 writes, one coming back per 5 min; in all
/// 10, one coming back a second. So an attack is not silenced by the noise before it, and a thousand urgent ones still cost the cluster little.
/// Pure but for the clock it is given; for one caller at a time.
/// </remarks>
internal sealed class EventBudget(TimeProvider clock)
{
    private const int MostObjects = 4096;

    private static readonly Allowance ObjectAllowance = new(25, TimeSpan.FromMinutes(5));
    private static readonly Allowance ObjectReserve = new(5, TimeSpan.FromMinutes(5));
    private static readonly Allowance AgentAllowance = new(50, TimeSpan.FromMilliseconds(200));
    private static readonly Allowance AgentReserve = new(10, TimeSpan.FromSeconds(1));

    private readonly long _start = clock.GetTimestamp();
    private readonly Account _agent = new(AgentAllowance, AgentReserve);
    private readonly Dictionary<string, Account> _objects = [];

    /// <summary>How many objects were forgotten to bound the memory, and so have their whole burst again.</summary>
    public long Forgotten { get; private set; }

    /// <summary>Takes one write for an object, or nothing at all.</summary>
    public bool TryTake(string objectKey, bool isUrgent)
    {
        var account = AccountOf(objectKey);
        if (account.Wait(Now, isUrgent) > TimeSpan.Zero || _agent.Wait(Now, isUrgent) > TimeSpan.Zero)
        {
            return false;
        }

        account.Take(Now);
        _agent.Take(Now);
        return true;
    }

    /// <summary>Gives a write back that never reached the API server: an outage must not use an object's budget up.</summary>
    public void GiveBack(string objectKey)
    {
        AccountOf(objectKey).GiveBack(Now);
        _agent.GiveBack(Now);
    }

    /// <summary>Takes one write of the whole agent's budget, which may go below nothing: for a second call that the first one made necessary.</summary>
    public void Charge() => _agent.Take(Now);

    /// <summary>How long until <see cref="TryTake"/> may succeed.</summary>
    public TimeSpan Wait(string objectKey, bool isUrgent)
    {
        var wait = AccountOf(objectKey).Wait(Now, isUrgent);
        var agent = _agent.Wait(Now, isUrgent);
        return wait > agent ? wait : agent;
    }

    /// <summary>How long until the agent as a whole may write again.</summary>
    public TimeSpan WaitOfAgent() => _agent.Wait(Now, isUrgent: true);

    private TimeSpan Now => clock.GetElapsedTime(_start);

    private Account AccountOf(string objectKey)
    {
        if (!_objects.TryGetValue(objectKey, out var account))
        {
            if (_objects.Count >= MostObjects)
            {
                Forget();
            }

            account = new Account(ObjectAllowance, ObjectReserve);
            _objects.Add(objectKey, account);
        }

        return account;
    }

    /// <summary>An object whose budget is whole again is as good as unknown; if none is, the one that has written least goes.</summary>
    private void Forget()
    {
        foreach (var (key, _) in _objects.Where(pair => pair.Value.IsWhole(Now)).ToList())
        {
            _objects.Remove(key);
        }

        if (_objects.Count >= MostObjects)
        {
            _objects.Remove(_objects.MaxBy(pair => pair.Value.Left(Now)).Key);
            Forgotten++;
        }
    }

    /// <summary>How much may be spent at once, and how long one write takes to come back.</summary>
    private readonly record struct Allowance(int Burst, TimeSpan Refill);

    /// <summary>An allowance and the reserve behind it.</summary>
    private sealed class Account(Allowance allowance, Allowance reserve)
    {
        private readonly Bucket _common = new(allowance);
        private readonly Bucket _reserve = new(reserve);

        public TimeSpan Wait(TimeSpan now, bool isUrgent)
        {
            var wait = _common.Wait(now);
            var urgent = isUrgent ? _reserve.Wait(now) : wait;
            return urgent < wait ? urgent : wait;
        }

        public void Take(TimeSpan now) => (_common.Wait(now) > TimeSpan.Zero && _reserve.Wait(now) == TimeSpan.Zero ? _reserve : _common).Take(now);

        public void GiveBack(TimeSpan now) => _common.GiveBack(now);

        public bool IsWhole(TimeSpan now) => _common.IsFull(now) && _reserve.IsFull(now);

        public double Left(TimeSpan now) => _common.Left(now);
    }

    /// <summary>A token bucket that is counted when somebody looks.</summary>
    private sealed class Bucket(Allowance allowance)
    {
        private double _left = allowance.Burst;
        private TimeSpan _counted;

        public double Left(TimeSpan now)
        {
            _left = Math.Min(allowance.Burst, _left + ((now - _counted) / allowance.Refill));
            _counted = now;
            return _left;
        }

        // A hair is forgiven: adding fractions must not make a whole write out of reach.
        public TimeSpan Wait(TimeSpan now) => Left(now) >= 1 - 1e-9 ? TimeSpan.Zero : (1 - _left) * allowance.Refill;

        public bool IsFull(TimeSpan now) => Left(now) >= allowance.Burst;

        public void Take(TimeSpan now) => _left = Left(now) - 1;

        public void GiveBack(TimeSpan now) => _left = Math.Min(allowance.Burst, Left(now) + 1);
    }
}
