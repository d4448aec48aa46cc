using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Mlflow;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the MLflow API.</summary>
public static class MlflowEndpointExtensions
{
    /// <summary>Serves the MLflow REST API 2.0 over the stores of the host: tracking, model registry and artifact proxy. Point <c>MLFLOW_TRACKING_URI</c> at the address of the host and the prefix.</summary>
    /// <param name="endpoints">The application. Its host must have called <c>AddMlflow()</c>, which <c>AddMlOps()</c> does.</param>
    /// <param name="prefix">What stands before the paths of the API; empty for nothing.</param>
    /// <returns>The endpoints, for instance to call <c>RequireAuthorization()</c> on.</returns>
    /// <exception cref="ArgumentException">The prefix does not begin with a slash.</exception>
    /// <remarks>
    /// Reading, writing and deleting artifacts each have a policy in <see cref="MlflowOptions"/>. Where there is none, and none was asked for here, only callers on the same machine are answered,
    /// unless <see cref="MlflowOptions.AllowRemote"/> is set.
    /// </remarks>
    public static RouteGroupBuilder MapMlflow(this IEndpointRouteBuilder endpoints, string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(prefix);
        prefix = prefix.TrimEnd('/');
        if (prefix.Length > 0 && !prefix.StartsWith('/')) throw new ArgumentException("The prefix must begin with a slash, as /mlflow.", nameof(prefix));
        var server = endpoints.ServiceProvider.GetService<MlflowServer>()
            ?? throw new InvalidOperationException("The MLflow API cannot be mapped because it was not added. Call AddMlflow() on the MlOps builder first.");
        var group = endpoints.MapGroup(prefix);
        foreach (var api in (string[])["/api", "/ajax-api"])
        {
            var tracking = api == "/api" ? Routes.Tracking : [.. Routes.Tracking, .. Routes.Ajax];
            Map(group, server, $"{api}/2.0/mlflow/", tracking);
            Map(group, server, $"{api}/2.0/mlflow-artifacts/", Routes.Proxy);
            foreach (var room in (string[])["mlflow", "mlflow-artifacts"]) Guard(group.Map($"{api}/2.0/{room}/{{**rest}}", server.UnknownAsync), server.Options, Access.Read);
        }

        Map(group, server, "/", Routes.Root);
        return group;
    }

    private static void Map(RouteGroupBuilder group, MlflowServer server, string prefix, IReadOnlyList<ApiRoute> routes)
    {
        foreach (var path in routes.GroupBy(route => route.Path))
        {
            foreach (var route in path)
            {
                var methods = route.Methods.Split(',');
                if (methods.Contains("GET")) methods = [.. methods, "HEAD"];
                Guard(group.MapMethods(prefix + route.Path, methods, server.Handle(route)), server.Options, route.Access);
            }

            var allowed = string.Join(", ", path.SelectMany(route => route.Methods.Split(',')).SelectMany(method => method == "GET" ? (string[])["GET", "HEAD"] : [method]));
            Guard(group.Map(prefix + path.Key, server.WrongMethod(allowed)), server.Options, Access.Read);
        }
    }

    private static void Guard(IEndpointConventionBuilder endpoint, MlflowOptions options, Access access)
    {
        endpoint.WithMetadata(access);
        var policy = access switch
        {
            Access.Read => options.ReadPolicy,
            Access.Write => options.WritePolicy,
            _ => options.DeleteArtifactsPolicy,
        };
        if (policy is not null) endpoint.RequireAuthorization(policy);
    }
}
