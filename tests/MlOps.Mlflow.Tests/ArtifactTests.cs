using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MlOps.Mlflow.Tests;

public sealed class ArtifactTests
{
    private const string Proxy = "/api/2.0/mlflow-artifacts/artifacts";

    [Theory]
    [InlineData(Backend.Memory)]
    [InlineData(Backend.Sqlite)]
    public async Task A_file_that_is_put_is_a_file_of_its_run(Backend backend)
    {
        await using var server = await Server.StartAsync(backend);
        var run = await server.RunAsync();

        (await server.PutAsync($"0/{run}/artifacts/model/MLmodel", "hello")).Text.Should().Be("{}");

        (await server.Metadata.FindRunAsync(run, TestContext.Current.CancellationToken))!.Artifacts.Keys.Should().Equal("model/MLmodel");
        (await server.CallAsync("GET", $"{Proxy}/0/{run}/artifacts/model/MLmodel")).Text.Should().Be("hello");
        (await server.CallAsync("GET", $"/ajax-api/2.0/mlflow-artifacts/artifacts/0/{run}/artifacts/model/MLmodel")).Text.Should().Be("hello");
        (await server.CallAsync("GET", $"/get-artifact?run_id={run}&path=model/MLmodel")).Text.Should().Be("hello");
        (await server.CallAsync("GET", $"/get-artifact?run_uuid={run}&path=model/MLmodel")).Text.Should().Be("hello");
    }

    [Fact]
    public async Task A_run_lists_its_folders_and_files()
    {
        await using var server = await Server.StartAsync();
        var run = await server.RunAsync();
        foreach (var path in (string[])["a.txt", "dir/b.txt", "dir/sub/c.txt"]) await server.PutAsync($"0/{run}/artifacts/{path}", "12345");

        (await server.CallAsync("GET", $"artifacts/list?run_id={run}")).Text
            .Should().Be($$"""{"root_uri":"mlflow-artifacts:/0/{{run}}/artifacts","files":[{"path":"a.txt","is_dir":false,"file_size":5},{"path":"dir","is_dir":true}]}""");
        (await server.CallAsync("GET", $"artifacts/list?run_id={run}&path=dir")).Text
            .Should().Be($$"""{"root_uri":"mlflow-artifacts:/0/{{run}}/artifacts","files":[{"path":"dir/b.txt","is_dir":false,"file_size":5},{"path":"dir/sub","is_dir":true}]}""");
        (await server.CallAsync("GET", $"artifacts/list?run_id={run}&path=a.txt")).Text.Should().Be($$"""{"root_uri":"mlflow-artifacts:/0/{{run}}/artifacts"}""");
    }

    [Fact]
    public async Task The_proxy_lists_names_without_their_folder()
    {
        await using var server = await Server.StartAsync();
        var run = await server.RunAsync();
        foreach (var path in (string[])["a.txt", "dir/b.txt"]) await server.PutAsync($"0/{run}/artifacts/{path}", "12345");

        (await server.CallAsync("GET", $"{Proxy}?path=0/{run}/artifacts")).Text.Should().Be("""{"files":[{"path":"a.txt","is_dir":false,"file_size":5},{"path":"dir","is_dir":true}]}""");
        (await server.CallAsync("GET", $"{Proxy}?path=0/{run}/artifacts/dir")).Text.Should().Be("""{"files":[{"path":"b.txt","is_dir":false,"file_size":5}]}""");
        (await server.CallAsync("GET", $"{Proxy}?path=0/{run}/artifacts/none")).Text.Should().Be("{}");
    }

    [Fact]
    public async Task Deleting_a_folder_removes_what_is_below_it_and_nothing_else()
    {
        await using var server = await Server.StartAsync();
        var run = await server.RunAsync();
        foreach (var path in (string[])["dir/a", "dir/b", "directory"]) await server.PutAsync($"0/{run}/artifacts/{path}", "x");

        (await server.CallAsync("DELETE", $"{Proxy}/0/{run}/artifacts/dir")).Text.Should().Be("{}");
        (await server.CallAsync("DELETE", $"{Proxy}/0/{run}/artifacts/dir")).Text.Should().Be("{}");

        (await server.Metadata.FindRunAsync(run, TestContext.Current.CancellationToken))!.Artifacts.Keys.Should().Equal("directory");
        (await server.CallAsync("DELETE", $"{Proxy}/0/{run}/artifacts")).Text.Should().Be("{}");
        (await server.Metadata.FindRunAsync(run, TestContext.Current.CancellationToken))!.Artifacts.Should().BeEmpty();
    }

    [Theory]
    [InlineData(Backend.Memory)]
    [InlineData(Backend.Sqlite)]
    public async Task Files_that_belong_to_no_run_are_kept_out_of_sight(Backend backend)
    {
        await using var server = await Server.StartAsync(backend);

        (await server.PutAsync("some/dir/a.txt", "x")).Status.Should().Be(HttpStatusCode.OK);
        (await server.PutAsync("top.txt", "y")).Status.Should().Be(HttpStatusCode.OK);

        (await server.CallAsync("GET", $"{Proxy}/some/dir/a.txt")).Text.Should().Be("x");
        (await server.CallAsync("GET", $"{Proxy}?path=some/dir")).Text.Should().Be("""{"files":[{"path":"a.txt","is_dir":false,"file_size":1}]}""");
        (await server.CallAsync("GET", Proxy)).Text.Should().Be("""{"files":[{"path":"some","is_dir":true},{"path":"top.txt","is_dir":false,"file_size":1}]}""");
        (await server.CallAsync("POST", "runs/search", """{"experiment_ids":["0"]}""")).Text.Should().Be("{}");
        (await server.CallAsync("GET", $"runs/get?run_id={RunDirectory.Loose}")).Status.Should().Be(HttpStatusCode.NotFound);
        (await server.CallAsync("POST", "runs/log-metric", $$"""{"run_id":"{{RunDirectory.Loose}}","key":"m","value":1,"timestamp":1}""")).Status.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_path_under_another_experiment_is_not_the_file_of_the_run()
    {
        await using var server = await Server.StartAsync();
        var run = await server.RunAsync();

        await server.PutAsync($"7/{run}/artifacts/a", "x");

        (await server.Metadata.FindRunAsync(run, TestContext.Current.CancellationToken))!.Artifacts.Should().BeEmpty();
    }

    [Fact]
    public async Task An_experiment_may_have_a_folder_of_its_own_in_the_proxy()
    {
        await using var server = await Server.StartAsync();
        var experiment = (await server.CallAsync("POST", "experiments/create", """{"name":"e","artifact_location":"mlflow-artifacts:/team/one"}""")).Body.GetProperty("experiment_id").GetString()!;
        var run = await server.RunAsync(experiment);

        await server.PutAsync($"team/one/{run}/artifacts/a", "x");

        (await server.Metadata.FindRunAsync(run, TestContext.Current.CancellationToken))!.Artifacts.Keys.Should().Equal("a");
    }

    [Theory]
    [InlineData("/get-artifact?run_id={run}&path=none")]
    [InlineData("/api/2.0/mlflow-artifacts/artifacts/0/{run}/artifacts/none")]
    [InlineData("/api/2.0/mlflow-artifacts/artifacts/none")]
    [InlineData("/get-artifact?run_id=0123456789abcdef0123456789abcdef&path=a")]
    public async Task A_file_that_is_not_there_is_not_found(string path)
    {
        await using var server = await Server.StartAsync();

        var answer = await server.CallAsync("GET", path.Replace("{run}", await server.RunAsync(), StringComparison.Ordinal));

        answer.Status.Should().Be(HttpStatusCode.NotFound);
        answer.Code.Should().Be("RESOURCE_DOES_NOT_EXIST");
    }

    [Fact]
    public async Task A_version_gives_the_files_of_its_run()
    {
        await using var server = await Server.StartAsync();
        var run = await server.RunAsync();
        await server.PutAsync($"0/{run}/artifacts/model/MLmodel", "hello");
        await server.CallAsync("POST", "registered-models/create", """{"name":"m"}""");
        foreach (var source in (string[])[$"runs:/{run}/model", $"mlflow-artifacts:/0/{run}/artifacts/model"])
            await server.CallAsync("POST", "model-versions/create", $$"""{"name":"m","source":"{{source}}","run_id":"{{run}}"}""");

        foreach (var version in (int[])[1, 2]) (await server.CallAsync("GET", $"/model-versions/get-artifact?name=m&version={version}&path=MLmodel")).Text.Should().Be("hello");
    }

    [Fact]
    public async Task Multipart_uploads_are_not_offered()
    {
        await using var server = await Server.StartAsync();

        var answer = await server.CallAsync("POST", "/api/2.0/mlflow-artifacts/mpu/create/a/b", """{"path":"a/b/c","num_parts":3}""");

        answer.Status.Should().Be(HttpStatusCode.NotImplemented);
        answer.Code.Should().Be("NOT_IMPLEMENTED");
    }

    [Fact]
    public async Task The_page_of_a_run_uploads_small_files()
    {
        await using var server = await Server.StartAsync();
        var run = await server.RunAsync();

        var answer = await server.SendAsync(new(HttpMethod.Post, $"/ajax-api/2.0/mlflow/upload-artifact?run_uuid={run}&path=test.txt") { Content = new StringContent("hello world") });

        answer.Status.Should().Be(HttpStatusCode.OK);
        (await server.CallAsync("GET", $"/get-artifact?run_uuid={run}&path=test.txt")).Text.Should().Be("hello world");
    }

    [Theory]
    [InlineData("", "Request must specify run_uuid.")]
    [InlineData("?run_uuid=0123456789abcdef0123456789abcdef", "Request must specify path.")]
    [InlineData("?run_uuid=0123456789abcdef0123456789abcdef&path=a", "Request must specify data.")]
    public async Task An_upload_says_what_is_missing(string query, string message)
    {
        await using var server = await Server.StartAsync();

        (await server.CallAsync("POST", "/ajax-api/2.0/mlflow/upload-artifact" + query)).Message.Should().Be(message);
    }

    [Fact]
    public async Task A_large_file_passes_through_without_lying_in_memory()
    {
        const int Megabytes = 200;
        var folder = Directory.CreateTempSubdirectory("mlops-mlflow-");
        try
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Services.AddMlOpsCore(o => o.Folder = folder.FullName).UseFileArtifacts().UseSqlite().AddMlflow();
            await using var app = builder.Build();
            app.MapMlflow();
            await app.StartAsync(TestContext.Current.CancellationToken);
            var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
            using var client = new HttpClient { BaseAddress = new(address) };
            var before = GC.GetTotalMemory(forceFullCollection: true);
            var most = 0L;

            using var content = new StreamContent(new Zeros(Megabytes << 20, () => most = Math.Max(most, GC.GetTotalMemory(false) - before)));
            using var put = await client.PutAsync(new Uri("/api/2.0/mlflow-artifacts/artifacts/big", UriKind.Relative), content, TestContext.Current.CancellationToken);
            put.StatusCode.Should().Be(HttpStatusCode.OK);
            await using var got = await client.GetStreamAsync(new Uri("/api/2.0/mlflow-artifacts/artifacts/big", UriKind.Relative), TestContext.Current.CancellationToken);
            var hash = await SHA256.HashDataAsync(got, TestContext.Current.CancellationToken);

            hash.Should().Equal(await SHA256.HashDataAsync(new Zeros(Megabytes << 20, () => { }), TestContext.Current.CancellationToken));
            most.Should().BeLessThan((Megabytes << 20) / 4);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private sealed class Zeros(long length, Action look) : Stream
    {
        private long _position;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => _position; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            look();
            var read = (int)Math.Min(count, length - _position);
            buffer.AsSpan(offset, read).Clear();
            _position += read;
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
