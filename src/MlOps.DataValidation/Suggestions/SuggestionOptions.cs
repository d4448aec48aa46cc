namespace MlOps.DataValidation;

/// <summary>How much a suite that is suggested allows new data to differ.</summary>
public sealed record SuggestionOptions
{
    /// <summary>Gets how far beyond the range that was seen numbers may go, as a share of the range. Bounds are rounded away from the range.</summary>
    /// <value>The default is a tenth.</value>
    public double RangeSlack
    {
        get;
        init => field = value is >= 0 and <= 100 ? value : throw new ArgumentOutOfRangeException(nameof(RangeSlack), value, "The slack of a range lies between 0 and 100 times the range.");
    }

    = 0.1;

    /// <summary>Gets how many standard deviations the mean and the standard deviation of numbers may move. Three standard errors are allowed at least.</summary>
    /// <value>The default is 0.25.</value>
    public double MeanSlack
    {
        get;
        init => field = value is >= 0 and <= 100 ? value : throw new ArgumentOutOfRangeException(nameof(MeanSlack), value, "The slack of a mean lies between 0 and 100 standard deviations.");
    }

    = 0.25;

    /// <summary>Gets up to how many different values a column can be a list of categories.</summary>
    /// <value>The default is 120.</value>
    public int MaxCategories
    {
        get;
        init => field = value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(MaxCategories), value, "A list has at least one value.");
    }

    = 120;
}
