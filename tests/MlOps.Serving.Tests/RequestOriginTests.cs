using System.Net;
using System.Text;

namespace MlOps.Serving.Tests;

public sealed class RequestOriginTests
{
    private const string Body = """{"inputs":[{"name":"distance","datatype":"FP64","shape":[1,1],"data":[10]}]}""";

    [Fact]
    public async Task The_log_says_as_what_the_model_was_asked()
    {
        await using var server = await Server.StartAsync(versions: 2);
        await server.PointAsync(null, 2, "challenger");
        await server.InferAsync();
        await server.InferAsync(path: "/versions/challenger");
        await server.InferAsync(path: "/versions/2");
        server.Log.Entries.Select(e => (e.Version, e.Variant)).Should().Equal((1, "champion"), (2, "challenger"), (2, null));
        server.Log.Entries.Select(e => e.SchemaHash).Should().OnlyContain(h => h == Server.Manifest().Signature.GetFingerprint());
    }

    [Fact]
    public async Task The_log_says_whom_a_request_is_about_when_a_header_is_agreed_on()
    {
        await using var server = await Server.StartAsync(options => options.SubjectHeader = "X-Passenger");
        await SendAsync(server, "alice");
        await SendAsync(server, null);
        (await SendAsync(server, new string('x', 1_001))).Should().Be(HttpStatusCode.BadRequest);
        server.Log.Entries.Select(e => e.Subject).Should().Equal("alice", null);
    }

    [Fact]
    public async Task A_header_that_nobody_agreed_on_is_not_read()
    {
        await using var server = await Server.StartAsync();
        await SendAsync(server, "alice");
        server.Log.Entries.Single().Subject.Should().BeNull();
    }

    private static async Task<HttpStatusCode> SendAsync(Server server, string? subject)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v2/models/{Server.Model}/infer") { Content = new StringContent(Body, Encoding.UTF8, "application/json") };
        if (subject is not null) request.Headers.Add("X-Passenger", subject);
        return (await server.SendAsync(request)).Status;
    }
}
