// Part of Apus, Apache-2.0. See LICENSE.

/// How the number of threads of a library is set.
struct ThreadControl: @unchecked Sendable {
  // Addresses of code, constant once found.

  /// Whose number a call changes.
  enum Scope: String, Sendable {
    /// That of the thread which calls.
    case callingThread = "calling thread"
    /// That of the process.
    case process = "process"
    /// Nothing can be set.
    case fixed = "fixed"
  }

  let scope: Scope
  /// Whether a setter returns the number before, which is then what is put back.
  var returnsPrevious = false
  /// OpenMP's own call, for a library whose threads start from the number of the thread which calls, although
  /// it has buffers of the process's.
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
  /// 0 and less are never passed on: some libraries end the process then.
  func set(_ count: Int) {
    // An argument of 32 or of 64 bits: both are in the same register.
    typealias Function = @convention(c) (Int) -> Int
    for setter in setters { _ = unsafeBitCast(setter, to: Function.self)(max(1, count)) }
  }

  /// Sets the number and says what `restore` puts back.
  func exchange(_ count: Int) -> Int? {
    typealias Function = @convention(c) (Int) -> Int32
    if returnsPrevious, let setter = setters.first {
      return Int(unsafeBitCast(setter, to: Function.self)(max(1, count)))
    }
    let before = self.count
    set(count)
    return before
  }

  /// Puts back what was there before; 0 is oneMKL's way to say that the process's number counts.
  func restore(_ before: Int) {
    typealias Function = @convention(c) (Int) -> Int32
    if returnsPrevious, let setter = setters.first {
      _ = unsafeBitCast(setter, to: Function.self)(max(0, before))
    } else {
      set(before)
    }
  }

  /// The number in force, if the library tells; BLIS says -1 for 1.
  var count: Int? {
    typealias Function = @convention(c) () -> Int32
    return getter.map { max(1, Int(unsafeBitCast($0, to: Function.self)())) }
  }
}

/// The two calls of an OpenMP library that concern the thread which calls.
struct OpenMPCalls: @unchecked Sendable {
  // Addresses of code, constant once found.

  private let setter: UnsafeMutableRawPointer
  private let getter: UnsafeMutableRawPointer

  /// Those that a library sees, if it is built on OpenMP.
  init?(_ library: SharedLibrary) {
    guard let setter = library.address("omp_set_num_threads"),
      let getter = library.address("omp_get_max_threads")
    else { return nil }
    (self.setter, self.getter) = (setter, getter)
  }

  /// Runs `body` with so many threads for this OS thread.
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
