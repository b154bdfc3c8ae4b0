// Part of Apus, Apache-2.0. See LICENSE.

extension Table {
  /// Reads a CSV file (RFC 4180), or one with another separator.
  ///
  /// Separator, quotation mark and decimal mark are found from the first block of the file, the type of each column from all
  /// its values. A field is a number if both R's `read.csv` and pandas read one; its value is the nearest double. Blank lines are
  /// skipped, but a line of nothing but separators is a row of missing values. UTF-8, and UTF-16 with a byte order mark, are
  /// read; lines may end as on any system.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - options: what is not to be found from the file.
  ///   - workers: how many threads read, by default all of the thread budget; the table does not depend on it.
  /// - Throws: ``TableError``, which names the line.
  /// - Complexity: O(bytes); besides the columns, a few megabytes of memory for each worker.
  public init(csv path: String, _ options: CSVOptions = CSVOptions(), workers: Int? = nil) throws {
    self = try CSVReader(try ByteSource(path: path), options, workers: workers).read()
  }

  /// Reads CSV text; see ``init(csv:_:workers:)``.
  ///
  /// - Throws: ``TableError``, which names the line.
  public init(csvText text: String, _ options: CSVOptions = CSVOptions(), workers: Int? = nil)
    throws
  {
    let source = ByteSource(Array(text.utf8), name: "the text")
    self = try CSVReader(source, options, workers: workers).read()
  }

  /// Reads the bytes of a CSV file; see ``init(csv:_:workers:)``.
  ///
  /// - Throws: ``TableError``, which names the line.
  public init(csvBytes bytes: [UInt8], _ options: CSVOptions = CSVOptions(), workers: Int? = nil)
    throws
  {
    let source = ByteSource(bytes, name: "the text")
    self = try CSVReader(source, options, workers: workers).read()
  }
}
