// Part of Apus, Apache-2.0. See LICENSE.
import ApusProcess

/// The package of Parallel Python that a Python has: its version, which clients compare with their own, and its worker.
package struct PythonPackage: Sendable, Hashable {
  /// `ppft`, or `pp` as it was written anew.
  package let name: String
  package let version: String
  package let python: String

  package init(name: String, version: String, python: String) {
    (self.name, self.version, self.python) = (name, version, python)
  }

  /// The command of a worker.
  ///
  /// - Parameter server: the number of the process without which it ends.
  package func workerWords(server: Int) -> [String] {
    [python, "-u", "-c", Self.start, "\(server)", name == "ppft" ? "ppft" : "pp._worker"]
  }

  /// Runs the package's own worker behind descriptors of its own, so that what a job writes to descriptor 1 is no answer, and ends it
  /// when its server is gone, also in the midst of a job.
  private static let start = """
    os, sys, io, runpy, threading, time = map(__import__, ("os", "sys", "io", "runpy", "threading", "time"))
    server, module = int(sys.argv[1]), sys.argv[2]
    def watch(server, os=os, time=time):
        while os.getppid() == server:
            time.sleep(0.5)
        os._exit(1)
    threading.Thread(target=watch, args=(server,), daemon=True).start()
    reader, writer, null = os.dup(0), os.dup(1), os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0), os.dup2(null, 1)
    sys.stdin = sys.__stdin__ = io.TextIOWrapper(open(reader, "rb"))
    sys.stdout = sys.__stdout__ = io.TextIOWrapper(open(writer, "wb", 0), write_through=True)
    sys.argv = [module]
    del watch, reader, writer, null, server
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    finally:
        os._exit(\(WorkerCommand.finished))
    """

  private static let question = """
    find = __import__("importlib.util").util.find_spec
    for name, worker in (("ppft", "ppft.worker"), ("pp", "pp._worker")):
        try:
            if find(worker) is None:
                continue
            package = __import__(name)
        except ImportError:
            continue
        print("package", name, getattr(getattr(package, "common", package), "__version__", None) or package.__version__)
        break
    """

  /// Asks a Python which package it has.
  ///
  /// - Parameter folder: where the answer is kept meanwhile.
  /// - Throws: ``JobServerError`` if it has none, or cannot be started.
  package static func find(
    _ python: String, environment: [String: String], folder: String
  ) throws -> PythonPackage {
    let answer: CommandRun.Answer
    do {
      answer = try CommandRun(
        [python, "-c", question], environment: environment, folder: folder, number: 1
      ).wait(.seconds(30))
    } catch {
      throw JobServerError("\(error); name another with --python")
    }
    let words = answer.output.split(whereSeparator: \.isWhitespace)
    guard words.count == 3, words[0] == "package" else {
      let said = answer.errors.split(whereSeparator: \.isNewline).last.map { ": \($0)" } ?? ""
      throw JobServerError(
        "\(python) has neither ppft nor pp\(said); install one of them there, or name another Python with --python"
      )
    }
    return PythonPackage(name: String(words[1]), version: String(words[2]), python: python)
  }
}
