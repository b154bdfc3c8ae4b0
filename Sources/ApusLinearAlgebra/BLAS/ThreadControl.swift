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

  /// The number in force, if the library tells; BLIS says -1 for 1.
  var count: Int? {
    typealias Function = @convention(c) () -> Int32
    return getter.map { max(1, Int(unsafeBitCast($0, to: Function.self)())) }
  }
}
