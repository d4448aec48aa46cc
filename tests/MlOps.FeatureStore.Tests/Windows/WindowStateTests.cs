using CsCheck;
using MlOps.Core;
using static MlOps.FeatureStore.Tests.WindowFixture;

namespace MlOps.FeatureStore.Tests;

public sealed class WindowStateTests
{
    private static readonly Feature Sum = Feature(AggregationKind.Sum, ColumnType.Int64);
    private static readonly Feature Count = Feature(AggregationKind.Count, ColumnType.Int64, minutes: null);

    [Theory]
    [InlineData(1)]
    [InlineData(1440)] // days instead of minutes, so that tiles are dropped and merged
    public void A_state_gives_the_bits_of_the_engine_whatever_the_order_of_pushes_and_the_batches_between(int stretch) =>
        Sample(WindowSamples.Histories(reversals: false, created: false), stretch);

    [Fact]
    public void So_does_a_state_of_events_that_take_back_others() => Sample(WindowSamples.Histories(reversals: true, created: true), 1);

    [Fact]
    public void A_batch_and_what_was_pushed_before_its_end_do_not_count_twice()
    {
        var state = StateOf(Sum, Count);
        state.Push([Event(5 * Minute, 1), Event(15 * Minute, 2)], 15 * Minute);
        state.Rebase([Event(4 * Minute, 10), Event(5 * Minute, 1)], 10 * Minute, 16 * Minute).Should().BeTrue();
        ValuesOf(state, 20 * Minute).Should().Equal(13L, 3L);
    }

    [Fact]
    public void An_event_before_the_end_of_a_batch_is_refused_as_late()
    {
        var state = StateOf(Sum, Count);
        state.Rebase([Event(4 * Minute, 10)], 10 * Minute, 10 * Minute);
        state.Push([Event((10 * Minute) - 1, 1), Event(10 * Minute, 2)], 16 * Minute).Should().Be(new WindowAdded(1, 1, 0));
        ValuesOf(state, 20 * Minute).Should().Equal(12L, 2L);
    }

    [Fact]
    public void A_late_event_that_no_batch_has_covered_counts()
    {
        var state = StateOf(Sum, Count);
        state.Push([Event(30 * Minute, 1)], 31 * Minute);
        state.Push([Event(2 * Minute, 5)], 32 * Minute);
        ValuesOf(state, 32 * Minute).Should().Equal(6L, 2L);
    }

    [Fact]
    public void The_same_push_again_does_not_count_and_equal_events_of_one_push_do()
    {
        var state = StateOf(Sum, Count);
        WindowStateEvent[] push = [Event(Minute, 1), Event(Minute, 1), Event(Minute, 2)];
        state.Push(push, 2 * Minute).Should().Be(new WindowAdded(3, 0, 0));
        state = WindowState.TryRead(PlanOf(Sum, Count), state.Write())!;
        state.Push(push, 2 * Minute).Should().Be(new WindowAdded(0, 0, 3));
        ValuesOf(state, 3 * Minute).Should().Equal(4L, 3L);
    }

    [Fact]
    public void An_event_of_the_future_counts_when_its_time_has_passed()
    {
        var state = StateOf(Sum, Count);
        state.Push([Event(10 * Minute, 1)], 5 * Minute);
        ValuesOf(state, 10 * Minute).Should().OnlyContain(v => v.IsMissing);
        ValuesOf(state, (10 * Minute) + 1).Should().Equal(1L, 1L);
    }

    [Fact]
    public void A_moment_before_the_horizon_is_taken_as_the_horizon()
    {
        var state = StateOf(Sum, Count);
        state.Push([Event(10 * Minute, 1)], 11 * Minute);
        ValuesOf(state, 9 * Minute).Should().Equal(1L, 1L);
    }

    [Fact]
    public void An_older_batch_does_not_take_the_place_of_a_newer_one()
    {
        var state = StateOf(Sum, Count);
        state.Rebase([Event(4 * Minute, 10)], 10 * Minute, 10 * Minute).Should().BeTrue();
        state.Rebase([], 9 * Minute, 10 * Minute).Should().BeFalse();
        ValuesOf(state, 11 * Minute).Should().Equal(10L, 1L);
    }

    [Fact]
    public void A_batch_that_lies_too_far_back_to_tell_pushed_events_apart_is_refused()
    {
        var state = StateOf(Count);
        state.Push([Event(0, 1), Event(90 * Day, 1)], 90 * Day);
        state.Rebase([], Day / 2, 90 * Day).Should().BeFalse();
        ValuesOf(state, 91 * Day).Should().Equal(2L);
    }

    [Fact]
    public void Events_before_a_deletion_do_not_bring_the_entity_back()
    {
        var state = StateOf(Sum, Count);
        state.DeleteBefore(10 * Minute);
        state.Push([Event(9 * Minute, 1), Event(10 * Minute, 2)], 11 * Minute).Late.Should().Be(1);
        state.Rebase([Event(9 * Minute, 1)], 10 * Minute, 12 * Minute);
        ValuesOf(state, 12 * Minute).Should().Equal(2L, 1L);
    }

    [Fact]
    public void What_no_window_can_hold_any_more_is_not_kept()
    {
        var state = StateOf(Sum);
        for (var day = 0L; day < 100; day++) state.Push([Event(day * Day, day)], day * Day);
        state.Write().Length.Should().BeLessThan(StateOf(Sum).Write().Length + (WindowState.MostRemembered * 8) + 100);
    }

    [Fact]
    public void A_state_of_other_features_is_not_read()
    {
        WindowState.TryRead(PlanOf(Sum), StateOf(Count).Write()).Should().BeNull();
    }

    [Fact]
    public void A_damaged_state_is_refused()
    {
        var state = StateOf(Sum, Count);
        state.Push([Event(Minute, 1)], 2 * Minute);
        var bytes = state.Write();
        for (var length = 9; length < bytes.Length; length++)
        {
            var reading = () => WindowState.TryRead(PlanOf(Sum, Count), bytes.AsSpan(0, length).ToArray());
            reading.Should().Throw<InvalidDataException>();
        }
    }

    private static void Sample(Gen<WindowHistory> histories, int stretch) => Gen.Select(histories, Gen.Int, Gen.Int[0, 3]).Sample(
        (given, seed, batches) =>
        {
            // Two equal events that are pushed apart are one event, so there are none.
            var columns = WindowSamples.Columns.Select((c, i) => (c.Name, Place: i)).Where(c => given.Features.Any(f => f.Column == c.Name)).Select(c => c.Place).ToArray();
            var events = given.Events.Select(e => e with { Id = 1, Time = e.Time * stretch, Created = e.Created * stretch })
                .DistinctBy(e => (ToState(e) with { Values = [.. columns.Select(c => e.Values[c])] }).Identity()).ToArray();
            var last = events.Select(e => Math.Max(e.Time, e.Created ?? long.MinValue)).DefaultIfEmpty(0).Max();
            var random = new Random(seed);
            var moments = Enumerable.Range(0, 3).Select(i => last + (i * random.NextInt64(100 * Minute * stretch))).ToArray();
            var history = given with { Events = events, Rows = [.. moments.Select(m => ((FeatureValue)1L, m))] };
            var fixture = history.ToFixture();
            var expected = fixture.JoinAsync(history.Rows).GetAwaiter().GetResult();
            var plan = new WindowPlan(fixture.View);
            var state = Built(plan, events, given.HasReversals, random, batches, last);
            var places = Enumerable.Range(0, history.Features.Count).ToArray();
            for (var m = 0; m < moments.Length; m++)
            {
                var found = new FeatureValue[places.Length];
                state.Read(moments[m], places, found);
                for (var f = 0; f < places.Length; f++) found[f].Should().Be(expected[m][f], $"that is {history.Features[f].Name} as of {moments[m]}: {found[f].ToObject()} instead of {expected[m][f].ToObject()}");
            }
        },
        iter: 500);

    // Pushes all events in some order, of which those of one time keep theirs, a few at a time, at moments of a clock that goes forward, with batches of everything before a moment between.
    private static WindowState Built(WindowPlan plan, WindowEvent[] events, bool takesBack, Random random, int batches, long last)
    {
        var order = events.GroupBy(e => (e.Time, e.Created)).ToDictionary(g => g.Key, _ => random.Next());
        var pushes = new Queue<WindowStateEvent>(events.OrderBy(e => order[(e.Time, e.Created)]).Select(ToState));
        var state = new WindowState(plan, [.. plan.Columns.Select(c => WindowSamples.Columns.Single(w => w.Name == c).Type)]);
        var now = long.MinValue / 4;
        while (pushes.Count > 0 || batches > 0)
        {
            if (random.Next(2) == 0) now = Math.Min(last, Math.Max(now, random.NextInt64(Math.Max(1, last + 1))));
            if (batches > 0 && random.Next(3) == 0)
            {
                batches--;
                var before = random.NextInt64(Math.Max(1, last + (10 * Minute)));
                state.Rebase([.. events.Select(ToState).Where(e => e.KnownBy(takesBack) < before)], before, now);
            }
            else if (pushes.Count > 0)
            {
                state.Push([.. Enumerable.Range(0, Math.Min(pushes.Count, random.Next(1, 6))).Select(_ => pushes.Dequeue())], now);
            }

            if (random.Next(3) == 0) state = WindowState.TryRead(plan, state.Write())!;
        }

        return state;

        WindowStateEvent ToState(WindowEvent e) => new(e.Time, e.Created ?? long.MinValue, e.IsReversal, [.. plan.Columns.Select(c => e.Values[Array.FindIndex(WindowSamples.Columns, w => w.Name == c)])]);
    }

    private static WindowStateEvent ToState(WindowEvent e) => new(e.Time, e.Created ?? long.MinValue, e.IsReversal, e.Values);

    private static WindowPlan PlanOf(params Feature[] features) => new(Of(ColumnType.Int64, features).View);

    private static WindowState StateOf(params Feature[] features) => new(PlanOf(features), [ColumnType.Int64]);

    private static WindowStateEvent Event(long time, long value) => new(time, long.MinValue, false, [value]);

    private static FeatureValue[] ValuesOf(WindowState state, long moment)
    {
        var values = new FeatureValue[state.FeatureCount];
        state.Read(moment, [.. Enumerable.Range(0, values.Length)], values);
        return values;
    }
}
