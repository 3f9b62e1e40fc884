namespace Grimoire.Tensors;

/// <content>Images as rows of patches.</content>
public static partial class Ops
{
    /// <summary>
    /// Cuts images into squares: <c>[image, channel, height, width]</c> → <c>[image · patch row · patch column, channel · size · size]</c>.
    /// </summary>
    /// <exception cref="ArgumentException">The image is not of four axes, or its sides are no multiples of <paramref name="size"/>.</exception>
    public static Tensor Patches(Tensor image, int size)
    {
        Workspace workspace = Home(image);
        CheckType(workspace, image);
        CheckRank(image, 4);
        (int channels, int height, int width) = (image.Shape[1], image.Shape[2], image.Shape[3]);
        if (size < 1 || height % size != 0 || width % size != 0)
            Refuse(nameof(size), $"patches of {size} do not tile images of {height} × {width}");
        Tensor y = workspace.New(new Shape(checked(image.Shape[0] * (height / size) * (width / size)), checked(channels * size * size)));
        workspace.Kernels.Patches(image, size, y);
        if (workspace.Tracks(image))
            workspace.Record(y, new PatchesNode(image, size));
        return y;
    }

    /// <summary>
    /// <see cref="Patches"/> through <see cref="Linear(Tensor, Tensor, Tensor?)"/>: the first layer of a vision transformer (Dosovitskiy et al. 2021,
    /// arXiv:2010.11929). Weight <c>[out, channel · size · size]</c>, result <c>[patch, out]</c>.
    /// </summary>
    /// <exception cref="ArgumentException">As for those.</exception>
    public static Tensor PatchEmbed(Tensor image, int size, Tensor weight, Tensor? bias) => Linear(Patches(image, size), weight, bias);
}

file readonly struct PatchesNode(Tensor image, int size) : INode
{
    public void Backward(Tensor y, Kernels kernels) => kernels.PatchesGrad(y.Grad!, size, image.GradToAddTo());
}
