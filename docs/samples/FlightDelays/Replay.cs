using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Apache.Arrow;
using Microsoft.Extensions.Options;
using MlOps.Core;
using MlOps.Data;
using MlOps.DataValidation;
using MlOps.FeatureStore;
using MlOps.Monitoring;

namespace FlightDelays;

/// <summary>Lives through May and June 2001: sends each day's flights to the endpoint, learns three days later how late they were, and lets the monitors compare.</summary>
/// <remarks>Operations tell of delays as flights arrive, which is what features are made of. The settled figures, by which a model is judged and trained, come three days later.</remarks>
internal sealed class Replay(
    IServiceProvider services, FlightFeed feed, DataSchema schema, IDatasetStore datasets, TimeProvider clock, IPredictionLog log, IModelMonitor monitor, IModelRegistry registry,
    IMaterializer materializer, IFeaturePusher pusher, IFeatureConsistency consistency, IOptions<MlOpsOptions> options)
{
    public const string Daily = "flight-delay-daily";
    public const string Weekly = "flight-delay-weekly";

    /// <summary>The monitor of days whose labels have come, and the alias of the version that served them.</summary>
    public const string Settled = "flight-delay-settled";

    private const int FlightsPerRequest = 250;
    private static readonly string[] Outputs = ["output.PredictedLabel", "output.Score", "output.Probability"];
    private readonly PriorityQueue<Arrival, DateTimeOffset> _underWay = new();
    private readonly Queue<Served> _unlabelled = new();

    /// <summary>The pipeline learns once a week at most, whatever the monitors find.</summary>
    public static TimeSpan CoolDown { get; } = TimeSpan.FromDays(6);

    public static TimeSpan LabelsAfter { get; } = TimeSpan.FromDays(3);

    public static DateTimeOffset Start { get; } = new(2001, 5, 1, 0, 0, 0, TimeSpan.Zero);

    public static DateTimeOffset End { get; } = new(2001, 7, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>How late flights were lately moves with every storm, and what is predicted with it; and with the label, which is watched itself.</summary>
    public static void IgnoreHistory(MonitorOptions monitor)
    {
        foreach (var name in FlightFeatures.Names.Concat(Outputs)) monitor.IgnoredColumns.Add(name);
    }

    /// <summary>A pipeline that drift starts learns from the flights whose labels are known by then.</summary>
    public static IReadOnlyDictionary<string, string> KnownBy(DateTimeOffset until) =>
        new Dictionary<string, string> { [FlightDelayPipeline.Until] = until.ToString("O", CultureInfo.InvariantCulture) };

    /// <summary>Each run of the sample lives through the same two months, so the log and the champion of the last one are put aside. Cached results stay.</summary>
    public async Task ForgetLastReplayAsync()
    {
        foreach (var folder in new[] { options.Value.PathOf("predictions"), options.Value.PathOf("ground-truth"), options.Value.PathOf("reports") })
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }

        foreach (var alias in new[] { ModelNames.Champion, ModelNames.Challenger, Settled })
        {
            if (await registry.FindByAliasAsync(FlightDelayPipeline.Name, alias) is { } version)
                await registry.SetAliasAsync(new(FlightDelayPipeline.Name, alias, version.Version, null, "sample", "The replay starts again.", clock.GetUtcNow()));
        }
    }

    public async Task<Lived> RunAsync(Uri endpoint, Action<Day> onAlarm, Action<DateTimeOffset, MonitorResult> onTrigger, Action<DateTimeOffset, IReadOnlyList<PutAside>> onPutAside)
    {
        var flights = await ReadFlightsAsync();
        await materializer.MaterializeAsync(null, DateTimeOffset.UnixEpoch, Start);
        using var client = new HttpClient { BaseAddress = endpoint };
        var lived = new Lived([], [], []);
        for (var day = Start; day < End + LabelsAfter; day = day.AddDays(1))
        {
            var evening = day.AddDays(1);
            if (day < End)
            {
                var (good, bad) = await DivideAsync(day, flights[day.Date]);
                if (bad.Count > 0) onPutAside(day, bad);
                var champion = await registry.FindByAliasAsync(FlightDelayPipeline.Name, ModelNames.Champion) ?? throw new InvalidOperationException("Nothing serves.");
                await WaitUntilServedAsync(client, champion.Version);
                _unlabelled.Enqueue(new(day, champion.Version, await ServeAsync(client, day, good)));
            }

            ((ReplayClock)clock).Set(evening);
            if (day < End)
            {
                var today = await monitor.RunAsync(Daily, day, evening);
                lived.Evenings.Add(today.Report);
                if (today.Report.Drift!.HasDrift) onAlarm(new(day, today));
                onTrigger(evening, today);
            }

            if (evening - _unlabelled.Peek().Day <= LabelsAfter) continue;
            var labelled = _unlabelled.Dequeue();
            lived.Settled.Add(await SettleAsync(labelled, evening));
            var weekStart = lived.Weeks.Count == 0 ? Start : lived.Weeks[^1].End;
            if (labelled.Day.AddDays(1) is var end && end - weekStart < TimeSpan.FromDays(7) && end < End) continue;
            var week = await monitor.RunAsync(Weekly, weekStart, end);
            onTrigger(evening, week);
            lived.Weeks.Add(new(weekStart, end, week));
        }

        return lived;
    }

    /// <summary>Writes the page of all days.</summary>
    public async Task<string> WritePageAsync(MonitorPage page)
    {
        var path = options.Value.PathOf(Path.Combine("reports", "may-and-june.html"));
        await File.WriteAllTextAsync(path, page.ToHtml());
        return path;
    }

    /// <summary>The labels of a day come, and the day is looked at once more.</summary>
    private async Task<MonitorReport> SettleAsync(Served served, DateTimeOffset now)
    {
        await log.WriteGroundTruthAsync(FlightDelayPipeline.Name, [.. served.Labels.Select(label => label with { Time = now })]);
        var current = await registry.FindByAliasAsync(FlightDelayPipeline.Name, Settled);
        if (current?.Version != served.Version)
            await registry.SetAliasAsync(new(FlightDelayPipeline.Name, Settled, current?.Version, served.Version, "sample", "The version that served the days whose labels come now.", now));
        return (await monitor.RunAsync(Settled, served.Day, served.Day.AddDays(1))).Report;
    }

    /// <summary>Holds the feed of a day to the schema. Bad rows are kept with their reasons and never reach the model.</summary>
    private async Task<(List<Flight> Good, List<PutAside> Bad)> DivideAsync(DateTimeOffset day, List<Flight> flights)
    {
        List<PutAside> bad = [];
        ValueTask Reject(RejectedRecord<Flight> rejected)
        {
            var flight = rejected.Record;
            bad.Add(new(flight.Date, flight.Distance, flight.Origin, flight.Destination, string.Join("; ", rejected.Failures.Select(f => f.Description))));
            return ValueTask.CompletedTask;
        }

        List<Flight> good = [];
        await foreach (var flight in schema.ToSuite("serving").QuarantineAsync(flights.ToAsyncEnumerable(), Reject)) good.Add(flight);
        if (bad.Count > 0) await datasets.WriteAsync("quarantine", new("quarantine", day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)), Source.Rows(bad).ReadAsync(services, CancellationToken.None));
        return (good, bad);
    }

    /// <summary>Waits until the endpoint has loaded the champion. A service goes on with the last one meanwhile; the replay waits, so that it comes out the same each time.</summary>
    private static async Task WaitUntilServedAsync(HttpClient client, int version)
    {
        for (var began = Stopwatch.GetTimestamp(); ; await Task.Delay(20))
        {
            var model = await client.GetFromJsonAsync<JsonElement>(new Uri($"v2/models/{FlightDelayPipeline.Name}", UriKind.Relative));
            if (model.GetProperty("properties").GetProperty("version").GetString() == version.ToString(CultureInfo.InvariantCulture)) return;
            if (Stopwatch.GetElapsedTime(began) > TimeSpan.FromSeconds(30)) throw new DataException($"Version {version} is not served. The log of the host says why.");
        }
    }

    /// <summary>Sends the flights of a day, at the full hour before their departure. What has arrived until then is pushed to the feature store before.</summary>
    /// <returns>What will be known of them.</returns>
    private async Task<List<GroundTruth>> ServeAsync(HttpClient client, DateTimeOffset day, List<Flight> flights)
    {
        List<GroundTruth> labels = [];
        var number = 0;
        foreach (var hour in flights.GroupBy(flight => AskAtFullHour.Of(flight.Date)).OrderBy(hour => hour.Key))
        {
            ((ReplayClock)clock).Set(hour.Key);
            await PushArrivalsAsync(hour.Key);
            foreach (var part in hour.Chunk(FlightsPerRequest))
            {
                var id = string.Create(CultureInfo.InvariantCulture, $"{day:yyyy-MM-dd}-{number++}");
                using var content = new ByteArrayContent(Request(id, part));
                content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                using var answer = await client.PostAsync($"v2/models/{FlightDelayPipeline.Name}/infer", content);
                if (!answer.IsSuccessStatusCode) throw new DataException($"The endpoint answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
                labels.AddRange(part.Select((flight, row) => new GroundTruth(
                    part.Length == 1 ? id : string.Create(CultureInfo.InvariantCulture, $"{id}/{row}"),
                    flight.Delay > LabelDelays.LateMinutes ? 1 : 0,
                    day.AddDays(1))));
            }
        }

        return labels;
    }

    private async Task PushArrivalsAsync(DateTimeOffset until)
    {
        List<Arrival> arrivals = [];
        while (_underWay.TryPeek(out _, out var known) && known <= until) arrivals.Add(_underWay.Dequeue());
        if (arrivals.Count == 0) return;
        await pusher.PushAsync(FlightFeatures.AirportDelays, arrivals.ToAsyncEnumerable());
        await pusher.PushAsync(FlightFeatures.RouteDelays, arrivals.ToAsyncEnumerable());
    }

    /// <summary>Computes the features of a tenth of the predictions again, as of their time, and compares them with what was served.</summary>
    public Task<ConsistencyReport> CheckFeaturesAsync() => consistency.CheckAsync(new(FlightDelayPipeline.Name, FlightFeatures.Service, Start, End) { Share = 0.1 });

    /// <summary>Writes a request of the Open Inference Protocol: one tensor a column, a row for each flight.</summary>
    public static byte[] Request(string id, IReadOnlyList<Flight> flights)
    {
        Tensor[] inputs =
        [
            Tensor.Of("date", [.. flights.Select(f => (string?)f.Date.ToString("O", CultureInfo.InvariantCulture))]),
            Tensor.Of("distance", [.. flights.Select(f => f.Distance)]),
            Tensor.Of("origin", [.. flights.Select(f => (string?)f.Origin)]),
            Tensor.Of("destination", [.. flights.Select(f => (string?)f.Destination)]),
        ];
        using var memory = new MemoryStream();
        using (var writer = new Utf8JsonWriter(memory))
        {
            writer.WriteStartObject();
            writer.WriteString("id", id);
            writer.WriteStartArray("inputs");
            foreach (var input in inputs) TensorJson.Write(writer, input);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return memory.ToArray();
    }

    private async Task<Dictionary<DateTime, List<Flight>>> ReadFlightsAsync()
    {
        var days = new Dictionary<DateTime, List<Flight>>();
        await foreach (var batch in feed.ReadAsync(services, CancellationToken.None))
        {
            var dates = (TimestampArray)batch.Column("date");
            var (delays, distances) = ((Int64Array)batch.Column("delay"), (Int64Array)batch.Column("distance"));
            var (origins, destinations) = ((StringArray)batch.Column("origin"), (StringArray)batch.Column("destination"));
            for (var i = 0; i < batch.Length; i++)
            {
                if (dates.GetTimestamp(i) is not { } date || date >= End) continue;
                var flight = new Flight(date, delays.GetValue(i)!.Value, distances.GetValue(i)!.Value, origins.GetString(i), destinations.GetString(i));
                if (Arrival.Of(flight) is var arrival && arrival.Known > Start) _underWay.Enqueue(arrival, arrival.Known);
                if (date < Start) continue;
                if (!days.TryGetValue(date.Date, out var day)) days[date.Date] = day = [];
                day.Add(flight);
            }
        }

        return days;
    }
}

/// <summary>A day on which the daily monitor alarmed.</summary>
internal sealed record Day(DateTimeOffset Date, MonitorResult Result);

/// <summary>What the weekly monitor found and did.</summary>
internal sealed record Week(DateTimeOffset Start, DateTimeOffset End, MonitorResult Result);

/// <summary>What was found in all: on the evening of each day, on the same days when their labels had come, and week by week.</summary>
internal sealed record Lived(List<MonitorReport> Evenings, List<MonitorReport> Settled, List<Week> Weeks);

/// <summary>A day whose labels have not come.</summary>
internal sealed record Served(DateTimeOffset Day, int Version, List<GroundTruth> Labels);

/// <summary>A flight that the schema does not allow, and why.</summary>
internal sealed record PutAside(DateTimeOffset Date, long Distance, string Origin, string Destination, string Because);
