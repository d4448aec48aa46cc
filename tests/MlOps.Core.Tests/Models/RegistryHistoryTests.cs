using System.Security.Cryptography;
using System.Text;
using MlOps.Testing;

namespace MlOps.Core.Tests;

public sealed class RegistryHistoryTests
{
    private static readonly DateTimeOffset Noon = new(2001, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly RegistryEvent Entry = new(
        1, RegistryEventKind.AliasMoved, "m", 2, "champion", "1", "2", "alice", "better", Noon, RegistryHead.Empty.Hash, string.Empty);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void An_entry_is_hashed_as_the_documentation_says()
    {
        // Written out by hand: the length of each text in four bytes, the text; numbers in eight.
        byte[] expected =
        [
            0, 0, 0, 22, .. "mlops-registry-event-1"u8, 0, 0, 0, 64, .. Encoding.ASCII.GetBytes(RegistryHead.Empty.Hash), 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 10, .. "AliasMoved"u8,
            0, 0, 0, 1, .. "m"u8, 0, 0, 0, 1, .. "2"u8, 0, 0, 0, 8, .. "champion"u8, 255, 255, 255, 255, 0, 0, 0, 1, .. "2"u8, 0, 0, 0, 6, .. "\u00e9lice"u8, 0, 0, 0, 0,
            0x00, 0x03, 0x83, 0x3B, 0xF1, 0x03, 0xD0, 0x00, // 988,718,400,000,000 microseconds
        ];
        RegistryHistory.HashOf(Entry with { From = null, By = "\u00e9lice", Reason = string.Empty, At = Noon.ToOffset(TimeSpan.FromHours(3)) })
            .Should().Be(Convert.ToHexStringLower(SHA256.HashData(expected)));
    }

    [Fact]
    public void Every_field_counts_and_none_can_be_shifted_into_the_next()
    {
        RegistryEvent[] others =
        [
            Entry,
            Entry with { Sequence = 2 },
            Entry with { Kind = RegistryEventKind.AliasRolledBack },
            Entry with { Model = "mm" },
            Entry with { Version = null },
            Entry with { Version = 3 },
            Entry with { Alias = null },
            Entry with { Alias = string.Empty },
            Entry with { From = null },
            Entry with { To = null },
            Entry with { From = "12", To = string.Empty },
            Entry with { From = string.Empty, To = "12" },
            Entry with { By = "aliceb", Reason = "etter" },
            Entry with { By = "alic", Reason = "ebetter" },
            Entry with { At = Noon.AddMicroseconds(1) },
            Entry with { PreviousHash = new string('1', 64) },
        ];
        others.Select(RegistryHistory.HashOf).Should().OnlyHaveUniqueItems().And.OnlyContain(hash => Sha256.IsDigest(hash));
        RegistryHistory.HashOf(Entry with { Hash = "whatever it holds" }).Should().Be(RegistryHistory.HashOf(Entry));
    }

    [Fact]
    public async Task A_history_that_nobody_touched_is_intact()
    {
        var history = Chain(5);
        var verified = await new Fixed(history).VerifyAsync(new(3, history[2].Hash), Cancel);
        verified.Should().Be(new RegistryVerification(new(5, history[4].Hash), null, null));
        (await new Fixed([]).VerifyAsync(null, Cancel)).Should().Be(new RegistryVerification(RegistryHead.Empty, null, null));
    }

    [Fact]
    public async Task An_entry_that_was_changed_shows_where()
    {
        var history = Chain(5);
        history[2] = history[2] with { By = "mallory" };
        await ShouldBreakAsync(history, 3, "changed");
    }

    [Fact]
    public async Task An_entry_that_was_changed_and_hashed_again_shows_at_the_next()
    {
        var history = Chain(5);
        history[2] = history[2] with { By = "mallory" };
        history[2] = history[2] with { Hash = RegistryHistory.HashOf(history[2]) };
        await ShouldBreakAsync(history, 4, "does not follow");
    }

    [Fact]
    public async Task An_entry_that_was_removed_shows_where()
    {
        var history = Chain(5);
        history.RemoveAt(2);
        await ShouldBreakAsync(history, 3, "missing");
        history = Chain(5);
        history.RemoveAt(0);
        await ShouldBreakAsync(history, 1, "missing");
    }

    [Fact]
    public async Task An_entry_that_was_removed_with_the_others_renumbered_shows_too()
    {
        var history = Chain(5);
        history.RemoveAt(2);
        for (var i = 2; i < history.Count; i++) history[i] = history[i] with { Sequence = i + 1 };
        await ShouldBreakAsync(history, 3, "does not follow");
    }

    [Fact]
    public async Task An_entry_that_was_put_in_shows_where()
    {
        var history = Chain(5);
        history.Insert(2, RegistryHistory.Chain(new(2, history[1].Hash), history[2] with { By = "mallory" }));
        await ShouldBreakAsync(history, 4, "missing");
    }

    [Fact]
    public async Task A_history_that_was_cut_off_shows_to_whoever_remembers_its_head()
    {
        var history = Chain(5);
        var cut = new Fixed(history[..3]);
        (await cut.VerifyAsync(null, Cancel)).IsIntact.Should().BeTrue("nothing is left to see");
        var verified = await cut.VerifyAsync(new(5, history[4].Hash), Cancel);
        verified.Should().Match<RegistryVerification>(v => v.BrokenAt == 4 && v.Fault!.Contains("cut off") && v.Head == new RegistryHead(3, history[2].Hash));
    }

    [Fact]
    public async Task A_history_that_was_written_anew_shows_to_whoever_remembers_its_head()
    {
        var history = Chain(5);
        var anew = Chain(5, by: "mallory");
        (await new Fixed(anew).VerifyAsync(null, Cancel)).IsIntact.Should().BeTrue();
        (await new Fixed(anew).VerifyAsync(new(4, history[3].Hash), Cancel)).Should().Match<RegistryVerification>(v => v.BrokenAt == 4 && v.Fault!.Contains("remembered"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(100)]
    public async Task The_end_of_a_history_is_found_without_reading_it(int count)
    {
        var registry = new InMemoryModelRegistry();
        for (var i = 0; i < count; i++) await registry.CreateModelAsync(new($"{i}", new("alice", "why", Noon)), Cancel);
        (await registry.FindHeadAsync(Cancel)).Should().Be((await registry.VerifyAsync(null, Cancel)).Head);
    }

    private static List<RegistryEvent> Chain(int count, string by = "alice")
    {
        var (head, history) = (RegistryHead.Empty, new List<RegistryEvent>());
        for (var i = 0; i < count; i++)
        {
            history.Add(RegistryHistory.Chain(head, Entry with { By = by, Reason = $"{i}" }));
            head = new(history[^1].Sequence, history[^1].Hash);
        }

        return history;
    }

    private static async Task ShouldBreakAsync(List<RegistryEvent> history, long at, string why)
    {
        var verified = await new Fixed(history).VerifyAsync(null, Cancel);
        verified.IsIntact.Should().BeFalse();
        verified.BrokenAt.Should().Be(at);
        verified.Fault.Should().Contain(why);
        verified.Head.Sequence.Should().Be(at - 1);
    }

    /// <summary>A registry with a history that a test has made.</summary>
    private sealed class Fixed(IReadOnlyList<RegistryEvent> history) : IModelRegistry
    {
        private readonly InMemoryModelRegistry _empty = new();

        public Task<IReadOnlyList<RegistryEvent>> GetHistoryAsync(RegistryHistoryQuery query, CancellationToken cancellationToken = default) => Task.FromResult(history);

        public Task<RegisteredModel> CreateModelAsync(NewModel model, CancellationToken cancellationToken = default) => _empty.CreateModelAsync(model, cancellationToken);

        public Task<RegisteredModel?> FindModelAsync(string model, CancellationToken cancellationToken = default) => _empty.FindModelAsync(model, cancellationToken);

        public Task<RegisteredModel> ChangeModelAsync(string model, ModelChange change, CancellationToken cancellationToken = default) => _empty.ChangeModelAsync(model, change, cancellationToken);

        public Task DeleteModelAsync(string model, ChangeNote note, CancellationToken cancellationToken = default) => _empty.DeleteModelAsync(model, note, cancellationToken);

        public Task<Page<RegisteredModel>> SearchModelsAsync(ModelQuery query, CancellationToken cancellationToken = default) => _empty.SearchModelsAsync(query, cancellationToken);

        public Task<ModelVersion> RegisterAsync(NewModelVersion version, CancellationToken cancellationToken = default) => _empty.RegisterAsync(version, cancellationToken);

        public Task<ModelVersion?> FindAsync(string model, int version, CancellationToken cancellationToken = default) => _empty.FindAsync(model, version, cancellationToken);

        public Task<ModelVersion?> FindByAliasAsync(string model, string alias, CancellationToken cancellationToken = default) => _empty.FindByAliasAsync(model, alias, cancellationToken);

        public Task<ModelVersion> ChangeVersionAsync(string model, int version, VersionChange change, CancellationToken cancellationToken = default) =>
            _empty.ChangeVersionAsync(model, version, change, cancellationToken);

        public Task DeleteVersionAsync(string model, int version, ChangeNote note, CancellationToken cancellationToken = default) => _empty.DeleteVersionAsync(model, version, note, cancellationToken);

        public Task<Page<ModelVersion>> SearchVersionsAsync(VersionQuery query, CancellationToken cancellationToken = default) => _empty.SearchVersionsAsync(query, cancellationToken);

        public Task<IReadOnlyList<ModelVersion>> GetLatestVersionsAsync(IReadOnlyCollection<string> models, CancellationToken cancellationToken = default) => _empty.GetLatestVersionsAsync(models, cancellationToken);

        public Task SetAliasAsync(AliasChange change, CancellationToken cancellationToken = default) => _empty.SetAliasAsync(change, cancellationToken);

        public Task ApproveAsync(Approval approval, CancellationToken cancellationToken = default) => _empty.ApproveAsync(approval, cancellationToken);

        public IAsyncEnumerable<RegistryEvent> WatchAsync(CancellationToken cancellationToken = default) => _empty.WatchAsync(cancellationToken);
    }
}
