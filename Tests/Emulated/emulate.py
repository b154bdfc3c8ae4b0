#!/usr/bin/env python3
# Part of Apus, Apache-2.0. See LICENSE.
"""Runs a static x86-64 Linux program under Bochs on a processor with AVX-512.

    emulate.py WORK-FOLDER PROGRAM

Prints what the program prints. Exits with the program's status, or with 125 if the emulated machine
did not come up or did not end in time. The kernel is Debian's cloud kernel, unpacked below
WORK-FOLDER; it is entered directly (PVH), with an initial file system of two files. Everything is
loaded as one flat image, which takes about ten seconds to boot.
"""
import os
import pathlib
import pty
import struct
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
IMAGE_LOW, PARAMETERS, FILES = 0x1000000, 0x3F00000, 0x4000000
MEMORY_MB, BOOT_SECONDS = 512, 300
GUEST_FAILED = 125
# XSAVEC is cleared because Bochs 2.7 gives its size wrongly and Linux then switches AVX-512 off.
COMMAND_LINE = (
    "console=ttyS0,115200 quiet mitigations=off clearcpuid=321,323,124 nokaslr nosmp noapic acpi=off pci=off "
    "lpj=200000 tsc=reliable no_timer_check random.trust_cpu=on panic=-1 cryptomgr.notests audit=0 selinux=0 "
    "initcall_blacklist=trace_eval_init,load_system_certificate_list apparmor=0 rdinit=/init"
)


def kernel(work):
    """The ELF image inside of Debian's compressed kernel."""
    compressed = sorted(work.glob("kernel/boot/vmlinuz-*"))[-1].read_bytes()
    offset, length = struct.unpack_from("<II", compressed, 0x248)
    start = (compressed[0x1F1] + 1) * 512 + offset
    payload = compressed[start : start + length - 4]
    return subprocess.run(["lz4", "-dc"], input=payload, capture_output=True).stdout


def archive(files):
    """A cpio archive (newc) of (name, mode, bytes)."""
    out = bytearray()
    for i, (name, mode, data) in enumerate(files + [("TRAILER!!!", 0, b"")]):
        label = name.encode() + b"\0"
        numbers = (i + 1, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(label), 0)
        out += b"070701" + b"".join(b"%08X" % n for n in numbers) + label
        out += b"\0" * (-len(out) % 4) + data
        out += b"\0" * (-len(out) % 4)
    return bytes(out)


def load(image, elf):
    """Copies the segments of the kernel into the image and returns its PVH entry."""
    entry = None
    table, count = struct.unpack_from("<Q", elf, 32)[0], struct.unpack_from("<H", elf, 56)[0]
    for i in range(count):
        kind, _, offset, _, place, size, memory, _ = struct.unpack_from("<IIQQQQQQ", elf, table + 56 * i)
        if kind == 1:
            if not IMAGE_LOW <= place <= place + memory <= PARAMETERS:
                raise SystemExit("emulate: the kernel does not fit where it is to go")
            image[place - IMAGE_LOW : place - IMAGE_LOW + size] = elf[offset : offset + size]
        elif kind == 4:
            entry = pvh_entry(elf, offset, offset + size) or entry
    return entry


def pvh_entry(elf, at, end):
    """The note "Xen" of type 18 holds the 32-bit entry."""
    while at < end:
        name_size, size, kind = struct.unpack_from("<III", elf, at)
        name = elf[at + 12 : at + 12 + name_size]
        at += 12 + (name_size + 3 & ~3)
        if name == b"Xen\0" and kind == 0x12:
            return int.from_bytes(elf[at : at + size], "little")
        at += size + 3 & ~3
    return None


def flat_image(elf, files):
    image = bytearray(FILES - IMAGE_LOW)
    entry = load(image, elf)
    page = bytearray(0x1000)
    struct.pack_into(
        "<IIIIQQQQII", page, 0, 0x336EC578, 1, 0, 1, PARAMETERS + 0x100, PARAMETERS + 0x400, 0, PARAMETERS + 0x200, 2, 0
    )
    struct.pack_into("<QQQQ", page, 0x100, FILES, len(files), 0, 0)
    struct.pack_into("<QQII", page, 0x200, 0, 0x9FC00, 1, 0)
    struct.pack_into("<QQII", page, 0x218, 0x100000, (MEMORY_MB << 20) - 0x100000, 1, 0)
    line = COMMAND_LINE.encode() + b"\0"
    page[0x400 : 0x400 + len(line)] = line
    image[PARAMETERS - IMAGE_LOW : PARAMETERS - IMAGE_LOW + len(page)] = page
    image += files
    image += b"\0" * (-len(image) % 4096)
    return image, entry


def boot_rom(folder, entry, image_high):
    symbols = {"PVH_ENTRY": entry, "START_INFO": PARAMETERS, "IMAGE_LOW": IMAGE_LOW, "IMAGE_HIGH": image_high}
    definitions = [word for name, value in symbols.items() for word in ("--defsym", f"{name}={value}")]
    subprocess.run(["as", "--32", "-o", folder / "rom.o", HERE / "rom.S", *definitions], check=True)
    subprocess.run(
        ["ld", "-m", "elf_i386", "--oformat", "binary", "-Ttext", "0", "-o", folder / "rom.bin", folder / "rom.o"],
        check=True,
    )
    rom = (folder / "rom.bin").read_bytes()[:65536]
    (folder / "rom.bin").write_bytes(rom)


def configuration(folder):
    (folder / "settings").write_text(
        f"""config_interface: textconfig
display_library: term
memory: guest={MEMORY_MB}, host={MEMORY_MB}
romimage: file={folder}/rom.bin, address=0xffff0000
vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
optramimage1: file={folder}/image, address={IMAGE_LOW:#x}
cpu: model=corei7_skylake_x, count=1, ips=50000000, reset_on_triple_fault=0, ignore_bad_msrs=1
clock: sync=none, time0=1700000000
com1: enabled=1, mode=file, dev={folder}/console
parport1: enabled=1, file={folder}/port
log: {folder}/log
panic: action=fatal
error: action=report
info: action=ignore
debug: action=ignore
"""
    )
    (folder / "debugger").write_text("continue\n")
    (folder / "port").write_bytes(b"")


def drain(terminal):
    try:
        while os.read(terminal, 65536):
            pass
    except OSError:
        pass


def run(folder):
    """Starts Bochs and returns what came through the parallel port until it ends."""
    terminal, inner = pty.openpty()
    command = ["bochs", "-q", "-f", folder / "settings", "-rc", folder / "debugger"]
    environment = dict(os.environ, TERM="vt100")
    bochs = subprocess.Popen(
        command, stdin=inner, stdout=inner, stderr=inner, env=environment, cwd=folder, start_new_session=True
    )
    os.close(inner)
    threading.Thread(target=drain, args=(terminal,), daemon=True).start()
    try:
        bochs.wait(timeout=BOOT_SECONDS)
    except subprocess.TimeoutExpired:
        print("emulate: the machine did not end in time", file=sys.stderr)
    finally:
        if bochs.poll() is None:
            bochs.kill()
            bochs.wait()
    return (folder / "port").read_bytes().decode(errors="replace")


def main(work, program):
    work = pathlib.Path(work).resolve()
    subprocess.run(["gcc", "-O2", "-static", "-o", work / "init", HERE / "init.c"], check=True)
    files = archive(
        [
            ("init", 0o100755, (work / "init").read_bytes()),
            ("program", 0o100755, pathlib.Path(program).read_bytes()),
        ]
    )
    with tempfile.TemporaryDirectory(dir=work) as name:
        folder = pathlib.Path(name)
        image, entry = flat_image(kernel(work), files)
        (folder / "image").write_bytes(image)
        boot_rom(folder, entry, IMAGE_LOW + len(image))
        configuration(folder)
        started = time.monotonic()
        output = run(folder)
        text, _, status = output.rpartition("\nexit status ")
        print(text)
        if not status.strip().isdigit():
            print("emulate: the machine did not come up; its log ends:", file=sys.stderr)
            for log in ("console", "log"):
                if (folder / log).exists():
                    print((folder / log).read_text(errors="replace")[-1500:], file=sys.stderr)
            return GUEST_FAILED
        print(f"emulated in {time.monotonic() - started:.0f} s")
        return int(status)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    try:
        sys.exit(main(sys.argv[1], sys.argv[2]))
    except (OSError, IndexError, subprocess.CalledProcessError) as error:
        print(f"emulate: {error}", file=sys.stderr)
        sys.exit(GUEST_FAILED)
