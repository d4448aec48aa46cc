using MlOps.Core;

namespace MlOps.Serving;

/// <summary>Predicts in process. With a prediction log, a guard or an enricher the row goes through tensors, which are logged, looked at or added to; without them it goes straight into the engine.</summary>
internal sealed class Predictor<TInput, TOutput>(ModelHost host, PredictionRecorder recorder, string model, string alias) : IPredictor<TInput, TOutput>
    where TInput : class
    where TOutput : class, new()
{
    private const string Caller = "in-process";

    private volatile Binding? _binding;
    private AliasSlot? _slot;

    public async ValueTask<Prediction<TOutput>> PredictAsync(TInput input, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        cancellationToken.ThrowIfCancellationRequested();
        using var lease = host.TryLease(model, alias, ref _slot, out var taken) ? taken : await host.LeaseAsync(model, alias, cancellationToken).ConfigureAwait(false);
        var served = lease.Served;
        var binding = _binding;
        if (binding?.Served != served) _binding = binding = new(served, recorder);
        var stamp = recorder.Stamp();
        if (!recorder.NeedsTensors(served)) return new(stamp.Id, recorder.Predict(served, binding.Predict, input, Caller), served.Version.Version);
        var inputs = TensorRow.Create(binding.Inputs);
        binding.Read(input, inputs);
        var predicted = await recorder.PredictAsync(served, stamp, inputs, new(Caller, alias), cancellationToken).ConfigureAwait(false);
        var output = new TOutput();
        binding.Write(predicted.Outputs, output);
        return new(stamp.Id, output, served.Version.Version);
    }

    /// <summary>Code that was compiled for one loaded version.</summary>
    private sealed class Binding
    {
        private readonly Func<TInput, TOutput>? _predict;

        public Binding(ServedModel served, PredictionRecorder recorder)
        {
            var signature = served.Model.Manifest.Signature;
            Served = served;
            if (!recorder.Completes(served)) _predict = served.Model.Bind<TInput, TOutput>(); // else the row may lack what the model needs
            Inputs = [.. recorder.ColumnsOf(served).Inputs.Where(i => signature.InputSchema.Contains(i.Name) || TensorRow.FindProperty(typeof(TInput), i.Name) is not null)];
            Read = TensorRow.Reader<TInput>(Inputs);
            Write = TensorRow.Writer<TOutput>(signature.Outputs);
        }

        public ServedModel Served { get; }

        public Func<TInput, TOutput> Predict => _predict ?? throw new InvalidOperationException("Rows that are added to go through tensors.");

        public IReadOnlyList<TensorSpec> Inputs { get; }

        public Action<TInput, Tensor[]> Read { get; }

        public Action<IReadOnlyList<Tensor>, TOutput> Write { get; }
    }
}
