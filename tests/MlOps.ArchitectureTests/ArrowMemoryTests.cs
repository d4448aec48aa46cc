using Mono.Cecil;
using Mono.Cecil.Cil;

namespace MlOps.ArchitectureTests;

/// <summary>Every array that a room builds lies in memory of the garbage collector, so that a span over its values outlives the array.</summary>
public sealed class ArrowMemoryTests
{
    public static TheoryData<string> Rooms() => [.. Repository.Projects("src").Select(p => Path.GetFileNameWithoutExtension(p)).Where(room => room is not "MlOps.Sdk")];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_builds_no_array_in_memory_that_a_finalizer_frees(string room)
    {
        using var module = ModuleDefinition.ReadModule(Path.Combine(AppContext.BaseDirectory, $"{room}.dll"));
        var wrong = from type in module.GetTypes()
                    from method in type.Methods
                    where method.HasBody
                    from instruction in method.Body.Instructions
                    where TakesNativeMemory(instruction)
                    select $"{method.FullName}: {((MethodReference)instruction.Operand).FullName}";
        wrong.Should().BeEmpty("arrays are built, joined, copied and read with ArrowMemory.Managed");
    }

    // The allocator is an optional parameter whose default, null, is native memory; the constructors of readers without one take the same.
    private static bool TakesNativeMemory(Instruction instruction)
    {
        if (instruction.Operand is not MethodReference called) return false;
        var declaring = called.DeclaringType.GetElementType();
        while (declaring.IsNested) declaring = declaring.DeclaringType;
        if (!declaring.Namespace.StartsWith("Apache.Arrow", StringComparison.Ordinal)) return false;
        if (declaring.Name is "ArrowStreamReader" or "ArrowFileReader") return called.Name == ".ctor" && called.Parameters.All(p => p.ParameterType.Name is not "MemoryAllocator");
        var place = called.Parameters.ToList().FindIndex(p => p.ParameterType.Name == "MemoryAllocator");
        return place == called.Parameters.Count - 1 && place >= 0 && instruction.Previous?.OpCode == OpCodes.Ldnull;
    }
}
