// Part of Apus, Apache-2.0. See LICENSE.
public import ApusWorkers

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

// Safety: Only addresses are looked at, and memory within the closures that are given it.

/// Changes numbers that it has captured, and others of the same kind.
public struct ChangingNumbers: RemoteFunction {
  /// The numbers.
  public var numbers: [Int32]
  /// Makes the function.
  public init(numbers: [Int32]) { self.numbers = numbers }
  /// Where the numbers begin within a page, what they are after a change of a copy, and what the copy is.
  public func callAsFunction(_ x: Int32) -> [Int32] {
    var copy = numbers
    copy[5] = x
    copy.append(x)
    var other = numbers
    other.withUnsafeMutableBufferPointer { $0.reverse() }
    let start = numbers.withUnsafeBytes { Int(bitPattern: $0.baseAddress) }
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    return [
      Int32(start % page), numbers[5], Int32(numbers.count), copy[5], Int32(copy.count), other[0],
      numbers.last ?? 0,
    ]
  }
}
