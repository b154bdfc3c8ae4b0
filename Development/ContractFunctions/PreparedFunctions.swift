// Part of Apus, Apache-2.0. See LICENSE.

public import ApusWorkers
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How often this process was prepared.
private let preparations = Atomic(0)

/// Prepares its process, or fails to, and returns how often it has.
public struct Prepared: RemoteFunction {
  /// What happens when a process is to be prepared.
  public var deed: Deed
  /// Makes the function.
  public init(_ deed: Deed) { self.deed = deed }
  /// Prepares the process.
  public func prepare() throws {
    switch deed {
    case .raise: throw DeedError(description: "there is no licence")
    case .exit: exit(5)
    default: preparations.wrappingAdd(1, ordering: .relaxed)
    }
  }
  /// How often its process was prepared.
  public func callAsFunction(_ x: Int) -> Int { preparations.load(ordering: .relaxed) }
}

/// Returns so many numbers, which are the element.
public struct Numbers: RemoteFunction {
  /// How many.
  public var count: Int
  /// Makes the function.
  public init(count: Int) { self.count = count }
  /// The numbers.
  public func callAsFunction(_ x: Double) -> [Double] { [Double](repeating: x, count: count) }
}

/// Waits on one element until there is a file.
public struct AwaitFile: RemoteFunction {
  /// The file.
  public var path: String
  /// The element.
  public var index: Int
  /// Makes the function.
  public init(path: String, at index: Int) { (self.path, self.index) = (path, index) }
  /// Waits.
  public func callAsFunction(_ x: Int, _ context: TaskContext) -> Int {
    while x == index, access(path, F_OK) != 0, !context.isCancelled { sched_yield() }
    return x
  }
}

/// Returns the variables of its process that say how many threads there should be.
public struct Variables: RemoteFunction {
  /// Makes the function.
  public init() {}
  /// The variables as NAME=value.
  public func callAsFunction(_ x: Int) -> [String] {
    let names: [String] = ["APUS_NUM_THREADS", "OMP_NUM_THREADS"]
    return names.compactMap { (name: String) -> String? in
      getenv(name).map { "\(name)=\(String(cString: $0))" }
    }
  }
}

/// Returns so many bytes, which are the element.
public struct ManyBytes: RemoteFunction {
  /// How many.
  public var count: Int
  /// Makes the function.
  public init(count: Int) { self.count = count }
  /// The bytes.
  public func callAsFunction(_ x: Int) -> [UInt8] { [UInt8](repeating: UInt8(x), count: count) }
}

/// A number that may refuse to be decoded.
public struct Picky: Codable, Sendable, Equatable {
  /// The number.
  public var value: Int
  /// Makes it.
  public init(_ value: Int) { self.value = value }
  /// Reads it, unless it is 7.
  public init(from decoder: any Decoder) throws {
    value = try decoder.singleValueContainer().decode(Int.self)
    if value == 7 {
      throw DecodingError.dataCorrupted(
        .init(codingPath: [], debugDescription: "it is 7 on purpose"))
    }
  }
  /// Writes it.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(value)
  }
}

/// Takes numbers that may refuse to be decoded.
public struct TakePicky: RemoteFunction {
  /// Makes the function.
  public init() {}
  /// The number.
  public func callAsFunction(_ x: Picky) -> Int { x.value }
}

/// Returns numbers that may refuse to be decoded.
public struct MakePicky: RemoteFunction {
  /// Makes the function.
  public init() {}
  /// The number.
  public func callAsFunction(_ x: Int) -> Picky { Picky(x) }
}

/// Keeps so many bytes of memory for ever, and returns the number of its process.
public struct Leak: RemoteFunction {
  /// How many.
  public var byteCount: Int
  /// Makes the function.
  public init(byteCount: Int) { self.byteCount = byteCount }
  /// The number of the process.
  public func callAsFunction(_ x: Int) -> Int {
    // The optimiser leaves out what it knows to be memory that nobody reads.
    let memory = mmap(
      nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    if let memory, memory != MAP_FAILED { memset(memory, 1, byteCount) }
    return Int(getpid())
  }
}

/// Puts its process under a limit of the kernel's, and goes beyond it.
public struct ExceedGroup: RemoteFunction {
  /// The folder of the control group.
  public var group: String
  /// Makes the function.
  public init(group: String) { self.group = group }
  /// Fills as many bytes.
  public func callAsFunction(_ byteCount: Int) -> Int {
    if byteCount > 1000 {
      let file = open(group + "/cgroup.procs", O_WRONLY)
      let text = "\(getpid())"
      _ = write(file, text, text.utf8.count)
      close(file)
    }
    return [UInt8](repeating: 1, count: byteCount).reduce(0) { $0 &+ Int($1) }
  }
}

/// A function whose type other processes cannot find by the compiler's name.
private struct Hidden: RemoteFunction {
  func callAsFunction(_ x: Int) -> Int { 3 * x }
}

/// A function that must be registered.
public func hiddenFunction() -> some RemoteFunction<Int, Int> { Hidden() }

/// It by the name of its registration.
public let hiddenFunctions: [String: any RemoteFunction.Type] = ["hidden function": Hidden.self]
