using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MlOps.Serving;

/// <summary>How features are served. Bound from <c>MlOps:Serving:Features</c>.</summary>
public sealed class FeatureServingOptions
{
    /// <summary>Gets or sets the authorization policy of the host that lets a caller read features.</summary>
    /// <value>The default is null: only callers on the same machine may, unless the endpoints ask for authorization as a group.</value>
    public string? ReadPolicy { get; set; }

    /// <summary>Gets or sets the authorization policy of the host that lets a caller push and materialize.</summary>
    /// <value>The default is null: only callers on the same machine may. Who may read may not write by that.</value>
    public string? WritePolicy { get; set; }

    /// <summary>Gets or sets whether callers from other machines may read although the endpoints ask for no authorization. Writing always needs <see cref="WritePolicy"/>.</summary>
    /// <value>The default is false.</value>
    public bool AllowRemote { get; set; }

    /// <summary>Gets the origins of other sites whose pages may call, as <c>https://ui.example.com</c>. They also need the host's CORS policy.</summary>
    /// <value>The default is none: a browser may only call from a page of this server.</value>
    public IList<string> AllowedOrigins { get; } = [];

    /// <summary>Gets or sets how long the body of a request may be, in bytes.</summary>
    /// <value>The default is 16 MiB.</value>
    [Range(1, 1 << 30)]
    public int MaxRequestBytes { get; set; } = 16 << 20;

    /// <summary>Gets or sets how many entities one request may ask for, and how many rows it may push.</summary>
    /// <value>The default is 10,000.</value>
    [Range(1, int.MaxValue)]
    public int MaxRows { get; set; } = 10_000;

    /// <summary>Gets or sets how many values one answer may hold: entities times features.</summary>
    /// <value>The default is 2 million.</value>
    [Range(1, int.MaxValue)]
    public int MaxValues { get; set; } = 2_000_000;
}

[OptionsValidator]
internal sealed partial class FeatureServingOptionsValidator : IValidateOptions<FeatureServingOptions>;
