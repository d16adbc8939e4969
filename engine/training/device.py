"""Where training runs on this machine, and in which precision."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import psutil
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

from engine.errors import BadInput

SHORT_TOKENS = 256


@dataclass(frozen=True)
class Device:
    """A processor or GPU and the precision of the matrix products on it."""

    name: str
    """As torch names it: "cpu", "cuda"."""
    bf16: bool

    def autocast(self) -> AbstractContextManager[object]:
        """Return a context in which matrix products run in bf16 where this device does that fast."""
        return torch.autocast(self.name, torch.bfloat16, enabled=self.bf16)

    def attention(self, longest: int) -> AbstractContextManager[object]:
        """Return a context in which the attention to train texts of up to `longest` tokens is the fastest here.

        On a processor the flash kernel's backward pass takes several times as long as plain products do while texts
        are short (measured: a fifth of a training step at 32 tokens); only long ones need its thrift with memory.
        """
        plain = self.name == "cpu" and longest <= SHORT_TOKENS
        return sdpa_kernel(SDPBackend.MATH) if plain else nullcontext()


def choose_device(precision: str = "auto") -> Device:
    """Return the device to train on. `precision`: "auto", "bf16", or "fp32".

    Raises BadInput when bf16 is asked for and this machine has no instructions for it.
    """
    name = "cuda" if torch.cuda.is_available() else "cpu"
    if precision == "bf16" and not has_bf16(name):
        raise BadInput(
            "precision is {value}, which this processor does not have; give {choices}.",
            value="bf16",
            choices="auto, fp32",
        )
    return Device(name, precision != "fp32" and has_bf16(name))


def has_bf16(device: str) -> bool:
    """Return whether `device` has instructions for bf16 matrix products (AMX or AVX-512 BF16 on a processor)."""
    if device == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    cpu = torch.cpu
    return bool(cpu._is_amx_tile_supported() or cpu._is_avx512_bf16_supported())


def use_threads(threads: int) -> int:
    """Let torch use `threads` threads, 0 meaning one a physical core, and return how many that is."""
    count = threads or psutil.cpu_count(logical=False) or 1
    torch.set_num_threads(count)
    return count


def memory_mib() -> float:
    """Return the resident memory of this process in MiB."""
    return round(psutil.Process().memory_info().rss / 2**20, 1)
