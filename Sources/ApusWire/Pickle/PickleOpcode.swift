// Part of Apus, Apache-2.0. See LICENSE.

/// The opcodes of pickles that are read, by the names that Python's `pickletools` gives them.
enum PickleOpcode: UInt8 {
  case mark = 0x28, stop = 0x2E, pop = 0x30, popMark = 0x31, dup = 0x32
  case proto = 0x80, frame = 0x95
  case none = 0x4E, newTrue = 0x88, newFalse = 0x89
  case int = 0x49, binInt = 0x4A, binInt1 = 0x4B, binInt2 = 0x4D
  case long = 0x4C, long1 = 0x8A, long4 = 0x8B
  case float = 0x46, binFloat = 0x47
  case binString = 0x54, shortBinString = 0x55
  case unicode = 0x56, binUnicode = 0x58, shortBinUnicode = 0x8C, binUnicode8 = 0x8D
  case binBytes = 0x42, shortBinBytes = 0x43, binBytes8 = 0x8E, byteArray8 = 0x96
  case emptyList = 0x5D, list = 0x6C, append = 0x61, appends = 0x65
  case emptyTuple = 0x29, tuple = 0x74, tuple1 = 0x85, tuple2 = 0x86, tuple3 = 0x87
  case emptyDict = 0x7D, dict = 0x64, setItem = 0x73, setItems = 0x75
  case emptySet = 0x8F, addItems = 0x90, frozenSet = 0x91
  case global = 0x63, stackGlobal = 0x93
  case reduce = 0x52, newObj = 0x81, newObjEx = 0x92, build = 0x62
  case memoize = 0x94, put = 0x70, binPut = 0x71, longBinPut = 0x72
  case get = 0x67, binGet = 0x68, longBinGet = 0x6A
}
