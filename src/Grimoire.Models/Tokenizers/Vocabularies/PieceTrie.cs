using System.Runtime.InteropServices;

namespace Grimoire.Models.Tokenizers;

/// <summary>
/// The pieces of a vocabulary as a tree of characters, to find all pieces with which a text goes on. Nodes lie breadth first, so that the
/// children of a node are neighbours, in order of their character.
/// </summary>
internal sealed class PieceTrie
{
    /// <summary>The node of the empty text.</summary>
    public const int Root = 0;

    private readonly int[] _ids, _firstChildren;
    private readonly char[] _labels;
    private readonly int[] _rootChildren = new int[char.MaxValue + 1];

    /// <summary>A tree of the pieces whose ids are given; empty pieces are left out.</summary>
    public PieceTrie(Vocabulary vocabulary, IEnumerable<int> ids)
    {
        (string Piece, int Id)[] sorted = [.. ids.Where(id => vocabulary[id] is { Length: > 0 }).Select(id => (vocabulary[id]!, id))];
        Array.Sort(sorted, static (a, b) => string.CompareOrdinal(a.Piece, b.Piece));
        List<Node> nodes = [new Node('\0', 0, sorted.Length)];
        List<int> firstChildren = [], pieceIds = [];
        for (int node = 0, depth = 0, deeper = 1; node < nodes.Count; node++)
        {
            if (node == deeper)
                (depth, deeper) = (depth + 1, nodes.Count);
            (int from, int to) = (nodes[node].From, nodes[node].To);
            bool ends = from < to && sorted[from].Piece.Length == depth;
            pieceIds.Add(ends ? sorted[from].Id : -1);
            firstChildren.Add(nodes.Count);
            AddChildren(sorted, ends ? from + 1 : from, to, depth, nodes);
        }

        firstChildren.Add(nodes.Count);
        _ids = [.. pieceIds];
        _firstChildren = [.. firstChildren];
        _labels = [.. nodes.Select(node => node.Label)];
        Array.Fill(_rootChildren, -1);
        for (int child = _firstChildren[Root]; child < _firstChildren[Root + 1]; child++)
            _rootChildren[_labels[child]] = child;
    }

    /// <summary>The node that one more character leads to, or -1.</summary>
    public int Next(int node, char label)
    {
        if (node == Root)
            return _rootChildren[label];
        int low = _firstChildren[node], high = _firstChildren[node + 1] - 1;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_labels[middle] < label)
                low = middle + 1;
            else
                high = middle;
        }

        return low == high && _labels[low] == label ? low : -1;
    }

    /// <summary>The node that a text leads to, or -1.</summary>
    public int Next(int node, ReadOnlySpan<char> text)
    {
        for (int i = 0; i < text.Length && node >= 0; i++)
            node = Next(node, text[i]);
        return node;
    }

    /// <summary>The id of the piece that ends at a node, or -1.</summary>
    public int Id(int node) => _ids[node];

    private static void AddChildren((string Piece, int Id)[] sorted, int from, int to, int depth, List<Node> nodes)
    {
        while (from < to)
        {
            char label = sorted[from].Piece[depth];
            int end = from + 1;
            while (end < to && sorted[end].Piece[depth] == label)
                end++;
            nodes.Add(new Node(label, from, end));
            from = end;
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Node(char Label, int From, int To);
}
