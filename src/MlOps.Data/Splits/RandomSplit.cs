namespace MlOps.Data;

/// <summary>Divides rows by chance into parts of exactly the wanted sizes.</summary>
internal sealed record RandomSplit(SplitFractions Fractions, int? Seed) : SplitStage
{
    protected override Task<SplitCheck?> AssignAsync(SplitSource source, byte[] parts, CancellationToken cancellationToken)
    {
        new SeededRandom(Seed ?? source.Seed).Shuffled(Fractions.Counts(parts.Length)).CopyTo(parts, 0);
        return Task.FromResult<SplitCheck?>(null);
    }
}
