using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;
using MlOps.Serving;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the endpoints of features.</summary>
public static class FeatureEndpointExtensions
{
    /// <summary>Serves features at the paths and in the JSON of Feast's feature server: <c>get-online-features</c>, <c>push</c>, <c>materialize</c>, <c>materialize-incremental</c> and <c>health</c>.</summary>
    /// <param name="endpoints">The application. Its host must have called <c>AddServing()</c> and defined features.</param>
    /// <param name="prefix">What stands before the paths; empty for nothing.</param>
    /// <returns>The endpoints, for instance to call <c>RequireAuthorization()</c> on.</returns>
    /// <exception cref="ArgumentException">The prefix does not begin with a slash.</exception>
    /// <exception cref="InvalidOperationException">Serving was not added, or the host has no feature store.</exception>
    /// <remarks>
    /// Reading and writing each have a policy in <see cref="FeatureServingOptions"/>. Without one only callers on the same machine are answered. Authorization that is asked for on the group opens reading only:
    /// writing from elsewhere always needs <see cref="FeatureServingOptions.WritePolicy"/>.
    /// </remarks>
    public static RouteGroupBuilder MapFeatures(this IEndpointRouteBuilder endpoints, string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(prefix);
        prefix = prefix.TrimEnd('/');
        if (prefix.Length > 0 && !prefix.StartsWith('/')) throw new ArgumentException("The prefix must begin with a slash, as /features.", nameof(prefix));
        var services = endpoints.ServiceProvider;
        if (services.GetService<IFeatureDirectory>() is null || services.GetService<IOnlineFeatures>() is null || services.GetService<IMaterializer>() is null)
            throw new InvalidOperationException("Features cannot be mapped because the host has none. Define features on the MlOps builder first.");
        var handlers = services.GetService<FeatureEndpoints>() ?? throw new InvalidOperationException("Features cannot be mapped because serving was not added. Call AddServing() on the MlOps builder first.");
        var group = endpoints.MapGroup(prefix);
        Map("/get-online-features", false, handlers.Post(false, FeatureEndpoints.GetOnlineFeaturesAsync));
        Map("/push", true, handlers.Post(true, FeatureEndpoints.PushAsync));
        Map("/materialize", true, handlers.Post(true, FeatureEndpoints.MaterializeAsync));
        Map("/materialize-incremental", true, handlers.Post(true, FeatureEndpoints.MaterializeIncrementalAsync));
        Map("/health", false, handlers.Health());
        if (prefix.Length > 0) Map("/{**rest}", false, handlers.Unknown());
        return group;

        void Map(string path, bool writes, RequestDelegate answer)
        {
            var endpoint = group.Map(path, answer);
            if ((writes ? handlers.Options.WritePolicy : handlers.Options.ReadPolicy) is { } policy) endpoint.RequireAuthorization(policy);
        }
    }
}
