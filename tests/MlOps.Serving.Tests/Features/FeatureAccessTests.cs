using System.Net;
using System.Security.Claims;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MlOps.Serving.Tests.Features;

public sealed class FeatureAccessTests
{
    private const string Question = """{"features":["drivers:rate"],"entities":{"driver_id":[1001]}}""";
    private const string New = """{"end_ts":"2026-11-25"}""";

    private static readonly (string Path, string Body)[] Writes =
    [
        ("/push", """{"push_source_name":"drivers","df":{"driver_id":[],"event_timestamp":[],"rate":[],"trips":[],"name":[],"device":[]}}"""),
        ("/materialize", """{"start_ts":"2026-11-24","end_ts":"2026-11-25"}"""),
        ("/materialize-incremental", New),
    ];

    [Theory]
    [InlineData("10.0.0.7", "localhost", null, 403)]
    [InlineData("127.0.0.1", "evil.example", null, 403)]
    [InlineData("127.0.0.1", "localhost", "10.0.0.7", 403)]
    [InlineData("127.0.0.1", "localhost:5000", null, 200)]
    [InlineData("::1", "[::1]:5000", null, 200)]
    public async Task Only_this_machine_is_answered_by_default(string address, string host, string? forwardedFor, int expected)
    {
        await using var server = await FeatureServer.StartAsync();
        foreach (var (path, body) in Writes.Append(("/get-online-features", Question))) (await AskAsync(server, path, body, address, host, forwardedFor)).Should().Be(expected, path);
        (await AskAsync(server, "/health", null, address, host, forwardedFor)).Should().Be(expected);
    }

    [Fact]
    public async Task Remote_callers_that_may_read_may_not_write()
    {
        await using var server = await FeatureServer.StartAsync(o => o.AllowRemote = true);
        (await AskAsync(server, "/get-online-features", Question)).Should().Be(200);
        foreach (var (path, body) in Writes) (await AskAsync(server, path, body)).Should().Be(403, path);
        server.Pushed.Should().BeNull();
        server.Materialized.Should().BeNull();
    }

    [Fact]
    public async Task Authorization_of_the_group_opens_reading_only()
    {
        await using var server = await FeatureServer.StartAsync(map: app => Map(app).RequireAuthorization(), configure: AddUsers);
        (await AskAsync(server, "/get-online-features", Question, user: "reader")).Should().Be(200);
        (await AskAsync(server, "/get-online-features", Question)).Should().Be(401);
        foreach (var (path, body) in Writes) (await AskAsync(server, path, body, user: "writer")).Should().Be(403, path);
    }

    [Fact]
    public async Task Policies_open_reading_and_writing_each()
    {
        await using var server = await FeatureServer.StartAsync(o => (o.ReadPolicy, o.WritePolicy) = ("readers", "writers"), app => Map(app), AddUsers);
        (await AskAsync(server, "/get-online-features", Question, user: "reader")).Should().Be(200);
        (await AskAsync(server, "/get-online-features", Question, user: "writer")).Should().Be(403);
        foreach (var (path, body) in Writes)
        {
            (await AskAsync(server, path, body, user: "writer")).Should().Be(200, path);
            (await AskAsync(server, path, body, user: "reader")).Should().Be(403, path);
            (await AskAsync(server, path, body)).Should().Be(401, path);
            (await AskAsync(server, path, body, "127.0.0.1")).Should().Be(401, "a policy holds for this machine, too");
        }
    }

    [Theory]
    [InlineData("https://evil.example", 403)]
    [InlineData("null", 403)]
    [InlineData("http://localhost:81", 403)]
    [InlineData("http://localhost", 200)]
    [InlineData("https://ui.example.com", 200)]
    public async Task Pages_of_other_sites_may_not_call(string origin, int expected)
    {
        await using var server = await FeatureServer.StartAsync(o => o.AllowedOrigins.Add("https://ui.example.com"));
        (await AskAsync(server, "/materialize-incremental", New, "127.0.0.1", headers: h => h.Origin = origin)).Should().Be(expected);
    }

    [Fact]
    public async Task A_request_that_a_browser_sends_for_another_site_is_refused()
    {
        await using var server = await FeatureServer.StartAsync();
        (await AskAsync(server, "/materialize-incremental", New, "127.0.0.1", headers: h => h["Sec-Fetch-Site"] = "cross-site")).Should().Be(403);
    }

    [Theory]
    [InlineData("text/plain", null)]
    [InlineData("application/x-www-form-urlencoded", null)]
    [InlineData("application/json; charset=latin1", null)]
    [InlineData(null, null)]
    [InlineData("application/json", "gzip")]
    public async Task Only_plain_JSON_is_read(string? type, string? encoding)
    {
        await using var server = await FeatureServer.StartAsync();
        foreach (var (path, body) in Writes.Append(("/get-online-features", Question)))
        {
            var status = await AskAsync(server, path, body, "127.0.0.1", headers: h =>
            {
                h.ContentType = type;
                if (encoding is not null) h.ContentEncoding = encoding;
            });
            status.Should().Be(415, path);
        }
    }

    [Fact]
    public async Task Another_method_is_told_which_one_is_right()
    {
        await using var server = await FeatureServer.StartAsync();
        foreach (var (path, allowed) in new[] { ("/push", "POST"), ("/get-online-features", "POST"), ("/materialize", "POST"), ("/materialize-incremental", "POST") })
        {
            using var response = await server.Client.GetAsync(path, TestContext.Current.CancellationToken);
            response.StatusCode.Should().Be(HttpStatusCode.MethodNotAllowed);
            response.Content.Headers.Allow.Should().Equal(allowed);
        }

        (await server.PostAsync("/health", "{}")).Status.Should().Be(HttpStatusCode.MethodNotAllowed);
    }

    [Fact]
    public async Task The_paths_may_stand_behind_a_prefix()
    {
        await using var server = await FeatureServer.StartAsync(map: app => app.MapFeatures("/features"));
        (await server.PostAsync("/features/get-online-features", Question)).Status.Should().Be(HttpStatusCode.OK);
        (await server.PostAsync("/features/nothing", "{}")).Status.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_prefix_without_a_slash_is_refused()
    {
        var start = () => FeatureServer.StartAsync(map: app => app.MapFeatures("features"));
        await start.Should().ThrowAsync<ArgumentException>();
    }

    [Fact]
    public async Task A_host_without_features_is_told_so()
    {
        var start = () => Server.StartAsync(map: app => app.MapFeatures());
        await start.Should().ThrowAsync<InvalidOperationException>().WithMessage("*no*Define features*");
    }

    [Fact]
    public async Task Models_and_features_are_served_side_by_side()
    {
        await using var server = await FeatureServer.StartAsync(map: app =>
        {
            app.MapModels();
            app.MapFeatures();
        });
        (await server.PostAsync("/get-online-features", Question)).Status.Should().Be(HttpStatusCode.OK);
        using var live = await server.Client.GetAsync("/v2/health/live", TestContext.Current.CancellationToken);
        live.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData(nameof(FeatureServingOptions.MaxRows))]
    [InlineData(nameof(FeatureServingOptions.MaxRequestBytes))]
    [InlineData(nameof(FeatureServingOptions.MaxValues))]
    public async Task Nonsense_is_refused_when_the_host_starts(string option)
    {
        var start = () => FeatureServer.StartAsync(o => typeof(FeatureServingOptions).GetProperty(option)!.SetValue(o, 0));
        await start.Should().ThrowAsync<OptionsValidationException>();
    }

    private static Microsoft.AspNetCore.Routing.RouteGroupBuilder Map(WebApplication app)
    {
        app.UseAuthentication();
        app.UseAuthorization();
        return app.MapFeatures();
    }

    private static void AddUsers(IServiceCollection services)
    {
        services.AddAuthentication("header").AddScheme<AuthenticationSchemeOptions, ByHeader>("header", null);
        services.AddAuthorizationBuilder().AddPolicy("readers", p => p.RequireClaim(ClaimTypes.Name, "reader")).AddPolicy("writers", p => p.RequireClaim(ClaimTypes.Name, "writer"));
    }

    private static async Task<int> AskAsync(
        FeatureServer server, string path, string? body, string address = "10.0.0.7", string host = "localhost", string? forwardedFor = null, string? user = null, Action<IHeaderDictionary>? headers = null)
    {
        var context = await server.Test.SendAsync(
            c =>
            {
                c.Connection.RemoteIpAddress = IPAddress.Parse(address);
                c.Request.Method = body is null ? "GET" : "POST";
                c.Request.Path = path;
                c.Request.Host = new HostString(host);
                if (body is not null)
                {
                    c.Request.ContentType = "application/json";
                    c.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body));
                }

                if (forwardedFor is not null) c.Request.Headers["X-Forwarded-For"] = forwardedFor;
                if (user is not null) c.Request.Headers["X-User"] = user;
                headers?.Invoke(c.Request.Headers);
            },
            TestContext.Current.CancellationToken);
        return context.Response.StatusCode;
    }

    private sealed class ByHeader(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(Request.Headers["X-User"].FirstOrDefault() is { } user
            ? AuthenticateResult.Success(new(new(new ClaimsIdentity([new(ClaimTypes.Name, user)], Scheme.Name)), Scheme.Name))
            : AuthenticateResult.NoResult());
    }
}
