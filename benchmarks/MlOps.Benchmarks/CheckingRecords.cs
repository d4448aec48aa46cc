using System.ComponentModel.DataAnnotations;
using MlOps.DataValidation;

namespace MlOps.Benchmarks;

/// <summary>What does it cost to hold one record of twenty columns to a suite, as a model endpoint does before it predicts, against the attributes and the Validator of .NET? One caller, a record that passes.</summary>
internal static class CheckingRecords
{
    private const int Calls = 100_000;

    private static readonly Side Attributes = new("Validator of DataAnnotations", () => Measured.PerCallAsync(Calls, Validating()));

    public static readonly Comparison[] Comparisons =
    [
        new("check-record", "One record of 20 columns checked", new("RecordChecker", () => Measured.PerCallAsync(Calls, Checking())), Attributes, new("under 1 us", (ours, _) => ours < 1)),
        new("check-record-bytes", "Memory allocated for one record of 20 columns", new("RecordChecker", () => AllocatedAsync(Checking())), new(Attributes.Description, () => AllocatedAsync(Validating())), new("0 bytes", (ours, _) => ours == 0)),
    ];

    private static readonly Ride Example = new();

    private static Action Checking()
    {
        var suite = ExpectationSuite.Create<Ride>("rides", s =>
        {
            s.Column(x => x.Distance).Between(0, 500);
            s.Column(x => x.Duration).Between(0, 86_400);
            s.Column(x => x.Fare).Between(0, 1000);
            s.Column(x => x.Tip).Between(0, 1000);
            s.Column(x => x.Toll).Between(0, 100);
            s.Column(x => x.FromLatitude).Between(-90, 90);
            s.Column(x => x.FromLongitude).Between(-180, 180);
            s.Column(x => x.ToLatitude).Between(-90, 90);
            s.Column(x => x.ToLongitude).Between(-180, 180);
            s.Column(x => x.Temperature).Between(-60, 60);
            s.Column(x => x.Passengers).Between(1, 8);
            s.Column(x => x.Hour).Between(0, 23);
            s.Column(x => x.Weekday).Between(1, 7);
            s.Column(x => x.Month).Between(1, 12);
            s.Column(x => x.Vendor).Between(1, 10);
            s.Column(x => x.Zone).Between(1, 300);
            s.Column(x => x.Rate).Between(1, 6);
            s.Column(x => x.Payment).NotNull().Add(new LengthBetween(nameof(Ride.Payment), 1, 10));
            s.Column(x => x.Borough).NotNull().Add(new LengthBetween(nameof(Ride.Borough), 1, 20));
            s.Column(x => x.Carrier).NotNull().Add(new LengthBetween(nameof(Ride.Carrier), 1, 20));
        });
        var checker = suite.ForRecords<Ride>();
        return () =>
        {
            if (!checker.Passes(Example)) throw new InvalidOperationException("The record does not pass.");
        };
    }

    private static Action Validating()
    {
        var results = new List<System.ComponentModel.DataAnnotations.ValidationResult>();
        return () =>
        {
            if (!Validator.TryValidateObject(Example, new ValidationContext(Example), results, validateAllProperties: true)) throw new InvalidOperationException("The record does not pass.");
        };
    }

    private static Task<Measured> AllocatedAsync(Action call)
    {
        // The least of several batches, for the runtime allocates too while it compiles a loop anew.
        var least = double.MaxValue;
        for (var batch = 0; batch < 6; batch++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < Calls; i++) call();
            least = Math.Min(least, (GC.GetAllocatedBytesForCurrentThread() - before) / (double)Calls);
        }

        return Task.FromResult(new Measured(least, "bytes"));
    }

    private sealed class Ride
    {
        [Range(0.0, 500.0)]
        public double Distance { get; set; } = 3.4;

        [Range(0.0, 86_400.0)]
        public double Duration { get; set; } = 754;

        [Range(0.0, 1000.0)]
        public double Fare { get; set; } = 14.5;

        [Range(0.0, 1000.0)]
        public double Tip { get; set; } = 2;

        [Range(0.0, 100.0)]
        public double Toll { get; set; }

        [Range(-90.0, 90.0)]
        public double FromLatitude { get; set; } = 40.7;

        [Range(-180.0, 180.0)]
        public double FromLongitude { get; set; } = -73.9;

        [Range(-90.0, 90.0)]
        public double ToLatitude { get; set; } = 40.8;

        [Range(-180.0, 180.0)]
        public double ToLongitude { get; set; } = -74;

        [Range(-60.0, 60.0)]
        public double Temperature { get; set; } = 21;

        [Range(1, 8)]
        public int Passengers { get; set; } = 2;

        [Range(0, 23)]
        public int Hour { get; set; } = 17;

        [Range(1, 7)]
        public int Weekday { get; set; } = 3;

        [Range(1, 12)]
        public int Month { get; set; } = 6;

        [Range(1, 10)]
        public int Vendor { get; set; } = 1;

        [Range(1, 300)]
        public int Zone { get; set; } = 132;

        [Range(1, 6)]
        public int Rate { get; set; } = 1;

        [Required]
        [StringLength(10, MinimumLength = 1)]
        public string Payment { get; set; } = "card";

        [Required]
        [StringLength(20, MinimumLength = 1)]
        public string Borough { get; set; } = "Queens";

        [Required]
        [StringLength(20, MinimumLength = 1)]
        public string Carrier { get; set; } = "yellow";
    }
}
