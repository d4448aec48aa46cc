using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.MetadataStore.Tests;

public sealed class FileArtifactsBuilderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mlops-files-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(null, null, "artifacts")]
    [InlineData(null, "configured", "configured")]
    [InlineData("argument", "configured", "argument")]
    public async Task The_folder_is_the_argument_or_the_configured_one_or_artifacts(string? argument, string? configured, string expected)
    {
        using var host = Build(argument is null ? null : Path.Combine(_folder, argument), ("Folder", configured is null ? null : Path.Combine(_folder, configured)));
        await host.Services.GetRequiredService<IArtifactStore>().PutAsync(new MemoryStream([1]), Cancel);
        Directory.EnumerateDirectories(_folder).Select(Path.GetFileName).Should().Equal(expected);
    }

    [Theory]
    [InlineData("Folder", "")]
    [InlineData("LeftoverAge", "00:00:01")]
    [InlineData("LeftoverAge", "-1.00:00:00")]
    public async Task Nonsense_is_refused_when_the_host_starts(string option, string value)
    {
        using var host = Build(null, (option, value));
        var start = () => host.StartAsync(Cancel);
        (await start.Should().ThrowAsync<OptionsValidationException>()).Which.Message.Should().Contain(option);
    }

    private IHost Build(string? argument, params (string Key, string? Value)[] configuration)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([.. configuration.Select(c => KeyValuePair.Create("MlOps:Artifacts:" + c.Key, c.Value)), new("MlOps:Folder", _folder)]);
        builder.Services.AddMlOpsCore().UseFileArtifacts(argument);
        return builder.Build();
    }
}
