namespace MlOps.Core;

/// <summary>How one stage is run. Set where the stage is added to its pipeline.</summary>
public sealed class StageOptions
{
    /// <summary>Gets or sets the name of the stage within its pipeline.</summary>
    /// <value>The default is the type's name with dashes, as add-calendar-features; a second stage of that name gets -2.</value>
    public string? Name { get; set; }

    /// <summary>Gets or sets how long one attempt may take.</summary>
    /// <value>The default is null: the pipeline's own limit for a stage.</value>
    public TimeSpan? Timeout { get; set; }

    /// <summary>Gets or sets how often the stage is tried.</summary>
    /// <value>The default is 3. Only errors that <see cref="RetryWhen"/> calls transient are tried again.</value>
    public int MaxAttempts { get; set; } = 3;

    /// <summary>Gets or sets the wait before the second attempt; it doubles before each further one.</summary>
    /// <value>The default is one second.</value>
    public TimeSpan Backoff { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Gets or sets which errors are worth another attempt.</summary>
    /// <value>The default is a transient <see cref="MlOpsException"/>, an I/O, network or timeout error.</value>
    public Func<Exception, bool> RetryWhen { get; set; } = static error =>
        error is MlOpsException { IsTransient: true } or TimeoutException or HttpRequestException
        || (error is IOException and not (FileNotFoundException or DirectoryNotFoundException or EndOfStreamException));

    /// <summary>Gets or sets whether an earlier result may be taken when code, parameters and inputs are unchanged.</summary>
    /// <value>The default is true. Set it to false for a stage whose result depends on anything else, such as an alias of the registry.</value>
    public bool Cache { get; set; } = true;
}
