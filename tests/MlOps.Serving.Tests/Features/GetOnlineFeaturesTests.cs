using System.Net;
using System.Text.Json;
using MlOps.Core;

namespace MlOps.Serving.Tests.Features;

public sealed class GetOnlineFeaturesTests
{
    [Fact]
    public async Task Results_are_column_wise_with_the_join_keys_first()
    {
        await using var server = await FeatureServer.StartAsync();
        var (status, body) = await server.ReadAsync("""{"driver_id":[1001,1002,1003,7]}""");
        status.Should().Be(HttpStatusCode.OK);
        body.GetRawText().Should().Be(
            """{"metadata":{"feature_names":["driver_id","rate","trips"]},"results":["""
            + """{"values":[1001,1002,1003,7],"statuses":["PRESENT","PRESENT","PRESENT","PRESENT"],"event_timestamps":["1970-01-01T00:00:00Z","1970-01-01T00:00:00Z","1970-01-01T00:00:00Z","1970-01-01T00:00:00Z"]},"""
            + """{"values":[0.5,null,null,null],"statuses":["PRESENT","OUTSIDE_MAX_AGE","NULL_VALUE","NOT_FOUND"],"event_timestamps":["2026-11-25T11:30:00Z","2026-11-25T11:30:00Z","2026-11-25T11:30:00Z","1970-01-01T00:00:00Z"]},"""
            + """{"values":[7,null,null,null],"statuses":["PRESENT","OUTSIDE_MAX_AGE","NULL_VALUE","NOT_FOUND"],"event_timestamps":["2026-11-25T11:30:00Z","2026-11-25T11:30:00Z","2026-11-25T11:30:00Z","1970-01-01T00:00:00Z"]}]}""");
    }

    [Fact]
    public async Task A_feature_service_with_a_request_column_is_answered_in_every_type()
    {
        await using var server = await FeatureServer.StartAsync();
        var (status, body) = await server.PostAsync("/get-online-features", """{"feature_service":"driver_activity","entities":{"driver_id":[1001]},"request_context":{"distance":[12]}}""");
        status.Should().Be(HttpStatusCode.OK);
        body.GetProperty("results").EnumerateArray().Select(r => r.GetProperty("values")[0].GetRawText()).Should()
            .Equal("1001", "0.5", "7", "\"Ann\"", "true", "12.50", "\"2026-01-31\"", "\"2026-11-25T11:30:00.001500Z\"", "\"AQID\"");
        server.Query!.Service.Should().Be("driver_activity");
        server.Query.Entities["distance"].Should().Equal((FeatureValue)12.0);
    }

    [Fact]
    public async Task A_request_column_may_stand_among_the_entities_as_well()
    {
        await using var server = await FeatureServer.StartAsync();
        var (status, _) = await server.PostAsync("/get-online-features", """{"entities":{"driver_id":[1001],"distance":[1.5]},"feature_service":"driver_activity"}""");
        status.Should().Be(HttpStatusCode.OK);
        server.Query!.Entities["distance"].Should().Equal((FeatureValue)1.5);
    }

    [Fact]
    public async Task Full_names_are_given_when_they_are_asked_for()
    {
        await using var server = await FeatureServer.StartAsync();
        var (_, body) = await server.ReadAsync(rest: ""","full_feature_names":true""");
        body.GetProperty("metadata").GetProperty("feature_names").EnumerateArray().Select(n => n.GetString()).Should().Equal("driver_id", "drivers__rate", "drivers__trips");
        (await server.ReadAsync()).Body.GetProperty("metadata").GetProperty("feature_names")[1].GetString().Should().Be("rate");
    }

    [Theory]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.PositiveInfinity, "Infinity")]
    [InlineData(double.NegativeInfinity, "-Infinity")]
    public async Task What_is_no_number_in_JSON_is_a_text(double value, string text)
    {
        await using var server = await FeatureServer.StartAsync();
        server.Row[0] = value;
        var column = (await server.ReadAsync()).Body.GetProperty("results")[1];
        column.GetProperty("values")[0].GetString().Should().Be(text);
        column.GetProperty("statuses")[0].GetString().Should().Be("PRESENT");
    }

    [Fact]
    public async Task The_same_question_is_resolved_once_and_keeps_its_list()
    {
        await using var server = await FeatureServer.StartAsync();
        await server.ReadAsync();
        var first = server.Query!.Features;
        await server.ReadAsync("""{"driver_id":[5,6]}""");
        server.Query.Features.Should().BeSameAs(first);
    }

    [Fact]
    public async Task No_entities_are_answered_with_empty_columns()
    {
        await using var server = await FeatureServer.StartAsync();
        var (status, body) = await server.ReadAsync("""{"driver_id":[]}""");
        status.Should().Be(HttpStatusCode.OK);
        body.GetProperty("results").EnumerateArray().Should().OnlyContain(r => r.GetProperty("values").GetArrayLength() == 0);
    }

    [Fact]
    public async Task An_integer_written_as_a_fraction_is_an_integer()
    {
        await using var server = await FeatureServer.StartAsync();
        (await server.ReadAsync("""{"driver_id":[1001.0]}""")).Status.Should().Be(HttpStatusCode.OK);
        server.Query!.Entities["driver_id"].Should().Equal((FeatureValue)1001L);
    }

    [Fact]
    public async Task A_missing_key_belongs_to_nobody()
    {
        await using var server = await FeatureServer.StartAsync();
        var (_, body) = await server.ReadAsync("""{"driver_id":[null]}""");
        body.GetProperty("results").EnumerateArray().Select(r => r.GetProperty("statuses")[0].GetString()).Should().Equal("NULL_VALUE", "NOT_FOUND", "NOT_FOUND");
    }

    [Theory]
    [InlineData("""{"driver_id":["1001"]}""", "body,entities,driver_id,0", "*an integer*")]
    [InlineData("""{"driver_id":[1,2.5]}""", "body,entities,driver_id,1", "*an integer*")]
    [InlineData("""{"driver_id":[1e300]}""", "body,entities,driver_id,0", "*an integer*")]
    [InlineData("""{"driver_id":[99999999999999999999]}""", "body,entities,driver_id,0", "*an integer*")]
    [InlineData("""{"driver_id":[true]}""", "body,entities,driver_id,0", "*an integer*")]
    [InlineData("""{"driver_id":[[1]]}""", "body,entities,driver_id,0", "*an integer*")]
    [InlineData("""{"driver_id":[{}]}""", "body,entities,driver_id,0", "*an integer*")]
    [InlineData("""{"driver_id":1}""", "body,entities,driver_id", "*array*")]
    [InlineData("""{"rider_id":[1]}""", "body,entities,rider_id", "*neither*driver_id*")]
    [InlineData("""{}""", "body,entities,driver_id", "*lacks*")]
    [InlineData("""[]""", "body,entities", "*object*")]
    [InlineData("""{"driver_id":[1],"driver_id":[2]}""", "body,entities,driver_id", "*twice*")]
    public async Task A_wrong_entity_is_named_with_its_place(string entities, string place, string message)
    {
        await using var server = await FeatureServer.StartAsync();
        var (status, body) = await server.ReadAsync(entities);
        status.Should().Be(HttpStatusCode.UnprocessableEntity);
        var detail = body.GetProperty("detail")[0];
        string.Join(',', detail.GetProperty("loc").EnumerateArray().Select(p => p.ToString())).Should().Be(place);
        detail.GetProperty("msg").GetString().Should().Match(message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("nonsense")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"entities":{"driver_id":[1]}}""")]
    [InlineData("""{"entities":{"driver_id":[1]},"features":[]}""")]
    [InlineData("""{"entities":{"driver_id":[1]},"features":null}""")]
    [InlineData("""{"entities":{"driver_id":[1]},"features":"drivers:rate"}""")]
    [InlineData("""{"entities":{"driver_id":[1]},"features":[1]}""")]
    [InlineData("""{"entities":null,"features":["drivers:rate"]}""")]
    [InlineData("""{"entities":{"driver_id":[1]},"features":["drivers:rate"],"full_feature_names":"yes"}""")]
    [InlineData("""{"entities":{"driver_id":[1]},"features":["drivers:rate"]} {}""")]
    [InlineData("""{"entities":{"\ud800":[1]},"features":["drivers:rate"]}""")]
    [InlineData("""{"feature_service":"driver_activity","entities":{"driver_id":[1]}}""")]
    [InlineData("""{"feature_service":"driver_activity","entities":{"driver_id":[1]},"request_context":{"distance":[1,2]}}""")]
    public async Task A_body_that_is_no_request_is_refused(string json)
    {
        await using var server = await FeatureServer.StartAsync();
        var (status, body) = await server.PostAsync("/get-online-features", json);
        status.Should().Be(HttpStatusCode.UnprocessableEntity);
        body.GetProperty("detail")[0].GetProperty("msg").GetString().Should().NotBeNullOrWhiteSpace();
    }

    [Theory]
    [InlineData("""{"features":["drivers:speed"],"entities":{"driver_id":[1]}}""")]
    [InlineData("""{"feature_service":"riders","entities":{"driver_id":[1]}}""")]
    public async Task What_nobody_defined_is_not_found(string json)
    {
        await using var server = await FeatureServer.StartAsync();
        (await server.PostAsync("/get-online-features", json)).Status.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task More_entities_or_bytes_than_allowed_are_refused()
    {
        await using var server = await FeatureServer.StartAsync(o => (o.MaxRows, o.MaxRequestBytes) = (3, 200));
        (await server.ReadAsync("""{"driver_id":[1,2,3,4]}""")).Status.Should().Be(HttpStatusCode.RequestEntityTooLarge);
        (await server.ReadAsync("""{"driver_id":[1,2,3]}""")).Status.Should().Be(HttpStatusCode.OK);
        (await server.ReadAsync($$"""{"driver_id":[1{{new string(' ', 200)}}]}""")).Status.Should().Be(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task More_values_than_allowed_are_refused()
    {
        await using var server = await FeatureServer.StartAsync(o => o.MaxValues = 8);
        (await server.ReadAsync("""{"driver_id":[1,2,3]}""")).Status.Should().Be(HttpStatusCode.RequestEntityTooLarge);
        (await server.ReadAsync("""{"driver_id":[1,2]}""")).Status.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Errors_tell_no_stack_no_path_and_no_secret()
    {
        await using var server = await FeatureServer.StartAsync();
        foreach (var (error, expected) in new (Exception, HttpStatusCode)[]
        {
            (new StoreException("Redis at 10.1.2.3:6379 says /var/secret."), HttpStatusCode.ServiceUnavailable),
            (new InvalidOperationException("/var/secret"), HttpStatusCode.InternalServerError),
            (new DataException("/var/secret lacks a column.") { DataSource = "/var/secret" }, HttpStatusCode.InternalServerError),
        })
        {
            server.Error = error;
            var (status, body) = await server.ReadAsync();
            status.Should().Be(expected);
            body.GetRawText().Should().NotContain("secret").And.NotContain(" at ");
        }
    }

    [Fact]
    public async Task A_wrong_request_of_the_feature_store_is_told()
    {
        await using var server = await FeatureServer.StartAsync();
        server.Error = new DataException("Join key 'driver_id' is of another type.");
        var (status, body) = await server.ReadAsync();
        status.Should().Be(HttpStatusCode.UnprocessableEntity);
        body.GetProperty("detail").GetString().Should().Contain("driver_id");
    }

    [Fact]
    public async Task Large_answers_are_valid_JSON()
    {
        await using var server = await FeatureServer.StartAsync();
        var (status, body) = await server.ReadAsync($$"""{"driver_id":[{{string.Join(',', Enumerable.Range(0, 9000))}}]}""");
        status.Should().Be(HttpStatusCode.OK);
        body.GetProperty("results")[2].GetProperty("values").GetArrayLength().Should().Be(9000);
        body.ValueKind.Should().Be(JsonValueKind.Object);
    }
}
