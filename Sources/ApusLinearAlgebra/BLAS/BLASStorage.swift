// Part of Apus, Apache-2.0. See LICENSE.
import Synchronization

/// Loads each backend once and holds the one that the process uses.
final class BLASStorage: Sendable {
  static let shared = BLASStorage()

  private struct State {
    var current: BLAS?
    var loaded: [BLAS.Backend: BLAS] = [:]
    /// Backends by their files, with symbolic links resolved, so that a library has one governor however it
    /// was named.
    var opened: [[String]: BLAS] = [:]
    var governors: [String: ThreadGovernor] = [:]
  }

  private let state = Mutex(State())

  /// The files of all libraries that were opened here, with symbolic links resolved.
  var loadedPaths: Set<String> {
    state.withLock { Set($0.opened.keys.joined()) }
  }

  /// The backend of the process, chosen at the first call.
  var current: BLAS {
    let (blas, isNew) = state.withLock { state -> (BLAS, Bool) in
      if let current = state.current { return (current, false) }
      let chosen = Self.chooseFirst(&state)
      state.current = chosen
      ThreadVariables.process.store(chosen.threadVariables)
      return (chosen, true)
    }
    // Not under the lock, because the calls that a calibration makes come here too.
    if isNew {
      SelectionWarningStorage.say(BLASLoader.selectionError.value)
      blas.followCalibration()
    }
    return blas
  }

  func replace(by blas: BLAS) {
    state.withLock { state in
      state.current = blas
      ThreadVariables.process.store(blas.threadVariables)
    }
  }

  func load(_ backend: BLAS.Backend) throws(BLASError) -> BLAS {
    let result = state.withLock { state in
      Result { () throws(BLASError) in
        (state.loaded[backend] == nil, try Self.load(backend, &state))
      }
    }
    let (isNew, blas) = try result.get()
    if isNew { blas.followCalibration() }
    return blas
  }

  private static func load(
    _ backend: BLAS.Backend, _ state: inout State
  ) throws(BLASError) -> BLAS {
    if let known = state.loaded[backend] { return known }
    let blas = backend == .native ? .native : try open(backend, isNamed: true, &state)
    state.loaded[backend] = blas
    return blas
  }

  /// Opens the first of a backend's alternatives that can be used.
  private static func open(
    _ backend: BLAS.Backend, isNamed: Bool, _ state: inout State
  ) throws(BLASError) -> BLAS {
    var last: BLASError?
    for files in BLASLoader.finder(isNamed: isNamed).candidates(for: backend) {
      do {
        return try open(files, &state)
      } catch {
        last = error
      }
    }
    throw last ?? .backendNotFound(name: backend.name, tried: ["the usual library folders"])
  }

  private static func open(
    _ files: LibraryFiles, _ state: inout State
  ) throws(BLASError) -> BLAS {
    let key = files.paths.map(FileBytes.resolved)
    if let known = state.opened[key] { return known }
    let library = try BLASLoader.library(files)
    // The file with the products; it may have been opened before with another LAPACK.
    let first = files.files.first { $0.providesSymbols }.map { FileBytes.resolved($0.path) } ?? ""
    let governor =
      state.governors[first]
      ?? ThreadGovernor(
        control: library.control, isExclusive: library.isExclusive,
        policy: ThreadPolicyStorage(library.policy))
    state.governors[first] = governor
    let blas = BLAS(routines: BLAS.Routines(library: library, governor: governor))
    try BLASLoader.test(blas, path: files.paths.joined(separator: ";"))
    state.opened[key] = blas
    return blas
  }

  /// The backend that `APUS_BLAS` names, or the first of the automatic ones that can be used.
  private static func chooseFirst(_ state: inout State) -> BLAS {
    let wish = LinearAlgebraEnvironment.current.backend
    if let wish, wish != "auto" {
      do {
        return try load(BLAS.Backend(wish), &state)
      } catch {
        BLASLoader.selectionError.store(error)
        return .native
      }
    }
    for backend in BLASLoader.automaticOrder {
      if let blas = try? open(backend, isNamed: false, &state) { return blas }
    }
    return .native
  }
}
