using System.Net;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.Serving.Tests;

public sealed class SwapTests
{
    [Fact]
    public async Task Moving_the_alias_under_load_fails_no_request_and_ends_with_one_model_in_memory()
    {
        await using var server = await Server.StartAsync(versions: 12);
        using var stop = new CancellationTokenSource();
        var seen = new System.Collections.Concurrent.ConcurrentDictionary<string, int>();
        var callers = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                var (status, body) = await server.InferAsync();
                status.Should().Be(HttpStatusCode.OK);
                var version = body.GetProperty("model_version").GetString()!;
                body.GetProperty("outputs")[1].GetProperty("data")[0].GetInt64().ToString().Should().Be(version);
                seen.AddOrUpdate(version, 1, (_, n) => n + 1);
            }
        }, TestContext.Current.CancellationToken)).ToArray();
        for (var version = 1; version <= 12; version++)
        {
            if (version > 1) await server.PointAsync(version - 1, version);
            await Server.UntilAsync(() => Task.FromResult(callers.Any(c => c.IsCompleted) || seen.ContainsKey($"{version}")));
        }

        await stop.CancelAsync();
        await Task.WhenAll(callers);
        seen.Should().HaveCount(12);
        await UntilLoadedAsync(server, 12);
    }

    [Fact]
    public async Task A_new_version_that_cannot_be_loaded_leaves_the_old_one()
    {
        await using var server = await Server.StartAsync(versions: 3);
        (await server.VersionAsync()).Should().Be(1);
        server.Loader.Broken[2] = true;
        await server.PointAsync(1, 2);
        await Server.UntilAsync(() => Task.FromResult(server.Loader.Loads >= 2));
        (await server.VersionAsync()).Should().Be(1);
        await server.PointAsync(2, 3);
        await Server.UntilAsync(async () => await server.VersionAsync() == 3);
    }

    [Fact]
    public async Task A_version_that_a_check_of_the_host_refuses_leaves_the_old_one()
    {
        await using var server = await Server.StartAsync(versions: 2, configure: builder => builder.Services.AddSingleton<IModelServingCheck, OnlyTheFirst>());
        (await server.VersionAsync()).Should().Be(1);
        await server.PointAsync(1, 2);
        (await server.InferAsync(path: "/versions/2")).Status.Should().Be(HttpStatusCode.ServiceUnavailable);
        (await server.VersionAsync()).Should().Be(1);
        server.Loader.Loads.Should().Be(1);
    }

    [Fact]
    public async Task A_model_whose_alias_is_removed_is_not_found()
    {
        await using var server = await Server.StartAsync();
        (await server.VersionAsync()).Should().Be(1);
        await server.PointAsync(1, null);
        await Server.UntilAsync(async () => (await server.InferAsync()).Status == HttpStatusCode.NotFound);
        await UntilLoadedAsync(server);
        await server.PointAsync(null, 1);
        (await server.VersionAsync()).Should().Be(1);
    }

    [Fact]
    public async Task The_old_version_is_disposed_only_after_its_last_request()
    {
        await using var server = await Server.StartAsync(versions: 2);
        using var inside = new SemaphoreSlim(0);
        using var goOn = new SemaphoreSlim(0);
        server.Loader.OnPredict = () =>
        {
            server.Loader.OnPredict = null;
            inside.Release();
            goOn.Wait();
        };
        var slow = Task.Run(() => server.InferAsync());
        await inside.WaitAsync(TestContext.Current.CancellationToken);
        await server.PointAsync(1, 2);
        await Server.UntilAsync(async () => await server.VersionAsync() == 2);
        server.Loader.Loaded.Single(m => m.Version == 1).IsDisposed.Should().BeFalse();
        goOn.Release();
        (await slow).Status.Should().Be(HttpStatusCode.OK);
        await Server.UntilAsync(() => Task.FromResult(server.Loader.Loaded.Single(m => m.Version == 1).IsDisposed));
    }

    [Fact]
    public async Task A_model_is_loaded_once_for_many_first_requests()
    {
        await using var server = await Server.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => server.VersionAsync())));
        server.Loader.Loads.Should().Be(1);
    }

    [Fact]
    public async Task A_model_that_cannot_be_loaded_is_unavailable_and_not_tried_at_every_request()
    {
        await using var server = await Server.StartAsync();
        server.Loader.Broken[1] = true;
        for (var i = 0; i < 5; i++) (await server.InferAsync()).Status.Should().Be(HttpStatusCode.ServiceUnavailable);
        (await server.GetAsync("/v2/models/flight-delay/ready")).Status.Should().Be(HttpStatusCode.ServiceUnavailable);
        server.Loader.Loads.Should().Be(1);
    }

    [Fact]
    public async Task Versions_are_served_by_number_and_the_one_used_least_recently_is_let_go()
    {
        await using var server = await Server.StartAsync(o => o.MaxLoadedVersions = 2, versions: 4);
        foreach (var version in (int[])[1, 2, 3, 2, 4, 2])
        {
            var (status, body) = await server.InferAsync(path: $"/versions/{version}");
            status.Should().Be(HttpStatusCode.OK);
            body.GetProperty("model_version").GetString().Should().Be($"{version}");
        }

        await UntilLoadedAsync(server, 2, 4);
    }

    [Fact]
    public async Task The_version_of_the_champion_is_not_loaded_twice_and_another_alias_may_stand_for_a_version()
    {
        await using var server = await Server.StartAsync(versions: 2);
        await server.PointAsync(null, 2, "challenger");
        (await server.VersionAsync()).Should().Be(1);
        (await server.InferAsync(path: "/versions/1")).Status.Should().Be(HttpStatusCode.OK);
        server.Loader.Loads.Should().Be(1);
        (await server.InferAsync(path: "/versions/challenger")).Body.GetProperty("model_version").GetString().Should().Be("2");
    }

    [Fact]
    public async Task Models_are_disposed_with_the_host()
    {
        var server = await Server.StartAsync(versions: 2);
        await server.VersionAsync();
        await server.InferAsync(path: "/versions/2");
        var loader = server.Loader;
        await server.DisposeAsync();
        loader.Loaded.Should().HaveCount(2).And.OnlyContain(m => m.IsDisposed);
    }

    // A caller has its answer before the server has given the model back.
    private static Task UntilLoadedAsync(Server server, params int[] versions) =>
        Server.UntilAsync(() => Task.FromResult(server.Loader.Loaded.Where(m => !m.IsDisposed).Select(m => m.Version).Order().SequenceEqual(versions)));

    private sealed class OnlyTheFirst : IModelServingCheck
    {
        public void Check(ModelVersion version)
        {
            if (version.Version > 1) throw new DataException("It was trained on other features.");
        }
    }
}
