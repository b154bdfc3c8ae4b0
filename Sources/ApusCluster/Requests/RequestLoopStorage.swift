// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusRandom
import ApusTransport
import ApusWire
import Synchronization

/// The thread that speaks to a controller for the views of a cluster.
///
/// Requests come from any task; each ends with its reply, an error, or the cancellation of its task.
final class RequestLoop: Sendable {
  typealias Waiter = CheckedContinuation<WireMessage, any Error>

  private enum Word {
    case send(ViewRequest, Waiter)
    case cancel(MessageID)
  }

  private struct State {
    var words: [Word] = []
    var isStopped = false
    /// Why the thread has ended.
    var failure: (any Error)?
    var hasEnded = false
  }

  private let settings: ClusterSettings
  private let state = Mutex(State())
  private let pipe: WakePipe
  private let session = RandomName.session()
  private let count = Atomic<Int>(0)

  /// Starts the thread.
  init(_ settings: ClusterSettings) throws {
    self.settings = settings
    pipe = try WakePipe()
    let loop = RequestThread(self)
    Task { try await onOwnThread { loop.run() } }
  }

  /// A new identifier for a request.
  func nextID() -> MessageID {
    let number = count.wrappingAdd(1, ordering: .relaxed).newValue
    return MessageID("\(session)_\(LocalHost.processID)_\(number)")
  }

  /// Sends a request and waits for its reply.
  func send(_ request: ViewRequest) async throws -> WireMessage {
    try Task.checkCancellation()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { post(.send(request, $0)) }
    } onCancel: {
      post(.cancel(request.id))
    }
  }

  /// Ends the thread; requests without a reply fail.
  func stop() {
    state.withLock { $0.isStopped = true }
    pipe.wake()
  }

  private func post(_ word: Word) {
    let failure = state.withLock { state -> (any Error)? in
      if state.hasEnded { return state.failure ?? CancellationError() }
      state.words.append(word)
      return nil
    }
    if let failure, case .send(_, let waiter) = word { waiter.resume(throwing: failure) }
    pipe.wake()
  }

  // MARK: The thread

  /// What the thread does; it keeps the loop alive until it is stopped.
  private final class RequestThread: Sendable {
    private let loop: RequestLoop
    init(_ loop: RequestLoop) { self.loop = loop }

    func run() {
      var failure: (any Error)?
      do {
        let file = loop.settings.file
        let sockets = try ClientSockets(file, wakeBy: loop.pipe)
        let driver = try RequestDriver<Waiter>(
          loop.settings, ClientConnection(file, channels: sockets))
        while loop.take(driver) { loop.settle(try driver.turn()) }
        loop.settle(driver.takeAll(ClusterError(.unreachable, "The cluster was closed.")))
      } catch {
        failure = error
      }
      loop.end(failure)
    }
  }

  /// Hands what was posted to the driver; false when the loop is stopped.
  private func take(_ driver: RequestDriver<Waiter>) -> Bool {
    let (words, isStopped) = state.withLock { state in
      defer { state.words = [] }
      return (state.words, state.isStopped)
    }
    for word in words {
      switch word {
      case .send(let request, let waiter): settle(driver.send(request, waiter))
      case .cancel(let id): settle(driver.cancel(id))
      }
    }
    return !isStopped
  }

  private func settle(_ ends: [RequestDriver<Waiter>.End]) {
    for end in ends { end.waiter.resume(with: end.result) }
  }

  private func end(_ failure: (any Error)?) {
    let words = state.withLock { state in
      state.hasEnded = true
      state.failure = failure
      defer { state.words = [] }
      return state.words
    }
    for case .send(_, let waiter) in words {
      waiter.resume(throwing: failure ?? CancellationError())
    }
  }
}

/// The loop of a cluster's views, started when there is a first one.
final class LazyRequestLoop: Sendable {
  private let started = Mutex<RequestLoop?>(nil)

  deinit { started.withLock { $0?.stop() } }

  func loop(_ settings: ClusterSettings) throws -> RequestLoop {
    try started.withLock { loop in
      if let loop { return loop }
      let new = try RequestLoop(settings)
      loop = new
      return new
    }
  }
}
