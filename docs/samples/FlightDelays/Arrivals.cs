using System.Runtime.CompilerServices;
using Apache.Arrow;
using MlOps.Core;
using MlOps.Data;

namespace FlightDelays;

/// <summary>A flight that has arrived: its delay is known from then on.</summary>
public sealed record Arrival(DateTimeOffset Known, string Origin, string Destination, long Delay)
{
    private const double MilesPerMinute = 8; // 480 miles an hour
    private const double MinutesOnTheGround = 30;

    /// <summary>The feed has no time of arrival. It is estimated: half an hour on the ground, the distance at 480 miles an hour, and the delay.</summary>
    public static Arrival Of(DateTimeOffset departure, string origin, string destination, long distance, long delay) =>
        new(departure.AddMinutes(Math.Round(MinutesOnTheGround + (Math.Abs(distance) / MilesPerMinute) + Math.Max(0, delay))), origin, destination, delay);

    public static Arrival Of(Flight flight) => Of(flight.Date, flight.Origin, flight.Destination, flight.Distance, flight.Delay);
}

/// <summary>The arrivals of the feed: the history of the features.</summary>
public sealed class Arrivals(FlightFeed feed) : IDataSource
{
    public DatasetOrigin Origin => new("arrivals", feed.Origin.Location);

    public ValueTask<string?> GetVersionAsync(IServiceProvider services, CancellationToken cancellationToken) => feed.GetVersionAsync(services, cancellationToken);

    public IAsyncEnumerable<RecordBatch> ReadAsync(IServiceProvider services, CancellationToken cancellationToken) =>
        Source.Rows(ReadArrivalsAsync(services, cancellationToken)).ReadAsync(services, cancellationToken);

    private async IAsyncEnumerable<Arrival> ReadArrivalsAsync(IServiceProvider services, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var batch in feed.ReadAsync(services, cancellationToken))
        {
            var dates = (TimestampArray)batch.Column("date");
            var (delays, distances) = ((Int64Array)batch.Column("delay"), (Int64Array)batch.Column("distance"));
            var (origins, destinations) = ((StringArray)batch.Column("origin"), (StringArray)batch.Column("destination"));
            for (var i = 0; i < batch.Length; i++)
                yield return Arrival.Of(dates.GetTimestamp(i)!.Value, origins.GetString(i), destinations.GetString(i), distances.GetValue(i)!.Value, delays.GetValue(i)!.Value);
        }
    }
}
