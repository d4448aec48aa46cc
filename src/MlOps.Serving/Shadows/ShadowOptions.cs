using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.Serving;

/// <summary>Which version is given the requests of a model beside its champion, and how many of them. Bound from <c>MlOps:Serving:Shadows:{model}</c>.</summary>
public sealed class ShadowOptions
{
    /// <summary>Gets or sets the alias of the version that is given the requests.</summary>
    /// <value>The default is challenger. It need not point to a version yet.</value>
    [Required]
    public string Alias { get; set; } = ModelNames.Challenger;

    /// <summary>Gets or sets the share of requests that it is given, chosen by a hash of whom or what they are about, and of their identifiers where nobody says so: the same subject is always in it, or never.</summary>
    /// <value>The default is 1: all.</value>
    [Range(0.0, 1.0)]
    public double Share { get; set; } = 1;

    /// <summary>Gets or sets how many rows may wait or be worked on. A request that finds no room has no shadow, which is counted; one that is larger than all of it is taken when nothing else waits.</summary>
    /// <value>The default is 10,000.</value>
    [Range(1, 16_777_216)]
    public int Capacity { get; set; } = 10_000;

    /// <summary>Gets or sets how many requests are worked on at once.</summary>
    /// <value>The default is 1, so that the shadow takes one core of the machine at most.</value>
    [Range(1, 64)]
    public int Concurrency { get; set; } = 1;

    /// <summary>Gets or sets how far two fractions may lie apart to be called the same, relative to the larger one. It is asked of models that give fractions only, as a regression does.</summary>
    /// <value>The default is 0.01: one in a hundred.</value>
    [Range(0.0, 1.0)]
    public double Tolerance { get; set; } = 0.01;
}

[OptionsValidator]
internal sealed partial class ShadowOptionsValidator : IValidateOptions<ShadowOptions>;

/// <summary>Refuses what is no alias, and the alias that answers.</summary>
internal sealed class ShadowAliasValidator : IValidateOptions<ShadowOptions>
{
    public ValidateOptionsResult Validate(string? name, ShadowOptions options)
    {
        if (options.Alias == ModelNames.Champion) return ValidateOptionsResult.Fail($"MlOps:Serving:Shadows:{name}: the champion answers, and cannot be its own shadow. Name another alias.");
        try
        {
            ModelNames.CheckAlias(options.Alias);
            return ValidateOptionsResult.Success;
        }
        catch (ArgumentException e)
        {
            return ValidateOptionsResult.Fail($"MlOps:Serving:Shadows:{name}: {e.Message}");
        }
    }
}
