using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using MlOps.Core;

namespace MlOps.Monitoring.Tests;

public sealed class SegmentTests : LogTest
{
    private string SegmentsPath => Path.Combine(Folder.Path, "prediction-segments");

    [Fact]
    public async Task What_a_killed_process_left_is_recovered_also_when_its_end_is_torn()
    {
        var log = await LeaveAsync(["a", "b", "c"]);
        var file = Directory.GetFiles(SegmentsPath, "*.wal", SearchOption.AllDirectories).Single(f => Text(f).Contains("flight-delay", StringComparison.Ordinal));
        var bytes = await File.ReadAllBytesAsync(file, Stop);
        bytes[Text(file).IndexOf("\u0001\0\0\0c", StringComparison.Ordinal) + 4] = (byte)'X'; // within the last record
        await File.WriteAllBytesAsync(file, bytes, Stop);
        log = await OpenAsync();
        await log.FlushAsync(Stop);
        (await ReadAsync(log)).Select(r => r["prediction.id"]).Should().Equal("a", "b");
    }

    [Fact]
    public async Task Files_that_are_no_segments_are_passed_over_and_removed()
    {
        var dead = Directory.CreateDirectory(Path.Combine(SegmentsPath, "dead")).FullName;
        await File.WriteAllTextAsync(Path.Combine(dead, "0000.wal"), string.Empty, Stop);
        await File.WriteAllBytesAsync(Path.Combine(dead, "0001.wal"), new byte[100], Stop);
        await File.WriteAllTextAsync(Path.Combine(dead, "0002.wal"), new string('x', 1_000), Stop);
        var log = await OpenAsync();
        await log.WriteAsync(Entry("a"), Stop);
        await log.FlushAsync(Stop);
        (await ReadAsync(log)).Should().ContainSingle();
        Directory.Exists(dead).Should().BeFalse();
    }

    [Fact]
    public async Task What_a_living_process_has_is_left_to_it()
    {
        Engine.IsBroken = true;
        var first = await OpenAsync();
        await first.WriteAsync(Entry("a"), Stop);
        var other = new SegmentFolder(SegmentsPath);
        other.TakeAbandoned().Should().BeEmpty();
        other.ListOpen().Should().ContainSingle();
    }

    [Fact]
    public async Task A_store_that_refuses_to_the_end_leaves_what_waits_to_the_next_start()
    {
        using var dropped = Collect(Telemetry.PredictionsDropped);
        await LeaveAsync(["a", "b"]);
        dropped.GetMeasurementSnapshot().Should().BeEmpty();
        using var recovered = Collect(Telemetry.PredictionsRecovered);
        var log = await OpenAsync();
        await log.FlushAsync(Stop);
        (await ReadAsync(log)).Select(r => r["prediction.id"]).Should().Equal("a", "b");
        recovered.GetMeasurementSnapshot().EvaluateAsCounter().Should().Be(2);
    }

    [Fact]
    public async Task What_cannot_be_recovered_now_is_recovered_later()
    {
        await LeaveAsync(["a"]);
        Engine.IsBroken = true;
        var log = await OpenAsync();
        await log.FlushAsync(Stop);
        Engine.IsBroken = false;
        ((PredictionLog)log).Recover();
        await log.FlushAsync(Stop);
        (await ReadAsync(log)).Should().ContainSingle();
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_costs_the_protection_and_not_the_prediction()
    {
        using var unprotected = Collect(Telemetry.PredictionsUnprotected);
        await File.WriteAllTextAsync(SegmentsPath, "a file where the folder should be", Stop);
        var log = await OpenAsync();
        await log.WriteAsync(Entry("a"), Stop);
        await log.FlushAsync(Stop);
        (await ReadAsync(log)).Should().ContainSingle();
        unprotected.GetMeasurementSnapshot().EvaluateAsCounter().Should().Be(1);
    }

    [Fact]
    public async Task A_log_in_memory_writes_no_segments()
    {
        var log = await OpenAsync(o => o.Durability = LogDurability.Memory);
        await log.WriteAsync(Entry("a"), Stop);
        await log.FlushAsync(Stop);
        Directory.Exists(SegmentsPath).Should().BeFalse();
        (await ReadAsync(log)).Should().ContainSingle();
    }

    [Fact]
    public async Task Nothing_is_left_when_the_log_is_closed()
    {
        var log = await OpenAsync();
        await log.WriteAsync(Entry("a"), Stop);
        await CloseAsync();
        Directory.EnumerateFileSystemEntries(SegmentsPath).Should().BeEmpty();
        Folder.Files().Should().ContainSingle();
    }

    [Fact]
    public async Task A_request_larger_than_a_piece_of_the_queue_has_one_of_its_own()
    {
        var log = await OpenAsync();
        var large = Entry("big") with { Inputs = [Tensor.Of("distance", Enumerable.Range(0, 1_000_000).Select(i => (double)i).ToArray())], Outputs = [] };
        await log.WriteAsync(Entry("a"), Stop);
        await log.WriteAsync(large, Stop);
        await log.WriteAsync(Entry("b"), Stop);
        await log.FlushAsync(Stop);
        var (count, sum) = (0, 0.0);
        await foreach (var batch in log.ReadAsync("flight-delay", Noon, Noon.AddDays(1), Stop))
        {
            count += batch.Length;
            var distances = (Apache.Arrow.DoubleArray)batch.Column("distance");
            for (var i = 0; i < batch.Length; i++) sum += distances.GetValue(i) ?? 0;
        }

        count.Should().Be(1_000_002);
        sum.Should().Be((999_999.0 * 1_000_000 / 2) + 1_000);
    }

    [Fact]
    public async Task Pieces_of_the_queue_are_used_again_and_hold_nothing_of_earlier_batches()
    {
        var log = await OpenAsync(o => o.MaxRowsPerFile = 200);
        for (var i = 0; i < 5_000; i++) await log.WriteAsync(Entry($"{i}", i, new string((char)('a' + (i % 26)), i % 900)), Stop);
        await log.FlushAsync(Stop);
        (await ReadAsync(log)).Select(r => r["distance"]).Should().BeEquivalentTo(Enumerable.Range(0, 5_000).Select(i => (double)i));
    }

    [Fact]
    public void A_check_sum_is_that_of_the_standard() => Checksum.Of("123456789"u8).Should().Be(0xE306_9283); // RFC 3720, appendix B.4

    private static string Text(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return System.Text.Encoding.Latin1.GetString(bytes);
    }

    // As a process does whose store refuses to its end.
    private async Task<IPredictionLog> LeaveAsync(string[] ids)
    {
        Engine.IsBroken = true;
        var log = await OpenAsync();
        foreach (var id in ids) await log.WriteAsync(Entry(id), Stop);
        await CloseAsync();
        Engine.IsBroken = false;
        return log;
    }
}
