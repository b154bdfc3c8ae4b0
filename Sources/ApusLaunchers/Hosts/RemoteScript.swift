// Part of Apus, Apache-2.0. See LICENSE.

/// What starts the engines of a host behind ssh: a script for the standard input of a remote `sh`.
///
/// The secrets are in it, so that no command line has them. The shell's start files may read some lines, write what they like
/// and belong to another shell: the script begins with lines that say nothing, and its answers are marked. It ends its engines when the
/// connection ends, whatever ended that: its standard input stays open as long as the launcher lives.
package struct RemoteScript: Sendable, Hashable {
  package let engine: [String]
  package let count: Int
  package let mark: EngineMark
  /// Variables of all engines.
  package let environment: [String: String]
  /// Variables that limit threads; they get an equal share of the host's cores.
  package let threadVariables: [String]

  package init(
    engine: [String], count: Int, mark: EngineMark, environment: [String: String],
    threadVariables: [String]
  ) {
    (self.engine, self.count, self.mark) = (engine, count, mark)
    (self.environment, self.threadVariables) = (environment, threadVariables)
  }

  /// The seconds that engines have to end by themselves.
  private static let grace = 3

  package var text: String {
    let program = EngineMark.quoted(engine.first ?? "")
    let exports = environment.sorted { $0.key < $1.key }.map {
      "\($0.key)=\(EngineMark.quoted($0.value)); export \($0.key)"
    }
    let shares = threadVariables.map { "\($0)=${\($0):-$share}; export \($0)" }
    return """
      \(String(repeating: "#\n", count: 16)){
      \(exports.joined(separator: "\n"))
      cores=$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
      share=$((cores / \(count))); [ "$share" -ge 1 ] || share=1
      \(shares.joined(separator: "\n"))
      command -v \(program) >/dev/null 2>&1 || echo "apus: there is no "\(program)" on $(hostname): name the engine's program with --engine or --python"
      run() {
        K=$1; export K
        trap 'kill -TERM "$e" 2>/dev/null' TERM
        sh -c \(EngineMark.quoted(mark.starting(engine, first: 0))) </dev/null 3<&- & e=$!
        wait "$e"; s=$?
        while kill -0 "$e" 2>/dev/null; do wait "$e"; s=$?; done
        \(mark.ending)
        exit "$s"
      }
      alive() { for p in $all; do kill -0 "$p" 2>/dev/null && return 0; done; return 1; }
      exec 3<&0 </dev/null
      all=
      i=0; while [ "$i" -lt \(count) ]; do (run "$i") 3<&- & all="$all $!"; i=$((i + 1)); done
      (
        while read -r line <&3; do :; done
        kill -TERM $all 2>/dev/null
        i=0; while [ "$i" -lt \(Self.grace) ] && alive; do sleep 1; i=$((i + 1)); done
        kill -KILL 0
      ) & watch=$!
      status=0
      for p in $all; do wait "$p" || status=$?; done
      kill "$watch" 2>/dev/null
      exit "$status"
      }

      """
  }
}
