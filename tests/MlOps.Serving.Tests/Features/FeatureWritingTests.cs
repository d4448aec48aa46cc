using System.Net;
using MlOps.Core;

namespace MlOps.Serving.Tests.Features;

public sealed class FeatureWritingTests
{
    private const string Frame = """{"driver_id":[1001,1002],"event_timestamp":["2026-11-25 10:00:00","2026-11-25T12:00:00+01:00"],"rate":[0.5,null],"trips":[7,8],"name":["Ann","Bo"],"device":[1,2],"other":["x","y"]}""";

    private static Task<(HttpStatusCode Status, System.Text.Json.JsonElement Body)> PushAsync(FeatureServer server, string frame = Frame, string rest = "", string view = "drivers") =>
        server.PostAsync("/push", $$"""{"push_source_name":"{{view}}","df":{{frame}}{{rest}}}""");

    [Fact]
    public async Task Rows_are_pushed_column_wise_with_the_types_of_the_view()
    {
        await using var server = await FeatureServer.StartAsync();
        var (status, body) = await PushAsync(server, rest: ""","allow_registry_cache":true""");
        (status, body.GetRawText()).Should().Be((HttpStatusCode.OK, "null"));
        var (view, schema, rows, target) = server.Pushed!.Value;
        (view, target).Should().Be(("drivers", PushTarget.Online));
        schema.ToString().Should().Be("driver_id Int64, event_timestamp Timestamp, rate Float64, trips Int64, name String, device Int64");
        rows[0].Should().Equal(1001L, new DateTimeOffset(2026, 11, 25, 10, 0, 0, TimeSpan.Zero), 0.5, 7L, "Ann", 1L);
        rows[1].Should().Equal(1002L, new DateTimeOffset(2026, 11, 25, 11, 0, 0, TimeSpan.Zero), null, 8L, "Bo", 2L);
    }

    [Theory]
    [InlineData("online", PushTarget.Online)]
    [InlineData("offline", PushTarget.Offline)]
    [InlineData("online_and_offline", PushTarget.OnlineAndOffline)]
    public async Task Rows_go_where_they_are_sent(string to, PushTarget target)
    {
        await using var server = await FeatureServer.StartAsync();
        await PushAsync(server, rest: $",\"to\":\"{to}\"");
        server.Pushed!.Value.Target.Should().Be(target);
    }

    [Theory]
    [InlineData("[1,2]", "Int64")]
    [InlineData("[1,2.5]", "Float64")]
    [InlineData("[1.5,2]", "Float64")]
    [InlineData("[null,true]", "Boolean")]
    [InlineData("""["a",null]""", "String")]
    [InlineData("[null,null]", "String")]
    public async Task A_column_of_no_certain_type_takes_that_of_its_values(string values, string type)
    {
        await using var server = await FeatureServer.StartAsync();
        (await PushAsync(server, Frame.Replace("\"device\":[1,2]", $"\"device\":{values}", StringComparison.Ordinal))).Status.Should().Be(HttpStatusCode.OK);
        server.Pushed!.Value.Schema["device"].Type.ToString().Should().Be(type);
    }

    [Theory]
    [InlineData("\"rate\":[0.5,null]", "\"rate\":[0.5,\"much\"]", "body,df,rate,1")]
    [InlineData("\"rate\":[0.5,null]", "\"rate\":[0.5]", "body,df,rate")]
    [InlineData("\"rate\":[0.5,null],", "", "body,df,rate")]
    [InlineData("2026-11-25 10:00:00", "yesterday", "body,df,event_timestamp,0")]
    [InlineData("\"2026-11-25 10:00:00\"", "1764000000", "body,df,event_timestamp,0")]
    [InlineData("\"device\":[1,2]", "\"device\":[1,\"b\"]", "body,df,device,1")]
    [InlineData("\"device\":[1,2]", "\"device\":[{},2]", "body,df,device,0")]
    public async Task A_wrong_row_is_named_with_its_place_and_nothing_is_pushed(string right, string wrong, string place)
    {
        await using var server = await FeatureServer.StartAsync();
        var (status, body) = await PushAsync(server, Frame.Replace(right, wrong, StringComparison.Ordinal));
        status.Should().Be(HttpStatusCode.UnprocessableEntity);
        string.Join(',', body.GetProperty("detail")[0].GetProperty("loc").EnumerateArray().Select(p => p.ToString())).Should().Be(place);
        server.Pushed.Should().BeNull();
    }

    [Theory]
    [InlineData("""{"df":{}}""")]
    [InlineData("""{"push_source_name":"drivers"}""")]
    [InlineData("""{"push_source_name":7,"df":{}}""")]
    [InlineData("""{"push_source_name":"drivers","df":[]}""")]
    [InlineData("""{"push_source_name":"drivers","df":{},"to":"offline"}""")]
    [InlineData("")]
    public async Task A_body_that_is_no_push_is_refused(string json)
    {
        await using var server = await FeatureServer.StartAsync();
        (await server.PostAsync("/push", json)).Status.Should().Be(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task A_target_that_there_is_not_is_refused()
    {
        await using var server = await FeatureServer.StartAsync();
        (await PushAsync(server, rest: ""","to":"everywhere""" + "\"")).Status.Should().Be(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task A_view_that_there_is_not_is_not_found()
    {
        await using var server = await FeatureServer.StartAsync();
        (await PushAsync(server, view: "riders")).Status.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_span_is_materialized()
    {
        await using var server = await FeatureServer.StartAsync();
        var (status, body) = await server.PostAsync("/materialize", """{"start_ts":"2026-11-01","end_ts":"2026-11-25T10:00:00","feature_views":["drivers"]}""");
        (status, body.GetRawText()).Should().Be((HttpStatusCode.OK, "null"));
        server.Materialized!.Value.Views.Should().Equal("drivers");
        server.Materialized.Value.From.Should().Be(new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero));
        server.Materialized.Value.To.Should().Be(new DateTimeOffset(2026, 11, 25, 10, 0, 0, TimeSpan.Zero));
    }

    [Fact]
    public async Task What_is_new_is_materialized_for_all_views_when_none_is_named()
    {
        await using var server = await FeatureServer.StartAsync();
        (await server.PostAsync("/materialize-incremental", """{"end_ts":"2026-11-25T10:00:00Z","feature_views":null}""")).Status.Should().Be(HttpStatusCode.OK);
        server.Materialized!.Value.Should().Be((null, null, new DateTimeOffset(2026, 11, 25, 10, 0, 0, TimeSpan.Zero)));
    }

    [Theory]
    [InlineData("materialize", """{"end_ts":"2026-11-25"}""")]
    [InlineData("materialize", """{"start_ts":"2026-11-25"}""")]
    [InlineData("materialize", """{"start_ts":"2026-11-25","end_ts":"2026-11-24"}""")]
    [InlineData("materialize", """{"start_ts":"soon","end_ts":"2026-11-24"}""")]
    [InlineData("materialize", """{"start_ts":5,"end_ts":"2026-11-24"}""")]
    [InlineData("materialize", """{"start_ts":"2026-11-25","end_ts":"2026-11-26","feature_views":"drivers"}""")]
    [InlineData("materialize-incremental", "{}")]
    [InlineData("materialize-incremental", """{"end_ts":null}""")]
    public async Task A_body_that_names_no_span_is_refused(string path, string json)
    {
        await using var server = await FeatureServer.StartAsync();
        (await server.PostAsync("/" + path, json)).Status.Should().Be(HttpStatusCode.UnprocessableEntity);
        server.Materialized.Should().BeNull();
    }

    [Fact]
    public async Task Views_that_fail_are_named_and_why_stays_in_the_log()
    {
        await using var server = await FeatureServer.StartAsync();
        server.Error = new MaterializationException([new("drivers", new DataException("/var/secret is gone."))], []);
        var (status, body) = await server.PostAsync("/materialize-incremental", """{"end_ts":"2026-11-25"}""");
        status.Should().Be(HttpStatusCode.InternalServerError);
        body.GetRawText().Should().Contain("drivers").And.NotContain("secret");
    }

    [Fact]
    public async Task A_view_that_somebody_else_materializes_is_a_conflict()
    {
        await using var server = await FeatureServer.StartAsync();
        server.Error = new MaterializationException([new("drivers", new ConflictException("Somebody else."))], []);
        (await server.PostAsync("/materialize-incremental", """{"end_ts":"2026-11-25"}""")).Status.Should().Be(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Health_has_no_body_and_says_whether_the_store_answers()
    {
        await using var server = await FeatureServer.StartAsync();
        using var well = await server.Client.GetAsync("/health", TestContext.Current.CancellationToken);
        (well.StatusCode, await well.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Should().Be((HttpStatusCode.OK, string.Empty));
        server.Error = new StoreException("It is gone.");
        using var ill = await server.Client.GetAsync("/health", TestContext.Current.CancellationToken);
        ill.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
    }
}
