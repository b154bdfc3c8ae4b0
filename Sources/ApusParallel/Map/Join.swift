// Part of Apus, Apache-2.0. See LICENSE.

/// Runs two closures, the second on another core if one is free, and returns both results.
///
/// It is made for algorithms that divide and conquer: call it at every level, however small the parts. A thread offers only
/// its few largest branches to others; the rest cost a few nanoseconds each.
///
/// ```swift
/// @Sendable func sum(_ values: ArraySlice<Double>) -> Double {
///   if values.count < 100 { return values.reduce(0, +) }
///   let middle = values.startIndex + values.count / 2
///   let (left, right) = join({ sum(values[..<middle]) }, { sum(values[middle...]) })
///   return left + right
/// }
/// ```
/// In async functions call it within ``onWorkers(_:)``. Within a map's task the branches use that map's workers.
///
/// - Parameters:
///   - first: runs on the calling thread.
///   - second: runs on the calling thread after `first`, or on another at the same time.
/// - Throws: what `first` throws, else what `second` throws; `second` is not begun once `first` has failed.
/// - Complexity: a few nanoseconds, and about a microsecond for a branch that another thread takes.
/// - Reproducibility: the same results on any number of cores.
@inlinable
@inline(__always)
public func join<First: Sendable, Second: Sendable, Failure: Error>(
  _ first: @Sendable () throws(Failure) -> First, _ second: @Sendable () throws(Failure) -> Second
) throws(Failure) -> (First, Second) {
  guard WorkerPool.shouldOfferBranch else {
    let left = try first()
    return (left, try second())
  }
  return try WorkerPool.join(first, second).get()
}
