using System.Numerics;

namespace Grimoire.Models.Chat.Jinja;

/// <summary>
/// What a template computes with: data and nothing else. There is no way from a value to an object of the program, so a template can do no more than
/// arrange what it was given.
/// </summary>
internal abstract class Value
{
    /// <summary>The name of Python's type, for messages.</summary>
    public abstract string Kind { get; }

    /// <summary>Whether <c>if</c> takes the value for true.</summary>
    public abstract bool IsTrue { get; }

    public static implicit operator Value(bool value) => value ? Bool.True : Bool.False;

    public static implicit operator Value(int value) => new Int(value);

    public static implicit operator Value(string chars) => new Text(chars);
}

/// <summary>A name that stands for nothing. It prints as nothing and is false; whatever else is done with it is an error.</summary>
internal sealed class Undefined(string what) : Value
{
    public static Undefined Nothing { get; } = new("a value that was not given");

    /// <summary>What is missing, for messages.</summary>
    public string What => what;

    public override string Kind => "undefined";

    public override bool IsTrue => false;
}

/// <summary>Python's <c>None</c>, JSON's null.</summary>
internal sealed class None : Value
{
    private None()
    {
    }

    public static None Value { get; } = new();

    public override string Kind => "None";

    public override bool IsTrue => false;
}

/// <summary>True or false; in arithmetic 1 or 0.</summary>
internal sealed class Bool : Value
{
    private Bool(bool value) => IsTrue = value;

    public static Bool True { get; } = new(true);

    public static Bool False { get; } = new(false);

    public override string Kind => "bool";

    public override bool IsTrue { get; }
}

/// <summary>A whole number of any size.</summary>
internal sealed class Int(BigInteger number) : Value
{
    public BigInteger Number => number;

    public override string Kind => "int";

    public override bool IsTrue => !number.IsZero;
}

/// <summary>A number in floating point.</summary>
internal sealed class Float(double number) : Value
{
    public double Number => number;

    public override string Kind => "float";

    public override bool IsTrue => number != 0;
}

/// <summary>What <c>namespace(…)</c> makes: the one thing whose attributes a template can set, so that a loop can tell what it saw.</summary>
internal sealed class Namespace : Value
{
    public Dictionary<string, Value> Attributes { get; } = new(StringComparer.Ordinal);

    public override string Kind => "namespace";

    public override bool IsTrue => true;
}
