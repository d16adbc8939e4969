"""Made-up ultrasound pictures with and without a lesion, for when the real demo data cannot be fetched.

Made so that a picture has to be looked at, and so that nobody can be right on all of them:

- Speckle is the envelope of a complex field of scatterers, smoothed as by a beam that widens with depth, so its grain
  is Rayleigh-distributed (Wagner, Smith, Sandrik, Lopez: Statistics of speckle in ultrasound B-scans. IEEE Transactions
  on Sonics and Ultrasonics 30(3), 1983); several looks are compounded and shown on a logarithmic scale.
- Tissue lies in wavy layers of its own brightness, fades with depth, and casts shadows from the skin downwards, with
  and without a lesion.
- A lesion has an irregular edge, a size, a depth and a contrast of its own; the contrast goes down to nothing, and some
  cast a shadow behind them. Tissue may also hold a fat lobule, round, bright-rimmed and dark, which looks like one.
- Each patient has a probe, gain and tissue of his own and several pictures, so that pictures of one patient are alike.

A linear head on a frozen EfficientNet-Lite0 reached an AUC of 0.76 on them, in five folds by patient at 128 pixels.
They are no model of anatomy and teach nothing about patients; every screen says that they are generated.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.datasets.images.picture import Picture, png

PATIENTS = 170
PICTURES = (2, 4)
"""The fewest and the most pictures of a patient."""
SIDE = 64
WITH_LESION = 0.4
"""The share of patients with a lesion."""
LOOKS = 3
LABELS = ("lesion", "none")
Field = NDArray[np.float64]


@dataclass(frozen=True)
class Patient:
    """What all pictures of one patient share."""

    gain: float
    fading: float
    """How much of the brightness is lost at the bottom, as a share of the scale."""
    grain: float
    """The width of the beam at the skin, in pixels."""
    layers: Field
    """Phase and height of the waves that bound the layers, (3, 2)."""
    has_lesion: bool


def generate(seed: int = 0, patients: int = PATIENTS, side: int = SIDE) -> list[tuple[str, str, NDArray[np.uint8]]]:
    """Return (name, label, pixels) of some three pictures a patient, the same for the same seed.

    Names start with the patient: p017_2.png. Pixels are (side, side).
    """
    found = []
    order = np.random.default_rng(seed).permutation(patients)
    for number, stream in enumerate(np.random.SeedSequence(seed).spawn(patients), 1):
        random = np.random.default_rng(stream)
        patient = _patient(random, bool(order[number - 1] < round(patients * WITH_LESION)))
        for picture in range(1, int(random.integers(PICTURES[0], PICTURES[1] + 1)) + 1):
            label = LABELS[0] if patient.has_lesion else LABELS[1]
            found.append((f"p{number:03d}_{picture}.png", label, _picture(random, patient, side)))
    return found


def as_zip(pictures: list[tuple[str, str, NDArray[np.uint8]]]) -> bytes:
    """Return the pictures as a ZIP with a folder a class."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, label, pixels in pictures:
            # A fixed time, so that the same pictures make the same archive.
            info = zipfile.ZipInfo(f"{label}/{name}", (1980, 1, 1, 0, 0, 0))
            archive.writestr(info, png(Picture(pixels)))
    return file.getvalue()


def _patient(random: np.random.Generator, has_lesion: bool) -> Patient:
    return Patient(
        gain=random.uniform(0.85, 1.15),
        fading=random.uniform(0.05, 0.35),
        grain=random.uniform(0.7, 1.2),
        layers=random.uniform((0, 0.01), (2 * np.pi, 0.06), (3, 2)),
        has_lesion=has_lesion,
    )


def _picture(random: np.random.Generator, patient: Patient, side: int) -> NDArray[np.uint8]:
    y, x = np.mgrid[0:side, 0:side] / side
    echo = _layers(random, patient, y, x)
    if random.random() < (0.25 if patient.has_lesion else 0.45):
        echo *= _lobule(random, y, x)
    if patient.has_lesion:
        echo *= _lesion(random, y, x)
    echo *= _shadows(random, y, x) * (1 - patient.fading * y * 2)
    shown = np.log1p(30 * np.clip(echo, 0.002, None) * _speckle(random, side, patient.grain)) / np.log1p(30)
    pixels: NDArray[np.uint8] = np.clip(255 * 0.62 * patient.gain * shown, 0, 255).astype(np.uint8)
    return pixels


def _layers(random: np.random.Generator, patient: Patient, y: Field, x: Field) -> Field:
    """Return the strength of echoes of skin, fat, gland and muscle, each beneath a wavy bound."""
    echo = np.full_like(y, 0.9)
    for depth, (phase, height), strength in zip((0.08, 0.3, 0.75), patient.layers, (0.4, 0.65, 0.5), strict=True):
        bound = depth + random.normal(0, 0.02) + height * np.sin(2 * np.pi * x * random.uniform(0.5, 1.5) + phase)
        echo = np.where(y > bound, strength * random.uniform(0.8, 1.2), echo)
        echo += 0.5 * np.exp(-(((y - bound) / 0.012) ** 2)) * random.uniform(0.2, 1)
    blotches = _smooth(random.normal(size=y.shape), 5.0)
    layers: Field = echo * np.exp(0.35 * blotches / blotches.std())
    return layers


def _lesion(random: np.random.Generator, y: Field, x: Field) -> Field:
    """Return the share of echoes left: less within an irregular outline, and behind it where a shadow falls."""
    top, left = random.uniform(0.3, 0.7), random.uniform(0.2, 0.8)
    radius, flat = random.uniform(0.1, 0.25), random.uniform(0.6, 1.0)
    angle = np.arctan2(y - top, x - left)
    edge = radius * (1 + sum(random.normal(0, 0.08) * np.cos(k * angle + random.uniform(0, 6.3)) for k in range(2, 7)))
    inside = _sigmoid((edge - np.hypot((x - left) * flat, y - top)) / 0.015)
    depth = random.beta(2.2, 1.0)
    left_over = 1 - 0.93 * depth * inside
    if random.random() < 0.45:
        behind = _sigmoid((y - top) / 0.03) * _sigmoid((radius * 0.7 - np.abs(x - left)) / 0.03)
        left_over *= 1 - 0.55 * depth * behind
    return left_over


def _lobule(random: np.random.Generator, y: Field, x: Field) -> Field:
    """Return the share of echoes left by a fat lobule: smooth, lying, dark with a brighter rim, without a shadow."""
    top, left = random.uniform(0.15, 0.6), random.uniform(0.15, 0.85)
    radius = random.uniform(0.06, 0.15)
    away = np.hypot((x - left) * random.uniform(0.45, 0.8), y - top)
    inside = _sigmoid((radius - away) / 0.02)
    rim = np.exp(-(((away - radius) / 0.018) ** 2))
    return 1 - random.uniform(0.15, 0.5) * inside + random.uniform(0.1, 0.6) * rim


def _shadows(random: np.random.Generator, y: Field, x: Field) -> Field:
    """Return the share of echoes left beneath bad contact and ligaments at the skin."""
    left_over = np.ones_like(y)
    for _ in range(int(random.integers(0, 4))):
        place, width = random.uniform(0, 1), random.uniform(0.02, 0.09)
        slant = random.normal(0, 0.1)
        start = random.choice((0.0, random.uniform(0.2, 0.6)))
        band = np.exp(-(((x - place - slant * y) / width) ** 2)) * _sigmoid((y - start) / 0.03)
        left_over *= 1 - random.uniform(0.1, 0.6) * band
    return left_over


def _speckle(random: np.random.Generator, side: int, grain: float) -> Field:
    """Return the envelope of scatterers seen with a beam that is wider across than along, and wider with depth.

    It is the mean of LOOKS of them, as machines compound pictures taken at several angles.
    """
    share = np.linspace(0, 1, side)[:, None]
    envelope = np.zeros((side, side))
    for real, imaginary in random.normal(size=(LOOKS, 2, side, side)):
        scatterers = np.fft.fft2(real + 1j * imaginary)
        near, far = (np.abs(np.fft.ifft2(scatterers * _beam(side, grain, across))) for across in (1.5, 2.5))
        envelope += (1 - share) * near / near.mean() + share * far / far.mean()
    return envelope / LOOKS


def _smooth(field: Field, sigma: float) -> Field:
    """Return the field blurred by a Gaussian of `sigma` pixels."""
    return np.real(np.fft.ifft2(np.fft.fft2(field) * _beam(len(field), sigma, 1.0)))


def _beam(side: int, sigma: float, across: float) -> Field:
    """Return the spectrum of a Gaussian of `sigma` pixels, `across` times as wide along a row."""
    step = np.fft.fftfreq(side)
    spectrum: Field = np.exp(-2 * (np.pi * sigma) ** 2 * (step[:, None] ** 2 + (across * step[None, :]) ** 2))
    return spectrum


def _sigmoid(value: Field) -> Field:
    return 1 / (1 + np.exp(-np.clip(value, -30, 30)))
