using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using MlOps.Core;

namespace MlOps.Monitoring.Tests;

public sealed class UpkeepTests : LogTest
{
    [Fact]
    public async Task A_subject_is_erased_from_files_and_from_what_still_waits()
    {
        var log = await OpenAsync();
        await log.WriteAsync(Entry("a") with { Subject = "alice" }, Stop);
        await log.FlushAsync(Stop);
        await log.WriteAsync(Entry("b") with { Subject = "alice" }, Stop);
        await log.WriteAsync(Entry("c") with { Subject = "bob" }, Stop);
        (await Admin.EraseAsync("alice", Stop)).Should().Be(2);
        (await ReadAsync(log)).Select(r => r["prediction.id"]).Should().Equal("c");
        await FluentActions.Awaiting(() => Admin.EraseAsync(string.Empty, Stop)).Should().ThrowAsync<ArgumentException>();
    }

    [Fact]
    public async Task A_subject_is_erased_from_what_a_killed_process_left()
    {
        Engine.IsBroken = true;
        var log = await OpenAsync();
        await log.WriteAsync(Entry("a") with { Subject = "alice" }, Stop);
        await CloseAsync();
        Engine.IsBroken = false;
        await OpenAsync();
        (await Admin.EraseAsync("alice", Stop)).Should().Be(1);
        Directory.EnumerateFiles(Folder.Path, "*.wal", SearchOption.AllDirectories).Should().BeEmpty("they may hold it");
    }

    [Fact]
    public async Task Nothing_is_said_to_be_erased_while_the_store_refuses()
    {
        var log = await OpenAsync();
        await log.WriteAsync(Entry("a") with { Subject = "alice" }, Stop);
        Engine.IsBroken = true;
        await FluentActions.Awaiting(() => Admin.EraseAsync("alice", Stop)).Should().ThrowAsync<DataException>();
        Engine.IsBroken = false;
        (await Admin.EraseAsync("alice", Stop)).Should().Be(1);
        (await ReadAsync(log)).Should().BeEmpty();
    }

    [Fact]
    public async Task Small_files_of_days_that_are_over_become_one()
    {
        var log = await OpenAsync();
        for (var i = 0; i < 6; i++)
        {
            await log.WriteAsync(Entry($"{i}") with { Time = Noon.AddDays(i % 2) }, Stop);
            await log.FlushAsync(Stop);
        }

        (await Admin.CompactAsync(new(2001, 5, 2), Stop)).Should().Be(2);
        (await Admin.CompactAsync(new(2001, 5, 2), Stop)).Should().Be(0);
        (await ReadAsync(log)).Select(r => r["prediction.id"]).Should().Equal("0", "2", "4", "1", "3", "5");
    }

    [Fact]
    public async Task Files_that_were_put_together_are_there_for_an_hour_for_those_who_read_them()
    {
        var log = await WithFilesAsync(3);
        await using var rows = log.ReadAsync("flight-delay", Noon.AddDays(-1), Noon.AddDays(1), Stop).GetAsyncEnumerator(Stop);
        (await rows.MoveNextAsync()).Should().BeTrue();
        await Admin.CompactAsync(new(2001, 5, 2), Stop);
        await Admin.CompactAsync(new(2001, 5, 2), Stop);
        var read = 1;
        while (await rows.MoveNextAsync()) read++;
        read.Should().Be(3);

        foreach (var list in Folder.Files("*.replaces")) File.SetLastWriteTimeUtc(list, File.GetLastWriteTimeUtc(list).AddMinutes(-61));
        await Admin.CompactAsync(new(2001, 5, 2), Stop);
        Folder.Files().Should().HaveCount(1);
        Folder.Files("*.replaces").Should().BeEmpty();
        (await ReadAsync(log)).Should().HaveCount(3);
    }

    [Fact]
    public async Task Files_are_removed_in_the_order_in_which_others_took_their_place()
    {
        var log = await WithFilesAsync(2);
        await Admin.CompactAsync(new(2001, 5, 2), Stop);
        var first = Folder.Files("*.replaces").Single();
        await log.WriteAsync(Entry("late"), Stop);
        await log.FlushAsync(Stop);
        await Admin.CompactAsync(new(2001, 5, 2), Stop);
        var second = Folder.Files("*.replaces").Single(f => f != first);

        // As after a clock that went backwards.
        File.SetLastWriteTimeUtc(second, File.GetLastWriteTimeUtc(second).AddMinutes(-61));
        await Admin.CompactAsync(new(2001, 5, 2), Stop);
        (await ReadAsync(log)).Select(r => r["prediction.id"]).Should().Equal("0", "1", "late");
        File.SetLastWriteTimeUtc(first, File.GetLastWriteTimeUtc(first).AddMinutes(-61));
        await Admin.CompactAsync(new(2001, 5, 2), Stop);
        await Admin.CompactAsync(new(2001, 5, 2), Stop);
        Folder.Files().Should().HaveCount(1);
        (await ReadAsync(log)).Select(r => r["prediction.id"]).Should().Equal("0", "1", "late");
    }

    [Fact]
    public async Task Days_that_are_removed_while_somebody_reads_them_have_no_rows()
    {
        var log = await WithFilesAsync(2);
        await using var rows = log.ReadAsync("flight-delay", Noon.AddDays(-1), Noon.AddDays(1), Stop).GetAsyncEnumerator(Stop);
        (await rows.MoveNextAsync()).Should().BeTrue();
        await Admin.RemoveAsync(new(2001, 5, 2), Stop);
        (await rows.MoveNextAsync()).Should().BeFalse();
    }

    [Fact]
    public async Task A_subject_is_erased_from_files_whose_place_others_have_taken()
    {
        var log = await WithFilesAsync(2);
        await log.WriteAsync(Entry("hers") with { Subject = "alice" }, Stop);
        await log.FlushAsync(Stop);
        await Admin.CompactAsync(new(2001, 5, 2), Stop);
        (await Admin.EraseAsync("alice", Stop)).Should().Be(1);
        foreach (var file in Folder.Files())
        {
            await foreach (var batch in Engine.ReadAsync(new ParquetFile(file), [PredictionColumns.Subject], Stop)) ((Apache.Arrow.StringArray)batch.Column(0)).Should().NotContain("alice");
        }

        (await ReadAsync(log)).Select(r => r["prediction.id"]).Should().Equal("0", "1");
    }

    [Fact]
    public async Task The_host_removes_old_days_and_puts_files_together()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<TimeProvider>(Time).AddSingleton<IColumnarEngine>(Engine);
        builder.Services.AddMlOpsCore(o => o.Folder = Folder.Path).AddMonitoring(o => (o.RetentionDays, o.UpkeepInterval) = (365, TimeSpan.FromMinutes(10)));
        using var host = builder.Build();
        var log = host.Services.GetRequiredService<IPredictionLog>();
        foreach (var (id, days) in new[] { ("old", -400), ("kept1", -1), ("kept2", -1), ("today", 0) })
        {
            await log.WriteAsync(Entry(id) with { Time = Noon.AddDays(days) }, Stop);
            await log.FlushAsync(Stop);
        }

        await host.StartAsync(Stop);
        while (Directory.GetFiles(Folder.Path, "*.replaces", SearchOption.AllDirectories).Length == 0)
        {
            Time.Advance(TimeSpan.FromMinutes(1));
            await Task.Delay(1, Stop);
        }

        (await ReadAsync(log, from: Noon.AddDays(-500))).Select(r => r["prediction.id"]).Should().Equal("kept1", "kept2", "today");
        await host.StopAsync(Stop);
    }

    [Fact]
    public async Task Files_of_the_version_before_are_read()
    {
        // As that version has written them: without the newer columns and keys, and true values by when they became known.
        var schema = new DatasetSchema([new("distance", ColumnType.Float64), .. PredictionColumns.Own.Take(6)]);
        var id = Noon.ToUnixTimeMilliseconds().ToString("x12", System.Globalization.CultureInfo.InvariantCulture) + "7abc8def0123456789ab";
        var log = await OpenAsync();
        await log.WriteAsync(Entry(id) with { Inputs = [Tensor.Of("distance", [5.0])], Outputs = [] }, Stop);
        await log.FlushAsync(Stop);
        var written = Folder.Files().Single();
        var rows = new List<Apache.Arrow.RecordBatch>();
        await foreach (var batch in Engine.ReadAsync(new ParquetFile(written), [.. schema.Select(c => c.Name)], Stop)) rows.Add(new(schema.ToArrow(), Enumerable.Range(0, schema.Count).Select(batch.Column), batch.Length));
        var old = Path.Combine(Path.GetDirectoryName(written)!, "00000001-0123456789abcdef.parquet");
        await Engine.WriteParquetAsync(old, schema, rows.ToAsyncEnumerable(), Stop);
        File.Delete(written);
        var truths = Directory.CreateDirectory(Path.Combine(Folder.Path, "ground-truth", "flight-delay", "2001-05-04")).FullName;
        using var values = GroundTruthColumns.ToRows([new(id, 3, Noon.AddDays(3))]);
        await Engine.WriteParquetAsync(Path.Combine(truths, "00000001-0123456789abcdef.parquet"), GroundTruthColumns.Schema, new[] { values }.ToAsyncEnumerable(), Stop);

        var row = (await ReadAsync(log)).Single();
        (row["distance"], row["prediction.id"], row["prediction.variant"], row["ground_truth"]).Should().Be((5.0, id, null, 3.0));
        (await Admin.CoverageAsync("flight-delay", Noon, Noon.AddDays(1), Stop)).Labelled.Should().Be(1);
        (await Admin.EraseAsync("alice", Stop)).Should().Be(0);
        await log.WriteAsync(Entry("b"), Stop);
        await log.FlushAsync(Stop);
        (await ReadAsync(log)).Should().HaveCount(2);
    }

    private async Task<IPredictionLog> WithFilesAsync(int count)
    {
        var log = await OpenAsync();
        for (var i = 0; i < count; i++)
        {
            await log.WriteAsync(Entry($"{i}"), Stop);
            await log.FlushAsync(Stop);
        }

        return log;
    }
}
