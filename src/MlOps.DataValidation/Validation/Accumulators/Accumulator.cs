namespace MlOps.DataValidation;

/// <summary>Gathers something about judged rows. Expectations that need the same share one.</summary>
internal abstract class Accumulator
{
    private long _serial = -1;

    /// <summary>Adds the judged rows of a block, once.</summary>
    public void Look(Block block, ReadOnlySpan<ulong> judged)
    {
        if (_serial == block.Serial) return;
        _serial = block.Serial;
        Add(block, judged);
    }

    protected abstract void Add(Block block, ReadOnlySpan<ulong> judged);
}
