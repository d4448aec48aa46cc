using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>How predictions are logged. Bound from <c>MlOps:PredictionLog</c>.</summary>
public sealed class PredictionLogOptions
{
    /// <summary>Gets or sets how many rows may wait in the queue, and how many more are kept while the store refuses them. One request with more rows than that is taken when the queue is empty.</summary>
    /// <value>The default is 131,072.</value>
    [Range(1, 16_777_216)]
    public int Capacity { get; set; } = 131_072;

    /// <summary>Gets or sets what happens to a request's log entry when the queue is full.</summary>
    /// <value>The default is to wait for room.</value>
    [EnumDataType(typeof(WhenFull))]
    public WhenFull WhenFull { get; set; } = WhenFull.Wait;

    /// <summary>Gets or sets what a prediction survives once it was taken.</summary>
    /// <value>The default is that it survives the end of the process.</value>
    [EnumDataType(typeof(LogDurability))]
    public LogDurability Durability { get; set; } = LogDurability.Process;

    /// <summary>Gets or sets how long a prediction may wait before it is written to the store.</summary>
    /// <value>The default is one minute.</value>
    [Range(typeof(TimeSpan), "00:00:00.001", "1.00:00:00")]
    public TimeSpan FlushInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Gets or sets with how many rows a file is written before its time.</summary>
    /// <value>The default is 131,072.</value>
    [Range(1, 16_777_216)]
    public int MaxRowsPerFile { get; set; } = 131_072;

    /// <summary>Gets or sets the share of requests that is logged, chosen by a hash of their identifiers, so that each process chooses the same.</summary>
    /// <value>The default is 1: all.</value>
    [Range(0.0, 1.0)]
    public double SampleShare { get; set; } = 1;

    /// <summary>Gets or sets whether requests that failed are logged although the sample leaves them out.</summary>
    /// <value>The default is true.</value>
    public bool SampleKeepsErrors { get; set; } = true;

    /// <summary>Gets or sets how many days predictions and true values are kept, today included.</summary>
    /// <value>The default is null: for good.</value>
    [Range(1, 36_500)]
    public int? RetentionDays { get; set; }

    /// <summary>Gets or sets how often old days are removed, the small files of past days put together, and what a killed process left is recovered.</summary>
    /// <value>The default is an hour.</value>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan UpkeepInterval { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Gets or sets the secret under which values are hashed. Who does not have it cannot try out which value a hash is of.</summary>
    /// <value>The default is null, and then nothing can be hashed. At least 16 characters.</value>
    [StringLength(1_000, MinimumLength = 16)]
    public string? HashKey { get; set; }

    /// <summary>Gets or sets what becomes of the columns that carry a tag, by <see cref="ModelLogOptions.ColumnTags"/> or by an <see cref="IColumnTags"/> of the host such as the feature store, whatever else is said of them.</summary>
    /// <value>The default drops what is tagged <c>personal</c> or <c>secret</c>.</value>
    public IDictionary<string, Redaction> RedactedTags { get; set; } = new Dictionary<string, Redaction>(StringComparer.OrdinalIgnoreCase) { ["personal"] = Redaction.Drop, ["secret"] = Redaction.Drop };

    /// <summary>Gets or sets what is logged of models that <see cref="Models"/> does not name.</summary>
    /// <value>The default logs all.</value>
    [ValidateObjectMembers]
    public ModelLogOptions Default { get; set; } = new();

    /// <summary>Gets or sets what is logged of models, by their names. What is said of a model takes the place of <see cref="Default"/> as a whole.</summary>
    /// <value>The default is empty.</value>
    public IDictionary<string, ModelLogOptions> Models { get; set; } = new Dictionary<string, ModelLogOptions>(StringComparer.Ordinal);

    /// <summary>Gives what is logged of a model.</summary>
    internal ModelLogOptions Of(string model) => Models.TryGetValue(model, out var options) ? options : Default;
}

/// <summary>What the prediction log does when its queue is full.</summary>
public enum WhenFull
{
    /// <summary>The request waits until there is room; nothing is lost.</summary>
    Wait,

    /// <summary>The request goes on, its entry is dropped and counted.</summary>
    Drop,
}

/// <summary>What a prediction in the log survives before it is in the store.</summary>
public enum LogDurability
{
    /// <summary>Nothing: it waits in memory, and is lost when the process is killed.</summary>
    Memory,

    /// <summary>The end of the process, also by SIGKILL: it waits in a file, and the next start recovers it. A machine that loses its power loses what the operating system had not written yet.</summary>
    Process,
}

/// <summary>What becomes of a column instead of being logged as it is.</summary>
public enum Redaction
{
    /// <summary>It is left out.</summary>
    Drop,

    /// <summary>Its values are hashed with <see cref="PredictionLogOptions.HashKey"/>.</summary>
    Hash,
}
