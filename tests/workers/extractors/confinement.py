"""A process that may do less than this machine allows, by seccomp, so that what degrades is tried on a real kernel."""

import ctypes
import platform
import struct

from workers.extractors import kernel

_NUMBERS = {
    "x86_64": {"unshare": (272,), "landlock": (444, 445, 446)},
    "aarch64": {"unshare": (97,), "landlock": (444, 445, 446)},
}[platform.machine()]


def refuse(*names: str) -> None:
    """From now on these calls answer EPERM, in this process and all that it forks."""
    steps = struct.pack("<HBBI", 0x20, 0, 0, 0)
    for name in names:
        for number in _NUMBERS[name]:
            steps += struct.pack("<HBBI", 0x15, 0, 1, number) + struct.pack("<HBBI", 0x06, 0, 0, 0x00050001)
    steps += struct.pack("<HBBI", 0x06, 0, 0, 0x7FFF0000)
    held = ctypes.create_string_buffer(steps, len(steps))
    program = struct.pack("@HP", len(steps) // 8, ctypes.addressof(held))
    kernel.gain_nothing()
    program_held = ctypes.create_string_buffer(program, len(program))
    kernel.prctl(22, 2, ctypes.addressof(program_held))
