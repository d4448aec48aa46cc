using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using MlOps.Core;
using MlOps.Relational;

namespace MlOps.Sqlite.Tests;

public sealed class SqliteBuilderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mlops-sqlite-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_default_is_a_file_in_the_folder_of_the_host()
    {
        await using var services = Build(builder => builder.UseSqlite());
        await services.GetRequiredService<IMetadataStore>().SearchExperimentsAsync(new(), Cancel);
        File.Exists(Path.Combine(_folder, "mlops.db")).Should().BeTrue();
        services.GetRequiredService<ICheckpointStore>().Should().BeOfType<RelationalCheckpointStore>();
        services.GetRequiredService<IModelRegistry>().Should().BeOfType<RelationalModelRegistry>();
    }

    [Fact]
    public async Task Nothing_is_created_before_the_first_use()
    {
        await using var services = Build(builder => builder.UseSqlite());
        services.GetRequiredService<IMetadataStore>();
        Directory.EnumerateFileSystemEntries(_folder).Should().BeEmpty();
    }

    [Theory]
    [InlineData("a=b.db")]
    [InlineData("plain.db")]
    [InlineData("Data Source=connection.db;Cache=Private")]
    public async Task An_argument_is_a_path_or_a_connection_string(string text)
    {
        var path = text.StartsWith("Data Source=", StringComparison.Ordinal) ? text.Replace("connection.db", Path.Combine(_folder, "connection.db")) : Path.Combine(_folder, text);
        await using var services = Build(builder => builder.UseSqlite(path), ("MlOps:Sqlite:ConnectionString", "elsewhere.db"));
        await services.GetRequiredService<IModelRegistry>().ListModelsAsync(Cancel);
        Directory.EnumerateFiles(_folder, "*.db").Should().ContainSingle();
    }

    [Fact]
    public async Task Configuration_names_the_file()
    {
        await using var services = Build(builder => builder.UseSqlite(), ("MlOps:Sqlite:ConnectionString", Path.Combine(_folder, "configured.db")));
        await services.GetRequiredService<IModelRegistry>().ListModelsAsync(Cancel);
        File.Exists(Path.Combine(_folder, "configured.db")).Should().BeTrue();
    }

    [Fact]
    public async Task What_is_disposed_gives_the_file_free()
    {
        var services = Build(builder => builder.UseSqlite());
        await services.GetRequiredService<IModelRegistry>().ListModelsAsync(Cancel);
        await services.DisposeAsync();
        File.Exists(Path.Combine(_folder, "mlops.db-wal")).Should().BeFalse("the last connection closes the log");
    }

    [Theory]
    [InlineData("ConnectionString", ":memory:")]
    [InlineData("ConnectionString", "Data Source=x;Mode=Memory;Cache=Shared")]
    [InlineData("ConnectionString", "")]
    [InlineData("ConnectionString", "Cache=Shared")]
    [InlineData("BusyTimeout", "00:00:00")]
    [InlineData("BusyTimeout", "-00:00:01")]
    [InlineData("BusyTimeout", "7.00:00:00")]
    public async Task Nonsense_is_refused_when_the_host_starts(string option, string value)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new("MlOps:Sqlite:" + option, value), new("MlOps:Folder", _folder)]);
        builder.Services.AddMlOpsCore().UseSqlite();
        using var host = builder.Build();
        var start = () => host.StartAsync(Cancel);
        (await start.Should().ThrowAsync<OptionsValidationException>()).Which.Message.Should().Contain(option);
    }

    private ServiceProvider Build(Action<MlOpsBuilder> use, params (string Key, string Value)[] configuration)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddInMemoryCollection(configuration.Select(c => KeyValuePair.Create(c.Key, (string?)c.Value)))
            .Build());
        use(services.AddMlOpsCore(options => options.Folder = _folder));
        return services.BuildServiceProvider();
    }
}
