/** Deletes the entries of a Map that were set first, until so many are left. Delete a key before it is set again to renew it. */
export function dropOldest<K>(map: Map<K, unknown>, most: number): void {
  for (const oldest of map.keys()) {
    if (map.size <= most) return
    map.delete(oldest)
  }
}
