"""Reads the float32 tensors of a safetensors file."""

import json
import pathlib
import struct


def read_tensors(path):
    """Names to (shape, values in a row)."""
    data = pathlib.Path(path).read_bytes()
    (size,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8:8 + size])
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__" or entry["dtype"] != "F32":
            continue
        begin, end = entry["data_offsets"]
        bytes_of = data[8 + size + begin:8 + size + end]
        tensors[name] = entry["shape"], struct.unpack(f"<{len(bytes_of) // 4}f", bytes_of)
    return tensors
