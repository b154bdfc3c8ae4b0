// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire
import ApusWorkers

/// The functions that an engine has been sent, and worker processes that are ready for some of them.
///
/// The functions used least recently are forgotten beyond a limit; a client that needs one again is asked for it.
final class KnownFunctions {
  private struct Known {
    let function: EncodedFunction
    var pool: BatchPool?
    var used: Int

    var byteCount: Int { function.bytes.count + function.arrays.byteCount }
  }

  /// Functions with more bytes together are forgotten, but for one.
  private static let mostBytes = 1 << 30
  private static let mostFunctions = 64
  /// Functions whose workers stay when others are called.
  private static let mostPools = 2

  /// The number of worker processes.
  let workerCount: Int
  private let makePool: (EncodedFunction) throws -> BatchPool
  private var known: [String: Known] = [:]
  private var uses = 0

  /// - Parameter makePool: makes the workers of a function.
  init(workers: Int, _ makePool: @escaping (EncodedFunction) throws -> BatchPool) {
    (workerCount, self.makePool) = (workers, makePool)
  }

  private func contains(_ digest: String) -> Bool { known[digest] != nil }

  /// Keeps a function that a client has sent: its bytes, and the long arrays among its captures.
  ///
  /// - Throws: ``WorkerError`` if this program has no such function.
  private func insert(_ buffers: [[UInt8]], _ digest: String, inUse: Set<String>) throws {
    let arrays = try SharedArrayFile.make(of: buffers[1])
    let function = EncodedFunction(bytes: buffers[0], arrays: arrays)
    try function.checkIsKnownHere()
    insert(function, digest, inUse: inUse)
  }

  /// Takes the function of a map that is offered.
  ///
  /// - Parameter buffers: its bytes and arrays; none if it should be known.
  /// - Returns: why the map cannot run yet, or not at all; nil if it can.
  func take(_ offer: MapOffer, _ buffers: [[UInt8]], inUse: Set<String>) -> EngineReply? {
    if let refusal = offer.refusal(by: .own) { return .failed(MapReply.refusal, refusal) }
    do {
      if buffers.count == 2 { try insert(buffers, offer.function, inUse: inUse) }
    } catch {
      return .failed(MapReply.refusal, "\(error)")
    }
    return contains(offer.function) ? nil : .needsFunction
  }

  /// Keeps a function.
  ///
  /// - Parameter inUse: those that must not be forgotten.
  func insert(_ function: EncodedFunction, _ digest: String, inUse: Set<String>) {
    uses += 1
    if known[digest] == nil { known[digest] = Known(function: function, used: uses) }
    known[digest]?.used = uses
    while known.count > Self.mostFunctions
      || known.values.reduce(0, { $0 + $1.byteCount }) > Self.mostBytes
    {
      guard forgetOldest(but: inUse.union([digest])) else { return }
    }
  }

  private func forgetOldest(but needed: Set<String>) -> Bool {
    let oldest = known.filter { !needed.contains($0.key) }.min { $0.value.used < $1.value.used }
    guard let oldest else { return false }
    oldest.value.pool?.stop()
    known[oldest.key] = nil
    return true
  }

  /// Ends the workers of a function, of which a run has left some in an unknown state.
  func dropPool(_ digest: String) {
    known[digest]?.pool?.stop()
    known[digest]?.pool = nil
  }

  /// The workers of a function, started when there are tasks; nil if the function is not known any more.
  func pool(_ digest: String) throws -> BatchPool? {
    uses += 1
    guard let function = known[digest]?.function else { return nil }
    known[digest]?.used = uses
    if let pool = known[digest]?.pool { return pool }
    let pools = known.filter { $0.value.pool != nil }.sorted { $0.value.used < $1.value.used }
    for (other, idle) in pools.prefix(max(0, pools.count + 1 - Self.mostPools)) {
      idle.pool?.stop()
      known[other]?.pool = nil
    }
    let pool = try makePool(function)
    known[digest]?.pool = pool
    return pool
  }

  /// Ends all workers.
  func stop() {
    for function in known.values { function.pool?.stop() }
    known = [:]
  }
}
