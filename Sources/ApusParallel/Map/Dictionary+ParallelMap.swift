// Part of Apus, Apache-2.0. See LICENSE.

extension Dictionary where Key: Sendable, Value: Sendable {
  /// A dictionary with the same keys, and values that are computed on the cores of this process.
  ///
  /// ```swift
  /// let sizes = files.parallelMapValues { $0.count }
  /// ```
  /// A dictionary has no order, so its tasks have no streams of their own: sort the keys and map them for random numbers.
  ///
  /// - Parameters:
  ///   - workers: threads to use; default ``ThreadBudget/current``.
  ///   - progress: counts finished values; default none.
  ///   - transform: runs on several threads at once, once for each value.
  /// - Complexity: O(`count`) calls.
  @inlinable
  public func parallelMapValues<Output: Sendable>(
    workers: Int? = nil, progress: MapProgress? = nil, _ transform: @Sendable (Value) -> Output
  ) -> [Key: Output] {
    let outputs = Array(values).parallelMap(workers: workers, progress: progress, transform)
    return [Key: Output](uniqueKeysWithValues: zip(keys, outputs))
  }

  /// A dictionary with the same keys, and values that are computed by a closure that may throw.
  ///
  /// - Parameters:
  ///   - workers: threads to use; default ``ThreadBudget/current``.
  ///   - progress: counts finished and failed values; default none.
  ///   - transform: runs on several threads at once, at most once for each value.
  /// - Throws: what `transform` throws for one of the values that failed.
  /// - Complexity: O(`count`) calls.
  @inlinable
  public func parallelMapValues<Output: Sendable>(
    workers: Int? = nil, progress: MapProgress? = nil,
    _ transform: @Sendable (Value) throws -> Output
  ) throws -> [Key: Output] {
    do {
      let outputs = try Array(values).parallelMap(workers: workers, progress: progress) {
        value throws in try transform(value)
      }
      return [Key: Output](uniqueKeysWithValues: zip(keys, outputs))
    } catch {
      throw error.underlying  // an index of a dictionary says nothing
    }
  }

  /// A dictionary with the same keys, and values that are computed without blocking a Swift concurrency thread.
  ///
  /// - Throws: what `transform` throws for one of the values that failed, or `CancellationError`.
  /// - Complexity: O(`count`) calls.
  @inlinable
  public func parallelMapValues<Output: Sendable>(
    workers: Int? = nil, progress: MapProgress? = nil,
    _ transform: @escaping @Sendable (Value) throws -> Output
  ) async throws -> [Key: Output] {
    do {
      let outputs = try await Array(values).parallelMap(workers: workers, progress: progress) {
        try transform($0)
      }
      return [Key: Output](uniqueKeysWithValues: zip(keys, outputs))
    } catch let failure as TaskFailure {
      throw failure.underlying
    }
  }
}
