using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.Monitoring.Tests;

public sealed class LogPolicyTests : LogTest
{
    private const string Key = "a secret of this test";

    [Fact]
    public async Task Listed_inputs_alone_are_logged()
    {
        var row = await LogAsync(m => (m.Features, m.Listed) = (LoggedFeatures.Listed, ["origin", "unknown"]));
        row.Keys.Should().Contain(["origin", "output.PredictedLabel"]).And.NotContain("distance");
    }

    [Fact]
    public async Task No_inputs_are_logged_and_the_outputs_are()
    {
        var row = await LogAsync(m => m.Features = LoggedFeatures.None);
        row.Keys.Should().NotContain(["origin", "distance"]).And.Contain("output.PredictedLabel");
    }

    [Fact]
    public async Task Hashed_inputs_are_keyed_hashes_and_nowhere_as_they_are()
    {
        Engine.IsBroken = true; // so that it also waits in a file
        var log = await OpenAsync(o => (o.HashKey, o.Default.Features) = (Key, LoggedFeatures.Hashed));
        await log.WriteAsync(Entry("a", 4711.25, "SECRET-AIRPORT"), Stop);
        await log.WriteAsync(Entry("b", double.NaN, null), Stop);
        Contents().Should().NotContain("SECRET-AIRPORT");
        Engine.IsBroken = false;
        await log.FlushAsync(Stop);
        Contents().Should().NotContain("SECRET-AIRPORT");
        var rows = await ReadAsync(log);
        rows[0]["origin"].Should().Be(Hmac("SECRET-AIRPORT"));
        rows[0]["distance"].Should().Be(Hmac("4711.25"));
        (rows[1]["origin"], rows[1]["distance"]).Should().Be((null, null));
    }

    [Fact]
    public async Task What_is_tagged_is_dropped_or_hashed_whatever_else_is_said()
    {
        var row = await LogAsync(
            m => m.ColumnTags = new Dictionary<string, IList<string>> { ["distance"] = ["Personal"], ["origin"] = ["place", "harmless"], ["Score"] = ["secret", "place"] },
            o => (o.HashKey, o.RedactedTags["place"]) = (Key, Redaction.Hash));
        row.Keys.Should().NotContain(["distance", "output.Score.0"]);
        row["origin"].Should().Be(Hmac("ORD"));
    }

    [Fact]
    public async Task Tags_that_the_host_knows_count_as_well()
    {
        Tags = new HostTags();
        var row = await LogAsync(m => m.ColumnTags = new Dictionary<string, IList<string>> { ["Score"] = ["harmless"] });
        row.Keys.Should().NotContain("origin").And.Contain(["distance", "output.Score.0"]);
    }

    [Fact]
    public async Task A_policy_of_a_model_takes_the_place_of_the_default()
    {
        var log = await OpenAsync(o =>
        {
            o.Default.Features = LoggedFeatures.None;
            o.Models["other"] = new();
        });
        await log.WriteAsync(Entry("a"), Stop);
        await log.WriteAsync(Entry("b") with { Model = "other" }, Stop);
        await log.FlushAsync(Stop);
        (await ReadAsync(log)).Single().Keys.Should().NotContain("origin");
        (await ReadAsync(log, "other")).Single()["origin"].Should().Be("ORD");
    }

    [Fact]
    public async Task The_subject_is_what_the_request_says_or_else_an_input()
    {
        var log = await OpenAsync(o => (o.Default.SubjectColumn, o.Default.Features) = ("origin", LoggedFeatures.None));
        await log.WriteAsync(Entry("a"), Stop);
        await log.WriteAsync(Entry("b") with { Subject = "alice" }, Stop);
        await log.WriteAsync(Entry("c", origin: null), Stop);
        await log.WriteAsync(Entry("d") with { Inputs = [Tensor.Of("distance", [1.0, 2.0, 3.0]), Tensor.Of("origin", ["JFK", null, "LAX"])], Outputs = [] }, Stop);
        await log.WriteAsync(Entry("e") with { Inputs = [Tensor.Of("origin", [42L])] }, Stop);
        await log.FlushAsync(Stop);
        (await ReadAsync(log)).OrderBy(r => (string)r["prediction.id"]!, StringComparer.Ordinal).Select(r => r["prediction.subject"]).Should().Equal("ORD", "alice", null, "JFK", null, "LAX", "42");
    }

    [Fact]
    public async Task A_hashed_subject_is_erased_by_its_name()
    {
        var log = await OpenAsync(o => (o.Default.HashSubject, o.HashKey) = (true, Key));
        await log.WriteAsync(Entry("a") with { Subject = "alice" }, Stop);
        await log.WriteAsync(Entry("b") with { Subject = "bob" }, Stop);
        await log.FlushAsync(Stop);
        (await ReadAsync(log)).Select(r => r["prediction.subject"]).Should().Equal(Hmac("alice"), Hmac("bob"));
        (await Admin.EraseAsync("alice", Stop)).Should().Be(1);
        (await ReadAsync(log)).Select(r => r["prediction.id"]).Should().Equal("b");
    }

    [Fact]
    public async Task The_trace_is_that_of_the_request()
    {
        var log = await OpenAsync();
        using var activity = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).Start();
        await log.WriteAsync(Entry("a"), Stop);
        await log.WriteAsync(Entry("b") with { TraceId = "0af7651916cd43dd8448eb211c80319c" }, Stop);
        activity.Stop();
        await log.WriteAsync(Entry("c"), Stop);
        await log.FlushAsync(Stop);
        (await ReadAsync(log)).Select(r => r["prediction.trace"]).Should().Equal(activity.TraceId.ToHexString(), "0af7651916cd43dd8448eb211c80319c", null);
    }

    [Fact]
    public async Task A_sample_is_the_same_each_time_and_keeps_what_failed()
    {
        var chosen = new List<List<object?>>();
        for (var run = 0; run < 2; run++)
        {
            var log = await OpenAsync(o => o.SampleShare = 0.3);
            for (var i = 0; i < 1_000; i++) await log.WriteAsync(Entry($"id-{i}") with { Model = $"run{run}", Error = i % 100 == 0 ? "failed" : null }, Stop);
            await log.FlushAsync(Stop);
            chosen.Add([.. (await ReadAsync(log, $"run{run}")).Select(r => r["prediction.id"])]);
        }

        chosen[0].Should().Equal(chosen[1]);
        chosen[0].Count.Should().BeInRange(250, 360);
        chosen[0].Should().Contain(Enumerable.Range(0, 10).Select(i => (object?)$"id-{i * 100}"));
    }

    [Theory]
    [InlineData(0.0, true, 1)]
    [InlineData(0.0, false, 0)]
    [InlineData(1.0, false, 2)]
    public async Task A_sample_of_nothing_or_all_is_just_that(double share, bool keepsErrors, int rows)
    {
        var log = await OpenAsync(o => (o.SampleShare, o.SampleKeepsErrors) = (share, keepsErrors));
        await log.WriteAsync(Entry("a"), Stop);
        await log.WriteAsync(Entry("b") with { Error = "failed" }, Stop);
        await log.FlushAsync(Stop);
        (await ReadAsync(log)).Should().HaveCount(rows);
    }

    [Fact]
    public void A_policy_that_says_one_thing_and_needs_another_is_refused()
    {
        Refused(o => o.Default.Features = LoggedFeatures.Hashed).Should().Contain("HashKey");
        Refused(o => o.Default.HashSubject = true).Should().Contain("HashKey");
        Refused(o => o.HashKey = "too short").Should().Contain("HashKey");
        Refused(o => o.Models["m"] = new() { Features = LoggedFeatures.Listed }).Should().Contain("Models:m").And.Contain("Listed");
        Refused(o => o.Models["m"] = new() { Listed = ["a"] }).Should().Contain("Models:m");
        Refused(o => o.Models["../m"] = new()).Should().Contain("names no model");
        Refused(o => o.Models["m"] = null!).Should().Contain("null");
        Refused(o => o.Models["m"] = new() { Features = (LoggedFeatures)9 }).Should().Contain("Features");
        Refused(o => o.SampleShare = double.NaN).Should().Contain("SampleShare");
        Refused(o => o.RetentionDays = 0).Should().Contain("RetentionDays");
        Refused(o => o.RedactedTags["place"] = Redaction.Hash).Should().Contain("RedactedTags:place").And.Contain("HashKey");
    }

    private static string Refused(Action<PredictionLogOptions> configure)
    {
        using var services = new ServiceCollection().AddLogging().AddMlOpsCore().AddMonitoring(configure).Services.BuildServiceProvider();
        return services.Invoking(s => s.GetRequiredService<IOptions<PredictionLogOptions>>().Value).Should().Throw<OptionsValidationException>().Which.Message;
    }

    private static string Hmac(string text) => Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Key), Encoding.UTF8.GetBytes(text)))[..32];

    private string Contents() => string.Concat(Folder.Files("*").Where(f => Path.GetFileName(f) != "lock").Select(f =>
    {
        using var stream = new FileStream(f, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return Encoding.Latin1.GetString(bytes);
    }));

    private async Task<Dictionary<string, object?>> LogAsync(Action<ModelLogOptions> model, Action<PredictionLogOptions>? configure = null)
    {
        var log = await OpenAsync(o =>
        {
            model(o.Default);
            configure?.Invoke(o);
        });
        await log.WriteAsync(Entry("a"), Stop);
        await log.FlushAsync(Stop);
        return (await ReadAsync(log)).Single();
    }

    private sealed class HostTags : IColumnTags
    {
        public IReadOnlyCollection<string> TagsOf(string column) => column == "origin" ? ["personal"] : [];
    }
}
