// Part of Apus, Apache-2.0. See LICENSE.

public import ApusWorkers

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What each task of a map does that ends early; those behind the failures must not hold it up.
public struct Stopped: RemoteFunction {
  /// What a task does that has the index of one that fails, or a later one.
  public enum Rest: String, Codable, Sendable {
    /// It ends at once.
    case quick
    /// It ends when it is told to.
    case obedient
    /// Some never end, others do at once; some of those before take a while.
    case mixed
  }

  /// The indices of tasks that fail, each with the milliseconds after which it does.
  public var failures: [Int: Int]
  /// What tasks behind the first failure do.
  public var rest: Rest
  /// A file that gets a byte for each task that begins.
  public var log: String
  /// Makes the function.
  public init(failures: [Int: Int], rest: Rest, log: String) {
    (self.failures, self.rest, self.log) = (failures, rest, log)
  }
  /// Does it.
  public func callAsFunction(_ index: Int, _ context: TaskContext) throws -> Int {
    let file = open(log, O_WRONLY | O_APPEND | O_CREAT, 0o600)
    _ = write(file, "x", 1)
    close(file)
    if let milliseconds = failures[index] {
      usleep(UInt32(milliseconds) * 1000)
      throw DeedError(description: "task \(index) fails")
    }
    if index < failures.keys.min() ?? .max {
      if rest == .mixed { usleep(isChosen(index, of: 8) ? 3000 : 0) }
    } else {
      wait(index, context)
    }
    return index
  }

  /// Whether an index is one of those, about one of so many, that are the same in all runs of the function.
  private func isChosen(_ index: Int, of count: UInt64) -> Bool {
    let salt = UInt64(failures.keys.min() ?? 0)
    let word = (UInt64(index) &+ salt << 32) &* 0x9E37_79B9_7F4A_7C15
    return (word >> 40) % count == 0
  }

  private func wait(_ index: Int, _ context: TaskContext) {
    switch rest {
    case .quick: break
    case .obedient: while !context.isCancelled { usleep(500) }
    case .mixed: while isChosen(index, of: 2) { usleep(500) }
    }
  }
}

/// Writes words and is killed, the first time.
public struct KilledOnce: RemoteFunction {
  /// A file that remembers that it has been.
  public var mark: String
  /// Makes the function.
  public init(mark: String) { self.mark = mark }
  /// Does it.
  public func callAsFunction(_ index: Int, _ context: TaskContext) -> Int {
    print("attempt \(context.attempt)")
    fflush(nil)
    let file = open(mark, O_CREAT | O_EXCL | O_WRONLY, 0o600)
    if file >= 0 { _ = raise(SIGKILL) }
    return index
  }
}

/// Returns its element, a number that may refuse to be encoded.
public struct Passed: RemoteFunction {
  /// Whether the function refuses too.
  public var isSpoiled: Bool
  /// Makes the function.
  public init(isSpoiled: Bool = false) { self.isSpoiled = isSpoiled }
  /// Reads nothing.
  public init(from decoder: any Decoder) throws { isSpoiled = false }
  /// Writes nothing, or refuses.
  public func encode(to encoder: any Encoder) throws {
    try Doubled(value: 0, isSpoiled: isSpoiled).encode(to: encoder)
  }
  /// Returns the number.
  public func callAsFunction(_ number: Doubled) -> Int { number.value }
}
