"""Peer: one product of square matrices in PyTorch, without TF32.
usage: torch_product.py [size] [f32|bf16|f16] [cpu|cuda]
Prints best and median time and GFLOP/s."""
import statistics
import sys
import time

import torch

size, prec, device = (sys.argv[1:] + ["4096", "f32", "cuda"][len(sys.argv) - 1:])[:3]
size = int(size)
torch.backends.cuda.matmul.allow_tf32 = False
dtype = {"f32": torch.float32, "bf16": torch.bfloat16, "f16": torch.float16}[prec]
a, b = (torch.rand(size, size, device=device).to(dtype) for _ in range(2))
wait = torch.cuda.synchronize if device == "cuda" else lambda: None
seconds = []
for repetition in range(25):
    wait()
    begin = time.perf_counter()
    torch.mm(a, b)
    wait()
    if repetition >= 5:
        seconds.append(time.perf_counter() - begin)
median = statistics.median(seconds)
print(f"torch {torch.__version__} product {size} {prec}: best {min(seconds) * 1e3:.3f} ms median {median * 1e3:.3f} ms, "
      f"{2 * size ** 3 / median / 1e9:.0f} GFLOP/s")
