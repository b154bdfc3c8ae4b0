// Part of Apus, Apache-2.0. See LICENSE.

// Safety: The memory is the object's own; each place is initialised at most once, which `isKnown` says, and only known places
// are read and destroyed.

/// The results of a map by index, as they come.
///
/// Only the thread that runs the map writes. An array of optionals would cost more than a small task, because this code is not specialised for the type of results.
final class ResultTable<Output: Sendable>: @unchecked Sendable {
  // Written by the thread that runs the map, and read after its end.

  private let base: UnsafeMutablePointer<Output>
  private let known: KnownResults
  private var failures: [Int: RemoteFailure] = [:]

  init(count: Int) {
    base = .allocate(capacity: count)
    known = KnownResults(count: count)
  }

  /// The results of a map without a failure.
  convenience init(outputs: [Output]) {
    self.init(count: outputs.count)
    outputs.withUnsafeBufferPointer { outputs in
      if let start = outputs.baseAddress { base.initialize(from: start, count: outputs.count) }
    }
    known.setAll()
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
    for index in 0..<known.count where known[index] { (base + index).deinitialize(count: 1) }
    base.deallocate()
  }

  func set(_ index: Int, _ output: Output) {
    if known[index] { (base + index).deinitialize(count: 1) }
    (base + index).initialize(to: output)
    known[index] = true
  }

  /// A closure that decodes the result of the task at an index, in a way that is chosen once by its type.
  func decoder() -> KnownResults.Decode where Output: Decodable {
    known.decoder(of: Output.self, base, self) ?? { [self] index, reader in
      set(index, try BinaryDecoder.decode(Output.self, from: &reader))
    }
  }

  /// The same for results of one word; nil for other types.
  func wordDecoder() -> MapJob.TakeWord? { known.wordDecoder(of: Output.self, base, self) }

  func set(_ failure: RemoteFailure) { failures[failure.index] = failure }

  /// The number of tasks with a result, and of those that have failed.
  var knownCount: Int { (0..<known.count).count { known[$0] } }
  var failureCount: Int { failures.count }

  /// All results, of a map without a failure.
  var outputs: [Output] { Array(UnsafeBufferPointer(start: base, count: known.count)) }

  /// What became of each task.
  var outcomes: [Result<Output, RemoteFailure>] {
    (0..<known.count).map { index in
      if known[index] { return .success(base[index]) }
      guard let failure = failures[index] else { fatalError("Task \(index) has no outcome.") }
      return .failure(failure)
    }
  }
}
