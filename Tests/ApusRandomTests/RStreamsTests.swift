// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import TestSupport
import Testing

/// R's streams and rules against R itself.
@Suite(.enabled(if: RealR.interpreter != nil, Comment(rawValue: RealR.absence)))
struct RStreamsTests {
  private func texts(_ values: [Double]) -> [String] { values.map(Hexadecimal.text) }

  @Test func theDocumentedLineGivesTheSameNumbersInR() throws {
    var mine: [String] = []
    var program = ""
    func compare(_ streams: consuming Streams<MRG32k3a>, _ tasks: [Int]) {
      for task in tasks {
        var generator = streams[task]
        mine += texts((0..<4).map { _ in generator.uniform() })
        mine += texts((0..<4).map { _ in generator.normal() })
        program += streams.origin.reproducingLine(task: task) + "\nbits(runif(4)); bits(rnorm(4))\n"
      }
    }
    for seed in [Int32(123), 0, -5, .max] {
      compare(Streams.rStreams(setSeed: seed), [0, 1, 2, 17])
      compare(Streams.rMclapply(setSeed: seed), [0, 1, 9])
      compare(Streams.rFutureSeeds(setSeed: seed), [0, 1, 9])
    }
    #expect(try RealR.lines(of: program) == mine)
    #expect(mine.count == 4 * 10 * 8)
  }

  @Test func mclapplyWithoutPreschedulingGivesItsElementsTheseStreams() throws {
    let streams = Streams.rMclapply(setSeed: 42)
    let mine = (0..<6).flatMap { task -> [Double] in
      var generator = streams[task]
      return [generator.exponential(), generator.uniform()]
    }
    let program = """
      RNGkind("L'Ecuyer-CMRG"); set.seed(42)
      r <- parallel::mclapply(1:6, function(i) c(rexp(1), runif(1)), mc.cores = 2,
        mc.preschedule = FALSE)
      bits(unlist(r))
      """
    #expect(try RealR.lines(of: program) == texts(mine))
  }

  @Test func clusterSetRNGStreamGivesItsWorkersTheseStreams() throws {
    let streams = Streams.rStreams(setSeed: 7)
    let mine = (0..<2).flatMap { worker -> [Double] in
      var generator = streams[worker]
      return (0..<3).map { _ in generator.normal() }
    }
    let program = """
      cluster <- parallel::makeCluster(2)
      parallel::clusterSetRNGStream(cluster, 7)
      bits(unlist(parallel::clusterEvalQ(cluster, rnorm(3))))
      parallel::stopCluster(cluster)
      """
    #expect(try RealR.lines(of: program) == texts(mine))
  }

  @Test func genericCodeFollowsRsRulesToo() {
    func choose<Generator: BitGenerator>(_ generator: Generator) -> [Int] {
      var generator = generator
      return generator.choiceWithoutReplacement(from: 100, count: 5)
    }
    var direct = MRG32k3a(setSeed: 1)
    #expect(choose(MRG32k3a(setSeed: 1)) == direct.choiceWithoutReplacement(from: 100, count: 5))
    #expect(choose(MRG32k3a(setSeed: 1)) == [14, 42, 53, 72, 98])
  }

  @Test func drawsFollowRsRules() throws {
    var mine: [String] = []
    func draw<Generator: RGenerator>(_ generator: Generator) {
      var generator = generator
      mine += texts(generator.normals(count: 2000))
      mine += texts(generator.exponentials(count: 2000))
      mine += texts(generator.uniforms(count: 3000))
      for n in [1, 2, 10, 65_536, 65_537, 1 << 20, 1 << 33, 1 << 49 + 1, 1 << 50] {
        mine += (0..<20).map { _ in "\(generator.sample(n) + 1)" }
      }
      mine += generator.permutation(50).map { "\($0 + 1)" }
      mine += generator.choiceWithoutReplacement(from: 1000, count: 30).map { "\($0 + 1)" }
      mine += generator.choiceWithoutReplacement(from: 20_000_000, count: 10).map { "\($0 + 1)" }
      var letters = Array("abcdefgh")
      generator.shuffle(&letters)
      mine.append(String(letters))
    }
    draw(MRG32k3a(setSeed: 99))
    draw(RMersenneTwister(setSeed: 99))
    let program = """
      draw <- function() {
        bits(rnorm(2000)); bits(rexp(2000)); bits(runif(3000))
        for (n in c(1, 2, 10, 65536, 65537, 2^20, 2^33, 2^49 + 1, 2^50))
          for (i in 1:20) cat(format(sample.int(n, 1), scientific = FALSE), "\\n", sep = "")
        cat(sample.int(50), sep = "\\n"); cat("\\n")
        cat(sample.int(1000, 30), sep = "\\n"); cat("\\n")
        cat(format(sample.int(2e7, 10), scientific = FALSE, trim = TRUE), sep = "\\n"); cat("\\n")
        cat(paste(sample(strsplit("abcdefgh", "")[[1]]), collapse = ""), "\\n", sep = "")
      }
      RNGkind("L'Ecuyer-CMRG"); set.seed(99); draw()
      RNGkind("Mersenne-Twister"); set.seed(99); draw()
      """
    let theirs = try RealR.lines(of: program)
    #expect(theirs.count == mine.count)
    let firstDifference = zip(theirs, mine).enumerated().first { $1.0 != $1.1 }
    #expect(firstDifference == nil, "\(firstDifference.map { "\($0)" } ?? "")")
  }
}
