using System.Net;
using System.Text;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MlOps.Mlflow.Tests;

/// <summary>The security checklist: what was found in other trackers is asked of this one.</summary>
public sealed class SecurityTests
{
    private static readonly IPAddress Elsewhere = IPAddress.Parse("203.0.113.7");

    /// <summary>Paths that leave their root, plain and in every disguise.</summary>
    public static TheoryData<string> Traversals() =>
    [
        "../secret", "a/../../secret", "..", "..\\secret", "a\\..\\..\\secret", "/etc/passwd", "//etc/passwd", "C:\\secret", "C:/secret", "C:secret", "file:///etc/passwd", "file:/etc/passwd", "FILE:///etc/passwd",
        "%2e%2e/secret", "%2e%2e%2fsecret", "%252e%252e%252fsecret", "%25252e%25252e/secret", "a/%2e%2e/%2e%2e/b", "..%5csecret", "%2fetc%2fpasswd", "a%00b", "a\0b", "a#b", "a%23b", "a;../../b", "a?x=../../b", "a/..;/b",
    ];

    [Theory]
    [MemberData(nameof(Traversals))]
    public async Task No_path_leaves_the_run(string path)
    {
        await using var server = await Server.StartAsync();
        var run = await server.RunAsync();
        var query = Uri.EscapeDataString(path);
        var model = """{"name":"m"}""";
        await server.CallAsync("POST", "registered-models/create", model);
        await server.CallAsync("POST", "model-versions/create", """{"name":"m","source":"runs:/x/model"}""");

        foreach (var address in (string[])[
            $"/api/2.0/mlflow/artifacts/list?run_id={run}&path={query}", $"/get-artifact?run_id={run}&path={query}", $"/model-versions/get-artifact?name=m&version=1&path={query}",
            $"/api/2.0/mlflow-artifacts/artifacts?path={query}", $"/ajax-api/2.0/mlflow-artifacts/artifacts?path={query}",
        ])
        {
            var answer = await server.CallAsync("GET", address);
            answer.Status.Should().Be(HttpStatusCode.BadRequest, "{0}", address);
            answer.Code.Should().Be("INVALID_PARAMETER_VALUE");
            answer.Message.Should().Be("Invalid path");
        }

        var upload = new HttpRequestMessage(HttpMethod.Post, $"/ajax-api/2.0/mlflow/upload-artifact?run_uuid={run}&path={query}") { Content = new ByteArrayContent([1]) };
        (await server.SendAsync(upload)).Message.Should().Be("Invalid path");
        var body = System.Text.Json.JsonSerializer.Serialize(new { path, num_parts = 1 });
        foreach (var verb in (string[])["create", "complete", "abort"]) (await server.CallAsync("POST", $"/api/2.0/mlflow-artifacts/mpu/{verb}/a", body)).Message.Should().Be("Invalid path");
    }

    [Theory]
    [MemberData(nameof(Traversals))]
    public async Task No_verb_of_the_proxy_takes_a_path_that_leaves_its_root(string path)
    {
        await using var server = await Server.StartAsync();
        await server.PutAsync("kept.txt", "kept");

        foreach (var method in (string[])["GET", "PUT", "DELETE"])
        {
            // Twice encoded, or the address itself would be shortened before it is sent.
            var address = "/api/2.0/mlflow-artifacts/artifacts/" + Uri.EscapeDataString(Uri.EscapeDataString(path).Replace(".", "%2E", StringComparison.Ordinal));
            var request = new HttpRequestMessage(new(method), address);
            if (method == "PUT") request.Content = new ByteArrayContent([1]);
            var answer = await server.SendAsync(request);
            answer.Status.Should().Be(HttpStatusCode.BadRequest, "{0} {1}", method, address);
            answer.Message.Should().Be("Invalid path");
        }

        (await server.CallAsync("GET", "/api/2.0/mlflow-artifacts/artifacts/kept.txt")).Text.Should().Be("kept");
    }

    [Theory]
    [InlineData("/etc")]
    [InlineData("../x")]
    [InlineData("file:///etc")]
    [InlineData("FILE:///etc")]
    [InlineData("file:/etc")]
    [InlineData("C:\\secret")]
    [InlineData("\\\\host\\share")]
    [InlineData("s3://b/../x")]
    [InlineData("s3://b/x#/../y")]
    [InlineData("s3://b/x;/../y")]
    [InlineData("s3://b/x?a=/../y")]
    [InlineData("s3://b/%252e%252e/y")]
    [InlineData("mlflow-artifacts:/x/%2e%2e/y")]
    [InlineData("mlflow-artifacts:/x\\..\\y")]
    [InlineData("unknown://x/y")]
    [InlineData("local_file:/etc/passwd")]
    public async Task No_source_of_a_version_hides_a_path(string source)
    {
        await using var server = await Server.StartAsync();
        await server.CallAsync("POST", "registered-models/create", """{"name":"m"}""");

        var answer = await server.CallAsync("POST", "model-versions/create", System.Text.Json.JsonSerializer.Serialize(new { name = "m", source }));

        answer.Status.Should().Be(HttpStatusCode.BadRequest);
        answer.Code.Should().Be("INVALID_PARAMETER_VALUE");
    }

    [Fact]
    public async Task A_local_source_must_lie_in_the_folder_of_its_run()
    {
        await using var server = await Server.StartAsync();
        await server.CallAsync("POST", "registered-models/create", """{"name":"m"}""");
        var experiment = (await server.CallAsync("POST", "experiments/create", """{"name":"local","artifact_location":"file:///data/mlruns"}""")).Body.GetProperty("experiment_id").GetString()!;
        var run = await server.RunAsync(experiment);

        foreach (var inside in (string[])["", "/model", "/model/..", "/."]) (await CreateAsync($"file:///data/mlruns/{run}/artifacts{inside}", run)).Should().Be(HttpStatusCode.OK, "{0}", inside);
        foreach (var outside in (string[])["/..", "/../../other", "x"]) (await CreateAsync($"file:///data/mlruns/{run}/artifacts{outside}", run)).Should().Be(HttpStatusCode.BadRequest, "{0}", outside);
        (await CreateAsync($"/data/mlruns/{run}/artifacts", null)).Should().Be(HttpStatusCode.BadRequest);

        async Task<HttpStatusCode> CreateAsync(string source, string? run_id) =>
            (await server.CallAsync("POST", "model-versions/create", System.Text.Json.JsonSerializer.Serialize(new { name = "m", source, run_id }))).Status;
    }

    [Fact]
    public async Task A_version_never_opens_a_file_of_this_machine()
    {
        await using var server = await Server.StartAsync();
        await server.CallAsync("POST", "registered-models/create", """{"name":"m"}""");
        var experiment = (await server.CallAsync("POST", "experiments/create", """{"name":"local","artifact_location":"/etc"}""")).Body.GetProperty("experiment_id").GetString()!;
        var run = await server.RunAsync(experiment);
        await server.CallAsync("POST", "model-versions/create", System.Text.Json.JsonSerializer.Serialize(new { name = "m", source = $"/etc/{run}/artifacts", run_id = run }));

        (await server.CallAsync("GET", "/model-versions/get-artifact?name=m&version=1&path=passwd")).Status.Should().Be(HttpStatusCode.NotFound);
        (await server.CallAsync("GET", $"/get-artifact?run_id={run}&path=passwd")).Status.Should().Be(HttpStatusCode.NotFound);
        (await server.CallAsync("GET", $"artifacts/list?run_id={run}")).Body.TryGetProperty("files", out _).Should().BeFalse();
    }

    [Theory]
    [InlineData("javascript://x/y")]
    [InlineData("runs:/x")]
    [InlineData("s3://x/y#z")]
    [InlineData("s3://x/y%23z")]
    [InlineData("s3://x/y;z")]
    [InlineData("s3://x/y?z=../w")]
    [InlineData("s3://x/y?z=%2e%2e/w")]
    [InlineData("s3://x/y?z=%252e%252e/w")]
    [InlineData("mlflow-artifacts:/../x")]
    [InlineData("mlflow-artifacts:/%2e%2e/x")]
    [InlineData("s3://x/a\u0000b")]
    public async Task No_artifact_location_hides_a_path(string location)
    {
        await using var server = await Server.StartAsync();

        (await server.CallAsync("POST", "experiments/create", System.Text.Json.JsonSerializer.Serialize(new { name = "e", artifact_location = location }))).Status.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Every_route_refuses_callers_from_elsewhere()
    {
        await using var server = await Server.StartAsync();
        var endpoints = Endpoints(server);
        endpoints.Should().HaveCountGreaterThan(100);

        foreach (var endpoint in endpoints)
        {
            foreach (var method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["GET", "POST"])
            {
                var context = await FromElsewhereAsync(server, method, AddressOf(endpoint));
                context.Response.StatusCode.Should().Be(StatusCodes.Status403Forbidden, "{0} {1} is closed", method, endpoint.RoutePattern.RawText);
            }
        }
    }

    [Fact]
    public async Task Every_route_has_its_policy()
    {
        await using var server = await WithPoliciesAsync();

        foreach (var endpoint in Endpoints(server))
        {
            var access = endpoint.Metadata.OfType<Access>().Single();
            endpoint.Metadata.GetMetadata<IAuthorizeData>()!.Policy.Should().Be(access.ToString(), "{0} asks for it", endpoint.RoutePattern.RawText);
        }
    }

    [Theory]
    [InlineData("GET", "/api/2.0/mlflow/experiments/get?experiment_id=0", "Read")]
    [InlineData("POST", "/api/2.0/mlflow/experiments/search", "Read")]
    [InlineData("POST", "/api/2.0/mlflow/runs/create", "Write")]
    [InlineData("DELETE", "/api/2.0/mlflow/model-versions/delete", "Write")]
    [InlineData("PUT", "/api/2.0/mlflow-artifacts/artifacts/a", "Write")]
    [InlineData("DELETE", "/api/2.0/mlflow-artifacts/artifacts/a", "DeleteArtifacts")]
    [InlineData("DELETE", "/ajax-api/2.0/mlflow-artifacts/artifacts/a", "DeleteArtifacts")]
    public async Task A_caller_may_do_what_the_policy_says_and_nothing_else(string method, string path, string role)
    {
        await using var server = await WithPoliciesAsync();

        foreach (var caller in (string?[])[null, "Read", "Write", "DeleteArtifacts"])
        {
            var status = (await FromElsewhereAsync(server, method, path, caller)).Response.StatusCode;
            if (caller == role) status.Should().NotBe(StatusCodes.Status403Forbidden).And.NotBe(StatusCodes.Status401Unauthorized);
            else status.Should().Be(caller is null ? StatusCodes.Status401Unauthorized : StatusCodes.Status403Forbidden, "{0} is not {1}", caller, role);
        }
    }

    [Fact]
    public async Task A_policy_for_reading_opens_nothing_else()
    {
        await using var server = await WithPoliciesAsync(options => (options.WritePolicy, options.DeleteArtifactsPolicy) = (null, null));

        (await FromElsewhereAsync(server, "GET", "/health", "Read")).Response.StatusCode.Should().Be(StatusCodes.Status200OK);
        (await FromElsewhereAsync(server, "POST", "/api/2.0/mlflow/runs/create", "Read")).Response.StatusCode.Should().Be(StatusCodes.Status403Forbidden);
    }

    [Theory]
    [InlineData("X-Forwarded-For", "127.0.0.1")]
    [InlineData("Forwarded", "for=127.0.0.1")]
    [InlineData("Via", "1.1 proxy")]
    public async Task What_a_proxy_passes_on_is_not_local(string header, string value)
    {
        await using var server = await Server.StartAsync();

        var request = new HttpRequestMessage(HttpMethod.Get, "/health") { Headers = { { header, value } } };

        (await server.SendAsync(request)).Status.Should().Be(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("evil.example", 403)]
    [InlineData("localhost.evil.example", 403)]
    [InlineData("127.0.0.1.evil.example", 403)]
    [InlineData("localhost", 200)]
    [InlineData("127.0.0.1:5000", 200)]
    [InlineData("[::1]:5000", 200)]
    [InlineData("mlflow.example.com", 403)]
    public async Task A_name_that_is_not_ours_is_not_answered(string host, int status)
    {
        await using var server = await Server.StartAsync();

        var request = new HttpRequestMessage(HttpMethod.Get, "/health") { Headers = { Host = host } };

        ((int)(await server.SendAsync(request)).Status).Should().Be(status);
    }

    [Theory]
    [InlineData("mlflow.example.com", 200)]
    [InlineData("a.internal.example", 200)]
    [InlineData("localhost", 200)]
    [InlineData("internal.example", 403)]
    [InlineData("evil.example", 403)]
    public async Task The_names_of_the_server_can_be_listed(string host, int status)
    {
        await using var server = await Server.StartAsync(options: options =>
        {
            options.AllowRemote = true;
            options.AllowedHosts.Add("mlflow.example.com");
            options.AllowedHosts.Add("*.internal.example");
        });

        var request = new HttpRequestMessage(HttpMethod.Get, "/health") { Headers = { Host = host } };

        ((int)(await server.SendAsync(request)).Status).Should().Be(status);
    }

    [Theory]
    [InlineData("http://evil.example", 403)]
    [InlineData("null", 403)]
    [InlineData("http://localhost:8080", 403)]
    [InlineData("https://localhost", 403)]
    [InlineData("http://localhost", 200)]
    [InlineData("https://ui.example.com", 200)]
    public async Task Pages_of_other_sites_may_not_call(string origin, int status)
    {
        await using var server = await Server.StartAsync(options: options => options.AllowedOrigins.Add("https://ui.example.com"));

        var request = new HttpRequestMessage(HttpMethod.Post, "/api/2.0/mlflow/runs/create") { Content = new StringContent("{}", Encoding.UTF8, "application/json"), Headers = { { "Origin", origin } } };

        ((int)(await server.SendAsync(request)).Status).Should().Be(status);
    }

    [Fact]
    public async Task A_browser_that_says_it_comes_from_another_site_may_not_write()
    {
        await using var server = await Server.StartAsync();

        var request = new HttpRequestMessage(HttpMethod.Put, "/api/2.0/mlflow-artifacts/artifacts/a") { Content = new ByteArrayContent([1]), Headers = { { "Sec-Fetch-Site", "cross-site" } } };

        (await server.SendAsync(request)).Status.Should().Be(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("POST", "runs/create", null, "Bad Request. Content-Type header is missing.")]
    [InlineData("POST", "runs/create", "text/plain", "Bad Request. Content-Type must be one of ['application/json'].")]
    [InlineData("POST", "runs/create", "application/x-www-form-urlencoded", "Bad Request. Content-Type must be one of ['application/json'].")]
    [InlineData("DELETE", "registered-models/delete", "text/plain", "Bad Request. Content-Type must be one of ['application/json'].")]
    [InlineData("PATCH", "registered-models/update", "multipart/form-data", "Bad Request. Content-Type must be one of ['application/json'].")]
    public async Task A_body_must_say_that_it_is_JSON(string method, string path, string? type, string message)
    {
        await using var server = await Server.StartAsync();
        var content = new ByteArrayContent("{}"u8.ToArray());
        if (type is not null) content.Headers.ContentType = new(type);

        var answer = await server.SendAsync(new(new(method), "/api/2.0/mlflow/" + path) { Content = content });

        answer.Status.Should().Be(HttpStatusCode.BadRequest);
        answer.Message.Should().Be(message);
    }

    [Fact]
    public async Task A_body_that_is_too_long_is_refused()
    {
        await using var server = await Server.StartAsync(options: options => options.MaxRequestBytes = 2000);

        var answer = await server.CallAsync("POST", "experiments/create", $$"""{"name":"{{new string('a', 3000)}}"}""");

        answer.Status.Should().Be(HttpStatusCode.RequestEntityTooLarge);
        answer.Code.Should().Be("INVALID_PARAMETER_VALUE");
    }

    [Theory]
    [InlineData("a.html")]
    [InlineData("a.svg")]
    [InlineData("a.xhtml")]
    [InlineData("a.bin")]
    [InlineData("MLmodel")]
    [InlineData("a.json")]
    public async Task A_download_is_never_shown_as_a_page(string name)
    {
        await using var server = await Server.StartAsync();
        var run = await server.RunAsync();
        await server.PutAsync($"0/{run}/artifacts/{name}", "<script>alert(1)</script>");

        foreach (var path in (string[])[$"/get-artifact?run_id={run}&path={name}", $"/api/2.0/mlflow-artifacts/artifacts/0/{run}/artifacts/{name}"])
        {
            var headers = (await server.CallAsync("GET", path)).Response;
            headers.Content.Headers.ContentDisposition!.DispositionType.Should().Be("attachment");
            headers.Headers.GetValues("X-Content-Type-Options").Should().Equal("nosniff");
            headers.Content.Headers.ContentType!.MediaType.Should().BeOneOf("text/plain", "application/octet-stream");
        }
    }

    [Fact]
    public async Task A_name_with_quotes_and_line_breaks_makes_no_header_of_its_own()
    {
        await using var server = await Server.StartAsync();
        var run = await server.RunAsync();
        await server.PutAsync($"0/{run}/artifacts/{Uri.EscapeDataString("a\"; filename=evil.html; x=\"ü.txt")}", "x");

        var answer = await server.CallAsync("GET", $"/get-artifact?run_id={run}&path={Uri.EscapeDataString("a\"; filename=evil.html; x=\"ü.txt")}");

        answer.Status.Should().Be(HttpStatusCode.OK);
        answer.Response.Content.Headers.ContentDisposition!.DispositionType.Should().Be("attachment");
        answer.Response.Content.Headers.ContentDisposition.FileNameStar.Should().Be("a\"; filename=evil.html; x=\"ü.txt");
    }

    [Fact]
    public async Task Answers_escape_what_a_page_would_read_as_markup()
    {
        await using var server = await Server.StartAsync();

        var answer = await server.CallAsync("GET", "experiments/get-by-name?experiment_name=" + Uri.EscapeDataString("<script>alert('x')</script>"));

        answer.Text.Should().NotContain("<script");
        answer.Message.Should().Contain("<script>");
        answer.Response.Content.Headers.ContentType!.MediaType.Should().Be("application/json");
        answer.Response.Headers.GetValues("X-Content-Type-Options").Should().Equal("nosniff");
    }

    [Fact]
    public async Task A_path_that_is_not_known_shows_nothing_of_itself()
    {
        await using var server = await Server.StartAsync();

        var answer = await server.CallAsync("GET", "/api/2.0/mlflow/<script>");

        answer.Status.Should().Be(HttpStatusCode.NotFound);
        answer.Text.Should().NotContain("script").And.Contain("<title>404 Not Found</title>");
    }

    [Fact]
    public async Task A_wrong_method_is_told_the_right_one()
    {
        await using var server = await Server.StartAsync();

        var answer = await server.CallAsync("PUT", "registered-models/alias");

        answer.Status.Should().Be(HttpStatusCode.MethodNotAllowed);
        answer.Response.Content.Headers.Allow.Should().BeEquivalentTo("POST", "GET", "HEAD", "DELETE");
        answer.Text.Should().Contain("<title>405 Method Not Allowed</title>");
    }

    [Fact]
    public async Task There_is_no_account_and_no_route_that_makes_one()
    {
        await using var server = await Server.StartAsync();

        Endpoints(server).Select(e => e.RoutePattern.RawText).Should().NotContain(path => path!.Contains("users", StringComparison.OrdinalIgnoreCase) || path.Contains("permissions", StringComparison.OrdinalIgnoreCase));
    }

    private static List<RouteEndpoint> Endpoints(Server server) => [.. ((IEndpointRouteBuilder)server.App).DataSources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()];

    private static string AddressOf(RouteEndpoint endpoint) => endpoint.RoutePattern.RawText!.Replace("{**path}", "a/b", StringComparison.Ordinal).Replace("{**rest}", "nothing", StringComparison.Ordinal);

    private static Task<HttpContext> FromElsewhereAsync(Server server, string method, string path, string? role = null) => server.App.GetTestServer().SendAsync(context =>
    {
        context.Connection.RemoteIpAddress = Elsewhere;
        context.Request.Method = method;
        context.Request.Scheme = "http";
        context.Request.Host = new("mlflow.example.com");
        var query = path.IndexOf('?', StringComparison.Ordinal);
        context.Request.Path = query < 0 ? path : path[..query];
        context.Request.QueryString = new(query < 0 ? string.Empty : path[query..]);
        context.Request.ContentType = "application/json";
        context.Request.Body = new MemoryStream("""{"max_results":1,"name":"m","version":"1"}"""u8.ToArray());
        if (role is not null) context.Request.Headers["Role"] = role;
    }, TestContext.Current.CancellationToken);

    private static Task<Server> WithPoliciesAsync(Action<MlflowOptions>? options = null) => Server.StartAsync(
        options: o =>
        {
            (o.ReadPolicy, o.WritePolicy, o.DeleteArtifactsPolicy) = ("Read", "Write", "DeleteArtifacts");
            options?.Invoke(o);
        },
        configure: builder =>
        {
            builder.Services.AddAuthentication("header").AddScheme<AuthenticationSchemeOptions, HeaderAuthentication>("header", null);
            var authorization = builder.Services.AddAuthorizationBuilder();
            foreach (var policy in Enum.GetNames<Access>()) authorization.AddPolicy(policy, p => p.RequireRole(policy));
        },
        map: app =>
        {
            app.UseAuthentication();
            app.UseAuthorization();
            app.MapMlflow();
        });

    private sealed class HeaderAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, System.Text.Encodings.Web.UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            if (Request.Headers["Role"] is not [{ } role]) return Task.FromResult(AuthenticateResult.NoResult());
            var identity = new System.Security.Claims.ClaimsIdentity([new(System.Security.Claims.ClaimTypes.Role, role), new(System.Security.Claims.ClaimTypes.Name, "ada")], Scheme.Name);
            return Task.FromResult(AuthenticateResult.Success(new(new(identity), Scheme.Name)));
        }
    }
}
