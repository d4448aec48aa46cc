using Microsoft.Extensions.Options;

namespace MlOps.Core;

[OptionsValidator]
internal sealed partial class MlOpsOptionsValidator : IValidateOptions<MlOpsOptions>;
