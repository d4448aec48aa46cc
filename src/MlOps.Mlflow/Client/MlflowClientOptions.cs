using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MlOps.Mlflow;

/// <summary>How an MLflow server is called.</summary>
public sealed class MlflowClientOptions
{
    /// <summary>Gets or sets the bearer token.</summary>
    /// <value>The default is null: none is sent.</value>
    public string? Token { get; set; }

    /// <summary>Gets or sets the name for basic authentication.</summary>
    /// <value>The default is null: none is sent.</value>
    public string? UserName { get; set; }

    /// <summary>Gets or sets the password for basic authentication.</summary>
    /// <value>The default is null.</value>
    public string? Password { get; set; }

    /// <summary>Gets or sets how long the server may take over an answer. Files take as long as they take.</summary>
    /// <value>The default is two minutes.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Gets or sets how often a request is sent again that the server could not answer for the moment.</summary>
    /// <value>The default is 5. What is not the same twice as once is only sent again when the server says that it did nothing.</value>
    [Range(0, 20)]
    public int MaxRetries { get; set; } = 5;

    /// <summary>Gets or sets how long the first retry waits; each further one waits twice as long, at most a minute.</summary>
    /// <value>The default is half a second.</value>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(500);
}

[OptionsValidator]
internal sealed partial class MlflowClientOptionsValidator : IValidateOptions<MlflowClientOptions>;
