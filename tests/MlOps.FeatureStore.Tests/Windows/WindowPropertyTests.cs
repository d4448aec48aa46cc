using CsCheck;
using MlOps.Core;

namespace MlOps.FeatureStore.Tests;

/// <summary>The windows of the engine against those of <see cref="PlainWindow"/>, which looks at every event for every row.</summary>
public sealed class WindowPropertyTests
{
    private const long NoMemory = 1;

    [Fact]
    public void Every_aggregation_is_that_of_the_plain_definition() => WindowSamples.Histories(reversals: false, created: false).Sample(h => Agrees(h, createdBeforeRow: false), iter: 500);

    [Fact]
    public void So_it_is_with_created_times() => WindowSamples.Histories(reversals: false, created: true).Sample(h => Agrees(h, createdBeforeRow: true), iter: 500);

    [Fact]
    public void So_it_is_with_reversals() => WindowSamples.Histories(reversals: true, created: true).Sample(h => Agrees(h, createdBeforeRow: false), iter: 500);

    [Fact]
    public void So_it_is_part_by_part_where_there_is_no_memory() => WindowSamples.Histories(reversals: true, created: true).Sample(h => Agrees(h, createdBeforeRow: false, NoMemory), iter: 50);

    [Fact]
    public void So_it_is_part_by_part_with_created_times() => WindowSamples.Histories(reversals: false, created: true).Sample(h => Agrees(h, createdBeforeRow: true, NoMemory), iter: 50);

    [Fact]
    public void Each_aggregation_gives_a_value_somewhere()
    {
        var seen = new HashSet<string>();
        var all = WindowSamples.Features.Select(f => f.Name).ToHashSet();

        // A rare one may not be among the first thousand histories.
        for (var round = 0; round < 20 && !all.SetEquals(seen); round++)
        {
            WindowSamples.Histories(reversals: false, created: false).Sample(
                h =>
                {
                    var found = Joined(h, false);
                    lock (seen) seen.UnionWith(h.Features.Where((_, f) => found.Any(r => !r[f].IsMissing)).Select(f => f.Name));
                },
                iter: 1000);
        }

        seen.Should().BeEquivalentTo(all);
    }

    private static FeatureValue[][] Joined(WindowHistory history, bool createdBeforeRow, long? memory = null)
    {
        var fixture = history.ToFixture(memory);
        return fixture.JoinAsync(history.Rows, createdBeforeRow).GetAwaiter().GetResult();
    }

    private static void Agrees(WindowHistory history, bool createdBeforeRow, long? memory = null)
    {
        var found = Joined(history, createdBeforeRow, memory);
        for (var row = 0; row < history.Rows.Length; row++)
        {
            for (var f = 0; f < history.Features.Count; f++)
            {
                var expected = PlainWindow.Of(history, history.Features[f], history.Rows[row], createdBeforeRow);
                found[row][f].Should().Be(expected, $"that is {history.Features[f].Name} of {history.Rows[row]}: {found[row][f].ToObject()} instead of {expected.ToObject()}");
            }
        }
    }
}
