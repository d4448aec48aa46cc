namespace MlOps.Statistics;

/// <summary>How columns are profiled. Profiles merge when they were made with equal options.</summary>
public sealed record ProfileOptions
{
    /// <summary>The options that are used when none are given.</summary>
    public static readonly ProfileOptions Default = new();

    private readonly int _exactLimit = 4096;
    private readonly int _textLimit = 256;

    /// <summary>Gets up to how many different values of a column each is counted exactly; with more, distinct counts, frequent values and quantiles are estimated within stated bounds.</summary>
    /// <value>The default is 4096, the smallest 16, the largest 65536.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside of that range.</exception>
    public int ExactLimit
    {
        get => _exactLimit;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 16);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 65536);
            _exactLimit = value;
        }
    }

    /// <summary>Gets how many bytes of a text are kept at most, as a frequent, smallest or largest value. Longer texts are told apart by a hash of 128 bits.</summary>
    /// <value>The default is 256, the smallest 8, the largest 65536.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside of that range.</exception>
    public int TextLimit
    {
        get => _textLimit;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 8);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 65536);
            _textLimit = value;
        }
    }

    /// <summary>Gets a value indicating whether values of the column may be kept in the profile.</summary>
    /// <value>
    /// The default is true. With false there are no frequent values, no smallest and largest text and no order; distinct counts are estimated from the first value on; numbers are only known to
    /// 8 binary digits, so that the smallest, the largest and the quantiles are rounded outwards by up to 0.4 %. Sums, means and the higher moments stay exact.
    /// </value>
    public bool KeepValues { get; init; } = true;
}
