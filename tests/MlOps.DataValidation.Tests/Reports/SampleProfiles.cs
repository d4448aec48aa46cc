using MlOps.Statistics;

namespace MlOps.DataValidation.Tests;

/// <summary>Profiles to report on.</summary>
internal static class SampleProfiles
{
    public const string Attack = "<script>alert(1)</script>";

    /// <summary>Flights with a column of each kind.</summary>
    /// <param name="shift">How far the delays have moved, in minutes.</param>
    /// <param name="options">How to profile.</param>
    public static DatasetProfile Flights(double shift = 0, ProfileOptions? options = null)
    {
        const int rows = 1000;
        var profile = new DatasetProfile(options) { Fingerprint = new string('a', 64) };
        profile.AddRows(rows);
        var numbers = Enumerable.Range(0, rows).ToArray();
        profile.Column("delay").Add(Array.ConvertAll(numbers, i => shift + (i * 7919 % 200) / 4.0));
        profile.Column("distance").Add(Array.ConvertAll(numbers, i => 100L + (i * 31 % 977)));
        profile.Column("origin").Add(Array.ConvertAll<int, string?>(numbers, i => i % 10 == 0 ? null : i % 3 == 0 ? Attack : "ATL"));
        profile.Column("on_time").Add(Array.ConvertAll(numbers, i => i % 4 != 0));
        profile.Column("date").Add(Array.ConvertAll(numbers, i => new DateOnly(2026, 1, 1).AddDays(i / 40)));
        profile.Column("air_time").Add(Array.ConvertAll(numbers, i => TimeSpan.FromMinutes(30 + (i * 13 % 300))));
        profile.Column("fare").Add(Array.ConvertAll(numbers, i => 50m + (i * 17 % 400) / 10m));
        return profile;
    }
}
