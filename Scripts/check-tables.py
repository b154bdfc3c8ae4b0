# Part of Apus, Apache-2.0. See LICENSE.
"""Generates CSV files and compares how Apus and pandas read them, value by value and bit by bit.

  .venv/bin/python Scripts/check-tables.py PATH-OF-table-answers [FILES]   about 20 seconds for 400 files

Ends with a line of counts; exits 1 and keeps the file at a difference.
"""

import random
import struct
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import pandas

warnings.simplefilter("ignore")
MISSING = ["", "NA", "NaN", "nan", "null"]


def number(draw, decimal):
    kind = draw.randrange(8)
    if kind == 0:
        text = str(draw.randint(-10**6, 10**6))
    elif kind == 1:
        text = repr(draw.uniform(-1, 1))
    elif kind == 2:
        text = repr(draw.lognormvariate(0, 100))
    elif kind == 3:
        text = f"{draw.uniform(-1e6, 1e6):.{draw.randrange(25)}f}"
    elif kind == 4:
        text = f"{draw.gauss(0, 1):.{draw.randrange(20)}e}"
    elif kind == 5:
        text = draw.choice(["+1", ".5", "5.", "-0", "007", "1E3", "2e-3", "0e0", "-.25"])
    elif kind == 6:
        text = draw.choice(["inf", "-inf", "Inf", "Infinity", "5e-324", "1.7976931348623157e308"])
    else:
        text = struct.unpack("<d", draw.randbytes(8))[0]
        text = repr(text) if text == text else "0"
    return text.replace(".", decimal)


WORDS = ["red", "blue", "élan", "日本", "a b", " x", "0x1f", "1d5", "1e", "T", "yes", "-", ".", "1_0", "2024-02-30"]


def text(draw, separator, quote):
    field = draw.choice(WORDS) if draw.random() < 0.7 else "w%d" % draw.randrange(300)
    if draw.random() < 0.2:
        field += draw.choice([separator, quote, "\n", "\r\n", separator + quote, "x"])
    return field


def enclosed(field, separator, quote, draw):
    needed = any(c in field for c in (separator, quote, "\n", "\r"))
    if needed or draw.random() < 0.1:
        return quote + field.replace(quote, quote * 2) + quote
    return field


def make(draw):
    """Returns the bytes of a file, and what pandas must be told of it."""
    separator = draw.choice([",", ";", "\t", "|"])
    decimal = "," if separator != "," and draw.random() < 0.3 else "."
    quote = '"'
    newline = draw.choice(["\n", "\n", "\r\n"])
    kinds = [draw.choice(["number", "integer", "text", "logical", "date", "mixed", "large", "empty"]) for _ in range(draw.randint(2, 9))]
    kinds[0] = "number"
    rows = draw.choice([1, 2, 5, 50, 400, 3000])
    share = draw.choice([0, 0, 0.05, 0.5])
    lines = [separator.join(enclosed(f"{k} {i}", separator, quote, draw) for i, k in enumerate(kinds))]
    for row in range(rows):
        fields = []
        for kind in kinds:
            if kind != "integer" and kind != "large" and draw.random() < share:
                fields.append(draw.choice(MISSING))
                continue
            value = {
                "number": lambda: number(draw, decimal),
                "integer": lambda: str(draw.randint(-10**9, 10**9)),
                "text": lambda: enclosed(text(draw, separator, quote), separator, quote, draw),
                "logical": lambda: draw.choice(["TRUE", "FALSE", "True", "false"]),
                "date": lambda: "%04d-%02d-%02d" % (draw.randint(1, 9999), draw.randint(1, 12), draw.randint(1, 28)),
                "mixed": lambda: number(draw, decimal) if row < rows - 1 else "last",
                "large": lambda: str(draw.randint(-(2**63), 2**63 - 1)),
                "empty": lambda: "",
            }[kind]()
            fields.append(value)
        lines.append(separator.join(fields))
        if draw.random() < 0.02:
            lines.append(draw.choice(["", "  "]))
    data = newline.join(lines)
    if draw.random() < 0.8:
        data += newline
    if decimal == "," and not any(line.count(",") for line in lines[1:]):
        decimal = "."
    return data.encode(), dict(sep=separator, decimal=decimal)


def expected(path, options):
    frame = pandas.read_csv(
        path, keep_default_na=False, na_values=MISSING, low_memory=False, encoding="utf-8", **options
    )
    return frame


def bits(value):
    return "%x" % struct.unpack("<Q", struct.pack("<d", value))[0]


def value(kind, item):
    """A value of pandas in the form of table-answers."""
    if item is None or item != item:
        return "-"
    if kind == "number":
        return bits(float(item))
    if kind == "integer":
        return str(int(item))
    if kind == "logical":
        return "1" if item in (True, "TRUE", "True", "true") else "0"
    return "t" + str(item).encode().hex()


def compare(answer, frame):
    """Returns what differs; None if nothing does."""
    head, *rest = answer
    if head != f"table {len(frame)}":
        return f"{head}, but pandas has {len(frame)} rows"
    if len(rest) != 2 * len(frame.columns):
        return f"{len(rest) // 2} columns, but pandas has {len(frame.columns)}"
    for index, name in enumerate(frame.columns):
        _, kind, found = rest[2 * index].split(" ")
        if bytes.fromhex(found[1:]).decode() != name:
            return f"column {index}: another name than {name!r}"
        column = frame[name]
        dtype = str(column.dtype)
        numeric = dtype.startswith(("float", "int", "uint")) or (dtype == "object" and kind in ("number", "integer"))
        if numeric != (kind in ("number", "integer")):
            return f"{name}: {kind}, but {dtype}"
        values = [value(kind, item) for item in column.tolist()]
        texts = rest[2 * index + 1].split(" ")
        for row, (mine, theirs) in enumerate(zip(texts, values, strict=True)):
            if kind == "number" and mine in ("0", "8000000000000000") and theirs in ("0", "8000000000000000"):
                continue  # pandas reads -0 in a column of whole numbers as 0
            if mine != theirs:
                return f"{name}, row {row}: {mine}, but {theirs} ({column.iloc[row]!r})"
    return None


def main():
    program, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 400
    with tempfile.TemporaryDirectory() as folder:
        cases = []
        for seed in range(count):
            data, options = make(random.Random(seed))
            path = Path(folder) / f"{seed}.csv"
            path.write_bytes(data)
            cases.append((path, options))
        paths = "".join(f"{path}\n" for path, _ in cases)
        run = subprocess.run([program], input=paths, capture_output=True, text=True, check=True)
        lines = run.stdout.split("\n")
        starts = [i for i, line in enumerate(lines) if line.startswith(("table ", "error "))]
        assert len(starts) == count, f"{len(starts)} answers for {count} files"
        for (path, options), start, end in zip(cases, starts, starts[1:] + [len(lines) - 1]):
            difference = compare(lines[start:end], expected(path, options))
            if difference:
                kept = Path(tempfile.gettempdir()) / path.name
                kept.write_bytes(path.read_bytes())
                print(f"{kept}: {difference}")
                sys.exit(1)
    print(f"tables: {count} passed against pandas {pandas.__version__}")


main()
