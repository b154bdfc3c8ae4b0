// Part of Apus, Apache-2.0. See LICENSE.
public import ApusRandom
public import ApusWorkers

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The remote functions of the contract's tests: what tasks do to workers.
public enum ContractFunctions {
  /// Their names, so that no linker drops them.
  public static var names: [String] {
    [
      "\(Square.self)", "\(Uniforms.self)", "\(Misbehave.self)", "\(Bytes.self)", "\(Lines.self)",
      "\(Sum.self)", "\(Context.self)", "\(Sleep.self)", "\(Fill.self)", "\(Drawn.self)",
      "\(Logged.self)", "\(Poison.self)", "\(SleepFor.self)", "\(Captured.self)",
      "\(Stopped.self)", "\(KilledOnce.self)", "\(Passed.self)",
    ]
  }
}

/// Squares a number.
public struct Square: RemoteFunction {
  /// Makes the function.
  public init() {}
  /// Does it.
  public func callAsFunction(_ x: Int) -> Int { x &* x }
}

/// Sums some of the task's random numbers.
public struct Uniforms: RemoteFunction {
  /// A property of the function.
  public var count: Int
  /// Makes the function.
  public init(count: Int) { self.count = count }
  /// Does it.
  public func callAsFunction(_ x: Int, _ rng: inout TaskStream) -> Double {
    (0..<count).reduce(Double(x)) { sum, _ in sum + rng.uniform() }
  }
}

/// What can go wrong in a task.
public enum Deed: String, Codable, Sendable {
  case nothing, raise, exit, abort, trap, overflowStack, kill, killOnce, sleep, ignoreTermination,
    raiseOnce
  case undecodable, unencodable
}

/// What a task throws on purpose.
public struct DeedError: Error, CustomStringConvertible {
  /// The text.
  public let description: String
}

/// Does a deed on one element, and doubles the others.
public struct Misbehave: RemoteFunction {
  /// A property of the function.
  public var deed: Deed
  /// A property of the function.
  public var index: Int
  /// A file that remembers what was done once.
  public var mark: String

  /// Makes the function.
  public init(_ deed: Deed, at index: Int, mark: String = "") {
    self.deed = deed
    self.index = index
    self.mark = mark
  }

  /// Does it.
  public func callAsFunction(_ x: Int) throws -> Doubled {
    if x == index { try perform(x) }
    return Doubled(value: 2 * x, isSpoiled: x == index && deed == .unencodable)
  }

  private func perform(_ x: Int) throws {
    switch deed {
    case .nothing, .unencodable, .undecodable: break
    case .raise: throw DeedError(description: "element \(x) is not wanted")
    case .exit: Self.leave(3)
    case .abort: Self.abortProcess()
    case .trap: fatalError("a trap on purpose")
    case .overflowStack: print(Self.deepen(x))
    case .kill: _ = raise(SIGKILL)
    case .killOnce: if isFirst { _ = raise(SIGKILL) }
    case .raiseOnce: if isFirst { throw DeedError(description: "element \(x) is wanted later") }
    case .ignoreTermination:
      _ = isFirst  // makes the file, to say that it has begun
      signal(SIGTERM, SIG_IGN)
      while true { sleep(1) }
    case .sleep: while true { Self.sleepSome() }
    }
  }

  private var isFirst: Bool {
    let file = open(mark, O_CREAT | O_EXCL | O_WRONLY, 0o600)
    defer { if file >= 0 { close(file) } }
    return file >= 0
  }

  private static func leave(_ status: Int32) { exit(status) }
  private static func abortProcess() { abort() }
  private static func sleepSome() { usleep(1000) }

  @inline(never)
  private static func deepen(_ n: Int) -> Int {
    let values = [n, n &+ 1, n &* 3]
    return n == Int.min ? 0 : deepen(n &+ 1) &+ values[n & 1]
  }
}

/// A number that may refuse to be encoded.
public struct Doubled: Codable, Sendable, Equatable {
  /// A property of the function.
  public var value: Int
  /// A property of the function.
  public var isSpoiled: Bool

  /// Makes the function.
  public init(value: Int, isSpoiled: Bool = false) {
    self.value = value
    self.isSpoiled = isSpoiled
  }

  /// Reads the value.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    self.init(value: try container.decode(Int.self))
  }

  /// Writes the value, unless it is spoiled.
  public func encode(to encoder: any Encoder) throws {
    if isSpoiled {
      throw EncodingError.invalidValue(
        value, .init(codingPath: [], debugDescription: "it is spoiled on purpose"))
    }
    var container = encoder.singleValueContainer()
    try container.encode(value)
  }
}

/// Returns as many bytes as asked for, which depend on the element.
public struct Bytes: RemoteFunction {
  /// A property of the function.
  public var count: Int
  /// Makes the function.
  public init(count: Int) { self.count = count }
  /// Does it.
  public func callAsFunction(_ x: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ x) }
  }
}

/// Sums numbers that are sent with each task.
public struct Sum: RemoteFunction {
  /// Makes the function.
  public init() {}
  /// Does it.
  public func callAsFunction(_ values: [Double]) -> Double { values.reduce(0, +) }
}

/// Writes some lines and returns the process's number.
public struct Lines: RemoteFunction {
  /// A property of the function.
  public var count: Int
  /// Makes the function.
  public init(count: Int) { self.count = count }
  /// Does it.
  public func callAsFunction(_ x: Int) -> Int {
    for line in 0..<count { print("line \(line) of \(x)") }
    return Int(getpid())
  }
}

/// Returns what the task knows about itself: index, attempt, cores.
public struct Context: RemoteFunction {
  /// Makes the function.
  public init() {}
  /// Does it.
  public func callAsFunction(_ x: Int, _ context: TaskContext) -> [Int] {
    [context.index, context.attempt, context.coreCount, context.worker]
  }
}

/// Works until it is told to end, or for so many milliseconds; returns whether it was told.
public struct Sleep: RemoteFunction {
  /// A property of the function.
  public var milliseconds: Int
  /// Makes the function.
  public init(milliseconds: Int) { self.milliseconds = milliseconds }
  /// Does it.
  public func callAsFunction(_ x: Int, _ context: TaskContext) -> Bool {
    for _ in 0..<milliseconds {
      if context.isCancelled { return true }
      usleep(1000)
    }
    return false
  }
}

/// Fills so many bytes of memory, and holds them for a while.
public struct Fill: RemoteFunction {
  /// Makes the function.
  public init() {}
  /// Does it.
  public func callAsFunction(_ count: Int) -> Int {
    let bytes = [UInt8](repeating: 1, count: count)
    if count > 1_000_000 { usleep(2_000_000) }
    return bytes.reduce(0) { $0 &+ Int($1) }
  }
}

/// Fails on element 2 with a number that it has drawn.
public struct Drawn: RemoteFunction {
  /// A property of the function.
  public var worst: Double
  /// Makes the function.
  public init(worst: Double) { self.worst = worst }
  /// Does it.
  public func callAsFunction(_ x: Int, _ rng: inout TaskStream) throws -> Double {
    let drawn = rng.uniform()
    if x == 2 { throw DeedError(description: "drew \(drawn)") }
    return drawn
  }
}

/// Draws a number, and appends a byte to a file to say that it was computed.
public struct Logged: RemoteFunction {
  /// What the number is multiplied with.
  public var scale: Double
  /// The file.
  public var log: String
  /// The microseconds for which it waits.
  public var pause: Int
  /// Makes the function.
  public init(scale: Double, log: String, pause: Int = 0) {
    (self.scale, self.log, self.pause) = (scale, log, pause)
  }
  /// Does it.
  public func callAsFunction(_ x: Int, _ rng: inout TaskStream) -> Double {
    let file = open(log, O_WRONLY | O_APPEND | O_CREAT, 0o600)
    _ = write(file, "x", 1)
    close(file)
    if pause > 0 { usleep(UInt32(pause)) }
    return Double(x) + scale * rng.uniform()
  }
}

/// Ends every worker that receives it.
public struct Poison: RemoteFunction {
  /// Makes the function.
  public init() {}
  /// Ends the process, if it is a worker.
  public init(from decoder: any Decoder) throws { fatalError("poison on purpose") }
  /// Writes nothing.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(1)
  }
  /// Does nothing.
  public func callAsFunction(_ x: Int) -> Int { x }
}

/// Works for as many milliseconds as asked for, or until it is told to end; returns whether it was told.
public struct SleepFor: RemoteFunction {
  /// Makes the function.
  public init() {}
  /// Does it.
  public func callAsFunction(_ milliseconds: Int, _ context: TaskContext) -> Bool {
    for _ in 0..<milliseconds {
      if context.isCancelled { return true }
      usleep(1000)
    }
    return context.isCancelled
  }
}

/// Reads long arrays that it has captured: sums a part of each, and says how much memory its worker has for itself.
public struct Captured: RemoteFunction {
  /// Many numbers.
  public var numbers: [Double]
  /// Many small ones.
  public var bytes: [UInt8]
  /// Few numbers, which travel with the function.
  public var few: [Int]
  /// Makes the function.
  public init(numbers: [Double], bytes: [UInt8], few: [Int]) {
    (self.numbers, self.bytes, self.few) = (numbers, bytes, few)
  }
  /// The sums, and the private memory of the process in bytes.
  public func callAsFunction(_ first: Int) -> [Double] {
    [
      numbers.dropFirst(first).prefix(10).reduce(0, +),
      Double(bytes.reduce(0) { $0 + Int($1) }), Double(few.reduce(0, +)), privateMemory,
    ]
  }

  /// The private memory of this process, in bytes.
  public var privateMemory: Double {
    let file = open("/proc/self/statm", O_RDONLY)
    defer { close(file) }
    let text = [UInt8](unsafeUninitializedCapacity: 200) { buffer, count in
      count = max(0, read(file, buffer.baseAddress, 200))
    }
    let words = String(decoding: text, as: UTF8.self).split(separator: " ").compactMap {
      Double($0)
    }
    return words.count > 2 ? (words[1] - words[2]) * Double(sysconf(Int32(_SC_PAGESIZE))) : 0
  }
}
