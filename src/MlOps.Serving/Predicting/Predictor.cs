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
        if (binding?.Served != served) _binding = binding = new(served);
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
        public Binding(ServedModel served)
        {
            var signature = served.Model.Manifest.Signature;
            Served = served;
            Predict = served.Model.Bind<TInput, TOutput>();
            Inputs = signature.GetInputs();
            Read = TensorRow.Reader<TInput>(Inputs);
            Write = TensorRow.Writer<TOutput>(signature.Outputs);
        }

        public ServedModel Served { get; }

        public Func<TInput, TOutput> Predict { get; }

        public IReadOnlyList<TensorSpec> Inputs { get; }

        public Action<TInput, Tensor[]> Read { get; }

        public Action<IReadOnlyList<Tensor>, TOutput> Write { get; }
    }
}
