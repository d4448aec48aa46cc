using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Serving;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the endpoints of served models.</summary>
public static class ServingEndpointExtensions
{
    /// <summary>Serves the registered models at the paths of the Open Inference Protocol v2, as JSON.</summary>
    /// <param name="endpoints">The application. Its host must have called <c>AddServing()</c>.</param>
    /// <param name="prefix">Where the protocol begins. The whole path below it belongs to the protocol.</param>
    /// <returns>The endpoints, for instance to call <c>RequireAuthorization()</c> on.</returns>
    /// <exception cref="ArgumentException">The prefix does not begin with a slash, or is nothing more.</exception>
    /// <remarks>
    /// A model is served in the version that its alias champion points to; <c>/models/{model}/versions/{version}</c> takes a number or another alias.
    /// Without authorization only callers on the same machine are answered, unless <see cref="ServingOptions.AllowRemote"/> is set.
    /// </remarks>
    public static RouteGroupBuilder MapModels(this IEndpointRouteBuilder endpoints, string prefix = "/v2")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentException.ThrowIfNullOrWhiteSpace(prefix);
        prefix = prefix.TrimEnd('/');
        if (!prefix.StartsWith('/')) throw new ArgumentException("The prefix must begin with a slash and have a name, as /v2.", nameof(prefix));
        var handlers = endpoints.ServiceProvider.GetService<ModelEndpoints>()
            ?? throw new InvalidOperationException("Models cannot be mapped because serving was not added. Call AddServing() on the MlOps builder first.");
        var group = endpoints.MapGroup(prefix);
        Map("/", posts: false, ModelEndpoints.ServerAsync);
        Map("/health/live", posts: false, ModelEndpoints.LiveAsync);
        Map("/health/ready", posts: false, ModelEndpoints.ReadyAsync);
        foreach (var model in (string[])["/models/{model}", "/models/{model}/versions/{version}"])
        {
            Map(model, posts: false, ModelEndpoints.ModelAsync);
            Map(model + "/ready", posts: false, ModelEndpoints.ModelReadyAsync);
            Map(model + "/infer", posts: true, ModelEndpoints.InferAsync);
        }

        group.Map("/{**rest}", handlers.HandleUnknown());
        return group;

        void Map(string path, bool posts, Func<ModelEndpoints, HttpContext, Task> answer) => group.Map(path, handlers.Handle(posts, answer));
    }
}
