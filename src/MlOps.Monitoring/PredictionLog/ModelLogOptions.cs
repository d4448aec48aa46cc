using System.ComponentModel.DataAnnotations;

namespace MlOps.Monitoring;

/// <summary>What is logged of the predictions of a model. Bound from <c>MlOps:PredictionLog:Models:{model}</c>.</summary>
public sealed class ModelLogOptions
{
    /// <summary>Gets or sets which inputs are logged, and how.</summary>
    /// <value>The default is all of them as they are.</value>
    [EnumDataType(typeof(LoggedFeatures))]
    public LoggedFeatures Features { get; set; } = LoggedFeatures.All;

    /// <summary>Gets or sets the inputs that are logged with <see cref="LoggedFeatures.Listed"/>.</summary>
    /// <value>The default is empty.</value>
    public IList<string> Listed { get; set; } = [];

    /// <summary>Gets or sets the tags of inputs and outputs, by their names. Those of features and entities in the feature store count beside them.</summary>
    /// <value>The default is empty.</value>
    public IDictionary<string, IList<string>> ColumnTags { get; set; } = new Dictionary<string, IList<string>>(StringComparer.Ordinal);

    /// <summary>Gets or sets the input that says who or what a request is about, where the request does not say so itself. It need not be logged as an input.</summary>
    /// <value>The default is null: none does.</value>
    public string? SubjectColumn { get; set; }

    /// <summary>Gets or sets whether the subject is hashed with <see cref="PredictionLogOptions.HashKey"/>.</summary>
    /// <value>The default is false: it is logged as it is.</value>
    public bool HashSubject { get; set; }
}

/// <summary>Which inputs of a model are logged.</summary>
public enum LoggedFeatures
{
    /// <summary>All, as they are.</summary>
    All,

    /// <summary>Those that are listed, as they are.</summary>
    Listed,

    /// <summary>All, hashed with <see cref="PredictionLogOptions.HashKey"/>: equal values can be counted, and not be read.</summary>
    Hashed,

    /// <summary>None.</summary>
    None,
}
