"""Views of pictures as tensors: what `engine.tasks.augmentation` says may happen to them, done to many at once."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from engine.tasks.augmentation import Augmentation, lights, moves


def augmented(pictures: Tensor, how: Augmentation, draw: np.random.Generator) -> Tensor:
    """Return one view of each picture, (N, K, S, S) float32 in 0 to 255, of `pictures` (N, K, S, S) of any type.

    What moves into the picture is its own mirror image, so that no edge appears that could be learnt.
    """
    count = len(pictures)
    grid = functional.affine_grid(torch.from_numpy(moves(count, how, draw)), list(pictures.shape), align_corners=False)
    views = functional.grid_sample(
        pictures.float(), grid, mode="bilinear", padding_mode="reflection", align_corners=False
    )
    contrast, light = (torch.from_numpy(found)[:, None, None, None] for found in lights(count, how, draw))
    middle = views.mean((1, 2, 3), keepdim=True)
    return ((views - middle) * (contrast + 1.0) + middle + light * 255.0).clamp_(0.0, 255.0)
