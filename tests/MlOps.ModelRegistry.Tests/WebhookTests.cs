using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using MlOps.Core;
using MlOps.Testing;
using MlOps.Tests;

namespace MlOps.ModelRegistry.Tests;

public sealed class WebhookTests : IAsyncDisposable
{
    private const string Secret = "a secret of this test";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mlops-webhooks-");
    private readonly InMemoryModelRegistry _registry = new();
    private readonly Receiver _receiver = new();
    private readonly List<IHost> _hosts = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.StopAsync(CancellationToken.None);
            host.Dispose();
        }

        await _receiver.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_receiver_is_told_of_an_entry_with_a_signature_that_it_can_check()
    {
        await StartAsync(("hook", Allowed(_receiver)));
        await HappenAsync("größe");
        var told = await _receiver.NextAsync(Cancel);
        told.Start.Should().Be("POST /hook?a=b HTTP/1.1");
        told.Headers["Content-Type"].Should().Be("application/json; charset=utf-8");
        var signed = $"{told.Headers["X-MLflow-Delivery-Id"]}.{told.Headers["X-MLflow-Timestamp"]}.{told.Body}";
        told.Headers["X-MLflow-Signature"].Should().Be("v1," + Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes(signed))));
        DateTimeOffset.FromUnixTimeSeconds(long.Parse(told.Headers["X-MLflow-Timestamp"], System.Globalization.CultureInfo.InvariantCulture)).Should().BeCloseTo(DateTimeOffset.UtcNow, TimeSpan.FromHours(1));
        var body = JsonDocument.Parse(told.Body).RootElement;
        (body.GetProperty("entity").GetString(), body.GetProperty("action").GetString(), body.GetProperty("data").GetProperty("name").GetString()).Should().Be(("registered_model", "created", "größe"));
        body.GetProperty("event").Deserialize<RegistryEvent>(MlOpsJson.Options).Should().Be((await _registry.GetHistoryAsync(new(), Cancel))[0]);
    }

    [Fact]
    public async Task What_is_not_received_is_told_again_with_the_same_identifier_before_what_comes_next()
    {
        var attempts = 0;
        _receiver.Answer = _ => ++attempts < 3 ? "503 Service Unavailable" : "200 OK";
        await StartAsync(("hook", Allowed(_receiver)));
        await HappenAsync("a", "b");
        var told = await TakeAsync(_receiver, 4);
        told.Select(ModelOf).Should().Equal("a", "a", "a", "b");
        told.Take(3).Select(t => t.Headers["X-MLflow-Delivery-Id"]).Distinct().Should().ContainSingle();
        told[3].Headers["X-MLflow-Delivery-Id"].Should().NotBe(told[0].Headers["X-MLflow-Delivery-Id"]);
    }

    [Fact]
    public async Task After_all_attempts_it_goes_on_with_the_next_and_counts_what_was_given_up()
    {
        using var deliveries = new MetricCollector<long>(null, Telemetry.ModelRegistry, Telemetry.WebhookDeliveries);
        _receiver.Answer = told => ModelOf(told) == "a" ? "500 Oops" : "200 OK";
        await StartAsync(("counted", options =>
        {
            Allowed(_receiver)(options);
            options.MaxAttempts = 2;
        }
        ));
        await HappenAsync("a", "b", "c");
        (await TakeAsync(_receiver, 4)).Select(ModelOf).Should().Equal("a", "a", "b", "c");
        deliveries.GetMeasurementSnapshot().Where(m => Equals(m.Tags["webhook"], "counted")).Select(m => m.Tags["status"]).Take(3).Should().Equal("failed", "given up", "delivered");
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var elsewhere = new Receiver();
        _receiver.Answer = told => ModelOf(told) == "a" ? $"307 Temporary Redirect\r\nLocation: {elsewhere.Url}" : "200 OK";
        await StartAsync(("hook", options =>
        {
            Allowed(_receiver)(options);
            options.MaxAttempts = 1;
        }
        ));
        await HappenAsync("a", "b");
        (await TakeAsync(_receiver, 2)).Select(ModelOf).Should().Equal("a", "b");
        elsewhere.Count.Should().Be(0);
    }

    [Fact]
    public async Task A_host_that_starts_again_tells_what_was_missed_and_only_that()
    {
        var first = await StartAsync(("hook", Allowed(_receiver)));
        await HappenAsync("a");
        await _receiver.NextAsync(Cancel);
        await HappenAsync("b");
        await _receiver.NextAsync(Cancel);
        await first.StopAsync(Cancel);
        await HappenAsync("c", "d");
        await StartAsync(("hook", Allowed(_receiver)));
        await HappenAsync("e");
        var told = await TakeAsync(_receiver, 3);
        told.Select(ModelOf).SkipWhile(model => model == "b").Should().StartWith(["c", "d"], "b may come again when the host stopped before it had noted the answer");
    }

    [Fact]
    public async Task A_new_webhook_is_told_of_what_happens_from_now_on()
    {
        await HappenAsync("before", "and before");
        await StartAsync(("hook", Allowed(_receiver)));
        await HappenAsync("after");
        ModelOf(await _receiver.NextAsync(Cancel)).Should().Be("after");
    }

    [Fact]
    public async Task A_receiver_that_does_not_answer_keeps_no_other_waiting()
    {
        await using var mute = new Receiver { Answer = _ => null };
        await StartAsync(("mute", Allowed(mute)), ("hook", Allowed(_receiver)));
        await HappenAsync("a", "b", "c");
        (await TakeAsync(_receiver, 3)).Select(ModelOf).Should().Equal("a", "b", "c");
        ModelOf(await mute.NextAsync(Cancel)).Should().Be("a");
        mute.Count.Should().Be(0);
    }

    [Fact]
    public async Task A_receiver_is_told_of_the_kinds_and_models_that_it_asked_for()
    {
        await StartAsync(("hook", options =>
        {
            Allowed(_receiver)(options);
            options.Kinds.Add(RegistryEventKind.AliasMoved);
            options.Models.Add("flight-delay");
        }
        ));
        await _registry.RegisterAsync(new("flight-delay", Make.Bundle("a"), null, Make.Noon), Cancel);
        await _registry.RegisterAsync(new("other", Make.Bundle("a"), null, Make.Noon), Cancel);
        foreach (var model in (string[])["other", "flight-delay"]) await _registry.SetAliasAsync(new(model, "champion", null, 1, "alice", "first", Make.Noon), Cancel);
        var body = JsonDocument.Parse((await _receiver.NextAsync(Cancel)).Body).RootElement;
        (body.GetProperty("entity").GetString(), body.GetProperty("action").GetString()).Should().Be(("model_version_alias", "created"));
        body.GetProperty("data").ToString().Should().Be("""{"name":"flight-delay","version":"1","alias":"champion"}""");
    }

    [Theory]
    [InlineData("http://127.0.0.1:9/")]
    [InlineData("http://2130706433:9/")]
    [InlineData("http://[::1]:9/")]
    [InlineData("http://[::ffff:127.0.0.1]:9/")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("https://10.0.0.1/")]
    [InlineData("http://innocent.example/")]
    [InlineData("http://mixed.example/")]
    public async Task An_address_of_this_machine_or_a_private_network_is_not_reached(string url)
    {
        var looked = 0;
        using var sender = new WebhookSender("hook", new() { Url = new(url), Secret = Secret }, TimeProvider.System, (host, _) =>
        {
            looked++;
            return Task.FromResult<IPAddress[]>(host == "mixed.example" ? [IPAddress.Parse("192.168.1.1"), IPAddress.IPv6Loopback] : [IPAddress.Parse("169.254.169.254")]);
        });
        (await sender.SendAsync(await EntryAsync(), Cancel)).Should().Contain("private network");
        looked.Should().Be(url.Contains("example", StringComparison.Ordinal) ? 1 : 0);
    }

    [Fact]
    public async Task The_connection_goes_to_the_address_that_was_looked_up()
    {
        var url = new UriBuilder(_receiver.Url) { Host = "innocent.example" }.Uri;
        using var sender = new WebhookSender(
            "hook", new() { Url = url, Secret = Secret, AllowPrivateAddresses = true }, TimeProvider.System, (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]));
        (await sender.SendAsync(await EntryAsync(), Cancel)).Should().BeNull();
        (await _receiver.NextAsync(Cancel)).Headers["Host"].Should().StartWith("innocent.example");
    }

    [Fact]
    public async Task A_name_that_nobody_has_and_a_port_that_nobody_listens_on_are_no_error_of_ours()
    {
        using var mute = new Socket(SocketType.Stream, ProtocolType.Tcp); // has the port, so that nobody else gets it, and does not listen
        mute.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var url = new Uri($"http://{mute.LocalEndPoint}/");
        using var sender = new WebhookSender("hook", new() { Url = url, Secret = Secret, AllowPrivateAddresses = true }, TimeProvider.System);
        var entry = await EntryAsync();
        (await sender.SendAsync(entry, Cancel)).Should().Contain("cannot be reached");
        using var nameless = new WebhookSender("hook", new() { Url = new("http://nobody.example"), Secret = Secret }, TimeProvider.System, (_, _) => Task.FromResult<IPAddress[]>([]));
        (await nameless.SendAsync(entry, Cancel)).Should().Contain("no address");
    }

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("100.63.255.255", true)]
    [InlineData("172.15.0.1", true)]
    [InlineData("172.32.0.1", true)]
    [InlineData("2606:4700::1111", true)]
    [InlineData("64:ff9b::808:808", true)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("127.255.255.254", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("172.16.0.1", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("192.0.2.1", false)]
    [InlineData("192.168.0.1", false)]
    [InlineData("198.18.0.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::7f00:1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("64:ff9b:1::1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("2001:0:1::1", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("fc00::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fec0::1", false)]
    [InlineData("ff02::1", false)]
    public void An_address_is_public_or_it_is_not(string address, bool isPublic) => PublicAddresses.Contains(IPAddress.Parse(address)).Should().Be(isPublic);

    [Fact]
    public async Task A_position_that_is_none_is_said_and_not_guessed()
    {
        var position = new WebhookPosition(_folder.FullName, "../hook");
        (await position.ReadAsync(Cancel)).Should().BeNull();
        await position.WriteAsync(42);
        (await position.ReadAsync(Cancel)).Should().Be(42);
        var file = _folder.GetFiles().Should().ContainSingle().Which;
        await File.WriteAllTextAsync(file.FullName, "forty-two", Cancel);
        await FluentActions.Awaiting(() => position.ReadAsync(Cancel)).Should().ThrowAsync<StoreException>();
    }

    [Theory]
    [InlineData(null, Secret)]
    [InlineData("https://example.com/hook", null)]
    [InlineData("https://example.com/hook", "too short")]
    [InlineData("ftp://example.com/hook", Secret)]
    [InlineData("file:///etc/passwd", Secret)]
    [InlineData("/hook", Secret)]
    [InlineData("https://user:password@example.com/", Secret)]
    public async Task A_webhook_that_makes_no_sense_stops_the_host_when_it_starts(string? url, string? secret)
    {
        var start = () => StartAsync(("hook", options => (options.Url, options.Secret) = (url is null ? null : new(url, UriKind.RelativeOrAbsolute), secret)));
        (await start.Should().ThrowAsync<OptionsValidationException>()).Which.Message.Should().NotContain("too short");
    }

    [Fact]
    public void Two_webhooks_do_not_have_one_name()
    {
        var builder = new ServiceCollection().AddMlOpsCore().AddWebhook("hook");
        FluentActions.Invoking(() => builder.AddWebhook("hook")).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => builder.AddWebhook(" ")).Should().Throw<ArgumentException>();
    }

    private static Action<WebhookOptions> Allowed(Receiver receiver) => options =>
    {
        (options.Url, options.Secret, options.AllowPrivateAddresses) = (receiver.Url, Secret, true);
        options.FirstDelay = TimeSpan.FromMilliseconds(100);
    };

    private static string ModelOf(Received told) => JsonDocument.Parse(told.Body).RootElement.GetProperty("data").GetProperty("name").GetString()!;

    private static async Task<List<Received>> TakeAsync(Receiver receiver, int count)
    {
        List<Received> told = [];
        while (told.Count < count) told.Add(await receiver.NextAsync(Cancel));
        return told;
    }

    private async Task<RegistryEvent> EntryAsync()
    {
        await HappenAsync("a");
        return (await _registry.GetHistoryAsync(new(), Cancel))[0];
    }

    private async Task HappenAsync(params string[] models)
    {
        foreach (var model in models) await _registry.CreateModelAsync(new(model, new("alice", "why", Make.Noon)), Cancel);
    }

    // Whoever starts has noted where the history ends when this returns, so that the test knows what is new.
    private async Task<IHost> StartAsync(params (string Name, Action<WebhookOptions> Configure)[] webhooks)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        var mlops = builder.Services.AddMlOpsCore(options => options.Folder = _folder.FullName).Use<IModelRegistry>(_ => _registry);
        foreach (var (name, configure) in webhooks) mlops.AddWebhook(name, configure);
        var host = builder.Build();
        _hosts.Add(host);
        await host.StartAsync(Cancel);
        foreach (var (name, _) in webhooks)
            while (await new WebhookPosition(Path.Combine(_folder.FullName, "webhooks"), name).ReadAsync(Cancel) is null) await Task.Yield();
        return host;
    }
}
