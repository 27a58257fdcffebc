"""The parts of an ELF file that belong into memory."""

import struct

LOAD = 1


def segments(data):
    """Yields (physical address, bytes) of each segment of a 32-bit little-endian file."""
    if data[:6] != b"\x7fELF\x01\x01":
        raise ValueError("not a 32-bit little-endian ELF file")
    (first,) = struct.unpack_from("<I", data, 28)
    size, count = struct.unpack_from("<HH", data, 42)
    for index in range(count):
        kind, offset, _, physical, file_bytes = struct.unpack_from("<5I", data, first + index * size)
        if kind == LOAD and file_bytes:
            yield physical, data[offset : offset + file_bytes]
