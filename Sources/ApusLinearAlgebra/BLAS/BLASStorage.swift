// Part of Apus, Apache-2.0. See LICENSE.
import Synchronization

/// Loads backends, each once, and keeps the one of the process.
final class BLASStorage: Sendable {
  static let shared = BLASStorage()

  private struct State {
    var current: BLAS?
    var loaded: [BLAS.Backend: BLAS] = [:]
  }

  private let state = Mutex(State())
  /// No call of a library has more threads than this, whatever its budget.
  let limit = Atomic<Int>(.max)

  /// The files of all libraries that were opened here, without symbolic links.
  var loadedPaths: Set<String> {
    state.withLock { state in
      let all = Array(state.loaded.values) + [state.current].compactMap { $0 }
      return Set(all.flatMap { $0.library?.files.paths ?? [] }.map { SharedLibrary.resolved($0) })
    }
  }

  /// The backend of the process, chosen at the first call.
  var current: BLAS {
    let (blas, isNew) = state.withLock { state -> (BLAS, Bool) in
      if let current = state.current { return (current, false) }
      let chosen = Self.chooseFirst(&state)
      state.current = chosen
      return (chosen, true)
    }
    // Not under the lock: measuring calls come here too.
    if isNew { blas.followCalibration() }
    return blas
  }

  func replace(by blas: BLAS) { state.withLock { $0.current = blas } }

  func load(_ backend: BLAS.Backend) throws(BLASError) -> BLAS {
    let result = state.withLock { state in
      Result { () throws(BLASError) in
        (state.loaded[backend] == nil, try Self.load(backend, &state))
      }
    }
    let (isNew, blas) = try result.get()
    if isNew && blas.library != nil { blas.followCalibration() }
    return blas
  }

  private static func load(
    _ backend: BLAS.Backend, _ state: inout State
  ) throws(BLASError) -> BLAS {
    if backend == .native { return .native }
    if let known = state.loaded[backend] { return known }
    let blas = try BLASLoader.open(backend, isNamed: true)
    state.loaded[backend] = blas
    return blas
  }

  /// What `APUS_BLAS` names, or the first of the usual ones that can be used.
  private static func chooseFirst(_ state: inout State) -> BLAS {
    let wish = LinearAlgebraEnvironment.current.backend
    if let wish, wish != "auto" {
      do {
        return try load(BLAS.Backend(wish), &state)
      } catch {
        BLASLoader.complaint.store(error)
        return .native
      }
    }
    for backend in BLASLoader.automaticOrder {
      if let blas = try? BLASLoader.open(backend, isNamed: false) { return blas }
    }
    return .native
  }
}
