// Part of Apus, Apache-2.0. See LICENSE.

// Safety: The system keeps the arguments until the process ends.

extension CommandLine {
  /// The arguments as the system gave them, which need not be UTF-8.
  static var exactArguments: [[UInt8]] {
    (0..<Int(argc)).compactMap { index in
      unsafeArgv[index].map { text in
        var bytes: [UInt8] = [], position = 0
        while text[position] != 0 {
          bytes.append(UInt8(bitPattern: text[position]))
          position += 1
        }
        return bytes
      }
    }
  }
}
