// Part of Apus, Apache-2.0. See LICENSE.

/// A backend for products and factorisations of matrices: a BLAS library, or Apus's own routines.
///
/// The process's backend is chosen once, when it is first needed: the one that `APUS_BLAS` names, else the
/// best that is installed, else ``native``. Nothing is linked, so programs also run where no library is
/// installed.
///
/// ```swift
/// print(BLAS.current.info)
/// try BLAS.use(.mkl)                         // from here on
/// let product = BLAS.withThreads(1) { a * b }
/// ```
public struct BLAS: Sendable {
  final class Routines: Sendable {
    let doubles: MatrixRoutines<Double>
    let floats: MatrixRoutines<Float>
    let policy: ThreadPolicyStorage
    let library: BLASLibrary?

    init(
      doubles: MatrixRoutines<Double>, floats: MatrixRoutines<Float>,
      policy: ThreadPolicyStorage, library: BLASLibrary?
    ) {
      self.doubles = doubles
      self.floats = floats
      self.policy = policy
      self.library = library
    }
  }

  /// A library that Apus knows by name, or any other by its files.
  public typealias Backend = BLASBackend

  let routines: Routines

  var doubles: MatrixRoutines<Double> { routines.doubles }
  var floats: MatrixRoutines<Float> { routines.floats }
  var library: BLASLibrary? { routines.library }

  /// The environment variables that the library has for its number of threads.
  var threadVariables: [String] { library?.row.threadVariables ?? [] }

  /// Apus's own routines: always available, with the same bits for any number of threads.
  public static let native = BLAS(
    routines: Routines(
      doubles: .native(.doubles, loops: .doubles), floats: .native(.floats, loops: .floats),
      policy: NativePolicy.shared, library: nil))

  @TaskLocal static var chosen: BLAS?

  /// The backend in use here: that of the innermost ``withBackend(_:_:)``, or the process's.
  public static var current: BLAS { chosen ?? BLASStorage.shared.current }

  /// Loads and tests a backend, and uses it for the whole process from then on.
  ///
  /// - Throws: ``BLASError`` that says why it was refused; the previous backend stays in use.
  @discardableResult
  public static func use(_ backend: Backend) throws(BLASError) -> BLAS {
    let blas = try load(backend)
    BLASStorage.shared.replace(by: blas)
    return blas
  }

  /// Loads and tests a backend without using it.
  ///
  /// - Throws: ``BLASError`` that says why it was refused.
  public static func load(_ backend: Backend) throws(BLASError) -> BLAS {
    try BLASStorage.shared.load(backend)
  }

  /// Runs `body` with another backend, on this thread and in the async code that it starts.
  ///
  /// Tasks of a parallel map run on other threads and use the process's backend.
  public static func withBackend<Output, Failure: Error>(
    _ blas: BLAS, _ body: () throws(Failure) -> Output
  ) throws(Failure) -> Output {
    var result: Result<Output, Failure>?
    $chosen.withValue(blas) {
      ThreadVariables.$scoped.withValue(blas.threadVariables) { result = Result(catching: body) }
    }
    guard let result else { fatalError("The body did not run.") }
    return try result.get()
  }
}
