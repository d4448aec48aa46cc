using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MlOps.Redis;

/// <summary>Where the online store in Redis lies. Bound from <c>MlOps:Redis</c>.</summary>
public sealed class RedisOptions
{
    /// <summary>Gets or sets the configuration of StackExchange.Redis, as <c>redis.example:6379,password=…,ssl=true</c>. Several servers of a cluster are separated by commas.</summary>
    /// <value>The default is null, and then the host does not start: a server must be named. Errors and logs never hold it.</value>
    [Required]
    public string? Configuration { get; set; }

    /// <summary>Gets or sets what every key begins with, so that others may use the same database.</summary>
    /// <value>The default is <c>mlops:</c>. Letters, digits and the signs . _ : / -, at most 100.</value>
    [Required(AllowEmptyStrings = true)]
    [RegularExpression("^[A-Za-z0-9._:/-]{0,100}$")]
    public string KeyPrefix { get; set; } = "mlops:";
}

[OptionsValidator]
internal sealed partial class RedisOptionsValidator : IValidateOptions<RedisOptions>;
