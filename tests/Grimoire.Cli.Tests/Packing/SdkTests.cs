using Grimoire.Cli.Packing;

namespace Grimoire.Cli.Tests.Packing;

public sealed class SdkTests
{
    [Theory]
    [InlineData("No .NET SDKs were found.\n\nDownload a .NET SDK:", "needs the SDK of .NET 10")]
    [InlineData("Sdk.targets(166,5): error NETSDK1045: The current .NET SDK does not support targeting .NET 10.0.", "needs the SDK of .NET 10")]
    [InlineData("error NETSDK1083: The specified RuntimeIdentifier 'vax-x64' is not recognized.", "--rid vax-x64: .NET knows no such system")]
    [InlineData("/tmp/x.csproj : error NU1101: Unable to find package Microsoft.NETCore.App.Runtime.vax-x64. No packages exist with this id",
        "--rid vax-x64: the package Microsoft.NETCore.App.Runtime.vax-x64 cannot be had from your package sources")]
    [InlineData("Building…\nProgram.cs(3,1): error CS0103: The name 'x' does not exist\nmore", "Building the program failed: Program.cs(3,1): error CS0103")]
    public void A_failed_build_is_one_sentence(string said, string sentence) =>
        Assert.StartsWith(sentence, Sdk.Failure("vax-x64", said).Replace("Building the program needs", "needs", StringComparison.Ordinal), StringComparison.Ordinal);
}
