using System.Net;
using System.Text;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace MlOps.Serving.Tests;

public sealed class ProtocolTests
{
    private const string Row = """{"name":"distance","datatype":"FP64","shape":[1,1],"data":[10]}""";

    [Theory]
    [InlineData("[10, 20, 30]")]
    [InlineData("[[10], [20], [30]]")]
    public async Task Flat_and_nested_data_are_predicted(string data)
    {
        await using var server = await Server.StartAsync();
        var (status, body) = await server.InferAsync($$"""{"inputs":[{"shape":[3,1],"data":{{data}},"datatype":"FP64","name":"distance"}]}""");
        status.Should().Be(HttpStatusCode.OK);
        body.GetProperty("model_name").GetString().Should().Be("flight-delay");
        body.GetProperty("model_version").GetString().Should().Be("1");
        body.GetProperty("outputs")[0].GetRawText().Should().Be("""{"name":"Score","datatype":"FP32","shape":[3,1],"data":[10,20,30]}""");
        body.GetProperty("outputs").GetArrayLength().Should().Be(2);
    }

    [Theory]
    [InlineData(false, HttpStatusCode.BadRequest)]
    [InlineData(true, HttpStatusCode.OK)]
    public async Task Inputs_that_the_model_does_not_take_are_refused_or_passed_over(bool ignores, HttpStatusCode expected)
    {
        await using var server = await Server.StartAsync(o => o.IgnoreUnknownInputs = ignores);
        (await server.InferAsync($$"""{"inputs":[{"name":"gate","datatype":"INT64","shape":[1,1],"data":[3]},{{Row}}]}""")).Status.Should().Be(expected);
        server.Log.Entries.Single().Inputs.Select(i => i.Name).Should().Equal("distance");
        (await server.InferAsync("""{"inputs":[{"name":"distnce","datatype":"FP64","shape":[1,1],"data":[10]}]}""")).Status.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task The_id_of_the_caller_comes_back_and_one_is_made_where_there_is_none()
    {
        await using var server = await Server.StartAsync();
        (await server.InferAsync($$"""{"inputs":[{{Row}}],"id":"é-1\u0022"}""")).Body.GetProperty("id").GetString().Should().Be("é-1\"");
        var made = (await server.InferAsync()).Body.GetProperty("id").GetString();
        Guid.ParseExact(made!, "N").Version.Should().Be(7);
        server.Log.Entries.Select(e => e.Id).Should().Equal("é-1\"", made);
    }

    [Fact]
    public async Task Unknown_members_and_parameters_are_passed_over()
    {
        await using var server = await Server.StartAsync();
        var (status, _) = await server.InferAsync("""{"parameters":{"a":[1,{"b":2}]},"x":null,"outputs":[],"inputs":[{"q":{},"parameters":{"content_type":"np"},""" + Row[1..] + "]}");
        status.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Only_the_outputs_that_were_asked_for_come_once_each()
    {
        await using var server = await Server.StartAsync();
        var (_, body) = await server.InferAsync("""{"outputs":[{"name":"Version","parameters":{}},{"name":"Version"}],"inputs":[""" + Row + "]}");
        body.GetProperty("outputs").EnumerateArray().Select(o => o.GetProperty("name").GetString()).Should().Equal("Version");
        server.Log.Entries.Single().Outputs.Should().HaveCount(2, "the log has all of them");
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("nonsense")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"inputs":null}""")]
    [InlineData("""{"inputs":{}}""")]
    [InlineData("""{"inputs":[]}""")]
    [InlineData("""{"inputs":[1]}""")]
    [InlineData("""{"inputs":[{}]}""")]
    [InlineData("""{"inputs":[],"inputs":[]}""")]
    [InlineData("""{"id":7,"inputs":[]}""")]
    [InlineData("""{"id":"\ud800","inputs":[]}""")]
    [InlineData("""{"\ud800":1,"inputs":[]}""")]
    [InlineData("""{"inputs":[],"outputs":[{"\ud800":1}]}""")]
    [InlineData("""{"inputs":[{"name":"distance","datatype":"\ud800","shape":[1,1],"data":[10]}]}""")]
    [InlineData("""{"inputs":[{"name":"other","datatype":"FP64","shape":[1,1],"data":[10]}]}""")]
    [InlineData("""{"inputs":[{"name":"distance","datatype":"FP64","shape":[2,1],"data":[10]}]}""")]
    [InlineData("""{"inputs":[{"name":"distance","datatype":"FP64","shape":[-1,1],"data":[10]}]}""")]
    [InlineData("""{"inputs":[{"name":"distance","datatype":"FP64","shape":[2147483647,2147483647],"data":[10]}]}""")]
    [InlineData("""{"inputs":[{"name":"distance","datatype":"FP65","shape":[1,1],"data":[10]}]}""")]
    [InlineData("""{"inputs":[{"name":"distance","datatype":"FP64","shape":[1,1],"data":["ten"]}]}""")]
    [InlineData("""{"inputs":[{"name":"distance","datatype":"FP64","shape":[1,1],"data":[{}]}]}""")]
    [InlineData("""{"inputs":[{"name":"distance","datatype":"BYTES","shape":[1,1],"data":["ten"]}]}""")]
    [InlineData("""{"inputs":[{"name":"distance","datatype":"FP64","shape":[1,1],"parameters":{"binary_data_size":8}}]}""")]
    [InlineData("""{"inputs":[{"name":"distance","datatype":"FP64","shape":[1,1],"data":[10]}]} {}""")]
    [InlineData("""{"outputs":[{"name":"nothing"}],"inputs":[{"name":"distance","datatype":"FP64","shape":[1,1],"data":[10]}]}""")]
    [InlineData("""{"outputs":["Score"],"inputs":[{"name":"distance","datatype":"FP64","shape":[1,1],"data":[10]}]}""")]
    [InlineData("""{"outputs":[{}],"inputs":[{"name":"distance","datatype":"FP64","shape":[1,1],"data":[10]}]}""")]
    public async Task What_is_no_request_is_refused_with_400(string body)
    {
        await using var server = await Server.StartAsync();
        (await server.InferAsync(body)).Status.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task An_id_that_is_too_long_is_refused()
    {
        await using var server = await Server.StartAsync();
        (await server.InferAsync($$"""{"id":"{{new string('x', 1001)}}","inputs":[{{Row}}]}""")).Status.Should().Be(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("GET", "/v2/models/nobody", 404)]
    [InlineData("GET", "/v2/models/nobody/ready", 404)]
    [InlineData("GET", "/v2/models/flight-delay/versions/9", 404)]
    [InlineData("GET", "/v2/models/flight-delay/versions/9/ready", 404)]
    [InlineData("GET", "/v2/models/flight-delay/versions/99999999999", 404)]
    [InlineData("GET", "/v2/models/flight-delay/versions/nobody", 404)]
    [InlineData("GET", "/v2/nothing/here", 404)]
    [InlineData("DELETE", "/v2/nothing", 404)]
    [InlineData("GET", "/v2/models/flight-delay/infer", 405)]
    [InlineData("POST", "/v2/models/flight-delay", 405)]
    [InlineData("PUT", "/v2", 405)]
    [InlineData("POST", "/v2/health/live", 405)]
    public async Task What_is_not_there_is_said_so(string method, string path, int status)
    {
        await using var server = await Server.StartAsync();
        ((int)(await server.SendAsync(new(new(method), path))).Status).Should().Be(status);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("text/plain")]
    [InlineData("application/octet-stream")]
    [InlineData("application/jsonp")]
    [InlineData("application/json; charset=utf-16")]
    public async Task Another_type_of_body_is_refused_with_415(string? type)
    {
        await using var server = await Server.StartAsync();
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes($$"""{"inputs":[{{Row}}]}"""));
        if (type is not null) content.Headers.TryAddWithoutValidation("Content-Type", type);
        (await server.SendAsync(new(HttpMethod.Post, "/v2/models/flight-delay/infer") { Content = content })).Status.Should().Be(HttpStatusCode.UnsupportedMediaType);
    }

    [Fact]
    public async Task A_compressed_body_is_refused_with_415()
    {
        await using var server = await Server.StartAsync();
        var content = new StringContent("x", Encoding.UTF8, "application/json");
        content.Headers.ContentEncoding.Add("gzip");
        (await server.SendAsync(new(HttpMethod.Post, "/v2/models/flight-delay/infer") { Content = content })).Status.Should().Be(HttpStatusCode.UnsupportedMediaType);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_that_is_too_long_is_refused_with_413(bool saysItsLength)
    {
        await using var server = await Server.StartAsync(o => o.MaxRequestBytes = 100_000);
        var content = new StreamContent(new Endless());
        if (saysItsLength) content.Headers.ContentLength = 100_001;
        content.Headers.ContentType = new("application/json");
        (await server.SendAsync(new(HttpMethod.Post, "/v2/models/flight-delay/infer") { Content = content })).Status.Should().Be(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task A_long_body_within_the_limit_is_read()
    {
        await using var server = await Server.StartAsync();
        var data = string.Join(',', Enumerable.Range(0, 50_000));
        var (status, body) = await server.InferAsync($$"""{"inputs":[{"name":"distance","datatype":"FP64","shape":[50000,1],"data":[{{data}}]}]}""");
        status.Should().Be(HttpStatusCode.OK);
        body.GetProperty("outputs")[0].GetProperty("data")[49_999].GetSingle().Should().Be(49_999);
    }

    [Fact]
    public async Task Too_many_rows_are_refused_with_413()
    {
        await using var server = await Server.StartAsync(o => o.MaxRows = 2);
        (await server.InferAsync("""{"inputs":[{"name":"distance","datatype":"FP64","shape":[3,1],"data":[1,2,3]}]}""")).Status.Should().Be(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task What_goes_wrong_inside_is_not_told()
    {
        await using var server = await Server.StartAsync();
        server.Loader.OnPredict = () => throw new InvalidOperationException("secret");
        var (status, body) = await server.InferAsync();
        status.Should().Be(HttpStatusCode.InternalServerError);
        body.GetRawText().Should().NotContain("secret");
        server.Log.Entries.Single().Error.Should().Be("secret");
    }

    [Fact]
    public async Task A_model_says_what_it_takes_and_gives()
    {
        await using var server = await Server.StartAsync(versions: 2);
        foreach (var path in (string[])["/v2/models/flight-delay", "/v2/models/flight-delay/versions/1"])
        {
            var (status, body) = await server.GetAsync(path);
            status.Should().Be(HttpStatusCode.OK);
            body.GetProperty("name").GetString().Should().Be("flight-delay");
            body.GetProperty("platform").GetString().Should().Be("fake");
            body.GetProperty("versions").GetRawText().Should().Be("""["2","1"]""");
            body.GetProperty("inputs").GetRawText().Should().Be("""[{"name":"distance","datatype":"FP64","shape":[-1,1]}]""");
            body.GetProperty("outputs")[1].GetRawText().Should().Be("""{"name":"Version","datatype":"INT64","shape":[-1,1]}""");
            body.GetProperty("properties").GetProperty("digest").GetString().Should().HaveLength(64);
            body.GetProperty("properties").GetProperty("version").GetString().Should().Be("1");
        }
    }

    [Fact]
    public async Task The_server_says_who_it_is_and_that_it_lives()
    {
        await using var server = await Server.StartAsync();
        foreach (var path in (string[])["/v2", "/v2/"])
        {
            var (_, body) = await server.GetAsync(path);
            body.EnumerateObject().Select(p => p.Name).Should().Equal("name", "version", "extensions");
        }

        (await server.GetAsync("/v2/health/live")).Body.GetRawText().Should().Be("""{"live":true}""");
        (await server.GetAsync("/v2/health/ready")).Body.GetRawText().Should().Be("""{"live":true,"ready":true}""");
        (await server.GetAsync("/v2/models/flight-delay/ready")).Body.GetRawText().Should().Be("""{"name":"flight-delay","ready":true}""");
    }

    [Theory]
    [InlineData("10.0.0.7", "localhost", null, 403)]
    [InlineData("127.0.0.1", "evil.example", null, 403)]
    [InlineData("127.0.0.1", "localhost", "10.0.0.7", 403)]
    [InlineData("127.0.0.1", "localhost:5000", null, 200)]
    [InlineData("::1", "[::1]:5000", null, 200)]
    [InlineData("::ffff:127.0.0.1", "127.0.0.1", null, 200)]
    public async Task Only_this_machine_is_answered_unless_the_host_says_otherwise(string address, string host, string? forwardedFor, int expected)
    {
        foreach (var path in (string[])["/v2/models/flight-delay", "/v2/health/live"]) (await AskAsync(false, path)).Should().Be(expected);
        (await AskAsync(false, "/v2/nothing")).Should().Be(expected == 200 ? 404 : 403);
        (await AskAsync(true, "/v2/models/flight-delay")).Should().Be(200);

        async Task<int> AskAsync(bool allowRemote, string path)
        {
            await using var server = await Server.StartAsync(o => o.AllowRemote = allowRemote);
            var context = await server.Test.SendAsync(
                c =>
                {
                    c.Connection.RemoteIpAddress = IPAddress.Parse(address);
                    c.Request.Method = "GET";
                    c.Request.Path = path;
                    c.Request.Host = new HostString(host);
                    if (forwardedFor is not null) c.Request.Headers["X-Forwarded-For"] = forwardedFor;
                },
                TestContext.Current.CancellationToken);
            return context.Response.StatusCode;
        }
    }

    [Theory]
    [InlineData("X-Forwarded-For")]
    [InlineData("Forwarded")]
    [InlineData("x-real-ip")]
    [InlineData("Via")]
    public async Task What_a_proxy_on_this_machine_passes_on_did_not_come_from_this_machine(string header)
    {
        await using var server = await Server.StartAsync();
        var context = await server.Test.SendAsync(
            c =>
            {
                c.Connection.RemoteIpAddress = IPAddress.Loopback;
                c.Request.Path = "/v2/health/live";
                c.Request.Host = new HostString("localhost");
                c.Request.Headers[header] = "10.0.0.7";
            },
            TestContext.Current.CancellationToken);
        context.Response.StatusCode.Should().Be(403);
    }

    [Fact]
    public async Task Endpoints_that_ask_for_authorization_leave_the_decision_to_it()
    {
        await using var server = await Server.StartAsync(map: app => app.MapModels("/models/v2").WithMetadata(new AuthorizeAttribute()));
        var ask = () => server.Test.SendAsync(
            c =>
            {
                c.Connection.RemoteIpAddress = IPAddress.Parse("10.0.0.7");
                c.Request.Path = "/models/v2/health/live";
            },
            TestContext.Current.CancellationToken);
        await ask.Should().ThrowAsync<InvalidOperationException>("there is no authorization in this host, and nobody is answered without");
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("v2")]
    public async Task A_prefix_that_is_none_is_refused(string prefix)
    {
        var start = () => Server.StartAsync(map: app => app.MapModels(prefix));
        await start.Should().ThrowAsync<ArgumentException>();
    }

    /// <summary>Blanks without end.</summary>
    private sealed class Endless : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get; set; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            buffer.AsSpan(offset, count).Fill((byte)' ');
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
