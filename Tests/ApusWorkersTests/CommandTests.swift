// Part of Apus, Apache-2.0. See LICENSE.
import Foundation
import TestSupport
import Testing

@testable import ApusWorkers

@Suite struct CommandTests {
  private static let awkward = [
    "a b", "a  b", "it's", #"say "x""#, "$(touch PWNED)", "`touch PWNED`", "-n", "*", "~", "a\nb",
    #"back\slash"#, "é", "", "{}", "$APUS_ARGUMENT", "\t", "!", "#", "%s", "\\", "'", "\"", ";ls",
  ]

  /// What a shell makes of a script with an argument.
  private func shell(_ script: String, _ argument: String) throws -> String {
    let template = try CommandTemplate([Array(script.utf8)])
    let words = try template.words(for: Array(argument.utf8)).map {
      String(decoding: $0, as: UTF8.self)
    }
    return try Execution.run(
      URL(filePath: words[0]), Array(words.dropFirst()),
      environment: [CommandTemplate.variable: argument]
    ).output
  }

  @Test func aShellSeesEachArgumentAsOneWordWithTheseBytes() throws {
    for argument in Self.awkward {
      #expect(try shell("printf '<%s>' {}", argument) == "<\(argument)>")
      #expect(try shell("printf '<%s>'", argument) == "<\(argument)>")
      #expect(try shell("printf '<%s>' pre{}post", argument) == "<pre\(argument)post>")
      #expect(try shell(#"printf '<%s>' "a {} b""#, argument) == "<a \(argument) b>")
      #expect(try shell("printf '<%s>' 'a {} b'", argument) == "<a \(argument) b>")
      #expect(try shell(#"printf '<%s>' "$(printf %s {})""#, argument) == "<\(argument)>")
      #expect(try shell(#"printf '<%s>' "it's" {}"#, argument) == "<it's><\(argument)>")
      #expect(try shell(#"printf '<%s>' \"{}"#, argument) == "<\"\(argument)>")
    }
    #expect(!FileManager.default.fileExists(atPath: "PWNED"))
  }

  @Test func arithmeticTakesArgumentsAsNumbers() throws {
    for argument in ["a[$(touch PWNED)]", "", "1 2", "x"] {
      #expect(throws: StartFailure.self) { try shell("echo $((9 - {}))", argument) }
    }
    #expect(try shell("echo $(( $(printf %s {} | wc -c) + 1 ))", "a  b") == "5\n")
    #expect(try shell("echo $((9 - {})) \"$(( ({} + 1) * 2 ))\" {}x", "4") == "5 10 4x\n")
    #expect(try shell("(echo {}; echo $(echo {}))", "a  b") == "a  b\na b\n")
  }

  @Test func commentsAndEscapesAreFollowed() throws {
    #expect(try shell("# don't {} \"\nprintf '<%s>' {}", "a  b") == "<a  b>")
    #expect(try shell("printf '<%s>' a#'{}' \"\\$({})\"", "a  b") == "<a#a  b><$(a  b)>")
    #expect(
      try shell("case $APUS_ARGUMENT in a) echo A;; *) echo \"$APUS_ARGUMENT\";; esac", "b")
        == "b\n")
  }

  @Test func scriptsThatCouldMisplaceTheArgumentAreRefused() {
    for script in [
      "", "  ", "echo hi;", "echo hi &", "echo hi |", "echo hi >", "echo hi\n", "echo hi # note",
      "echo 'hi",
      "echo \"hi", "echo $(hi", "cat <<EOF\n{}\nEOF", "echo \"$(case x in x) echo {};; esac)\"",
      "{ echo; }",
    ] {
      #expect(throws: ShellScript.Refused.self, "\(script)") {
        try CommandTemplate([Array(script.utf8)])
      }
    }
  }

  @Test func quotedTextIsOneWordForAShell() throws {
    for argument in Self.awkward {
      let text = String(decoding: ShellText.quoted(Array(argument.utf8)), as: UTF8.self)
      let run = try Execution.run(URL(filePath: "/bin/sh"), ["-c", "printf '<%s>' \(text)"])
      #expect(run.output == "<\(argument)>")
    }
  }

  @Test func severalWordsRunWithoutAShell() throws {
    func words(_ command: [String], _ argument: String) throws -> [String] {
      try CommandTemplate(command.map { Array($0.utf8) }).words(for: Array(argument.utf8)).map {
        String(decoding: $0, as: UTF8.self)
      }
    }
    #expect(try words(["wc", "-l"], "a b") == ["wc", "-l", "a b"])
    #expect(try words(["cp", "{}", "{}.old"], "{}") == ["cp", "{}", "{}.old"])
    #expect(try words(["x", "{}{}"], "ab") == ["x", "abab"])
    #expect(try words([], "exit 3") == ["/bin/sh", "-c", "exit 3"])
  }

  @Test func seedsDifferForAllIndicesAndFitIntoASignedInteger() {
    for seed in [UInt128(0), 1, .max] {
      let seeds = (0..<100_000).map { CommandSeed.value(seed: seed, index: $0) }
      #expect(Set(seeds).count == 100_000 && seeds.allSatisfy { $0 < 1 << 31 })
      let mean = seeds.reduce(0.0) { $0 + Double($1) } / 100_000 / Double(UInt32(1) << 31)
      // Six standard errors of the mean of uniform numbers.
      #expect(abs(mean - 0.5) < 6 * (1.0 / 12 / 100_000).squareRoot())
    }
    #expect(
      CommandSeed.value(seed: 0, index: 1) != CommandSeed.value(seed: 1, index: 1))
    // Fixed for ever: runs that go on depend on it.
    #expect(
      (0..<4).map { CommandSeed.value(seed: 0, index: $0) } == [
        639_980_047, 1_523_051_509, 1_754_861_510, 1_875_106_233,
      ])
  }
}
