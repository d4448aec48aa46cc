using Microsoft.Extensions.Options;

namespace MlOps.Pipelines;

[OptionsValidator]
internal sealed partial class PipelineOptionsValidator : IValidateOptions<PipelineOptions>;
