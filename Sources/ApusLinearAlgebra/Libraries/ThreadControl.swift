// Part of Apus, Apache-2.0. See LICENSE.

/// Sets and reads the number of threads of a library.
struct ThreadControl: @unchecked Sendable {
  // Addresses of code, constant once found.

  /// What a change of the number affects.
  enum Scope: String, Sendable {
    /// The calls from this thread.
    case callingThread = "calling thread"
    /// All calls in the process.
    case process = "process"
    /// Nothing, because the number cannot be set.
    case fixed = "fixed"
  }

  let scope: Scope
  /// Whether a setter returns the previous number, to be restored afterwards.
  var returnsPrevious = false
  /// OpenMP's own functions, for a library that takes its number of threads from the calling thread although
  /// its buffers belong to the process.
  var openMP: OpenMPCalls?
  private let setters: [UnsafeMutableRawPointer]
  private let getter: UnsafeMutableRawPointer?

  static let fixed = ThreadControl(scope: .fixed, setters: [], getter: nil)

  init(scope: Scope, setters: [UnsafeMutableRawPointer], getter: UnsafeMutableRawPointer?) {
    self.scope = setters.isEmpty ? .fixed : scope
    self.setters = setters
    self.getter = getter
  }

  /// Sets the number.
  ///
  /// At least 1 is set, because some libraries end the process at 0 or less.
  func set(_ count: Int) {
    // The argument may have 32 or 64 bits: both are passed in the same register.
    typealias Function = @convention(c) (Int) -> Int
    for setter in setters { _ = unsafeBitCast(setter, to: Function.self)(max(1, count)) }
  }

  /// Sets the number and returns the one that `restore` sets again.
  func exchange(_ count: Int) -> Int? {
    typealias Function = @convention(c) (Int) -> Int32
    if returnsPrevious, let setter = setters.first {
      return Int(unsafeBitCast(setter, to: Function.self)(max(1, count)))
    }
    let before = self.count
    set(count)
    return before
  }

  /// Restores the previous number; for oneMKL, 0 means that the process's number applies.
  func restore(_ before: Int) {
    typealias Function = @convention(c) (Int) -> Int32
    if returnsPrevious, let setter = setters.first {
      _ = unsafeBitCast(setter, to: Function.self)(max(0, before))
    } else {
      set(before)
    }
  }

  /// The number in force, if the library reports it; BLIS reports -1 for 1.
  var count: Int? {
    typealias Function = @convention(c) () -> Int32
    return getter.map { max(1, Int(unsafeBitCast($0, to: Function.self)())) }
  }
}

/// The two functions of an OpenMP library that concern the calling thread.
struct OpenMPCalls: @unchecked Sendable {
  // Addresses of code, constant once found.

  private let setter: UnsafeMutableRawPointer
  private let getter: UnsafeMutableRawPointer

  /// Finds the functions that a library uses, if it is built on OpenMP.
  init?(_ library: SharedLibrary) {
    guard let setter = library.address("omp_set_num_threads"),
      let getter = library.address("omp_get_max_threads")
    else { return nil }
    (self.setter, self.getter) = (setter, getter)
  }

  /// Runs `body` with `count` threads for this OS thread.
  @inline(__always)
  func run<Output>(on count: Int, _ body: () -> Output) -> Output {
    typealias Setter = @convention(c) (Int32) -> Void
    typealias Getter = @convention(c) () -> Int32
    let (set, before) = (
      unsafeBitCast(setter, to: Setter.self), unsafeBitCast(getter, to: Getter.self)()
    )
    set(Int32(count))
    defer { set(before) }
    return body()
  }
}
