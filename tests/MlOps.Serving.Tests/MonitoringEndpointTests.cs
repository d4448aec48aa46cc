using System.Net;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.Serving.Tests;

public sealed class MonitoringEndpointTests : IAsyncDisposable, IMonitorPages
{
    private WebApplication? _app;
    private Exception? _error;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
    }

    public Task<MonitorPageContent?> FindAsync(string path, CancellationToken cancellationToken = default) => _error is not null
        ? Task.FromException<MonitorPageContent?>(_error)
        : Task.FromResult<MonitorPageContent?>(path switch { "" => new("text/html; charset=utf-8", "the index"), "flight-delay/a.json" => new("application/json; charset=utf-8", "{}"), _ => null });

    [Fact]
    public async Task Pages_are_served_as_what_they_are()
    {
        await StartAsync();
        (await AskAsync("/monitoring/")).Should().Be((200, "text/html; charset=utf-8", "the index"));
        (await AskAsync("/monitoring/flight-delay/a.json")).Should().Be((200, "application/json; charset=utf-8", "{}"));
        (await AskAsync("/monitoring/flight-delay/b.json")).Should().Be((404, "text/plain; charset=utf-8", "There is no such page."));
    }

    [Fact]
    public async Task The_index_is_where_its_relative_links_lead_on()
    {
        await StartAsync(app => app.MapMonitoring("/ops/monitors/"));
        using var response = await _app!.GetTestClient().GetAsync("/ops/monitors", Stop);
        (response.StatusCode, response.Headers.Location!.OriginalString).Should().Be((HttpStatusCode.Redirect, "/ops/monitors/"));
    }

    [Theory]
    [InlineData("10.0.0.7", "localhost", null, 403)]
    [InlineData("127.0.0.1", "evil.example", null, 403)]
    [InlineData("127.0.0.1", "localhost", "10.0.0.7", 403)]
    [InlineData("127.0.0.1", "localhost:5000", null, 200)]
    public async Task Only_this_machine_is_answered_by_default(string address, string host, string? forwardedFor, int expected)
    {
        await StartAsync();
        (await AskAsync("/monitoring/", address, host, forwardedFor)).Status.Should().Be(expected);
        (await AskAsync("/monitoring/flight-delay/a.json", address, host, forwardedFor)).Status.Should().Be(expected);
    }

    [Fact]
    public async Task Authorization_opens_it_to_those_who_have_it()
    {
        await StartAsync(app => app.MapMonitoring().RequireAuthorization());
        (await AskAsync("/monitoring/", "10.0.0.7", user: "ann")).Status.Should().Be(200);
        (await AskAsync("/monitoring/", "10.0.0.7")).Status.Should().Be(401);
        (await AskAsync("/monitoring/", "127.0.0.1")).Status.Should().Be(401, "it holds for this machine, too");
    }

    [Fact]
    public async Task It_can_only_be_read()
    {
        await StartAsync();
        using var response = await _app!.GetTestClient().PostAsync("/monitoring/", null, Stop);
        response.StatusCode.Should().Be(HttpStatusCode.MethodNotAllowed);
    }

    [Fact]
    public async Task Pages_are_not_kept_framed_or_taken_for_something_else()
    {
        await StartAsync();
        using var response = await _app!.GetTestClient().GetAsync("/monitoring/", Stop);
        response.Headers.CacheControl!.NoStore.Should().BeTrue();
        response.Headers.GetValues("X-Content-Type-Options").Should().Equal("nosniff");
        response.Headers.GetValues("Content-Security-Policy").Single().Should().Contain("default-src 'none'").And.Contain("frame-ancestors 'none'");
    }

    [Fact]
    public async Task A_store_that_cannot_be_read_is_not_told_to_callers()
    {
        _error = new StoreException("Host db.internal does not answer.");
        await StartAsync();
        var answer = await AskAsync("/monitoring/");
        answer.Status.Should().Be(503);
        answer.Body.Should().NotContain("db.internal");
    }

    [Fact]
    public async Task A_host_without_monitors_has_nothing_to_map()
    {
        await using var app = WebApplication.CreateSlimBuilder().Build();
        app.Invoking(a => a.MapMonitoring()).Should().Throw<InvalidOperationException>().WithMessage("*AddMonitor*");
        app.Invoking(a => a.MapMonitoring("monitoring")).Should().Throw<ArgumentException>();
        app.Invoking(a => a.MapMonitoring("/")).Should().Throw<ArgumentException>();
    }

    private async Task<(int Status, string? Type, string Body)> AskAsync(string path, string address = "127.0.0.1", string host = "localhost", string? forwardedFor = null, string? user = null)
    {
        var context = await _app!.GetTestServer().SendAsync(
            c =>
            {
                (c.Request.Method, c.Request.Path, c.Request.Host) = ("GET", path, new(host));
                c.Connection.RemoteIpAddress = IPAddress.Parse(address);
                if (forwardedFor is not null) c.Request.Headers["X-Forwarded-For"] = forwardedFor;
                if (user is not null) c.Request.Headers["User"] = user;
            },
            Stop);
        using var reader = new StreamReader(context.Response.Body);
        return (context.Response.StatusCode, context.Response.ContentType, await reader.ReadToEndAsync(Stop));
    }

    private async Task StartAsync(Action<WebApplication>? map = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IMonitorPages>(this).AddAuthorization().AddAuthentication("test").AddScheme<AuthenticationSchemeOptions, Users>("test", null);
        _app = builder.Build();
        if (map is null) _app.MapMonitoring();
        else map(_app);
        await _app.StartAsync(Stop);
    }

    private sealed class Users(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(Request.Headers["User"].ToString() is { Length: > 0 } user
            ? AuthenticateResult.Success(new(new(new ClaimsIdentity([new(ClaimTypes.Name, user)], "test")), "test"))
            : AuthenticateResult.NoResult());
    }
}
