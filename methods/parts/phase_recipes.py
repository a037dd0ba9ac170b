"""Recipes of the three phases of Lopez-Avila and Suarez-Paniagua 2023, built alike for every method that has them.

Equal arguments give equal phases, so that methods share a trained stage through the phase cache.
"""

from __future__ import annotations

from benchmark import CrossEntropy, FineTune, LossPart, Pretrain, Schedule
from methods.batches.noised_texts import Denoising
from methods.batches.pairs import Pairs
from methods.losses.denoising import DenoisingLoss
from methods.losses.pair_similarity import PairSimilarity
from methods.parts.imbalance import Repeat

# Table 5's search spaces. Its best values of the contrastive rate contain 2e-5 (AG News), which its printed space does not.
DENOISING_RATES = (1e-6, 1e-5, 5e-5, 1e-4, 2e-4)
CONTRASTIVE_RATES = (1e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4)
EPOCHS = (2, 3, 4, 9, 12)
DELETIONS = (0.3, 0.4, 0.5, 0.6, 0.7)
EPSILON = {"suite": None, "paper": 1e-6}  # AdamW's in phases 1 and 2; 1e-6 is the default of transformers' AdamW, which the code uses


def denoise(lr: float, epochs: float, objective: DenoisingLoss, feed: Denoising, protocol: str) -> Pretrain:
    """Phase 1, on training and unlabelled texts; no label is read. Warm-up over half of the steps, no weight decay (P3.1)."""
    part = LossPart(objective, feed=feed)
    schedule = Schedule(epochs=epochs, lr=lr, warmup=0.5, weight_decay=0.0, epsilon=EPSILON[protocol])
    return Pretrain("dae", (part,), schedule, inputs=frozenset({"texts", "unlabelled"}))


def contrast(lr: float, feed: Pairs, augment: Repeat | None, protocol: str) -> Pretrain:
    """Phase 2, one pass over the pairs. Warm-up over a third, no weight decay (P3.1)."""
    part = LossPart(PairSimilarity(), feed=feed)
    schedule = Schedule(epochs=1, lr=lr, warmup=1 / 3, weight_decay=0.0, epsilon=EPSILON[protocol])
    return Pretrain("contrast", (part,), schedule, augment=augment)


def fine_tune(freeze_encoder: bool, protocol: str) -> FineTune:
    """Phase 3: the two-layer head, 20 % warm-up; steps and rates are the cell's, as for every arm. Under `paper` also the optimizer of the
    released code (`optimization_setup` of src/tools.py): AdamW with epsilon 2e-5, without decay and clipping."""
    schedule = Schedule(warmup=0.2, weight_decay=0.0, epsilon=2e-5, clip=0.0) if protocol == "paper" else Schedule(warmup=0.2)
    return FineTune(CrossEntropy(), head="two-layer", freeze_encoder=freeze_encoder, schedule=schedule)
