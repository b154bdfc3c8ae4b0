// Part of Apus, Apache-2.0. See LICENSE.
import ApusLinearAlgebra
import Foundation
import TestSupport
import Testing

@Suite struct MatrixFileTests {
  let a: Matrix<Double> = [[1, -2.5, 1e300], [0.1, .infinity, .leastNonzeroMagnitude]]

  @Test func bytesOfNumPysFormatComeBack() throws {
    #expect(try Matrix(npyBytes: a.npyBytes) == a)
    #expect(try Matrix(npyBytes: a.transposed.npyBytes) == a.transposed)
    let floats = a.map { Float($0) }
    #expect(try Matrix<Float>(npyBytes: floats.npyBytes) == floats)
    let empty = Matrix<Double>.zeros(0, 3)
    #expect(try Matrix(npyBytes: empty.npyBytes) == empty)
    #expect((a.npyBytes.count - 48) % 64 == 0)
  }

  @Test func csvComesBackExactly() throws {
    #expect(try Matrix(csv: a.csv) == a)
    #expect(
      try Matrix<Double>(csv: "x,y\r\n1, 2\r\n\r\n3,4", hasHeader: true) == [[1, 2], [3, 4]])
  }

  @Test(arguments: [
    ("1,2\n3,x\n", "Line 2, field 2: \"x\" is not a number."),
    ("1,2\n3\n", "Line 2: 1 fields instead of 2."),
    ("1,,2\n", "Line 1, field 2: \"\" is not a number."),
  ])
  func badCSVIsNamedByLineAndField(text: String, message: String) {
    #expect(throws: MatrixFileError.self) { try Matrix<Double>(csv: text) }
    do { _ = try Matrix<Double>(csv: text) } catch { #expect(error.message == message) }
  }

  @Test func everyCutOfAFileIsAnError() {
    let bytes = a.npyBytes
    for length in 0..<bytes.count {
      #expect(throws: MatrixFileError.self) {
        try Matrix<Double>(npyBytes: Array(bytes[..<length]))
      }
    }
  }

  @Test func headsThatLieAreErrors() {
    func file(_ dictionary: String) -> [UInt8] {
      [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(dictionary.utf8.count), 0]
        + Array(dictionary.utf8)
        + [UInt8](repeating: 0, count: 64)
    }
    for dictionary in [
      "{'descr': '<f8', 'fortran_order': False, 'shape': (9223372036854775807, 9), }",
      "{'descr': '<f8', 'fortran_order': False, 'shape': (-1, 2), }",
      "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2, 3), }",
      "{'descr': '<f8', 'fortran_order': False, 'shape': (), }",
      "{'descr': '|O', 'fortran_order': False, 'shape': (2,), }",
      "{'descr': '<c16', 'fortran_order': False, 'shape': (2,), }",
      "{'fortran_order': False, 'shape': (2,), }", "", "{}",
    ] {
      #expect(throws: MatrixFileError.self) { try Matrix<Double>(npyBytes: file(dictionary)) }
    }
    #expect(throws: Never.self) {
      try Matrix<Double>(
        npyBytes: file("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 4), }"))
    }
  }

  @Test func aShapeOfNothingWithEndlessColumnsIsAnError() {
    let dictionary = "{'descr': '<f8', 'fortran_order': False, 'shape': (0, 9223372036854775807), }"
    let bytes =
      [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(dictionary.utf8.count), 0]
      + Array(dictionary.utf8)
    #expect(throws: MatrixFileError.self) { try Matrix<Double>(npyBytes: bytes) }
  }

  @Test func aLinkStaysALinkAndNoDraftIsLeft() throws {
    let folder = try Project.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let (file, link) = (folder.appendingPathComponent("a.npy"), folder.appendingPathComponent("b"))
    try Data("old".utf8).write(to: file)
    try FileManager.default.createSymbolicLink(at: link, withDestinationURL: file)
    try a.writeNPY(to: link.path)
    #expect(try Matrix<Double>(npyFile: file.path) == a)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    #expect(names == ["a.npy", "b"])
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link.path) == file.path)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
    try a.writeNPY(to: file.path)
    let facts = try FileManager.default.attributesOfItem(atPath: file.path)
    #expect(facts[.posixPermissions] as? Int == 0o600)
    try a.writeNPY(to: "/dev/null")
    #expect(!FileManager.default.fileExists(atPath: "/dev/null.part"))
  }

  @Test func filesThatCannotBeReadOrWrittenAreNamed() {
    for action in [
      { _ = try Matrix<Double>(npyFile: "/nonexistent/a.npy") },
      { try self.a.writeNPY(to: "/nonexistent/a.npy") },
      { try self.a.writeCSV(to: "/dev/full/a.csv") },
    ] as [() throws -> Void] {
      #expect {
        try action()
      } throws: {
        "\($0)".contains("/nonexistent/a.npy") || "\($0)".contains("/dev/full/a.csv")
      }
    }
  }

  @Test(.enabled(if: RealPython.interpreter != nil, "needs NumPy, which Scripts/test installs"))
  func numPyReadsOurFilesAndWeReadIts() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("apus-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let ours = folder.appendingPathComponent("ours.npy").path
    try a.writeNPY(to: ours)
    let types = ["<f8", ">f8", "<f4", "<i4", ">i2", "<u8", "|i1", "|b1"]
    let program = """
      import numpy as np
      a = np.load(r"\(ours)")
      print(a.shape, a.dtype, [float(x).hex() for x in a.ravel(order="F")])
      for i, t in enumerate(\(types)):
          m = (np.arange(6).reshape(2, 3) % 5).astype(t)
          np.save(r"\(folder.path)/c%d.npy" % i, m)
          np.save(r"\(folder.path)/f%d.npy" % i, np.asfortranarray(m))
      np.save(r"\(folder.path)/vector.npy", np.array([1.5, 2.5]))
      """
    let lines = try RealPython.lines(of: program)
    #expect(
      lines.first?.hasPrefix("(2, 3) float64 ['0x1.0000000000000p+0', '0x1.999999999999ap-4'")
        == true)
    for (index, type) in types.enumerated() {
      let last: Double = type == "|b1" ? 0 : 4
      let expected: Matrix<Double> =
        type == "|b1" ? [[0, 1, 1], [1, 1, 0]] : [[0, 1, 2], [3, last, 0]]
      for order in ["c", "f"] {
        #expect(try Matrix(npyFile: folder.path + "/\(order)\(index).npy") == expected, "\(type)")
      }
    }
    #expect(try Matrix<Double>(npyFile: folder.path + "/vector.npy") == [[1.5], [2.5]])
  }
}
