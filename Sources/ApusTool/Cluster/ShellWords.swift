// Part of Apus, Apache-2.0. See LICENSE.
#if Cluster
  /// Splits a command line into words, with quotes as in a shell.
  enum ShellWords {
    static func split(_ text: String) throws -> [String] {
      var words: [String] = []
      var word: String?
      var quote: Character?
      var isEscaped = false
      for character in text {
        if isEscaped {
          word = (word ?? "") + String(character)
          isEscaped = false
        } else if character == "\\" && quote != "'" {
          isEscaped = true
        } else if let open = quote {
          if character == open { quote = nil } else { word = (word ?? "") + String(character) }
        } else if character == "'" || character == "\"" {
          quote = character
          word = word ?? ""
        } else if character.isWhitespace {
          if let done = word { words.append(done) }
          word = nil
        } else {
          word = (word ?? "") + String(character)
        }
      }
      guard quote == nil, !isEscaped else {
        throw ToolError.input("unterminated quote or escape in '\(text)'")
      }
      return words + (word.map { [$0] } ?? [])
    }
  }
#endif
