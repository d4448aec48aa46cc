using CsCheck;

namespace MlOps.DataValidation.Tests.Quarantine;

/// <summary>The same rows get the same verdict as batches, as a stream and one by one.</summary>
public sealed class SameVerdictTests
{
    public sealed record Ride(long? Count, double? Distance, string? Carrier, bool? Late, DateTime? Day, decimal? Fare, DateOnly? Booked, long Seats);

    private static readonly string?[] Texts = ["AA", "ÜA", "", "7", "A😀A", "2026-01-05", "{\"a\":1}", null];

    private static readonly Gen<Ride> Rides = Gen.Select(
        Gen.Long[-3, 12].Nullable(),
        Gen.OneOf(Gen.Double[-2, 12], Gen.Const(double.NaN), Gen.Const(double.PositiveInfinity), Gen.Const(4.0)).Nullable(),
        Gen.OneOf(Gen.Int[0, Texts.Length - 1].Select(i => Texts[i]), Gen.String[0, 5].Select(t => (string?)Repaired(t))),
        Gen.Bool.Nullable(),
        Gen.Int[0, 20].Select(d => new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddDays(d)).Nullable(),
        Gen.Int[-100, 1000].Select(c => c / 100m).Nullable(),
        Gen.Int[0, 20].Select(d => new DateOnly(2026, 1, 1).AddDays(d)).Nullable(),
        Gen.Long[0, 5]).Select((a, b, c, d, e, f, g, h) => new Ride(a, b, c, d, e, f, g, h));

    private static readonly ExpectationSuite Suite = ExpectationSuite.Create<Ride>("rides", s =>
    {
        s.Column(r => r.Count).Between(0, 10).InSet(0, 1, 2, 3, 4, 5).Is(Comparison.GreaterOrEqual, "Seats").NotNull();
        s.Column(r => r.Distance).Between(0.5, 10, strictMin: true).Finite().NotInSet(4.0).Is(Comparison.Less, "Count").Is(Comparison.NotEqual, "Fare");
        s.Column(r => r.Distance).Missing(NullPolicy.Judge).Between(0, 100);
        s.Column(r => r.Carrier).Length(1, 3).Matches("^[A-Z]").Like("%A").InSet("AA", "ÜA").DateFormat("%Y-%m-%d").Json().Between("A", "z");
        s.Column(r => r.Carrier).Where("Late = true or Count > 5").DoesNotMatch("7").Is(Comparison.Equal, "Count");
        s.Column(r => r.Late).InSet(true).Null();
        s.Column(r => r.Day).Between(new DateTime(2026, 1, 5, 0, 0, 0, DateTimeKind.Utc)).Is(Comparison.Greater, "Booked");
        s.Column(r => r.Fare).Between(1, 5.5, strictMax: true).InSet(1.5m, 2m);
        s.Column(r => r.Booked).Between(max: "2026-01-10");
        s.Columns(r => r.Count, r => r.Seats).SumTo(7).UniqueWithinRow();
        s.Columns(r => r.Count, r => r.Distance, r => r.Fare).UniqueWithinRow();
        s.Add(new PairsInSet("Count", "Carrier", [[1, "AA"], [default, "AA"], [2, default]]));
        s.Rows("Count != 3 and not (Distance > 4) or Carrier is null").Rows("Carrier like 'A%' and Day >= '2026-01-03'", severity: Severity.Warning).Rows("Carrier > 5");
    });

    [Fact]
    public void One_record_a_stream_and_batches_agree() => Rides.Array[0, 200].Sample(
        rides =>
        {
            var checker = Suite.ForRecords<Ride>();
            checker.Unchecked.Should().BeEmpty();
            var single = rides.Select(r => (Passes: checker.Passes(r), Failed: string.Join('|', checker.Check(r).Select(e => e.Filtered)))).ToList();
            var (accepted, rejected) = Stream(rides);
            var batches = Batches(rides);

            single.Select((s, i) => (s, i)).Where(p => p.s.Passes).Select(p => rides[p.i]).Should().Equal(accepted);
            rejected.Select(r => (r.Row, string.Join('|', r.Failures.Select(e => e.Filtered)))).Should().Equal(single.Select((s, i) => (s, i)).Where(p => !p.s.Passes).Select(p => ((long)p.i, p.s.Failed)));
            batches.Should().Equal(rejected.Select(r => (r.Row, string.Join("; ", r.Failures.Select(e => e.Filtered)))));
        },
        iter: 60);

    // Half a surrogate pair is no text that a column can hold.
    private static string Repaired(string text) => string.Concat(text.EnumerateRunes());

    private static (List<Ride> Accepted, List<RejectedRecord<Ride>> Rejected) Stream(Ride[] rides)
    {
        var rejected = new List<RejectedRecord<Ride>>();
        var accepted = Suite.QuarantineAsync(rides.ToAsyncEnumerable(), r =>
        {
            rejected.Add(r);
            return ValueTask.CompletedTask;
        }).ToBlockingEnumerable(TestContext.Current.CancellationToken).ToList();
        return (accepted, rejected);
    }

    private static List<(long Row, string Reasons)> Batches(Ride[] rides)
    {
        var rejected = new List<(long, string)>();
        var batches = Data.Source.Rows(rides.ToAsyncEnumerable()).ReadAsync(new Services(), TestContext.Current.CancellationToken);
        Suite.QuarantineAsync(batches, _ => ValueTask.CompletedTask, batch =>
        {
            var (rows, reasons) = ((Apache.Arrow.Int64Array)batch.Column("rejected_row"), (Apache.Arrow.StringArray)batch.Column("rejected_because"));
            for (var i = 0; i < batch.Length; i++) rejected.Add((rows.Values[i], reasons.GetString(i)));
            return ValueTask.CompletedTask;
        }).GetAwaiter().GetResult();
        return rejected;
    }

    private sealed class Services : IServiceProvider
    {
        public object? GetService(Type serviceType) => null;
    }
}
