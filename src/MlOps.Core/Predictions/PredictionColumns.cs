namespace MlOps.Core;

/// <summary>The columns that logged predictions are read in, beside the inputs, which have their own names, and the outputs, which have the prefix <see cref="OutputPrefix"/>.</summary>
public static class PredictionColumns
{
    /// <summary>What the names of outputs begin with.</summary>
    public const string OutputPrefix = "output.";

    /// <summary>Text: the identifier of the prediction; row i of a request with several rows is called id/i.</summary>
    public const string Id = "prediction.id";

    /// <summary>Integer: the version that predicted.</summary>
    public const string Version = "prediction.version";

    /// <summary>Moment: when it was asked for.</summary>
    public const string Time = "prediction.time";

    /// <summary>Fraction: how long the model took over the whole request, in seconds.</summary>
    public const string Latency = "prediction.latency";

    /// <summary>Text: how the request came, as http or in-process.</summary>
    public const string Caller = "prediction.caller";

    /// <summary>Text: why it failed; missing when it did not.</summary>
    public const string Error = "prediction.error";

    /// <summary>Text: as what the version was asked, as champion, challenger or shadow; missing when the caller named the version itself.</summary>
    public const string Variant = "prediction.variant";

    /// <summary>Text: the W3C trace identifier of the request; missing when it was not traced.</summary>
    public const string Trace = "prediction.trace";

    /// <summary>Text: who or what the request was about; missing when nobody said so.</summary>
    public const string Subject = "prediction.subject";

    /// <summary>Text: the fingerprint of what the version takes and gives; missing when nobody said so.</summary>
    public const string Schema = "prediction.schema";

    /// <summary>Fraction: the true value that became known last; missing where none is known.</summary>
    public const string Truth = "ground_truth";

    /// <summary>Moment: when it became known; missing where none is known.</summary>
    public const string TruthTime = "ground_truth.time";

    /// <summary>Gets the columns that every prediction has, whatever was predicted, in their order.</summary>
    public static IReadOnlyList<Column> Own { get; } =
    [
        new(Id, ColumnType.String),
        new(Version, ColumnType.Int64),
        new(Time, ColumnType.Timestamp),
        new(Latency, ColumnType.Float64),
        new(Caller, ColumnType.String),
        new(Error, ColumnType.String),
        new(Variant, ColumnType.String),
        new(Trace, ColumnType.String),
        new(Subject, ColumnType.String),
        new(Schema, ColumnType.String),
    ];

    /// <summary>Says whether a name is one of the log's own. An input of such a name stands in the log with the prefix <c>input.</c></summary>
    /// <param name="name">The name of a column.</param>
    /// <returns>True when it is.</returns>
    public static bool IsOwn(string name) => name is Truth or TruthTime || Own.Any(c => c.Name == name);
}
