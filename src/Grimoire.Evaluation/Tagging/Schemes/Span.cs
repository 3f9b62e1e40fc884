using System.Runtime.InteropServices;

namespace Grimoire.Evaluation.Tagging;

/// <summary>Some words in a row that belong together: an entity, a phrase.</summary>
/// <param name="Start">The first word.</param>
/// <param name="End">The word behind the last.</param>
/// <param name="Type">What it is; empty where labels have no types.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Span(int Start, int End, string Type);
