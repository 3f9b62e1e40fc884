namespace Grimoire.Training.Checks;

/// <summary>What a self-check found.</summary>
/// <param name="Name">What was checked.</param>
/// <param name="Passed">Whether it holds.</param>
/// <param name="Detail">The measured number, and what it is held against.</param>
public sealed record CheckResult(string Name, bool Passed, string Detail);
