#!/usr/bin/env python3
# Part of Apus, Apache-2.0. See LICENSE.
"""Compiles every line of Swift that a page or a documentation comment shows: check-examples.py [--self-test]

Each example is the body of a function of its own, async if it awaits anything; what it uses but does not declare is in
Scripts/examples-context.txt. Needs a built package (`swift build`). Package manifests are built by check-readme.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

root = pathlib.Path(__file__).resolve().parent.parent


def blocks(path):
    """(first line, text) of each Swift example of a file."""
    found, block, start = [], None, 0
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if path.suffix == ".swift":
            match = re.match(r"\s*///(?: (.*))?$", line)
            text = (match.group(1) or "") if match else None
        else:
            text = line
        if block is None:
            if text is not None and text.strip() == "```swift":
                block, start = [], number + 1
        elif text is None or text.strip() == "```":
            found.append((start, "\n".join(block)))
            block = None
        else:
            block.append(text)
    return found


def context():
    """The declarations of the context file by (name, file), where the file can be None."""
    declarations = {}
    for line in (root / "Scripts/examples-context.txt").read_text().splitlines():
        match = re.match(r"(\w+)(?: in (\S+))?: (.*)", line)
        if match:
            declarations[match.group(1), match.group(2)] = match.group(3)
    return declarations


def setup(path, text):
    """Declarations of the names that an example uses without declaring them."""
    code = re.sub(r'//.*|"[^"\n]*"', "", text)
    lines = []
    for name in dict.fromkeys(name for name, _ in known):
        is_used = re.search(rf"(?<![.\w]){name}\b(?!:)", code)
        is_declared = re.search(rf"\b(let|var|func|struct|for) \(?(\w+, )*{name}\b", text)
        if is_used and not is_declared:
            declaration = known.get((name, path.name), known.get((name, None)))
            if declaration:
                used.add((name, path.name) if (name, path.name) in known else (name, None))
                lines.append(declaration)
    return "; ".join(lines)


known, used = context(), set()


def program(examples):
    """One source of all examples; errors are reported at their own lines."""
    modules = ("Apus", "ApusCluster", "ApusLinearAlgebra", "ApusParallel", "ApusRandom", "ApusStatistics", "ApusTables", "ApusWorkers", "Foundation")
    lines = [f"import {module}" for module in modules]
    for number, (path, start, text) in enumerate(examples):
        effects = "async throws" if re.search(r"\b(await|async)\b", text) else "throws"
        if re.search(r": RemoteFunction\b", text):
            # Another process cannot find a type that is declared within a function.
            lines += [f"enum Example{number} {{"]
            body = text.splitlines()
            lines += [f'#sourceLocation(file: "{path}", line: {start})', *body, "#sourceLocation()", "}"]
            continue
        lines += [f"func example{number}() {effects} {{", setup(path, text)]
        lines += [f'#sourceLocation(file: "{path}", line: {start})']
        lines += ["" if re.match(r"\s*import \w+$", line) else line for line in text.splitlines()]
        lines += ["#sourceLocation()", "}"]
    return "\n".join(lines) + "\n"


def errors(examples):
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "examples.swift"
        source.write_text(program(examples))
        build = pathlib.Path(
            subprocess.run(["swift", "build", *os.environ.get("APUS_BUILD", "").split(), "--show-bin-path"], capture_output=True, text=True, check=True, cwd=root).stdout.strip()
        )
        maps = [next(build.glob(f"{name}.build/**/module.modulemap")) for name in ("ApusRandomKernels", "ApusMatrixKernels", "ApusLoader", "ApusWorkerSystem")]
        maps += [root / "Sources/CZMQ/module.modulemap", next(build.glob("ApusDigest.build/**/module.modulemap"))]
        flags = [word for path in maps for word in ("-Xcc", f"-fmodule-map-file={path}")]
        done = subprocess.run(
            ["swiftc", "-typecheck", "-swift-version", "6", "-parse-as-library", "-suppress-warnings", "-I", build / "Modules", *flags, source],
            capture_output=True, text=True, cwd=root,
        )
        return [line for line in done.stderr.splitlines() if re.match(r"\S.*: error: ", line)]


def collect():
    pages = [root / "README.md", *sorted((root / "Documentation").glob("*.md"))]
    pages += sorted((root / "Sources").rglob("*.docc/*.md"))
    names = ("Apus", "ApusCluster", "ApusLinearAlgebra", "ApusParallel", "ApusRandom", "ApusStatistics", "ApusTables", "ApusWorkers")
    pages += [path for name in names for path in sorted((root / "Sources" / name).rglob("*.swift"))]
    found = [(path.relative_to(root), start, text) for path in pages for start, text in blocks(path)]
    # Whole programs of pages are snippets, which the package compiles.
    snippets = [path.read_text() for path in (root / "Snippets").glob("*.swift")]
    found = [example for example in found if not any(example[2] in text for text in snippets if "import" in example[2])]
    return [example for example in found if "swift-tools-version" not in example[2] and "PackageDescription" not in example[2] and ".package(" not in example[2]]


examples = collect()
if sys.argv[1:] == ["--self-test"]:
    planted = errors([(pathlib.Path("planted.md"), 7, "let x: Int = \"text\"")])
    if len(planted) != 1 or not planted[0].startswith("planted.md:7:"):
        sys.exit(f"check-examples: a planted error was not found: {planted}")
    print("check-examples: a planted error is found")
    sys.exit()
found = errors(examples)
if found:
    print("\n".join(found))
for name, file in known.keys() - used:
    found.append(f"Scripts/examples-context.txt: {name} {f'in {file} ' if file else ''}is not used")
    print(found[-1])
if found:
    sys.exit(f"check-examples: {len(found)} errors in {len(examples)} examples")
print(f"check-examples: {len(examples)} examples compile")
