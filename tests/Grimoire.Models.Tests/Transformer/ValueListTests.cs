namespace Grimoire.Models.Tests;

public sealed class ValueListTests
{
    [Fact]
    public void Lists_of_equal_elements_are_equal_and_so_are_records_that_hold_them()
    {
        ValueList<double> one = [1, 2.5], same = [1, 2.5], other = [1, 3], empty = default;
        Assert.True(one == same && one != other && one != empty && empty == []);
        Assert.Equal(one.GetHashCode(), same.GetHashCode());
        Assert.Equal("[1, 2]", new ValueList<int>([1, 2]).ToString());
        Assert.Equal([1, 2.5], one);
        Assert.Equal(new RotaryScaling.LongRope(one, other, 8, 1), new RotaryScaling.LongRope(same, [1, 3], 8, 1));
        Assert.NotEqual(new RotaryScaling.LongRope(one, other, 8, 1), new RotaryScaling.LongRope(same, one, 8, 1));
    }

    [Fact]
    public void A_list_does_not_change_with_what_it_was_made_of()
    {
        int[] source = [1, 2];
        ValueList<int> list = [.. source];
        source[0] = 9;
        Assert.Equal(1, list[0]);
        Assert.Equal(2, list.Count);
    }
}
