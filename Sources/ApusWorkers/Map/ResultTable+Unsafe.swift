// Part of Apus, Apache-2.0. See LICENSE.

// Safety: The memory is the object's own; each place is initialised at most once, which `isKnown` says, and only known places
// are read and destroyed.

/// The results of a map by index, as they come.
///
/// Only the thread that runs the map writes. An array of optionals would cost more than a small task, because this code is not specialised for the type of results.
final class ResultTable<Output: Sendable>: @unchecked Sendable {
  // Written by the thread that runs the map, and read after its end.

  private let base: UnsafeMutablePointer<Output>
  private var isKnown: [Bool]
  private var failures: [Int: RemoteFailure] = [:]

  init(count: Int) {
    base = .allocate(capacity: count)
    isKnown = Array(repeating: false, count: count)
  }

  convenience init(_ outcomes: [Result<Output, RemoteFailure>?]) {
    self.init(count: outcomes.count)
    for (index, outcome) in outcomes.enumerated() {
      switch outcome {
      case .success(let output): set(index, output)
      case .failure(let failure): set(failure)
      case nil: break
      }
    }
  }

  deinit {
    for index in isKnown.indices where isKnown[index] { (base + index).deinitialize(count: 1) }
    base.deallocate()
  }

  func set(_ index: Int, _ output: Output) {
    if isKnown[index] { (base + index).deinitialize(count: 1) }
    (base + index).initialize(to: output)
    isKnown[index] = true
  }

  func set(_ failure: RemoteFailure) { failures[failure.index] = failure }

  /// All results, of a map without a failure.
  var outputs: [Output] { Array(UnsafeBufferPointer(start: base, count: isKnown.count)) }

  /// What became of each task.
  var outcomes: [Result<Output, RemoteFailure>] {
    isKnown.indices.map { index in
      if isKnown[index] { return .success(base[index]) }
      guard let failure = failures[index] else { fatalError("Task \(index) has no outcome.") }
      return .failure(failure)
    }
  }
}
