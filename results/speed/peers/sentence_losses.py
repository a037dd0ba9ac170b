"""Peer: the pair loss and the denoising loss as sentence-transformers trains them, on the rows that our phases drew.

The job says which: `pairs` (CosineSimilarityLoss on left, right, target) or `denoising` (DenoisingAutoEncoderLoss, decoder tied to the
encoder, on noised, original). Deleting words is not timed here: the rows come noised.

    python sentence_losses.py JOB.json ANSWER.json
"""

from __future__ import annotations

import time
from typing import Any

import torch
from datasets import Dataset
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer, SentenceTransformerTrainingArguments
from sentence_transformers.sentence_transformer.losses import CosineSimilarityLoss, DenoisingAutoEncoderLoss
from speed import job
from torch.utils.data import BatchSampler, SequentialSampler


def main() -> None:
    """Load, train, and answer with the time of the training and the losses on the way."""
    told = job.read()
    torch.set_num_threads(told["threads"])
    model = SentenceTransformer(told["encoder"], device=told["device"])
    model.max_seq_length = told["max_length"]
    loss = CosineSimilarityLoss(model) if told["loss"] == "pairs" else DenoisingAutoEncoderLoss(model, tie_encoder_decoder=True)
    trainer = SentenceTransformerTrainer(model=model, args=_arguments(told), train_dataset=Dataset.from_dict(told["rows"]), loss=loss)
    began = time.perf_counter()
    trainer.train()
    trained = time.perf_counter()
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    job.answer(train_seconds=trained - began, steps=trainer.state.global_step, losses=losses)


def _arguments(told: dict[str, Any]) -> SentenceTransformerTrainingArguments:
    return SentenceTransformerTrainingArguments(
        output_dir=told["scratch"],
        max_steps=told["steps"],
        per_device_train_batch_size=told["batch"],
        learning_rate=told["lr"],
        warmup_steps=round(told["warmup"] * told["steps"]),
        weight_decay=0.0,
        max_grad_norm=told["clip"],
        bf16=told["bf16"],
        use_cpu=told["device"] == "cpu",
        batch_sampler=lambda rows, batch_size, drop_last, **ignored: BatchSampler(SequentialSampler(rows), batch_size, drop_last),
        seed=told["seed"],
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        logging_steps=max(1, told["steps"] // 10),
    )


if __name__ == "__main__":
    main()
