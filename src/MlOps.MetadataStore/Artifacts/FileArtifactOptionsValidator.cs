using Microsoft.Extensions.Options;

namespace MlOps.MetadataStore;

[OptionsValidator]
internal sealed partial class FileArtifactOptionsValidator : IValidateOptions<FileArtifactOptions>;
