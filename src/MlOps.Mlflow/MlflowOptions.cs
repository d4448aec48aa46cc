using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MlOps.Mlflow;

/// <summary>How the MLflow API is served. Bound from <c>MlOps:Mlflow</c>.</summary>
public sealed class MlflowOptions
{
    /// <summary>Gets or sets the authorization policy of the host that lets a caller read.</summary>
    /// <value>The default is null: only callers on the same machine may read.</value>
    public string? ReadPolicy { get; set; }

    /// <summary>Gets or sets the authorization policy of the host that lets a caller write: log, register, upload, delete and restore.</summary>
    /// <value>The default is null: only callers on the same machine may write.</value>
    public string? WritePolicy { get; set; }

    /// <summary>Gets or sets the authorization policy of the host that lets a caller delete artifacts.</summary>
    /// <value>The default is null: only callers on the same machine may. Who may write may not delete artifacts by that.</value>
    public string? DeleteArtifactsPolicy { get; set; }

    /// <summary>Gets or sets whether callers from other machines are answered although the endpoints ask for no authorization.</summary>
    /// <value>The default is false.</value>
    public bool AllowRemote { get; set; }

    /// <summary>Gets the names under which the server may be called, as <c>mlflow.example.com</c>; the names of this machine itself are always among them.</summary>
    /// <value>The default is none: without authorization only the names of this machine are answered, with it any name.</value>
    public IList<string> AllowedHosts { get; } = [];

    /// <summary>Gets the origins of other sites whose pages may call, as <c>https://ui.example.com</c>. They also need the host's CORS policy.</summary>
    /// <value>The default is none: a browser may only call from a page of this server.</value>
    public IList<string> AllowedOrigins { get; } = [];

    /// <summary>Gets or sets where the artifacts of experiments lie that name no place of their own: <c>/</c> and the identifier of the experiment is put behind it.</summary>
    /// <value>The default is this server's own store. With another place clients go there by themselves and this server holds no artifacts.</value>
    [Required]
    public string DefaultArtifactRoot { get; set; } = "mlflow-artifacts:";

    /// <summary>Gets or sets how long a JSON body may be, in bytes. Uploads of artifacts have no limit.</summary>
    /// <value>The default is 32 MiB.</value>
    [Range(1024, 1 << 30)]
    public int MaxRequestBytes { get; set; } = 32 << 20;

    /// <summary>Gets or sets whether values of parameters and tags that are too long are cut, as MLflow does, or refused.</summary>
    /// <value>The default is true.</value>
    public bool TruncateLongValues { get; set; } = true;
}

[OptionsValidator]
internal sealed partial class MlflowOptionsValidator : IValidateOptions<MlflowOptions>;
