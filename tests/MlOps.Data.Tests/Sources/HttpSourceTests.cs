using System.Net;
using System.Net.Http.Headers;
using MlOps.Core;

namespace MlOps.Data.Tests;

public sealed class HttpSourceTests
{
    private const string Address = "https://ann:s3cret@data.example/rides.csv?token=t0ken";
    private string? _path;

    [Fact]
    public async Task A_file_is_downloaded_read_and_removed()
    {
        var server = new FakeServer(_ => FakeServer.Ok("x,y\n1,a\n2,\n"));
        using var reading = new Reading(server);

        var (schema, rows, _) = await reading.ReadAsync(Csv(Address));

        schema.Should().Equal(new Column("x", ColumnType.Int64), new Column("y", ColumnType.String));
        rows.Should().BeEquivalentTo(new object?[][] { [1L, "a"], [2L, null] }, o => o.WithStrictOrdering());
        Directory.Exists(Path.GetDirectoryName(_path)).Should().BeFalse();
        server.Requests.Should().Equal((HttpMethod.Get, new Uri("https://data.example/rides.csv?token=t0ken"), "Basic YW5uOnMzY3JldA=="));
    }

    [Fact]
    public async Task Secrets_are_not_shown()
    {
        using var reading = new Reading(new FakeServer(_ => FakeServer.Ok("x\n1\n2,3\n")));
        var source = Csv(Address);

        var error = (await FluentActions.Awaiting(() => reading.ReadAsync(source)).Should().ThrowAsync<DataException>()).Which;

        source.Origin.Should().Be(new DatasetOrigin("http", "https://data.example/rides.csv"));
        foreach (var shown in new[] { error.Message, error.DataSource, source.ToString() })
        {
            shown.Should().NotContain("s3cret").And.NotContain("t0ken").And.NotContain("ann");
            shown.Should().Contain("https://data.example/rides.csv");
        }

        error.Message.Should().NotContain(_path);
        error.Row.Should().Be(2);
        Directory.Exists(Path.GetDirectoryName(_path)).Should().BeFalse();
    }

    [Theory]
    [InlineData(HttpStatusCode.NotFound, false)]
    [InlineData(HttpStatusCode.Unauthorized, false)]
    [InlineData(HttpStatusCode.ServiceUnavailable, true)]
    [InlineData(HttpStatusCode.TooManyRequests, true)]
    public async Task A_refusal_is_an_error_and_says_whether_to_try_again(HttpStatusCode status, bool transient)
    {
        using var reading = new Reading(new FakeServer(_ => new HttpResponseMessage(status)));

        var error = (await FluentActions.Awaiting(() => reading.ReadAsync(Csv(Address))).Should().ThrowAsync<DataException>()).Which;

        error.IsTransient.Should().Be(transient);
        error.Message.Should().Contain(((int)status).ToString(System.Globalization.CultureInfo.InvariantCulture)).And.NotContain("t0ken");
    }

    [Fact]
    public async Task An_error_of_the_network_is_a_transient_error_that_names_the_address()
    {
        using var reading = new Reading(new FakeServer(_ => throw new HttpRequestException("no route")));

        var error = (await FluentActions.Awaiting(() => reading.ReadAsync(Csv(Address))).Should().ThrowAsync<DataException>()).Which;

        error.IsTransient.Should().BeTrue();
        error.Message.Should().Contain("https://data.example/rides.csv").And.Contain("no route").And.NotContain("t0ken");
    }

    [Fact]
    public async Task A_download_that_breaks_off_is_a_transient_error_and_leaves_nothing()
    {
        using var reading = new Reading(new FakeServer(_ => new HttpResponseMessage { Content = new Unsized("x\n1\n", breaksOff: true) }));

        var error = (await FluentActions.Awaiting(() => reading.ReadAsync(Csv(Address))).Should().ThrowAsync<DataException>()).Which;

        error.IsTransient.Should().BeTrue();
        error.DataSource.Should().Be("https://data.example/rides.csv");
        _path.Should().BeNull("nothing was read of the part that came");
    }

    [Fact]
    public async Task A_server_that_does_not_answer_in_time_is_a_transient_error()
    {
        using var reading = new Reading(new FakeServer(_ => throw new TaskCanceledException("timeout")));

        (await FluentActions.Awaiting(() => reading.ReadAsync(Csv(Address))).Should().ThrowAsync<DataException>()).Which.IsTransient.Should().BeTrue();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_limit_holds_whether_or_not_the_server_says_the_length(bool known)
    {
        using var reading = new Reading(new FakeServer(_ => new HttpResponseMessage { Content = known ? new StringContent("x\n1\n") : new Unsized("x\n1\n") }));

        await FluentActions.Awaiting(() => reading.ReadAsync(Csv(Address, 3))).Should().ThrowAsync<DataTooLargeException>();
        (await reading.ReadAsync(Csv(Address, 4))).Rows.Should().HaveCount(1);
    }

    [Fact]
    public async Task A_strong_tag_is_the_version_and_a_weak_one_is_none()
    {
        var tag = new EntityTagHeaderValue("\"one\"");
        var server = new FakeServer(_ => new HttpResponseMessage { Content = new StringContent("12345"), Headers = { ETag = tag } });
        using var reading = new Reading(server);
        var first = await VersionAsync(Csv(Address));

        (await VersionAsync(Csv(Address))).Should().Be(first).And.NotBeNull();
        tag = new EntityTagHeaderValue("\"two\"");
        (await VersionAsync(Csv(Address))).Should().NotBe(first).And.NotBeNull();
        tag = new EntityTagHeaderValue("\"two\"", isWeak: true);
        (await VersionAsync(Csv(Address))).Should().BeNull();
        (await Csv(Address).EstimateBytesAsync(reading.Services, Reading.Token)).Should().Be(5);
        server.Requests.Should().OnlyContain(r => r.Method == HttpMethod.Head);

        async Task<string?> VersionAsync(IDataSource source) => await source.GetVersionAsync(reading.Services, Reading.Token);
    }

    [Fact]
    public async Task A_server_that_refuses_to_be_asked_gives_no_version()
    {
        using var reading = new Reading(new FakeServer(_ => new HttpResponseMessage(HttpStatusCode.MethodNotAllowed)));

        (await Csv(Address).GetVersionAsync(reading.Services, Reading.Token)).Should().BeNull();
        (await Csv(Address).EstimateBytesAsync(reading.Services, Reading.Token)).Should().BeNull();
    }

    [Fact]
    public async Task A_cancelled_download_stops()
    {
        using var reading = new Reading(new FakeServer(_ => FakeServer.Ok("x\n1\n")));
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        var read = async () =>
        {
            await foreach (var _ in Csv(Address).ReadAsync(reading.Services, stop.Token)) Assert.Fail("nothing should come");
        };

        await read.Should().ThrowAsync<OperationCanceledException>();
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://data.example/x")]
    public void Another_scheme_is_refused(string address) => FluentActions.Invoking(() => Csv(address)).Should().Throw<ArgumentException>();

    private IDataSource Csv(string address, long? maxBytes = null) => Source.Http(new Uri(address), path => new CsvFile(_path = path), maxBytes);

    private sealed class Unsized(string text, bool breaksOff = false) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text));
            if (breaksOff) throw new IOException("The response ended prematurely.");
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
