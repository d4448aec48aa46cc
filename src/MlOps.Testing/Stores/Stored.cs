using System.Text.Json;
using MlOps.Core;

namespace MlOps.Testing;

/// <summary>Makes values as a store gives them back: a copy, with times in UTC to the microsecond.</summary>
internal static class Stored
{
    internal static string Json<T>(T value) => JsonSerializer.Serialize(value, MlOpsJson.Options);

    internal static T Copy<T>(T value) => JsonSerializer.Deserialize<T>(Json(value), MlOpsJson.Options)!;

    internal static DateTimeOffset Time(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);

    internal static long Micros(DateTimeOffset time) => (Time(time) - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
