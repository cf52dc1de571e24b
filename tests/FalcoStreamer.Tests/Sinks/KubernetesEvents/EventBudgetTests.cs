using FalcoStreamer.Sinks.KubernetesEvents;
using Microsoft.Extensions.Time.Testing;

namespace FalcoStreamer.Tests.Sinks.KubernetesEvents;

public sealed class EventBudgetTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly EventBudget _budget;

    public EventBudgetTests() => _budget = new EventBudget(_clock);

    [Fact]
    public void Object_HasABurstOf25_ThenOnePer5Minutes()
    {
        Assert.Equal(25, Take("a", 100));

        Assert.Equal(TimeSpan.FromMinutes(5), _budget.Wait("a", isUrgent: false));
        _clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(1, Take("a", 100));
        _clock.Advance(TimeSpan.FromHours(10));
        Assert.Equal(25, Take("a", 100));
    }

    [Fact]
    public void Agent_HasABurstOf50_Then5ASecond()
    {
        Assert.Equal(50, Enumerable.Range(0, 100).Count(number => _budget.TryTake($"{number}", isUrgent: false)));

        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(5, Enumerable.Range(0, 100).Count(number => _budget.TryTake($"again {number}", isUrgent: false)));
    }

    [Fact]
    public void AnObjectWithoutBudget_CostsTheAgentNothing()
    {
        Take("a", 100);

        Assert.Equal(25, Take("b", 100));
    }

    [Fact]
    public void Reserve_ServesTheUrgentOnly()
    {
        Take("a", 25);

        Assert.False(_budget.TryTake("a", isUrgent: false));
        Assert.Equal(5, Take("a", 100, isUrgent: true));
        Assert.Equal(20, Take("b", 20));
        Assert.Equal(10, Enumerable.Range(0, 100).Count(number => _budget.TryTake($"{number}", isUrgent: true)));
    }

    [Fact]
    public void GiveBack_UndoesAWriteThatNeverHappened()
    {
        for (var number = 0; number < 1000; number++)
        {
            Assert.True(_budget.TryTake("a", isUrgent: false));
            _budget.GiveBack("a");
        }

        Assert.Equal(25, Take("a", 100));
    }

    [Fact]
    public void Memory_IsBounded()
    {
        for (var number = 0; number < 5000; number++)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(200));
            Assert.True(_budget.TryTake($"{number}", isUrgent: false));
        }

        // 300 s make an object whole again and as good as unknown, so none with a debt was forgotten.
        Assert.Equal(0, _budget.Forgotten);
    }

    private int Take(string key, int tries, bool isUrgent = false) => Enumerable.Range(0, tries).Count(_ => _budget.TryTake(key, isUrgent));
}
