using MlOps.Core;

namespace MlOps.Sqlite.Tests;

/// <summary>Processes that write have their turn one after the other. Two queues over one file are to the kernel what two processes are.</summary>
public sealed class WriterQueueTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30), Moment = TimeSpan.FromMilliseconds(1);

    private readonly TestFolder _folder = new();
    private readonly WriterQueue _first, _second, _third;

    public WriterQueueTests()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there is no queue on Windows");
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.File)!);
        (_first, _second, _third) = (new(_folder.File), new(_folder.File), new(_folder.File));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        foreach (var queue in new[] { _first, _second, _third }) queue.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_turn_comes_when_the_one_before_is_given_back()
    {
        await _first.EnterAsync(Patience, Cancel);
        var second = _second.EnterAsync(Patience, Cancel).AsTask();
        second.IsCompleted.Should().BeFalse();
        _first.Leave();
        await second;
        await Refused(_first);
    }

    [Fact]
    public async Task Who_waits_comes_before_who_has_just_been()
    {
        await _first.EnterAsync(Patience, Cancel);
        var second = _second.EnterAsync(Patience, Cancel).AsTask();
        await IsNextAsync(second);
        _first.Leave();
        var again = _first.EnterAsync(Patience, Cancel).AsTask();
        await second;
        again.IsCompleted.Should().BeFalse();
        _second.Leave();
        await again;
    }

    [Fact]
    public async Task A_turn_that_comes_too_late_is_given_back()
    {
        await _first.EnterAsync(Patience, Cancel);
        await Refused(_second);
        _first.Leave();
        await _third.EnterAsync(Patience, Cancel);
    }

    [Fact]
    public async Task Who_gave_up_can_ask_again()
    {
        await _first.EnterAsync(Patience, Cancel);
        await Refused(_second);
        var second = _second.EnterAsync(Patience, Cancel).AsTask();
        _first.Leave();
        await second;
        await Refused(_third);
    }

    [Fact]
    public async Task A_wait_is_cancelled_at_once()
    {
        await _first.EnterAsync(Patience, Cancel);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var second = _second.EnterAsync(Patience, stop.Token).AsTask();
        await stop.CancelAsync();
        var waiting = () => second;
        await waiting.Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task A_queue_that_is_closed_while_it_waits_takes_no_turn()
    {
        await _first.EnterAsync(Patience, Cancel);
        await Refused(_second);
        _second.Dispose();
        _first.Leave();
        await _third.EnterAsync(Patience, Cancel);
    }

    [Fact]
    public async Task The_turn_of_a_killed_process_ends_with_it()
    {
        _folder.Open().Dispose();
        using (var worker = Worker.Start("log", _folder.File, "1"))
        {
            (await worker.StandardOutput.ReadLineAsync(Cancel)).Should().Be("0");
            worker.Kill();
            await worker.WaitForExitAsync(Cancel);
        }

        await _first.EnterAsync(Patience, Cancel);
    }

    [Fact]
    public async Task Without_the_folder_nobody_queues()
    {
        using var queue = new WriterQueue(Path.Combine(_folder.Folder, "nowhere", "mlops.db"));
        await queue.EnterAsync(Moment, Cancel);
        await queue.EnterAsync(Moment, Cancel);
        queue.Leave();
    }

    [Fact]
    public async Task A_store_that_waited_hands_its_caller_no_thread_of_the_queue()
    {
        var store = _folder.Open();
        await store.Metadata.StartRunAsync(new(Store.RunId, "e", "n", Store.Noon), Cancel);
        for (var i = 0; i < 20; i++)
        {
            await _first.EnterAsync(Patience, Cancel);
            var logging = LogAsync(i);
            _first.Leave();
            (await logging).Should().BeFalse();
        }

        async Task<bool> LogAsync(int step)
        {
            await store.Metadata.LogAsync(Store.RunId, new() { Metrics = [new("m", step, step, Store.Noon)] }, Cancel).ConfigureAwait(false);
            return WriterQueue.IsOnItsThread;
        }
    }

    [Fact]
    public async Task A_store_whose_turn_does_not_come_says_that_it_is_locked()
    {
        var store = _folder.Open(busyTimeout: TimeSpan.FromMilliseconds(50));
        await store.Metadata.StartRunAsync(new(Store.RunId, "e", "n", Store.Noon), Cancel);
        await _first.EnterAsync(Patience, Cancel);
        var logging = () => store.Metadata.LogAsync(Store.RunId, new() { Tags = new Dictionary<string, string> { ["a"] = "b" } }, Cancel);
        (await logging.Should().ThrowAsync<StoreException>().WithMessage("*is locked by another writer*")).Which.IsTransient.Should().BeTrue();
    }

    private static async Task Refused(WriterQueue queue)
    {
        var entering = () => queue.EnterAsync(Moment, Cancel).AsTask();
        await entering.Should().ThrowAsync<TimeoutException>();
    }

    // The thread of a queue takes the place of the next one soon after it was asked to: a third that would take it finds it taken.
    private async Task IsNextAsync(Task waiting)
    {
        while (!waiting.IsCompleted && !IsTaken()) await Task.Yield();

        bool IsTaken()
        {
            try
            {
                File.Open(_folder.File + ".next", FileMode.Open, FileAccess.Read, FileShare.None).Dispose();
                return false;
            }
            catch (IOException)
            {
                return true;
            }
        }
    }
}
