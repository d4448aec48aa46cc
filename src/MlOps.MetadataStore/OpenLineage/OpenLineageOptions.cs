using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MlOps.MetadataStore;

/// <summary>What is said of runs as OpenLineage events, and to whom. Bound from <c>MlOps:OpenLineage</c>.</summary>
public sealed class OpenLineageOptions
{
    /// <summary>Gets or sets the namespace of the jobs and of the datasets that they make.</summary>
    /// <value>The default is mlops.</value>
    [Required]
    public string Namespace { get; set; } = "mlops";

    /// <summary>Gets or sets the URI that names who makes the events.</summary>
    /// <value>The default is urn:mlops-sdk.</value>
    [Required]
    public Uri Producer { get; set; } = new("urn:mlops-sdk");

    /// <summary>Gets or sets the file that events are appended to, one JSON object a line.</summary>
    /// <value>The default is null: none.</value>
    [MinLength(1)]
    public string? File { get; set; }

    /// <summary>Gets or sets the address that events are posted to, as http://marquez:5000/api/v1/lineage.</summary>
    /// <value>The default is null: none.</value>
    public Uri? Url { get; set; }

    /// <summary>Gets or sets the key that is sent to the address as a bearer token.</summary>
    /// <value>The default is null: none.</value>
    public string? ApiKey { get; set; }

    /// <summary>Gets or sets whether events are written to the log.</summary>
    /// <value>The default is false.</value>
    public bool Log { get; set; }

    /// <summary>Gets or sets how long one attempt to post an event may take.</summary>
    /// <value>The default is 10 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets or sets how often it is tried to send an event. The wait before the second attempt is a second, and doubles.</summary>
    /// <value>The default is 5.</value>
    [Range(1, 20)]
    public int MaxAttempts { get; set; } = 5;

    /// <summary>Gets or sets how many events may wait for one receiver; further ones are lost.</summary>
    /// <value>The default is 10,000.</value>
    [Range(1, 10_000_000)]
    public int Capacity { get; set; } = 10_000;

    /// <summary>Gets or sets how long a host that stops waits for events that were not sent yet.</summary>
    /// <value>The default is 5 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan FlushTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets or sets the address of the source code, sent with the commit of the run.</summary>
    /// <value>The default is null: not sent.</value>
    public Uri? SourceCode { get; set; }

    /// <summary>Gets the owners of the pipelines, as team:forecasting.</summary>
    /// <value>The default is none.</value>
    public IList<string> Owners { get; } = [];

    /// <summary>Gets the names of the environment variables whose values are sent.</summary>
    /// <value>The default is none: an environment holds secrets.</value>
    public IList<string> EnvironmentVariables { get; } = [];

    /// <summary>Gets or sets whether the stack trace of an error is sent.</summary>
    /// <value>The default is false: its message alone.</value>
    public bool StackTraces { get; set; }
}

[OptionsValidator]
internal sealed partial class OpenLineageOptionsValidator : IValidateOptions<OpenLineageOptions>;
