using FalcoStreamer.Knowledge;

namespace FalcoStreamer.Tests.Support;

/// <summary>The knowledge inside the program, read once for all tests: it is immutable.</summary>
internal static class Shipped
{
    private static readonly Lazy<BehaviourLibrary> Library = new(() => BehaviourLibrary.Load(null));

    public static BehaviourLibrary Behaviours => Library.Value;
}
