namespace Grimoire.Tensors;

/// <summary>The loss −log p(target), and its two usual regularisers.</summary>
/// <param name="Smoothing">ε: the target distribution is (1−ε)·onehot + ε/V (Szegedy et al. 2016, arXiv:1512.00567).</param>
/// <param name="ZLoss">c: adds c · log²Z with Z = Σ exp logits (Chowdhery et al. 2022, arXiv:2204.02311).</param>
public readonly record struct CrossEntropySpec(float Smoothing = 0, float ZLoss = 0);
