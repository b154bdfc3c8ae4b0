// Part of Apus, Apache-2.0. See LICENSE.
import Foundation
import TestSupport
import Testing

/// A program that forwards connections to a port of this machine, and cuts them all when it is told to.
final class TCPRelay {
  private static let program = """
    import os, signal, socket, sys, threading
    pairs = []
    def cut(*_):
        for one in pairs:
            try: one.shutdown(socket.SHUT_RDWR)
            except OSError: pass
        pairs.clear()
    signal.signal(signal.SIGUSR1, cut)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    def pump(a, b):
        try:
            while data := a.recv(65536): b.sendall(data)
        except OSError: pass
        for one in (a, b):
            try: one.shutdown(socket.SHUT_RDWR)
            except OSError: pass
    while True:
        try: near, _ = listener.accept()
        except InterruptedError: continue
        far = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
        pairs.extend([near, far])
        for a, b in ((near, far), (far, near)):
            threading.Thread(target=pump, args=(a, b), daemon=True).start()
    """

  let port: Int
  private let process = Process()

  init(to target: Int) throws {
    let python: URL = try #require(RealPython.interpreter)
    process.executableURL = python
    process.arguments = ["-c", Self.program, "\(target)"]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let line = String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self)
    port = try #require(Int(line.trimmingCharacters(in: .whitespacesAndNewlines)))
  }

  deinit { kill(process.processIdentifier, SIGKILL) }

  /// Cuts all connections; new ones are taken at once.
  func cut() { kill(process.processIdentifier, SIGUSR1) }
}
