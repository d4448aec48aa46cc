namespace MlOps.Statistics;

/// <summary>Draws numbers that depend on a seed only: SplitMix64 (G. Steele, D. Lea, C. Flood, OOPSLA 2014).</summary>
internal static class SplitMix
{
    public static ulong Next(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        var mixed = state;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
