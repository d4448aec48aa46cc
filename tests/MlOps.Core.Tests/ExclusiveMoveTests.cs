namespace MlOps.Core.Tests;

public sealed class ExclusiveMoveTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mlops-move-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Of_two_files_that_are_given_one_name_at_once_one_has_it_and_the_other_stays()
    {
        for (var round = 0; round < 300; round++)
        {
            var (to, wins) = (Path.Combine(_folder, $"{round}"), 0);
            using var start = new Barrier(2);
            var threads = Enumerable.Range(0, 2).Select(i => new Thread(() =>
            {
                var from = FileOf($"{round}-{i}");
                start.SignalAndWait();
                if (ExclusiveMove.TryMove(from, to)) Interlocked.Increment(ref wins);
            })).ToList();
            threads.ForEach(t => t.Start());
            threads.ForEach(t => t.Join());
            wins.Should().Be(1);
            Directory.EnumerateFiles(_folder, $"{round}-*").Should().ContainSingle();
        }
    }

    [Fact]
    public void A_name_that_is_taken_is_left_as_it_is()
    {
        var (from, to) = (FileOf("new"), FileOf("old"));
        ExclusiveMove.TryMove(from, to).Should().BeFalse();
        File.ReadAllText(to).Should().Be("old");
        File.Exists(from).Should().BeTrue();
    }

    [Fact]
    public void A_file_that_is_not_there_is_an_error_that_names_it() =>
        FluentActions.Invoking(() => ExclusiveMove.TryMove(Path.Combine(_folder, "nothing"), Path.Combine(_folder, "to"))).Should().Throw<IOException>().WithMessage("*nothing*");

    private string FileOf(string name)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, name);
        return path;
    }
}
