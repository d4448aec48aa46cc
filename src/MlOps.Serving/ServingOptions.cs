using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MlOps.Serving;

/// <summary>How models are served. Bound from <c>MlOps:Serving</c>.</summary>
public sealed class ServingOptions
{
    /// <summary>Gets or sets whether callers from other machines are answered although the endpoints ask for no authorization.</summary>
    /// <value>The default is false: without <c>RequireAuthorization()</c> on the endpoints only this machine is answered.</value>
    public bool AllowRemote { get; set; }

    /// <summary>Gets or sets how long the body of a request may be, in bytes.</summary>
    /// <value>The default is 16 MiB.</value>
    [Range(1, 1 << 30)]
    public int MaxRequestBytes { get; set; } = 16 << 20;

    /// <summary>Gets or sets how many rows one request may hold.</summary>
    /// <value>The default is 100,000.</value>
    [Range(1, int.MaxValue)]
    public int MaxRows { get; set; } = 100_000;

    /// <summary>Gets or sets whether inputs that the model does not take are passed over, so that callers who still send what an earlier version took are answered by one that learned from fewer columns. Inputs that the model needs are needed all the same.</summary>
    /// <value>The default is false: such a request is refused.</value>
    public bool IgnoreUnknownInputs { get; set; }

    /// <summary>Gets or sets how many versions stay in memory that were asked for by number and that no served alias points to.</summary>
    /// <value>The default is 4. The one that was used least recently goes first.</value>
    [Range(1, 1000)]
    public int MaxLoadedVersions { get; set; } = 4;

    /// <summary>Gets or sets what this service is called in the lineage of the models that it serves. Processes of one name are one service.</summary>
    /// <value>The default is null: the application's name and its environment, as FlightService.Production.</value>
    [StringLength(200, MinimumLength = 1)]
    public string? ServiceName { get; set; }

    /// <summary>Gets or sets the header in which a caller says who or what a request is about, so that its predictions can be erased from the prediction log.</summary>
    /// <value>The default is null: no header is read.</value>
    [StringLength(200, MinimumLength = 1)]
    public string? SubjectHeader { get; set; }
}

[OptionsValidator]
internal sealed partial class ServingOptionsValidator : IValidateOptions<ServingOptions>;
