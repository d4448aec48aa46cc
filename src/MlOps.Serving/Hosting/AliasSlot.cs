namespace MlOps.Serving;

/// <summary>The place of the version that an alias points to.</summary>
internal sealed class AliasSlot(string model, string alias)
{
    private volatile ServedModel? _current;

    public string Model => model;

    public string Alias => alias;

    /// <summary>Gets what only one caller at a time may hold to change the slot.</summary>
    public SemaphoreSlim Gate { get; } = new(1, 1);

    /// <summary>Gets or sets what is served; null before the first load and after the end.</summary>
    public ServedModel? Current
    {
        get => _current;
        set => _current = value;
    }

    /// <summary>Gets or sets whether the slot was given up; whoever waited for it looks for another.</summary>
    public bool IsClosed { get; set; }

    /// <summary>Gets or sets the version that could not be loaded last, when and why: it is not tried again at every request.</summary>
    public (int Version, long At, Exception Error)? Failure { get; set; }
}
