/**
 * How many items at the front of a sorted list are before a point: the index of the first that is not, by halving.
 * @param isBefore true for the items up to some index and false from there on
 */
export function countBefore<Item>(items: readonly Item[], isBefore: (item: Item) => boolean): number {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (isBefore(items[middle]!)) low = middle + 1
    else high = middle
  }
  return low
}
