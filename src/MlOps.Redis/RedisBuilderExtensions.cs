using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using MlOps.Core;
using MlOps.Redis;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Keeps features for reading at once in Redis.</summary>
public static class RedisBuilderExtensions
{
    /// <summary>Chooses Redis, 6.2 or later, or a server that speaks as it does, for the online store. A cluster is used as one.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configuration">The configuration of StackExchange.Redis; null takes it from <c>MlOps:Redis</c>.</param>
    /// <returns>The builder.</returns>
    public static MlOpsBuilder UseRedisOnlineStore(this MlOpsBuilder builder, string? configuration = null)
    {
        if (configuration is not null) ArgumentException.ThrowIfNullOrWhiteSpace(configuration);
        return builder.UseRedisOnlineStore(options => options.Configuration = configuration ?? options.Configuration);
    }

    /// <summary>Chooses Redis as <see cref="UseRedisOnlineStore(MlOpsBuilder, string?)"/> does, with other options.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets options; it has the last word.</param>
    /// <returns>The builder.</returns>
    public static MlOpsBuilder UseRedisOnlineStore(this MlOpsBuilder builder, Action<RedisOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        var options = builder.Services.AddOptions<RedisOptions>().ValidateOnStart();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RedisOptions>, RedisOptionsValidator>());
        options.BindConfigurationWhenPresent("MlOps:Redis");
        options.Validate(
            static o => o.Configuration is null || RedisConnection.Parse(o.Configuration) is not null,
            "MlOps:Redis:Configuration is no configuration of StackExchange.Redis with a server. Write it as redis.example:6379,ssl=true.");
        options.Configure(configure);
        return builder.Use<IOnlineStore>(static services => new RedisOnlineStore(services.GetRequiredService<IOptions<RedisOptions>>().Value));
    }
}
