// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import Synchronization

/// What workers have reported and the server has not taken in.
final class WorkerInbox: Sendable {
  private let news = Mutex<[(worker: Int, news: PythonWorker.News)]>([])
  private let pipe: WakePipe

  init() throws(TransportError) { pipe = try WakePipe() }

  /// Can be read when there is something.
  var descriptor: Int32 { pipe.reader }

  /// Called on any thread.
  func post(_ item: PythonWorker.News, from worker: Int) {
    news.withLock { $0.append((worker, item)) }
    pipe.wake()
  }

  func wake() { pipe.wake() }

  func takeNews() -> [(worker: Int, news: PythonWorker.News)] {
    pipe.clear()
    return news.withLock { list in
      defer { list.removeAll() }
      return list
    }
  }
}
